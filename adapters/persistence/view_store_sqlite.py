"""The views in one SQLite file: a table for each, saved together with its position."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any  # a list of projections has rows of many types

import msgspec
from eventsourcing.sqlite import SQLiteCursor

from adapters.persistence.row_columns import (
    Row,
    Scalar,
    Stored,
    columns_of,
    shape_of,
    to_row,
    to_stored,
    to_values,
)
from adapters.persistence.sqlite_file import SqliteFile
from projections.projection import Key, Projection

Where = Mapping[str, Scalar | Sequence[Scalar]]
AnyProjection = Projection[Any]  # each has a row type of its own

HAS = "__has"

_SCHEMA = (
    (
        """CREATE TABLE view_position (
            name TEXT PRIMARY KEY, position INTEGER NOT NULL, shape TEXT NOT NULL
        ) WITHOUT ROWID""",
    ),
)


class SqliteViewStore:
    """Rows by key and by query; many threads may read while one saves.

    `where` names columns with their value or a sequence of which it is one;
    `<column>__has` asks a column that holds a list for an item, or one of several.
    """

    def __init__(self, path: Path, projections: Sequence[AnyProjection]) -> None:
        # A power cut may cost the last commits of a view, row and position together:
        # then it reads on from the earlier position.
        self._file = SqliteFile(path, "synchronous=NORMAL")
        self._file.migrate(_SCHEMA)
        self._columns = {each.name: columns_of(each.row) for each in projections}
        with self._file.transaction(commit=True) as cursor:
            for projection in projections:
                self._prepare(cursor, projection)

    def position(self, name: str) -> int:
        """The position up to which a view is made, 0 where it is not begun."""
        with self._file.transaction(commit=False) as cursor:
            return _position(cursor, name)

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
    ) -> bool:
        """Write rows (None: delete it) and the position, or nothing.

        False where the position is not `before`: somebody else has moved it.
        """
        columns = self._columns[projection.name]
        table = _quoted(projection.name)
        places = ", ".join("?" * len(columns))
        matches = " AND ".join(f"{_quoted(name)} = ?" for name in projection.key)
        kept = [to_values(row, columns) for row in rows.values() if row is not None]
        gone = [key for key, row in rows.items() if row is None]
        with self._file.transaction(commit=True) as cursor:
            if _position(cursor, projection.name) != before:
                return False
            cursor.executemany(f"REPLACE INTO {table} VALUES ({places})", kept)
            cursor.executemany(f"DELETE FROM {table} WHERE {matches}", gone)
            cursor.execute(
                "UPDATE view_position SET position = ? WHERE name = ?",
                (after, projection.name),
            )
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

    def close(self) -> None:
        self._file.close()

    def _prepare(self, cursor: SQLiteCursor, projection: AnyProjection) -> None:
        shape = shape_of(projection)
        cursor.execute(
            "SELECT shape FROM view_position WHERE name = ?", (projection.name,)
        )
        found = cursor.fetchone()
        if found is not None and found["shape"] == shape:
            return
        table = _quoted(projection.name)
        # No column has a type: SQLite then keeps each value as it is.
        names = ", ".join(_quoted(each.name) for each in self._columns[projection.name])
        key = ", ".join(map(_quoted, projection.key))
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(
            f"CREATE TABLE {table} ({names}, PRIMARY KEY ({key})) WITHOUT ROWID"
        )
        for number, index in enumerate(projection.indexes):
            indexed = ", ".join(map(_quoted, index))
            name = _quoted(f"{projection.name}.{number}")
            cursor.execute(f"CREATE INDEX {name} ON {table} ({indexed})")
        cursor.execute(
            "REPLACE INTO view_position VALUES (?, 0, ?)", (projection.name, shape)
        )

    def _rows(
        self, projection: Projection[Row], source: str, values: Iterable[Stored]
    ) -> list[Row]:
        columns = self._columns[projection.name]
        names = ", ".join(f"view.{_quoted(column.name)}" for column in columns)
        with self._file.transaction(commit=False) as cursor:
            cursor.execute(f"SELECT {names} {source}", tuple(values))
            found = cursor.fetchall()
        return [to_row(projection.row, columns, values) for values in found]

    def _column(self, projection: AnyProjection, name: str) -> str:
        if all(column.name != name for column in self._columns[projection.name]):
            raise ValueError(f"{projection.name} has no column {name}")
        return f"view.{_quoted(name)}"

    def _condition(
        self, projection: AnyProjection, where: Where
    ) -> tuple[str, list[Stored]]:
        terms = ["TRUE"]
        values: list[Stored] = []
        for name, wanted in where.items():
            column = self._column(projection, name.removesuffix(HAS))
            stored = _listed(wanted)
            if name.endswith(HAS):
                terms.append(
                    f"EXISTS (SELECT 1 FROM json_each({column}) AS item"
                    " WHERE item.value IN (SELECT value FROM json_each(?)))"
                )
                values.append(_as_json(stored))
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


def _position(cursor: SQLiteCursor, name: str) -> int:
    cursor.execute("SELECT position FROM view_position WHERE name = ?", (name,))
    found = cursor.fetchone()
    return int(found["position"]) if found else 0


def _beyond(names: Sequence[str], bounds: Sequence[Stored]) -> tuple[str, list[Stored]]:
    """Rows after `bounds`, where NULL comes first and equals itself."""
    places = ", ".join("?" * len(names))
    if None not in bounds and len(bounds) == len(names):
        return f"({', '.join(names)}) > ({places})", list(bounds)
    terms: list[str] = []
    values: list[Stored] = []
    for place, (name, bound) in enumerate(zip(names, bounds, strict=True)):
        same = [f"{earlier} IS ?" for earlier in names[:place]]
        more = f"({name} > ? OR (? IS NULL AND {name} IS NOT NULL))"
        terms.append(" AND ".join([*same, more]))
        values += [*bounds[:place], bound, bound]
    return " OR ".join(terms), values
