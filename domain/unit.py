"""A unit of an organisation: faculty, institute, division, branch, methodical unit."""

from datetime import date, datetime
from typing import ClassVar, assert_never

import msgspec
from msgspec import Struct

from domain.decider import Command, Decider, Event, Mark, Place, Refusal
from domain.identifiers import Bin, DocumentId, Names, Number, Sha256, Stream, UnitId
from domain.surroundings import Surroundings, active_organisation

ADMINISTRATION = "adm"
ADMINISTRATION_KIND = "ADMINISTRATION"
RESERVED_IDS = (ADMINISTRATION, "org", "um", "head", "methodists")


def reference(owner: str, unit_id: str) -> Stream:
    return Stream(f"unit/{owner}.{unit_id}")


class UnitCreated(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "unit.created.v1"
    bin: Bin
    unit_id: UnitId
    kind: str
    names: Names
    parent: Stream | None
    levels: tuple[str, ...] = ()


class RegulationApproved(Event, frozen=True, kw_only=True):
    """`document_id` is the regulation where it was made and approved here."""

    tag: ClassVar[str] = "unit.regulation-approved.v1"
    number: str
    date: date
    file_hash: Sha256
    approver_role: str
    document_id: DocumentId | None = None


class UnitActivated(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "unit.activated.v1"


class UnitClosed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "unit.closed.v1"
    act_no: str


UnitEvent = UnitCreated | RegulationApproved | UnitActivated | UnitClosed


class CreateUnit(Command, frozen=True, kw_only=True):
    """Create a unit under a token of the organisation's own (rule 10)."""

    tag: ClassVar[str] = "unit.create"
    bin: Bin
    unit_id: UnitId
    kind: str
    names: Names
    parent: UnitId | None = None
    levels: tuple[str, ...] = ()


class ApproveRegulation(Command, frozen=True, kw_only=True):
    """Record the unit's regulation, approved on paper as the charter says (rule 11).

    A regulation that is made here is a document of kind UNIT_REGULATION; its approval
    is recorded on the unit by itself.
    """

    tag: ClassVar[str] = "unit.approve-regulation"
    bin: Bin
    unit_id: UnitId
    number: Number
    date: date
    file_hash: Sha256


class ActivateUnit(Command, frozen=True, kw_only=True):
    """Let the unit work; it needs an approved regulation (rule 11)."""

    tag: ClassVar[str] = "unit.activate"
    bin: Bin
    unit_id: UnitId


class CloseUnit(Command, frozen=True, kw_only=True):
    """Close the unit for good."""

    tag: ClassVar[str] = "unit.close"
    bin: Bin
    unit_id: UnitId
    act_no: Number


UnitCommand = CreateUnit | ApproveRegulation | ActivateUnit | CloseUnit


class Unit(Struct, frozen=True):
    """DRAFT, ACTIVE or CLOSED; active from `opened_at` until `closed_at`."""

    bin: Bin
    unit_id: UnitId
    kind: str
    names: Names
    parent: Stream | None
    levels: tuple[str, ...]
    last_act: datetime
    regulations: tuple[DocumentId | None, ...] = ()
    """Each by the document that it is here; None for one on paper."""
    opened_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def phase(self) -> str:
        if self.closed_at is not None:
            return "CLOSED"
        return "DRAFT" if self.opened_at is None else "ACTIVE"

    def is_active_at(self, moment: datetime) -> bool:
        return (
            self.opened_at is not None
            and self.opened_at <= moment
            and (self.closed_at is None or moment < self.closed_at)
        )


def decide(
    command: UnitCommand, state: Unit | None, facts: Surroundings
) -> list[Event]:
    organisation = active_organisation(command.bin, facts)
    if state is not None and facts.act.at < state.last_act:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=state.last_act)
    match command, state:
        case CreateUnit(), None:
            return create(command, organisation.levels, facts)
        case CreateUnit(), Unit():
            raise Refusal("UNIT-EXISTS", unit_id=command.unit_id)
        case _, None:
            raise Refusal("UNIT-UNKNOWN", unit_id=command.unit_id)
        case _, Unit(phase="CLOSED"):
            raise Refusal("UNIT-STATE", state="CLOSED")
        case ApproveRegulation(), Unit():
            return approve_regulation(command, organisation.regulation_approvers, facts)
        case ActivateUnit(), Unit(phase="ACTIVE"):
            raise Refusal("UNIT-STATE", state="ACTIVE")
        case ActivateUnit(), Unit():
            exempt = facts.pack.unit_kinds_without_regulation
            if not has_regulation(state, facts) and state.kind not in exempt:
                allowed = organisation.regulation_approvers
                allowed = allowed or facts.pack.default_regulation_approvers
                raise Refusal(
                    "R11-NO-REGULATION", unit_id=state.unit_id, approvers=allowed
                )
            return [UnitActivated()]
        case CloseUnit(), Unit(kind="ADMINISTRATION"):
            raise Refusal("UNIT-ID", unit_id=state.unit_id, reserved=RESERVED_IDS)
        case CloseUnit(), Unit():
            return [UnitClosed(act_no=command.act_no)]
    raise AssertionError(command)


def has_regulation(state: Unit, facts: Surroundings) -> bool:
    """On paper, or as a document here whose approval was not annulled."""
    documents = [facts.document(one) if one else None for one in state.regulations]
    return any(one is None or one.phase != "ANNULLED" for one in documents)


def create(
    command: CreateUnit, levels: tuple[str, ...], facts: Surroundings
) -> list[Event]:
    """Rule 10: a kind of the list, under a parent of the same organisation."""
    # The administration comes with the organisation (A31), and needs no regulation.
    known = [kind for kind in facts.pack.unit_kinds if kind != ADMINISTRATION_KIND]
    if command.kind not in known:
        raise Refusal("R10-UNIT-KIND", kind=command.kind, known=known)
    if command.unit_id in RESERVED_IDS:
        raise Refusal("UNIT-ID", unit_id=command.unit_id, reserved=RESERVED_IDS)
    if not set(command.levels) <= set(levels):
        raise Refusal("R2-LEVEL", levels=command.levels, allowed=levels)
    parent = None
    if command.parent is not None:
        parent = reference(command.bin, command.parent)
        above = facts.unit(parent)
        # A parent must stand before its child, so no cycle can be made.
        if above is None or not above.is_active:
            raise Refusal("UNIT-PARENT", parent=parent)
    return [
        UnitCreated(
            bin=command.bin,
            unit_id=command.unit_id,
            kind=command.kind,
            names=command.names,
            parent=parent,
            levels=tuple(dict.fromkeys(command.levels)),
        )
    ]


def approve_regulation(
    command: ApproveRegulation, approvers: tuple[str, ...], facts: Surroundings
) -> list[Event]:
    """Rule 11: approved by whom the charter names, else by whom the pack names."""
    allowed = approvers or facts.pack.default_regulation_approvers
    if facts.act.actor.role not in allowed:
        raise Refusal("ACTOR-ROLE", role=facts.act.actor.role, allowed=allowed)
    if command.date > facts.act.on:
        raise Refusal("CMD-FUTURE", date=command.date, act=facts.act.on)
    return [
        RegulationApproved(
            number=command.number,
            date=command.date,
            file_hash=command.file_hash,
            approver_role=facts.act.actor.role,
        )
    ]


def evolve(state: Unit | None, event: UnitEvent, mark: Mark) -> Unit:
    if isinstance(event, UnitCreated):
        return Unit(
            event.bin,
            event.unit_id,
            event.kind,
            event.names,
            event.parent,
            event.levels,
            mark.at,
        )
    assert state is not None
    replace = msgspec.structs.replace
    state = replace(state, last_act=mark.at)
    match event:
        case RegulationApproved():
            regulations = dict.fromkeys((*state.regulations, event.document_id))
            return replace(state, regulations=tuple(regulations))
        case UnitActivated():
            return replace(state, opened_at=mark.at)
        case UnitClosed():
            return replace(state, closed_at=mark.at)
    assert_never(event)


def place(state: Unit) -> Place:
    return Place(state.bin, state.levels)


UNIT = Decider(decide, evolve, place)
