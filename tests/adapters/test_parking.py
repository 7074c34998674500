"""A poison event parks its stream for one view; it can be retried or skipped."""

import asyncio
import dataclasses
from pathlib import Path

import pytest
from msgspec import Struct

from adapters.views import UNKNOWN_STREAM
from projections.projection import Key, Projection, Recorded
from tests.adapters.bus import (
    BOUND_SECONDS,
    ListLog,
    MemberElected,
    connected,
    eventually,
    recorded,
    while_running,
)
from tests.adapters.projecting import (
    ELECTED,
    Projecting,
    by_stream,
    carried_out,
    failing,
    first_parked,
    folded,
    number_of,
    parked_in,
    play,
    retry,
    rows_of,
    skip,
    stream_of,
)

POISONED = stream_of(13)
AFTER_IT = (13, 20, 27, 34)


def test_a_poison_event_parks_its_stream_for_that_view_only(tmp_path: Path) -> None:
    faulty = failing("faulty", {13})

    async def scenario(work: Projecting) -> None:
        views = work.views(faulty, ELECTED)
        projector = work.projector(views, faulty, ELECTED)
        async with while_running(projector.run):
            assert await projector.wait_for(40, BOUND_SECONDS)
            status = projector.status()
        assert rows_of(views, ELECTED) == folded(work.log, ELECTED)
        assert rows_of(views, faulty) == folded(work.log, ELECTED, AFTER_IT)
        waiting = views.parked("faulty", POISONED)
        assert [each.position for each in waiting] == list(AFTER_IT)
        assert [each.error for each in waiting] == ["LookupError(13)", None, None, None]
        assert [each.record for each in waiting] == [
            work.log.content[position - 1] for position in AFTER_IT
        ]
        assert parked_in(views, ELECTED) == {}
        assert status.views[0].parked == (POISONED,)
        assert (status.views[0].position, status.views[1].parked) == (40, ())
        assert status.state == "waiting"

    play(tmp_path, 40, scenario)


def test_what_is_parked_stays_so_after_a_restart(tmp_path: Path) -> None:
    faulty = failing("faulty", {13})

    async def scenario(work: Projecting) -> None:
        for count in (20, 34, 40):
            await work.grow(count - work.log.position())
            views = work.views(faulty)
            projector = work.projector(views, faulty)
            async with while_running(projector.run):
                assert await projector.wait_for(count, BOUND_SECONDS)
        assert rows_of(views, faulty) == folded(work.log, ELECTED, AFTER_IT)
        assert first_parked(views, faulty).events == len(AFTER_IT)

    play(tmp_path, 0, scenario)


def test_a_retry_folds_what_waits_in_its_order(tmp_path: Path) -> None:
    poison = {13}
    faulty = failing("faulty", poison)

    async def scenario(work: Projecting) -> None:
        views = work.views(faulty)
        projector = work.projector(views, faulty)
        async with while_running(projector.run):
            assert await projector.wait_for(40, BOUND_SECONDS)
            outcome = await carried_out(views, retry(faulty, POISONED))
            assert outcome == "still parked at 13: LookupError(13)"
            assert first_parked(views, faulty).events == len(AFTER_IT)
            poison.clear()
            poison.add(27)
            outcome = await carried_out(views, retry(faulty, POISONED))
            assert outcome == "still parked at 27: LookupError(27)"
            assert rows_of(views, faulty) == folded(work.log, ELECTED, (27, 34))
            poison.clear()
            assert await carried_out(views, retry(faulty, POISONED)) == "done"
            await work.grow(10)
            assert await projector.wait_for(50, BOUND_SECONDS)
            await eventually(lambda: projector.status().views[0].parked == ())
        assert parked_in(views, faulty) == {}
        assert rows_of(views, faulty) == folded(work.log, ELECTED)

    play(tmp_path, 40, scenario)


