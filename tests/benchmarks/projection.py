"""How fast views fill: one in PostgreSQL, and all of them from zero in both stores."""

import asyncio
import re
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from nats.aio.client import Client
from nats.aio.msg import Msg

from adapters.bootstrap import PROJECTIONS
from adapters.demo.documents import study_plan
from adapters.envelope import recorded
from adapters.jetstream.connection import Connect, connect
from adapters.jetstream.follower import Follower
from adapters.jetstream.reader import Reader
from adapters.jetstream.rebuild import Rebuild
from adapters.jetstream.relay import Relay
from adapters.jetstream.server_binary import server_binary
from adapters.jetstream.stream import ensure_stream, stream_name
from adapters.persistence.postgres_database import PostgresDatabase
from adapters.persistence.view_store_postgres import PostgresViewStore
from adapters.persistence.view_store_sqlite import SqliteViewStore
from adapters.views import AnyProjection, Wish
from projections.approval_status import APPROVAL_STATUS
from tests.adapters.node_at_work import at_work
from tests.benchmarks.row import Row
from tests.postgres_server import PostgresServer

NODE = "bench"
EVENTS = 60_000
PLANS = 25
ROUNDS = 3

ViewStore = SqliteViewStore | PostgresViewStore
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Log:
    """The events of study plans on their routes, told again and again under new ids.

    A record is made when it is read: a million of them do not fit into memory.
    """

    def __init__(self, count: int, told: list[bytes]) -> None:
        self._count = count
        self._told = told

    def position(self) -> int:
        return self._count

    def records(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        positions = range(after + 1, min(after + limit, self._count) + 1)
        return [(position, self._record(position)) for position in positions]

    def _record(self, position: int) -> bytes:
        turn, place = divmod(position - 1, len(self._told))
        return retold(self._told[place], turn, position)


def story() -> list[bytes]:
    """What two colleges record: offices, bodies, meetings, votes, approvals."""
    with tempfile.TemporaryDirectory() as name, at_work(Path(name)) as told:
        for number in range(4, 4 + PLANS):
            study_plan(told.teller, told.house, troubled=number % 4 == 0)
        return [record for _, record in told.node.store.records(0, 1_000_000)]


def retold(record: bytes, turn: int, position: int) -> bytes:
    """The same record with ids and a position of its own."""

    def another(found: re.Match[bytes]) -> bytes:
        return str(UUID(int=UUID(found[0].decode()).int ^ turn)).encode()

    renumbered = re.sub(rb'"sequence":\d+', b'"sequence":%d' % position, record)
    return _ID.sub(another, renumbered)


@contextmanager
def nats_server(folder: Path) -> Iterator[str]:
    """A server without identities, so that every client can be measured on it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            *(server_binary(), "-a", "127.0.0.1", "-p", str(port)),
            *("-js", "-sd", str(folder / "nats"), "-l", str(folder / "nats.log")),
        ]
    )
    try:
        while not takes_connections(port):
            if server.poll() is not None:
                raise RuntimeError(f"nats-server ended: see {folder / 'nats.log'}")
            time.sleep(0.02)
        yield f"nats://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def takes_connections(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Bench:
    """A stream that is filled; every way to read it is timed from connecting on."""

    def __init__(self, url: str, log: Log) -> None:
        self._url = url
        self._log = log
        self._stream = stream_name(NODE)
        self.end = log.position()

    async def connect(self) -> Client:
        return await connect(self._url, name="bench")

    async def fill(self) -> None:
        nc = await self.connect()
        await ensure_stream(nc, NODE)
        await nc.close()
        relay, stop = Relay(self._log, self.connect, NODE), asyncio.Event()
        running = asyncio.create_task(relay.run(stop))
        while relay.status().published < self.end:
            await asyncio.sleep(0.05)
        stop.set()
        await running

    async def decode_and_drop(self) -> float:
        """Seconds to fetch and decode everything through our reader."""
        nc = await self.connect()
        stop = asyncio.Event()
        began = time.perf_counter()
        async for batch in Reader(nc, self._stream, after=0).batches(stop):
            for _, payload in batch:
                recorded(payload)
            if batch[-1][0] == self.end:
                stop.set()
        took = time.perf_counter() - began
        await nc.close()
        return took

    async def count_in_order(self) -> float:
        """Seconds for an ordered consumer of plain nats-py that only counts."""
        nc = Client()
        await nc.connect(self._url)
        done, seen = asyncio.Event(), 0

        async def count(_message: Msg) -> None:
            nonlocal seen
            seen += 1
            if seen == self.end:
                done.set()

        began = time.perf_counter()
        await nc.jetstream().subscribe(
            "adisteme.ev.>", cb=count, ordered_consumer=True, pending_bytes_limit=0
        )
        await done.wait()
        took = time.perf_counter() - began
        await nc.close()
        return took

    def follower(
        self,
        views: ViewStore,
        projections: Sequence[AnyProjection],
        lock: asyncio.Lock | None = None,
    ) -> Follower:
        return Follower(
            views, projections, recorded, self._stream, lock or asyncio.Lock()
        )

    async def project(self, views: ViewStore) -> float:
        """Seconds to fill one view."""
        nc = await self.connect()
        stop = asyncio.Event()
        follower = self.follower(views, [APPROVAL_STATUS])

        def look() -> None:
            if follower.position(APPROVAL_STATUS.name) == self.end:
                stop.set()

        began = time.perf_counter()
        following = asyncio.create_task(follower.run(nc, stop, look))
        await stop.wait()
        took = time.perf_counter() - began
        await following
        await nc.close()
        return took

    async def rebuild(self, views: ViewStore) -> float:
        """Seconds to make all views anew beside the live ones, and to swap them."""
        now = datetime.now(UTC)
        wishes = [
            Wish(kind="rebuild", view=each.name, by="bench", at=now)
            for each in PROJECTIONS
        ]
        views.wish(wishes)
        for projection in PROJECTIONS:
            before = views.position(projection.name)
            assert views.save(projection, before, self.end, {})
        rebuild = Rebuild(
            views,
            PROJECTIONS,
            views.open_wishes(),
            lambda shadows, lock: self.follower(views, shadows, lock),
            asyncio.Lock(),
        )
        connecting: Connect = self.connect
        began = time.perf_counter()
        running = asyncio.create_task(rebuild.run(connecting, asyncio.Event()))
        while not rebuild.is_done:
            await asyncio.sleep(0.005)
        took = time.perf_counter() - began
        await running
        assert rebuild.is_done and not views.open_wishes()
        return took


def compared(name: str, events: int, how: str, pairs: list[tuple[float, float]]) -> Row:
    """Events a second of ours and of the baseline, by the medians of their seconds."""
    ours = events / statistics.median(pair[0] for pair in pairs)
    baseline = events / statistics.median(pair[1] for pair in pairs)
    return Row(
        name,
        round(ours),
        "events/s",
        round(baseline),
        round(ours / baseline, 2),
        f"{how}; {events} events, interleaved, medians of {len(pairs)}",
    )


def measure() -> list[Row]:
    """The rows `projection`, `rebuild` (PostgreSQL) and `rebuild_sqlite`."""
    postgres = PostgresServer()
    try:
        postgres.start()
        with (
            tempfile.TemporaryDirectory() as name,
            nats_server(Path(name)) as url,
        ):
            return asyncio.run(
                measured(Bench(url, Log(EVENTS, story())), postgres, Path(name))
            )
    finally:
        postgres.remove()


async def measured(bench: Bench, postgres: PostgresServer, folder: Path) -> list[Row]:
    await bench.fill()
    one: list[tuple[float, float]] = []
    in_postgres: list[tuple[float, float]] = []
    in_sqlite: list[tuple[float, float]] = []
    for number in range(ROUNDS):
        with closing(in_new_database(postgres, [APPROVAL_STATUS])) as views:
            one.append((await bench.project(views), await bench.decode_and_drop()))
        counted = await bench.count_in_order()
        with closing(in_new_database(postgres, PROJECTIONS)) as views:
            in_postgres.append((await bench.rebuild(views), counted))
        path = folder / f"views{number}.sqlite"
        with closing(SqliteViewStore(path, PROJECTIONS)) as files:
            in_sqlite.append((await bench.rebuild(files), counted))
    against = "all views beside the live ones, against an ordered consumer that counts"
    return [
        compared(
            "projection",
            bench.end,
            "approval_status in PostgreSQL, against decoding and dropping",
            one,
        ),
        compared("rebuild", bench.end, against, in_postgres),
        compared("rebuild_sqlite", bench.end, against, in_sqlite),
    ]


def in_new_database(
    postgres: PostgresServer, projections: Sequence[AnyProjection]
) -> PostgresViewStore:
    return PostgresViewStore(PostgresDatabase(postgres.fresh_database()), projections)
