"""From command to record: who, facts, decision, and one transaction for what waits."""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog
from msgspec import Struct

from adapters.envelope import (
    CommandRecord,
    Decision,
    Draft,
    Outcome,
    Stale,
    StoreUnavailable,
)
from adapters.orders import (
    Accepted,
    Answer,
    Order,
    Refused,
    digest_of,
    json_shaped,
    refused,
)
from adapters.reading import Reading, StateCache, StreamSource
from domain.decider import Act, Actor, Command, Event, Mark, On, Refusal
from domain.facts import Facts
from domain.identifiers import NODE, CapacityId, PersonId, Stream
from domain.messages import (
    AGGREGATES,
    SCOPES,
    encode,
    kind_of,
    owner_of,
    sets_kato,
    sets_levels,
    stream_of,
)
from domain.regulation.pack import RulePack
from domain.rights import SYSTEM, actor_in, require_role

log = structlog.get_logger()

SYSTEM_PERSON = PersonId("00000000-0000-4000-8000-000000000000")
MAX_BATCH = 500
MAX_ATTEMPTS = 20
CLOCK_SKEW = timedelta(seconds=5)
"""How far a sender's clock may run ahead; the act is then dated now."""


class EventStore(StreamSource, Protocol):
    """What the bus needs of a store; every method may raise StoreUnavailable."""

    def outcome(self, owner: str, command_id: str) -> CommandRecord | None: ...

    def append(
        self, decisions: Sequence[Decision]
    ) -> Sequence[Outcome | Stale | CommandRecord]: ...

    def stale(
        self, reads: Mapping[str, int], searches: Mapping[tuple[str, str], int]
    ) -> Stale | None: ...

    def note_refusal(
        self,
        *,
        at: datetime,
        command_tag: str,
        command_id: str,
        owner: str,
        code: str,
        rule: str | None,
        rule_pack: str,
        actor: str,
        actor_org: str,
        stream: str,
        context: Mapping[str, Any],  # JSON-shaped values
    ) -> None: ...


class _Waiting(Struct):
    order: Order
    future: "Future[Answer]"
    attempts: int = 0


class _Decided(Struct):
    waiting: _Waiting
    reading: Reading
    decision: Decision | None
    refusal: Refusal | None
    stream: str


