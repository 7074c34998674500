"""Why a document is where it is: what is met, what is missing, who could act now.

What may be done is not told beside the rules but by them: every step is put to the
decision itself, in every capacity that somebody holds.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from domain.decider import Act, Actor, Event, On, Refusal
from domain.document import decide
from domain.document_commands import (
    AnnulDocument,
    ApproveDocument,
    DeclineApproval,
    DocumentCommand,
    RecordConclusion,
    ReplanRoute,
    ReviseContent,
    SubmitDocument,
    WithdrawDocument,
)
from domain.document_parts import EM_UNIT, POSITIVE
from domain.document_route import profile_of
from domain.document_state import Document, suffices
from domain.identifiers import (
    Bin,
    CapacityId,
    CommandId,
    ContentRef,
    MeetingId,
    PersonId,
    Stream,
)
from domain.membership import States
from domain.regulation.pack import RulePack
from domain.regulation.route import Route
from domain.rights import actor_in, require_role, seated
from domain.surroundings import Surroundings
from domain.trail import route_in

FORBIDDEN = 403
OUT_OF_STATE = "DOC-STATE"
SOME_ID = CommandId("00000000-0000-4000-8000-000000000000")
SOME_TEXT = ContentRef("salted:" + "0" * 64)

AUTHOR = "AUTHOR"
BASIS = "BASIS"
ROUTE = "ROUTE"
BODY_POSITIVE = "BODY-POSITIVE"
APPROVER = "APPROVER-IN-OFFICE"
CLAUSES = (AUTHOR, BASIS, ROUTE, BODY_POSITIVE, APPROVER)


class Holder(Struct, frozen=True):
    """Somebody who may hold a capacity; whether they do today, the streams say."""

    capacity: CapacityId
    person: PersonId
    organisation: Bin


class Citation(Struct, frozen=True):
    """A held meeting of a body at which the document was on the agenda."""

    body: Stream
    meeting: MeetingId
    item: int


class Lack(Struct, frozen=True):
    """What stands in the way: the code under which the step would be refused.

    `actor` is who would get furthest with it; None where nobody could try.
    """

    code: str
    context: dict[str, Any]  # JSON-shaped: a refusal's context
    actor: Actor | None


class Step(Struct, frozen=True):
    """Something that may be done to the document now, or would be but for a lack.

    `command` is what was tried, as whoever acts would give it.
    """

    command: DocumentCommand
    body: Stream | None
    actors: tuple[Actor, ...]
    lack: Lack | None


class Clause(Struct, frozen=True):
    """A clause of the order for the approval of this document; `about` what it is."""

    clause: str
    about: str | None
    holds: bool


class Explanation(Struct, frozen=True):
    """Clauses in the order in which they come up, and the steps that are open."""

    clauses: tuple[Clause, ...]
    steps: tuple[Step, ...]


class Asking(Struct, frozen=True):
    """From where it is asked: the streams, their facts for an act, and the moment."""

    states: States
    facts_of: Callable[[Act], Surroundings]
    pack: RulePack
    at: datetime


def explain(
    state: Document,
    asking: Asking,
    holders: Sequence[Holder],
    citations: Sequence[Citation],
) -> Explanation:
    """Everything at once, for the moment of asking."""
    actors = tuple(in_office(asking, holders))
    steps = tuple(open_steps(state, asking, actors, citations))
    return Explanation(tuple(clauses(state, asking, actors)), steps)


def in_office(asking: Asking, holders: Sequence[Holder]) -> Iterator[Actor]:
    for one in dict.fromkeys(holders):
        try:
            yield actor_in(
                asking.states,
                asking.pack,
                one.capacity,
                one.person,
                one.organisation,
                asking.at,
            )
        except Refusal:
            continue


def officers(ref: Stream, state: object | None) -> Iterator[Holder]:
    """Who was ever seated by a body: chairs, secretaries, heads, leaders."""
    for number in seat_numbers(state):
        found = seated(state, number)
        if found is not None:
            person, _role, owner, _spell = found
            yield Holder(CapacityId(f"{ref}#{number}"), person, owner)


def seat_numbers(state: object | None) -> Iterator[int]:
    """The numbers under which a body has seated somebody."""
    for seats in (getattr(state, "seats", None), getattr(state, "leaders", None)):
        yield from seats or ()


def open_steps(
    state: Document,
    asking: Asking,
    actors: Sequence[Actor],
    citations: Sequence[Citation],
) -> Iterator[Step]:
    """The steps that belong to the document's state, possible or not."""
    for attempts in attempts_of(state, asking, citations):
        tried = [tried_by(state, asking, actors, one) for one in attempts]
        possible = next((one for one in tried if one.actors), tried[-1])
        if possible.lack is None or possible.lack.code != OUT_OF_STATE:
            yield possible


