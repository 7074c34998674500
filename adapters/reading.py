"""The streams a decision looks at: folded, cached, and every look remembered."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Protocol

from adapters.envelope import CloudEvent
from domain.decider import Mark
from domain.identifiers import PersonId, Stream
from domain.messages import AGGREGATES, decode, kind_of


class StreamSource(Protocol):
    """Where events and the registry index are read from."""

    def read(self, stream: str, after: int = 0) -> Sequence[CloudEvent]: ...

    def owned(self, owner: str, kind: str) -> tuple[tuple[str, ...], int]: ...


class StateCache:
    """Folded states by stream, the least recently used forgotten first.

    A cached state is only ever a guess: what rests on it is checked at the append.
    """

    def __init__(self, source: StreamSource, capacity: int = 50_000) -> None:
        self._source = source
        self._capacity = capacity
        self._states: OrderedDict[str, tuple[int, Any]] = OrderedDict()

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

    def forget(self, streams: Sequence[str]) -> None:
        for stream in streams:
            self._states.pop(stream, None)

    def clear(self) -> None:
        self._states.clear()


class Reading:
    """One command's view of the streams; what it looked at becomes its read set."""

    def __init__(self, cache: StateCache, source: StreamSource) -> None:
        self._cache = cache
        self._source = source
        self.reads: dict[str, int] = {}
        self.searches: dict[tuple[str, str], int] = {}

    def state(self, stream: Stream) -> object | None:
        version, state = self._cache.get(stream)
        self.reads[stream] = version
        found: object | None = state
        return found

    def owned(self, owner: str, kind: str) -> Sequence[Stream]:
        streams, version = self._source.owned(owner, kind)
        self.searches[owner, kind] = version
        return [Stream(stream) for stream in streams]
