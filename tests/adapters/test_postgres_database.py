"""Transactions and schema versions on a PostgreSQL that stops, hangs and comes back."""

import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from threading import Event

import psycopg
import pytest

from adapters.envelope import StoreUnavailable
from adapters.persistence.postgres_database import PostgresDatabase
from adapters.persistence.schema_version import SchemaTooNew
from tests.postgres_server import HOST, PostgresServer

HANG_SECONDS = 15.0
"""Much longer than any wait with a patience of one second."""

NOTES = (
    ("CREATE TABLE note (word TEXT)",),
    ("ALTER TABLE note ADD COLUMN at INTEGER", "INSERT INTO note VALUES ('first', 1)"),
)


@pytest.fixture
def database(postgres_address: str) -> Iterator[PostgresDatabase]:
    database = PostgresDatabase(postgres_address, patience=1)
    database.migrate("notes", NOTES)
    yield database
    database.close()


def write(database: PostgresDatabase, word: str) -> None:
    with database.transaction(commit=True) as cursor:
        cursor.execute("INSERT INTO note VALUES (%s)", (word,))


def words(database: PostgresDatabase) -> list[str]:
    with database.transaction(commit=False) as cursor:
        cursor.execute("SELECT word FROM note ORDER BY word")
        return [row["word"] for row in cursor.fetchall()]


def test_tables_stand_in_the_named_schema_alone(postgres_address: str) -> None:
    for name in ("adisteme", "another"):
        with closing(PostgresDatabase(postgres_address, name)) as database:
            database.migrate("notes", NOTES)
            write(database, name)

    with psycopg.connect(postgres_address) as other:
        found = other.execute(
            "SELECT schemaname, count(*) FROM pg_tables WHERE tablename IN"
            " ('note', 'schema_version') GROUP BY 1 ORDER BY 1"
        )
        assert found.fetchall() == [("adisteme", 2), ("another", 2)]


def test_what_was_committed_is_there_and_nothing_else(
    database: PostgresDatabase,
) -> None:
    write(database, "kept")
    with pytest.raises(ZeroDivisionError), database.transaction(commit=True) as cursor:
        cursor.execute("INSERT INTO note VALUES ('lost')")
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), database.pipeline() as connection:
        connection.execute("INSERT INTO note VALUES ('lost')")
        raise ZeroDivisionError

    assert words(database) == ["first", "kept"]


def test_a_pipeline_is_committed_whole_or_not_at_all(
    database: PostgresDatabase,
) -> None:
    with database.pipeline() as connection:
        connection.execute("INSERT INTO note VALUES ('a')")
        connection.execute("INSERT INTO note VALUES ('b')")
    with (
        pytest.raises(psycopg.errors.InvalidTextRepresentation),
        database.pipeline() as connection,
    ):
        connection.execute("INSERT INTO note VALUES ('c')")
        connection.execute("INSERT INTO note VALUES ('d', 'no number'::integer)")
        connection.execute("INSERT INTO note VALUES ('e')")

    assert words(database) == ["a", "b", "first"]


def test_who_reads_sees_one_moment(database: PostgresDatabase) -> None:
    with database.transaction(commit=False) as cursor:
        cursor.execute("SELECT count(*) AS n FROM note")
        assert cursor.fetchall() == [{"n": 1}]
        write(database, "later")
        cursor.execute("SELECT count(*) AS n FROM note")
        assert cursor.fetchall() == [{"n": 1}]


def test_many_at_once_migrate_once(postgres_address: str) -> None:
    def open_and_migrate(_: int) -> None:
        with closing(PostgresDatabase(postgres_address)) as database:
            database.migrate("notes", NOTES)
            database.migrate("more", (("CREATE TABLE more ()",),))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(open_and_migrate, range(8)))

    with closing(PostgresDatabase(postgres_address)) as database:
        assert words(database) == ["first"]


def test_a_schema_moves_forward_from_where_it_stands(postgres_address: str) -> None:
    with closing(PostgresDatabase(postgres_address)) as database:
        database.migrate("notes", NOTES[:1])
        write(database, "old")
        database.migrate("notes", NOTES)
        assert words(database) == ["first", "old"]


def test_a_migration_that_fails_leaves_nothing(postgres_address: str) -> None:
    with closing(PostgresDatabase(postgres_address)) as database:
        with pytest.raises(psycopg.errors.UndefinedTable):
            database.migrate("notes", (*NOTES, ("DROP TABLE missing",)))
        database.migrate("notes", NOTES)
        assert words(database) == ["first"]


def test_a_newer_schema_is_refused_and_left_alone(database: PostgresDatabase) -> None:
    with pytest.raises(SchemaTooNew, match="notes has schema 2, this program knows 1"):
        database.migrate("notes", NOTES[:1])
    database.migrate("notes", NOTES)


def test_a_commit_is_flushed_whatever_the_database_says(postgres_address: str) -> None:
    with psycopg.connect(postgres_address, autocommit=True) as other:
        name = other.info.dbname
        other.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())

    with (
        closing(PostgresDatabase(postgres_address)) as database,
        database.transaction(commit=True) as cursor,
    ):
        for setting in ("synchronous_commit", "fsync"):
            cursor.execute(f"SHOW {setting}".encode())
            assert cursor.fetchall() == [{setting: "on"}]


