"""The view store: rows of any projection, their position, and queries over them."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal  # a store takes projections of any rows

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from adapters.persistence.postgres_database import PostgresDatabase
from adapters.persistence.view_store_postgres import PostgresViewStore
from adapters.persistence.view_store_sqlite import SqliteViewStore
from adapters.views import Parked, Skipped, Wish, shadow_of
from projections.projection import Key, Projection, Recorded

ViewStore = SqliteViewStore | PostgresViewStore
Open = Callable[..., ViewStore]


class Step(Struct, frozen=True):
    body: str
    is_positive: bool | None = None


class PlanStatus(Struct, frozen=True, kw_only=True):
    owner: str
    order: int
    state: Literal["DRAFT", "READY"] = "DRAFT"
    is_late: bool = False
    was_late: bool | None = None
    due: date | None = None
    changed_at: datetime | None = None
    share: float | None = None
    missing_bodies: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    hours: dict[str, int] = {}
    marks: dict[int, str] | None = None


class PlanHeader(Struct, frozen=True):
    owner: str
    total: int


def by_owner(recorded: Recorded) -> Sequence[Key]:
    return [(recorded.owner, 1)]


def unchanged(
    row: PlanStatus | None, recorded: Recorded, key: Key
) -> PlanStatus | None:
    return row


def header(row: PlanHeader | None, recorded: Recorded, key: Key) -> PlanHeader | None:
    return row


PLANS = Projection(
    name="plan_status",
    row=PlanStatus,
    key=("owner", "order"),
    keys=by_owner,
    fold=unchanged,
    indexes=(("state", "due"), ("owner", "state")),
)
HEADERS = Projection(
    name="plan_header", row=PlanHeader, key=("owner",), keys=by_owner, fold=header
)

MARCH = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FULL = PlanStatus(
    owner="Abai",
    order=1,
    state="READY",
    is_late=True,
    was_late=False,
    due=MARCH,
    changed_at=NOON + timedelta(microseconds=500),
    share=0.5,
    missing_bodies=("council", "null"),
    steps=(Step("department", True), Step("council")),
    hours={"lectures": 30},
    marks={5: "excellent"},
)
BARE = PlanStatus(owner="Abai", order=2)
OTHER = PlanStatus(owner="Satbayev", order=1, missing_bodies=("department",))


@pytest.fixture(params=["sqlite", "postgres"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same views every time, for the projections given."""
    opened: list[ViewStore] = []
    address = (
        request.getfixturevalue("postgres_address")
        if request.param == "postgres"
        else None
    )

    def open_another(*projections: Projection[Any]) -> ViewStore:  # of any rows
        given = projections or (PLANS, HEADERS)
        store: ViewStore
        if address is None:
            store = SqliteViewStore(tmp_path / "views.sqlite", given)
        else:
            store = PostgresViewStore(PostgresDatabase(address), given)
        opened.append(store)
        return store

    yield open_another
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Open) -> ViewStore:
    return open_store()


def keep(store: ViewStore, *rows: PlanStatus) -> None:
    before = store.position(PLANS.name)
    kept: dict[Key, PlanStatus | None] = {(row.owner, row.order): row for row in rows}
    assert store.save(PLANS, before, before + 1, kept)


def test_a_row_comes_back_as_it_was(open_store: Open) -> None:
    keep(open_store(), FULL, BARE)

    store = open_store()
    assert store.get(PLANS, ("Abai", 1)) == FULL
    assert store.get(PLANS, ("Abai", 2)) == BARE
    assert store.get(PLANS, ("Abai", 3)) is None
    assert store.load(PLANS, [("Abai", 1), ("Abai", 9), ("Abai", 2)]) == {
        ("Abai", 1): FULL,
        ("Abai", 2): BARE,
    }


def test_rows_and_position_are_saved_together_or_not_at_all(
    store: ViewStore,
) -> None:
    assert store.position(PLANS.name) == 0
    assert store.save(PLANS, 0, 7, {("Abai", 1): FULL, ("Abai", 2): BARE})
    assert not store.save(PLANS, 0, 9, {("Abai", 1): None, ("Satbayev", 1): OTHER})

    assert store.position(PLANS.name) == 7
    assert store.position(HEADERS.name) == 0
    assert store.count(PLANS, {}) == 2
    assert store.save(PLANS, 7, 9, {("Abai", 1): None, ("Abai", 5): None})
    assert store.position(PLANS.name) == 9
    assert store.get(PLANS, ("Abai", 1)) is None


def test_a_row_that_cannot_be_written_keeps_the_position(
    store: ViewStore,
) -> None:
    beyond = msgspec.structs.replace(BARE, order=2**70)
    with pytest.raises((OverflowError, psycopg.DataError)):
        store.save(PLANS, 0, 1, {("Abai", 1): FULL, ("Abai", 2): beyond})

    assert store.position(PLANS.name) == 0
    assert store.count(PLANS, {}) == 0


