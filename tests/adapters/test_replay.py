"""P25: rows are a function of events, whatever was parked, skipped, killed, rebuilt."""

import dataclasses
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any  # rows of every projection
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.envelope import Decision, Draft, recorded, seal, tag_of
from adapters.jetstream.folding import ViewFold, entries_of, wanted_by
from adapters.jetstream.wishes import carry_out
from adapters.persistence.postgres_database import PostgresDatabase
from adapters.persistence.view_store_postgres import PostgresViewStore
from adapters.persistence.view_store_sqlite import SqliteViewStore
from adapters.views import AnyProjection, Wish, shadow_of
from domain.decider import Event
from domain.messages import SCOPES, encode
from projections.approval_stage import APPROVAL_STAGE
from projections.approval_status import APPROVAL_STATUS
from projections.org_directory import ORG_DIRECTORY
from projections.projection import Key, Recorded
from tests.adapters.bus import MORNING
from tests.adapters.decisions import UNIVERSITY, decided
from tests.domain.scenario import World
from tests.domain.stories import stories
from tests.postgres_server import PostgresServer

PROJECTIONS: tuple[AnyProjection, ...] = (
    ORG_DIRECTORY,
    APPROVAL_STATUS,
    APPROVAL_STAGE,
)
ViewStore = SqliteViewStore | PostgresViewStore
Rows = dict[Key, Any]

DECISION: Decision = decided("told")


def records_of(world: World) -> list[bytes]:
    """The story as a node would have recorded it."""
    return [
        record_of(position, entry.stream, entry.mark.version, entry.event)
        for position, entry in enumerate(world.log, 1)
    ]


def record_of(position: int, stream: str, version: int, event: Event) -> bytes:
    kind, _, rest = stream.partition("/")
    draft = Draft(
        stream=stream,
        version=version,
        tag=event.tag,
        data=encode(event),
        time=MORNING,
        owner=rest.partition(".")[0] if kind == "organisation" else UNIVERSITY,
        scope=SCOPES[type(event)],
        levels=(),
        rule=None,
    )
    return seal(
        draft,
        DECISION,
        node="local",
        position=position,
        feed_number=position,
        recorded_at=MORNING,
        kato="750000000",
        owner_levels=("HE",),
    )


class Poison:
    """Positions that cannot be decoded, keyed or folded just then."""

    def __init__(self) -> None:
        self.positions: set[int] = set()

    def decode(self, payload: bytes) -> Recorded:
        event = recorded(payload)
        self._hurt(event, 0)
        return event

    def view(self, projection: AnyProjection) -> AnyProjection:
        def keys(event: Recorded) -> Sequence[Key]:
            self._hurt(event, 1)
            return projection.keys(event)

        def fold(row: Any, event: Recorded, key: Key) -> Any:
            self._hurt(event, 2)
            return projection.fold(row, event, key)

        return dataclasses.replace(projection, keys=keys, fold=fold)

    def _hurt(self, event: Recorded, how: int) -> None:
        if event.position in self.positions and event.position % 3 == how:
            raise LookupError(event.position)


