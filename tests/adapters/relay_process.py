"""A relay in a process of its own, that acts while it holds a lease.

python -m tests.adapters.relay_process LOG URL LEASE HOLDER
"""

import asyncio
import fcntl
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from nats.aio.client import Client

from adapters.jetstream.connection import connect
from adapters.jetstream.identities import inbox_of
from adapters.jetstream.relay import Relay
from adapters.persistence.event_store_sqlite import SqliteEventStore
from tests.adapters.bus import NODE

LEASE_SECONDS = 3.0


class Held(Struct, frozen=True):
    """Who holds the lease, and until when by the machine's own clock."""

    holder: str = ""
    until: float = 0.0


class FileLease:
    """A lease in a file: whoever holds it prolongs it by asking again."""

    def __init__(self, path: Path, holder: str) -> None:
        self.path = path
        self._holder = holder

    def hold(self) -> bool:
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            held, now = _read(file.read()), time.monotonic()
            if held.holder != self._holder and held.until > now:
                return False
            file.truncate(0)
            file.write(msgspec.json.encode(Held(self._holder, now + LEASE_SECONDS)))
            return True

    def held(self) -> Held:
        with self.path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            return _read(file.read())


def _read(content: bytes) -> Held:
    return msgspec.json.decode(content, type=Held) if content else Held()


async def relay(log: Path, url: str, lease: FileLease) -> None:
    store = SqliteEventStore(log, NODE, lambda: datetime.now(UTC))

    async def make() -> Client:
        return await connect(url, name="relay", inbox=inbox_of("relay"))

    await Relay(store, make, NODE, lease.hold).run(asyncio.Event())


if __name__ == "__main__":
    _, log, url, path, holder = sys.argv
    asyncio.run(relay(Path(log), url, FileLease(Path(path), holder)))
