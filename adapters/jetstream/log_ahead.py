"""The log, read ahead of publishing: in a thread, while what was read is sent."""

import asyncio
from collections import deque
from typing import NamedTuple, Protocol

from adapters.envelope import address_of, subject_of

CHUNK = 1000


class Log(Protocol):
    """The event store as the relay reads it: no gaps, never rewritten."""

    def position(self) -> int: ...

    def records(self, after: int, limit: int) -> list[tuple[int, bytes]]: ...


class Message(NamedTuple):
    """A record as it goes to the bus."""

    position: int
    subject: str
    payload: bytes


class LogAhead:
    """What waits behind `after`; it holds two chunks at most."""

    def __init__(self, log: Log, after: int) -> None:
        self._log = log
        self._read_to = after
        self._ready: deque[Message] = deque()
        self._reading: asyncio.Task[tuple[list[Message], int]] | None = None
        self._may_hold_more = True
        self.logged = after

    def look_again(self) -> None:
        """Say that the log may have grown."""
        self._may_hold_more = True

    async def waiting(self) -> deque[Message]:
        """What waits, for the caller to take from; empty where nothing does."""
        self._begin()
        if self._reading is not None and (not self._ready or self._reading.done()):
            messages, self.logged = await self._reading
            self._reading = None
            self._ready.extend(messages)
            self._read_to += len(messages)
            if len(messages) == CHUNK:
                self.look_again()
                self._begin()
        return self._ready

    @property
    def may_hold_more(self) -> bool:
        return self._may_hold_more or self._reading is not None

    def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()

    def _begin(self) -> None:
        if self._may_hold_more and self._reading is None and len(self._ready) < CHUNK:
            self._may_hold_more = False
            self._reading = asyncio.create_task(
                asyncio.to_thread(_read, self._log, self._read_to)
            )


def _read(log: Log, after: int) -> tuple[list[Message], int]:
    """Read a chunk, and how long the log is."""
    messages = [
        Message(position, subject_of(address_of(record)), record)
        for position, record in log.records(after, CHUNK)
    ]
    read_to = after + len(messages)
    return messages, log.position() if len(messages) == CHUNK else read_to
