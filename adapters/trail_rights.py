"""What of a document's trail is for whom: the auditor, its organisation, a cabinet."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from adapters.envelope import CloudEvent
from adapters.viewing import Audience, Viewer
from domain.meeting_events import ItemPlaced
from domain.messages import OWN, SCOPES
from domain.trail import DOCUMENT, MEETING, Step, document_steps

REQUEST = "review-request"
MEETING_OUTCOMES = ("meeting.held.", "meeting.minuted.", "meeting.planned.")
"""What of a meeting is told to whom its votes are not shown."""

HIDDEN = frozenset(
    (
        "votes",
        "remarks_ref",
        "reason_ref",
        "reason_refs",
        "reasons_ref",
        "minutes_ref",
        "signed_by",
    )
)
"""Fields that a supervisor is not shown: remarks, reasons and votes."""


def shown_to(
    viewer: Viewer,
    audience: Audience,
    document_id: str,
    steps: Sequence[Step],
    records: Mapping[int, CloudEvent],
) -> Iterator[Step]:
    """The steps that a viewer may see; the auditor sees all, whole."""
    if viewer.is_auditor:
        yield from steps
        return
    owner = records[document_steps(steps)[0].position].owner
    for step in steps:
        is_for_them = audience is Audience.OWN or is_supervised(step)
        if is_for_them and is_theirs(step, records[step.position], owner):
            yield about_one(step, document_id)


def is_theirs(step: Step, record: CloudEvent, owner: str) -> bool:
    """What a host has for itself is not its guests'; what it did on their document is.

    `owner` is the document's organisation.
    """
    on_document = step.kind in (DOCUMENT, REQUEST, MEETING)
    return on_document or is_public(step) or record.owner == owner


def is_public(step: Step) -> bool:
    return SCOPES[type(step.event)] != OWN


def is_supervised(step: Step) -> bool:
    """What a supervisor sees: the document's course, what is public, who was seated."""
    tag = step.event.tag
    if step.kind == MEETING:
        return tag.startswith(MEETING_OUTCOMES)
    return is_public(step) or step.kind in (DOCUMENT, REQUEST, "staff")


def about_one(step: Step, document_id: str) -> Step:
    """The step; of an item that is about many documents, as far as about this one."""
    if not isinstance(step.event, ItemPlaced):
        return step
    placed = tuple(d for d in step.event.documents if d.document_id == document_id)
    item = msgspec.structs.replace(step.event, documents=placed)
    return msgspec.structs.replace(step, event=item)
