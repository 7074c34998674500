"""What the host of a joint commission is asked, in its own feed: please conclude."""

from msgspec import Struct

from domain.decider import Mark, Place
from domain.document_events import ReviewRequested
from domain.identifiers import Bin, DocumentId, Stream


def stream_of(document: DocumentId, host: Bin) -> Stream:
    return Stream(f"review-request/{document}.{host}")


class ReviewRequest(Struct, frozen=True):
    """The latest request about a document; it belongs to the host that is asked."""

    host: Bin
    level: str
    rule: str


def evolve(
    _state: ReviewRequest | None, event: ReviewRequested, _mark: Mark
) -> ReviewRequest:
    return ReviewRequest(event.host, event.level, event.rule)


def place(state: ReviewRequest) -> Place:
    return Place(state.host, (state.level,), state.rule)
