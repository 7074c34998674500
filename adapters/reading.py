"""The streams a decision looks at: folded, cached, and every look remembered."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from adapters.envelope import CloudEvent
from domain.decider import Mark
from domain.identifiers import PersonId, Stream
from domain.messages import AGGREGATES, decode, kind_of

Search = tuple[str, str]
"""A part of the registry index: owner and kind."""


class StreamSource(Protocol):
    """Where events and the registry index are read from."""

    def read(self, stream: str, after: int = 0) -> Sequence[CloudEvent]: ...

    def owned(self, owner: str, kind: str) -> tuple[tuple[str, ...], int]: ...


class StateCache:
    """Folded states by stream, the least recently used forgotten first.

    What is cached is only ever a guess: what rests on it is checked at the append.
    """

    def __init__(self, source: StreamSource, capacity: int = 50_000) -> None:
        self._source = source
        self._capacity = capacity
        self._states: OrderedDict[str, tuple[int, Any]] = OrderedDict()
        self._searches: dict[Search, tuple[tuple[str, ...], int]] = {}

    def get(self, stream: str) -> tuple[int, Any]:  # a state is its aggregate's own
        """The version of a stream and its folded state: (0, None) without events."""
        if stream in self._states:
            self._states.move_to_end(stream)
            return self._states[stream]
        aggregate = AGGREGATES.get(kind_of(stream))
        version, state = 0, None
        if aggregate is not None:
            for record in self._source.read(stream):
                version = record.streamversion
                mark = Mark(version, record.time, PersonId(record.actorid))
                state = aggregate.evolve(state, decode(record.tag, record.data), mark)
        self.put(stream, version, state)
        return version, state

    def put(self, stream: str, version: int, state: object) -> None:
        self._states[stream] = (version, state)
        self._states.move_to_end(stream)
        while len(self._states) > self._capacity:
            self._states.popitem(last=False)

    def owned(self, owner: str, kind: str) -> tuple[tuple[str, ...], int]:
        """The streams of an owner under a kind, and the version of that search."""
        search = (owner, kind)
        if search not in self._searches:
            if len(self._searches) >= self._capacity:
                self._searches.clear()
            self._searches[search] = self._source.owned(owner, kind)
        return self._searches[search]

    def enter(self, owner: str, kind: str, stream: str) -> None:
        """A stream is about to enter the registry index under a kind."""
        search = (owner, kind)
        if search in self._searches:
            streams, version = self._searches[search]
            self._searches[search] = ((*streams, stream), version + 1)

    def forget(self, streams: Iterable[str], searches: Iterable[Search]) -> None:
        for stream in streams:
            self._states.pop(stream, None)
        for search in searches:
            self._searches.pop(search, None)

    def clear(self) -> None:
        self._states.clear()
        self._searches.clear()


class Reading:
    """One command's view of the streams; what it looked at becomes its read set."""

    def __init__(self, cache: StateCache) -> None:
        self._cache = cache
        self.reads: dict[str, int] = {}
        self.searches: dict[Search, int] = {}

    def state(self, stream: Stream) -> object | None:
        version, state = self._cache.get(stream)
        self.reads[stream] = version
        found: object | None = state
        return found

    def owned(self, owner: str, kind: str) -> Sequence[Stream]:
        streams, version = self._cache.owned(owner, kind)
        self.searches[owner, kind] = version
        return [Stream(stream) for stream in streams]