def test_of_two_writers_at_one_position_only_one_succeeds(open_store: Open) -> None:
    stores = [open_store(), open_store()]

    def climb(writer: int) -> int:
        won = 0
        while (position := stores[writer].position(PLANS.name)) < 100:
            row = msgspec.structs.replace(BARE, order=position)
            won += stores[writer].save(
                PLANS, position, position + 1, {("Abai", position): row}
            )
        return won

    with ThreadPoolExecutor(2) as threads:
        assert sum(threads.map(climb, range(2))) == 100
    assert stores[0].count(PLANS, {}) == 100


def header_view(*columns: Any) -> Projection[Any]:  # fields as defstruct takes them
    row = msgspec.defstruct("PlanHeader", columns, frozen=True)
    return Projection(
        name="plan_header", row=row, key=("owner",), keys=by_owner, fold=last
    )


def last(row: Struct | None, recorded: Recorded, key: Key) -> Struct | None:
    return row


def test_a_changed_column_drops_that_view_and_no_other(open_store: Open) -> None:
    store = open_store()
    keep(store, FULL)
    assert store.save(HEADERS, 0, 3, {("Abai",): PlanHeader("Abai", 1)})
    changed = header_view(("owner", str), ("total", str))
    again = open_store(PLANS, changed)

    assert again.position(HEADERS.name) == 0
    assert again.get(changed, ("Abai",)) is None
    assert again.position(PLANS.name) == 1
    assert again.get(PLANS, ("Abai", 1)) == FULL
    assert again.open_wishes() == []


def test_rows_can_be_read_under_new_columns_until_they_are_rebuilt(
    open_store: Open,
) -> None:
    assert open_store().save(HEADERS, 0, 3, {("Abai",): PlanHeader("Abai", 1)})
    late, marks = ("late", int, 7), ("marks", tuple[str, ...], ("a", "b"))
    changed = header_view(("owner", str), late, marks, ("due", date | None, None))
    again = open_store(PLANS, changed)

    found = again.get(changed, ("Abai",))
    assert found is not None
    assert msgspec.structs.astuple(found) == ("Abai", 7, ("a", "b"), None)
    assert again.position(HEADERS.name) == 3
    (wish,) = again.open_wishes()
    assert (wish.kind, wish.view, wish.by) == ("rebuild", HEADERS.name, "node")
    more: dict[Key, Any] = {("Satbayev",): changed.row("Satbayev", 8, (), MARCH)}
    assert again.save(changed, 3, 4, more)
    third = open_store(PLANS, changed)
    assert third.get(changed, ("Satbayev",)) == more[("Satbayev",)]
    assert len(third.open_wishes()) == 1


def test_queries_ask_for_values_for_one_of_several_and_for_an_item(
    store: ViewStore,
) -> None:
    keep(store, FULL, BARE, OTHER)
    by_key = ("owner", "order")

    def found(**where: Any) -> list[PlanStatus]:  # values of any column
        rows = store.select(PLANS, where, by_key, None, 10)
        assert store.count(PLANS, where) == len(rows)
        return rows

    assert found() == [FULL, BARE, OTHER]
    assert found(owner="Abai", state="DRAFT") == [BARE]
    assert found(is_late=True) == [FULL]
    assert found(is_late=False) == [BARE, OTHER]
    assert found(due=None) == [BARE, OTHER]
    assert found(due=MARCH) == [FULL]
    assert found(changed_at=FULL.changed_at) == [FULL]
    assert found(order=[2, 3]) == [BARE]
    assert found(due=[MARCH, None], owner=["Abai"]) == [FULL, BARE]
    assert found(was_late=[False]) == [FULL]
    assert found(owner=[]) == []
    assert found(missing_bodies__has="department") == [OTHER]
    assert found(missing_bodies__has=["council", "department"]) == [FULL, OTHER]
    assert found(owner="Abai' OR TRUE --") == []


def test_queries_ask_for_days_and_times_up_to_a_bound_and_from_one_on(
    store: ViewStore,
) -> None:
    keep(store, FULL, BARE, OTHER)
    assert FULL.due == MARCH and FULL.changed_at is not None
    day, moment = timedelta(days=1), timedelta(microseconds=1)

    def found(**where: Any) -> list[PlanStatus]:  # values of any column
        return store.select(PLANS, where, ("owner", "order"), None, 10)

    assert found(due__until=MARCH) == found(due__since=MARCH) == [FULL]
    assert found(due__until=MARCH - day) == found(due__since=MARCH + day) == []
    assert found(changed_at__until=FULL.changed_at) == [FULL]
    assert found(changed_at__until=FULL.changed_at - moment) == []
    assert found(changed_at__since=FULL.changed_at, owner=FULL.owner) == [FULL]


