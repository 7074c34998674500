"""The rebuild: views made anew beside the live ones, which they then replace."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence

import structlog
from structlog.typing import FilteringBoundLogger

from adapters.jetstream.connection import Connect
from adapters.jetstream.follower import Follower, MovedElsewhere
from adapters.jetstream.wishes import DONE
from adapters.views import AnyProjection, Views, Wish, shadow_of

NEAR = 2_000
"""Events behind the live view, from which on that is held until the swap."""

LEVEL_SECONDS = 5.0
LOOK_SECONDS = 0.25
TWIN_SECONDS = 10.0

log: FilteringBoundLogger = structlog.get_logger()


class Rebuild:
    """Makes the views of some wishes anew; all of them are read and decoded once.

    What an interrupted process had made is dropped: another version of the program
    may have made it.
    """

    def __init__(
        self,
        views: Views,
        projections: Sequence[AnyProjection],
        wishes: Sequence[Wish],
        follow: Callable[[Sequence[AnyProjection], asyncio.Lock], Follower],
        live_lock: asyncio.Lock,
    ) -> None:
        self._views = views
        self._projections = projections
        self._wishes = wishes
        self.numbers = {wish.id for wish in wishes}
        self._live_lock = live_lock
        self._shadows = [shadow_of(each) for each in projections]
        self._follower = follow(self._shadows, asyncio.Lock())
        self._live_at = dict.fromkeys((each.name for each in projections), 0)
        self._moved = asyncio.Event()
        self._is_begun = False
        self.is_done = False

    def progress(self) -> Mapping[str, int]:
        """The position that each view's rebuild has reached."""
        return {
            projection.name: self._follower.position(shadow.name)
            for projection, shadow in zip(self._projections, self._shadows, strict=True)
        }

    async def run(self, connect: Connect, stop: asyncio.Event) -> None:
        """Go on until the views are replaced; called again after an outage."""
        if not self._is_begun:
            for shadow in self._shadows:
                await asyncio.to_thread(self._views.begin, shadow)
            self._is_begun = True
        nc = await connect()
        ended = asyncio.Event()
        replacing = asyncio.create_task(self._replace_when_level(ended))
        replacing.add_done_callback(lambda _task: ended.set())
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _task: ended.set())
        try:
            await self._follower.run(nc, ended, self._moved.set)
            await replacing
        except MovedElsewhere:
            if not self.is_done:
                await self._leave_to_twin(stop)
        finally:
            ended.set()
            stopping.cancel()
            replacing.cancel()
            await nc.close()

    async def _replace_when_level(self, ended: asyncio.Event) -> None:
        while not ended.is_set():
            if not self._is_far() and await asyncio.to_thread(self._lag) <= NEAR:
                async with self._live_lock:
                    if await self._is_level(ended):
                        await asyncio.to_thread(self._replace)
                        self.is_done = True
                        return
            await self._look_again()

    async def _is_level(self, ended: asyncio.Event) -> bool:
        """Wait until the shadows have all that the resting live views have."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEVEL_SECONDS):
                while not ended.is_set():
                    if await asyncio.to_thread(self._lag) <= 0:
                        return True
                    await self._look_again()
        return False

    async def _look_again(self) -> None:
        self._moved.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._moved.wait(), LOOK_SECONDS)

    def _is_far(self) -> bool:
        """Told without the store, as it is asked often: live views only move on."""
        reached = self.progress()
        return any(at - reached[name] > NEAR for name, at in self._live_at.items())

    def _lag(self) -> int:
        for name in self._live_at:
            self._live_at[name] = self._views.standing(name).position
        return max(
            self._live_at[projection.name] - self._views.standing(shadow.name).position
            for projection, shadow in zip(self._projections, self._shadows, strict=True)
        )

    def _replace(self) -> None:
        for projection, shadow in zip(self._projections, self._shadows, strict=True):
            if not self._views.swap(projection, shadow):
                self._is_begun = False
                raise MovedElsewhere(f"{shadow.name} is behind again")
            self._retry_what_was_skipped(projection.name)
            for wish in self._wishes:
                if wish.view == projection.name:
                    self._views.finish_wish(wish.id, DONE)
            log.info("view_rebuilt", view=projection.name)

    def _retry_what_was_skipped(self, view: str) -> None:
        """A skip that came when the rebuild was under way was not seen by it."""
        for skipped in self._views.skipped(view):
            parked = self._views.parked_at(view, skipped.position)
            if parked is not None:
                retry = Wish(
                    kind="retry",
                    view=view,
                    stream=parked.stream,
                    by=skipped.by,
                    at=skipped.at,
                )
                self._views.wish([retry])

    async def _leave_to_twin(self, stop: asyncio.Event) -> None:
        """Another process makes the same; go on only when it does not any more."""
        names = [shadow.name for shadow in self._shadows]

        def standings() -> list[object]:
            return [self._views.standing(name) for name in names]

        before = await asyncio.to_thread(standings)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), TWIN_SECONDS)
        self._is_begun = before != await asyncio.to_thread(standings)
