"""`python -m tests.benchmarks.append`: what an append costs, and in how full a log."""

import statistics
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from adapters.envelope import Decision
from adapters.persistence.event_store_postgres import PostgresEventStore
from adapters.persistence.event_store_sqlite import SqliteEventStore
from adapters.persistence.postgres_database import PostgresDatabase
from adapters.tables import show_table
from tests.adapters.decisions import COUNCIL, OFFICE, decided, draft
from tests.postgres_server import PostgresServer

BATCHES = {1: 300, 64: 150, 500: 20}
"""How many batches of which size are measured."""

FILLINGS = (0, 100_000, 200_000)
"""How many events the log holds at least before they are."""

DATA = b'{"title":"' + b"x" * 280 + b'"}'

EventStore = SqliteEventStore | PostgresEventStore


def batch(store: EventStore, size: int) -> list[Decision]:
    """Commands on streams of their own, each resting on three streams."""
    start = store.position()
    streams = [f"document/{start + number}" for number in range(size)]
    return [
        decided(
            stream,
            draft(stream, 1, data=DATA),
            reads={stream: 0, COUNCIL: 0, OFFICE: 0},
        )
        for stream in streams
    ]


def seconds(store: EventStore, size: int) -> float:
    decisions = batch(store, size)
    began = time.perf_counter()
    store.append(decisions)
    return time.perf_counter() - began


def measured(stores: dict[str, EventStore], filling: int) -> list[list[str]]:
    rows = []
    for store in stores.values():
        while store.position() < filling:
            store.append(batch(store, 500))
    for size, rounds in BATCHES.items():
        took: dict[str, list[float]] = {name: [] for name in stores}
        for _ in range(rounds):
            for name, store in stores.items():
                took[name].append(seconds(store, size))
        for name, each in took.items():
            median = statistics.median(each)
            rate = f"{size / median:,.0f}"
            rows.append([name, f"{filling:,}", f"{size}", f"{median * 1e3:.2f}", rate])
    return rows


def now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    server = PostgresServer()
    try:
        server.start()
        database = PostgresDatabase(server.fresh_database())
        with (
            tempfile.TemporaryDirectory() as folder,
            closing(SqliteEventStore(Path(folder) / "log", "local", now)) as sqlite,
            closing(PostgresEventStore(database, "local", now)) as postgres,
        ):
            stores: dict[str, EventStore] = {"sqlite": sqlite, "postgres": postgres}
            rows = [row for size in FILLINGS for row in measured(stores, size)]
    finally:
        server.remove()
    columns = ("store", "events before", "commands", "ms a batch", "commands/s")
    show_table(Console(), "Append", columns, rows)


if __name__ == "__main__":
    main()
