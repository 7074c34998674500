"""A meeting of a body: planned, convened, open, held, minuted, or not held."""

from domain import minutes
from domain.dates import local_day
from domain.decider import Decider, Event, On, Refusal
from domain.identifiers import Stream
from domain.meeting_agenda import place_item
from domain.meeting_commands import (
    AnnulVote,
    CallOff,
    CloseMeeting,
    CloseVote,
    ConveneMeeting,
    MeetingCommand,
    MinuteMeeting,
    OpenMeeting,
    OpenVote,
    PlaceItem,
    PlanMeeting,
    PostponeItem,
    RecordArrival,
    RecordDeparture,
    Recuse,
)
from domain.meeting_events import (
    ItemPostponed,
    MeetingConvened,
    MeetingHeld,
    MeetingMinuted,
    MeetingNotHeld,
    MeetingOpened,
    MeetingPlanned,
    MemberDeparted,
    VoteAnnulled,
)
from domain.meeting_state import UNHELD_PHASES, Meeting, evolve, item_of, place
from domain.meeting_vote import arrive, close_vote, open_vote, recuse
from domain.surroundings import (
    BodyFacts,
    Surroundings,
    active_organisation,
    require_closed,
)

ALLOWED_IN: dict[type[MeetingCommand], tuple[str, ...]] = {
    ConveneMeeting: ("PLANNED",),
    PlaceItem: ("PLANNED", "CONVENED", "OPEN"),
    PostponeItem: ("PLANNED", "CONVENED", "OPEN"),
    OpenMeeting: ("CONVENED",),
    RecordArrival: ("OPEN",),
    RecordDeparture: ("OPEN",),
    Recuse: ("OPEN",),
    OpenVote: ("OPEN",),
    CloseVote: ("OPEN",),
    AnnulVote: ("OPEN",),
    CloseMeeting: ("OPEN",),
    MinuteMeeting: ("HELD",),
    CallOff: ("PLANNED", "CONVENED"),
}


def decide(
    command: MeetingCommand, state: Meeting | None, facts: Surroundings
) -> list[Event | On]:
    if isinstance(command, PlanMeeting):
        if state is not None:
            raise Refusal("MEETING-EXISTS", meeting_id=command.meeting_id)
        return plan(command, facts)
    if state is None:
        raise Refusal("MEETING-UNKNOWN", meeting_id=command.meeting_id)
    if isinstance(command, CallOff) and facts.act.actor.is_system:
        return end_with_its_organisation(command, state, facts)
    body = body_of(state.body, facts)
    active_organisation(state.bin, facts)
    # A council that was established anew has not planned what the old one did.
    if body.opened_at > state.planned_at:
        raise Refusal("BODY-STATE", state="DISSOLVED", body=state.body)
    if state.phase not in ALLOWED_IN[type(command)]:
        raise Refusal("MEETING-STATE", state=state.phase)
    require_order(state, facts)
    match command:
        case ConveneMeeting():
            return [MeetingConvened()]
        case PlaceItem():
            return place_item(command, state, facts)
        case PostponeItem():
            item = item_of(state, command.item)
            if item.is_settled or item.vote:
                raise Refusal("MEETING-ITEM", item=command.item, reason="decided")
            return [ItemPostponed(item=command.item, reason_ref=command.reason_ref)]
        case OpenMeeting():
            require_led(state.body, body)
            return [MeetingOpened()]
        case RecordArrival():
            return arrive(command.person_id, state, body)
        case RecordDeparture():
            if command.person_id not in (*state.present, *state.invited_present):
                raise Refusal("MEETING-PRESENCE", person_id=command.person_id)
            return [MemberDeparted(person_id=command.person_id)]
        case Recuse():
            return recuse(command, state, body, facts)
        case OpenVote():
            require_led(state.body, body)
            return open_vote(command, state, body)
        case CloseVote():
            return close_vote(command, state)
        case AnnulVote():
            vote = item_of(state, command.item).vote
            if vote is None or vote.is_open:
                raise Refusal("MEETING-NO-VOTE", item=command.item)
            return [
                VoteAnnulled(
                    item=command.item,
                    round=vote.round,
                    reason_ref=command.reason_ref,
                )
            ]
        case CloseMeeting():
            return close(state, facts)
        case MinuteMeeting():
            return minute(command, state, facts)
        case CallOff():
            return [MeetingNotHeld(reason_ref=command.reason_ref)]
    raise AssertionError(command)


