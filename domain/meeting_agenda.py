"""What stands on the agenda of a meeting."""

from domain.decider import Event, On, Refusal
from domain.identifiers import DocumentId
from domain.meeting_commands import PlaceItem
from domain.meeting_events import DocumentOnAgenda, ItemPlaced
from domain.meeting_state import Meeting
from domain.surroundings import DocumentFacts, Surroundings

DOCUMENT = "DOCUMENT"
ITEM_KINDS = (DOCUMENT, "ELECTION", "CHAIR_DECISION", "RECOMMENDATION", "OTHER")
MOTIONS = ("POSITIVE", "NEGATIVE", "RETURN")


def place_item(
    command: PlaceItem, state: Meeting, facts: Surroundings
) -> list[Event | On]:
    """Documents stand once on an agenda, with the text they have now."""
    if command.kind not in ITEM_KINDS:
        raise Refusal("MEETING-ITEM-KIND", kind=command.kind, known=ITEM_KINDS)
    if command.kind == DOCUMENT:
        documents = documents_of(command, state, facts)
    elif command.documents or command.motion is not None:
        raise Refusal("MEETING-ITEM-FIELDS", kind=command.kind, needed=DOCUMENT)
    else:
        documents = ()
    return [
        ItemPlaced(
            item=len(state.items) + 1,
            kind=command.kind,
            documents=documents,
            motion=command.motion,
        )
    ]


def documents_of(
    command: PlaceItem, state: Meeting, facts: Surroundings
) -> tuple[DocumentOnAgenda, ...]:
    """The documents of an item, each of which this body may take up."""
    if not command.documents:
        raise Refusal("DOC-UNKNOWN", document_id=None)
    found = [
        (placed, document_before(placed.document_id, state, facts))
        for placed in command.documents
    ]
    if command.motion not in MOTIONS:
        raise Refusal("MEETING-MOTION", motion=command.motion, known=MOTIONS)
    taken = {
        document
        for item in state.items.values()
        if not item.postponed
        for document in item.documents
    }
    documents: list[DocumentOnAgenda] = []
    for placed, document in found:
        if placed.document_id in taken:
            raise Refusal("MEETING-DOCUMENT-TWICE", document_id=placed.document_id)
        taken.add(placed.document_id)
        if placed.content_hash != document.content_hash:
            raise Refusal(
                "DOC-HASH",
                document_id=placed.document_id,
                current=document.content_hash,
            )
        documents.append(
            DocumentOnAgenda(
                placed.document_id, document.version, document.content_hash
            )
        )
    return tuple(documents)


def document_before(
    document_id: DocumentId, state: Meeting, facts: Surroundings
) -> DocumentFacts:
    """A document of the body's own organisation, or one that asks this very body.

    Any other document of another organisation is told of no more than a missing one.
    """
    document = facts.document(document_id)
    if document is None or (
        document.owner != state.bin and state.body not in document.asked
    ):
        raise Refusal("DOC-UNKNOWN", document_id=document_id)
    return document