def test_a_skip_leaves_one_event_out_and_folds_the_rest(tmp_path: Path) -> None:
    faulty = failing("faulty", {13, 34})

    async def scenario(work: Projecting) -> None:
        views = work.views(faulty)
        projector = work.projector(views, faulty)
        async with while_running(projector.run):
            assert await projector.wait_for(40, BOUND_SECONDS)
            outcome = await carried_out(views, skip(faulty, 13))
            assert outcome == "still parked at 34: LookupError(34)"
            assert await carried_out(views, skip(faulty, 34)) == "done"
            assert await carried_out(views, skip(faulty, 34)) == "done"
            outcome = await carried_out(views, skip(faulty, 35))
            assert outcome == "nothing is parked there"
        assert rows_of(views, faulty) == folded(work.log, ELECTED, (13, 34))
        skipped = views.skipped("faulty")
        assert [(each.position, each.by) for each in skipped] == [
            (13, "Ann"),
            (34, "Ann"),
        ]
        assert skipped[0].reason == "written by mistake"

    play(tmp_path, 40, scenario)


def test_wishes_and_live_events_do_not_get_into_each_others_way(
    tmp_path: Path,
) -> None:
    poison = {6, 13}
    faulty = failing("faulty", poison)

    async def scenario(work: Projecting) -> None:
        views, others = work.views(faulty), work.views(faulty)
        one, other = work.projector(views, faulty), work.projector(others, faulty)
        async with while_running(one.run, other.run):
            assert await one.wait_for(14, BOUND_SECONDS)
            growing = asyncio.create_task(grow_in_steps(work, 200))
            await carried_out(views, skip(faulty, 6))
            assert parked_in(views, faulty) == {POISONED: 13}
            poison.clear()
            await carried_out(views, retry(faulty, POISONED))
            await growing
            for projector in (one, other):
                assert await projector.wait_for(work.log.position(), BOUND_SECONDS)
            await carried_out(views, retry(faulty, POISONED))
        assert parked_in(views, faulty) == {}
        assert rows_of(views, faulty) == folded(work.log, ELECTED, (6,))

    play(tmp_path, 14, scenario)


async def grow_in_steps(work: Projecting, steps: int) -> None:
    for _ in range(steps):
        await work.grow(3)


class Decoder:
    """Reads records, but for those with some numbers."""

    def __init__(self, poison: set[int]) -> None:
        self.poison = poison

    def __call__(self, payload: bytes) -> Recorded:
        record = recorded(payload)
        if number_of(record) in self.poison:
            raise ValueError("unknown tag")
        return record


def test_an_event_that_cannot_be_decoded_parks_its_stream_for_all(
    tmp_path: Path,
) -> None:
    another = failing("another", ())
    decode = Decoder({13})

    async def scenario(work: Projecting) -> None:
        views = work.views(ELECTED, another)
        projector = work.projector(views, ELECTED, another, decode=decode)
        async with while_running(projector.run):
            assert await projector.wait_for(40, BOUND_SECONDS)
            for projection in (ELECTED, another):
                assert parked_in(views, projection) == {POISONED: 13}
            decode.poison.clear()
            assert await carried_out(views, retry(ELECTED, POISONED)) == "done"
        assert rows_of(views, ELECTED) == folded(work.log, ELECTED)
        assert rows_of(views, another) == folded(work.log, ELECTED, AFTER_IT)

    play(tmp_path, 40, scenario)


@pytest.mark.parametrize(
    ("payload", "stream"),
    [
        (b"\xff\xfe no JSON at all", UNKNOWN_STREAM),
        (b'{"subject":', UNKNOWN_STREAM),
        (b'{"subject":7}', UNKNOWN_STREAM),
        (b"[" * 100_000, UNKNOWN_STREAM),
        (b'{"subject":"council/x","data":[]}', "council/x"),
    ],
)
def test_what_is_no_record_parks_under_what_it_tells(
    tmp_path: Path, payload: bytes, stream: str
) -> None:
    async def scenario(work: Projecting) -> None:
        views = work.views(ELECTED)
        projector = work.projector(views, ELECTED)
        log = ListLog(9)
        log.content[2:2] = [payload, payload]
        async with connected(work.server, "relay") as nc:
            for content in log.content:
                await nc.request("adisteme.ev.pub.x", content)
        async with while_running(projector.run):
            assert await projector.wait_for(11, BOUND_SECONDS)
        waiting = [
            (each.stream, each.position) for each in views.parked_streams("elected")
        ]
        # Events that do not tell their stream stand each for itself.
        both = [(stream, 3), (stream, 4)]
        assert waiting == (both if stream == UNKNOWN_STREAM else both[:1])
        del log.content[2:4]
        assert rows_of(views, ELECTED) == folded(log, ELECTED)

    play(tmp_path, 0, scenario)


