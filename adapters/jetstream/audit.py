"""The audit of the bus: log and stream side by side, and every difference by name."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Literal

import msgspec
from msgspec import Struct
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.nuid import NUID

from adapters.envelope import address_of, subject_of
from adapters.jetstream.log_ahead import Log
from adapters.jetstream.stream import SUBJECTS
from adapters.jetstream.stream_end import NoStream, stream_end

AT_ONCE = 1000
FETCH_SECONDS = 5.0
INACTIVE_SECONDS = 30.0
LOOK_SECONDS = 0.1

Kind = Literal[
    "missing",
    "hole",
    "other-bytes",
    "other-subject",
    "foreign",
    "beyond-log",
    "log-hole",
]

MEANINGS: dict[Kind, str] = {
    "missing": "the log goes on, the stream does not yet",
    "hole": "the stream lacks it for ever, though it goes on behind",
    "other-bytes": "a record of this position, but not the bytes of the log",
    "other-subject": "the bytes of the log under a subject that is not theirs",
    "foreign": "a message that is no record of this position",
    "beyond-log": "the stream goes on where the log has ended",
    "log-hole": "the log itself lacks the position",
}


class Stored(Struct, frozen=True):
    """A message of the stream."""

    sequence: int
    subject: str
    payload: bytes


class Difference(Struct, frozen=True):
    """The same difference at every sequence from `first` to `last`."""

    kind: Kind
    first: int
    last: int


class Ends(Struct, frozen=True):
    """How far log and stream went when they were asked, so that they can be compared.

    The log is held against the stream up to `log`, the stream read up to `stream`.
    """

    log: int
    stream: int


class Unanswered(Exception):
    """The stream stopped answering in the middle: nothing is known of the rest."""


Progress = Callable[[int, int], None]
"""Is told how far something is, and how far it has to go."""


class _Address(Struct, frozen=True):
    sequence: int


async def audit(
    log: Log, nc: Client, stream: str, *, patience: float, progress: Progress
) -> tuple[Ends, AsyncIterator[Difference]]:
    """Compare all; `patience` is how long a relay at work may take to catch up."""
    ends = await find_ends(log, nc, stream, patience)
    return ends, differences(
        records(log, ends.log), messages(nc, stream, ends.stream), ends, progress
    )


async def find_ends(log: Log, nc: Client, stream: str, patience: float) -> Ends:
    """Ask the log, then the stream, then the log: it grows while it is compared.

    What the log held before the stream was asked must be there; what the stream holds
    must be in the log that is asked afterwards.
    """
    loop = asyncio.get_running_loop()
    wanted = await asyncio.to_thread(log.position)
    deadline = loop.time() + patience
    last = await last_of(nc, stream)
    while last < wanted and loop.time() < deadline:
        await asyncio.sleep(LOOK_SECONDS)
        last = await last_of(nc, stream)
    logged = await asyncio.to_thread(log.position)
    return Ends(log=max(wanted, min(last, logged)), stream=last)


async def last_of(nc: Client, stream: str) -> int:
    """The last sequence of the stream, 0 where there is none."""
    try:
        return (await stream_end(nc, stream)).last_seq
    except NoStream:
        return 0


async def records(log: Log, last: int) -> AsyncIterator[tuple[int, bytes]]:
    """The log up to `last`, a chunk at a time."""
    after = 0
    while after < last:
        chunk = await asyncio.to_thread(log.records, after, min(AT_ONCE, last - after))
        if not chunk:
            return
        for record in chunk:
            yield record
        after = chunk[-1][0]


async def messages(nc: Client, stream: str, last: int) -> AsyncIterator[Stored]:
    """What the stream holds up to `last`, a chunk at a time."""
    if last == 0:
        return
    context = nc.jetstream()
    name = NUID().next().decode()
    config = ConsumerConfig(
        name=name,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.NONE,
        filter_subject=SUBJECTS,
        inactive_threshold=INACTIVE_SECONDS,
        mem_storage=True,
    )
    waiting = (await context.add_consumer(stream, config)).num_pending or 0
    subscription = await context.pull_subscribe_bind(name, stream)
    try:
        while waiting:
            try:
                batch = await subscription.fetch(
                    min(AT_ONCE, waiting), timeout=FETCH_SECONDS
                )
            except TimeoutError as error:
                raise Unanswered("the stream stopped answering") from error
            for message in batch:
                stored, waiting = _stored(message)
                if stored.sequence > last:
                    return
                yield stored
    finally:
        await subscription.unsubscribe()


def _stored(message: Msg) -> tuple[Stored, int]:
    place = message.metadata
    return (
        Stored(place.sequence.stream, message.subject, message.data),
        place.num_pending,
    )


async def differences(
    log: AsyncIterator[tuple[int, bytes]],
    stream: AsyncIterator[Stored],
    ends: Ends,
    progress: Progress,
) -> AsyncIterator[Difference]:
    """Hold two ordered readings against each other, however long they are."""
    run: Difference | None = None
    end = max(ends.log, ends.stream)
    record, message = await anext(log, None), await anext(stream, None)
    for sequence in range(1, end + 1):
        in_log = record is not None and record[0] == sequence
        in_stream = message is not None and message.sequence == sequence
        kind = _kind(
            sequence,
            record[1] if record is not None and in_log else None,
            message if in_stream else None,
            ends,
        )
        if kind is not None and run is not None and kind == run.kind:
            run = Difference(kind, run.first, sequence)
        else:
            if run is not None:
                yield run
            run = Difference(kind, sequence, sequence) if kind else None
        if in_log:
            record = await anext(log, None)
        if in_stream:
            message = await anext(stream, None)
        if sequence % AT_ONCE == 0 or sequence == end:
            progress(sequence, end)
    if run is not None:
        yield run


def _kind(
    sequence: int, record: bytes | None, message: Stored | None, ends: Ends
) -> Kind | None:
    """Name what is wrong at a sequence; None where nothing is."""
    if message is None:
        if sequence <= ends.stream:
            return "hole"
        return "missing" if record is not None else "log-hole"
    if record is None:
        return "log-hole" if sequence <= ends.log else "beyond-log"
    if message.payload != record:
        return "other-bytes" if _claims(message.payload, sequence) else "foreign"
    if message.subject != subject_of(address_of(record)):
        return "other-subject"
    return None


def _claims(payload: bytes, sequence: int) -> bool:
    """Tell whether it says of itself that it is the record of this position."""
    try:
        return msgspec.json.decode(payload, type=_Address).sequence == sequence
    except msgspec.DecodeError:
        return False
