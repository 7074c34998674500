"""A connection to the bus that outlives restarts of the server."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from structlog.typing import FilteringBoundLogger

Connect = Callable[[], Awaitable[Client]]

FIRST_CONNECT_SECONDS = 3.0

log: FilteringBoundLogger = structlog.get_logger()


Take = Callable[[bytes, bytes], None]
"""Takes a delivered message: its reply subject, which numbers it, and its payload."""

_DELIVERED = b"$JS.ACK."


class _BusClient(Client):
    """Hands what a consumer delivers over at once.

    nats-py parses headers, builds a message, puts it into a queue and wakes a task for
    each: more than half of the time of reading. What is overridden is no public
    method: the version is pinned, and the tests of the reader hold it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.takes: dict[int, Take] = {}

    async def _process_msg(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes
    ) -> None:
        take = self.takes.get(sid)
        if take is not None and reply.startswith(_DELIVERED):
            take(reply, data)
        else:
            await super()._process_msg(sid, subject, reply, data, headers)


async def listen(
    nc: Client, inbox: str, take: Take, other: Callable[[Msg], None]
) -> Subscription:
    """Subscribe a consumer's inbox: messages to `take`, what else is said to `other`.

    Nothing is bounded here: who asks for messages bounds them.
    """

    async def receive(message: Msg) -> None:
        if message.reply.startswith(_DELIVERED.decode()):
            take(message.reply.encode(), message.data)
        else:
            other(message)

    # nats-py drops what exceeds its limit of bytes.
    subscription = await nc.subscribe(inbox, cb=receive, pending_bytes_limit=0)
    if isinstance(nc, _BusClient):
        nc.takes[subscription._id] = take
    return subscription


async def silence(nc: Client, subscription: Subscription) -> None:
    """End what `listen` began."""
    if isinstance(nc, _BusClient):
        nc.takes.pop(subscription._id, None)
    if not nc.is_closed:
        await subscription.unsubscribe()


async def connect(
    url: str, *, name: str, inbox: str = "_INBOX", trusts_subjects: bool = False
) -> Client:
    """Connect within a bound, or raise; once connected, reconnect for ever.

    `trusts_subjects` spares the client's check of each subject, for who makes every
    subject from checked parts (the relay: a tenth of its work).

    nats-py gives up for good after a refused login; who holds a connection must be
    ready to make another when it `is_closed`.
    """
    nc = _BusClient()

    async def report(error: Exception) -> None:
        log.warning("bus_connection_error", name=name, error=repr(error))

    try:
        await asyncio.wait_for(
            nc.connect(
                url,
                name=name,
                inbox_prefix=inbox,
                error_cb=report,
                max_reconnect_attempts=-1,
                reconnect_time_wait=1,
                connect_timeout=2,
                skip_subject_validation=trusts_subjects,
            ),
            FIRST_CONNECT_SECONDS,
        )
    except TimeoutError as error:
        await nc.close()
        raise ConnectionError(f"no way to the bus: {nc.last_error!r}") from error
    except BaseException:
        await nc.close()
        raise
    return nc


def lives_through(nc: Client) -> int:
    """Count the lives of a connection: what was in flight in an earlier one is lost."""
    return nc.stats["reconnects"]