def attempts_of(
    state: Document, asking: Asking, citations: Sequence[Citation]
) -> Iterator[Sequence[DocumentCommand]]:
    """Every step as commands that would do it; of several, one is enough."""
    one: dict[str, Any] = {  # the fields that all these commands share
        "command_id": SOME_ID,
        "capacity": CapacityId("node/nobody#0"),
        "document_id": state.document,
    }
    today = Act(NOBODY, asking.at).on
    yield [SubmitDocument(**one)]
    stage = state.stage()
    for body in stage.bodies if stage else ():
        said: dict[str, Any] = {
            **one,
            "body": body.body,
            "content_hash": state.content_hash,
        }
        if body.kind == EM_UNIT:
            yield [RecordConclusion(**said, conclusion=POSITIVE)]
        else:
            yield [
                RecordConclusion(**said, meeting_id=cited.meeting, item=cited.item)
                for cited in citations
                if cited.body == body.body
            ] or [RecordConclusion(**said)]
    yield [ApproveDocument(**one, act_no="-", valid_from=today)]
    yield [DeclineApproval(**one, reason_ref=SOME_TEXT)]
    yield [ReplanRoute(**one, reasons_ref=SOME_TEXT)]
    yield [AnnulDocument(**one, act_no="-", reason_ref=SOME_TEXT)]
    yield [ReviseContent(**one, variants=state.variants)]
    yield [WithdrawDocument(**one)]


def tried_by(
    state: Document,
    asking: Asking,
    actors: Sequence[Actor],
    command: DocumentCommand,
) -> Step:
    """Put the command to the decision, in every capacity."""
    body = command.body if isinstance(command, RecordConclusion) else None
    accepted: list[Actor] = []
    lacks: list[Lack] = []
    for actor in actors:
        try:
            outcome(state, asking, actor, command)
        except Refusal as refusal:
            lacks.append(Lack(refusal.code, dict(refusal.context), actor))
        else:
            accepted.append(actor)
    if accepted:
        return Step(command, body, tuple(accepted), None)
    allowed = asking.pack.roles[command.tag]
    nobody = Lack("ACTOR-ROLE", {"role": None, "allowed": allowed}, None)
    errors = asking.pack.errors
    # Whoever may act at all gets further than those who may not.
    further = [one for one in lacks if errors[one.code].status != FORBIDDEN]
    return Step(command, body, (), next(iter([*further, *lacks]), nobody))


def outcome(
    state: Document, asking: Asking, actor: Actor, command: DocumentCommand
) -> Sequence[Event | On]:
    """What the command would write; Refusal where it would write nothing."""
    require_role(asking.pack, command.tag, actor, state.bin)
    return decide(command, state, asking.facts_of(Act(actor, asking.at)))


def clauses(
    state: Document, asking: Asking, actors: Sequence[Actor]
) -> Iterator[Clause]:
    """What the approval of this document needs, clause by clause."""
    pack = asking.pack
    profile = state.route.profile if state.route else own_profile(state, asking)
    row = pack.route_row(state.kind, state.level, profile)
    if row is None:
        return
    yield Clause(AUTHOR, row.author, state.author.kind == row.author)
    stated = {basis.kind for basis in state.basis}
    for needed in row.basis:
        yield Clause(BASIS, needed, needed in stated)
    route = state.route or route_of(state, asking, actors)
    yield Clause(ROUTE, profile, route is not None)
    for stage in route.stages if route else ():
        for body in stage.bodies:
            said = state.concluded.get(body.body)
            yield Clause(BODY_POSITIVE, body.body, suffices(body, said))
    roles = route.approver_roles if route else row.approvers
    for role in roles:
        in_role = [one for one in actors if one.role == role]
        is_here = any(one.organisation == state.bin for one in in_role)
        yield Clause(APPROVER, role, is_here)


def own_profile(state: Document, asking: Asking) -> str:
    """How the document's organisation reads the order."""
    facts = asking.facts_of(Act(NOBODY, asking.at))
    organisation = facts.organisation(state.bin)
    if organisation is None:
        return asking.pack.default_profile
    return profile_of(organisation, asking.pack)


def route_of(state: Document, asking: Asking, actors: Sequence[Actor]) -> Route | None:
    """The route that the document would take if it were submitted now."""
    one = next(iter(attempts_of(state, asking, ())))[0]
    for actor in actors:
        try:
            written = outcome(state, asking, actor, one)
        except Refusal:
            continue
        routes = [route_in(event) for event in written if isinstance(event, Event)]
        return next((route for route in routes if route is not None), None)
    return None


NOBODY = Actor(
    PersonId("00000000-0000-4000-8000-000000000000"),
    Bin("node"),
    "",
    CapacityId("node/nobody#0"),
    Stream("node/nobody"),
)
"""Who asks, and acts in no capacity."""
