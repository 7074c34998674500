"""A meeting of a body: planned, convened, open, held, minuted, or not held."""

from datetime import date, datetime
from typing import ClassVar, assert_never

import msgspec
from msgspec import Struct

from domain import minutes
from domain.dates import local_day
from domain.decider import Command, Decider, Event, Mark, On, Place, Refusal
from domain.identifiers import (
    Bin,
    ContentRef,
    DocumentId,
    MeetingId,
    PersonId,
    Sha256,
    Stream,
)
from domain.regulation.pack import QuorumRule
from domain.surroundings import BodyFacts, Surroundings, active_organisation

DOCUMENT = "DOCUMENT"
ITEM_KINDS = (DOCUMENT, "ELECTION", "CHAIR_DECISION", "RECOMMENDATION", "OTHER")
MOTIONS = ("POSITIVE", "NEGATIVE", "RETURN")


def stream_of(meeting: str) -> Stream:
    return Stream(f"meeting/{meeting}")


class MeetingPlanned(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "meeting.planned.v1"
    meeting_id: MeetingId
    bin: Bin
    body: Stream
    body_kind: str
    levels: tuple[str, ...]
    planned_for: date
    quorum_rule: QuorumRule


class MeetingConvened(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "meeting.convened.v1"


class ItemPlaced(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "meeting.item-placed.v1"
    item: int
    kind: str
    document_id: DocumentId | None
    version: int | None
    content_hash: Sha256 | None
    motion: str | None


class ItemPostponed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "meeting.item-postponed.v1"
    item: int
    reason_ref: ContentRef | None


class MeetingOpened(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "meeting.opened.v1"


class MemberArrived(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "meeting.member-arrived.v1"
    person_id: PersonId
    invited: bool


class MemberDeparted(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "meeting.member-departed.v1"
    person_id: PersonId


class MemberRecused(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "meeting.member-recused.v1"
    item: int
    person_id: PersonId
    is_author: bool


class VoteOpened(Event, frozen=True, kw_only=True):
    """`base` is the members in office, `present` how many of them are there now."""

    tag: ClassVar[str] = "meeting.vote-opened.v1"
    item: int
    round: int
    entitled: tuple[PersonId, ...]
    present: int
    base: int
    quorum: tuple[int, int]
    regulation: str
    secret: bool


class VoteClosed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "meeting.vote-closed.v1"
    item: int
    round: int
    votes_for: int
    votes_against: int
    abstained: int
    voters: tuple[PersonId, ...]
    carried: bool
    majority: tuple[int, int]


class VoteAnnulled(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "meeting.vote-annulled.v1"
    item: int
    round: int
    reason_ref: ContentRef


class MeetingHeld(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "meeting.held.v1"
    meeting_id: MeetingId
    body: Stream
    body_kind: str
    held_on: date
    items: tuple[int, ...]


class MeetingMinuted(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "meeting.minuted.v1"
    meeting_id: MeetingId
    body: Stream
    number: int
    year: int
    minutes_ref: ContentRef
    signed_by: tuple[PersonId, ...]


class MeetingNotHeld(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "meeting.not-held.v1"
    reason_ref: ContentRef | None


MeetingEvent = (
    MeetingPlanned
    | MeetingConvened
    | ItemPlaced
    | ItemPostponed
    | MeetingOpened
    | MemberArrived
    | MemberDeparted
    | MemberRecused
    | VoteOpened
    | VoteClosed
    | VoteAnnulled
    | MeetingHeld
    | MeetingMinuted
    | MeetingNotHeld
)


class MeetingCommand(Command, frozen=True, kw_only=True):
    """What every command of a meeting names: the meeting, by the sender's own id."""

    meeting_id: MeetingId


class PlanMeeting(MeetingCommand, frozen=True, kw_only=True):
    """Plan a meeting of a body, named by its stream, for a day."""

    tag: ClassVar[str] = "meeting.plan"
    body: Stream
    planned_for: date


class ConveneMeeting(MeetingCommand, frozen=True, kw_only=True):
    """Call the members together."""

    tag: ClassVar[str] = "meeting.convene"


class PlaceItem(MeetingCommand, frozen=True, kw_only=True):
    """Place an item on the agenda; for a document, its text and the motion.

    `motion` is the proposed conclusion: carried gives it, not carried NEGATIVE.
    """

    tag: ClassVar[str] = "meeting.place-item"
    kind: str
    document_id: DocumentId | None = None
    content_hash: Sha256 | None = None
    motion: str | None = None


class PostponeItem(MeetingCommand, frozen=True, kw_only=True):
    """Take an item off this meeting."""

    tag: ClassVar[str] = "meeting.postpone-item"
    item: int
    reason_ref: ContentRef | None = None


class OpenMeeting(MeetingCommand, frozen=True, kw_only=True):
    """Open the meeting."""

    tag: ClassVar[str] = "meeting.open"


class RecordArrival(MeetingCommand, frozen=True, kw_only=True):
    """A member in office, or somebody invited, has come."""

    tag: ClassVar[str] = "meeting.record-arrival"
    person_id: PersonId


class RecordDeparture(MeetingCommand, frozen=True, kw_only=True):
    """Somebody present has left."""

    tag: ClassVar[str] = "meeting.record-departure"
    person_id: PersonId


class Recuse(MeetingCommand, frozen=True, kw_only=True):
    """A member takes no part in the vote on an item; this is not an abstention."""

    tag: ClassVar[str] = "meeting.recuse"
    item: int
    person_id: PersonId


class OpenVote(MeetingCommand, frozen=True, kw_only=True):
    """Open the vote on an item: quorum is presence at this instant (A28)."""

    tag: ClassVar[str] = "meeting.open-vote"
    item: int
    secret: bool = False


class CloseVote(MeetingCommand, frozen=True, kw_only=True):
    """Close the vote with its tally; `voters` is who voted, never who voted what."""

    tag: ClassVar[str] = "meeting.close-vote"
    item: int
    votes_for: int
    votes_against: int
    abstained: int
    voters: tuple[PersonId, ...] = ()


class AnnulVote(MeetingCommand, frozen=True, kw_only=True):
    """Annul a closed vote for a reason, so that it can be held anew."""

    tag: ClassVar[str] = "meeting.annul-vote"
    item: int
    reason_ref: ContentRef


class CloseMeeting(MeetingCommand, frozen=True, kw_only=True):
    """Close the meeting: every item is decided or postponed."""

    tag: ClassVar[str] = "meeting.close"


class MinuteMeeting(MeetingCommand, frozen=True, kw_only=True):
    """Minute the held meeting under the body's next number of the year."""

    tag: ClassVar[str] = "meeting.minute"
    minutes_ref: ContentRef
    signed_by: tuple[PersonId, ...]
    number: int | None = None


class CallOff(MeetingCommand, frozen=True, kw_only=True):
    """The meeting does not take place."""

    tag: ClassVar[str] = "meeting.call-off"
    reason_ref: ContentRef | None = None


class Vote(Struct, frozen=True):
    """One round: who was entitled when it opened, and the tally once closed."""

    round: int
    entitled: tuple[PersonId, ...]
    opened_at: datetime
    is_open: bool = True
    carried: bool | None = None
    votes_for: int = 0
    votes_against: int = 0
    abstained: int = 0


class Item(Struct, frozen=True):
    kind: str
    document: DocumentId | None
    content_hash: Sha256 | None
    motion: str | None
    recused: tuple[PersonId, ...] = ()
    postponed: bool = False
    rounds: int = 0
    vote: Vote | None = None
    """The vote that stands; an annulled one stands no longer."""

    @property
    def is_settled(self) -> bool:
        return self.postponed or (self.vote is not None and not self.vote.is_open)


class Meeting(Struct, frozen=True):
    """PLANNED, CONVENED, OPEN, HELD, MINUTED or NOT_HELD."""

    meeting: MeetingId
    bin: Bin
    body: Stream
    body_kind: str
    levels: tuple[str, ...]
    quorum: QuorumRule
    phase: str
    last_act: datetime
    planned_at: datetime
    items: dict[int, Item] = {}
    present: tuple[PersonId, ...] = ()
    attended: tuple[PersonId, ...] = ()
    """Whoever was there for some time, member or invited."""
    invited_present: tuple[PersonId, ...] = ()
    held_at: datetime | None = None

    @property
    def held_on(self) -> date | None:
        return local_day(self.held_at) if self.held_at else None


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
    body = body_of(state.body, facts)
    active_organisation(state.bin, facts)
    # A council that was established anew has not planned what the old one did.
    if body.opened_at > state.planned_at:
        raise Refusal("BODY-STATE", state="DISSOLVED", body=state.body)
    if state.phase not in ALLOWED_IN[type(command)]:
        raise Refusal("MEETING-STATE", state=state.phase)
    if facts.act.at < state.last_act:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=state.last_act)
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


def place_item(
    command: PlaceItem, state: Meeting, facts: Surroundings
) -> list[Event | On]:
    """A document stands once on an agenda, with the text it has now."""
    if command.kind not in ITEM_KINDS:
        raise Refusal("MEETING-ITEM-KIND", kind=command.kind, known=ITEM_KINDS)
    version = None
    of_document = (command.document_id, command.content_hash, command.motion)
    if command.kind != DOCUMENT and any(field is not None for field in of_document):
        raise Refusal("MEETING-ITEM-FIELDS", kind=command.kind, needed=DOCUMENT)
    if command.kind == DOCUMENT:
        document = facts.document(command.document_id) if command.document_id else None
        # A document of another organisation is told of no more than a missing one.
        if document is None or document.owner != state.bin:
            raise Refusal("DOC-UNKNOWN", document_id=command.document_id)
        if command.motion not in MOTIONS:
            raise Refusal("MEETING-MOTION", motion=command.motion, known=MOTIONS)
        if any(
            item.document == command.document_id and not item.postponed
            for item in state.items.values()
        ):
            raise Refusal("MEETING-DOCUMENT-TWICE", document_id=command.document_id)
        if command.content_hash != document.content_hash:
            raise Refusal("DOC-HASH", current=document.content_hash)
        version = document.version
    return [
        ItemPlaced(
            item=len(state.items) + 1,
            kind=command.kind,
            document_id=command.document_id,
            version=version,
            content_hash=command.content_hash,
            motion=command.motion,
        )
    ]


def item_of(state: Meeting, number: int) -> Item:
    item = state.items.get(number)
    if item is None:
        raise Refusal("MEETING-ITEM", item=number, reason="unknown")
    return item


def arrive(person: PersonId, state: Meeting, body: BodyFacts) -> list[Event | On]:
    is_member = person in body.members
    if person in (*state.present, *state.invited_present) or not (
        is_member or person in body.invited
    ):
        raise Refusal("MEETING-PRESENCE", person_id=person, is_member=is_member)
    return [MemberArrived(person_id=person, invited=not is_member)]


def recuse(
    command: Recuse, state: Meeting, body: BodyFacts, facts: Surroundings
) -> list[Event | On]:
    item = item_of(state, command.item)
    if item.vote is not None or item.postponed:
        raise Refusal("MEETING-ITEM", item=command.item, reason="vote is open or over")
    if command.person_id not in body.members or command.person_id in item.recused:
        raise Refusal("MEETING-RECUSAL", person_id=command.person_id)
    document = facts.document(item.document) if item.document else None
    is_author = document is not None and document.author_person == command.person_id
    return [
        MemberRecused(
            item=command.item, person_id=command.person_id, is_author=is_author
        )
    ]


def open_vote(command: OpenVote, state: Meeting, body: BodyFacts) -> list[Event | On]:
    """Presence at this instant against the members in office; the list freezes."""
    item = item_of(state, command.item)
    if item.vote is not None or item.postponed:
        raise Refusal("MEETING-ITEM", item=command.item, reason="vote is open or over")
    rule = state.quorum
    there = [person for person in state.present if person in body.members]
    entitled = tuple(person for person in there if person not in item.recused)
    present = len(there) if rule.recused_count_as_present else len(entitled)
    base = len(body.members)
    numerator, denominator = rule.quorum
    if present * denominator <= base * numerator or not entitled:
        raise Refusal(
            "MEETING-QUORUM",
            present=present,
            base=base,
            more_than=f"{numerator}/{denominator}",
            regulation=rule.regulation,
        )
    return [
        VoteOpened(
            item=command.item,
            round=item.rounds + 1,
            entitled=entitled,
            present=present,
            base=base,
            quorum=rule.quorum,
            regulation=rule.regulation,
            secret=command.secret,
        )
    ]


def close_vote(command: CloseVote, state: Meeting) -> list[Event | On]:
    """A tally never exceeds the entitled; the majority is of the entitled present."""
    item = item_of(state, command.item)
    vote = item.vote
    if vote is None or not vote.is_open:
        raise Refusal("MEETING-NO-VOTE", item=command.item)
    tally = (command.votes_for, command.votes_against, command.abstained)
    voters = set(command.voters)
    if (
        min(tally) < 0
        or sum(tally) > len(vote.entitled)
        or not voters <= set(vote.entitled)
        or (command.voters and len(command.voters) != sum(tally))
        or len(voters) < len(command.voters)
    ):
        raise Refusal("MEETING-TALLY", tally=tally, entitled=len(vote.entitled))
    numerator, denominator = state.quorum.majority
    return [
        VoteClosed(
            item=command.item,
            round=vote.round,
            votes_for=command.votes_for,
            votes_against=command.votes_against,
            abstained=command.abstained,
            voters=command.voters,
            carried=command.votes_for * denominator > len(vote.entitled) * numerator,
            majority=state.quorum.majority,
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


def evolve(state: Meeting | None, event: MeetingEvent, mark: Mark) -> Meeting:
    if isinstance(event, MeetingPlanned):
        return Meeting(
            event.meeting_id,
            event.bin,
            event.body,
            event.body_kind,
            event.levels,
            event.quorum_rule,
            "PLANNED",
            mark.at,
            mark.at,
        )
    assert state is not None
    after = msgspec.structs.replace(state, last_act=mark.at)
    replace = msgspec.structs.replace
    match event:
        case MeetingConvened():
            return replace(after, phase="CONVENED")
        case ItemPlaced():
            item = Item(event.kind, event.document_id, event.content_hash, event.motion)
            return replace(after, items={**state.items, event.item: item})
        case ItemPostponed():
            return with_item(after, event.item, postponed=True)
        case MeetingOpened():
            return replace(after, phase="OPEN")
        case MemberArrived(invited=True):
            there = (*state.invited_present, event.person_id)
            attended = (*state.attended, event.person_id)
            return replace(after, invited_present=there, attended=attended)
        case MemberArrived():
            there = (*state.present, event.person_id)
            attended = (*state.attended, event.person_id)
            return replace(after, present=there, attended=attended)
        case MemberDeparted():
            gone = event.person_id
            return replace(
                after,
                present=tuple(p for p in state.present if p != gone),
                invited_present=tuple(p for p in state.invited_present if p != gone),
            )
        case MemberRecused():
            recused = (*state.items[event.item].recused, event.person_id)
            return with_item(after, event.item, recused=recused)
        case VoteOpened():
            vote = Vote(event.round, event.entitled, mark.at)
            return with_item(after, event.item, vote=vote, rounds=event.round)
        case VoteClosed():
            opened = state.items[event.item].vote
            assert opened is not None
            vote = replace(
                opened,
                is_open=False,
                carried=event.carried,
                votes_for=event.votes_for,
                votes_against=event.votes_against,
                abstained=event.abstained,
            )
            return with_item(after, event.item, vote=vote)
        case VoteAnnulled():
            return with_item(after, event.item, vote=None)
        case MeetingHeld():
            return replace(after, phase="HELD", held_at=mark.at)
        case MeetingMinuted():
            return replace(after, phase="MINUTED")
        case MeetingNotHeld():
            return replace(after, phase="NOT_HELD")
    assert_never(event)


def with_item(state: Meeting, number: int, **changes: object) -> Meeting:
    item = msgspec.structs.replace(state.items[number], **changes)
    return msgspec.structs.replace(state, items={**state.items, number: item})


def place(state: Meeting) -> Place:
    return Place(state.bin, state.levels)


MEETING = Decider(decide, evolve, place)
