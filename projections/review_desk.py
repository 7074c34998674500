"""What lies before reviewing bodies now: a row as long as a document is in review."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from domain.document_events import (
    ConclusionRecorded,
    DocumentSubmitted,
    RouteReplanned,
    StageOpened,
    StagePassed,
)
from domain.identifiers import owner_in
from projections.projection import Key, Projection, Recorded


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
    if recorded.stream.startswith("document/"):
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
        opened = with_bodies(row, (*row.bodies, *event.bodies))
        return msgspec.structs.replace(
            opened,
            stage_no=event.stage_no,
            opened_at=recorded.at,
            last_position=recorded.position,
        )
    if isinstance(event, RouteReplanned):
        left = {body.body for body in event.route.bodies()}
        return with_bodies(row, tuple(body for body in row.bodies if body in left))
    # Whatever else happens to a document ends its review.
    return row if isinstance(event, StagePassed | ConclusionRecorded) else None


def with_bodies(row: ReviewDesk, bodies: Sequence[str]) -> ReviewDesk:
    once = tuple(dict.fromkeys(bodies))
    owners = dict.fromkeys(owner_in(body) for body in once)
    hosts = tuple(owner for owner in owners if owner != row.org_bin)
    return msgspec.structs.replace(row, bodies=once, hosts=hosts)


REVIEW_DESK = Projection(
    name="review_desk",
    row=ReviewDesk,
    key=("document_id",),
    keys=keys,
    fold=fold,
    indexes=(("org_bin",), ("opened_at",)),
    aggregates=frozenset({"document"}),
)
