"""The views in one SQLite file: a table for each, saved together with its position."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import msgspec
from eventsourcing.sqlite import SQLiteCursor

from adapters.persistence.row_columns import (
    Column,
    Row,
    Scalar,
    Stored,
    bound_in,
    columns_of,
    default_of,
    missing_columns,
    shape_text,
    to_column,
    to_row,
    to_stored,
    to_values,
)
from adapters.persistence.sqlite_file import PATIENCE, SqliteFile
from adapters.persistence.view_notes import ViewNotes
from adapters.views import AnyProjection, Parked, live_name
from projections.projection import Key, Projection

Where = Mapping[str, Scalar | Sequence[Scalar]]

HAS = "__has"

_SCHEMA = (
    (
        """CREATE TABLE view_position (
            name TEXT PRIMARY KEY, position INTEGER NOT NULL, shape TEXT NOT NULL
        ) WITHOUT ROWID""",
    ),
    (
        """ALTER TABLE view_position ADD COLUMN revision INTEGER NOT NULL DEFAULT 0""",
        """CREATE TABLE view_parked (
            view TEXT NOT NULL, stream TEXT NOT NULL, position INTEGER NOT NULL,
            record BLOB NOT NULL, error TEXT, PRIMARY KEY (view, stream, position)
        )""",
        """CREATE TABLE view_skipped (
            view TEXT NOT NULL, position INTEGER NOT NULL, reason TEXT NOT NULL,
            skipped_by TEXT NOT NULL, skipped_at TEXT NOT NULL,
            PRIMARY KEY (view, position)
        )""",
        """CREATE TABLE view_wish (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,
            view TEXT NOT NULL, stream TEXT, position INTEGER, reason TEXT,
            wished_by TEXT NOT NULL, wished_at TEXT NOT NULL, outcome TEXT
        )""",
        """CREATE INDEX view_wish_open ON view_wish (id) WHERE outcome IS NULL""",
    ),
)


class SqliteViewStore(ViewNotes):
    """Rows by key and by query; many threads may read while one saves.

    `where` names columns with their value or a sequence of which it is one;
    `<column>__has` asks a column that holds a list for an item, or one of several;
    `<column>__until` and `<column>__since` a column of days or times for what is not
    after, or not before, a moment.
    """

    def __init__(
        self,
        path: Path,
        projections: Sequence[AnyProjection],
        patience: float = PATIENCE,
    ) -> None:
        # A power cut may cost the last commits of a view, row and position together:
        # then it reads on from the earlier position.
        self._file = SqliteFile(path, "synchronous=NORMAL", patience=patience)
        self._file.migrate(_SCHEMA)
        super().__init__(lambda commit: self._file.transaction(commit=commit))
        self._columns = {each.name: columns_of(each.row) for each in projections}
        with self._file.transaction(commit=True) as cursor:
            for projection in projections:
                self._prepare(cursor, projection)

    def position(self, name: str) -> int:
        """The position up to which a view is made, 0 where it is not begun."""
        return self.standing(name).position

    def load(self, projection: Projection[Row], keys: Sequence[Key]) -> dict[Key, Row]:
        """The rows that there are of the asked ones."""
        on = " AND ".join(
            f"view.{_quoted(name)} = json_extract(asked.value, '$[{place}]')"
            for place, name in enumerate(projection.key)
        )
        found = self._rows(
            projection,
            f"FROM json_each(?) AS asked CROSS JOIN {_quoted(projection.name)} AS view"
            f" ON {on}",
            [_as_json(keys)],
        )
        return {_key(projection, row): row for row in found}

    def save(
        self,
        projection: Projection[Row],
        before: int,
        after: int,
        rows: Mapping[Key, Row | None],
        *,
        revision: int | None = None,
        parked: Sequence[Parked] = (),
        unparked: str | None = None,
    ) -> bool:
        """Write rows (None: delete it), what is parked and the position, or nothing.

        False where the view is not at `before` and, if given, at `revision`: somebody
        else has moved it. What was parked of `unparked` gives way to `parked`.
        """
        columns = self._columns_of(projection)
        table = _quoted(projection.name)
        names = ", ".join(_quoted(column.name) for column in columns)
        places = ", ".join("?" * len(columns))
        key = ", ".join(map(_quoted, projection.key))
        changed = ", ".join(
            f"{_quoted(column.name)} = excluded.{_quoted(column.name)}"
            for column in columns
        )
        matches = " AND ".join(f"{_quoted(name)} = ?" for name in projection.key)
        kept = [to_values(row, columns) for row in rows.values() if row is not None]
        gone = [key for key, row in rows.items() if row is None]
        with self._file.transaction(commit=True) as cursor:
            if not self.move(cursor, projection.name, before, after, revision):
                return False
            # Unlike REPLACE, this leaves alone the indexes of what does not change.
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({places})"
                f" ON CONFLICT ({key}) DO UPDATE SET {changed}",
                kept,
            )
            cursor.executemany(f"DELETE FROM {table} WHERE {matches}", gone)
            self.park(cursor, projection.name, parked, unparked)
        return True

    def begin(self, projection: AnyProjection) -> None:
        """Make the view's table anew, empty and at position 0."""
        with self._file.transaction(commit=True) as cursor:
            self._make(cursor, projection)

    def swap(self, projection: AnyProjection, shadow: AnyProjection) -> bool:
        """Put the shadow, and what it has parked, in the place of the view.

        False, and nothing done, where the shadow is behind the view.
        """
        live, other = _quoted(projection.name), _quoted(shadow.name)
        with self._file.transaction(commit=True) as cursor:
            reached = self.standing_in(cursor, shadow.name).position
            if reached < self.standing_in(cursor, projection.name).position:
                return False
            cursor.execute(f"DROP TABLE {live}")
            cursor.execute(f"ALTER TABLE {other} RENAME TO {live}")
            self.replace(cursor, projection.name, shadow.name)
        return True

    def get(self, projection: Projection[Row], key: Key) -> Row | None:
        return self.load(projection, [key]).get(key)

    def select(
        self,
        projection: Projection[Row],
        where: Where,
        order: Sequence[str],
        after: Sequence[Scalar] | None,
        limit: int,
    ) -> list[Row]:
        """The rows that match, ordered, strictly after the values `after` of `order`.

        Pages miss nothing when `order` tells any two rows apart. What is absent comes
        first.
        """
        condition, values = self._condition(projection, where)
        names = [self._column(projection, name) for name in order]
        if after:
            beyond, bounds = _beyond(names, [to_stored(value) for value in after])
            condition = f"({condition}) AND ({beyond})"
            values += bounds
        ordering = f"ORDER BY {', '.join(names)}" if names else ""
        return self._rows(
            projection,
            f"FROM {_quoted(projection.name)} AS view WHERE {condition} {ordering}"
            " LIMIT ?",
            [*values, limit],
        )

    def count(self, projection: AnyProjection, where: Where) -> int:
        condition, values = self._condition(projection, where)
        table = _quoted(projection.name)
        with self._file.transaction(commit=False) as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {table} AS view WHERE {condition}", values
            )
            return int(cursor.fetchone()[0])

    def tally(
        self, projection: AnyProjection, by: Sequence[str], where: Where
    ) -> list[tuple[tuple[str | None, ...], int]]:
        """How many rows match for each combination of the columns `by`, all texts."""
        condition, values = self._condition(projection, where)
        names = ", ".join(self._column(projection, name) for name in by)
        table = _quoted(projection.name)
        with self._file.transaction(commit=False) as cursor:
            cursor.execute(
                f"SELECT count(*), {names} FROM {table} AS view WHERE {condition}"
                f" GROUP BY {names}",
                values,
            )
            return [(tuple(row)[1:], int(row[0])) for row in cursor.fetchall()]

    def close(self) -> None:
        self._file.close()

    def _prepare(self, cursor: SQLiteCursor, projection: AnyProjection) -> None:
        found = self.shape_in(cursor, projection.name)
        if found == shape_text(projection):
            return
        missing = missing_columns(found, projection) if found else None
        if missing is None:
            self._make(cursor, projection)
            return
        table = _quoted(projection.name)
        columns = {column.name: column for column in self._columns_of(projection)}
        for name in missing:
            cursor.execute(f"ALTER TABLE {table} ADD COLUMN {_quoted(name)}")
            cursor.execute(
                f"UPDATE {table} SET {_quoted(name)} = ?",
                (to_column(columns[name], default_of(projection, name)),),
            )
        self.ask_for_rebuild(cursor, projection)

    def _make(self, cursor: SQLiteCursor, projection: AnyProjection) -> None:
        table = _quoted(projection.name)
        # No column has a type: SQLite then keeps each value as it is.
        names = ", ".join(_quoted(each.name) for each in self._columns_of(projection))
        key = ", ".join(map(_quoted, projection.key))
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(
            f"CREATE TABLE {table} ({names}, PRIMARY KEY ({key})) WITHOUT ROWID"
        )
        # An index keeps its name when its table takes the place of another.
        token = uuid4().hex[:8]
        for number, index in enumerate(projection.indexes):
            indexed = ", ".join(map(_quoted, index))
            name = _quoted(f"{projection.name}.{number}.{token}")
            cursor.execute(f"CREATE INDEX {name} ON {table} ({indexed})")
        self.set_shape(cursor, projection)
        self.empty(cursor, projection.name)

    def _columns_of(self, projection: AnyProjection) -> tuple[Column, ...]:
        return self._columns[live_name(projection.name)]

    def _rows(
        self, projection: Projection[Row], source: str, values: Iterable[Stored]
    ) -> list[Row]:
        columns = self._columns_of(projection)
        names = ", ".join(f"view.{_quoted(column.name)}" for column in columns)
        with self._file.transaction(commit=False) as cursor:
            cursor.execute(f"SELECT {names} {source}", tuple(values))
            found = cursor.fetchall()
        return [to_row(projection.row, columns, values) for values in found]

    def _column(self, projection: AnyProjection, name: str) -> str:
        if all(column.name != name for column in self._columns_of(projection)):
            raise ValueError(f"{projection.name} has no column {name}")
        return f"view.{_quoted(name)}"

    def _condition(
        self, projection: AnyProjection, where: Where
    ) -> tuple[str, list[Stored]]:
        terms = ["TRUE"]
        values: list[Stored] = []
        for name, wanted in where.items():
            plain, bound = bound_in(name.removesuffix(HAS))
            column = self._column(projection, plain)
            stored = _listed(wanted)
            if name.endswith(HAS):
                terms.append(
                    f"EXISTS (SELECT 1 FROM json_each({column}) AS item"
                    " WHERE item.value IN (SELECT value FROM json_each(?)))"
                )
                values.append(_as_json(stored))
            elif bound is not None:
                terms.append(f"{column} {bound} ?")
                values += stored
            elif len(stored) == 1:
                terms.append(f"{column} IS ?")
                values += stored
            else:
                absent = f" OR {column} IS NULL" if None in stored else ""
                terms.append(f"({column} IN (SELECT value FROM json_each(?)){absent})")
                values.append(_as_json(stored))
        return " AND ".join(terms), values


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _as_json(values: object) -> str:
    return msgspec.json.encode(values).decode()


def _listed(wanted: Scalar | Sequence[Scalar]) -> list[Stored]:
    if isinstance(wanted, str) or not isinstance(wanted, Sequence):
        return [to_stored(wanted)]
    return [to_stored(value) for value in wanted]


def _key(projection: Projection[Row], row: Row) -> Key:
    return tuple(getattr(row, name) for name in projection.key)


def _beyond(names: Sequence[str], bounds: Sequence[Stored]) -> tuple[str, list[Stored]]:
    """Rows after `bounds`, where NULL comes first and equals itself."""
    places = ", ".join("?" * len(names))
    if None not in bounds and len(bounds) == len(names):
        return f"({', '.join(names)}) > ({places})", list(bounds)
    terms: list[str] = []
    values: list[Stored] = []
    for place, (name, bound) in enumerate(zip(names, bounds, strict=True)):
        same = [f"{earlier} IS ?" for earlier in names[:place]]
        more = f"{name} IS NOT ?" if bound is None else f"{name} > ?"
        terms.append(" AND ".join([*same, more]))
        values += [*bounds[:place], bound]
    return " OR ".join(terms), values
