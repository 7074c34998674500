"""Whether a full log makes an event of a rebuild, or one command, dearer."""

import asyncio
import statistics
import tempfile
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from adapters.bootstrap import PROJECTIONS
from adapters.demo.house import House
from adapters.demo.teller import Teller
from adapters.persistence.event_store_sqlite import SqliteEventStore
from adapters.persistence.view_store_sqlite import SqliteViewStore
from tests.benchmarks.append import batch
from tests.benchmarks.commands import NODE, built_on, ours
from tests.benchmarks.projection import Bench, Log, nats_server, story
from tests.benchmarks.row import Row
from tests.benchmarks.staff import answered
from tests.benchmarks.workload import life_of_a_plan

SMALL = 10_000
SIZES = {SMALL: "10k", 100_000: "100k"}
FULL = {**SIZES, 1_000_000: "1m"}
ROUNDS = 5
DOCUMENTS = 40
AT_ONCE = 500


class Filled(NamedTuple):
    """A store with so many events, and the college that goes on working in it."""

    store: SqliteEventStore
    teller: Teller
    house: House


def measure() -> list[Row]:
    return measured(SIZES)


def measure_full() -> list[Row]:
    """The same, and with a million events: 3 GB of disk, and minutes."""
    return measured(FULL)


def measured(sizes: dict[int, str]) -> list[Row]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as resources:
        stores = {
            size: filled(resources, Path(name) / f"{size}.sqlite", size)
            for size in sizes
        }
        commands = [
            {size: command(stores[size]) for size in sizes} for _ in range(ROUNDS)
        ]
    with tempfile.TemporaryDirectory() as name, ExitStack() as resources:
        told = story()
        folders = {size: Path(name) / f"{size}" for size in sizes}
        for folder in folders.values():
            folder.mkdir()
        benches = {
            size: Bench(resources.enter_context(nats_server(folder)), Log(size, told))
            for size, folder in folders.items()
        }
        rebuilds = asyncio.run(all_rebuilds(benches, folders))
    return [
        row
        for size, shown in sizes.items()
        if size != SMALL
        for row in (
            as_row(f"growth_rebuild_{shown}", size, rebuilds, "an event of a rebuild"),
            as_row(f"growth_command_{shown}", size, commands, COMMAND),
        )
    ]


COMMAND = (
    f"a command by a bus that begins with nothing in memory, mean of {DOCUMENTS * 5},"
)


def filled(resources: ExitStack, path: Path, size: int) -> Filled:
    store = SqliteEventStore(path, NODE, lambda: datetime.now(UTC))
    resources.enter_context(closing(store))
    with ours(store) as bus:
        teller, house = built_on(bus.handle)
    while (missing := size - store.position()) > 0:
        store.append(batch(store, min(missing, AT_ONCE)))
    return Filled(store, teller, house)


def command(filled: Filled) -> float:
    """Seconds for one command, each given when the one before was answered."""
    with ours(filled.store) as bus:
        took = [
            answered(bus, order)
            for number in range(DOCUMENTS)
            for order in life_of_a_plan(filled.teller, filled.house, number)
        ]
    return statistics.mean(took)


async def all_rebuilds(
    benches: dict[int, Bench], folders: dict[int, Path]
) -> list[dict[int, float]]:
    """Seconds for one event of a rebuild, by round and size."""
    for bench in benches.values():
        await bench.fill()
    rounds: list[dict[int, float]] = []
    for number in range(ROUNDS):
        rounds.append({})
        for size, bench in benches.items():
            path = folders[size] / f"views{number}.sqlite"
            with closing(SqliteViewStore(path, PROJECTIONS)) as views:
                rounds[-1][size] = await bench.rebuild(views) / size
            path.unlink()
    return rounds


def as_row(name: str, size: int, rounds: list[dict[int, float]], what: str) -> Row:
    value = statistics.median(each[size] for each in rounds)
    baseline = statistics.median(each[SMALL] for each in rounds)
    ratios = [each[size] / each[SMALL] for each in rounds]
    return Row(
        name=name,
        value=round(value * 1e6, 1),
        unit="µs",
        baseline=round(baseline * 1e6, 1),
        ratio=round(value / baseline, 2),
        how=f"{what} with {size} events in the log, against {SMALL}; SQLite, "
        f"interleaved, medians of {len(rounds)}, ratios {min(ratios):.2f} to "
        f"{max(ratios):.2f}",
    )
