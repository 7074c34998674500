"""A connection to the bus that outlives restarts of the server."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from nats.aio.client import Client
from structlog.typing import FilteringBoundLogger

Connect = Callable[[], Awaitable[Client]]

FIRST_CONNECT_SECONDS = 3.0

log: FilteringBoundLogger = structlog.get_logger()


async def connect(
    url: str, *, name: str, inbox: str = "_INBOX", trusts_subjects: bool = False
) -> Client:
    """Connect within a bound, or raise; once connected, reconnect for ever.

    `trusts_subjects` spares the client's check of each subject, for who makes every
    subject from checked parts (the relay: a tenth of its work).

    nats-py gives up for good after a refused login; who holds a connection must be
    ready to make another when it `is_closed`.
    """
    nc = Client()

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