def test_rows_are_counted_by_what_they_have_in_common(store: ViewStore) -> None:
    keep(store, FULL, BARE, OTHER)

    def counted(*by: str, **where: Any) -> dict[tuple[str | None, ...], int]:
        return dict(store.tally(PLANS, by, where))

    rows = [FULL, BARE, OTHER]
    owners = {(row.owner,) for row in rows}
    assert set(counted("owner")) == owners
    assert sum(counted("owner", "state").values()) == len(rows)
    assert counted("state", owner="Abai", is_late=True) == {(FULL.state,): 1}
    assert counted("state", owner="nobody") == {}


def test_only_columns_of_the_row_can_be_named(store: ViewStore) -> None:
    with pytest.raises(ValueError, match="no column"):
        store.count(PLANS, {'owner" OR TRUE --': "Abai"})
    with pytest.raises(ValueError, match="no column"):
        store.select(PLANS, {}, ["owner; DROP TABLE plan_status"], None, 1)


def test_times_are_ordered_as_times_whatever_their_zone(store: ViewStore) -> None:
    almaty = timezone(timedelta(hours=5))
    times = [
        (NOON - timedelta(seconds=1)).astimezone(almaty),
        NOON,
        NOON + timedelta(microseconds=1),
    ]
    keep(
        store,
        *(
            PlanStatus(owner="Abai", order=number, changed_at=at)
            for number, at in enumerate(times)
        ),
    )

    found = store.select(PLANS, {}, ["changed_at"], None, 10)
    assert [row.changed_at for row in found] == times


def test_the_declared_indexes_serve_a_filter_and_the_next_page(
    tmp_path: Path,
) -> None:
    SqliteViewStore(tmp_path / "views.sqlite", [PLANS]).close()
    with closing(sqlite3.connect(tmp_path / "views.sqlite")) as other:
        ((*_, plan),) = other.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM plan_status AS view"
            " WHERE view.state IS ? AND (view.due) > (?) ORDER BY view.due",
            ("READY", "2026-03-02"),
        )
    assert re.search(r"plan_status\.0\.\w+ \(state=\? AND due>\?\)", plan)


def test_the_declared_indexes_serve_it_in_postgresql(postgres_address: str) -> None:
    PostgresViewStore(PostgresDatabase(postgres_address), [PLANS]).close()
    with psycopg.connect(postgres_address) as other:
        other.execute("SET enable_seqscan = off; SET enable_sort = off")
        found = other.execute(
            "EXPLAIN SELECT * FROM adisteme.plan_status AS view WHERE view.state = 'R'"
            " AND (view.due) > ('2026-03-02') ORDER BY view.due NULLS FIRST"
        ).fetchall()
    plan = "\n".join(line for (line,) in found)
    assert "Index Cond: ((state = 'R'::text) AND (due > '2026-03-02'::date))" in plan


TEXTS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=3)
ROWS = st.builds(
    PlanStatus,
    owner=st.sampled_from(("Abai", "Satbayev")),
    order=st.integers(0, 9),
    due=st.none() | st.dates(MARCH, MARCH + timedelta(days=2)),
    was_late=st.none() | st.booleans(),
    missing_bodies=st.lists(TEXTS, max_size=2).map(tuple),
    hours=st.dictionaries(TEXTS, st.integers(0, 9), max_size=2),
)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(ROWS, max_size=12), size=st.integers(1, 4))
def test_pages_show_every_row_once_and_in_order(
    store: ViewStore, rows: list[PlanStatus], size: int
) -> None:
    present = store.select(PLANS, {}, ["owner", "order"], None, 100)
    wanted: dict[Key, PlanStatus] = {(row.owner, row.order): row for row in rows}
    changes: dict[Key, PlanStatus | None] = {
        (row.owner, row.order): None for row in present
    }
    changes.update(wanted)
    position = store.position(PLANS.name)
    assert store.save(PLANS, position, position + 1, changes)

    order = ("due", "was_late", "owner", "order")
    shown: list[PlanStatus] = []
    after: tuple[Any, ...] | None = None  # values of any column
    while page := store.select(PLANS, {}, order, after, size):
        shown += page
        after = tuple(getattr(page[-1], name) for name in order)

    def absent_first(row: PlanStatus) -> tuple[date, int, str, int]:
        late = -1 if row.was_late is None else int(row.was_late)
        return (row.due or date.min, late, row.owner, row.order)

    assert shown == sorted(wanted.values(), key=absent_first)


def parked(position: int, stream: str = "plan/1", error: str | None = None) -> Parked:
    return Parked(stream, position, b"{\xff\x00}", error)


