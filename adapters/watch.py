"""How far stream and views are, where relay and projector run in other processes."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
import structlog
from msgspec import Struct
from nats.aio.client import Client
from nats.errors import Error as NatsError

from adapters.envelope import StoreUnavailable
from adapters.jetstream.connection import Connect
from adapters.jetstream.stream import WAKE, stream_name
from adapters.policy_notes import PolicyNote
from adapters.views import ParkedStream

LOOK_SECONDS = 0.25
ANSWER_SECONDS = 2.0
FIRST_POLL_SECONDS = 0.003
LAST_POLL_SECONDS = 0.05

log = structlog.get_logger()


class ViewNotes(Protocol):
    """What the view store says of a view beside its rows."""

    def position(self, name: str) -> int: ...

    def parked_streams(self, view: str) -> list[ParkedStream]: ...


class Seen(Struct, frozen=True):
    """What was seen at the last look; None where it could not be.

    `policies` is the note of the policy farthest behind. The times are in seconds of
    the monotonic clock.
    """

    logged: int | None = None
    streamed: int | None = None
    shown: int | None = None
    parked: int = 0
    policies: PolicyNote | None = None
    stream_moved_at: float = 0.0
    views_moved_at: float = 0.0
    policies_moved_at: float = 0.0


class _State(Struct, frozen=True):
    last_seq: int


class _Info(Struct, frozen=True):
    state: _State | None = None


class Watch:
    """Looks a few times a second; wakes the relay, wherever it runs."""

    def __init__(
        self,
        logged: Callable[[], int],
        policies: Callable[[], PolicyNote],
        views: ViewNotes,
        names: Sequence[str],
        connect: Connect,
        node: str,
    ) -> None:
        self._logged = logged
        self._policies = policies
        self._views = views
        self._names = tuple(names)
        self._connect = connect
        self._stream = stream_name(node)
        self._nc: Client | None = None
        self._telling: set[asyncio.Task[None]] = set()
        now = time.monotonic()
        self.seen = Seen(stream_moved_at=now, views_moved_at=now, policies_moved_at=now)

    def poke(self) -> None:
        """Wake the relay, if the bus is there; it looks by itself every second."""
        if self._nc is not None and self._nc.is_connected:
            task = asyncio.ensure_future(self._nc.publish(WAKE, b""))
            self._telling.add(task)
            task.add_done_callback(self._told)

    def _told(self, task: "asyncio.Task[None]") -> None:
        self._telling.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.debug("wake_not_sent", error=repr(task.exception()))

    def published(self, position: int) -> bool:
        return (self.seen.streamed or 0) >= position

    async def wait_for(self, position: int, timeout: float) -> bool:
        """Wait until every view shows a position; False when it does not in time."""
        end = time.monotonic() + timeout
        pause = FIRST_POLL_SECONDS
        while await asyncio.to_thread(self._shown) < position:
            if time.monotonic() > end:
                return False
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_POLL_SECONDS)
        return True

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set, whatever is down."""
        try:
            while not stop.is_set():
                await self._look()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
        finally:
            if self._nc is not None:
                await self._nc.close()

    async def _look(self) -> None:
        before, now = self.seen, time.monotonic()
        streamed = await self._streamed()
        logged, shown, parked, policies = await asyncio.to_thread(self._stored)
        self.seen = Seen(
            logged=logged,
            streamed=streamed,
            shown=shown,
            parked=parked,
            policies=policies,
            stream_moved_at=before.stream_moved_at
            if streamed == before.streamed and streamed != logged
            else now,
            views_moved_at=before.views_moved_at
            if shown == before.shown and shown != streamed
            else now,
            policies_moved_at=before.policies_moved_at
            if position_of(policies) == position_of(before.policies)
            and position_of(policies) != streamed
            else now,
        )

    def _stored(self) -> tuple[int | None, int | None, int, PolicyNote | None]:
        try:
            parked = sum(len(self._views.parked_streams(name)) for name in self._names)
            return self._logged(), self._shown(), parked, self._policies()
        except StoreUnavailable:
            return None, None, 0, None

    def _shown(self) -> int:
        return min(self._views.position(name) for name in self._names)

    async def _streamed(self) -> int | None:
        try:
            if self._nc is None or self._nc.is_closed:
                self._nc = await self._connect()
            request = f"$JS.API.STREAM.INFO.{self._stream}"
            answer = await self._nc.request(request, timeout=ANSWER_SECONDS)
            info = msgspec.json.decode(answer.data, type=_Info)
        except (NatsError, OSError, TimeoutError, msgspec.MsgspecError):
            return None
        return info.state.last_seq if info.state else None


def position_of(note: PolicyNote | None) -> int | None:
    return note.position if note else None
