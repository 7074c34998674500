"""The projector: rows and position move together, and a fault halts one view only."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec import Struct

from adapters.jetstream import projector as projector_module
from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.jetstream.projector import AnyProjection, Projector, ViewStatus
from adapters.jetstream.relay import Relay
from projections.projection import Key, Projection, Recorded, Row
from tests.adapters.bus import (
    BOUND_SECONDS,
    NODE,
    DictViews,
    ListLog,
    MemberElected,
    connector,
    eventually,
    recorded,
    running_server,
    stream_made,
    while_running,
)


class Elected(Struct, frozen=True):
    """The numbers elected in one stream, in their order."""

    stream: str
    numbers: tuple[int, ...]


def number_of(record: Recorded) -> int:
    assert isinstance(record.event, MemberElected)
    return record.event.number


def elect(row: Elected | None, record: Recorded, key: Key) -> Elected:
    before = row.numbers if row else ()
    return Elected(record.stream, (*before, number_of(record)))


def fail_at_thirteen(row: Elected | None, record: Recorded, key: Key) -> Elected:
    if number_of(record) == 13:
        raise LookupError("thirteen")
    return elect(row, record, key)


def last_of_even(row: Elected | None, record: Recorded, key: Key) -> Elected | None:
    even = number_of(record) % 2 == 0
    return Elected(record.stream, (number_of(record),)) if even else None


ELECTED = Projection(
    "elected", Elected, ("stream",), lambda record: [(record.stream,)], elect
)
EVEN = Projection(
    "even", Elected, ("stream",), lambda record: [(record.stream,)], last_of_even
)
FAULTY = Projection(
    "faulty", Elected, ("stream",), lambda record: [(record.stream,)], fail_at_thirteen
)


class BrokenViews(DictViews):
    """Views that cannot be written to."""

    def save(
        self,
        projection: Projection[Row],
        before: int,
        after: int,
        rows: Mapping[Key, Row | None],
    ) -> bool:
        raise OSError("the disk is full")


def folded(log: ListLog, projection: AnyProjection, upto: int) -> dict[Key, Struct]:
    rows: dict[Key, Struct | None] = {}
    for payload in log.content[:upto]:
        record = recorded(payload)
        for key in projection.keys(record):
            rows[key] = projection.fold(rows.get(key), record, key)
    return {key: row for key, row in rows.items() if row is not None}


def projector_of(
    server: EmbeddedServer, views: DictViews, *projections: AnyProjection
) -> Projector:
    return Projector(views, projections, recorded, connector(server, "node"), NODE)


def relay_of(log: ListLog, server: EmbeddedServer) -> Relay:
    return Relay(log, connector(server, "relay"), NODE)


def test_rows_and_position_move_together(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log, views = ListLog(1500), DictViews()
        projector = projector_of(server, views, ELECTED, EVEN)
        relay = relay_of(log, server)
        async with stream_made(server), while_running(relay.run, projector.run):
            assert await projector.wait_for(1500, BOUND_SECONDS)
            await eventually(lambda: projector.status().state == "waiting")
        for projection in (ELECTED, EVEN):
            assert views.rows[projection.name] == folded(log, projection, 1500)
            assert views.positions[projection.name] == 1500

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_what_a_view_has_already_is_not_folded_again(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log, views = ListLog(600), DictViews()
        relay = relay_of(log, server)
        async with stream_made(server), while_running(relay.run):
            first = projector_of(server, views, ELECTED)
            async with while_running(first.run):
                assert await first.wait_for(600, BOUND_SECONDS)
            # A new view makes the stream be read from its beginning for both.
            log.grow(50)
            relay.poke()
            both = projector_of(server, views, ELECTED, EVEN)
            async with while_running(both.run):
                assert await both.wait_for(650, BOUND_SECONDS)
        assert views.rows["elected"] == folded(log, ELECTED, 650)
        assert views.rows["even"] == folded(log, EVEN, 650)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_twins_cannot_spoil_a_view(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log, views = ListLog(), DictViews()
        one = projector_of(server, views, ELECTED)
        other = projector_of(server, views, ELECTED)
        relay = relay_of(log, server)
        async with (
            stream_made(server),
            while_running(relay.run, one.run, other.run),
        ):
            for _ in range(20):
                log.grow(30)
                relay.poke()
                await asyncio.sleep(0.01)
            await eventually(lambda: views.position("elected") == 600)
            assert await one.wait_for(600, BOUND_SECONDS)
            assert await other.wait_for(600, BOUND_SECONDS)
        assert views.rows["elected"] == folded(log, ELECTED, 600)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_view_that_fails_halts_and_the_others_go_on(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log, views = ListLog(40), DictViews()
        projector = projector_of(server, views, FAULTY, ELECTED)
        relay = relay_of(log, server)
        async with stream_made(server), while_running(relay.run, projector.run):
            assert await projector.wait_for(40, BOUND_SECONDS, view="elected")
            assert not await projector.wait_for(40, BOUND_SECONDS)
            status = projector.status()
        assert status.views == (
            ViewStatus("faulty", 12, 13),
            ViewStatus("elected", 40, None),
        )
        assert status.state == "view-behind"
        assert status.last_error == "LookupError('thirteen')"
        assert views.rows["faulty"] == folded(log, ELECTED, 12)
        assert views.rows["elected"] == folded(log, ELECTED, 40)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_an_event_that_cannot_be_decoded_halts_what_needs_it(tmp_path: Path) -> None:
    def decode(payload: bytes) -> Recorded:
        record = recorded(payload)
        if record.position == 7:
            raise ValueError("unknown tag")
        return record

    async def scenario(server: EmbeddedServer) -> None:
        log, views = ListLog(20), DictViews()
        projector = Projector(views, [ELECTED], decode, connector(server, "node"), NODE)
        relay = relay_of(log, server)
        async with stream_made(server), while_running(relay.run, projector.run):
            await eventually(
                lambda: projector.status().views == (ViewStatus("elected", 6, 7),)
            )
        assert views.rows["elected"] == folded(log, ELECTED, 6)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_work_that_waits_and_does_not_move_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector_module, "STALE_SECONDS", 0.2)

    async def scenario(server: EmbeddedServer) -> None:
        projector = projector_of(server, BrokenViews(), ELECTED)
        relay = relay_of(ListLog(5), server)
        async with stream_made(server), while_running(relay.run, projector.run):
            await eventually(lambda: projector.status().state == "stale")
            assert projector.status().waiting == 5
            assert projector.status().last_error == "the disk is full"
            assert not await projector.wait_for(5, 0.05)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))
