"""The event store in PostgreSQL: many processes append, one after the other."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any  # rows have columns of many types

import msgspec
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder
from psycopg.rows import tuple_row

from adapters.envelope import (
    CloudEvent,
    CommandRecord,
    Denial,
    Outcome,
    Stale,
    Verdict,
    open_record,
)
from adapters.persistence.append_batch import AppendBatch
from adapters.persistence.event_tables_postgres import (
    HOLD,
    NOTE_POLICY,
    OWNED,
    PART,
    POLICY,
    READ,
    RECORDS,
    SCHEMA,
    load_command,
    load_head,
    load_known,
    write_batch,
)
from adapters.persistence.postgres_database import PostgresDatabase
from adapters.persistence.refusal_note import RefusalNote
from adapters.policy_notes import PolicyNote


class PostgresEventStore(PostgresApplicationRecorder):
    """The log of one node, with what must change in the same transaction.

    StoreUnavailable from any method: the server is stopped, stands still, is full or
    cannot be reached. What an append then came to is told by its command records:
    nothing here tries a second time.
    """

    datastore: PostgresDatabase

    def __init__(
        self, database: PostgresDatabase, node: str, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(database)
        self._node = node
        self._clock = clock
        database.migrate(PART, SCHEMA)

    def append(
        self, verdicts: Sequence[Verdict]
    ) -> list[Outcome | Denial | Stale | CommandRecord]:
        """Write a batch in one transaction; answer each verdict in its place.

        An Outcome answers a decision that was written, the Denial itself a refusal
        that was noted, a CommandRecord a repeat, Stale what rests on what has
        changed: nothing is written of the latter two, while the others are.
        """
        if not verdicts:
            return []
        with self.datastore.pipeline() as connection:
            known = load_known(connection, verdicts)
            batch = AppendBatch(self._node, self._clock().astimezone(UTC), known)
            answers = [batch.take(verdict) for verdict in verdicts]
            write_batch(connection, batch)
        return answers

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: object
    ) -> Sequence[int] | None:
        """Refuse the library's own door: only `append` gives an event its numbers."""
        raise NotImplementedError("events enter by append")

    def read(self, stream: str, after: int = 0) -> list[CloudEvent]:
        """The events of a stream beyond version `after`, in order."""
        found = self._rows(READ, (stream, after))
        return [open_record(state) for (state,) in found]

    def head(self, stream: str) -> int:
        """The version of the last event of a stream, 0 where there is none."""
        with self.datastore.get_connection() as connection:
            entry = load_head(connection, stream)
        return entry.version if entry else 0

    def owned(self, owner: str, kind: str) -> tuple[tuple[str, ...], int]:
        """The streams of an owner under a kind, and the version of that search."""
        ((version, streams),) = self._rows(OWNED, {"owner": owner, "kind": kind})
        return tuple(streams), version

    def outcome(self, owner: str, command_id: str) -> CommandRecord | None:
        """What became of an accepted command; None where none was accepted."""
        with self.datastore.get_connection() as connection:
            return load_command(connection, (owner, command_id))

    def position(self) -> int:
        """The position of the last event of the log, 0 where there is none."""
        return self.max_notification_id() or 0

    def records(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """The records at after + 1, after + 2 and so on, with their positions."""
        return self._rows(RECORDS, (after, limit))

    def refusals(
        self,
        code: str | None = None,
        limit: int = 100,
        before: int | None = None,
        stream: str | None = None,
        role: str | None = None,
    ) -> list[RefusalNote]:
        """The newest first, of a code, stream or actor's role, older than `before`."""
        wanted = {
            "code = %s": code,
            "id < %s": before,
            "stream = %s": stream,
            "actor_role = %s": role,
        }
        given = {term: value for term, value in wanted.items() if value is not None}
        where = " AND ".join(given) or "TRUE"
        statement = f"SELECT * FROM refusal WHERE {where} ORDER BY id DESC LIMIT %s"
        with self.datastore.get_connection() as connection:
            cursor = connection.execute(statement.encode(), (*given.values(), limit))
            rows = cursor.fetchall()
        for row in rows:
            row["context"] = msgspec.json.decode(row["context"])
        return msgspec.convert(rows, list[RefusalNote])

    def policy_note(self, policy: str) -> PolicyNote:
        """How far a policy is: at 0 before its first note."""
        found = self._rows(POLICY, (policy,))
        return PolicyNote(*found[0]) if found else PolicyNote()

    def note_policy(self, policy: str, note: PolicyNote) -> None:
        """Write how far a policy is; what is behind the note there changes nothing."""
        self._rows(NOTE_POLICY, (policy, note.position, note.waits_for))

    def count_refusals(self) -> dict[str, int]:
        """How many refusals there are of each code."""
        return dict(self._rows("SELECT code, count(*) FROM refusal GROUP BY code", ()))

    def hold(self, name: str, holder: str, seconds: float) -> bool:
        """Take a lease or keep it by the database's clock; False: another has it.

        `seconds` 0 gives it back.
        """
        return bool(self._rows(HOLD, (name, holder, seconds)))

    def close(self) -> None:
        """Close the database, and with it all that is kept there."""
        self.datastore.close()

    def _rows(
        self, statement: str, values: Sequence[object] | Mapping[str, object]
    ) -> list[Any]:  # as said above
        with self.datastore.get_connection() as connection:
            # Binary: a record otherwise comes as a text of twice its length.
            cursor = connection.cursor(row_factory=tuple_row, binary=True)
            return cursor.execute(statement.encode(), values).fetchall()
