"""The projector over PostgreSQL: killed under it, it is waited for."""

from contextlib import closing
from pathlib import Path

from adapters.jetstream.projector import Projector
from adapters.persistence.postgres_database import PostgresDatabase
from adapters.persistence.view_store_postgres import PostgresViewStore
from adapters.views import AnyProjection, Parked
from projections.projection import Key
from tests.adapters.bus import BOUND_SECONDS, NODE, connector, eventually, while_running
from tests.adapters.bus import recorded as decode
from tests.adapters.projecting import (
    ELECTED,
    Elected,
    Projecting,
    failing,
    folded,
    play,
    rebuild,
    retry,
    stream_of,
)
from tests.postgres_server import PostgresServer


def projector_of(
    work: Projecting, views: PostgresViewStore, *projections: AnyProjection
) -> Projector:
    node = connector(work.server, "node")
    return Projector(views, projections, decode, node, NODE)


def rows_of(views: PostgresViewStore, projection: AnyProjection) -> dict[Key, Elected]:
    found: list[Elected] = views.select(projection, {}, ["stream"], None, 1000)
    return {(row.stream,): row for row in found}


def test_what_is_parked_and_rebuilt_stands_in_postgresql(
    tmp_path: Path, postgres_address: str
) -> None:
    poison = {13}
    faulty = failing("faulty", poison)

    async def scenario(work: Projecting) -> None:
        database = PostgresDatabase(postgres_address)
        with closing(PostgresViewStore(database, [faulty, ELECTED])) as views:
            projector = projector_of(work, views, faulty, ELECTED)
            async with while_running(projector.run):
                assert await projector.wait_for(900, BOUND_SECONDS)
                first = views.parked("faulty", stream_of(13))[0]
                record = work.log.content[12]
                assert first == Parked(stream_of(13), 13, record, "LookupError(13)")
                poison.clear()
                views.wish([retry(faulty, stream_of(13)), rebuild(ELECTED)])
                await eventually(lambda: not views.open_wishes())
                await work.grow(20)
                assert await projector.wait_for(920, BOUND_SECONDS)
            for projection in (faulty, ELECTED):
                assert rows_of(views, projection) == folded(work.log, ELECTED)
                assert views.parked_streams(projection.name) == []

    play(tmp_path, 900, scenario)


def test_a_postgresql_that_is_killed_is_waited_for(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    address = postgres.fresh_database()

    async def scenario(work: Projecting) -> None:
        database = PostgresDatabase(address, patience=1.0)
        with closing(PostgresViewStore(database, [ELECTED])) as views:
            projector = projector_of(work, views, ELECTED)
            async with while_running(projector.run):
                assert await projector.wait_for(40, BOUND_SECONDS)
                postgres.kill()
                await work.grow(40)
                await eventually(lambda: projector.status().state == "store-down")
                postgres.start()
                assert await projector.wait_for(80, BOUND_SECONDS)
                await eventually(lambda: projector.status().state == "waiting")
            assert rows_of(views, ELECTED) == folded(work.log, ELECTED)

    play(tmp_path, 40, scenario)
