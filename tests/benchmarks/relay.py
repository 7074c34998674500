"""How fast the relay drains a log, against nats-py's own way to publish."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from nats.aio.client import Client

from adapters.envelope import (
    CONTENT_TYPE,
    Decision,
    Draft,
    Outcome,
    address_of,
    subject_of,
)
from adapters.jetstream.connection import connect
from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.jetstream.identities import inbox_of
from adapters.jetstream.relay import Relay
from adapters.jetstream.stream import ensure_stream
from adapters.persistence.event_store_sqlite import SqliteEventStore
from tests.benchmarks.row import Row

NODE = "bench"
EVENTS = 100_000
ROUNDS = 3
PENDING = 1024
"""What `publish_async` keeps in flight; its default of 4,000 is no faster."""

OWNER = "940140000385"
MORNING = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)
DECISIONS_AT_ONCE = 1000

Way = Callable[[EmbeddedServer, SqliteEventStore], Awaitable[float]]


def measure(events: int = EVENTS) -> list[Row]:
    """Drain the same log both ways, in turn, each time into a stream of its own."""
    baseline: list[float] = []
    ours: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        store = filled(Path(name), events)
        try:
            for number in range(ROUNDS):
                for rates, way in ((baseline, by_publish_async), (ours, by_relay)):
                    folder = Path(name) / f"{number}.{way.__name__}"
                    rates.append(events / seconds(way, folder, store))
        finally:
            store.close()
    value, held_against = statistics.median(ours), statistics.median(baseline)
    return [
        Row(
            name="relay",
            value=round(value),
            unit="events/s",
            baseline=round(held_against),
            ratio=round(value / held_against, 2),
            how=f"a SQLite log of {events} drained by the relay, against publish_async "
            "of the same messages with the same fences and media type, ready in "
            f"memory; interleaved, medians of {ROUNDS}",
        )
    ]


def filled(folder: Path, events: int) -> SqliteEventStore:
    store = SqliteEventStore(
        folder / "events.sqlite", NODE, lambda: datetime.now(tz=UTC)
    )
    for first in range(1, events + 1, DECISIONS_AT_ONCE):
        numbers = range(first, min(first + DECISIONS_AT_ONCE, events + 1))
        answers = store.append([decision(number) for number in numbers])
        assert all(isinstance(answer, Outcome) for answer in answers)
    return store


def decision(number: int) -> Decision:
    """Elect a member into one of a hundred councils."""
    draft = Draft(
        stream=f"council/{OWNER}.u{number % 100}",
        version=(number + 99) // 100,
        tag="council.member-elected.v1",
        data=msgspec.json.encode({"number": number, "person_id": "0" * 36}),
        time=MORNING,
        owner=OWNER,
        scope="pub",
        levels=("HE",),
        rule=None,
    )
    return Decision(
        command_id=str(number),
        command_tag="council.elect-member",
        command_owner=OWNER,
        stream=draft.stream,
        digest="0",
        reads={},
        searches={},
        drafts=(draft,),
        rule_pack="kz-583-2007",
        actor_id="person",
        actor_org=OWNER,
        actor_role="HEAD",
        actor_capacity=f"office/{OWNER}.head#1",
    )


def seconds(way: Way, folder: Path, store: SqliteEventStore) -> float:
    server = EmbeddedServer(folder, NODE)
    server.start()
    try:
        return asyncio.run(timed(way, server, store))
    finally:
        server.stop()


async def timed(way: Way, server: EmbeddedServer, store: SqliteEventStore) -> float:
    node = await connect(server.url("node"), name="node", inbox=inbox_of("node"))
    await ensure_stream(node, NODE)
    await node.close()
    return await way(server, store)


async def connection(server: EmbeddedServer, *, trusts_subjects: bool) -> Client:
    return await connect(
        server.url("relay"),
        name="relay",
        inbox=inbox_of("relay"),
        trusts_subjects=trusts_subjects,
    )


async def by_relay(server: EmbeddedServer, store: SqliteEventStore) -> float:
    relay = Relay(store, lambda: connection(server, trusts_subjects=True), NODE)
    last = store.position()
    stop = asyncio.Event()
    began = time.perf_counter()
    running = asyncio.create_task(relay.run(stop))
    while relay.status().published < last:
        await asyncio.sleep(0.002)
    took = time.perf_counter() - began
    stop.set()
    await running
    return took


async def by_publish_async(server: EmbeddedServer, store: SqliteEventStore) -> float:
    messages = [
        (subject_of(address_of(record)), record, position)
        for position, record in store.records(0, store.position())
    ]
    nc = await connection(server, trusts_subjects=False)
    stream = nc.jetstream(publish_async_max_pending=PENDING)
    began = time.perf_counter()
    for subject, record, position in messages:
        headers = {
            "Nats-Expected-Last-Sequence": str(position - 1),
            "Content-Type": CONTENT_TYPE,
        }
        await stream.publish_async(subject, record, headers=headers)
    await stream.publish_async_completed()
    took = time.perf_counter() - began
    await nc.close()
    return took
