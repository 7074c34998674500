"""The NATS protocol by hand: what a client's library would not send."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlparse

from msgspec import Struct

BOUND_SECONDS = 10.0


class Delivered(Struct, frozen=True):
    """A message as it came over the wire; `head` holds the header lines."""

    subject: str
    reply: str
    head: bytes
    payload: bytes


class RawBus:
    """One connection: frames out, messages and errors in."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._subscriptions = 0
        self.delivered: list[Delivered] = []
        self.errors: list[str] = []

    def subscribe(self, subject: str) -> None:
        self._subscriptions += 1
        self._writer.write(f"SUB {subject} {self._subscriptions}\r\n".encode())

    def subscribe_inbox(self) -> str:
        """Listen for answers, and return the reply subject to ask for them."""
        inbox = f"_INBOX.{self._subscriptions}"
        self.subscribe(inbox)
        return inbox

    def publish(
        self,
        subject: str,
        payload: bytes = b"",
        *,
        reply: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        lines = "".join(
            f"{name}: {value}\r\n" for name, value in (headers or {}).items()
        )
        head = f"NATS/1.0\r\n{lines}\r\n".encode()
        size = f"{len(head)} {len(head) + len(payload)}"
        self._writer.write(f"HPUB {subject} {reply} {size}\r\n".encode())
        self._writer.write(head + payload + b"\r\n")

    async def settle(self) -> None:
        """Return when the server has taken all that was sent."""
        self._writer.write(b"PING\r\n")
        async with asyncio.timeout(BOUND_SECONDS):
            while await self._frame() != "PONG":
                pass

    async def answer(self) -> Delivered:
        """The next message that comes."""
        async with asyncio.timeout(BOUND_SECONDS):
            while not self.delivered:
                await self._frame()
        return self.delivered.pop(0)

    async def _frame(self) -> str:
        line = (await self._reader.readuntil(b"\r\n")).decode().rstrip()
        kind, *fields = line.split(" ")
        if kind == "-ERR":
            self.errors.append(line)
        elif kind == "PING":
            self._writer.write(b"PONG\r\n")
        elif kind in ("MSG", "HMSG"):
            sizes = 2 if kind == "HMSG" else 1
            total, head = int(fields[-1]), int(fields[-2]) if sizes == 2 else 0
            content = await self._reader.readexactly(total + 2)
            reply = fields[2] if len(fields) == 3 + sizes else ""
            self.delivered.append(
                Delivered(fields[0], reply, content[:head], content[head:-2])
            )
        return kind


@asynccontextmanager
async def raw_bus(url: str) -> AsyncIterator[RawBus]:
    """Log in with the credentials of the url."""
    place = urlparse(url)
    reader, writer = await asyncio.open_connection(
        place.hostname, place.port, limit=2**24
    )
    try:
        await reader.readuntil(b"\r\n")
        login = {
            "user": place.username,
            "pass": place.password,
            "verbose": False,
            "pedantic": False,
            "headers": True,
            "no_responders": True,
            "protocol": 1,
            "lang": "test",
            "version": "0",
        }
        writer.write(f"CONNECT {json.dumps(login)}\r\n".encode())
        bus = RawBus(reader, writer)
        await bus.settle()
        assert not bus.errors
        yield bus
    finally:
        writer.close()
        await writer.wait_closed()
