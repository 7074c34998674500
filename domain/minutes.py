"""The numbers of minutes of one body in one year: no gap, no double."""

from typing import ClassVar

from msgspec import Struct

from domain.decider import Event, Mark, Place
from domain.identifiers import Bin, MeetingId, Stream


def stream_of(body: str, year: int) -> Stream:
    return Stream(f"minutes/{body.replace('/', '.')}.{year}")


class MinutesNumbered(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "minutes.numbered.v1"
    bin: Bin
    body: Stream
    year: int
    number: int
    meeting_id: MeetingId


class Minutes(Struct, frozen=True):
    bin: Bin
    last_number: int


def evolve(_state: Minutes | None, event: MinutesNumbered, _mark: Mark) -> Minutes:
    return Minutes(event.bin, event.number)


def place(state: Minutes) -> Place:
    return Place(state.bin)
