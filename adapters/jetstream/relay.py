"""The relay: position p of the log goes to the bus as sequence p, fenced."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Literal

import structlog
from msgspec import Struct
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from structlog.typing import FilteringBoundLogger

from adapters.envelope import StoreUnavailable
from adapters.jetstream.connection import Connect, lives_through
from adapters.jetstream.flight import Flight, Lost, Outrun
from adapters.jetstream.log_ahead import Log, LogAhead
from adapters.jetstream.stream import WAKE, stream_name
from adapters.jetstream.stream_end import Foreign, check_tail, stream_end

POLL_SECONDS = 1.0
RECHECK_SECONDS = 5.0
LONGEST_PAUSE = 2.0
CLOSE_SECONDS = 5.0
STUCK_SECONDS = 8.0

ASK_LEAVE_EVERY = 1.0
LEAVE_ANSWER_SECONDS = 5.0
LEAVE_LASTS = 2.0
"""Seconds after which nothing more is sent on the word of `may_act`.

It is asked every second; this holds back what a paused process would send on waking.
"""

RelayState = Literal[
    "starting",
    "running",
    "waiting",
    "standing-by",
    "store-down",
    "bus-down",
    "bus-foreign",
]

log: FilteringBoundLogger = structlog.get_logger()


class RelayStatus(Struct, frozen=True):
    """How far the stream is, as the relay knows it."""

    state: RelayState
    published: int
    logged: int
    lag: int
    last_error: str | None


class _StandBy(Exception):
    """Another relay acts: look again in a second."""


def always() -> bool:
    """The only relay there is may always act."""
    return True


class Relay:
    """Publishes the log to the node's stream; several at once do no harm.

    `may_act` tells whether this one is to act now. It is asked in a thread, where it
    may block or raise: before anything is published, and every second meanwhile.
    """

    def __init__(
        self,
        source: Log,
        connect: Connect,
        node: str,
        may_act: Callable[[], bool] = always,
    ) -> None:
        self._log = source
        self._connect = connect
        self._stream = stream_name(node)
        self._may_act = may_act
        self._signal = asyncio.Event()
        self._poked = True
        self._state: RelayState = "starting"
        self._last_error: str | None = None
        self._logged = 0
        self._verified = 0  # up to here the stream is known to be ours
        self._pause = 0.0
        self._round = 0
        self._flight: Flight | None = None
        self._leave_asked_at = float("-inf")
        self._still_at = (-1, 0)  # last sequence, and life of the connection
        self._still_since = 0.0
        self.is_stuck = False
        """A server that answers questions has stored nothing for a while."""

    def poke(self) -> None:
        """Say that the log has grown; call it on the loop's thread."""
        self._poked = True
        self._signal.set()

    def status(self) -> RelayStatus:
        published = max(self._verified, self._flight.acked if self._flight else 0)
        return RelayStatus(
            state=self._state,
            published=published,
            logged=self._logged,
            lag=max(0, self._logged - published),
            last_error=self._last_error,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until `stop` is set, whatever becomes of the bus."""
        stopping = asyncio.create_task(self._wake_at(stop))
        try:
            while not stop.is_set():
                try:
                    nc = await self._connect()
                except (NatsError, OSError, TimeoutError) as error:
                    await self._back_off(error, stop)
                    continue
                try:
                    await self._serve(nc, stop)
                except (NatsError, OSError) as error:
                    await self._back_off(error, stop)
                finally:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(nc.close(), CLOSE_SECONDS)
        finally:
            stopping.cancel()

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._signal.set()

    async def _serve(self, nc: Client, stop: asyncio.Event) -> None:
        async def wake(_message: Msg) -> None:
            self.poke()

        inbox = nc.new_inbox()
        await nc.subscribe(WAKE, cb=wake)
        await nc.subscribe(f"{inbox}.*.*", cb=self._take_ack)
        while not stop.is_set() and not nc.is_closed:
            try:
                await self._act(nc, inbox, stop)
            except Foreign as found:
                await self._stand_aside(str(found), stop)
            except _StandBy:
                self._state = "standing-by"
                self._last_error = None
                await _rest(POLL_SECONDS, stop)
            except Exception as error:  # the outermost loop: bus or log may be ill
                await self._back_off(error, stop)

    async def _act(self, nc: Client, inbox: str, stop: asyncio.Event) -> None:
        """Look where the stream ends, and publish from there if it is our turn."""
        end = await stream_end(nc, self._stream)
        self._logged = await asyncio.to_thread(self._log.position)
        self._note_stillness((end.last_seq, lives_through(nc)))
        await self._ask_leave()
        await check_tail(nc, self._stream, self._log, end, self._verified)
        self._verified = end.last_seq
        self._round += 1
        flight = Flight(nc, f"{inbox}.{self._round}", end.last_seq, self._signal)
        ahead = LogAhead(self._log, end.last_seq)
        self._flight = flight
        try:
            await self._publish(flight, ahead, stop)
        finally:
            self._flight = None
            self._verified = flight.acked
            ahead.close()

    def _note_stillness(self, at: tuple[int, int]) -> None:
        """Tell whether the server answers, and yet the stream does not grow.

        Acks alone do not tell: where the first of some messages gets no answer, those
        behind it are refused as if another relay had been first.
        """
        now = asyncio.get_running_loop().time()
        if at != self._still_at or at[0] == self._logged:
            self._still_at, self._still_since = at, now
        self.is_stuck = now - self._still_since > STUCK_SECONDS

    async def _ask_leave(self) -> None:
        """Ask whether to act, unless that was answered within the last second."""
        loop = asyncio.get_running_loop()
        if loop.time() - self._leave_asked_at < ASK_LEAVE_EVERY:
            return
        asked_at = loop.time()
        answer = asyncio.to_thread(self._may_act)
        if not await asyncio.wait_for(answer, LEAVE_ANSWER_SECONDS):
            raise _StandBy
        self._leave_asked_at = asked_at

    async def _publish(
        self, flight: Flight, ahead: LogAhead, stop: asyncio.Event
    ) -> None:
        """Publish what follows; return after a quiet while, to look again."""
        loop = asyncio.get_running_loop()
        quiet_since = loop.time()
        while not stop.is_set():
            self._signal.clear()
            flight.check()
            await self._ask_leave()
            if self._poked:
                self._poked = False
                ahead.look_again()
            waiting = await ahead.waiting()
            left = len(waiting)
            await flight.send(waiting, self._leave_asked_at + LEAVE_LASTS)
            self._logged = ahead.logged
            self._went_well(flight)
            if len(waiting) < left or (not waiting and ahead.may_hold_more):
                continue
            self._state = "waiting" if flight.is_empty else "running"
            if not flight.is_empty:
                quiet_since = loop.time()
            elif loop.time() - quiet_since > RECHECK_SECONDS:
                return
            if not await self._signalled(POLL_SECONDS):
                self._poked = True

    def _went_well(self, flight: Flight) -> None:
        if flight.acked > self._verified or flight.acked == self._logged:
            self._pause = 0.0
            self._last_error = None
            self.is_stuck = False

    async def _take_ack(self, message: Msg) -> None:
        """Take an ack; those of an earlier round count nothing."""
        round_ = message.subject.rsplit(".", 2)[1]
        if self._flight is not None and int(round_) == self._round:
            await self._flight.take_ack(message)

    async def _stand_aside(self, found: str, stop: asyncio.Event) -> None:
        if self._state != "bus-foreign":
            log.error("bus_foreign", stream=self._stream, found=found)
        self._state = "bus-foreign"
        self._last_error = found
        await _rest(LONGEST_PAUSE, stop)

    async def _back_off(self, error: Exception, stop: asyncio.Event) -> None:
        """Wait ever longer, up to a bound; two relays must not go in step."""
        self._last_error = str(error) or repr(error)
        self._pause = min(max(2 * self._pause, 0.02), LONGEST_PAUSE)
        if not isinstance(error, Lost):
            self._still_at = (-1, 0)
        if not isinstance(error, Outrun):
            ill_store = isinstance(error, StoreUnavailable)
            self._state = "store-down" if ill_store else "bus-down"
            log.warning("relay_asks_again", error=self._last_error, pause=self._pause)
        await _rest(self._pause * random.uniform(0.5, 1.0), stop)

    async def _signalled(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._signal.wait(), seconds)
        except TimeoutError:
            return False
        return True


async def _rest(seconds: float, stop: asyncio.Event) -> None:
    """Let time pass; a poke does not shorten it, only the end does."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
