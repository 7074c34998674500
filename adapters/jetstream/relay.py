"""The relay: position p of the log goes to the bus as sequence p, fenced."""

import asyncio
import contextlib
import random
from collections import deque
from typing import Literal, Protocol

import msgspec
import structlog
from msgspec import Struct
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from structlog.typing import FilteringBoundLogger

from adapters.envelope import CONTENT_TYPE, open_record, subject_of
from adapters.jetstream.connection import Connect, lives_through
from adapters.jetstream.stream import WAKE, ApiError, stream_name

WINDOW = 256
READ_AHEAD = 500
POLL_SECONDS = 1.0
ACK_SECONDS = 5.0
RECHECK_SECONDS = 5.0
LONGEST_PAUSE = 2.0
_FENCE_LOST = (10071, 10164)

CHECKED_TAIL = 2 * WINDOW
"""How much of the stream's end is held against the log, at most.

The last message alone is not enough: behind a foreign message at k, what was already
in flight (k+1 ...) still finds its fence in order. It reaches one window at most for
each relay.
"""

RelayState = Literal["starting", "running", "waiting", "bus-down", "bus-foreign"]

log: FilteringBoundLogger = structlog.get_logger()


class Log(Protocol):
    """The event store as the relay reads it: no gaps, never rewritten."""

    def position(self) -> int: ...

    def records(self, after: int, limit: int) -> list[tuple[int, bytes]]: ...


class RelayStatus(Struct, frozen=True):
    """How far the stream is, as the relay knows it."""

    state: RelayState
    published: int
    logged: int
    lag: int
    last_error: str | None


class _Lost(Exception):
    """Something went wrong with what was in flight: forget it and ask again."""


class _Outrun(_Lost):
    """Another relay was first: no fault, and its message is the same as ours."""


class _Foreign(Exception):
    """The stream holds what the log does not."""


class _Ack(Struct, frozen=True):
    seq: int = 0
    error: ApiError | None = None


class _StreamState(Struct, frozen=True):
    messages: int
    last_seq: int


class _StreamInfo(Struct, frozen=True):
    state: _StreamState | None = None
    error: ApiError | None = None


class _Stored(Struct, frozen=True):
    data: bytes = b""


class _StoredAnswer(Struct, frozen=True):
    message: _Stored | None = None
    error: ApiError | None = None


