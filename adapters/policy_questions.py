"""What policies ask of read models: pages of subjects, once the views have them all."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from adapters.envelope import CloudEvent, open_record
from adapters.selecting import Where
from adapters.views import AnyProjection, Parked, ParkedStream, Standing
from domain.identifiers import DocumentId, MeetingId
from domain.policies import (
    Found,
    OpenDocument,
    OpenDocuments,
    Question,
    UnheldMeeting,
    UnheldMeetings,
)
from projections.approval_status import APPROVAL_STATUS
from projections.meeting_calendar import MEETING_CALENDAR
from projections.projection import Projection, Row


class NotYet(Exception):
    """An event cannot be answered now; `reason` says why, in one word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Views(Protocol):
    """Rows of the read models by query, and how far they are."""

    def standing(self, name: str) -> Standing: ...

    def parked_streams(self, view: str) -> list[ParkedStream]: ...

    def parked_at(self, view: str, position: int) -> Parked | None: ...

    def select(
        self,
        projection: Projection[Row],
        where: Where,
        order: Sequence[str],
        after: Sequence[Any] | None,  # values of any column
        limit: int,
    ) -> list[Row]: ...


def revisions(
    views: Views, questions: Sequence[Question], record: CloudEvent
) -> tuple[int, ...]:
    """The revisions of the asked views, which show all up to the event; NotYet else.

    A view shows nothing new of a parked stream: one of the same owner is waited for.
    """
    found = []
    for question in questions:
        name = view_of(question).name
        standing = views.standing(name)
        if standing.position < record.sequence:
            raise NotYet("view-behind")
        for parked in views.parked_streams(name):
            if may_be_of(record.owner, views.parked_at(name, parked.position)):
                raise NotYet("view-parked")
        found.append(standing.revision)
    return tuple(found)


def may_be_of(owner: str, parked: Parked | None) -> bool:
    """Whether a parked event is an owner's: of one that cannot be read, perhaps."""
    if parked is None:  # retried or skipped meanwhile
        return False
    try:
        return open_record(parked.record).owner == owner
    except (msgspec.MsgspecError, ValueError):
        return True


def view_of(question: Question) -> AnyProjection:
    match question:
        case OpenDocuments():
            return APPROVAL_STATUS
        case UnheldMeetings():
            return MEETING_CALENDAR


def page_of(
    views: Views, question: Question, after: str | None, size: int
) -> tuple[list[Found], str | None]:
    """The next subjects beyond the id `after`, and the last id: None at the end."""
    beyond = None if after is None else (after,)
    where = {"org_bin": question.owner, "state": question.phases}
    found: list[Found]
    match question:
        case OpenDocuments():
            documents = views.select(
                APPROVAL_STATUS, where, ("document_id",), beyond, size
            )
            ids = [row.document_id for row in documents]
            found = [OpenDocument(DocumentId(one)) for one in ids]
        case UnheldMeetings():
            meetings = views.select(
                MEETING_CALENDAR, where, ("meeting_id",), beyond, size
            )
            ids = [row.meeting_id for row in meetings]
            found = [UnheldMeeting(MeetingId(one)) for one in ids]
    return found, ids[-1] if ids else None
