"""What stands already: the streams that the lines of a file are held against."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from adapters.envelope import CloudEvent, CommandRecord
from adapters.reading import StreamSource
from domain.decider import Event, Mark
from domain.identifiers import PersonId
from domain.messages import AGGREGATES, decode, kind_of

Kind = TypeVar("Kind", bound=Event)


class Log(StreamSource, Protocol):
    """Where the past is read from; StoreUnavailable where it cannot be."""

    def outcome(self, owner: str, command_id: str) -> CommandRecord | None: ...


class Marked(Struct, frozen=True):
    """An event where it stands in its stream."""

    event: Event
    mark: Mark


class Past:
    """The streams as they are in the log."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def of(self, stream: str) -> Sequence[Marked]:
        return [marked(record) for record in self._log.read(stream)]

    def state(self, stream: str) -> Any:  # a state is its aggregate's own
        """The folded state of a stream, None where it has no events."""
        state = None
        for one in self.of(stream):
            state = AGGREGATES[kind_of(stream)].evolve(state, one.event, one.mark)
        return state

    def at(self, stream: str, version: int, kind: type[Kind]) -> Kind:
        """The event of a version, which must be of the kind."""
        event = self.of(stream)[version - 1].event
        assert isinstance(event, kind)
        return event

    def last(self, stream: str, kind: type[Kind]) -> Kind | None:
        """The last event of a kind, None where there is none."""
        found = [one.event for one in self.of(stream) if isinstance(one.event, kind)]
        return found[-1] if found else None


def marked(record: CloudEvent) -> Marked:
    mark = Mark(record.streamversion, record.time, PersonId(record.actorid))
    return Marked(decode(record.tag, record.data), mark)
