"""A meeting as its events leave it."""

from datetime import date, datetime
from typing import assert_never

import msgspec
from msgspec import Struct

from domain.dates import local_day
from domain.decider import Mark, Place, Refusal
from domain.identifiers import Bin, DocumentId, MeetingId, PersonId, Sha256, Stream
from domain.meeting_events import (
    ItemPlaced,
    ItemPostponed,
    MeetingConvened,
    MeetingEvent,
    MeetingHeld,
    MeetingMinuted,
    MeetingNotHeld,
    MeetingOpened,
    MeetingPlanned,
    MemberArrived,
    MemberDeparted,
    MemberRecused,
    VoteAnnulled,
    VoteClosed,
    VoteOpened,
)
from domain.regulation.pack import QuorumRule

UNHELD_PHASES = ("PLANNED", "CONVENED", "OPEN")


def stream_of(meeting: str) -> Stream:
    return Stream(f"meeting/{meeting}")


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
    documents: dict[DocumentId, Sha256]
    """The documents of the item, each with the text that is voted on."""
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
            documents = {one.document_id: one.content_hash for one in event.documents}
            item = Item(event.kind, documents, event.motion)
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


def item_of(state: Meeting, number: int) -> Item:
    item = state.items.get(number)
    if item is None:
        raise Refusal("MEETING-ITEM", item=number, reason="unknown")
    return item