def test_a_killed_server_is_unavailable_and_found_again(
    postgres: PostgresServer, database: PostgresDatabase
) -> None:
    write(database, "before")
    postgres.kill()
    with pytest.raises(StoreUnavailable):
        write(database, "lost")
    with pytest.raises(StoreUnavailable):
        words(database)

    postgres.start()
    write(database, "after")
    assert words(database) == ["after", "before", "first"]


def test_nobody_notices_a_restart_between_two_transactions(
    postgres: PostgresServer, database: PostgresDatabase
) -> None:
    with database.get_connection(), database.get_connection():
        pass
    postgres.stop()
    postgres.start()

    write(database, "after")
    assert words(database) == ["after", "first"]


def test_a_server_that_stands_still_is_unavailable(
    postgres: PostgresServer, database: PostgresDatabase
) -> None:
    def write_at_once() -> None:
        with database.pipeline() as connection:
            connection.execute("INSERT INTO note VALUES ('lost')")

    with ThreadPoolExecutor(3) as threads:
        write(database, "before")
        postgres.freeze()
        try:
            # One of them has the connection that is there, the others open one.
            waiting: list[Future[None] | Future[list[str]]] = [
                threads.submit(write, database, "lost"),
                threads.submit(words, database),
                threads.submit(write_at_once),
            ]
            for each in waiting:
                with pytest.raises(StoreUnavailable):
                    each.result(HANG_SECONDS)
        finally:
            postgres.thaw()
    assert words(database) == ["before", "first"]


def test_a_server_that_cannot_be_reached_is_unavailable() -> None:
    with socket.socket() as silent:
        silent.bind((HOST, 0))
        silent.listen()
        address = f"postgresql://somebody@{HOST}:{silent.getsockname()[1]}/anything"
        with (
            closing(PostgresDatabase(address, patience=1)) as database,
            pytest.raises(StoreUnavailable),
        ):
            database.migrate("notes", NOTES)


def test_who_waits_for_a_lock_gives_up(
    database: PostgresDatabase, postgres_address: str
) -> None:
    with psycopg.connect(postgres_address) as other:
        other.execute("LOCK TABLE adisteme.note")
        with pytest.raises(StoreUnavailable, match="timeout"):
            write(database, "lost")
    write(database, "later")
    assert words(database) == ["first", "later"]


def test_a_statement_that_does_not_end_is_cut_off(database: PostgresDatabase) -> None:
    with (
        pytest.raises(StoreUnavailable, match="statement timeout"),
        database.transaction(commit=True) as cursor,
    ):
        cursor.execute("SELECT pg_sleep(60)")
    with database.transaction(commit=True, patience=60) as cursor:
        cursor.execute("SELECT pg_sleep(1.5)")


def test_who_dawdles_in_a_transaction_loses_it(database: PostgresDatabase) -> None:
    with (
        pytest.raises(StoreUnavailable, match="idle-in-transaction"),
        database.transaction(commit=True) as cursor,
    ):
        cursor.execute("INSERT INTO note VALUES ('lost')")
        pid = cursor.connection.info.backend_pid
        with database.transaction(commit=True, patience=60) as watch:
            watch.execute(
                "DO $$BEGIN WHILE EXISTS (SELECT FROM pg_stat_activity WHERE pid ="
                f" {pid}) LOOP PERFORM pg_sleep(0.05), pg_stat_clear_snapshot();"
                " END LOOP; END$$".encode()
            )
        cursor.execute("INSERT INTO note VALUES ('lost')")
    assert words(database) == ["first"]


def test_a_database_for_reading_only_is_unavailable_for_writing(
    database: PostgresDatabase,
) -> None:
    with (
        pytest.raises(StoreUnavailable, match="read-only"),
        database.transaction(commit=True) as cursor,
    ):
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute("INSERT INTO note VALUES ('lost')")


def test_a_wrong_statement_is_a_bug_and_no_outage(database: PostgresDatabase) -> None:
    with (
        pytest.raises(psycopg.errors.UndefinedTable),
        database.transaction(commit=True) as cursor,
    ):
        cursor.execute("SELECT * FROM councils")
    write(database, "later")


def test_a_closed_database_is_unavailable(database: PostgresDatabase) -> None:
    database.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        words(database)


def test_closing_waits_for_those_who_write(database: PostgresDatabase) -> None:
    is_writing = Event()

    def write_on() -> None:
        with database.transaction(commit=True) as cursor:
            is_writing.set()
            cursor.execute("SELECT pg_sleep(0.2)")
            cursor.execute("INSERT INTO note VALUES ('slow')")

    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(write_on)
        assert is_writing.wait(10)
        database.close()
        writing.result()


def test_an_address_that_is_none_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="no address") as caught:
        PostgresDatabase("postgres:/secret@host")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "Öffentlich", "a b", "x; DROP", "a" * 64])
def test_a_name_that_is_none_makes_no_schema(name: str) -> None:
    with pytest.raises(ValueError, match="names no schema"):
        PostgresDatabase("postgresql://localhost/db", name)