class Relay:
    """Publishes the log to the node's stream; several at once do no harm."""

    def __init__(self, source: Log, connect: Connect, node: str) -> None:
        self._log = source
        self._connect = connect
        self._stream = stream_name(node)
        self._signal = asyncio.Event()
        self._poked = True
        self._state: RelayState = "starting"
        self._last_error: str | None = None
        self._logged = 0
        self._verified: int | None = None  # up to here the stream is known to be ours
        self._pause = 0.0
        self._round = 0
        self._acked = 0
        self._sent = 0
        self._acked_at = 0.0
        self._refused: _Lost | None = None

    def poke(self) -> None:
        """Say that the log has grown; call it on the loop's thread."""
        self._poked = True
        self._signal.set()

    def status(self) -> RelayStatus:
        return RelayStatus(
            state=self._state,
            published=self._verified or 0,
            logged=self._logged,
            lag=max(0, self._logged - (self._verified or 0)),
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
                    await nc.close()
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
                last = await self._last_of_ours(nc)
                await self._publish_after(nc, last, inbox, stop)
            except _Foreign as found:
                await self._stand_aside(str(found), stop)
            except Exception as error:  # the outermost loop: bus or log may be ill
                await self._back_off(error, stop)

    async def _last_of_ours(self, nc: Client) -> int:
        """Ask for the stream's last sequence, and hold its end against the log."""
        answer = await nc.request(f"$JS.API.STREAM.INFO.{self._stream}", timeout=5)
        info = msgspec.json.decode(answer.data, type=_StreamInfo)
        if info.state is None:
            raise _Lost(info.error.description if info.error else "no stream state")
        last = info.state.last_seq
        self._logged = await asyncio.to_thread(self._log.position)
        if last > self._logged:
            raise _Foreign(f"the stream ends at {last}, the log at {self._logged}")
        if info.state.messages != last:
            raise _Foreign(f"the stream lacks {last - info.state.messages} messages")
        known = min(self._verified or 0, last)
        after = max(known - 1, last - CHECKED_TAIL, 0)
        if last == 0:
            self._verified = 0
            return 0
        records = await asyncio.to_thread(self._log.records, after, last - after)
        stored = await asyncio.gather(
            *(self._stored(nc, position) for position, _ in records)
        )
        for (position, record), message in zip(records, stored, strict=True):
            if message != record:
                raise _Foreign(f"another message stands at sequence {position}")
        self._verified = last
        if last == self._logged:
            self._pause = 0.0
        return last

    async def _stored(self, nc: Client, sequence: int) -> bytes:
        answer = await nc.request(
            f"$JS.API.STREAM.MSG.GET.{self._stream}",
            msgspec.json.encode({"seq": sequence}),
            timeout=5,
        )
        found = msgspec.json.decode(answer.data, type=_StoredAnswer)
        if found.message is None:
            raise _Lost(found.error.description if found.error else "no message")
        return found.message.data

    async def _publish_after(
        self, nc: Client, last: int, inbox: str, stop: asyncio.Event
    ) -> None:
        """Publish what follows `last`; return after a quiet while, to look again."""
        loop = asyncio.get_running_loop()
        lives = lives_through(nc)
        self._round += 1
        self._sent = self._acked = last
        self._refused = None
        self._acked_at = quiet_since = loop.time()
        self._poked = True
        ahead: deque[tuple[int, bytes]] = deque()
        while not stop.is_set():
            self._signal.clear()
            if self._refused is not None:
                raise self._refused
            if not nc.is_connected or lives_through(nc) != lives:
                raise _Lost("the connection broke")
            if self._poked and not ahead:
                self._poked = False
                ahead.extend(await asyncio.to_thread(self._read, self._sent))
            while ahead and self._sent - self._acked < WINDOW:
                position, record = ahead.popleft()
                await self._publish(nc, position, record, f"{inbox}.{self._round}")
            if self._poked and not ahead:
                continue
            in_flight = self._sent - self._acked
            self._state = "running" if in_flight else "waiting"
            now = loop.time()
            if in_flight:
                quiet_since = now
                if now - self._acked_at > ACK_SECONDS:
                    raise _Lost(f"no ack for {self._acked + 1}")
            elif now - quiet_since > RECHECK_SECONDS:
                return
            if not await self._signalled(POLL_SECONDS):
                self._poked = True

    def _read(self, after: int) -> list[tuple[int, bytes]]:
        records = self._log.records(after, READ_AHEAD)
        if len(records) == READ_AHEAD:
            self._poked = True
            self._logged = self._log.position()
        else:
            self._logged = after + len(records)
        return records

    async def _publish(
        self, nc: Client, position: int, record: bytes, inbox: str
    ) -> None:
        if position != self._sent + 1:
            raise _Lost(f"the log gave {position} after {self._sent}")
        if self._sent == self._acked:
            self._acked_at = asyncio.get_running_loop().time()
        await nc.publish(
            subject_of(open_record(record)),
            record,
            reply=f"{inbox}.{position}",
            headers={
                "Nats-Expected-Last-Sequence": str(self._sent),
                "Content-Type": CONTENT_TYPE,
            },
        )
        self._sent = position

    async def _take_ack(self, message: Msg) -> None:
        """Take an ack; they come in order, those of an earlier round count nothing."""
        _, round_, position = message.subject.rsplit(".", 2)
        if int(round_) != self._round or self._refused is not None:
            return
        try:
            ack = msgspec.json.decode(message.data, type=_Ack)
        except msgspec.DecodeError:
            ack = _Ack(error=ApiError(code=503, description="no stream takes it"))
        if ack.error is not None:
            kind = _Outrun if ack.error.err_code in _FENCE_LOST else _Lost
            self._refused = kind(f"{position} refused: {ack.error.description}")
        elif not ack.seq == int(position) == self._acked + 1:
            self._refused = _Lost(f"{position} stored as {ack.seq}")
        else:
            self._acked = self._verified = ack.seq
            self._acked_at = asyncio.get_running_loop().time()
            self._pause = 0.0
            self._last_error = None
        if self._refused or self._sent - self._acked in (0, WINDOW // 2):
            self._signal.set()

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
        if not isinstance(error, _Outrun):
            self._state = "bus-down"
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
