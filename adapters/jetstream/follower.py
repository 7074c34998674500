"""The follower: reads the stream once for some views, and saves while it reads on."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence

import structlog
from msgspec import Struct
from nats.aio.client import Client
from structlog.typing import FilteringBoundLogger

from adapters.envelope import StoreUnavailable
from adapters.jetstream.folding import (
    Changes,
    Decode,
    Entry,
    ViewFold,
    entries_of,
    told,
    wanted_by,
)
from adapters.jetstream.reader import Reader
from adapters.views import AnyProjection, Views
from projections.projection import Key

MOST_UNSAVED = 8
"""Batches folded and not yet saved, after which reading waits."""

Batch = list[tuple[int, bytes]]

log: FilteringBoundLogger = structlog.get_logger()


class MovedElsewhere(Exception):
    """Somebody else moved a view: begin again from where it stands now."""


class Follower:
    """Keeps some views up to date; what a batch holds is decoded once for all.

    `lock` is held while a batch is saved: who else holds it finds the views at rest.
    """

    def __init__(
        self,
        views: Views,
        projections: Sequence[AnyProjection],
        decode: Decode,
        stream: str,
        lock: asyncio.Lock,
    ) -> None:
        self._views = views
        self._projections = projections
        self._decode = decode
        self._wants = wanted_by(projections)
        self._stream = stream
        self._lock = lock
        self._unsaved: list[dict[str, Changes]] = []
        self._unsure_until = 0
        self.folds: dict[str, ViewFold] = {}
        self.reader: Reader | None = None
        self._known_end = 0
        self._is_level = True
        self.is_open = False
        self.moved_at = self.saved_at = time.monotonic()

    def position(self, name: str) -> int:
        fold = self.folds.get(name)
        return fold.saved if fold else 0

    def parked_streams(self, name: str) -> tuple[str, ...]:
        fold = self.folds.get(name)
        return tuple(sorted(fold.parked_streams.copy())) if fold else ()

    @property
    def is_settled(self) -> bool:
        """All that is known of the stream is in the views."""
        return self.is_open and not self.waiting

    @property
    def end(self) -> int:
        """The last position known of the stream."""
        self._known_end = max(self._known_end, self.reader.end if self.reader else 0)
        return self._known_end

    @property
    def waiting(self) -> int:
        """Events that are known and that not all views have."""
        positions = [fold.saved for fold in self.folds.values()]
        return max(0, self.end - min(positions)) if positions else 0

    async def run(
        self, nc: Client, stop: asyncio.Event, on_moved: Callable[[], None]
    ) -> None:
        """Follow until `stop`; MovedElsewhere and outages are for the caller."""
        self._unsaved = []
        self.folds = await asyncio.to_thread(self._opened)
        self.is_open = True
        on_moved()
        lowest = min(fold.saved for fold in self.folds.values())
        self.reader = Reader(nc, self._stream, after=lowest)
        ended = asyncio.Event()  # by `stop`, or because saving failed
        watching = asyncio.create_task(_pass_on(stop, ended))
        saving: asyncio.Task[None] | None = None
        try:
            async with contextlib.aclosing(self.reader.batches(ended)) as batches:
                async for batch in batches:
                    if self._is_level:
                        self._is_level = False
                        self.moved_at = time.monotonic()
                    if batch[0][0] <= self._unsure_until:
                        await self._finished(saving)
                        saving = None
                        await self._one_by_one(batch, on_moved)
                        continue
                    folded = await self._fold(batch)
                    self._unsaved.append(folded)
                    if saving is None or saving.done():
                        await self._finished(saving)
                        saving = asyncio.create_task(self._save_all(on_moved))
                        saving.add_done_callback(
                            lambda task: ended.set() if _has_failed(task) else None
                        )
                    elif len(self._unsaved) >= MOST_UNSAVED:
                        await self._finished(saving)
            await self._finished(saving)
        finally:
            self.is_open = False
            watching.cancel()
            if saving is not None and not saving.done():
                saving.cancel()

    def _opened(self) -> dict[str, ViewFold]:
        folds: dict[str, ViewFold] = {}
        for projection in self._projections:
            standing = self._views.standing(projection.name)
            parked = self._views.parked_streams(projection.name)
            folds[projection.name] = ViewFold(
                self._views, projection, standing, (each.stream for each in parked)
            )
        return folds

    async def _fold(self, batch: Batch) -> dict[str, Changes]:
        entries = entries_of(batch, self._decode, self._wants)
        return {
            name: await self._fold_one(fold, entries, batch[-1][0])
            for name, fold in self.folds.items()
        }

    async def _fold_one(
        self, fold: ViewFold, entries: Sequence[Entry], after: int
    ) -> Changes:
        plan = fold.plan(entries)
        found: dict[Key, Struct] = {}
        if plan.unknown:
            found = await asyncio.to_thread(
                self._views.load, fold.projection, plan.unknown
            )
        return fold.fold(plan, found, after)

    async def _finished(self, saving: asyncio.Task[None] | None) -> None:
        if saving is not None:
            await saving

    async def _save_all(self, on_moved: Callable[[], None]) -> None:
        """Save what waits, and what comes to wait meanwhile, together."""
        while self._unsaved:
            first, *later = self._unsaved
            self._unsaved = []
            for changes in later:
                for name, change in changes.items():
                    first[name].followed_by(change)
            try:
                async with self._lock:
                    await asyncio.to_thread(self._save, first)
            except (MovedElsewhere, StoreUnavailable):
                raise
            except Exception as error:
                # Perhaps one row cannot be written: find out which.
                self._unsure_until = max(each.after for each in first.values())
                log.warning("rows_not_written", error=told(error))
                raise
            self._is_level = not self.waiting
            on_moved()

    def _save(self, changes: dict[str, Changes]) -> None:
        for name, change in changes.items():
            fold = self.folds[name]
            if change.after == change.before:
                continue
            if not self._views.save(
                fold.projection,
                change.before,
                change.after,
                change.rows,
                revision=fold.revision,
                parked=change.parked,
            ):
                raise MovedElsewhere(f"{name} is no longer at {change.before}")
            fold.saved = change.after
            self.moved_at = self.saved_at = time.monotonic()
            for each in change.parked:
                if each.error is not None:
                    log.error(
                        "stream_parked",
                        view=name,
                        stream=each.stream,
                        position=each.position,
                        error=each.error,
                    )

    async def _one_by_one(self, batch: Batch, on_moved: Callable[[], None]) -> None:
        """Save every event for itself, and park the stream of one that cannot be."""
        for item in batch:
            entries = entries_of([item], self._decode, self._wants)
            for name, fold in self.folds.items():
                changes = await self._fold_one(fold, entries, item[0])
                async with self._lock:
                    await asyncio.to_thread(self._save_or_park, name, changes, entries)
            self._is_level = not self.waiting
            on_moved()

    def _save_or_park(
        self, name: str, changes: Changes, entries: Sequence[Entry]
    ) -> None:
        try:
            self._save({name: changes})
        except (MovedElsewhere, StoreUnavailable):
            raise
        except Exception as error:  # the row, and no other, is at fault
            if not changes.rows:
                raise
            fold = self.folds[name]
            fold.forget(changes.rows)
            changes.rows.clear()
            for entry in entries:
                fold.park(entry, told(error), changes)
            self._save({name: changes})


async def _pass_on(stop: asyncio.Event, ended: asyncio.Event) -> None:
    await stop.wait()
    ended.set()


def _has_failed(task: asyncio.Task[None]) -> bool:
    return not task.cancelled() and task.exception() is not None
