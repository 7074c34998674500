"""The views in PostgreSQL: a table for each, saved together with its position."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any  # rows and values of any column

import msgspec
from msgspec import Struct
from psycopg import Cursor
from psycopg.rows import DictRow

from adapters.persistence.postgres_database import (
    MIGRATION_PATIENCE,
    PostgresDatabase,
)
from adapters.persistence.postgres_rows import (
    as_json,
    column_types,
    storable,
    until_null,
)
from adapters.persistence.row_columns import (
    Row,
    Scalar,
    bound_in,
    default_of,
    missing_columns,
    shape_text,
)
from adapters.persistence.view_notes import Cursor as NotesCursor
from adapters.persistence.view_notes import ViewNotes
from adapters.views import AnyProjection, Parked, live_name
from projections.projection import Key, Projection

Where = Mapping[str, Scalar | Sequence[Scalar]]

HAS = "__has"

_SCHEMA = (
    (
        """CREATE TABLE view_position (
            name TEXT PRIMARY KEY, position BIGINT NOT NULL, shape TEXT NOT NULL,
            revision BIGINT NOT NULL DEFAULT 0
        )""",
        """CREATE TABLE view_parked (
            view TEXT NOT NULL, stream TEXT NOT NULL, position BIGINT NOT NULL,
            record BYTEA NOT NULL, error TEXT, PRIMARY KEY (view, stream, position)
        )""",
        """CREATE TABLE view_skipped (
            view TEXT NOT NULL, position BIGINT NOT NULL, reason TEXT NOT NULL,
            skipped_by TEXT NOT NULL, skipped_at TEXT NOT NULL,
            PRIMARY KEY (view, position)
        )""",
        """CREATE TABLE view_wish (
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind TEXT NOT NULL,
            view TEXT NOT NULL, stream TEXT, position BIGINT, reason TEXT,
            wished_by TEXT NOT NULL, wished_at TEXT NOT NULL, outcome TEXT
        )""",
        """CREATE INDEX view_wish_open ON view_wish (id) WHERE outcome IS NULL""",
    ),
)


class _Marked:
    """A cursor for SQL in which ? stands for a value."""

    def __init__(self, cursor: Cursor[DictRow]) -> None:
        self._cursor = cursor

    def execute(self, statement: str, values: Sequence[Any] = ()) -> object:
        marked = statement.replace("?", "%s")
        return self._cursor.execute(marked.encode(), tuple(map(storable, values)))

    def fetchone(self) -> Any:  # a row
        return self._cursor.fetchone()

    def fetchall(self) -> Sequence[Any]:  # rows
        return self._cursor.fetchall()


class PostgresViewStore(ViewNotes):
    """Rows by key and by query, as the views in SQLite have them.

    Rows go in and come out as one JSON text for all of them: the server takes it
    apart beside us. What is no scalar is `jsonb`.
    """

    def __init__(
        self, database: PostgresDatabase, projections: Sequence[AnyProjection]
    ) -> None:
        self._database = database
        super().__init__(self._transaction_of_notes)
        database.migrate("views", _SCHEMA)
        self._types = {each.name: column_types(each.row) for each in projections}
        self._decoders = {
            each.name: msgspec.json.Decoder(each.row) for each in projections
        }
        # A new column is filled for every row.
        with database.transaction(commit=True, patience=MIGRATION_PATIENCE) as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('prepare views', 0))"
            )
            for projection in projections:
                self._prepare(cursor, projection)

    def position(self, name: str) -> int:
        """The position up to which a view is made, 0 where it is not begun."""
        return self.standing(name).position

    def load(self, projection: Projection[Row], keys: Sequence[Key]) -> dict[Key, Row]:
        """The rows that there are of the asked ones."""
        table = _quoted(projection.name)
        using = ", ".join(map(_quoted, projection.key))
        found = self._rows(
            projection,
            f"FROM json_populate_recordset(NULL::{table}, %s::json) AS asked"
            f" JOIN {table} AS view USING ({using})",
            [_keys(projection, keys)],
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
        kept = [row for row in rows.values() if row is not None]
        gone = [key for key, row in rows.items() if row is None]
        with self._database.transaction(commit=True) as cursor:
            notes = _Marked(cursor)
            if not self.move(notes, projection.name, before, after, revision):
                return False
            if kept:
                self._upsert(cursor, projection, kept)
            if gone:
                self._delete(cursor, projection, gone)
            self.park(notes, projection.name, parked, unparked)
        return True

    def _upsert(
        self, cursor: Cursor[DictRow], projection: AnyProjection, rows: Sequence[Struct]
    ) -> None:
        table = _quoted(projection.name)
        names = [_quoted(name) for name in self._types_of(projection)]
        key = ", ".join(map(_quoted, projection.key))
        changed = ", ".join(f"{name} = excluded.{name}" for name in names)
        listed = ", ".join(names)
        statement = (
            f"INSERT INTO {table} ({listed}) SELECT {listed}"
            f" FROM json_populate_recordset(NULL::{table}, %s::json)"
            f" ON CONFLICT ({key}) DO UPDATE SET {changed}"
        )
        cursor.execute(statement.encode(), (as_json(rows),))

    def _delete(
        self, cursor: Cursor[DictRow], projection: AnyProjection, keys: Sequence[Key]
    ) -> None:
        table = _quoted(projection.name)
        same = " AND ".join(
            f"view.{_quoted(name)} = gone.{_quoted(name)}" for name in projection.key
        )
        statement = (
            f"DELETE FROM {table} AS view USING"
            f" json_populate_recordset(NULL::{table}, %s::json) AS gone WHERE {same}"
        )
        cursor.execute(statement.encode(), (_keys(projection, keys),))

    def begin(self, projection: AnyProjection) -> None:
        """Make the view's table anew, empty and at position 0."""
        with self._database.transaction(commit=True) as cursor:
            self._make(cursor, projection)

    def swap(self, projection: AnyProjection, shadow: AnyProjection) -> bool:
        """Put the shadow, and what it has parked, in the place of the view.

        False, and nothing done, where the shadow is behind the view.
        """
        live, other = _quoted(projection.name), _quoted(shadow.name)
        with self._database.transaction(commit=True) as cursor:
            # First the positions, as whoever saves: in another order they would
            # wait for each other.
            cursor.execute(
                "SELECT name FROM view_position WHERE name = ANY(%s)"
                " ORDER BY name FOR UPDATE",
                ([projection.name, shadow.name],),
            )
            notes = _Marked(cursor)
            reached = self.standing_in(notes, shadow.name).position
            if reached < self.standing_in(notes, projection.name).position:
                return False
            cursor.execute(f"DROP TABLE {live}".encode())
            cursor.execute(f"ALTER TABLE {other} RENAME TO {live}".encode())
            self.replace(notes, projection.name, shadow.name)
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
            beyond, bounds = _beyond(names, until_null(after))
            condition = f"({condition}) AND ({beyond})"
            values += bounds
        ordering = ", ".join(
            # No key is absent: so the primary key serves its order.
            column if name in projection.key else f"{column} NULLS FIRST"
            for name, column in zip(order, names, strict=True)
        )
        return self._rows(
            projection,
            f"FROM {_quoted(projection.name)} AS view WHERE {condition}"
            + (f" ORDER BY {ordering}" if ordering else "")
            + " LIMIT %s",
            [*values, limit],
        )

    def count(self, projection: AnyProjection, where: Where) -> int:
        condition, values = self._condition(projection, where)
        table = _quoted(projection.name)
        statement = f"SELECT count(*) AS n FROM {table} AS view WHERE {condition}"
        with self._database.get_connection() as connection:
            found = connection.execute(statement.encode(), values).fetchone()
        return int(found["n"]) if found else 0

    def tally(
        self, projection: AnyProjection, by: Sequence[str], where: Where
    ) -> list[tuple[tuple[str | None, ...], int]]:
        """How many rows match for each combination of the columns `by`, all texts."""
        condition, values = self._condition(projection, where)
        names = ", ".join(self._column(projection, name) for name in by)
        table = _quoted(projection.name)
        statement = (
            f"SELECT count(*) AS n, {names} FROM {table} AS view WHERE {condition}"
            f" GROUP BY {names}"
        )
        with self._database.get_connection() as connection:
            found = connection.execute(statement.encode(), values).fetchall()
        return [(tuple(row[name] for name in by), int(row["n"])) for row in found]

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def _transaction_of_notes(self, commit: bool) -> Iterator[NotesCursor]:
        with self._database.transaction(commit=commit) as cursor:
            yield _Marked(cursor)

    def _prepare(self, cursor: Cursor[DictRow], projection: AnyProjection) -> None:
        notes = _Marked(cursor)
        found = self.shape_in(notes, projection.name)
        if found == shape_text(projection):
            return
        missing = missing_columns(found, projection) if found else None
        if missing is None:
            self._make(cursor, projection)
            return
        table = _quoted(projection.name)
        for name in missing:
            kind = self._types_of(projection)[name]
            column = f"ALTER TABLE {table} ADD COLUMN {_quoted(name)} {kind}"
            cursor.execute(column.encode())
            fill = (
                f"UPDATE {table} SET {_quoted(name)} = filled.{_quoted(name)}"
                f" FROM json_populate_record(NULL::{table}, %s::json) AS filled"
            )
            default = as_json({name: default_of(projection, name)})
            cursor.execute(fill.encode(), (default,))
        self.ask_for_rebuild(notes, projection)

    def _make(self, cursor: Cursor[DictRow], projection: AnyProjection) -> None:
        table = _quoted(projection.name)
        types = self._types_of(projection)
        columns = ", ".join(f"{_quoted(name)} {kind}" for name, kind in types.items())
        key = ", ".join(map(_quoted, projection.key))
        cursor.execute(f"DROP TABLE IF EXISTS {table}".encode())
        cursor.execute(
            f"CREATE TABLE {table} ({columns}, PRIMARY KEY ({key}))".encode()
        )
        for index in projection.indexes:
            indexed = ", ".join(f"{_quoted(name)} NULLS FIRST" for name in index)
            cursor.execute(f"CREATE INDEX ON {table} ({indexed})".encode())
        notes = _Marked(cursor)
        self.set_shape(notes, projection)
        self.empty(notes, projection.name)

    def _types_of(self, projection: AnyProjection) -> dict[str, str]:
        return self._types[live_name(projection.name)]

    def _rows(
        self, projection: Projection[Row], source: str, values: Sequence[Any]
    ) -> list[Row]:
        decoder = self._decoders[live_name(projection.name)]
        statement = f"SELECT row_to_json(view)::text AS row {source}"
        with self._database.get_connection() as connection:
            found = connection.execute(statement.encode(), values).fetchall()
        return [decoder.decode(each["row"]) for each in found]

    def _column(self, projection: AnyProjection, name: str) -> str:
        if name not in self._types_of(projection):
            raise ValueError(f"{projection.name} has no column {name}")
        return f"view.{_quoted(name)}"

    def _condition(
        self, projection: AnyProjection, where: Where
    ) -> tuple[str, list[Any]]:
        terms = ["TRUE"]
        values: list[Any] = []
        for name, wanted in where.items():
            plain, bound = bound_in(name.removesuffix(HAS))
            column = self._column(projection, plain)
            present = [
                value
                for value in _listed(wanted)
                # What holds a NUL character matches nothing that can be stored.
                if value is not None and storable(value) == value
            ]
            if name.endswith(HAS):
                terms.append(f"{column} @> ANY (%s::jsonb[])")
                values.append([as_json(value) for value in present])
                continue
            if bound is not None:
                terms.append(f"{column} {bound} %s")
                values.append(present[0])
                continue
            any_of = f"{column} = %s" if len(present) == 1 else f"{column} = ANY (%s)"
            absent = f" OR {column} IS NULL" if None in _listed(wanted) else ""
            terms.append(f"({any_of}{absent})")
            values.append(present[0] if len(present) == 1 else present)
        return " AND ".join(terms), values


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


