"""Policies: what one aggregate asks of another, when something has happened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from msgspec import Struct

from domain import document_state, meeting_state
from domain.decider import Command, Event
from domain.document_commands import WithdrawDocument
from domain.identifiers import (
    Bin,
    CapacityId,
    CommandId,
    DocumentId,
    MeetingId,
    Stream,
)
from domain.meeting_commands import CallOff
from domain.organisation_events import OrganisationClosed


class Cause(Struct, frozen=True):
    """The event that a policy answers to: its id, and whose it is.

    `capacity` is the one in which the node, as SYSTEM, gives the answer.
    """

    id: str
    event: Event
    owner: Bin
    capacity: CapacityId


class OpenDocuments(Struct, frozen=True):
    """Asks for the documents of an organisation that are on their way."""

    owner: Bin
    phases: tuple[str, ...] = document_state.OPEN_PHASES


class UnheldMeetings(Struct, frozen=True):
    """Asks for the meetings of an organisation's bodies that are not held yet."""

    owner: Bin
    phases: tuple[str, ...] = meeting_state.UNHELD_PHASES


Question = OpenDocuments | UnheldMeetings


class OpenDocument(Struct, frozen=True):
    document: DocumentId


class UnheldMeeting(Struct, frozen=True):
    meeting: MeetingId


Found = OpenDocument | UnheldMeeting
"""What read models answer: a guess, of which the decision disposes."""


@dataclass(frozen=True)
class Policy:
    """Events of the types in `answers_to` in, commands of the node out.

    `proposes` is given the cause and what was found, a page at a time; where `asks`
    asks nothing, once and with nothing. Each command has the id that `command_id`
    makes of policy, subject and cause, so that proposed again it is the same one.
    """

    name: str
    answers_to: frozenset[type[Event]]
    asks: Callable[[Cause], Sequence[Question]]
    proposes: Callable[[Cause, Sequence[Found]], Sequence[Command]]


def command_id(policy: str, subject: Stream, cause: Cause) -> CommandId:
    """The id of what a policy asks of one subject because of one event."""
    name = f"urn:adisteme:policy:{policy}:{subject}:{cause.id}"
    return CommandId(str(uuid5(NAMESPACE_URL, name)))


def what_is_open(cause: Cause) -> tuple[Question, ...]:
    return OpenDocuments(cause.owner), UnheldMeetings(cause.owner)


def end_what_is_open(cause: Cause, found: Sequence[Found]) -> list[Command]:
    return [ending(cause, one) for one in found]


def ending(cause: Cause, found: Found) -> Command:
    match found:
        case OpenDocument(document=document):
            return WithdrawDocument(
                command_id=command_id(
                    "closing", document_state.stream_of(document), cause
                ),
                capacity=cause.capacity,
                document_id=document,
            )
        case UnheldMeeting(meeting=meeting):
            return CallOff(
                command_id=command_id(
                    "closing", meeting_state.stream_of(meeting), cause
                ),
                capacity=cause.capacity,
                meeting_id=meeting,
            )


CLOSING = Policy(
    "closing", frozenset({OrganisationClosed}), what_is_open, end_what_is_open
)
"""Closing an organisation withdraws what is open, each with its event (7.1)."""

POLICIES: tuple[Policy, ...] = (CLOSING,)
