"""The order of positions is that of commits, however many processes append at once."""

from contextlib import closing

import psycopg
import pytest

from adapters.persistence.event_store_postgres import PostgresEventStore
from adapters.persistence.postgres_database import PostgresDatabase
from tests.adapters.decisions import NODE_NAME, Clock
from tests.contention import UnlockedStore, assert_in_order, contend

WRITERS = 8
TAILERS = 2
EVENTS = 4_000


def test_no_tailer_misses_or_misorders_an_event(
    postgres_address: str, events: int = EVENTS, tailers: int = TAILERS
) -> None:
    with closing(
        PostgresEventStore(PostgresDatabase(postgres_address), NODE_NAME, Clock())
    ) as store:
        contention = contend(
            PostgresEventStore,
            postgres_address,
            writers=WRITERS,
            tailers=tailers,
            events=events,
        )

        total = store.position()
        assert total >= events
        assert contention.answers["Outcome"] == total
        assert contention.answers["Stale"] > 0
        for followed in contention.followed:
            assert followed.records == followed.last >= events  # no gap
            assert_in_order(store, followed)


def test_without_the_lock_tailers_do_miss_events(
    postgres_address: str, events: int = EVENTS, tailers: int = TAILERS
) -> None:
    with closing(
        UnlockedStore(PostgresDatabase(postgres_address), NODE_NAME, Clock())
    ) as store:
        with psycopg.connect(postgres_address) as other:
            other.execute("CREATE SEQUENCE adisteme.unlocked")
        contention = contend(
            UnlockedStore,
            postgres_address,
            writers=WRITERS,
            tailers=tailers,
            events=events,
        )

        with pytest.raises(AssertionError):
            for followed in contention.followed:
                assert_in_order(store, followed)