def _keys(projection: AnyProjection, keys: Sequence[Key]) -> str:
    return as_json([dict(zip(projection.key, key, strict=True)) for key in keys])


def _key(projection: Projection[Row], row: Row) -> Key:
    return tuple(getattr(row, name) for name in projection.key)


def _listed(wanted: Scalar | Sequence[Scalar]) -> Sequence[Scalar]:
    if isinstance(wanted, str) or not isinstance(wanted, Sequence):
        return [wanted]
    return wanted


def _beyond(names: Sequence[str], bounds: Sequence[Any]) -> tuple[str, list[Any]]:
    """Rows after `bounds`, where NULL comes first and equals itself."""
    names = names[: len(bounds)]
    if None not in bounds:
        places = ", ".join(["%s"] * len(names))
        return f"({', '.join(names)}) > ({places})", list(bounds)
    terms: list[str] = []
    values: list[Any] = []
    for place, (name, bound) in enumerate(zip(names, bounds, strict=True)):
        term = [
            f"{earlier} IS NULL" if value is None else f"{earlier} = %s"
            for earlier, value in zip(names[:place], bounds[:place], strict=True)
        ]
        term.append(f"{name} IS NOT NULL" if bound is None else f"{name} > %s")
        terms.append(" AND ".join(term))
        values += [value for value in bounds[: place + 1] if value is not None]
    return " OR ".join(terms), values
