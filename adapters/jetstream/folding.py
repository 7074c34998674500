"""Folding in memory: rows that events leave behind, and events that must wait."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from adapters.envelope import stream_told_by, tag_of
from adapters.views import (
    UNKNOWN_STREAM,
    AnyProjection,
    Parked,
    Standing,
    Views,
    live_name,
)
from projections.projection import Key, Recorded

ROWS_HELD = 20_000
LONGEST_ERROR = 500
TAGS_HELD = 1_000

Decode = Callable[[bytes], Recorded]
Wants = Callable[[str | None], bool]
Rows = dict[Key, Struct | None]


class Entry(Struct, frozen=True, gc=False):
    """A record that some view folds; `event` is None where it cannot be decoded."""

    position: int
    record: bytes
    tag: str | None
    stream: str
    event: Recorded | None
    error: str | None = None


class Changes(Struct):
    """What a view becomes by moving from `before` to `after`."""

    before: int
    after: int
    rows: Rows
    parked: list[Parked]

    def followed_by(self, later: "Changes") -> None:
        """Take in what comes next."""
        self.after = later.after
        self.rows.update(later.rows)
        self.parked += later.parked


class Plan(Struct, frozen=True):
    """Events to fold, each with its keys; the rows of `unknown` keys are stored."""

    entries: list[Entry]
    keys_of: dict[int, Sequence[Key]]
    unknown: list[Key]


def told(error: Exception) -> str:
    return repr(error)[:LONGEST_ERROR]


def wanted_by(projections: Sequence[AnyProjection]) -> Wants:
    """Tells of a tag whether any of them folds events under it."""

    @lru_cache(TAGS_HELD)
    def wants(tag: str | None) -> bool:
        return any(projection.concerns(tag) for projection in projections)

    return wants


def entries_of(
    batch: Iterable[tuple[int, bytes]], decode: Decode, wants: Wants
) -> list[Entry]:
    """Decode, once for all views, what any of them folds."""
    entries: list[Entry] = []
    for position, record in batch:
        tag = tag_of(record)
        if wants(tag):
            entries.append(entry_of(position, record, tag, decode))
    return entries


def entry_of(position: int, record: bytes, tag: str | None, decode: Decode) -> Entry:
    try:
        event = decode(record)
    except Exception as error:  # whatever the codec raises parks the stream
        stream = stream_told_by(record) or UNKNOWN_STREAM
        return Entry(position, record, tag, stream, None, told(error))
    return Entry(position, record, tag, event.stream, event)


class ViewFold:
    """One view as far as it is folded, ahead of what is saved; rows stay in memory."""

    def __init__(
        self,
        views: Views,
        projection: AnyProjection,
        standing: Standing,
        parked_streams: Iterable[str],
        after: int | None = None,
    ) -> None:
        """`after`: fold from there on again, without what was folded before."""
        self._views = views
        self.projection = projection
        self._wants = wanted_by([projection])
        self.revision = standing.revision
        self.saved = standing.position
        self.folded = standing.position if after is None else after
        self.parked_streams = set(parked_streams) - {UNKNOWN_STREAM}
        live = live_name(projection.name)
        self._skipped = {each.position for each in views.skipped(live)}
        self._rows: Rows = {}
        self._older_rows: Rows = {}
        self._older_until = 0
        self._holds_all = standing.position == 0

    def plan(self, entries: Sequence[Entry]) -> Plan:
        """What is to be folded of these, and the keys whose rows must be loaded."""
        wants, folded, skipped = self._wants, self.folded, self._skipped
        fresh = [
            each
            for each in entries
            if wants(each.tag)
            and each.position > folded
            and each.position not in skipped
        ]
        keys_of = self._keys(fresh)
        unknown = self._hold({key for keys in keys_of.values() for key in keys})
        return Plan(fresh, keys_of, unknown)

    def fold(self, plan: Plan, found: Mapping[Key, Struct], after: int) -> Changes:
        """Fold the events of a plan, which reaches up to `after`."""
        changes = Changes(self.folded, max(self.folded, after), {}, [])
        for key in plan.unknown:
            self._rows[key] = found.get(key)
        for entry in plan.entries:
            error = self._fold_one(
                entry, plan.keys_of.get(entry.position), changes.rows
            )
            if error is not None or entry.stream in self.parked_streams:
                self.park(entry, error, changes)
        self.folded = changes.after
        return changes

    def park(self, entry: Entry, error: str | None, changes: Changes) -> None:
        changes.parked.append(Parked(entry.stream, entry.position, entry.record, error))
        if entry.stream != UNKNOWN_STREAM:
            self.parked_streams.add(entry.stream)

    def forget(self, keys: Iterable[Key]) -> None:
        """Rows that could not be saved: they are loaded again."""
        for key in keys:
            self._rows.pop(key, None)
            self._older_rows.pop(key, None)
        self._holds_all = False

    def _keys(self, entries: Sequence[Entry]) -> dict[int, Sequence[Key]]:
        """The keys of each event; none for one that has no keys but an error."""
        found: dict[int, Sequence[Key]] = {}
        for entry in entries:
            if entry.event is not None and entry.stream not in self.parked_streams:
                try:
                    found[entry.position] = self.projection.keys(entry.event)
                except Exception:  # asked again, and told, when its turn comes
                    continue
        return found

    def _fold_one(
        self, entry: Entry, keys: Sequence[Key] | None, rows: Rows
    ) -> str | None:
        """The error that parks the stream; an event changes all its rows or none.

        A row that stays the same is not written.
        """
        if entry.stream in self.parked_streams:
            return None
        if entry.event is None:
            return entry.error
        projection, held = self.projection, self._rows
        changed: Rows = {}
        try:
            if keys is None:
                keys = projection.keys(entry.event)
            for key in keys:
                before = held.get(key)
                after = projection.fold(before, entry.event, key)
                if after is not before:
                    changed[key] = after
        except Exception as error:  # whatever a projection raises parks the stream
            return told(error)
        held.update(changed)
        rows.update(changed)
        return None

    def _hold(self, keys: set[Key]) -> list[Key]:
        """Have the rows of these keys in memory; which of them must be loaded."""
        if len(self._rows) > ROWS_HELD and self.saved >= self._older_until:
            # All that the older rows hold is saved: they can be loaded again.
            self._holds_all = self._holds_all and not self._older_rows
            self._older_rows, self._rows = self._rows, {}
            self._older_until = self.folded
        unknown: list[Key] = []
        for key in keys:
            if key in self._rows:
                continue
            if key in self._older_rows or self._holds_all:
                self._rows[key] = self._older_rows.get(key)
            else:
                unknown.append(key)
        return unknown


def fold_parked(
    views: Views, projection: AnyProjection, stream: str, decode: Decode
) -> list[Parked] | None:
    """Fold what waits of a stream; what still must wait, None where it moved."""
    standing = views.standing(projection.name)
    entries = [
        replace(
            entry_of(each.position, each.record, tag_of(each.record), decode),
            stream=stream,
        )
        for each in views.parked(projection.name, stream)
    ]
    fold = ViewFold(views, projection, standing, (), after=0)
    plan = fold.plan(entries)
    found = views.load(projection, plan.unknown) if plan.unknown else {}
    changes = fold.fold(plan, found, standing.position)
    is_saved = views.save(
        projection,
        standing.position,
        standing.position,
        changes.rows,
        revision=standing.revision,
        parked=changes.parked,
        unparked=stream,
    )
    return changes.parked if is_saved else None
