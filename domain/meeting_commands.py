"""What may be asked of a meeting."""

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from domain.decider import Command
from domain.identifiers import (
    ContentRef,
    DocumentId,
    MeetingId,
    PersonId,
    Sha256,
    Stream,
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


class PlacedDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document and the text of it that the body is to conclude on."""

    document_id: DocumentId
    content_hash: Sha256


class PlaceItem(MeetingCommand, frozen=True, kw_only=True):
    """Place an item on the agenda; of documents, their texts and the motion.

    `motion` is the proposed conclusion on all of them, in one vote: carried gives it,
    not carried NEGATIVE.
    """

    tag: ClassVar[str] = "meeting.place-item"
    kind: str
    documents: Annotated[tuple[PlacedDocument, ...], Meta(max_length=500)] = ()
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
