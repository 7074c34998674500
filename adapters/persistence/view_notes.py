"""What stands beside the rows of views, in the SQL that both stores understand."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Protocol  # a column may hold any value

from adapters.persistence.row_columns import shape_text
from adapters.views import (
    UNKNOWN_STREAM,
    AnyProjection,
    Parked,
    ParkedStream,
    Skipped,
    Standing,
    Wish,
)

_WISH = "id, kind, view, stream, position, reason, wished_by, wished_at, outcome"


class Cursor(Protocol):
    """What is asked of a cursor of either database; rows are read by name."""

    def execute(self, statement: str, values: Sequence[Any] = ...) -> object: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> Sequence[Any]: ...


Transaction = Callable[[bool], AbstractContextManager[Cursor]]
"""Opens a transaction; True: one that commits."""


class ViewNotes:
    """Positions, parked events, skips and wishes; in its SQL ? stands for a value."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def run(self, cursor: Cursor, statement: str, *values: object) -> Cursor:
        cursor.execute(statement, values)
        return cursor

    def standing(self, name: str) -> Standing:
        with self._transaction(False) as cursor:
            return self.standing_in(cursor, name)

    def standing_in(self, cursor: Cursor, name: str) -> Standing:
        found = self.run(
            cursor, "SELECT position, revision FROM view_position WHERE name = ?", name
        ).fetchone()
        return (
            Standing(found["position"], found["revision"]) if found else Standing(0, 0)
        )

    def move(
        self, cursor: Cursor, name: str, before: int, after: int, revision: int | None
    ) -> bool:
        """Move a view that is where it is thought to be; its row stays locked."""
        same_revision = "" if revision is None else " AND revision = ?"
        moved = self.run(
            cursor,
            "UPDATE view_position SET position = ? WHERE name = ? AND position = ?"
            f"{same_revision} RETURNING 1",
            after,
            name,
            before,
            *(() if revision is None else (revision,)),
        )
        return moved.fetchone() is not None

    def park(
        self, cursor: Cursor, name: str, parked: Sequence[Parked], unparked: str | None
    ) -> None:
        """Keep what is parked, in place of what was parked of `unparked`."""
        if unparked is not None:
            self.run(
                cursor,
                "DELETE FROM view_parked WHERE view = ? AND stream = ?",
                name,
                unparked,
            )
            self.revise(cursor, name)
        for one in parked:
            self.run(
                cursor,
                "INSERT INTO view_parked (view, stream, position, record, error)"
                " VALUES (?, ?, ?, ?, ?)",
                name,
                one.stream,
                one.position,
                one.record,
                one.error,
            )

    def revise(self, cursor: Cursor, name: str) -> None:
        """Tell whoever holds the view in memory that it holds an old one."""
        self.run(
            cursor,
            "UPDATE view_position SET revision = revision + 1 WHERE name = ?",
            name,
        )

    def shape_in(self, cursor: Cursor, name: str) -> str | None:
        """What the view's table was made for; None where there is no table."""
        found = self.run(
            cursor, "SELECT shape FROM view_position WHERE name = ?", name
        ).fetchone()
        return str(found["shape"]) if found else None

    def set_shape(self, cursor: Cursor, projection: AnyProjection) -> None:
        self.run(
            cursor,
            "INSERT INTO view_position (name, position, shape) VALUES (?, 0, ?)"
            " ON CONFLICT (name) DO UPDATE SET shape = excluded.shape",
            projection.name,
            shape_text(projection),
        )

    def ask_for_rebuild(self, cursor: Cursor, projection: AnyProjection) -> None:
        """Show what there is until a rebuild has made it what it should be."""
        self.set_shape(cursor, projection)
        self.wish_in(
            cursor,
            Wish(
                kind="rebuild",
                view=projection.name,
                reason="its columns changed",
                by="node",
                at=datetime.now(UTC),
            ),
        )

    def empty(self, cursor: Cursor, name: str) -> None:
        """Begin anew at 0, with nothing parked."""
        self.run(cursor, "DELETE FROM view_parked WHERE view = ?", name)
        self.run(
            cursor,
            "UPDATE view_position SET position = 0, revision = revision + 1"
            " WHERE name = ?",
            name,
        )

    def replace(self, cursor: Cursor, name: str, shadow: str) -> None:
        """Give a view the position of its shadow and what that has parked."""
        self.run(cursor, "DELETE FROM view_parked WHERE view = ?", name)
        self.run(cursor, "UPDATE view_parked SET view = ? WHERE view = ?", name, shadow)
        self.run(
            cursor,
            "UPDATE view_position SET revision = revision + 1, position ="
            " (SELECT position FROM view_position WHERE name = ?), shape ="
            " (SELECT shape FROM view_position WHERE name = ?) WHERE name = ?",
            shadow,
            shadow,
            name,
        )
        self.run(cursor, "DELETE FROM view_position WHERE name = ?", shadow)

    def parked(self, view: str, stream: str) -> list[Parked]:
        with self._transaction(False) as cursor:
            found = self.run(
                cursor,
                "SELECT stream, position, record, error FROM view_parked"
                " WHERE view = ? AND stream = ? ORDER BY position",
                view,
                stream,
            ).fetchall()
        return [_parked(each) for each in found]

    def parked_at(self, view: str, position: int) -> Parked | None:
        with self._transaction(False) as cursor:
            found = self.run(
                cursor,
                "SELECT stream, position, record, error FROM view_parked"
                " WHERE view = ? AND position = ?",
                view,
                position,
            ).fetchone()
        return _parked(found) if found else None

    def parked_streams(self, view: str) -> list[ParkedStream]:
        """The streams that wait, those of unknown events each for itself, in order."""
        with self._transaction(False) as cursor:
            found = self.run(
                cursor,
                "SELECT first.stream, first.position, first.error,"
                " (SELECT count(*) FROM view_parked AS every"
                " WHERE every.view = first.view AND every.stream = first.stream)"
                " AS events"
                " FROM view_parked AS first"
                " WHERE first.view = ? AND (first.stream = ? OR NOT EXISTS"
                " (SELECT 1 FROM view_parked AS earlier WHERE earlier.view = first.view"
                " AND earlier.stream = first.stream"
                " AND earlier.position < first.position)) ORDER BY first.position",
                view,
                UNKNOWN_STREAM,
            ).fetchall()
        return [
            ParkedStream(
                view=view,
                stream=each["stream"],
                position=each["position"],
                error=each["error"],
                events=1 if each["stream"] == UNKNOWN_STREAM else each["events"],
            )
            for each in found
        ]

    def skip(self, skipped: Skipped) -> None:
        """Record a skip; one that is recorded already stays as it is."""
        with self._transaction(True) as cursor:
            self.run(
                cursor,
                "INSERT INTO view_skipped (view, position, reason, skipped_by,"
                " skipped_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                skipped.view,
                skipped.position,
                skipped.reason,
                skipped.by,
                skipped.at.isoformat(),
            )

    def skipped(self, view: str) -> list[Skipped]:
        with self._transaction(False) as cursor:
            found = self.run(
                cursor,
                "SELECT position, reason, skipped_by, skipped_at FROM view_skipped"
                " WHERE view = ? ORDER BY position",
                view,
            ).fetchall()
        return [
            Skipped(
                view=view,
                position=each["position"],
                reason=each["reason"],
                by=each["skipped_by"],
                at=datetime.fromisoformat(each["skipped_at"]),
            )
            for each in found
        ]

    def wish(self, wishes: Sequence[Wish]) -> list[int]:
        """Write wishes down; their numbers, in the same order."""
        with self._transaction(True) as cursor:
            return [self.wish_in(cursor, each) for each in wishes]

    def wish_in(self, cursor: Cursor, wish: Wish) -> int:
        number = self.run(
            cursor,
            "INSERT INTO view_wish (kind, view, stream, position, reason, wished_by,"
            " wished_at) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
            wish.kind,
            wish.view,
            wish.stream,
            wish.position,
            wish.reason,
            wish.by,
            wish.at.isoformat(),
        ).fetchone()
        return int(number["id"])

    def open_wishes(self) -> list[Wish]:
        """What is still to be done, the oldest first."""
        with self._transaction(False) as cursor:
            found = self.run(
                cursor,
                f"SELECT {_WISH} FROM view_wish WHERE outcome IS NULL ORDER BY id",
            ).fetchall()
        return [_wish(each) for each in found]

    def find_wish(self, number: int) -> Wish | None:
        with self._transaction(False) as cursor:
            found = self.run(
                cursor, f"SELECT {_WISH} FROM view_wish WHERE id = ?", number
            ).fetchone()
        return _wish(found) if found else None

    def finish_wish(self, number: int, outcome: str) -> None:
        """Tell what came of a wish, unless that is told already."""
        with self._transaction(True) as cursor:
            self.run(
                cursor,
                "UPDATE view_wish SET outcome = ? WHERE id = ? AND outcome IS NULL",
                outcome,
                number,
            )


def _parked(found: Any) -> Parked:  # a row of the database
    return Parked(
        found["stream"], found["position"], bytes(found["record"]), found["error"]
    )


def _wish(found: Any) -> Wish:  # a row of the database
    return Wish(
        id=found["id"],
        kind=found["kind"],
        view=found["view"],
        stream=found["stream"],
        position=found["position"],
        reason=found["reason"],
        by=found["wished_by"],
        at=datetime.fromisoformat(found["wished_at"]),
        outcome=found["outcome"],
    )
