"""The event store on a PostgreSQL that is killed, stands still, is full or cut off."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from random import Random

import psycopg
import pytest

from adapters.envelope import CommandRecord, Outcome, StoreUnavailable
from adapters.persistence.event_store_postgres import PostgresEventStore
from adapters.persistence.postgres_database import PostgresDatabase
from adapters.persistence.schema_version import SchemaTooNew
from tests.adapters.decisions import (
    COUNCIL,
    NODE_NAME,
    UNIVERSITY,
    Clock,
    decided,
    denied,
    draft,
)
from tests.cutting_proxy import CuttingProxy
from tests.postgres_server import PostgresServer

ELECTION = decided("elect", draft(COUNCIL, 2, opens="council"))
COUNCILS = (UNIVERSITY, "council")


def opened(address: str, patience: float = 1) -> PostgresEventStore:
    return PostgresEventStore(
        PostgresDatabase(address, patience=patience), NODE_NAME, Clock()
    )


@pytest.fixture
def store(postgres_address: str) -> Iterator[PostgresEventStore]:
    with closing(opened(postgres_address)) as store:
        store.append([decided("establish", draft(COUNCIL, 1))])
        yield store


@pytest.fixture
def proxy(postgres: PostgresServer) -> Iterator[CuttingProxy]:
    with CuttingProxy(postgres.port) as proxy:
        yield proxy


@pytest.fixture
def far_store(
    postgres: PostgresServer,
    proxy: CuttingProxy,
    postgres_address: str,
    store: PostgresEventStore,
) -> Iterator[PostgresEventStore]:
    """The same log, seen through the proxy."""
    direct, through = (f":{port}/" for port in (postgres.port, proxy.port))
    with closing(opened(postgres_address.replace(direct, through))) as far:
        yield far


def assert_nothing_came_of_it(store: PostgresEventStore) -> None:
    assert (store.position(), store.head(COUNCIL)) == (1, 1)
    assert store.owned(*COUNCILS) == ((), 0)
    assert store.outcome(UNIVERSITY, ELECTION.command_id) is None


def assert_it_works_again(store: PostgresEventStore) -> None:
    (answer,) = store.append([ELECTION])
    assert isinstance(answer, Outcome)
    assert answer.position == 2
    assert [event.feedseq for event in store.read(COUNCIL)] == [1, 2]
    assert store.owned(*COUNCILS) == ((COUNCIL,), 1)


def test_a_lost_answer_to_a_commit_is_told_by_the_command_record(
    store: PostgresEventStore, far_store: PostgresEventStore, proxy: CuttingProxy
) -> None:
    proxy.cut_after = b"COMMIT\0"
    with pytest.raises(StoreUnavailable):
        far_store.append([ELECTION])
    proxy.cut_after = None

    (repeated,) = far_store.append([ELECTION])
    assert isinstance(repeated, CommandRecord)
    assert repeated.outcome.position == 2
    assert store.outcome(UNIVERSITY, ELECTION.command_id) == repeated
    assert [position for position, _ in store.records(0, 10)] == [1, 2]


def test_a_commit_that_does_not_arrive_leaves_nothing(
    store: PostgresEventStore, far_store: PostgresEventStore, proxy: CuttingProxy
) -> None:
    proxy.cut_before = b"COMMIT"
    with pytest.raises(StoreUnavailable):
        far_store.append([ELECTION])
    proxy.cut_before = None

    assert_nothing_came_of_it(store)
    assert_it_works_again(far_store)


def test_what_was_acknowledged_outlives_a_kill_of_the_server(
    postgres: PostgresServer, store: PostgresEventStore
) -> None:
    before = store.records(0, 10)
    postgres.kill()
    with pytest.raises(StoreUnavailable):
        store.append([ELECTION])
    with pytest.raises(StoreUnavailable):
        store.read(COUNCIL)

    postgres.start()
    assert store.records(0, 10) == before
    assert_nothing_came_of_it(store)
    assert_it_works_again(store)


def test_a_server_killed_under_writers_loses_and_doubles_nothing(
    postgres: PostgresServer, postgres_address: str, store: PostgresEventStore
) -> None:
    def write_on(writer: int) -> int:
        """Return how many were acknowledged before the first outage."""
        with closing(opened(postgres_address)) as mine:
            for version in range(1, 10_000):
                one = decided(f"{writer} {version}", draft(f"own/{writer}", version))
                try:
                    (answer,) = mine.append([one])
                except StoreUnavailable:
                    return version - 1
                assert isinstance(answer, Outcome)
        raise AssertionError("it was never killed")

    with ThreadPoolExecutor(4) as threads:
        running = [threads.submit(write_on, writer) for writer in range(4)]
        while store.position() < 200:
            pass
        postgres.kill()
        acknowledged = [each.result() for each in running]

    postgres.start()
    heads = [store.head(f"own/{writer}") for writer in range(4)]
    for head, known in zip(heads, acknowledged, strict=True):
        assert head in (known, known + 1)  # the one in hand may have come about
    total = 1 + sum(heads)
    positions = [position for position, _ in store.records(0, total + 10)]
    assert positions == list(range(1, total + 1))


def test_a_server_that_stands_still_is_unavailable_and_goes_on_later(
    postgres: PostgresServer, store: PostgresEventStore
) -> None:
    postgres.freeze()
    try:
        with pytest.raises(StoreUnavailable):
            store.append([ELECTION])
    finally:
        postgres.thaw()

    assert_nothing_came_of_it(store)
    assert_it_works_again(store)


def test_who_cannot_get_the_append_lock_gives_up(
    store: PostgresEventStore, postgres_address: str
) -> None:
    with psycopg.connect(postgres_address) as other:
        other.execute("SELECT * FROM adisteme.log_head FOR UPDATE")
        with pytest.raises(StoreUnavailable, match="timeout"):
            store.append([ELECTION])
        assert_nothing_came_of_it(store)
    assert_it_works_again(store)


def test_a_full_server_takes_nothing_and_goes_on_later(
    postgres: PostgresServer, store: PostgresEventStore
) -> None:
    noise = Random(583).randbytes(2_000_000).hex().encode()  # hard to compress
    large = b'{"title":"' + noise + b'"}'
    postgres.stop()
    postgres.start(largest_file=17 * 1024 * 1024)
    try:
        with pytest.raises(StoreUnavailable, match="File too large"):
            for version in range(1, 10):
                store.append([decided(f"{version}", draft("a/1", version, data=large))])
        kept = store.head("a/1")
        assert 0 < kept < 9
        assert store.position() == 1 + kept
    finally:
        postgres.stop()

    postgres.start()
    (answer,) = store.append([ELECTION])
    assert isinstance(answer, Outcome)
    assert answer.position == kept + 2


def test_a_newer_schema_is_refused_and_left_alone(
    store: PostgresEventStore, postgres_address: str
) -> None:
    with psycopg.connect(postgres_address) as later:
        later.execute("UPDATE adisteme.schema_version SET version = 99")

    with (
        closing(PostgresDatabase(postgres_address)) as database,
        pytest.raises(SchemaTooNew, match="events has schema 99, this program knows 3"),
    ):
        PostgresEventStore(database, NODE_NAME, Clock())


def test_many_processes_open_an_empty_database_at_once(postgres_address: str) -> None:
    def open_and_append(number: int) -> None:
        with closing(opened(postgres_address, patience=5)) as store:
            store.append([decided(f"{number}", draft(f"a/{number}", 1))])

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(open_and_append, range(8)))

    with closing(opened(postgres_address)) as store:
        assert [position for position, _ in store.records(0, 10)] == [*range(1, 9)]


def test_every_commit_is_flushed_to_the_disk(store: PostgresEventStore) -> None:
    with store.datastore.transaction(commit=True) as cursor:
        for setting in ("synchronous_commit", "fsync"):
            cursor.execute(f"SHOW {setting}".encode())
            assert cursor.fetchall() == [{setting: "on"}]


def test_no_append_reads_a_table_through(
    store: PostgresEventStore, postgres_address: str
) -> None:
    """A plan made while the tables are small is kept while they grow."""

    def scans() -> list[tuple[str, int]]:
        with store.datastore.get_connection() as connection:
            connection.execute("SELECT pg_stat_force_next_flush()")
        with psycopg.connect(postgres_address) as other:
            return other.execute(
                "SELECT relname, seq_scan FROM pg_stat_user_tables"
                " WHERE relname <> 'log_head' ORDER BY relname"
            ).fetchall()

    before = scans()
    for number in range(20):
        opening = draft(f"a/{number}", 1, opens="a", sets_kato="751310000")
        searches = {(UNIVERSITY, "a"): number}
        store.append(
            [decided(f"{number}", opening, reads={COUNCIL: 1}, searches=searches)]
        )
        store.read(f"a/{number}")
        store.records(number, 10)
        store.owned(UNIVERSITY, "a")
        store.head(f"a/{number}")
        store.outcome(UNIVERSITY, f"{number}")

    assert store.position() == 21
    assert scans() == before


def test_text_that_the_server_cannot_hold_is_no_outage(
    store: PostgresEventStore,
) -> None:
    assert store.refusals(code="DOC\0STATE") == []
    assert store.head("a\0b") == 0
    assert store.outcome("a\0b", "c\0d") is None
    odd = denied("odd", "A\0B")
    assert store.append([odd]) == [odd]
    (note,) = store.refusals()
    assert note.code == "A�B"


def test_a_bug_in_a_decision_leaves_the_lock_free(store: PostgresEventStore) -> None:
    gap = decided("gap", draft("a/1", 1), draft("a/1", 3))
    with pytest.raises(ValueError, match="3 after 1"):
        store.append([gap])
    assert_it_works_again(store)


def test_events_enter_by_append_alone(store: PostgresEventStore) -> None:
    with pytest.raises(NotImplementedError, match="append"):
        store.insert_events([])


def test_a_lease_has_one_holder_until_it_ends(
    store: PostgresEventStore, postgres_address: str
) -> None:
    assert store.hold("relay", "one", 60)
    assert not store.hold("relay", "two", 60)
    assert store.hold("clock", "two", 60)
    assert store.hold("relay", "one", 60)

    with psycopg.connect(postgres_address) as other:
        other.execute("UPDATE adisteme.lease SET until = clock_timestamp()")
    assert store.hold("relay", "two", 60)
    assert not store.hold("relay", "one", 60)

    assert store.hold("relay", "two", 0)
    assert store.hold("relay", "one", 60)


def test_of_many_who_reach_for_a_lease_one_gets_it(store: PostgresEventStore) -> None:
    with ThreadPoolExecutor(8) as threads:
        for turn in range(10):
            got = threads.map(
                lambda holder, name=f"{turn}": store.hold(name, f"{holder}", 60),
                range(8),
            )
            assert sum(got) == 1
