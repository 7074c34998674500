"""Processes that write to one log at once, and others that follow it meanwhile."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from hashlib import sha256
from itertools import count
from multiprocessing import get_context
from typing import NamedTuple

from adapters.envelope import CommandRecord, Denial, Outcome, Stale, Verdict
from adapters.persistence.event_store_postgres import PostgresEventStore
from adapters.persistence.postgres_database import PostgresDatabase
from tests.adapters.decisions import NODE_NAME, Clock, decided, draft

OWN_EVENTS = 15
SHARED_STREAMS = 4
PAGE = 200
TAILER_SECONDS = 300.0

_TAKE_NUMBERS = b"""INSERT INTO stored_events
    SELECT number, 'unlocked', number, 'council.established.v1', ''
    FROM (SELECT nextval('unlocked') AS number FROM generate_series(1, %s)) AS taken
    RETURNING notification_id"""


class UnlockedStore(PostgresEventStore):
    """What a sequence promises: each number once, but not in the order of commits."""

    def append(
        self, verdicts: Sequence[Verdict]
    ) -> list[Outcome | Denial | Stale | CommandRecord]:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(_TAKE_NUMBERS, (len(verdicts),))
            numbers = [row["notification_id"] for row in cursor.fetchall()]
            # Every append has something to do between its numbers and its commit.
            cursor.execute("SELECT pg_sleep(random() / 100)")
        return [
            Outcome(command_id="", stream="", version=0, position=number, events=())
            for number in numbers
        ]


class Followed(NamedTuple):
    """What a tailer has seen: the last position, how many, and all in its order."""

    last: int
    records: int
    digest: str


class Contention(NamedTuple):
    """`answers` counts those of all writers by type."""

    answers: Counter[str]
    followed: list[Followed]


Opened = Callable[[PostgresDatabase, str, Clock], PostgresEventStore]


def contend(
    opened: Opened, address: str, *, writers: int, tailers: int, events: int
) -> Contention:
    """Let writers append until there are so many events, and tailers follow."""
    with ProcessPoolExecutor(writers + tailers, get_context("spawn")) as processes:
        following = [
            processes.submit(_follow, opened, address, events) for _ in range(tailers)
        ]
        writing = [
            processes.submit(_write, opened, address, writer, events)
            for writer in range(writers)
        ]
        answers = sum((each.result() for each in writing), Counter[str]())
        return Contention(answers, [each.result() for each in following])


def assert_in_order(store: PostgresEventStore, followed: Followed) -> None:
    """A tailer saw every record of the log, once, in the order of positions."""
    log = list(_records(store, followed.last))
    assert followed == summary(log)


def summary(log: Sequence[tuple[int, bytes]]) -> Followed:
    digest = sha256()
    for position, record in log:
        digest.update(position.to_bytes(8) + sha256(record).digest())
    return Followed(log[-1][0], len(log), digest.hexdigest())


def _records(store: PostgresEventStore, until: int) -> Iterator[tuple[int, bytes]]:
    after = 0
    while after < until:
        page = store.records(after, PAGE)
        yield from (each for each in page if each[0] <= until)
        after = page[-1][0]


def _write(opened: Opened, address: str, writer: int, until: int) -> Counter[str]:
    answers: Counter[str] = Counter()
    with closing(opened(PostgresDatabase(address), NODE_NAME, Clock())) as store:
        version = 0
        for turn in count():
            shared = f"shared/{turn % SHARED_STREAMS}"
            raced = draft(shared, store.head(shared) + 1)
            batch = [
                decided(f"{writer} {turn} raced", raced),
                *(
                    decided(
                        f"{writer} {turn} {number}",
                        draft(f"own/{writer}", version + number),
                    )
                    for number in range(1, OWN_EVENTS + 1)
                ),
            ]
            found = store.append(batch)
            answers.update(type(answer).__name__ for answer in found)
            version += OWN_EVENTS
            last = found[-1]
            assert isinstance(last, Outcome)  # nobody else writes this stream
            if last.position >= until:
                break
    return answers


def _follow(opened: Opened, address: str, until: int) -> Followed:
    """Ask for what comes after the last one seen, without pause."""
    deadline = time.monotonic() + TAILER_SECONDS
    seen: list[tuple[int, bytes]] = []
    after = 0
    with closing(opened(PostgresDatabase(address), NODE_NAME, Clock())) as store:
        while after < until:
            page = store.records(after, PAGE)
            seen += page
            after = page[-1][0] if page else after
            if time.monotonic() > deadline:
                raise TimeoutError(f"only {after} of {until} events were seen")
    return summary(seen)
