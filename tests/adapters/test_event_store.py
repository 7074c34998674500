"""What every event store promises; each kind of store runs through the same tests."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.envelope import CommandRecord, Outcome, Stale, open_record, seal
from adapters.persistence.event_store_postgres import PostgresEventStore
from adapters.persistence.event_store_sqlite import SqliteEventStore
from adapters.persistence.postgres_database import PostgresDatabase
from tests.adapters.decisions import (
    COLLEGE,
    COUNCIL,
    NODE_NAME,
    OFFICE,
    SPRING,
    UNIVERSITY,
    Clock,
    decided,
    denied,
    draft,
)

EventStore = SqliteEventStore | PostgresEventStore

COUNCILS = (UNIVERSITY, "council")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgres"])
def open_store(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> Iterator[Callable[[], EventStore]]:
    """Opens the same log every time it is called."""
    opened: list[EventStore] = []
    on_postgres = request.param == "postgres"
    address = request.getfixturevalue("postgres_address") if on_postgres else ""

    def open_another() -> EventStore:
        store: EventStore
        if on_postgres:
            store = PostgresEventStore(PostgresDatabase(address), NODE_NAME, clock)
        else:
            store = SqliteEventStore(tmp_path / "log.sqlite", NODE_NAME, clock)
        opened.append(store)
        return store

    yield open_another
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], EventStore]) -> EventStore:
    return open_store()


def accepted(answer: object) -> Outcome:
    assert isinstance(answer, Outcome)
    return answer


def test_an_empty_log_has_no_heads(store: EventStore) -> None:
    assert store.position() == 0
    assert store.head(COUNCIL) == 0
    assert store.read(COUNCIL) == []
    assert store.records(0, 10) == []
    assert store.owned(UNIVERSITY, "council") == ((), 0)
    assert store.append([]) == []


def test_a_decision_over_two_streams_is_written_as_one(store: EventStore) -> None:
    (answer,) = store.append(
        [
            decided(
                "establish",
                draft(COUNCIL, 1),
                draft(OFFICE, 1, tag="office.head-appointed.v1"),
                draft(COUNCIL, 2, tag="council.member-elected.v1"),
            )
        ]
    )

    outcome = accepted(answer)
    assert (outcome.stream, outcome.version, outcome.position) == (COUNCIL, 2, 3)
    assert outcome.events == (
        "council.established.v1",
        "office.head-appointed.v1",
        "council.member-elected.v1",
    )
    assert [(each.sequence, each.streamversion) for each in store.read(COUNCIL)] == [
        (1, 1),
        (3, 2),
    ]
    assert [each.tag for each in store.read(COUNCIL, after=1)] == [
        "council.member-elected.v1"
    ]
    assert (store.head(COUNCIL), store.head(OFFICE), store.position()) == (2, 1, 3)


def test_the_stored_bytes_are_those_of_the_sealed_record(
    store: EventStore,
) -> None:
    established = draft(COUNCIL, 1)
    decision = decided("establish", established)
    store.append([decision])

    sealed = seal(
        established,
        decision,
        node=NODE_NAME,
        position=1,
        feed_number=1,
        recorded_at=SPRING,
        kato="000000000",
        owner_levels=(),
    )
    assert store.records(0, 10) == [(1, sealed)]


def test_recorded_time_never_goes_back_when_the_clock_does(
    open_store: Callable[[], EventStore], clock: Clock
) -> None:
    for version, hours in enumerate((0, -5, 1, -9), start=1):
        clock.now = SPRING + timedelta(hours=hours)
        # Opened anew each time: what was recorded last is no memory of the process.
        open_store().append([decided(f"at {hours}", draft(COUNCIL, version))])

    recorded = [event.recordedtime - SPRING for event in open_store().read(COUNCIL)]
    assert recorded == [timedelta(hours=hours) for hours in (0, 0, 1, 1)]


def test_what_is_learnt_of_the_owner_counts_from_that_event_on(
    store: EventStore,
) -> None:
    moved = f"organisation/{UNIVERSITY}"
    store.append([decided("before", draft(moved, 1))])
    store.append(
        [
            decided("move", draft(moved, 2, sets_kato="751310000")),
            decided("declare", draft(moved, 3, sets_levels=("HE",))),
        ]
    )
    store.append([decided("after", draft(moved, 4))])

    assert [(event.kato, event.level) for event in store.read(moved)] == [
        ("000000000", "mixed"),
        ("751310000", "mixed"),
        ("751310000", "he"),
        ("751310000", "he"),
    ]


def test_each_owner_and_scope_has_feed_numbers_without_gaps(
    store: EventStore,
) -> None:
    store.append(
        [
            decided("1", draft("a/1", 1), draft("b/1", 1, scope="own")),
            decided("lost", draft("c/1", 2), reads={"c/1": 1}),
            decided("2", draft("a/1", 2), draft("d/1", 1, owner=COLLEGE)),
        ]
    )
    store.append([decided("3", draft("a/1", 3), draft("b/1", 2, scope="own"))])

    events = [open_record(record) for _, record in store.records(0, 10)]
    assert [(event.feed.split("/", 1)[1], event.feedseq) for event in events] == [
        (f"{UNIVERSITY}/pub", 1),
        (f"{UNIVERSITY}/own", 1),
        (f"{UNIVERSITY}/pub", 2),
        (f"{COLLEGE}/pub", 1),
        (f"{UNIVERSITY}/pub", 3),
        (f"{UNIVERSITY}/own", 2),
    ]


def test_a_repeat_is_answered_from_the_record_and_writes_nothing(
    store: EventStore,
) -> None:
    first = decided("establish", draft(COUNCIL, 1), digest="a" * 64)
    again = decided("establish", draft(COUNCIL, 2), digest="b" * 64)

    outcome, within = store.append([first, again])
    (later,) = store.append([again])

    standing = CommandRecord("a" * 64, accepted(outcome))
    assert within == standing
    assert later == standing
    assert store.outcome(UNIVERSITY, first.command_id) == standing
    assert store.outcome(COLLEGE, first.command_id) is None
    assert store.position() == 1


def test_a_changed_read_makes_stale_without_harm_to_the_others(
    store: EventStore,
) -> None:
    store.append([decided("establish", draft(COUNCIL, 1))])

    before, stale, after = store.append(
        [
            decided("before", draft("a/1", 1)),
            decided("elect", draft(OFFICE, 1), draft("z/1", 1), reads={COUNCIL: 0}),
            decided("after", draft("b/1", 1), reads={COUNCIL: 1, "a/1": 1}),
        ]
    )

    assert accepted(before).position == 2
    assert stale == Stale((COUNCIL,), ())
    assert accepted(after).position == 3
    assert (store.head(OFFICE), store.head("z/1")) == (0, 0)
    elected = decided("elect")
    assert store.outcome(UNIVERSITY, elected.command_id) is None


def test_two_decisions_for_the_same_version_are_one_too_many(
    store: EventStore,
) -> None:
    answers = store.append(
        [decided("one", draft(COUNCIL, 1)), decided("two", draft(COUNCIL, 1))]
    )

    assert accepted(answers[0]).version == 1
    assert answers[1] == Stale((COUNCIL,), ())
    assert store.append([decided("gap", draft(COUNCIL, 3))]) == [Stale((COUNCIL,), ())]


def test_versions_that_leave_one_out_are_a_bug_and_cost_the_batch(
    store: EventStore,
) -> None:
    gap = decided("gap", draft(COUNCIL, 1), draft(COUNCIL, 3))

    with pytest.raises(ValueError, match="3 after 1"):
        store.append([decided("good", draft("a/1", 1)), gap])

    assert store.position() == 0


def test_a_search_that_missed_a_new_stream_is_stale(store: EventStore) -> None:
    opening = decided("open", draft(COUNCIL, 1, opens="council"))
    first, second = store.append(
        [opening, decided("missed", draft("a/1", 1), searches={COUNCILS: 0})]
    )
    (third,) = store.append([decided("seen", draft("a/1", 1), searches={COUNCILS: 1})])

    assert accepted(first).version == 1
    assert second == Stale((), (COUNCILS,))
    assert accepted(third).stream == "a/1"


def test_the_registry_lists_streams_in_the_order_in_which_they_entered(
    store: EventStore,
) -> None:
    second, third = "council/z.z", "council/a.a"
    store.append([decided("head only", draft(third, 1))])
    store.append([decided("first", draft(COUNCIL, 1, opens="council"))])
    store.append([decided("second", draft(second, 1, opens="council"))])
    store.append([decided("third", draft(third, 2, opens="council"))])
    store.append([decided("again", draft(COUNCIL, 2, opens="council"))])

    assert store.owned(*COUNCILS) == ((COUNCIL, second, third), 3)
    assert store.owned(COLLEGE, "council") == ((), 0)


def test_a_decision_without_events_is_accepted_once(store: EventStore) -> None:
    store.append([decided("establish", draft(COUNCIL, 1))])

    nothing = decided("nothing to do", reads={COUNCIL: 1})
    (answer,) = store.append([nothing])

    outcome = accepted(answer)
    assert (outcome.stream, outcome.version, outcome.position) == (COUNCIL, 1, 1)
    assert outcome.events == ()
    assert store.append([nothing]) == [CommandRecord("d" * 64, outcome)]
    assert store.position() == 1


def test_records_follow_each_other_from_any_position(store: EventStore) -> None:
    store.append([decided(f"{n}", draft("a/1", n)) for n in range(1, 11)])

    assert [position for position, _ in store.records(3, 4)] == [4, 5, 6, 7]
    assert [position for position, _ in store.records(8, 100)] == [9, 10]
    assert store.records(10, 100) == []


def test_refusals_are_kept_beside_the_log_newest_first(store: EventStore) -> None:
    codes = enumerate(("DOC-STATE", "R14-NOT-ELECTED", "DOC-STATE"))
    denials = [
        denied(f"{number}", code, at=SPRING + timedelta(minutes=number))
        for number, code in codes
    ]
    assert store.append(denials) == denials

    newest, middle, oldest = store.refusals()
    assert newest.at == SPRING + timedelta(minutes=2)
    assert newest.context == {"state": "DRAFT", "allowed": ["READY"]}
    assert store.refusals(code="DOC-STATE") == [newest, oldest]
    assert store.refusals(limit=1, before=newest.id) == [middle]
    assert store.count_refusals() == {"DOC-STATE": 2, "R14-NOT-ELECTED": 1}
    assert store.position() == 0


def test_a_refusal_stands_only_if_what_it_rests_on_stands_too(
    store: EventStore,
) -> None:
    first = decided("establish", draft(COUNCIL, 1, opens="council"))
    answers = store.append(
        [
            first,
            denied("too early", reads={COUNCIL: 0}),
            denied("missed", searches={COUNCILS: 0}),
            denied("establish"),
            denied("rightly", reads={COUNCIL: 1}, searches={COUNCILS: 1}),
        ]
    )

    assert answers == [
        accepted(answers[0]),
        Stale((COUNCIL,), ()),
        Stale((), (COUNCILS,)),
        CommandRecord("d" * 64, accepted(answers[0])),
        denied("rightly", reads={COUNCIL: 1}, searches={COUNCILS: 1}),
    ]
    (note,) = store.refusals()
    assert note.command_id == denied("rightly").command_id
    assert store.position() == 1


def test_a_thousand_conflicts_leave_no_gap(
    open_store: Callable[[], EventStore],
) -> None:
    stores = [open_store(), open_store()]
    stores[0].append([decided("open", draft("shared/0", 1), draft("shared/1", 1))])

    def race(runner: int) -> Counter[str]:
        answers: Counter[str] = Counter()
        store = stores[runner % 2]
        for turn in range(20):
            name = f"{runner}.{turn}"
            mine = decided(f"{name} mine", draft(f"own/{runner}", turn + 1))
            shared = f"shared/{turn % 2}"
            seen = store.head(shared)
            raced = decided(f"{name} raced", draft(shared, seen + 1, scope="own"))
            lost = [
                decided(f"{name} lost {n}", draft(f"lost/{n}", 1), reads={shared: 0})
                for n in range(13)
            ]
            batch = [*lost[:6], mine, *lost[6:], raced]
            answers.update(type(answer).__name__ for answer in store.append(batch))
        return answers

    with ThreadPoolExecutor(4) as threads:
        answers = sum(threads.map(race, range(4)), Counter())

    store = open_store()
    assert answers["Stale"] >= 1000
    total = 2 + answers["Outcome"]
    records = store.records(0, total + 10)
    assert [position for position, _ in records] == list(range(1, total + 1))
    events = [open_record(record) for _, record in records]
    assert [event.sequence for event in events] == list(range(1, total + 1))
    feeds = {event.feed for event in events}
    assert len(feeds) == 2
    for feed in feeds:
        numbers = [event.feedseq for event in events if event.feed == feed]
        assert numbers == list(range(1, len(numbers) + 1))
    assert all(store.head(f"own/{runner}") == 20 for runner in range(4))


STREAMS = st.sampled_from(("a", "b", "c", "d"))
PLANS = st.tuples(
    st.integers(0, 15),  # which command: some come twice
    st.lists(STREAMS, max_size=3),  # streams written, the same one perhaps twice
    st.dictionaries(STREAMS, st.sampled_from((0, 0, 0, 1)), max_size=2),  # reads, lag
)
_example = count()


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(batches=st.lists(st.lists(PLANS, max_size=6), max_size=4))
def test_a_decision_is_in_the_log_whole_or_not_at_all(
    store: EventStore,
    batches: list[list[tuple[int, list[str], dict[str, int]]]],
) -> None:
    example = next(_example)
    start = store.position()
    heads: Counter[str] = Counter()
    written: list[tuple[str, int, str]] = []
    known: set[str] = set()
    for batch in batches:
        seen = heads.copy()
        decisions, expected = [], []
        for command, streams, lags in batch:
            versions = seen.copy()
            drafts = []
            for stream in (f"{each}/{example}" for each in streams):
                versions[stream] += 1
                drafts.append(draft(stream, versions[stream]))
            reads = {
                f"{each}/{example}": seen[f"{each}/{example}"] + lag
                for each, lag in lags.items()
            }
            decision = decided(f"{example}/{command}", *drafts, reads=reads)
            decisions.append(decision)
            below = {each.stream: seen[each.stream] for each in drafts}
            rests_on = [*reads.items(), *below.items()]
            is_stale = any(heads[stream] != version for stream, version in rests_on)
            if decision.command_id in known:
                expected.append("CommandRecord")
            elif is_stale:
                expected.append("Stale")
            else:
                expected.append("Outcome")
                known.add(decision.command_id)
                for each in drafts:
                    heads[each.stream] = each.version
                    written.append((each.stream, each.version, decision.command_id))
        answers = store.append(decisions)
        assert [type(answer).__name__ for answer in answers] == expected

    records = store.records(start, len(written) + 1)
    assert [position for position, _ in records] == [
        start + number for number in range(1, len(written) + 1)
    ]
    events = [open_record(record) for _, record in records]
    assert [(e.subject, e.streamversion, e.commandid) for e in events] == written
    for stream, version in heads.items():
        assert store.head(stream) == version == len(store.read(stream))
