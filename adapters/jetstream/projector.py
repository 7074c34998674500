"""The projector: read models kept up to date from the stream, rows with position."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

import structlog
from msgspec import Struct
from nats.aio.client import Client
from structlog.typing import FilteringBoundLogger

from adapters.envelope import StoreUnavailable
from adapters.jetstream.connection import Connect
from adapters.jetstream.folding import Decode
from adapters.jetstream.follower import Follower
from adapters.jetstream.rebuild import Rebuild
from adapters.jetstream.stream import stream_name
from adapters.jetstream.wishes import UNKNOWN_VIEW, carry_out
from adapters.views import AnyProjection, Views, Wish

STALE_SECONDS = 10.0
BEHIND_EVENTS = 5_000
WISH_SECONDS = 0.5
LONGEST_PAUSE = 2.0

ProjectorState = Literal[
    "starting",
    "waiting",
    "running",
    "view-behind",
    "stale",
    "bus-down",
    "store-down",
]

log: FilteringBoundLogger = structlog.get_logger()


class RebuildStatus(Struct, frozen=True):
    """How far the rebuild of a view is on its way to `target`."""

    position: int
    target: int


class ViewStatus(Struct, frozen=True, kw_only=True):
    """How far a view is, and the streams of which it shows nothing new."""

    name: str
    position: int
    lag: int = 0
    parked: tuple[str, ...] = ()
    rebuild: RebuildStatus | None = None


class ProjectorStatus(Struct, frozen=True):
    """How far the views are; `waiting` events are known that not all views have."""

    state: ProjectorState
    views: tuple[ViewStatus, ...]
    waiting: int
    last_error: str | None


class Projector:
    """Runs projections over a node's stream; a twin of it cannot spoil anything."""

    def __init__(
        self,
        views: Views,
        projections: Sequence[AnyProjection],
        decode: Decode,
        connect: Connect,
        node: str,
    ) -> None:
        self._views = views
        self._projections = {each.name: each for each in projections}
        self._decode = decode
        self._connect = connect
        self._stream = stream_name(node)
        self._saving = asyncio.Lock()
        self._live = self._follower(projections, self._saving)
        self._begin_again = asyncio.Event()
        self._rebuild: Rebuild | None = None
        self._nc: Client | None = None
        self._moved = asyncio.Condition()
        self._telling: set[asyncio.Task[None]] = set()
        self._error: Exception | None = None
        self._failed_at = 0.0

    def status(self) -> ProjectorStatus:
        rebuilt = self._rebuild.progress() if self._rebuild else {}
        end = self._live.end
        views = tuple(
            ViewStatus(
                name=name,
                position=self._live.position(name),
                lag=max(0, end - self._live.position(name)),
                parked=self._live.parked_streams(name),
                rebuild=RebuildStatus(rebuilt[name], end) if name in rebuilt else None,
            )
            for name in self._projections
        )
        reader = self._live.reader
        failure = self._failure()
        error = str(failure) or repr(failure) if failure else None
        return ProjectorStatus(
            state=self._state(),
            views=views,
            waiting=self._live.waiting,
            last_error=error or (reader.last_error if reader else None),
        )

    def _failure(self) -> Exception | None:
        """What keeps the views from moving; None once they did, or need not."""
        return None if self._live.is_settled else self._error

    def _state(self) -> ProjectorState:
        reader = self._live.reader
        if isinstance(self._failure(), StoreUnavailable):
            return "store-down"
        if reader is None:
            return "starting" if self._error is None else "bus-down"
        if self._nc is None or not self._nc.is_connected or reader.last_error:
            return "bus-down"
        if not self._live.waiting:
            return "waiting"
        if time.monotonic() - self._live.moved_at > STALE_SECONDS:
            return "stale"
        return "view-behind" if self._live.waiting > BEHIND_EVENTS else "running"

    async def wait_for(
        self, position: int, timeout: float, view: str | None = None
    ) -> bool:
        """Wait until the view (or all) is at `position`; False when it is not."""
        names = self._projections if view is None else (view,)

        def shows() -> bool:
            return all(self._live.position(name) >= position for name in names)

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._moved:
                await self._moved.wait_for(shows)
        return shows()

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the views up to date, and do what is wished, until `stop` is set."""
        works = (self._follow, self._carry_out_wishes, self._make_anew)
        tasks = [asyncio.create_task(self._keep(work, stop)) for work in works]
        await stop.wait()
        self._begin_again.set()
        await asyncio.gather(*tasks)

    async def _keep(
        self, work: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event
    ) -> None:
        """Do the work again and again; after a failure not at once."""
        pause = 0.0
        while not stop.is_set():
            began = time.monotonic()
            try:
                await work(stop)
                pause = 0.0
            except Exception as error:  # the outermost loop: log it and begin again
                if work == self._follow:
                    self._error, self._failed_at = error, time.monotonic()
                if time.monotonic() - began > LONGEST_PAUSE:
                    pause = 0.0
                pause = min(max(2 * pause, 0.05), LONGEST_PAUSE)
                log.warning(
                    "projector_begins_again",
                    work=work.__name__.strip("_"),
                    error=str(error) or repr(error),
                    pause=pause,
                )
                await _idle(stop, pause)

    async def _follow(self, stop: asyncio.Event) -> None:
        """Follow the stream until told to begin again, or to stop."""
        self._begin_again.clear()
        self._nc = await self._connect()
        try:
            await self._live.run(self._nc, self._begin_again, self._say_moved)
        finally:
            await self._nc.close()

    async def _carry_out_wishes(self, stop: asyncio.Event) -> None:
        wishes = await asyncio.to_thread(self._views.open_wishes)
        wishes = [wish for wish in wishes if not self._is_to_rebuild(wish)]
        for wish in wishes:
            projection = self._projections.get(wish.view)
            outcome = UNKNOWN_VIEW
            if projection is not None:
                async with self._saving:
                    outcome = await asyncio.to_thread(
                        carry_out, wish, self._views, projection, self._decode
                    )
            await asyncio.to_thread(self._views.finish_wish, wish.id, outcome)
            log.info("wish_carried_out", kind=wish.kind, view=wish.view, wish=wish.id)
        if wishes:
            self._begin_again.set()
        else:
            await _idle(stop, WISH_SECONDS)

    def _is_to_rebuild(self, wish: Wish) -> bool:
        return wish.kind == "rebuild" and wish.view in self._projections

    async def _make_anew(self, stop: asyncio.Event) -> None:
        """Rebuild the views that are wished; others wait for the next time."""
        wishes = await asyncio.to_thread(self._views.open_wishes)
        wishes = [wish for wish in wishes if self._is_to_rebuild(wish)]
        if not wishes:
            self._rebuild = None
            await _idle(stop, WISH_SECONDS)
            return
        open_numbers = {wish.id for wish in wishes}
        if self._rebuild is None or not self._rebuild.numbers <= open_numbers:
            names = dict.fromkeys(wish.view for wish in wishes)
            self._rebuild = Rebuild(
                self._views,
                [self._projections[name] for name in names],
                wishes,
                self._follower,
                self._saving,
            )
        try:
            await self._rebuild.run(self._connect, stop)
        finally:
            if self._rebuild.is_done:
                self._rebuild = None
                self._begin_again.set()

    def _follower(
        self, projections: Sequence[AnyProjection], lock: asyncio.Lock
    ) -> Follower:
        return Follower(self._views, projections, self._decode, self._stream, lock)

    def _say_moved(self) -> None:
        if self._live.saved_at > self._failed_at:
            self._error = None
        task = asyncio.ensure_future(self._notify())
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _notify(self) -> None:
        async with self._moved:
            self._moved.notify_all()


async def _idle(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