class Replay:
    """One view over a story; its process may be killed between any two batches."""

    def __init__(
        self, views: ViewStore, projection: AnyProjection, log: list[bytes]
    ) -> None:
        self.poison = Poison()
        self.views = views
        self.log = log
        self.original = projection
        self.view = self.poison.view(projection)
        self.shadow = shadow_of(self.view)
        self._folds: dict[str, ViewFold] = {}

    def be_killed(self) -> None:
        """What was in memory is gone; the shadow will be made anew."""
        self._folds.clear()

    def advance(self, view: AnyProjection, count: int) -> None:
        fold = self._folds.get(view.name)
        if fold is None or fold.revision != self.views.standing(view.name).revision:
            standing = self.views.standing(view.name)
            parked = [each.stream for each in self.views.parked_streams(view.name)]
            fold = ViewFold(self.views, view, standing, parked)
            self._folds[view.name] = fold
        before = fold.saved
        batch = list(enumerate(self.log[before : before + count], before + 1))
        if not batch:
            return
        entries = entries_of(batch, self.poison.decode, wanted_by([view]))
        plan = fold.plan(entries)
        found = self.views.load(view, plan.unknown)
        changes = fold.fold(plan, found, batch[-1][0])
        assert self.views.save(
            view,
            changes.before,
            changes.after,
            changes.rows,
            revision=fold.revision,
            parked=changes.parked,
        )
        fold.saved = changes.after

    def retry(self) -> None:
        for each in self.views.parked_streams(self.view.name):
            self.wish("retry", stream=each.stream)

    def skip_first(self) -> None:
        for each in self.views.parked_streams(self.view.name)[:1]:
            self.wish("skip", position=each.position)

    def wish(self, kind: Any, **what: Any) -> None:  # the fields of a wish
        wish = Wish(kind=kind, view=self.view.name, by="Ann", at=MORNING, **what)
        carry_out(wish, self.views, self.view, self.poison.decode)

    def rebuild(self, size: int, killed_after: int) -> None:
        """Make the shadow; a kill on the way makes it begin anew."""
        self.views.begin(self.shadow)
        self._folds.pop(self.shadow.name, None)
        made = 0
        while not self.views.swap(self.view, self.shadow):
            self.advance(self.shadow, size)
            made += 1
            if made == killed_after:
                self.be_killed()
                self.views.begin(self.shadow)

    def concerning(self) -> list[int]:
        """The positions that the view folds."""
        return [
            position
            for position, payload in enumerate(self.log, 1)
            if self.original.concerns(tag_of(payload))
        ]

    def rows(self) -> Rows:
        found = self.views.select(self.view, {}, self.view.key, None, 100_000)
        return {tuple(getattr(r, name) for name in self.view.key): r for r in found}

    def skipped(self) -> set[int]:
        return {each.position for each in self.views.skipped(self.view.name)}

    def parked(self) -> dict[str, int]:
        """The streams that wait, and from where on."""
        return {
            each.stream: each.position
            for each in self.views.parked_streams(self.view.name)
        }

    def told(self) -> Rows:
        """The rows by the fold alone, of a stream that waits up to where it stopped."""
        rows: Rows = {}
        skipped, parked = self.skipped(), self.parked()
        for position, payload in enumerate(self.log, 1):
            event = recorded(payload)
            if position not in skipped and position < parked.get(event.stream, 2**60):
                for key in self.original.keys(event):
                    rows[key] = self.original.fold(rows.get(key), event, key)
        return {key: row for key, row in rows.items() if row is not None}

    def of_others(self, rows: Rows, streams: Collection[str]) -> Rows:
        kind = "organisation" if self.original is ORG_DIRECTORY else "document"
        return {k: row for k, row in rows.items() if f"{kind}/{k[0]}" not in streams}


def replayed(views: ViewStore, world: World, data: st.DataObject) -> None:
    log = records_of(world)
    for projection in PROJECTIONS:
        told(Replay(views, projection, log), data)


def told(replay: Replay, data: st.DataObject) -> None:
    """Let anything happen to a view, then hold it against the fold alone."""
    sizes, kills = st.integers(1, 40), st.integers(0, 5)
    places = st.sets(st.sampled_from(replay.concerning()), max_size=6)
    steps: list[Callable[[], None]] = [
        *[lambda: replay.advance(replay.view, data.draw(sizes))] * 2,
        lambda: replay.poison.positions.update(data.draw(places)),
        replay.poison.positions.clear,
        replay.be_killed,
        replay.retry,
        replay.skip_first,
        lambda: replay.rebuild(data.draw(sizes), data.draw(kills)),
    ]
    for number in data.draw(st.lists(st.integers(0, len(steps) - 1), max_size=12)):
        steps[number]()
    replay.poison.positions.update(data.draw(places))
    replay.advance(replay.view, len(replay.log))
    for _ in range(data.draw(st.integers(0, 2))):
        replay.skip_first()

    assert replay.rows() == replay.told()
    waiting, live = replay.parked(), replay.rows()
    replay.rebuild(data.draw(sizes), data.draw(kills))
    assert replay.rows() == replay.told()
    both = {*waiting, *replay.parked()}
    assert replay.of_others(replay.rows(), both) == replay.of_others(live, both)

    replay.poison.positions.clear()
    replay.retry()
    assert replay.parked() == {}
    assert replay.rows() == replay.told()


PATIENT = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@settings(PATIENT, max_examples=40)
@given(world=stories(), data=st.data())
def test_rows_are_what_the_events_make_of_them(
    tmp_path: Path, world: World, data: st.DataObject
) -> None:
    path = tmp_path / f"{uuid4()}.sqlite"
    with closing(SqliteViewStore(path, PROJECTIONS)) as views:
        replayed(views, world, data)


@settings(PATIENT, max_examples=10)
@given(world=stories(), data=st.data())
def test_they_are_so_in_postgresql(
    postgres: PostgresServer, world: World, data: st.DataObject
) -> None:
    database = PostgresDatabase(postgres.fresh_database())
    with closing(PostgresViewStore(database, PROJECTIONS)) as views:
        replayed(views, world, data)
