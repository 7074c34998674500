"""One submission in an organisation of 2,000 staff, against one of 20."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from adapters.command_bus import CommandBus
from adapters.demo.house import House, appoint
from adapters.demo.teller import Teller
from adapters.orders import Accepted, Order
from adapters.persistence.event_store_sqlite import SqliteEventStore
from tests.benchmarks.commands import NODE, built_on, ours
from tests.benchmarks.row import Row
from tests.benchmarks.workload import life_of_a_plan

FEW, MANY = 20, 2_000
ROUNDS = 7
DOCUMENTS = 60


def measure() -> list[Row]:
    with (
        tempfile.TemporaryDirectory() as name,
        organisation(Path(name) / "few", FEW) as few,
        organisation(Path(name) / "many", MANY) as many,
    ):
        pairs = [(submission(*many), submission(*few)) for _ in range(ROUNDS)]
    value, baseline = (statistics.median(each) for each in zip(*pairs, strict=True))
    ratios = [ours / theirs for ours, theirs in pairs]
    return [
        Row(
            name="staff",
            value=round(value * 1e3, 3),
            unit="ms",
            baseline=round(baseline * 1e3, 3),
            ratio=round(value / baseline, 2),
            how=f"one document.submit in an organisation of {MANY} staff, against one "
            f"of {FEW}, each through the bus into SQLite; median of {DOCUMENTS}, "
            f"interleaved, medians of {ROUNDS}, ratios {min(ratios):.2f} to "
            f"{max(ratios):.2f}",
        )
    ]


@contextmanager
def organisation(path: Path, staff: int) -> Iterator[tuple[CommandBus, Teller, House]]:
    """A college with so many teachers beside those who do its work."""
    store = SqliteEventStore(path, NODE, lambda: datetime.now(UTC))
    with ours(store) as bus:
        teller, house = built_on(bus.handle)
        for _ in range(staff):
            appoint(teller, house.head, house.institution, "TEACHER", house.author_unit)
        yield bus, teller, house
    store.close()


def submission(bus: CommandBus, teller: Teller, house: House) -> float:
    """Seconds from giving one `document.submit` to its answer."""
    took: list[float] = []
    for number in range(DOCUMENTS):
        for order in life_of_a_plan(teller, house, number):
            seconds = answered(bus, order)
            if order.command.tag == "document.submit":
                took.append(seconds)
    return statistics.median(took)


def answered(bus: CommandBus, order: Order) -> float:
    began = time.perf_counter()
    answer = bus.handle(order)
    took = time.perf_counter() - began
    assert isinstance(answer, Accepted), answer
    return took