def body_of(body: Stream, facts: Surroundings) -> BodyFacts:
    """The body that meets; only its own chair, head or secretary acts for it."""
    found = facts.body(body)
    if found is None or not found.exists:
        raise Refusal("BODY-UNKNOWN", body=body)
    if facts.act.actor.seat != body:
        raise Refusal("ACTOR-BODY", body=body, capacity=facts.act.actor.capacity)
    return found


def require_order(state: Meeting, facts: Surroundings) -> None:
    if facts.act.at < state.last_act:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=state.last_act)


def end_with_its_organisation(
    command: CallOff, state: Meeting, facts: Surroundings
) -> list[Event | On]:
    """Of a closed organisation nobody is left to hold it, be it open already."""
    require_closed(state.bin, facts)
    if state.phase not in UNHELD_PHASES:
        raise Refusal("MEETING-STATE", state=state.phase)
    require_order(state, facts)
    return [MeetingNotHeld(reason_ref=command.reason_ref)]


def require_led(ref: Stream, body: BodyFacts) -> None:
    """A body without a leader, or a council out of its term, decides nothing."""
    if not body.is_led:
        raise Refusal("BODY-NOT-LED", bodies=[ref])


def plan(command: PlanMeeting, facts: Surroundings) -> list[Event | On]:
    body = body_of(command.body, facts)
    active_organisation(body.owner, facts)
    require_led(command.body, body)
    if command.planned_for < local_day(body.opened_at):
        raise Refusal("CMD-BEFORE", act=command.planned_for, rests_on=body.opened_at)
    return [
        MeetingPlanned(
            meeting_id=command.meeting_id,
            bin=body.owner,
            body=command.body,
            body_kind=body.kind,
            levels=body.levels,
            planned_for=command.planned_for,
            quorum_rule=body.quorum,
        )
    ]


def close(state: Meeting, facts: Surroundings) -> list[Event | On]:
    undecided = [number for number, item in state.items.items() if not item.is_settled]
    if undecided:
        raise Refusal("MEETING-UNDECIDED", items=undecided)
    return [
        MeetingHeld(
            meeting_id=state.meeting,
            body=state.body,
            body_kind=state.body_kind,
            held_on=facts.act.on,
            items=tuple(state.items),
        )
    ]


def minute(
    command: MinuteMeeting, state: Meeting, facts: Surroundings
) -> list[Event | On]:
    """The next number of the body and year; a number given must be that one."""
    year = state.held_on.year if state.held_on else facts.act.on.year
    number = facts.last_minutes_number(state.body, year) + 1
    if command.number not in (None, number):
        raise Refusal("MEETING-NUMBER", given=command.number, next=number, year=year)
    signers = set(command.signed_by)
    strangers = signers - {*state.attended, facts.act.actor.person}
    if not signers or strangers or len(signers) < len(command.signed_by):
        raise Refusal("MEETING-SIGNATURES", persons=sorted(strangers))
    numbered = minutes.MinutesNumbered(
        bin=state.bin,
        body=state.body,
        year=year,
        number=number,
        meeting_id=state.meeting,
    )
    return [
        MeetingMinuted(
            meeting_id=state.meeting,
            body=state.body,
            number=number,
            year=year,
            minutes_ref=command.minutes_ref,
            signed_by=command.signed_by,
        ),
        On(minutes.stream_of(state.body, year), numbered),
    ]


MEETING = Decider(decide, evolve, place)
