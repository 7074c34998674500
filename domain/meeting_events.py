"""What happens at a meeting."""

from datetime import date
from typing import ClassVar

from msgspec import Struct

from domain.decider import Event
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


class DocumentOnAgenda(Struct, frozen=True):
    """A document with the version and text that stand on the agenda."""

    document_id: DocumentId
    version: int
    content_hash: Sha256


class ItemPlaced(Event, frozen=True, kw_only=True):
    """One item, one motion, one vote; `documents` may be many (rule 20)."""

    tag: ClassVar[str] = "meeting.item-placed.v1"
    item: int
    kind: str
    documents: tuple[DocumentOnAgenda, ...]
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