def test_what_is_parked_stands_with_the_position(store: ViewStore) -> None:
    waiting = [parked(3, error="KeyError\x00"), parked(5), parked(4, "plan/2", "x")]
    assert store.save(PLANS, 0, 5, {}, parked=waiting)
    assert not store.save(PLANS, 0, 6, {}, parked=[parked(6)])
    assert [each.position for each in store.parked(PLANS.name, "plan/1")] == [3, 5]
    assert store.parked(PLANS.name, "plan/1")[1] == parked(5)
    streams = [
        (each.stream, each.position, each.events)
        for each in store.parked_streams(PLANS.name)
    ]
    assert streams == [("plan/1", 3, 2), ("plan/2", 4, 1)]
    assert store.parked_at(PLANS.name, 5) == parked(5)
    assert store.parked_at(PLANS.name, 9) is None
    assert store.parked_streams(HEADERS.name) == []


def test_what_is_folded_at_last_gives_way_under_a_new_revision(
    store: ViewStore,
) -> None:
    assert store.save(PLANS, 0, 5, {}, parked=[parked(3, error="x"), parked(5)])
    before = store.standing(PLANS.name)
    rows: dict[Key, PlanStatus | None] = {("Abai", 1): FULL}
    assert store.save(
        PLANS, 5, 5, rows, revision=before.revision, unparked="plan/1", parked=[]
    )
    assert store.parked_streams(PLANS.name) == []
    assert store.get(PLANS, ("Abai", 1)) == FULL
    assert store.standing(PLANS.name).position == 5
    assert not store.save(PLANS, 5, 6, {}, revision=before.revision)
    assert store.save(PLANS, 5, 6, {}, revision=store.standing(PLANS.name).revision)


def test_a_shadow_takes_the_place_of_a_view_with_all_it_has(store: ViewStore) -> None:
    shadow = shadow_of(PLANS)
    for _ in range(2):
        keep(store, FULL, OTHER)
        assert store.save(PLANS, store.position(PLANS.name), 20, {}, parked=[parked(9)])
        store.begin(shadow)
        assert store.save(shadow, 0, 19, {("Abai", 2): BARE}, parked=[parked(7)])
        assert not store.swap(PLANS, shadow)
        assert store.save(shadow, 19, 21, {})
        before = store.standing(PLANS.name).revision
        assert store.swap(PLANS, shadow)
        assert store.select(PLANS, {}, ["owner", "order"], None, 9) == [BARE]
        assert [each.position for each in store.parked_streams(PLANS.name)] == [7]
        assert store.parked_streams(shadow.name) == []
        assert store.position(PLANS.name) == 21
        assert not store.save(PLANS, 21, 22, {}, revision=before)
        store.begin(PLANS)
        assert store.count(PLANS, {}) == 0
        assert store.parked_streams(PLANS.name) == []


def test_wishes_and_skips_are_kept(store: ViewStore, open_store: Open) -> None:
    wish = Wish(kind="skip", view="x", position=4, reason="r", by="Ann", at=NOON)
    first, second = store.wish([wish, wish])
    assert [each.id for each in store.open_wishes()] == [first, second]
    store.finish_wish(first, "done")
    store.finish_wish(first, "again")
    again = open_store()
    found = again.find_wish(first)
    assert found == msgspec.structs.replace(wish, id=first, outcome="done")
    assert [each.id for each in again.open_wishes()] == [second]
    assert again.find_wish(99) is None

    skipped = Skipped(view=PLANS.name, position=4, reason="r", by="Ann", at=NOON)
    store.skip(skipped)
    store.skip(msgspec.structs.replace(skipped, by="Bob"))
    assert again.skipped(PLANS.name) == [skipped]
    assert again.skipped(HEADERS.name) == []


def test_a_character_that_postgresql_cannot_hold_does_no_harm(
    postgres_address: str,
) -> None:
    store = PostgresViewStore(PostgresDatabase(postgres_address), [PLANS])
    keep(store, FULL, BARE, OTHER)
    assert store.get(PLANS, ("Abai\0", 1)) is None
    assert store.count(PLANS, {"owner": "Abai\0"}) == 0
    assert store.count(PLANS, {"owner": ["Abai\0", "Satbayev"]}) == 1
    assert store.count(PLANS, {"missing_bodies__has": "council\0"}) == 0
    after = store.select(PLANS, {}, ["owner", "order"], ("Abai\0", 1), 9)
    assert after == [OTHER]
    steps = (Step("a\0b"), Step("a\\u0000"))
    keep(store, msgspec.structs.replace(BARE, steps=steps, missing_bodies=("\0",)))
    found = store.get(PLANS, ("Abai", 2))
    assert found is not None
    assert found.steps == (Step("a\ufffdb"), Step("a\\u0000"))
    assert found.missing_bodies == ("\ufffd",)
    store.close()
