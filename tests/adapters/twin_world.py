"""A world that is told to a real bus as well, and must hear the same of both."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adapters.bootstrap import PROJECTIONS
from adapters.envelope import recorded
from adapters.orders import Accepted, Answer, Refused, json_shaped
from domain.decider import Command, Event, Mark, Refusal
from domain.identifiers import PersonId, Stream
from domain.messages import AGGREGATES, decode, kind_of
from projections.projection import Key, Projection, Recorded
from tests.adapters.turned_bus import TurnedBus
from tests.domain.scenario import ONE_MINUTE, Hat, World

Rows = dict[str, dict[Key, Any]]  # by projection; a row is the projection's own


class TwinWorld(World):
    """Every command is decided in memory and by the bus over a real store."""

    def __init__(self, past: World, folder: Path) -> None:
        super().__init__(past.pack)
        self.now = past.now
        for entry in past.log:
            self.retell(entry)
        self.accepted = list(past.accepted)
        self.bus = TurnedBus(folder / "log.sqlite", past.pack)
        self.bus.retell(past)
        self.rows: Rows = {each.name: {} for each in PROJECTIONS}
        self.folded = 0
        self.fold()

    def obey(self, hat: Hat, command: Command) -> list[Event]:
        before = len(self.log)
        try:
            events = super().obey(hat, command)
        except Refusal as refusal:
            answer = self.bus.give(hat, command, self.now)
            assert isinstance(answer, Refused), (refusal, answer)
            assert answer.code == refusal.code
            assert answer.context == json_shaped(refusal.context)
            assert len(self.log) == before == self.bus.store.position()
            raise
        answer = self.bus.give(hat, command, self.now)
        assert isinstance(answer, Accepted), (events, answer)
        assert answer.events == tuple(event.tag for event in events)
        self.fold()
        return events

    def hears(self, hat: Hat, command: Command) -> Answer:
        """What the bus alone answers; nothing may come of it."""
        answer = self.bus.give(hat, command, self.now)
        assert self.bus.store.position() == len(self.log)
        return answer

    def enter(self, hat: Hat, command: Command) -> None:
        """Decide in memory what the bus has accepted already, at this time."""
        self.now -= ONE_MINUTE
        super().obey(hat, command)
        self.fold()

    def fold(self) -> None:
        """Show the views what is new in the store, as projectors do."""
        events = self.recorded(self.folded)
        fold_into(self.rows, events)
        self.folded += len(events)

    def recorded(self, after: int = 0) -> list[Recorded]:
        return [recorded(one) for _, one in self.bus.store.records(after, 100_000)]

    def close(self) -> None:
        self.bus.close()


def fold_into(rows: Rows, events: Sequence[Recorded]) -> None:
    for each in PROJECTIONS:
        for event in events:
            fold_one(each, rows[each.name], event)


def fold_one(
    projection: Projection[Any], rows: dict[Key, Any], event: Recorded
) -> None:
    for key in projection.keys(event):
        row = projection.fold(rows.get(key), event, key)
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row


def refolded(world: TwinWorld, stream: Stream) -> object | None:
    """The state of a stream, folded anew from what its store holds."""
    state = None
    for record in world.bus.store.read(stream):
        mark = Mark(record.streamversion, record.time, PersonId(record.actorid))
        event = decode(record.tag, record.data)
        state = AGGREGATES[kind_of(stream)].evolve(state, event, mark)
    return state
