"""Commands a second on SQLite, against the library's default recorder on SQLite."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from adapters.persistence.event_store_sqlite import SqliteEventStore
from tests.benchmarks.commands import (
    NODE,
    ROUNDS,
    compared,
    rate_of_baseline,
    rate_of_ours,
)
from tests.benchmarks.row import Row


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        pairs = [one_round(Path(name), number) for number in range(ROUNDS)]
    return [compared("commands_sqlite", pairs)]


def one_round(folder: Path, number: int) -> tuple[float, float]:
    """The rates of ours and of the baseline, each on a new file."""
    datastore = SQLiteDatastore(
        str(folder / f"{number}.default"), originator_id_type="text"
    )
    recorder = SQLiteApplicationRecorder(datastore)
    recorder.create_table()
    baseline = rate_of_baseline(recorder)
    datastore.close()
    store = SqliteEventStore(folder / f"{number}.ours", NODE, lambda: datetime.now(UTC))
    value = rate_of_ours(store)
    store.close()
    return value, baseline
