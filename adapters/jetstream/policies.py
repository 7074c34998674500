"""A policy at work: what an event calls for is put to the command bus, for sure."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime

import structlog
from msgspec import Struct
from nats.aio.client import Client
from nats.errors import Error as NatsError
from structlog.typing import FilteringBoundLogger

from adapters.command_bus import SYSTEM_PERSON
from adapters.envelope import CloudEvent, StoreUnavailable, aggregate_of, open_record
from adapters.jetstream.connection import Connect
from adapters.jetstream.reader import Reader
from adapters.jetstream.stream import stream_name
from adapters.orders import Answer, Order, Refused
from adapters.policy_notes import PolicyNote, PolicyNotes
from adapters.policy_questions import NotYet, Views, page_of, revisions
from domain.decider import Command
from domain.identifiers import NODE, Bin, CapacityId
from domain.messages import decode
from domain.node import stream_of
from domain.policies import Cause, Found, Policy

PAGE = 500
NOTE_SECONDS = 1.0
FIRST_PAUSE = 0.02
LONGEST_PAUSE = 2.0
TRIED_AGAIN = ("CMD-BUSY", "CMD-STORE-DOWN")

log: FilteringBoundLogger = structlog.get_logger()


class PolicyStatus(Struct, frozen=True):
    """How far a policy is; `waits_for` is what keeps it from its next event.

    `moved_at` is in seconds of the monotonic clock.
    """

    position: int
    lag: int
    waits_for: str | None
    moved_at: float


class PolicyRunner:
    """Follows the stream from where the policy is, and answers event after event.

    The position moves over an event when each command it calls for was accepted,
    repeated or refused under a code; before, a death costs nothing but repeats. So
    twins do no harm, and no rebuild of a view comes by here.
    """

    def __init__(
        self,
        policy: Policy,
        notes: PolicyNotes,
        views: Views,
        submit: Callable[[Order], "Future[Answer]"],
        connect: Connect,
        node: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        page: int = PAGE,
    ) -> None:
        self._policy = policy
        self._notes = notes
        self._views = views
        self._submit = submit
        self._connect = connect
        self._stream = stream_name(node)
        self._capacity = CapacityId(f"{stream_of(node)}#0")
        self._clock = clock
        self._page = page
        self._tags = {event.tag for event in policy.answers_to}
        self._aggregates = {tag.partition(".")[0] for tag in self._tags}
        self._nc: Client | None = None
        self._reader: Reader | None = None
        self._position: int | None = None
        self._noted: PolicyNote | None = None
        self._waits_for: str | None = "starting"
        self._moved_at = time.monotonic()

    def status(self) -> PolicyStatus:
        reader = self._reader
        position = self._position or 0
        lag = max(0, reader.end - position) if reader else 0
        waits_for = self._waits_for
        if reader and (reader.last_error or not (self._nc and self._nc.is_connected)):
            waits_for = "bus-down"
        return PolicyStatus(position, lag, waits_for, self._moved_at)

    async def run(self, stop: asyncio.Event) -> None:
        """Answer events until `stop` is set, whatever is down."""
        noting = asyncio.create_task(self._keep_noting(stop))
        pause = 0.0
        while not stop.is_set():
            began = time.monotonic()
            try:
                await self._follow(stop)
            except Exception as error:  # the outermost loop: log it and begin again
                self._waits_for = waited_for(error)
                if time.monotonic() - began > LONGEST_PAUSE:
                    pause = 0.0
                pause = min(max(2 * pause, 0.05), LONGEST_PAUSE)
                log.warning(
                    "policy_begins_again",
                    policy=self._policy.name,
                    position=self._position,
                    error=str(error) or repr(error),
                    pause=pause,
                )
                await _idle(stop, pause)
        await noting

    async def _follow(self, stop: asyncio.Event) -> None:
        note = await asyncio.to_thread(self._notes.policy_note, self._policy.name)
        self._position = note.position
        self._nc = await self._connect()
        self._reader = Reader(self._nc, self._stream, after=note.position)
        try:
            async with contextlib.aclosing(self._reader.batches(stop)) as batches:
                self._waits_for = None
                async for batch in batches:
                    self._moved_at = time.monotonic()
                    for position, payload in batch:
                        record = self._called_by(payload)
                        if record is not None:
                            if not await self._answered(record, stop):
                                return
                            self._move(position)
                            await self._note()
                    self._move(batch[-1][0])
        finally:
            await self._nc.close()

    def _called_by(self, payload: bytes) -> CloudEvent | None:
        """The record, where it is of an event that the policy answers to."""
        aggregate = aggregate_of(payload)
        if aggregate is not None and aggregate not in self._aggregates:
            return None
        record = open_record(payload)
        return record if record.tag in self._tags else None

    async def _answered(self, record: CloudEvent, stop: asyncio.Event) -> bool:
        """Answer an event, however long it takes; False where told to stop before."""
        pause = FIRST_PAUSE
        while not stop.is_set():
            try:
                await self._answer(record)
            except NotYet as hindrance:
                self._waits_for = hindrance.reason
                await _idle(stop, pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                self._waits_for = None
                return True
        return False

    async def _answer(self, record: CloudEvent) -> None:
        """Propose all that the event calls for, page by page."""
        if self._clock() < record.recordedtime:
            # By this clock the acts it leads to would come before what they rest on.
            raise NotYet("clock-behind")
        cause = Cause(
            record.id,
            decode(record.tag, record.data),
            Bin(record.owner),
            self._capacity,
        )
        questions = self._policy.asks(cause)
        if not questions:
            await self._propose(record, cause, ())
            return
        asked = await asyncio.to_thread(revisions, self._views, questions, record)
        for question in questions:
            after: str | None = None
            while True:
                found, after = await asyncio.to_thread(
                    page_of, self._views, question, after, self._page
                )
                if after is None:
                    break
                await self._propose(record, cause, found)
        if asked != await asyncio.to_thread(revisions, self._views, questions, record):
            raise NotYet("view-remade")

    async def _propose(
        self, record: CloudEvent, cause: Cause, found: Sequence[Found]
    ) -> None:
        commands = self._policy.proposes(cause, found)
        answers = await asyncio.gather(
            *(
                asyncio.wrap_future(self._submit(self._order(command, record)))
                for command in commands
            )
        )
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        if any(answer.code in TRIED_AGAIN for answer in refused):
            raise NotYet("commands-busy")
        for answer in refused:
            log.warning(
                "policy_refused",
                policy=self._policy.name,
                code=answer.code,
                command_id=answer.command_id,
                cause=record.id,
            )

    def _order(self, command: Command, record: CloudEvent) -> Order:
        return Order(
            command=command,
            person=SYSTEM_PERSON,
            organisation=NODE,
            is_system=True,
            correlation_id=record.correlationid,
            causation_id=record.id,
        )

    def _move(self, position: int) -> None:
        self._position = position
        self._moved_at = time.monotonic()

    async def _keep_noting(self, stop: asyncio.Event) -> None:
        """Note now and then what was passed by; read again, it would do no harm."""
        while not stop.is_set():
            await _idle(stop, NOTE_SECONDS)
            # A store that is down is told by who must read from it.
            with contextlib.suppress(StoreUnavailable):
                await self._note()

    async def _note(self) -> None:
        if self._position is None:
            return
        status = self.status()
        note = PolicyNote(self._position, status.waits_for)
        if note != self._noted:
            await asyncio.to_thread(self._notes.note_policy, self._policy.name, note)
            self._noted = note


def waited_for(error: Exception) -> str:
    """What a failure keeps a policy waiting for, in one word."""
    if isinstance(error, StoreUnavailable):
        return "store-down"
    is_of_bus = isinstance(error, NatsError | OSError | TimeoutError)
    return "bus-down" if is_of_bus else "failing"


async def _idle(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
