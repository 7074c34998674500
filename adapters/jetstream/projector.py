"""The projector: read models kept up to date from the stream, rows with position."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol

import structlog
from msgspec import Struct
from nats.aio.client import Client
from structlog.typing import FilteringBoundLogger

from adapters.jetstream.connection import Connect
from adapters.jetstream.reader import Reader
from adapters.jetstream.stream import stream_name
from projections.projection import Key, Projection, Recorded, Row

STALE_SECONDS = 10.0
LONGEST_PAUSE = 2.0

ProjectorState = Literal[
    "starting", "running", "waiting", "view-behind", "stale", "bus-down"
]
AnyProjection = Projection[Any]  # Any: each view has rows of its own type
Rows = dict[Key, Struct | None]
Decode = Callable[[bytes], Recorded]

log: FilteringBoundLogger = structlog.get_logger()


class Views(Protocol):
    """Where rows and positions are kept, both in one transaction."""

    def position(self, name: str) -> int: ...

    def load(
        self, projection: Projection[Row], keys: Sequence[Key]
    ) -> dict[Key, Row]: ...

    def save(
        self,
        projection: Projection[Row],
        before: int,
        after: int,
        rows: Mapping[Key, Row | None],
    ) -> bool:
        """Write rows (None: delete) and move the position from `before` to `after`.

        False, and nothing written, where the position is not `before`.
        """
        ...


class ViewStatus(Struct, frozen=True):
    """How far a view is, and the event that halts it."""

    name: str
    position: int
    halted_at: int | None


class ProjectorStatus(Struct, frozen=True):
    """How far the views are; `waiting` events are known that not all views have."""

    state: ProjectorState
    views: tuple[ViewStatus, ...]
    waiting: int
    last_error: str | None


class _MovedElsewhere(Exception):
    """Somebody else moved a view: begin again from where it stands now."""


class _Advance(Struct, frozen=True):
    saved: bool
    position: int
    halted_at: int | None = None
    error: str | None = None


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
        self._positions = dict.fromkeys(self._projections, 0)
        self._halted: dict[str, int] = {}
        self._nc: Client | None = None
        self._reader: Reader | None = None
        self._moved = asyncio.Condition()
        self._stuck_since: float | None = None
        self._last_error: str | None = None

    def status(self) -> ProjectorStatus:
        views = tuple(
            ViewStatus(name, position, self._halted.get(name))
            for name, position in self._positions.items()
        )
        going = [view.position for view in views if view.halted_at is None]
        end = self._reader.end if self._reader else 0
        waiting = max(0, end - min(going)) if going else 0
        read_error = self._reader.last_error if self._reader else None
        return ProjectorStatus(
            state=self._state(waiting),
            views=views,
            waiting=waiting,
            last_error=self._last_error or read_error,
        )

    def _state(self, waiting: int) -> ProjectorState:
        stuck = time.monotonic() - self._stuck_since if self._stuck_since else 0.0
        if waiting and stuck > STALE_SECONDS:
            return "stale"
        if self._reader is None:
            return "starting" if self._last_error is None else "bus-down"
        if self._nc is None or not self._nc.is_connected or self._reader.last_error:
            return "bus-down"
        if self._halted:
            return "view-behind"
        return "running" if waiting else "waiting"

    async def wait_for(
        self, position: int, timeout: float, view: str | None = None
    ) -> bool:
        """Wait until the view (or all) shows `position`; False when it does not."""
        names = self._positions if view is None else (view,)

        def settled() -> bool:
            return all(
                self._positions[name] >= position or name in self._halted
                for name in names
            )

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._moved:
                await self._moved.wait_for(settled)
        return all(self._positions[name] >= position for name in names)

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the views up to date until `stop` is set."""
        pause = 0.0
        while not stop.is_set():
            before = dict(self._positions)
            try:
                self._nc = await self._connect()
                try:
                    await self._follow(self._nc, stop)
                finally:
                    await self._nc.close()
            except Exception as error:  # the outermost loop: log it and begin again
                self._last_error = str(error) or repr(error)
                self._stuck_since = self._stuck_since or time.monotonic()
                if self._positions != before:
                    pause = 0.0
                pause = min(max(2 * pause, 0.05), LONGEST_PAUSE)
                log.warning(
                    "projector_begins_again", error=self._last_error, pause=pause
                )
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause)

    async def _follow(self, nc: Client, stop: asyncio.Event) -> None:
        self._positions = await asyncio.to_thread(
            lambda: {name: self._views.position(name) for name in self._projections}
        )
        await self._say_moved()
        going = [
            position
            for name, position in self._positions.items()
            if name not in self._halted
        ]
        if not going:
            await stop.wait()
            return
        self._reader = Reader(nc, self._stream, after=min(going))
        async with contextlib.aclosing(self._reader.batches(stop)) as batches:
            async for batch in batches:
                await self._take(batch)

    async def _take(self, batch: list[tuple[int, bytes]]) -> None:
        self._stuck_since = self._stuck_since or time.monotonic()
        events, failure = self._decoded(batch)
        for name, projection in self._projections.items():
            position = self._positions[name]
            if name in self._halted or batch[-1][0] <= position:
                continue
            fresh = [event for event in events if event[0] > position]
            advance = await asyncio.to_thread(
                self._advance, projection, position, fresh, failure
            )
            if not advance.saved:
                raise _MovedElsewhere(f"{name} is no longer at {position}")
            self._positions[name] = advance.position
            if advance.halted_at is not None:
                self._halted[name] = advance.halted_at
                self._last_error = advance.error
                log.error(
                    "projection_failed",
                    view=name,
                    position=advance.halted_at,
                    error=advance.error,
                )
        self._last_error = self._last_error if self._halted else None
        self._stuck_since = None
        await self._say_moved()

    def _decoded(
        self, batch: list[tuple[int, bytes]]
    ) -> tuple[list[tuple[int, Recorded]], tuple[int, str] | None]:
        """Decode up to the first event that cannot be, and name that one."""
        events: list[tuple[int, Recorded]] = []
        for sequence, payload in batch:
            try:
                events.append((sequence, self._decode(payload)))
            except Exception as error:  # whatever the codec raises halts the views
                return events, (sequence, repr(error))
        return events, None

    def _advance(
        self,
        projection: AnyProjection,
        before: int,
        events: Sequence[tuple[int, Recorded]],
        failure: tuple[int, str] | None,
    ) -> _Advance:
        """Fold what can be folded, and save it with the position it reaches."""
        keyed: list[tuple[int, Recorded, Sequence[Key]]] = []
        for sequence, event in events:
            try:
                keyed.append((sequence, event, projection.keys(event)))
            except Exception as error:  # whatever a projection raises halts it
                failure = (sequence, repr(error))
                break
        touched = list(dict.fromkeys(key for *_, keys in keyed for key in keys))
        loaded = self._views.load(projection, touched) if touched else {}
        rows: Rows = {}
        after = before
        for sequence, event, keys in keyed:
            changed: Rows = {}
            try:
                for key in keys:
                    row = changed.get(key, rows.get(key, loaded.get(key)))
                    changed[key] = projection.fold(row, event, key)
            except Exception as error:  # whatever a projection raises halts it
                failure = (sequence, repr(error))
                break
            rows.update(changed)
            after = sequence
        if after > before and not self._views.save(projection, before, after, rows):
            return _Advance(saved=False, position=before)
        halted_at, reason = failure or (None, None)
        return _Advance(saved=True, position=after, halted_at=halted_at, error=reason)

    async def _say_moved(self) -> None:
        async with self._moved:
            self._moved.notify_all()
