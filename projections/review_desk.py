"""What lies before reviewing bodies now: a row as long as a document is in review."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from domain.document_events import DocumentSubmitted, StageOpened, StagePassed
from domain.identifiers import owner_in
from projections.projection import Key, Projection, Recorded

STAYS = ("document.conclusion-recorded", "document.review-requested")
"""Events under which a document stays in review; what is none of these ends it."""


class ReviewDesk(Struct, frozen=True, kw_only=True):
    """A document in review: which bodies were asked so far, and whose they are.

    `hosts` are the organisations of these bodies, its own left out; `opened_at` is
    when the open stage was opened.
    """

    document_id: str
    org_bin: str
    round: int
    stage_no: int | None = None
    bodies: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    opened_at: datetime | None = None
    last_position: int


def keys(recorded: Recorded) -> Sequence[Key]:
    if recorded.tag.startswith("document."):
        return [(recorded.stream.partition("/")[2],)]
    return []


def fold(row: ReviewDesk | None, recorded: Recorded, key: Key) -> ReviewDesk | None:
    event = recorded.event
    if isinstance(event, DocumentSubmitted):
        return ReviewDesk(
            document_id=str(key[0]),
            org_bin=recorded.owner,
            round=event.round,
            last_position=recorded.position,
        )
    if row is None:
        return None
    if isinstance(event, StageOpened):
        bodies = tuple(dict.fromkeys((*row.bodies, *event.bodies)))
        owners = dict.fromkeys(owner_in(body) for body in bodies)
        return msgspec.structs.replace(
            row,
            stage_no=event.stage_no,
            bodies=bodies,
            hosts=tuple(owner for owner in owners if owner != row.org_bin),
            opened_at=recorded.at,
            last_position=recorded.position,
        )
    stays = isinstance(event, StagePassed) or recorded.tag.startswith(STAYS)
    return row if stays else None


REVIEW_DESK = Projection(
    name="review_desk",
    row=ReviewDesk,
    key=("document_id",),
    keys=keys,
    fold=fold,
    indexes=(("org_bin",), ("opened_at",)),
    aggregates=frozenset({"document"}),
)
