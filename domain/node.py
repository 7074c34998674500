"""The node itself: who operates it and who may audit it."""

from typing import ClassVar, assert_never

from msgspec import Struct

from domain.dates import Spell
from domain.decider import Command, Event, Mark, Place, Refusal
from domain.identifiers import NODE, Code, PersonId, Stream
from domain.surroundings import Surroundings

REGISTRAR = "REGISTRAR"
AUDITOR = "AUDITOR"
OPERATOR_ROLES = (REGISTRAR, AUDITOR)


def stream_of(node: str) -> Stream:
    return Stream(f"node/{node}")


class OperatorGranted(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "node.operator-granted.v1"
    node: str
    person_id: PersonId
    role: str
    spell: Spell


class OperatorRevoked(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "node.operator-revoked.v1"
    grant: int
    spell: Spell


NodeEvent = OperatorGranted | OperatorRevoked


class GrantOperator(Command, frozen=True, kw_only=True):
    """Let a person act for the node as REGISTRAR or AUDITOR."""

    tag: ClassVar[str] = "node.grant-operator"
    node: Code
    person_id: PersonId
    role: str


class RevokeOperator(Command, frozen=True, kw_only=True):
    """End a grant, named by its number in the node's stream, after today."""

    tag: ClassVar[str] = "node.revoke-operator"
    node: Code
    grant: int


NodeCommand = GrantOperator | RevokeOperator


class Grant(Struct, frozen=True):
    person: PersonId
    role: str
    spell: Spell


class Node(Struct, frozen=True):
    """The grants of a node, by their number in the stream."""

    name: str
    grants: dict[int, Grant]


def decide(
    command: NodeCommand, state: Node | None, facts: Surroundings
) -> list[Event]:
    match command:
        case GrantOperator():
            if command.role not in OPERATOR_ROLES:
                raise Refusal("NODE-ROLE", role=command.role, known=OPERATOR_ROLES)
            return [
                OperatorGranted(
                    node=command.node,
                    person_id=command.person_id,
                    role=command.role,
                    spell=Spell(valid_from=facts.act.on),
                )
            ]
        case RevokeOperator():
            grant = state.grants.get(command.grant) if state else None
            if grant is None or grant.spell.valid_to is not None:
                raise Refusal("NODE-NO-GRANT", grant=command.grant)
            spell = Spell(valid_from=grant.spell.valid_from, valid_to=facts.act.on)
            return [OperatorRevoked(grant=command.grant, spell=spell)]
    assert_never(command)


def evolve(state: Node | None, event: NodeEvent, mark: Mark) -> Node:
    match event:
        case OperatorGranted():
            grant = Grant(event.person_id, event.role, event.spell)
            grants = {**(state.grants if state else {}), mark.version: grant}
            return Node(event.node, grants)
        case OperatorRevoked():
            assert state is not None
            old = state.grants[event.grant]
            ended = Grant(old.person, old.role, event.spell)
            return Node(state.name, {**state.grants, event.grant: ended})
    assert_never(event)


def place(_state: Node) -> Place:
    return Place(NODE)