class Large(Struct, frozen=True):
    """A row that no store can hold when its number is too large."""

    stream: str
    number: int


def grow_large(row: Large | None, record: Recorded, key: Key) -> Large:
    number = number_of(record)
    grown = 2**70 if number in (13, 21) else number
    return Large(record.stream, max(row.number, grown) if row else grown)


LARGE = Projection("large", Large, ("stream",), by_stream, grow_large)


def test_a_row_that_cannot_be_written_parks_its_stream(tmp_path: Path) -> None:
    async def scenario(work: Projecting) -> None:
        views = work.views(LARGE, ELECTED)
        projector = work.projector(views, LARGE, ELECTED)
        async with while_running(projector.run):
            assert await projector.wait_for(40, BOUND_SECONDS)
            outcome = await carried_out(views, retry(LARGE, POISONED))
            assert outcome.startswith("still parked: OverflowError")
            await work.grow(5)
            assert await projector.wait_for(45, BOUND_SECONDS)
        assert parked_in(views, LARGE) == {POISONED: 13, stream_of(21): 21}
        without = (*AFTER_IT, 41, 21, 28, 35, 42)
        assert rows_of(views, LARGE) == folded(work.log, LARGE, without)
        assert rows_of(views, ELECTED) == folded(work.log, ELECTED)

    play(tmp_path, 40, scenario)


def test_an_event_that_no_view_folds_is_not_even_decoded(tmp_path: Path) -> None:
    of_councils = dataclasses.replace(ELECTED, aggregates=frozenset({"council"}))
    of_others = failing("others", ())
    of_others = dataclasses.replace(of_others, aggregates=frozenset({"document"}))

    async def scenario(work: Projecting) -> None:
        views = work.views(of_others)
        projector = work.projector(views, of_others, decode=Decoder(set(range(100))))
        async with while_running(projector.run):
            assert await projector.wait_for(40, BOUND_SECONDS)
        assert parked_in(views, of_others) == {}
        views = work.views(of_others, of_councils)
        projector = work.projector(views, of_others, of_councils)
        async with while_running(projector.run):
            assert await projector.wait_for(40, BOUND_SECONDS)
        assert rows_of(views, of_others) == {}
        assert rows_of(views, of_councils) == folded(work.log, ELECTED)

    play(tmp_path, 40, scenario)


def test_an_event_that_every_view_ignores_is_not_decoded(tmp_path: Path) -> None:
    ignored = frozenset({MemberElected.tag})
    blind = dataclasses.replace(
        ELECTED, aggregates=frozenset({"council"}), ignored=ignored
    )

    async def scenario(work: Projecting) -> None:
        views = work.views(blind)
        projector = work.projector(views, blind, decode=Decoder(set(range(100))))
        async with while_running(projector.run):
            assert await projector.wait_for(40, BOUND_SECONDS)
        assert (parked_in(views, blind), rows_of(views, blind)) == ({}, {})

    play(tmp_path, 40, scenario)


def test_an_unknown_event_parks_where_others_of_its_aggregate_are_ignored(
    tmp_path: Path,
) -> None:
    ignored = frozenset({"council.member-elected.v2"})
    other = dataclasses.replace(
        ELECTED, aggregates=frozenset({"council"}), ignored=ignored
    )

    async def scenario(work: Projecting) -> None:
        views = work.views(other)
        projector = work.projector(views, other, decode=Decoder({13}))
        async with while_running(projector.run):
            assert await projector.wait_for(40, BOUND_SECONDS)
        assert parked_in(views, other) == {POISONED: 13}

    play(tmp_path, 40, scenario)
