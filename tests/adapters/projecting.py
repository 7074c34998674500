"""Views of numbered events: what a projector makes of a log, and what it should."""

import asyncio
import threading
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.jetstream.folding import Decode
from adapters.jetstream.projector import Projector
from adapters.jetstream.relay import Relay
from adapters.persistence.view_store_sqlite import SqliteViewStore
from adapters.views import AnyProjection, Parked, ParkedStream, Wish
from projections.projection import Key, Projection, Recorded, Row
from tests.adapters.bus import (
    BOUND_SECONDS,
    MORNING,
    NODE,
    ListLog,
    MemberElected,
    connector,
    eventually,
    recorded,
    running_server,
    stream_made,
    while_running,
)


class Elected(Struct, frozen=True):
    """The numbers elected in one stream, in their order."""

    stream: str
    numbers: tuple[int, ...]


def number_of(record: Recorded) -> int:
    assert isinstance(record.event, MemberElected)
    return record.event.number


def elect(row: Elected | None, record: Recorded, key: Key) -> Elected:
    before = row.numbers if row else ()
    return Elected(record.stream, (*before, number_of(record)))


def by_stream(record: Recorded) -> list[Key]:
    return [(record.stream,)]


def failing(name: str, poison: Collection[int]) -> Projection[Elected]:
    """A view that cannot fold the numbers that are poison to it just then."""

    def fold(row: Elected | None, record: Recorded, key: Key) -> Elected:
        if number_of(record) in poison:
            raise LookupError(number_of(record))
        return elect(row, record, key)

    return Projection(name, Elected, ("stream",), by_stream, fold)


ELECTED = failing("elected", ())


class HeldViews(SqliteViewStore):
    """Views of which some saves, by view and position before, wait until they may."""

    def __init__(
        self,
        path: Path,
        projections: Sequence[AnyProjection],
        is_held: Callable[[str, int], bool],
    ) -> None:
        super().__init__(path, projections)
        self._is_held = is_held
        self.may_go_on = threading.Event()

    def save(
        self,
        projection: Projection[Row],
        before: int,
        after: int,
        rows: Mapping[Key, Row | None],
        *,
        revision: int | None = None,
        parked: Sequence[Parked] = (),
        unparked: str | None = None,
    ) -> bool:
        if self._is_held(projection.name, before):
            assert self.may_go_on.wait(BOUND_SECONDS)
        return super().save(
            projection,
            before,
            after,
            rows,
            revision=revision,
            parked=parked,
            unparked=unparked,
        )


def stream_of(number: int) -> str:
    return recorded(ListLog(number).content[-1]).stream


def folded(
    log: ListLog, projection: AnyProjection, without: Collection[int] = ()
) -> dict[Key, Struct]:
    """The rows that the whole log makes, less the events at some positions."""
    rows: dict[Key, Struct | None] = {}
    for position, payload in enumerate(log.content, 1):
        if position in without:
            continue
        record = recorded(payload)
        for key in projection.keys(record):
            rows[key] = projection.fold(rows.get(key), record, key)
    return {key: row for key, row in rows.items() if row is not None}


def rows_of(views: SqliteViewStore, projection: AnyProjection) -> dict[Key, Struct]:
    rows = views.select(projection, {}, projection.key, None, 100_000)
    return {tuple(getattr(row, name) for name in projection.key): row for row in rows}


def parked_in(views: SqliteViewStore, projection: AnyProjection) -> dict[str, int]:
    """The streams that wait, and where they stopped."""
    return {
        each.stream: each.position for each in views.parked_streams(projection.name)
    }


def first_parked(views: SqliteViewStore, projection: AnyProjection) -> ParkedStream:
    return views.parked_streams(projection.name)[0]


class Projecting:
    """A log, its relay and views on a real bus; `projector` begins when asked."""

    def __init__(self, server: EmbeddedServer, folder: Path, log: ListLog) -> None:
        self.server = server
        self.log = log
        self.relay = Relay(log, connector(server, "relay"), NODE)
        self._folder = folder
        self._opened: list[SqliteViewStore] = []

    def views(self, *projections: AnyProjection) -> SqliteViewStore:
        views = SqliteViewStore(self._folder / "views.sqlite", projections)
        self._opened.append(views)
        return views

    def projector(
        self,
        views: SqliteViewStore,
        *projections: AnyProjection,
        decode: Decode = recorded,
    ) -> Projector:
        return Projector(
            views, projections, decode, connector(self.server, "node"), NODE
        )

    async def grow(self, count: int) -> None:
        self.log.grow(count)
        self.relay.poke()
        await eventually(lambda: self.relay.status().published == self.log.position())

    def close(self) -> None:
        for views in self._opened:
            views.close()


@asynccontextmanager
async def projecting(
    server: EmbeddedServer, folder: Path, count: int
) -> AsyncIterator[Projecting]:
    work = Projecting(server, folder, ListLog(count))
    async with stream_made(server), while_running(work.relay.run):
        yield work
    work.close()


def play(folder: Path, count: int, scenario: Callable[[Projecting], "object"]) -> None:
    """Run a scenario over a log of so many events."""

    async def run() -> None:
        with running_server(folder) as server:
            async with projecting(server, folder, count) as work:
                told = scenario(work)
                assert asyncio.iscoroutine(told)
                await told

    asyncio.run(run())


async def carried_out(views: SqliteViewStore, wish: Wish) -> str:
    """Wish, and wait for what comes of it."""
    (number,) = views.wish([wish])
    outcome: list[str] = []

    def is_done() -> bool:
        found = views.find_wish(number)
        if found is not None and found.outcome is not None:
            outcome.append(found.outcome)
        return bool(outcome)

    await eventually(is_done)
    return outcome[0]


def retry(projection: AnyProjection, stream: str) -> Wish:
    return Wish(kind="retry", view=projection.name, stream=stream, by="Ann", at=MORNING)


def skip(projection: AnyProjection, position: int) -> Wish:
    return Wish(
        kind="skip",
        view=projection.name,
        position=position,
        reason="written by mistake",
        by="Ann",
        at=MORNING,
    )


def rebuild(projection: AnyProjection) -> Wish:
    return Wish(kind="rebuild", view=projection.name, by="Ann", at=MORNING)