class CommandBus:
    """Decides commands one after another and commits together what waits.

    One thread decides; a batch is one transaction. A decision that turns out to rest
    on stale states is taken anew, alone or in the next batch; it never touches the
    others.
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
        self._node = node
        self._clock = clock
        self._on_commit = on_commit
        self._cache = StateCache(store)
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(max_waiting)
        self._thread = threading.Thread(target=self._work, name="command-bus")
        self._closed = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Finish what was taken, refuse what comes after."""
        self._closed.set()
        self._queue.put(None)
        self._thread.join()

    def submit(self, order: Order) -> "Future[Answer]":
        """Queue a command; the future holds its answer after the commit."""
        future: Future[Answer] = Future()
        if self._closed.is_set():
            future.set_result(self._refused(order, Refusal("CMD-BUSY")))
            return future
        try:
            self._queue.put_nowait(_Waiting(order, future))
        except queue.Full:
            future.set_result(self._refused(order, Refusal("CMD-BUSY")))
        return future

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
        while True:
            first = self._queue.get()
            if first is None:
                self._refuse_leftovers()
                return
            batch, ends = self._collect(first)
            while batch:
                batch = self._process(batch)
            if ends:
                self._refuse_leftovers()
                return

    def _collect(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        batch = [first]
        while len(batch) < MAX_BATCH:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                return batch, True
            batch.append(waiting)
        return batch, False

    def _refuse_leftovers(self) -> None:
        while True:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                return
            if waiting is not None:
                self._answer(waiting, Refusal("CMD-BUSY"))

    def _process(self, batch: list[_Waiting]) -> list[_Waiting]:
        """Decide and commit a batch; return what must be decided anew."""
        try:
            return self._decide_and_commit(batch)
        except StoreUnavailable as error:
            log.error("store_unavailable", error=str(error), commands=len(batch))
            self._cache.clear()
            for waiting in batch:
                if not waiting.future.done():
                    self._answer(waiting, Refusal("CMD-STORE-DOWN"))
        except Exception as error:
            # The outermost loop: a bug fails its batch, and the bus goes on.
            log.exception("command_batch_failed", commands=len(batch))
            self._cache.clear()
            for waiting in batch:
                if not waiting.future.done():
                    waiting.future.set_exception(error)
        return []

    def _decide_and_commit(self, batch: list[_Waiting]) -> list[_Waiting]:
        again: list[_Waiting] = []
        decided: list[_Decided] = []
        keys: set[tuple[str, str]] = set()
        for waiting in batch:
            order = waiting.order
            key = (order.organisation, order.command.command_id)
            if key in keys:
                again.append(waiting)
                continue
            record = self._store.outcome(*key)
            if record is not None:
                self._answer_repeat(waiting, record)
                continue
            keys.add(key)
            decided.append(self._decide(waiting))
        writing = [one for one in decided if one.decision is not None]
        results = self._store.append([d for one in writing if (d := one.decision)])
        for one, result in zip(writing, results, strict=True):
            self._settle(one, result, again)
        for one in decided:
            if one.refusal is not None:
                self._settle_refusal(one, one.refusal, again)
        if any(isinstance(result, Outcome) for result in results):
            self._on_commit(max(r.position for r in results if isinstance(r, Outcome)))
        return again

    def _decide(self, waiting: _Waiting) -> _Decided:
        order = waiting.order
        reading = Reading(self._cache, self._store)
        stream = stream_of(order.command)
        try:
            decision = self._decision(order, stream, reading)
        except Refusal as refusal:
            return _Decided(waiting, reading, None, refusal, stream)
        return _Decided(waiting, reading, decision, None, stream)

    def _decision(self, order: Order, stream: Stream, reading: Reading) -> Decision:
        command = order.command
        now = self._clock()
        at = (command.occurred_at or now).astimezone(UTC)
        if at > now + CLOCK_SKEW:
            raise Refusal("CMD-FUTURE", act=at, now=now)
        at = min(at, now)
        actor = self._actor(order, reading, at)
        state = reading.state(stream)
        owner = owner_of(command, state)
        require_role(self._pack, command.tag, actor, owner)
        version = reading.reads[stream]
        if command.expected_version not in (None, version):
            raise Refusal(
                "CMD-STALE", expected=command.expected_version, current=version
            )
        aggregate = AGGREGATES[kind_of(stream)]
        assert aggregate.decide is not None
        facts = Facts(reading, Act(actor, at), self._pack, stream)
        events = aggregate.decide(command, state, facts)
        drafts = self._drafts(events, stream, reading, Mark(0, at, actor.person))
        return Decision(
            command_id=command.command_id,
            command_tag=command.tag,
            command_owner=order.organisation,
            digest=digest_of(command),
            reads=dict(reading.reads),
            searches=dict(reading.searches),
            drafts=drafts,
            rule_pack=self._pack.id,
            actor_id=actor.person,
            actor_org=actor.organisation,
            actor_role=actor.role,
            actor_capacity=actor.capacity,
            correlation_id=order.correlation_id,
            causation_id=order.causation_id,
            traceparent=order.traceparent,
        )

    def _actor(self, order: Order, reading: Reading, at: datetime) -> Actor:
        if order.is_system:
            seat = Stream(f"node/{self._node}")
            return Actor(order.person, NODE, SYSTEM, CapacityId(f"{seat}#0"), seat)
        return actor_in(
            reading, order.command.capacity, order.person, order.organisation, at
        )

    def _drafts(
        self,
        events: Sequence[Event | On],
        stream: Stream,
        reading: Reading,
        mark: Mark,
    ) -> list[Draft]:
        """Fold the events into their streams, and say of each to whom it belongs."""
        drafts: list[Draft] = []
        folded: dict[str, tuple[int, Any]] = {}
        for entry in events:
            target: str = entry.stream if isinstance(entry, On) else stream
            event = entry.event if isinstance(entry, On) else entry
            if target not in folded:
                state = reading.state(Stream(target))
                folded[target] = (reading.reads[target], state)
            version, state = folded[target]
            aggregate = AGGREGATES[kind_of(target)]
            version += 1
            state = aggregate.evolve(state, event, Mark(version, mark.at, mark.by))
            folded[target] = (version, state)
            place = aggregate.place(state)
            drafts.append(
                Draft(
                    stream=target,
                    version=version,
                    tag=event.tag,
                    data=encode(event),
                    time=mark.at,
                    owner=place.owner,
                    scope=SCOPES[type(event)],
                    levels=place.levels,
                    rule=place.rule,
                    sets_kato=sets_kato(event),
                    sets_levels=sets_levels(event),
                    opens=aggregate.kind
                    if aggregate.is_indexed and version == 1
                    else None,
                )
            )
        # The next command of the batch sees what this one is about to write; should
        # the append refuse it, its streams are forgotten and all is decided anew.
        for written, (version, state) in folded.items():
            self._cache.put(written, version, state)
        return drafts

    def _settle(
        self,
        one: _Decided,
        result: Outcome | Stale | CommandRecord,
        again: list[_Waiting],
    ) -> None:
        match result:
            case Outcome():
                if not one.waiting.future.done():
                    one.waiting.future.set_result(accepted(result))
            case CommandRecord():
                self._forget(one)
                self._answer_repeat(one.waiting, result)
            case Stale():
                self._forget(one)
                self._cache.forget(result.streams)
                self._try_again(one.waiting, again)

    def _settle_refusal(
        self, one: _Decided, refusal: Refusal, again: list[_Waiting]
    ) -> None:
        """A refusal stands only if what it rests on stands too."""
        stale = self._store.stale(one.reading.reads, one.reading.searches)
        if stale is not None:
            self._cache.forget(stale.streams)
            self._try_again(one.waiting, again)
            return
        order = one.waiting.order
        entry = self._pack.errors[refusal.code]
        self._store.note_refusal(
            at=self._clock(),
            command_tag=order.command.tag,
            command_id=order.command.command_id,
            owner=order.organisation,
            code=refusal.code,
            rule=entry.rule,
            rule_pack=self._pack.id,
            actor=order.person,
            actor_org=order.organisation,
            stream=one.stream,
            context=json_shaped(refusal.context),
        )
        self._answer(one.waiting, refusal)

    def _forget(self, one: _Decided) -> None:
        if one.decision is not None:
            self._cache.forget([draft.stream for draft in one.decision.drafts])

    def _try_again(self, waiting: _Waiting, again: list[_Waiting]) -> None:
        waiting.attempts += 1
        if waiting.attempts >= MAX_ATTEMPTS:
            self._answer(waiting, Refusal("CMD-BUSY"))
        else:
            again.append(waiting)

    def _answer_repeat(self, waiting: _Waiting, record: CommandRecord) -> None:
        command = waiting.order.command
        if record.digest == digest_of(command):
            waiting.future.set_result(accepted(record.outcome, repeated=True))
        else:
            refusal = Refusal("CMD-ID-REUSED", command_id=command.command_id)
            self._answer(waiting, refusal)

    def _answer(self, waiting: _Waiting, refusal: Refusal) -> None:
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
