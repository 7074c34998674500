"""The revisions of one document over the years: at most one of them is open."""

from datetime import datetime
from typing import ClassVar, assert_never

import msgspec
from msgspec import Struct

from domain.decider import Event, Mark, Place
from domain.identifiers import Bin, DocumentId, SeriesId, Stream


def stream_of(series: SeriesId) -> Stream:
    return Stream(f"series/{series}")


class SeriesRevisionOpened(Event, frozen=True, kw_only=True):
    """A document of the series was drafted: no other may be, until it is decided."""

    tag: ClassVar[str] = "series.revision-opened.v1"
    series_id: SeriesId
    bin: Bin
    kind: str
    level: str
    document_id: DocumentId


class SeriesRevisionApproved(Event, frozen=True, kw_only=True):
    """A document of the series was approved, or joins it as approved long before."""

    tag: ClassVar[str] = "series.revision-approved.v1"
    series_id: SeriesId
    bin: Bin
    kind: str
    level: str
    document_id: DocumentId


class SeriesRevisionWithdrawn(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "series.revision-withdrawn.v1"
    document_id: DocumentId


SeriesEvent = SeriesRevisionOpened | SeriesRevisionApproved | SeriesRevisionWithdrawn


class Series(Struct, frozen=True):
    """Whose series it is, of what kind; `open` is the document on its way.

    `free_since` is when the last one ceased to be so.
    """

    bin: Bin
    kind: str
    level: str
    open: DocumentId | None = None
    free_since: datetime | None = None


def evolve(state: Series | None, event: SeriesEvent, mark: Mark) -> Series:
    match event:
        case SeriesRevisionOpened():
            return Series(event.bin, event.kind, event.level, event.document_id)
        case SeriesRevisionApproved():
            if state is None:
                return Series(event.bin, event.kind, event.level)
            return closed(state, mark) if state.open == event.document_id else state
        case SeriesRevisionWithdrawn():
            assert state is not None
            return closed(state, mark)
    assert_never(event)


def closed(state: Series, mark: Mark) -> Series:
    return msgspec.structs.replace(state, open=None, free_since=mark.at)


def place(state: Series) -> Place:
    return Place(state.bin, (state.level,))
