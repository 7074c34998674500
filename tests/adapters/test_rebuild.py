"""A rebuild beside the live tables: it swaps when it has caught up, and only then."""

import asyncio
import dataclasses
import threading
from contextlib import closing
from pathlib import Path

import msgspec

from adapters.persistence.view_store_sqlite import SqliteViewStore
from adapters.views import live_name, shadow_of
from projections.projection import Key, Projection, Recorded
from tests.adapters.bus import BOUND_SECONDS, eventually, while_running
from tests.adapters.projecting import (
    ELECTED,
    Elected,
    HeldViews,
    Projecting,
    by_stream,
    carried_out,
    elect,
    failing,
    folded,
    number_of,
    parked_in,
    play,
    rebuild,
    retry,
    rows_of,
    skip,
    stream_of,
)


def test_a_rebuild_gives_what_the_fold_gives_now(tmp_path: Path) -> None:
    before: list[int] = [0]

    def fold(row: Elected | None, record: Recorded, key: Key) -> Elected:
        found = elect(row, record, key)
        return Elected(
            found.stream, (*found.numbers[:-1], number_of(record) + before[0])
        )

    changing = Projection("changing", Elected, ("stream",), by_stream, fold)

    async def scenario(work: Projecting) -> None:
        views = work.views(changing, ELECTED)
        projector = work.projector(views, changing, ELECTED)
        async with while_running(projector.run):
            assert await projector.wait_for(900, BOUND_SECONDS)
            assert rows_of(views, changing) == folded(work.log, ELECTED)
            before[0] = 5000
            assert await carried_out(views, rebuild(changing)) == "done"
            assert rows_of(views, changing) == folded(work.log, changing)
            await work.grow(20)
            assert await projector.wait_for(920, BOUND_SECONDS)
        assert rows_of(views, changing) == folded(work.log, changing)
        assert rows_of(views, ELECTED) == folded(work.log, ELECTED)
        assert views.standing(shadow_of(changing).name).position == 0

    play(tmp_path, 900, scenario)


def test_queries_and_new_events_go_on_while_a_view_is_rebuilt(tmp_path: Path) -> None:
    another = failing("another", ())

    async def scenario(work: Projecting) -> None:
        views = work.views(ELECTED, another)
        projector = work.projector(views, ELECTED, another)
        async with while_running(projector.run):
            assert await projector.wait_for(500, BOUND_SECONDS)
            seen: list[int] = []
            stop = threading.Event()
            looking = asyncio.create_task(asyncio.to_thread(look, views, seen, stop))
            numbers = views.wish([rebuild(ELECTED), rebuild(another)])
            while any(outcome_of(views, number) is None for number in numbers):
                await work.grow(7)
            stop.set()
            await looking
            assert await projector.wait_for(work.log.position(), BOUND_SECONDS)
        # Never a table that is empty, half made or gone back.
        assert seen == sorted(seen) and seen[0] >= 500
        for projection in (ELECTED, another):
            assert rows_of(views, projection) == folded(work.log, ELECTED)

    play(tmp_path, 500, scenario)


def look(views: SqliteViewStore, seen: list[int], stop: threading.Event) -> None:
    while not stop.is_set():
        rows = views.select(ELECTED, {}, ["stream"], None, 100)
        seen.append(sum(len(row.numbers) for row in rows))


def outcome_of(views: SqliteViewStore, number: int) -> str | None:
    found = views.find_wish(number)
    assert found is not None
    return found.outcome


def test_a_rebuild_honours_skips_and_parks_anew(tmp_path: Path) -> None:
    poison = {13, 16, 20}
    faulty = failing("faulty", poison)

    async def scenario(work: Projecting) -> None:
        views = work.views(faulty)
        projector = work.projector(views, faulty)
        async with while_running(projector.run):
            assert await projector.wait_for(40, BOUND_SECONDS)
            await carried_out(views, skip(faulty, 13))
            poison.clear()
            poison.add(18)
            assert await carried_out(views, rebuild(faulty)) == "done"
            assert parked_in(views, faulty) == {stream_of(18): 18}
            await eventually(
                lambda: projector.status().views[0].parked == (stream_of(18),)
            )
            poison.clear()
            assert await carried_out(views, retry(faulty, stream_of(18))) == "done"
        assert rows_of(views, faulty) == folded(work.log, ELECTED, (13,))

    play(tmp_path, 40, scenario)


def shadow_begun(name: str, before: int) -> bool:
    return name != live_name(name) and before > 0


def test_a_skip_during_a_rebuild_is_honoured_by_it(tmp_path: Path) -> None:
    poison = {13}
    faulty = failing("faulty", poison)

    async def scenario(work: Projecting) -> None:
        with closing(
            HeldViews(tmp_path / "views.sqlite", [faulty], shadow_begun)
        ) as views:
            projector = work.projector(views, faulty)
            async with while_running(projector.run):
                assert await projector.wait_for(2500, BOUND_SECONDS)
                (number,) = views.wish([rebuild(faulty)])
                shadow = shadow_of(faulty)
                await eventually(lambda: views.position(shadow.name) > 0)
                assert parked_in(views, shadow) == {stream_of(13): 13}
                assert await carried_out(views, skip(faulty, 13)) == "done"
                views.may_go_on.set()
                await eventually(lambda: outcome_of(views, number) == "done")
                await eventually(lambda: not views.open_wishes())
            assert parked_in(views, faulty) == {}
            assert rows_of(views, faulty) == folded(work.log, ELECTED, (13,))

    play(tmp_path, 2500, scenario)


