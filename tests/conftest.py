"""What tests of several folders share: one PostgreSQL, a fresh database for each."""

from collections.abc import Iterator

import pytest

from tests.postgres_server import PostgresServer


@pytest.fixture(scope="session")
def running_postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgres(running_postgres: PostgresServer) -> PostgresServer:
    """The server of the session, running again whatever the test before did to it."""
    running_postgres.start()
    return running_postgres


@pytest.fixture
def postgres_address(postgres: PostgresServer) -> str:
    """The address of an empty database."""
    return postgres.fresh_database()
