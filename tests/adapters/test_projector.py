"""The projector: rows and position move together, whoever else is at work."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import Struct

from adapters.jetstream import projector as projector_module
from adapters.persistence.view_store_sqlite import SqliteViewStore
from adapters.views import Parked
from projections.projection import Key, Projection, Recorded, Row
from tests.adapters.bus import BOUND_SECONDS, eventually, recorded, while_running
from tests.adapters.projecting import (
    ELECTED,
    Elected,
    HeldViews,
    Projecting,
    by_stream,
    folded,
    number_of,
    play,
    rows_of,
)


def last_of_even(row: Elected | None, record: Recorded, key: Key) -> Elected | None:
    even = number_of(record) % 2 == 0
    return Elected(record.stream, (number_of(record),)) if even else None


EVEN = Projection("even", Elected, ("stream",), by_stream, last_of_even)


class BrokenViews(SqliteViewStore):
    """Views that cannot be written to."""

    def save(
        self,
        projection: Projection[Row],
        before: int,
        after: int,
        rows: Mapping[Key, Row | None],
        *,
        revision: int | None = None,
        parked: Sequence[Parked] = (),
        unparked: str | None = None,
    ) -> bool:
        raise OSError("no such device")


def test_rows_and_position_move_together(tmp_path: Path) -> None:
    async def scenario(work: Projecting) -> None:
        views = work.views(ELECTED, EVEN)
        projector = work.projector(views, ELECTED, EVEN)
        async with while_running(projector.run):
            assert await projector.wait_for(1500, BOUND_SECONDS)
            await eventually(lambda: projector.status().state == "waiting")
        for projection in (ELECTED, EVEN):
            assert rows_of(views, projection) == folded(work.log, projection)
            assert views.position(projection.name) == 1500

    play(tmp_path, 1500, scenario)


def test_what_a_view_has_already_is_not_folded_again(tmp_path: Path) -> None:
    async def scenario(work: Projecting) -> None:
        views = work.views(ELECTED)
        first = work.projector(views, ELECTED)
        async with while_running(first.run):
            assert await first.wait_for(600, BOUND_SECONDS)
        # A new view makes the stream be read from its beginning for both.
        await work.grow(50)
        views = work.views(ELECTED, EVEN)
        both = work.projector(views, ELECTED, EVEN)
        async with while_running(both.run):
            assert await both.wait_for(650, BOUND_SECONDS)
        assert rows_of(views, ELECTED) == folded(work.log, ELECTED)
        assert rows_of(views, EVEN) == folded(work.log, EVEN)

    play(tmp_path, 600, scenario)


def test_twins_cannot_spoil_a_view(tmp_path: Path) -> None:
    async def scenario(work: Projecting) -> None:
        views, others = work.views(ELECTED), work.views(ELECTED)
        one = work.projector(views, ELECTED)
        other = work.projector(others, ELECTED)
        async with while_running(one.run, other.run):
            for _ in range(20):
                await work.grow(30)
            assert await one.wait_for(600, BOUND_SECONDS)
            assert await other.wait_for(600, BOUND_SECONDS)
        assert rows_of(views, ELECTED) == folded(work.log, ELECTED)

    play(tmp_path, 0, scenario)


def test_a_fold_begins_from_the_row_that_is_stored_when_memory_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.jetstream.folding.ROWS_HELD", 2)

    async def scenario(work: Projecting) -> None:
        views = work.views(ELECTED)
        projector = work.projector(views, ELECTED)
        async with while_running(projector.run):
            for _ in range(40):
                await work.grow(3)
                assert await projector.wait_for(work.log.position(), BOUND_SECONDS)
        assert rows_of(views, ELECTED) == folded(work.log, ELECTED)

    play(tmp_path, 0, scenario)


class Counted(Struct, frozen=True):
    """The numbers that came to a place, of which there are more than a batch holds."""

    place: int
    numbers: tuple[int, ...]


def count(row: Counted | None, record: Recorded, key: Key) -> Counted:
    before = row.numbers if row else ()
    return Counted(int(key[0]), (*before, number_of(record)))


COUNTED = Projection(
    "counted", Counted, ("place",), lambda record: [(number_of(record) % 1200,)], count
)


def test_rows_that_are_not_saved_yet_are_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.jetstream.folding.ROWS_HELD", 2)
    decoded: list[int] = []

    def decode(payload: bytes) -> Recorded:
        record = recorded(payload)
        decoded.append(record.position)
        return record

    async def scenario(work: Projecting) -> None:
        path = tmp_path / "views.sqlite"
        with closing(HeldViews(path, [COUNTED], lambda *_: True)) as views:
            projector = work.projector(views, COUNTED, decode=decode)
            await eventually(lambda: work.relay.status().published == 2500)
            async with while_running(projector.run):
                # All is folded while the first batch is being saved.
                await eventually(lambda: len(decoded) == 2500)
                views.may_go_on.set()
                assert await projector.wait_for(2500, BOUND_SECONDS)
            assert rows_of(views, COUNTED) == folded(work.log, COUNTED)

    play(tmp_path, 2500, scenario)


def test_work_that_waits_and_does_not_move_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector_module, "STALE_SECONDS", 0.2)

    async def scenario(work: Projecting) -> None:
        with closing(BrokenViews(tmp_path / "views.sqlite", [ELECTED])) as views:
            projector = work.projector(views, ELECTED)
            async with while_running(projector.run):
                await eventually(lambda: projector.status().state == "stale")
                assert projector.status().waiting == 5
                await eventually(
                    lambda: projector.status().last_error == "no such device"
                )
                assert not await projector.wait_for(5, 0.05)

    play(tmp_path, 5, scenario)


def test_a_view_that_is_far_behind_and_moves_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector_module, "BEHIND_EVENTS", 10)

    async def scenario(work: Projecting) -> None:
        views = work.views(ELECTED)
        projector = work.projector(views, ELECTED)
        # Somebody holds the file, so that nothing can be saved for a while.
        with closing(sqlite3.connect(tmp_path / "views.sqlite")) as other:
            other.execute("BEGIN IMMEDIATE")
            async with while_running(projector.run):
                await eventually(lambda: projector.status().state == "view-behind")
                other.rollback()
                assert await projector.wait_for(40, BOUND_SECONDS)
                await eventually(lambda: projector.status().state == "waiting")

    play(tmp_path, 40, scenario)


def test_views_that_cannot_be_written_to_are_filled_when_they_can_be(
    tmp_path: Path,
) -> None:
    async def scenario(work: Projecting) -> None:
        path = tmp_path / "views.sqlite"
        with closing(SqliteViewStore(path, [ELECTED], patience=0.1)) as views:
            projector = work.projector(views, ELECTED)
            with closing(sqlite3.connect(path)) as other:
                other.execute("BEGIN IMMEDIATE")
                async with while_running(projector.run):
                    await eventually(lambda: projector.status().state == "store-down")
                    other.rollback()
                    assert await projector.wait_for(40, BOUND_SECONDS)
                    await eventually(lambda: projector.status().state == "waiting")
                    assert projector.status().last_error is None
            assert rows_of(views, ELECTED) == folded(work.log, ELECTED)

    play(tmp_path, 40, scenario)


def test_a_projector_that_never_reached_the_bus_says_so(tmp_path: Path) -> None:
    async def scenario(work: Projecting) -> None:
        projector = work.projector(work.views(ELECTED), ELECTED)
        assert projector.status().state == "starting"
        work.server.stop()
        async with while_running(projector.run):
            await eventually(lambda: projector.status().state == "bus-down")
            assert projector.status().last_error
            work.server.start()
            assert await projector.wait_for(0, BOUND_SECONDS)
            await eventually(lambda: projector.status().state == "waiting")

    play(tmp_path, 0, scenario)


def test_stopping_does_not_wait_for_the_next_event(tmp_path: Path) -> None:
    async def scenario(work: Projecting) -> None:
        projector = work.projector(work.views(ELECTED), ELECTED)
        stop = asyncio.Event()
        running = asyncio.create_task(projector.run(stop))
        assert await projector.wait_for(7, BOUND_SECONDS)
        stop.set()
        await asyncio.wait_for(running, BOUND_SECONDS)

    play(tmp_path, 7, scenario)
