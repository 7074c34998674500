"""What is on its way to the stream: single messages or batches, each with its fence.

Few messages go one by one, which is quick (0.2 ms); many go as atomic batches, which
cost less each but 3 ms at least. The two never fly together: behind a foreign message
single ones can still find their fences in order, batches behind them would, too.
"""

import asyncio
from collections import deque
from secrets import token_hex

import msgspec
from msgspec import Struct
from nats.aio.client import Client
from nats.aio.msg import Msg

from adapters.envelope import CONTENT_TYPE
from adapters.jetstream.connection import lives_through
from adapters.jetstream.log_ahead import Message
from adapters.jetstream.stream import ApiError

WINDOW = 256
BATCH_FROM = 100
BATCH_MOST = 1000
"""The server's own limit."""

BATCH_BYTES = 8 * 1024 * 1024
BATCHES = 2
BREATHE_AFTER = 100
"""So many messages are handed over before the loop may write and serve others."""

ACK_SECONDS = 5.0
_FENCE_LOST = (10071, 10164)


class Lost(Exception):
    """Something went wrong with what was in flight: forget it and ask again."""


class Outrun(Lost):
    """Another relay was first: no fault, and its message is the same as ours."""


class _Ack(Struct, frozen=True):
    seq: int = 0
    error: ApiError | None = None


class Flight:
    """One life of a connection; at the first doubt it is over, and raises Lost."""

    def __init__(
        self, nc: Client, inbox: str, after: int, signal: asyncio.Event
    ) -> None:
        self._nc = nc
        self._inbox = inbox
        self._signal = signal
        self._lives = lives_through(nc)
        self._loop = asyncio.get_running_loop()
        self._sent = after
        self._due: deque[int] = deque()  # the last position of each that is in flight
        self._batched = False
        self._lost: Lost | None = None
        self._heard_at = self._loop.time()
        self.acked = after

    @property
    def is_empty(self) -> bool:
        return not self._due

    def check(self) -> None:
        """Raise Lost where anything speaks against going on."""
        if self._lost is not None:
            raise self._lost
        if not self._nc.is_connected or lives_through(self._nc) != self._lives:
            raise Lost("the connection broke")
        if self._due and self._loop.time() - self._heard_at > ACK_SECONDS:
            raise Lost(f"no ack for {self.acked + 1}")

    async def send(self, waiting: deque[Message], until: float) -> None:
        """Take from what waits and send what has room, never after `until`."""
        if not self._due:
            self._batched = len(waiting) >= BATCH_FROM
            self._heard_at = self._loop.time()
        if self._batched:
            while len(waiting) >= BATCH_FROM and len(self._due) < BATCHES:
                await self._send_batch(waiting, until)
        elif len(waiting) < BATCH_FROM:
            while waiting and len(self._due) < WINDOW:
                await self._send_single(waiting.popleft(), until)

    async def _send_single(self, message: Message, until: float) -> None:
        self._may_follow(message, until)
        headers = {
            "Nats-Expected-Last-Sequence": str(self._sent),
            "Content-Type": CONTENT_TYPE,
        }
        self._sent = message.position
        self._due.append(self._sent)
        reply = self._reply(self._sent)
        await self._nc.publish(message.subject, message.payload, reply, headers)

    async def _send_batch(self, waiting: deque[Message], until: float) -> None:
        """Send one batch: the first message bears the fence, the last asks for an ack.

        `headers` is one and the same: each message is written before the next is made.
        """
        group = _group(waiting)
        last = group[-1].position
        headers = {
            "Nats-Expected-Last-Sequence": str(self._sent),
            "Nats-Batch-Id": token_hex(6),
            "Content-Type": CONTENT_TYPE,
        }
        self._due.append(last)
        reply = ""
        for number, message in enumerate(group, start=1):
            self._may_follow(message, until)
            headers["Nats-Batch-Sequence"] = str(number)
            if number == 2:
                del headers["Nats-Expected-Last-Sequence"]
            if message.position == last:
                headers["Nats-Batch-Commit"] = "1"
                reply = self._reply(last)
            await self._nc.publish(message.subject, message.payload, reply, headers)
            self._sent = message.position
            if number % BREATHE_AFTER == 0:
                await asyncio.sleep(0)

    def _may_follow(self, message: Message, until: float) -> None:
        if message.position != self._sent + 1:
            raise Lost(f"the log gave {message.position} after {self._sent}")
        if self._loop.time() > until:
            raise Lost("held up in the middle of sending")

    def _reply(self, position: int) -> str:
        return f"{self._inbox}.{position}"

    async def take_ack(self, message: Msg) -> None:
        """Take the server's answer to a single message or to a batch's commit."""
        if self._lost is not None or not self._due:
            return
        due = self._due.popleft()
        position = int(message.subject.rpartition(".")[2])
        try:
            ack = msgspec.json.decode(message.data, type=_Ack)
        except msgspec.DecodeError:
            ack = _Ack(error=ApiError(code=503, description="no stream takes it"))
        if ack.error is not None:
            kind = Outrun if ack.error.err_code in _FENCE_LOST else Lost
            self._lost = kind(f"{position} refused: {ack.error.description}")
        elif not ack.seq == position == due:
            self._lost = Lost(f"{position} stored as {ack.seq}, {due} was due")
        else:
            self.acked = due
            self._heard_at = self._loop.time()
        if self._lost or self._batched or len(self._due) in (0, WINDOW // 2):
            self._signal.set()


def _group(waiting: deque[Message]) -> list[Message]:
    """Take one batch: as many as the server allows and not too many bytes."""
    group: list[Message] = []
    size = 0
    while waiting and len(group) < BATCH_MOST and size < BATCH_BYTES:
        message = waiting.popleft()
        size += len(message.payload)
        group.append(message)
    return group
