"""The end of the stream, asked of the server and held against the log."""

import asyncio

import msgspec
from msgspec import Struct
from nats.aio.client import Client

from adapters.jetstream.flight import BATCH_MOST, BATCHES, WINDOW, Lost
from adapters.jetstream.log_ahead import Log
from adapters.jetstream.stream import ApiError

ASK_SECONDS = 5.0
ASKED_AT_ONCE = 256
_STREAM_NOT_FOUND = 10059

CHECKED_TAIL = 2 * (WINDOW + BATCHES * BATCH_MOST)
"""How much of the stream's end is held against the log, at most.

The last message alone is not enough: behind a foreign message at k, what was already
in flight (k+1 ...) still finds its fence in order. That is all that one relay has in
flight, and two may be at it for a moment.
"""


class Foreign(Exception):
    """The stream holds what the log does not."""


class NoStream(Lost):
    """There is no stream of this name."""


class StreamEnd(Struct, frozen=True):
    """What the stream says of itself; a sound one holds `last_seq` messages."""

    messages: int
    last_seq: int


class _StreamInfo(Struct, frozen=True):
    state: StreamEnd | None = None
    error: ApiError | None = None


class _Stored(Struct, frozen=True):
    data: bytes = b""


class _StoredAnswer(Struct, frozen=True):
    message: _Stored | None = None
    error: ApiError | None = None


async def stream_end(nc: Client, stream: str) -> StreamEnd:
    """Ask the stream's leader; NoStream where there is none, Lost otherwise."""
    answer = await nc.request(f"$JS.API.STREAM.INFO.{stream}", timeout=ASK_SECONDS)
    info = msgspec.json.decode(answer.data, type=_StreamInfo)
    if info.error is not None and info.error.err_code == _STREAM_NOT_FOUND:
        raise NoStream(f"there is no stream {stream}")
    if info.state is None:
        raise Lost(info.error.description if info.error else "no stream state")
    return info.state


async def check_tail(
    nc: Client, stream: str, log: Log, end: StreamEnd, known: int
) -> None:
    """Hold what stands behind `known` against the log; Foreign where it differs."""
    last = end.last_seq
    logged = await asyncio.to_thread(log.position)
    if last > logged:
        raise Foreign(f"the stream ends at {last}, the log at {logged}")
    if end.messages != last:
        raise Foreign(f"the stream lacks {last - end.messages} messages")
    after = max(min(known, last) - 1, last - CHECKED_TAIL, 0)
    while after < last:
        count = min(ASKED_AT_ONCE, last - after)
        records = await asyncio.to_thread(log.records, after, count)
        stored = await asyncio.gather(
            *(_stored(nc, stream, position) for position, _ in records)
        )
        for (position, record), message in zip(records, stored, strict=True):
            if message != record:
                raise Foreign(f"another message stands at sequence {position}")
        after += count


async def _stored(nc: Client, stream: str, sequence: int) -> bytes:
    answer = await nc.request(
        f"$JS.API.STREAM.MSG.GET.{stream}",
        msgspec.json.encode({"seq": sequence}),
        timeout=ASK_SECONDS,
    )
    found = msgspec.json.decode(answer.data, type=_StoredAnswer)
    if found.message is None:
        raise Lost(found.error.description if found.error else "no message")
    return found.message.data
