"""The reader: every message after a position, in order, none missing and none twice."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

import msgspec
import structlog
from msgspec import Struct
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import ConnectionClosedError
from nats.errors import Error as NatsError
from nats.nuid import NUID
from structlog.typing import FilteringBoundLogger

from adapters.jetstream.connection import listen, lives_through, silence
from adapters.jetstream.stream import ApiError

BATCH = 1000
IN_FLIGHT = 4 * BATCH
REQUEST_BYTES = 16 * 1024 * 1024
"""Above the largest message, so that one request can always be served."""

POLL_SECONDS = 30
HEARTBEAT_SECONDS = 2
SILENCE_SECONDS = 3 * HEARTBEAT_SECONDS
INACTIVE_SECONDS = 10
TICK_SECONDS = 0.25
LINGER_SECONDS = 0.02
LONGEST_PAUSE = 2.0
_NANOSECONDS = 1_000_000_000

log: FilteringBoundLogger = structlog.get_logger()


class StreamHole(Exception):
    """The stream itself lacks a sequence: to ask again does not help."""


class _ConsumerLost(Exception):
    """The server's half of the reading is gone or in doubt: make another."""


class _Hole(_ConsumerLost):
    """A sequence was skipped on the way."""


class _Created(Struct, frozen=True):
    num_pending: int = 0
    error: ApiError | None = None


class _Consumer:
    """One ephemeral consumer of the server, and what has arrived from it."""

    def __init__(self, nc: Client, stream: str, after: int, subject: str | None):
        self._nc = nc
        self._stream = stream
        self._name = NUID().next().decode()
        self._subject = subject
        self._after = after
        self._lives = lives_through(nc)
        self._inbox = nc.new_inbox()
        self._subscription: Subscription | None = None
        self._arrived: deque[tuple[int, bytes]] = deque()
        self._waiting = 0
        self._signal = asyncio.Event()
        self._credit = 0
        self._delivered = 0
        self._lost: _ConsumerLost | None = None
        self._clock = asyncio.get_running_loop().time
        self._heard_at = self._clock()
        self.end = after

    async def open(self) -> None:
        config: dict[str, object] = {
            "name": self._name,
            "deliver_policy": "by_start_sequence",
            "opt_start_seq": self._after + 1,
            "ack_policy": "none",
            "inactive_threshold": INACTIVE_SECONDS * _NANOSECONDS,
            "mem_storage": True,
            "num_replicas": 1,
        }
        request = f"$JS.API.CONSUMER.CREATE.{self._stream}.{self._name}"
        if self._subject is not None:
            config["filter_subject"] = self._subject
            request = f"{request}.{self._subject}"
        self._subscription = await listen(self._nc, self._inbox, self._take, self._hear)
        body = {"stream_name": self._stream, "config": config, "action": "create"}
        answer = await self._nc.request(request, msgspec.json.encode(body), timeout=5)
        created = msgspec.json.decode(answer.data, type=_Created)
        if created.error is not None:
            raise _ConsumerLost(created.error.description)
        self.end = self._after + created.num_pending
        await self._ask_for_more()

    async def close(self) -> None:
        """Forget the consumer; the server drops it when nobody asks any more."""
        if self._subscription is not None:
            await silence(self._nc, self._subscription)

    async def batch(self) -> list[tuple[int, bytes]]:
        """Return what is there, or nothing after a short while."""
        self._signal.clear()
        if not self._arrived:
            await self._signalled(TICK_SECONDS)
            self._check_life()
        batch: list[tuple[int, bytes]] = []
        while len(batch) < BATCH:
            if self._arrived:
                batch.append(self._arrived.popleft())
                continue
            self._signal.clear()
            # A lone message goes on at once; when more wait, a batch is worth it.
            if not self._waiting or not await self._signalled(LINGER_SECONDS):
                break
        await self._ask_for_more()
        if not batch and self._lost is not None:
            raise self._lost
        return batch

    def _check_life(self) -> None:
        if self._arrived:
            return
        if self._nc.is_closed:
            raise ConnectionClosedError
        if lives_through(self._nc) != self._lives:
            raise _ConsumerLost("the connection broke")
        if self._lost is not None:
            raise self._lost
        silent = self._clock() - self._heard_at
        if silent > SILENCE_SECONDS:
            raise _ConsumerLost(f"no heartbeat for {silent:.1f} s")

    async def _ask_for_more(self) -> None:
        while self._credit <= IN_FLIGHT - BATCH and self._lost is None:
            self._credit += BATCH
            await self._nc.publish(
                f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._name}",
                msgspec.json.encode(
                    {
                        "batch": BATCH,
                        "max_bytes": REQUEST_BYTES,
                        "expires": POLL_SECONDS * _NANOSECONDS,
                        "idle_heartbeat": HEARTBEAT_SECONDS * _NANOSECONDS,
                    }
                ),
                reply=self._inbox,
            )

    def _take(self, reply: bytes, payload: bytes) -> None:
        # ...<stream seq>.<consumer seq>.<time>.<pending>, in the short form of nine
        # tokens; the long form has two more before and one after.
        tokens = reply.split(b".")
        first = 5 if len(tokens) == 9 else 7
        try:
            sequence, delivery = int(tokens[first]), int(tokens[first + 1])
            self._waiting = int(tokens[first + 3])
        except (ValueError, IndexError):
            self._lost = _ConsumerLost(f"a delivery under {reply!r}")
            return
        self._credit -= 1
        self.end = sequence + self._waiting
        if self._is_next(sequence, delivery):
            self._arrived.append((sequence, payload))
        self._wake()

    def _is_next(self, sequence: int, delivery: int) -> bool:
        if isinstance(self._lost, _Hole):
            return False
        if delivery != self._delivered + 1:
            self._lost = _Hole(f"delivery {delivery} after {self._delivered}")
            return False
        self._delivered = delivery
        if sequence <= self._after:  # the stream was shorter than we had read
            return False
        if self._subject is None and sequence != self._after + 1:
            self._lost = _Hole(f"sequence {sequence} after {self._after}")
            return False
        self._after = sequence
        return True

    def _hear(self, message: Msg) -> None:
        """Take what the server says of its consumer."""
        headers = message.headers or {}
        if headers.get("Status") == "100":
            heard = int(headers.get("Nats-Last-Consumer", "0"))
            if heard > self._delivered:
                self._lost = _Hole(f"delivery {heard} was sent, {self._delivered} came")
        elif _ended_well(headers):
            self._credit -= int(headers.get("Nats-Pending-Messages", "0"))
        else:
            self._lost = _ConsumerLost(
                f"{headers.get('Status')} {headers.get('Description', '')}"
            )
        self._wake()

    def _wake(self) -> None:
        self._heard_at = self._clock()
        if not self._signal.is_set():
            self._signal.set()

    async def _signalled(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._signal.wait(), seconds)
        except TimeoutError:
            return False
        return True