def test_an_interrupted_rebuild_is_made_by_the_next_process(tmp_path: Path) -> None:
    async def scenario(work: Projecting) -> None:
        views = work.views(ELECTED)
        first = work.projector(views, ELECTED)
        async with while_running(first.run):
            assert await first.wait_for(900, BOUND_SECONDS)
        # What a killed process leaves: a wish, and a shadow that is half made.
        (number,) = views.wish([rebuild(ELECTED)])
        views.begin(shadow_of(ELECTED))
        rubbish: dict[Key, Elected | None] = {("x",): Elected("x", (0,))}
        assert views.save(shadow_of(ELECTED), 0, 450, rubbish)
        again = work.views(ELECTED)
        second = work.projector(again, ELECTED)
        async with while_running(second.run):
            await eventually(lambda: outcome_of(again, number) == "done")
        assert rows_of(again, ELECTED) == folded(work.log, ELECTED)

    play(tmp_path, 900, scenario)


def test_a_rebuild_goes_on_after_the_bus_was_down(tmp_path: Path) -> None:
    async def scenario(work: Projecting) -> None:
        with closing(
            HeldViews(tmp_path / "views.sqlite", [ELECTED], shadow_begun)
        ) as views:
            projector = work.projector(views, ELECTED)
            async with while_running(projector.run):
                assert await projector.wait_for(5000, BOUND_SECONDS)
                (number,) = views.wish([rebuild(ELECTED)])
                shadow = shadow_of(ELECTED).name
                await eventually(lambda: views.position(shadow) > 0)
                work.server.stop()
                views.may_go_on.set()
                work.server.start()
                await eventually(lambda: outcome_of(views, number) == "done")
            assert rows_of(views, ELECTED) == folded(work.log, ELECTED)

    play(tmp_path, 5000, scenario)


def test_a_view_with_a_new_column_is_shown_and_rebuilt(tmp_path: Path) -> None:
    longer = msgspec.defstruct(
        "Elected",
        [("stream", str), ("numbers", tuple[int, ...]), ("last", int, 0)],
        frozen=True,
    )

    def fold(row: msgspec.Struct | None, record: Recorded, key: Key) -> msgspec.Struct:
        before = getattr(row, "numbers", ())
        number = number_of(record)
        return longer(record.stream, (*before, number), number)

    changed = Projection("elected", longer, ("stream",), by_stream, fold)

    async def scenario(work: Projecting) -> None:
        views = work.views(ELECTED)
        projector = work.projector(views, ELECTED)
        async with while_running(projector.run):
            assert await projector.wait_for(40, BOUND_SECONDS)
        before = rows_of(views, ELECTED)
        again = work.views(changed)
        assert {
            key: getattr(row, "numbers", None)
            for key, row in rows_of(again, changed).items()
        } == {key: getattr(row, "numbers", None) for key, row in before.items()}
        assert again.position("elected") == 40
        (wish,) = again.open_wishes()
        projector = work.projector(again, changed)
        async with while_running(projector.run):
            await eventually(lambda: outcome_of(again, wish.id) == "done")
        assert rows_of(again, changed) == folded(work.log, changed)

    play(tmp_path, 40, scenario)


def test_a_shadow_that_is_behind_does_not_take_the_place(tmp_path: Path) -> None:
    shadow = shadow_of(ELECTED)
    row: dict[Key, Elected | None] = {("a",): Elected("a", (1,))}
    views = SqliteViewStore(tmp_path / "views.sqlite", [ELECTED])
    assert views.save(ELECTED, 0, 9, row)
    views.begin(shadow)
    assert views.save(shadow, 0, 8, {})
    assert not views.swap(ELECTED, shadow)
    assert rows_of(views, ELECTED) == row
    assert views.save(shadow, 8, 10, {})
    revision = views.standing("elected").revision
    assert views.swap(ELECTED, shadow)
    assert rows_of(views, ELECTED) == {}
    assert views.position("elected") == 10
    # Who has the old rows in memory cannot write them into the new table.
    assert not views.save(ELECTED, 10, 11, row, revision=revision)
    views.close()


def test_the_shadow_of_another_view_is_left_alone(tmp_path: Path) -> None:
    other = dataclasses.replace(ELECTED, name="other")
    views = SqliteViewStore(tmp_path / "views.sqlite", [ELECTED, other])
    row: dict[Key, Elected | None] = {("a",): Elected("a", (1,))}
    for projection in (ELECTED, other):
        views.begin(shadow_of(projection))
        assert views.save(shadow_of(projection), 0, 3, row)
    assert views.swap(ELECTED, shadow_of(ELECTED))
    assert (rows_of(views, ELECTED), rows_of(views, other)) == (row, {})
    assert views.standing(shadow_of(other).name).position == 3
    views.close()
