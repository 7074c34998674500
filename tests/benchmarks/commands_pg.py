"""Commands a second on PostgreSQL, against the library's default recorder there."""

from datetime import UTC, datetime

from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from adapters.persistence.event_store_postgres import PostgresEventStore
from adapters.persistence.postgres_database import PostgresDatabase
from tests.benchmarks.commands import (
    NODE,
    ROUNDS,
    compared,
    rate_of_baseline,
    rate_of_ours,
)
from tests.benchmarks.row import Row
from tests.postgres_server import PostgresServer


def measure() -> list[Row]:
    server = PostgresServer()
    try:
        server.start()
        pairs = [one_round(server) for _ in range(ROUNDS)]
    finally:
        server.remove()
    return [compared("commands_pg", pairs)]


def one_round(server: PostgresServer) -> tuple[float, float]:
    """The rates of ours and of the baseline, each in a new database."""
    datastore = default_datastore(server.fresh_database())
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    baseline = rate_of_baseline(recorder)
    datastore.close()
    database = PostgresDatabase(server.fresh_database())
    store = PostgresEventStore(database, NODE, lambda: datetime.now(UTC))
    value = rate_of_ours(store)
    store.close()
    return value, baseline


def default_datastore(address: str) -> PostgresDatastore:
    """What the library's factory makes when nothing but the address is set."""
    parts = conninfo_to_dict(address)
    return PostgresDatastore(
        dbname=str(parts["dbname"]),
        host=str(parts["host"]),
        port=str(parts["port"]),
        user=str(parts["user"]),
        password=str(parts["password"]),
        originator_id_type="text",
        pool_size=5,
        max_overflow=10,
    )
