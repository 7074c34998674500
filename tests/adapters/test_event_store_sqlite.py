"""The event store when its SQLite file is full, locked, closed or not its own."""

import resource
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import pytest

from adapters.envelope import Outcome, StoreUnavailable
from adapters.persistence.event_store_sqlite import SqliteEventStore
from adapters.persistence.schema_version import SchemaTooNew
from tests.adapters.decisions import (
    COUNCIL,
    NODE_NAME,
    OFFICE,
    UNIVERSITY,
    Clock,
    decided,
    draft,
)

LONG = b'{"title":"' + b"x" * 200_000 + b'"}'
ELECTION = decided("elect", draft(COUNCIL, 2, data=LONG, opens="council"))
COUNCILS = (UNIVERSITY, "council")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteEventStore]:
    store = SqliteEventStore(path, NODE_NAME, Clock(), patience=0.1)
    store.append([decided("establish", draft(COUNCIL, 1))])
    yield store
    store.close()


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """As on a full disk, the process can write no file beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def assert_nothing_came_of_it(store: SqliteEventStore) -> None:
    assert (store.position(), store.head(COUNCIL)) == (1, 1)
    assert store.owned(*COUNCILS) == ((), 0)
    assert store.outcome(UNIVERSITY, ELECTION.command_id) is None


def assert_it_works_again(store: SqliteEventStore) -> None:
    (answer,) = store.append([ELECTION])
    assert isinstance(answer, Outcome)
    assert answer.position == 2
    assert [event.feedseq for event in store.read(COUNCIL)] == [1, 2]
    assert store.owned(*COUNCILS) == ((COUNCIL,), 1)


def test_a_full_file_takes_nothing_and_goes_on_later(store: SqliteEventStore) -> None:
    with store.datastore.transaction(commit=False) as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + 2}")

    with pytest.raises(StoreUnavailable, match="full"):
        store.append([ELECTION])
    assert_nothing_came_of_it(store)

    with store.datastore.transaction(commit=False) as cursor:
        cursor.execute("PRAGMA max_page_count = 100000")
    assert_it_works_again(store)


def test_a_commit_that_fails_leaves_nothing(
    store: SqliteEventStore, path: Path
) -> None:
    # All pages of the batch fit into memory: only the commit writes to the journal.
    journal = path.with_name(path.name + "-wal")
    with (
        largest_file(journal.stat().st_size + 20_000),
        pytest.raises(StoreUnavailable),
    ):
        store.append([ELECTION])
    assert_nothing_came_of_it(store)
    assert_it_works_again(store)


def test_a_file_locked_by_another_process_is_unavailable_until_released(
    store: SqliteEventStore, path: Path
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            store.append([ELECTION])
        assert_nothing_came_of_it(store)
    assert_it_works_again(store)


def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="unable to open"):
        SqliteEventStore(tmp_path / "missing" / "log.sqlite", NODE_NAME, Clock())

    (tmp_path / "letter").write_text("Dear council, " * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        SqliteEventStore(tmp_path / "letter", NODE_NAME, Clock())


def test_a_closed_store_is_unavailable(store: SqliteEventStore) -> None:
    store.close()

    with pytest.raises(StoreUnavailable, match="closed"):
        store.append([ELECTION])
    with pytest.raises(StoreUnavailable, match="closed"):
        store.head(COUNCIL)


def test_closing_waits_for_those_who_read_and_write(tmp_path: Path) -> None:
    def read_on(store: SqliteEventStore) -> None:
        with pytest.raises(StoreUnavailable):
            while True:
                store.read(COUNCIL)

    def write_on(store: SqliteEventStore) -> None:
        with pytest.raises(StoreUnavailable):
            for version in count(1):
                store.append([decided(f"elect {version}", draft(COUNCIL, version))])

    with ThreadPoolExecutor(4) as threads:
        for number in range(10):
            store = SqliteEventStore(tmp_path / f"{number}", NODE_NAME, Clock())
            tasks = (read_on, read_on, read_on, write_on)
            running = [threads.submit(task, store) for task in tasks]
            while store.position() < 2:
                pass
            store.close()
            for each in running:
                each.result()


def test_a_wrong_statement_is_a_bug_and_no_outage(store: SqliteEventStore) -> None:
    with (
        pytest.raises(sqlite3.OperationalError, match="no such table"),
        store.datastore.transaction(commit=True) as cursor,
    ):
        cursor.execute("SELECT * FROM councils")
    assert_it_works_again(store)


def test_a_newer_schema_is_refused_and_left_alone(
    store: SqliteEventStore, path: Path
) -> None:
    store.close()
    with closing(sqlite3.connect(path)) as later:
        later.execute("PRAGMA user_version = 99")

    with pytest.raises(SchemaTooNew, match=r"schema 99, this program knows 3"):
        SqliteEventStore(path, NODE_NAME, Clock())
    with closing(sqlite3.connect(path)) as later:
        assert later.execute("PRAGMA user_version").fetchone() == (99,)


def test_opening_twice_changes_nothing(store: SqliteEventStore, path: Path) -> None:
    with closing(SqliteEventStore(path, NODE_NAME, Clock())) as again:
        assert again.records(0, 10) == store.records(0, 10)
        again.append([decided("appoint", draft(OFFICE, 1))])
    assert (store.head(OFFICE), store.position()) == (1, 2)


def test_every_commit_is_flushed_to_the_disk(store: SqliteEventStore) -> None:
    with store.datastore.transaction(commit=True) as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone()[0] == 2  # FULL
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone()[0] == "wal"


def test_positions_survive_a_vacuum(store: SqliteEventStore, path: Path) -> None:
    assert_it_works_again(store)
    before = store.records(0, 10)
    store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("VACUUM")

    with closing(SqliteEventStore(path, NODE_NAME, Clock())) as again:
        assert again.records(0, 10) == before


def test_events_enter_by_append_alone(store: SqliteEventStore) -> None:
    with pytest.raises(NotImplementedError, match="append"):
        store.insert_events([])
