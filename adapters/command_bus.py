"""The command bus: one thread decides, one transaction commits what waits."""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Protocol

import structlog
from msgspec import Struct

from adapters.deciding import Deciding
from adapters.envelope import (
    CommandRecord,
    Denial,
    Outcome,
    Stale,
    StoreUnavailable,
    Verdict,
)
from adapters.orders import Accepted, Answer, Order, Refused, digest_of, refused
from adapters.reading import StateCache, StreamSource
from domain.decider import Command, Refusal
from domain.identifiers import NODE, PersonId
from domain.regulation.pack import RulePack

log = structlog.get_logger()

SYSTEM_PERSON = PersonId("00000000-0000-4000-8000-000000000000")
MAX_BATCH = 500
MAX_ATTEMPTS = 20
MAX_OUTAGES = 2
"""How often a batch meets a store that is unavailable before its senders are told.

Once may be a connection that broke, or a commit whose answer was lost: decided anew,
what was written is found by its command record.
"""


class EventStore(StreamSource, Protocol):
    """What the bus needs of a store; every method may raise StoreUnavailable."""

    def append(
        self, verdicts: Sequence[Verdict]
    ) -> Sequence[Outcome | Denial | Stale | CommandRecord]: ...


class _Waiting(Struct):
    order: Order
    future: "Future[Answer]"
    attempts: int = 0


