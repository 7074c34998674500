"""What stands on the agenda of a meeting."""

from domain.decider import Event, On, Refusal
from domain.meeting_commands import PlaceItem
from domain.meeting_events import ItemPlaced
from domain.meeting_state import Meeting
from domain.surroundings import Surroundings

DOCUMENT = "DOCUMENT"
ITEM_KINDS = (DOCUMENT, "ELECTION", "CHAIR_DECISION", "RECOMMENDATION", "OTHER")
MOTIONS = ("POSITIVE", "NEGATIVE", "RETURN")


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
