"""The command bus: what waits is decided in order and committed together."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Protocol

import structlog

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
from adapters.waiting_room import Decided, Inbox, Outbox, Waiting
from domain.decider import Command, Refusal
from domain.identifiers import NODE, PersonId
from domain.regulation.pack import RulePack

log = structlog.get_logger()

SYSTEM_PERSON = PersonId("00000000-0000-4000-8000-000000000000")
MAX_BATCH = 500
MAX_ATTEMPTS = 20
MAX_OUTAGES = 2
"""How often a command meets a store that is unavailable before its sender is told.

Once may be a connection that broke, or a commit whose answer was lost: decided anew,
what was written is found by its command record.
"""


class EventStore(StreamSource, Protocol):
    """What the bus needs of a store; every method may raise StoreUnavailable."""

    def append(
        self, verdicts: Sequence[Verdict]
    ) -> Sequence[Outcome | Denial | Stale | CommandRecord]: ...


class CommandBus:
    """Decides commands one after another and commits together what waits.

    One thread decides, another commits what was decided before: a command waits no
    longer than the commit before its own. A verdict that turns out to rest on stale
    states is taken anew with what waits by then; it never touches the others. At most
    `max_waiting` commands are on their way: what comes beyond is refused at once
    (CMD-BUSY), and nothing is accepted and forgotten.
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
        self._inbox = Inbox(max_waiting, MAX_BATCH)
        self._outbox = Outbox(MAX_BATCH)
        self._threads = (
            threading.Thread(target=self._decide_on, name="deciding"),
            threading.Thread(target=self._commit_on, name="committing"),
        )

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Finish what was taken, refuse what comes after."""
        self._inbox.close()
        for thread in self._threads:
            thread.join()

    def submit(self, order: Order) -> "Future[Answer]":
        """Queue a command; the future holds its answer after the commit."""
        waiting = Waiting(order, Future())
        if not self._inbox.take(waiting):
            waiting.future.set_result(self._refused(order, Refusal("CMD-BUSY")))
        return waiting.future

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

    def _decide_on(self) -> None:
        while (handed := self._inbox.next()) is not None:
            # What the commits before this batch brought to light comes first.
            self._cache.forget(handed.stale_streams, handed.stale_searches)
            if handed.lost:
                self._cache.clear()
            self._outbox.put(self._decide(handed.waiting))
        self._outbox.end()

    def _decide(self, waiting: Sequence[Waiting]) -> list[Decided]:
        decided: list[Decided] = []
        for one in waiting:
            try:
                decided.append((one, self._deciding.verdict(one.order)))
            except StoreUnavailable as error:
                self._unavailable([one], error)
            except Exception as error:  # a bug in one decision costs that one alone
                log.exception("command_failed", command=one.order.command.tag)
                self._end(one, error)
        return decided

    def _commit_on(self) -> None:
        while batch := self._outbox.take():
            try:
                answers = self._store.append([verdict for _, verdict in batch])
            except StoreUnavailable as error:
                self._unavailable([waiting for waiting, _ in batch], error)
            except Exception as error:
                # The outermost loop: a bug fails its batch, and the bus goes on.
                log.exception("command_batch_failed", commands=len(batch))
                self._inbox.lose()
                for waiting, _ in batch:
                    self._end(waiting, error)
            else:
                self._answer(batch, answers)

    def _answer(
        self,
        batch: Sequence[Decided],
        answers: Sequence[Outcome | Denial | Stale | CommandRecord],
    ) -> None:
        committed = [one.position for one in answers if isinstance(one, Outcome)]
        if committed:
            self._on_commit(max(committed))
        for (waiting, verdict), answer in zip(batch, answers, strict=True):
            match answer:
                case Outcome():
                    self._end(waiting, accepted(answer))
                case Denial():
                    self._refuse(waiting, Refusal(answer.code, **answer.context))
                case CommandRecord():
                    self._inbox.forget(verdict)
                    self._answer_repeat(waiting, answer)
                case Stale():
                    self._inbox.forget(verdict, answer)
                    self._decide_anew(waiting)

    def _decide_anew(self, waiting: Waiting) -> None:
        waiting.attempts += 1
        if waiting.attempts >= MAX_ATTEMPTS:
            self._refuse(waiting, Refusal("CMD-BUSY"))
        else:
            self._inbox.again(waiting)

    def _unavailable(self, batch: Sequence[Waiting], error: StoreUnavailable) -> None:
        """Decide anew once: what was written after all is found by its record."""
        log.error("store_unavailable", error=str(error), commands=len(batch))
        self._inbox.lose()
        for waiting in batch:
            waiting.outages += 1
            if waiting.outages >= MAX_OUTAGES:
                self._refuse(waiting, Refusal("CMD-STORE-DOWN"))
            else:
                self._inbox.again(waiting)

    def _answer_repeat(self, waiting: Waiting, record: CommandRecord) -> None:
        command = waiting.order.command
        if record.digest == digest_of(command):
            self._end(waiting, accepted(record.outcome, repeated=True))
        else:
            self._refuse(
                waiting, Refusal("CMD-ID-REUSED", command_id=command.command_id)
            )

    def _refuse(self, waiting: Waiting, refusal: Refusal) -> None:
        order = waiting.order
        log.info(
            "command_refused",
            code=refusal.code,
            command=order.command.tag,
            command_id=order.command.command_id,
        )
        self._end(waiting, self._refused(order, refusal))

    def _end(self, waiting: Waiting, answer: Answer | Exception) -> None:
        if isinstance(answer, Exception):
            waiting.future.set_exception(answer)
        else:
            waiting.future.set_result(answer)
        self._inbox.done()

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
