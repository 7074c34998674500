"""How long after its commit a command shows in the views, in SQLite's one process."""

import asyncio
import statistics
import tempfile
import time
from concurrent.futures import Future
from pathlib import Path

from msgspec import Struct

from adapters.answering import LoopAnswers
from adapters.bootstrap import Node
from adapters.demo.buildings import build
from adapters.demo.house import register
from adapters.demo.institutions import colleges
from adapters.demo.teller import Person, Teller
from adapters.orders import Accepted, Answer, Order
from adapters.settings import Settings
from tests.benchmarks.row import Row
from tests.benchmarks.workload import orders_of_a_sender

RATES = (50, 300)
SECONDS = 4
ROUNDS = 5
COMMANDS_A_DOCUMENT = 5


class Taken(Struct):
    """Seconds that each command took to be answered, and then to be visible."""

    answered: list[float]
    shown: list[float]


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        node = Node(Settings(data=Path(name) / "data", node="bench"))
        try:
            rounds = asyncio.run(all_rounds(node))
        finally:
            node.close()
    return [
        as_row(rate, percent, rounds[rate]) for rate in RATES for percent in (50, 99)
    ]


async def all_rounds(node: Node) -> dict[int, list[Taken]]:
    rounds: dict[int, list[Taken]] = {rate: [] for rate in RATES}
    async with node.running():
        orders = await asyncio.to_thread(prepared, node)
        for _ in range(ROUNDS):
            for rate in RATES:
                count = rate * SECONDS
                given, orders = orders[:count], orders[count:]
                assert await node.settled(30)
                rounds[rate].append(await one_round(node, given, rate))
    return rounds


def prepared(node: Node) -> list[Order]:
    """Build a college, and enough commands of its deputy for all rounds."""
    operator = node.first_operator()
    assert operator is not None  # the folder was empty
    registrar = Person(operator.person, "node", operator.capacity)
    teller = Teller(node.bus.handle, registrar, lambda *_: "", seed=64)
    college = colleges()[0]
    house = build(teller, college, register(teller, college))
    documents = ROUNDS * SECONDS * sum(RATES) // COMMANDS_A_DOCUMENT
    return orders_of_a_sender(teller, house, documents)


async def one_round(node: Node, orders: list[Order], rate: int) -> Taken:
    """Give a command every 1 / rate seconds, whatever became of those before."""
    taken = Taken([], [])
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, order in enumerate(orders):
            await asyncio.sleep(began + number / rate - time.perf_counter())
            group.create_task(watched(node, order, taken))
    return taken


async def watched(node: Node, order: Order, taken: Taken) -> None:
    committed = 0.0

    def submit(order: Order) -> "Future[Answer]":
        future = node.bus.submit(order)
        future.add_done_callback(note)
        return future

    def note(_future: "Future[Answer]") -> None:
        nonlocal committed
        committed = time.perf_counter()  # in the thread that has just committed

    given = time.perf_counter()
    answer = await LoopAnswers(submit).ask(order)
    assert isinstance(answer, Accepted), answer
    assert await node.projector.wait_for(answer.position, 30)
    taken.shown.append(time.perf_counter() - committed)
    taken.answered.append(committed - given)


def percentile(percent: int, seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[percent - 1]


def as_row(rate: int, percent: int, rounds: list[Taken]) -> Row:
    shown = [percentile(percent, each.shown) * 1e3 for each in rounds]
    answered = [percentile(percent, each.answered) * 1e3 for each in rounds]
    value, baseline = statistics.median(shown), statistics.median(answered)
    return Row(
        name=f"visible_{rate}_p{percent}",
        value=round(value, 2),
        unit="ms",
        baseline=round(baseline, 2),
        ratio=round(value / baseline, 2),
        how=f"from a command's commit until all views show it, {rate} commands/s for "
        f"{SECONDS} s in one process with SQLite; baseline: from giving the same "
        f"commands to their commit; percentile {percent}, medians of {len(rounds)}, "
        f"{min(shown):.1f} to {max(shown):.1f} ms",
    )
