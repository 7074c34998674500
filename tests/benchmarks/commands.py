"""Commands a second: our bus, against one default `save` of the library a command."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

from eventsourcing.persistence import ApplicationRecorder, StoredEvent

from adapters.answering import LoopAnswers
from adapters.command_bus import SYSTEM_PERSON, CommandBus, EventStore
from adapters.deciding import Deciding
from adapters.demo.house import House
from adapters.demo.teller import Teller
from adapters.envelope import (
    CloudEvent,
    Decision,
    Denial,
    Draft,
    open_record,
    seal,
)
from adapters.orders import Accepted, Answer, Order, refused
from adapters.reading import StateCache
from domain.decider import Refusal
from domain.identifiers import NODE as NODE_ITSELF
from domain.regulation.pack import rule_pack
from tests.benchmarks.row import Row
from tests.benchmarks.workload import (
    GRANT,
    SENDERS,
    built,
    orders_of_a_sender,
    send_all,
)

NODE = "local"
ROUNDS = 5
DOCUMENTS = 16
BASELINE_THREADS = 8


class SavedOneByOne:
    """The same load and decide, and one default `insert_events` for each command.

    It keeps no command records, no registry in its transaction (a dictionary serves
    it), no feed numbers, and checks no read set: less work than ours.
    """

    def __init__(self, recorder: ApplicationRecorder) -> None:
        self._recorder = recorder
        self._owned: dict[tuple[str, str], tuple[tuple[str, ...], int]] = {}
        self._cache = StateCache(self)
        self._deciding = Deciding(
            self._cache, rule_pack(), NODE, lambda: datetime.now(UTC)
        )

    def read(self, stream: str, after: int = 0) -> list[CloudEvent]:
        stored = self._recorder.select_events(stream, gt=after)
        return [open_record(event.state) for event in stored]

    def owned(self, owner: str, kind: str) -> tuple[tuple[str, ...], int]:
        return self._owned.get((owner, kind), ((), 0))

    def handle(self, order: Order) -> Answer:
        verdict = self._deciding.verdict(order)
        if isinstance(verdict, Denial):  # some of the demo's are, and are not kept
            refusal = Refusal(verdict.code, **verdict.context)
            return refused(rule_pack(), refusal, verdict.command_id)
        self._recorder.insert_events(
            [
                StoredEvent(
                    originator_id=draft.stream,
                    originator_version=draft.version,
                    topic=draft.tag,
                    state=sealed,
                )
                for draft, sealed in self._sealed(verdict)
            ]
        )
        return Accepted(
            command_id=verdict.command_id,
            stream=verdict.stream,
            version=verdict.drafts[-1].version,
            position=0,
            events=tuple(draft.tag for draft in verdict.drafts),
        )

    def _sealed(self, decision: Decision) -> Iterator[tuple[Draft, bytes]]:
        for draft in decision.drafts:
            if draft.opens is not None:
                search = (draft.owner, draft.opens)
                streams, version = self.owned(*search)
                self._owned[search] = ((*streams, draft.stream), version + 1)
            yield (
                draft,
                seal(
                    draft,
                    decision,
                    node=NODE,
                    position=1,
                    feed_number=1,
                    recorded_at=datetime.now(UTC),
                    kato="750000000",
                    owner_levels=("TVE",),
                ),
            )


@contextmanager
def ours(store: EventStore) -> Iterator[CommandBus]:
    bus = CommandBus(store, rule_pack(), NODE)
    bus.start()
    try:
        yield bus
    finally:
        bus.close()


def rate_of_ours(store: EventStore) -> float:
    with ours(store) as bus:
        orders = prepared(bus.handle)
        return rate(LoopAnswers(bus.submit).ask, orders)


def rate_of_baseline(recorder: ApplicationRecorder) -> float:
    baseline = SavedOneByOne(recorder)
    orders = prepared(baseline.handle)
    with ThreadPoolExecutor(BASELINE_THREADS) as threads:

        async def give(order: Order) -> Answer:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(threads, baseline.handle, order)

        return rate(give, orders)


def built_on(handle: Callable[[Order], Answer]) -> tuple[Teller, House]:
    """A college on a store that was empty until now."""
    handle(
        Order(
            command=GRANT,
            person=SYSTEM_PERSON,
            organisation=NODE_ITSELF,
            is_system=True,
        )
    )
    return built(handle)


def prepared(handle: Callable[[Order], Answer]) -> list[list[Order]]:
    """Build the college, and what each sender is going to give."""
    teller, house = built_on(handle)
    return [orders_of_a_sender(teller, house, DOCUMENTS) for _ in range(SENDERS)]


def rate(
    give: Callable[[Order], Awaitable[Answer]], orders: list[list[Order]]
) -> float:
    began = time.perf_counter()
    asyncio.run(send_all(give, orders))
    return sum(map(len, orders)) / (time.perf_counter() - began)


def compared(name: str, pairs: list[tuple[float, float]]) -> Row:
    """The medians of rounds, each of which measured ours and the baseline."""
    value, baseline = (statistics.median(each) for each in zip(*pairs, strict=True))
    ratios = [ours / theirs for ours, theirs in pairs]
    commands = SENDERS * DOCUMENTS * 5
    return Row(
        name=name,
        value=round(value),
        unit="commands/s",
        baseline=round(baseline),
        ratio=round(value / baseline, 2),
        how=f"{SENDERS} senders, {commands} commands on study plans, through the bus; "
        f"baseline: the same load and decide, one default save of the library a "
        f"command in {BASELINE_THREADS} threads; interleaved, medians of {len(pairs)}, "
        f"ratios {min(ratios):.1f} to {max(ratios):.1f}",
    )