class CommandBus:
    """Decides commands one after another and commits together what waits.

    A verdict that turns out to rest on stale states is taken anew with what waits by
    then; it never touches the others. At most `max_waiting` commands wait: what comes
    beyond is refused at once (CMD-BUSY), and nothing is accepted and forgotten.
    """

    def __init__(
        self,
        store: EventStore,
        pack: RulePack,
        node: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_commit: Callable[[int], None] = lambda _position: None,
        max_waiting: int = 10_000,
    ) -> None:
        self._store = store
        self._pack = pack
        self._on_commit = on_commit
        self._cache = StateCache(store)
        self._deciding = Deciding(self._cache, pack, node, clock)
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(max_waiting)
        self._thread = threading.Thread(target=self._work, name="command-bus")
        self._taking = threading.Lock()
        self._is_closed = False

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Finish what was taken, refuse what comes after."""
        with self._taking:
            self._is_closed = True
        self._queue.put(None)
        self._thread.join()

    def submit(self, order: Order) -> "Future[Answer]":
        """Queue a command; the future holds its answer after the commit."""
        waiting = _Waiting(order, Future())
        if not self._take(waiting):
            waiting.future.set_result(self._refused(order, Refusal("CMD-BUSY")))
        return waiting.future

    def _take(self, waiting: _Waiting) -> bool:
        with self._taking:
            if self._is_closed:
                return False
            try:
                self._queue.put_nowait(waiting)
            except queue.Full:
                return False
        return True

    def handle(self, order: Order) -> Answer:
        """Give a command and wait for its answer."""
        return self.submit(order).result()

    def handle_system(self, command: Command) -> Answer:
        """Give a command as the node itself."""
        return self.handle(
            Order(
                command=command,
                person=SYSTEM_PERSON,
                organisation=NODE,
                is_system=True,
            )
        )

    def _work(self) -> None:
        again: list[_Waiting] = []
        ends = False
        while not ends or again:
            batch, ended = self._collect(again)
            ends = ends or ended
            again = self._process(batch) if batch else []

    def _collect(self, again: list[_Waiting]) -> tuple[list[_Waiting], bool]:
        """What must be decided anew, and what waits; wait only where there is none.

        After the end nothing is queued any more, so nothing is left behind it.
        """
        batch = list(again)
        while len(batch) < MAX_BATCH:
            try:
                waiting = self._queue.get(block=not batch)
            except queue.Empty:
                break
            if waiting is None:
                return batch, True
            # Whoever gave up before this line gets no command; after it, an answer.
            if waiting.future.set_running_or_notify_cancel():
                batch.append(waiting)
        return batch, False

    def _process(self, batch: list[_Waiting]) -> list[_Waiting]:
        """Decide and commit a batch; return what must be decided anew."""
        for outage in range(1, MAX_OUTAGES + 1):
            try:
                return self._decide_and_commit(batch)
            except StoreUnavailable as error:
                log.error("store_unavailable", error=str(error), commands=len(batch))
                self._cache.clear()
                if outage == MAX_OUTAGES:
                    for waiting in batch:
                        if not waiting.future.done():
                            self._refuse(waiting, Refusal("CMD-STORE-DOWN"))
            except Exception as error:
                # The outermost loop: a bug fails its batch, and the bus goes on.
                log.exception("command_batch_failed", commands=len(batch))
                self._cache.clear()
                for waiting in batch:
                    if not waiting.future.done():
                        waiting.future.set_exception(error)
                break
        return []

    def _decide_and_commit(self, batch: list[_Waiting]) -> list[_Waiting]:
        again: list[_Waiting] = []
        decided: dict[tuple[str, str], tuple[_Waiting, Verdict]] = {}
        for waiting in batch:
            order = waiting.order
            name = (order.organisation, order.command.command_id)
            if name in decided:
                again.append(waiting)
                continue
            try:
                decided[name] = (waiting, self._deciding.verdict(order))
            except StoreUnavailable:
                raise
            except Exception as error:  # a bug in one decision costs that one alone
                log.exception("command_failed", command=order.command.tag)
                waiting.future.set_exception(error)
        answers = self._store.append([verdict for _, verdict in decided.values()])
        committed = [one.position for one in answers if isinstance(one, Outcome)]
        if committed:
            self._on_commit(max(committed))
        for (waiting, verdict), answer in zip(decided.values(), answers, strict=True):
            self._settle(waiting, verdict, answer, again)
        return again

    def _settle(
        self,
        waiting: _Waiting,
        verdict: Verdict,
        answer: Outcome | Denial | Stale | CommandRecord,
        again: list[_Waiting],
    ) -> None:
        match answer:
            case Outcome():
                waiting.future.set_result(accepted(answer))
            case Denial():
                self._refuse(waiting, Refusal(answer.code, **answer.context))
            case CommandRecord():
                self._forget(verdict)
                self._answer_repeat(waiting, answer)
            case Stale():
                self._forget(verdict)
                self._cache.forget(answer.streams, answer.searches)
                waiting.attempts += 1
                if waiting.attempts >= MAX_ATTEMPTS:
                    self._refuse(waiting, Refusal("CMD-BUSY"))
                else:
                    again.append(waiting)

    def _forget(self, verdict: Verdict) -> None:
        """Forget what was folded ahead of a commit that did not come about."""
        self._cache.forget(
            [draft.stream for draft in verdict.drafts],
            [(d.owner, d.opens) for d in verdict.drafts if d.opens is not None],
        )

    def _answer_repeat(self, waiting: _Waiting, record: CommandRecord) -> None:
        command = waiting.order.command
        if record.digest == digest_of(command):
            waiting.future.set_result(accepted(record.outcome, repeated=True))
        else:
            self._refuse(
                waiting, Refusal("CMD-ID-REUSED", command_id=command.command_id)
            )

    def _refuse(self, waiting: _Waiting, refusal: Refusal) -> None:
        order = waiting.order
        log.info(
            "command_refused",
            code=refusal.code,
            command=order.command.tag,
            command_id=order.command.command_id,
        )
        waiting.future.set_result(self._refused(order, refusal))

    def _refused(self, order: Order, refusal: Refusal) -> Refused:
        return refused(self._pack, refusal, order.command.command_id)


def accepted(outcome: Outcome, *, repeated: bool = False) -> Accepted:
    return Accepted(
        command_id=outcome.command_id,
        stream=outcome.stream,
        version=outcome.version,
        position=outcome.position,
        events=outcome.events,
        repeated=repeated,
    )