def _ended_well(headers: dict[str, str]) -> bool:
    """Tell whether a request was served, or ran out of time or of bytes."""
    pending = headers.get("Nats-Pending-Messages")
    match headers.get("Status"), headers.get("Description"):
        case "409", "Batch Completed":  # said of requests with max_bytes only
            return True
        case "409", "Message Size Exceeds MaxBytes":
            return pending is not None and int(pending) < BATCH
        case "408", _:
            return pending is not None
    return False


class Reader:
    """Reads a stream from `after` on; `end` is the last sequence known of it.

    With a filter, sequences have gaps by nature and `end` means nothing.
    """

    def __init__(
        self, nc: Client, stream: str, *, after: int, filter_subject: str | None = None
    ) -> None:
        self._nc = nc
        self._stream = stream
        self._subject = filter_subject
        self._consumer: _Consumer | None = None
        self.after = after
        self.last_error: str | None = None

    @property
    def end(self) -> int:
        return max(self.after, self._consumer.end if self._consumer else 0)

    async def batches(
        self, stop: asyncio.Event
    ) -> AsyncGenerator[list[tuple[int, bytes]], None]:
        """Yield batches until `stop`; only a closed connection or a hole ends them."""
        pause = 0.0
        hole_at: int | None = None
        try:
            while not stop.is_set():
                try:
                    batch = await self._next_batch()
                except _ConsumerLost as lost:
                    if isinstance(lost, _Hole):
                        if hole_at == self.after:
                            raise StreamHole(str(lost)) from lost
                        hole_at = self.after
                    pause = await self._begin_again(lost, pause)
                except ConnectionClosedError:
                    raise
                except (NatsError, msgspec.MsgspecError) as error:
                    pause = await self._begin_again(error, pause)
                else:
                    if batch:
                        pause = 0.0
                        self.after = batch[-1][0]
                        yield batch
        finally:
            await self._close()

    async def _next_batch(self) -> list[tuple[int, bytes]]:
        if self._consumer is None:
            self._consumer = _Consumer(
                self._nc, self._stream, self.after, self._subject
            )
            await self._consumer.open()
            self.last_error = None
        return await self._consumer.batch()

    async def _begin_again(self, error: Exception, pause: float) -> float:
        self.last_error = str(error) or repr(error)
        log.warning("reader_begins_again", after=self.after, error=self.last_error)
        await self._close()
        await asyncio.sleep(pause)
        return min(max(2 * pause, 0.05), LONGEST_PAUSE)

    async def _close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.close()
