"""The event store in one SQLite file: whole batches, positions without gaps."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder

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
from adapters.persistence.event_tables_sqlite import (
    NOTE_POLICY,
    OWNED,
    POLICY,
    SCHEMA,
    load_commands,
    load_heads,
    load_known,
    load_searches,
    write_batch,
)
from adapters.persistence.refusal_note import RefusalNote
from adapters.persistence.sqlite_file import PATIENCE, SqliteFile
from adapters.policy_notes import PolicyNote


class SqliteEventStore(SQLiteApplicationRecorder):
    """The log of one node, with what must change in the same transaction.

    StoreUnavailable from any method: the file is full, locked, closed or broken.
    """

    def __init__(
        self,
        path: Path,
        node: str,
        clock: Callable[[], datetime],
        patience: float = PATIENCE,
    ) -> None:
        file = SqliteFile(path, "synchronous=FULL", patience=patience)
        super().__init__(file)
        self._node = node
        self._clock = clock
        file.migrate(SCHEMA)

    def append(
        self, verdicts: Sequence[Verdict]
    ) -> list[Outcome | Denial | Stale | CommandRecord]:
        """Write a batch in one transaction; answer each verdict in its place.

        An Outcome answers a decision that was written, the Denial itself a refusal
        that was noted, a CommandRecord a repeat, Stale what rests on what has
        changed: nothing is written of the latter two, while the others are.
        """
        with self.datastore.transaction(commit=True) as cursor:
            known = load_known(cursor, verdicts)
            batch = AppendBatch(self._node, self._clock().astimezone(UTC), known)
            answers = [batch.take(verdict) for verdict in verdicts]
            write_batch(cursor, batch)
        return answers

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: object
    ) -> Sequence[int] | None:
        """Refuse the library's own door: only `append` gives an event its numbers."""
        raise NotImplementedError("events enter by append")

    def read(self, stream: str, after: int = 0) -> list[CloudEvent]:
        """The events of a stream beyond version `after`, in order."""
        stored = self.select_events(stream, gt=after)
        return [open_record(event.state) for event in stored]

    def head(self, stream: str) -> int:
        """The version of the last event of a stream, 0 where there is none."""
        with self.datastore.transaction(commit=False) as cursor:
            entry = load_heads(cursor, [stream]).get(stream)
        return entry.version if entry else 0

    def owned(self, owner: str, kind: str) -> tuple[tuple[str, ...], int]:
        """The streams of an owner under a kind, and the version of that search."""
        with self.datastore.transaction(commit=False) as cursor:
            version = load_searches(cursor, [(owner, kind)]).get((owner, kind), 0)
            cursor.execute(OWNED, (owner, kind))
            streams = tuple(row["stream"] for row in cursor.fetchall())
        return streams, version

    def outcome(self, owner: str, command_id: str) -> CommandRecord | None:
        """What became of an accepted command; None where none was accepted."""
        name = (owner, command_id)
        with self.datastore.transaction(commit=False) as cursor:
            return load_commands(cursor, [name]).get(name)

    def position(self) -> int:
        """The position of the last event of the log, 0 where there is none."""
        return self.max_notification_id() or 0

    def records(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """The records at after + 1, after + 2 and so on, with their positions."""
        found = self.select_notifications(after, limit, inclusive_of_start=False)
        return [(record.id, record.state) for record in found]

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
            "code = ?": code,
            "id < ?": before,
            "stream = ?": stream,
            "actor_role = ?": role,
        }
        given = {term: value for term, value in wanted.items() if value is not None}
        where = " AND ".join(given) or "TRUE"
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(
                f"SELECT * FROM refusal WHERE {where} ORDER BY id DESC LIMIT ?",
                (*given.values(), limit),
            )
            rows = [dict(row) for row in cursor.fetchall()]
        for row in rows:
            row["context"] = msgspec.json.decode(row["context"])
        return msgspec.convert(rows, list[RefusalNote])

    def policy_note(self, policy: str) -> PolicyNote:
        """How far a policy is: at 0 before its first note."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(POLICY, (policy,))
            found = cursor.fetchone()
        return PolicyNote(*found) if found else PolicyNote()

    def note_policy(self, policy: str, note: PolicyNote) -> None:
        """Write how far a policy is; what is behind the note there changes nothing."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(NOTE_POLICY, (policy, note.position, note.waits_for))

    def count_refusals(self) -> dict[str, int]:
        """How many refusals there are of each code."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT code, count(*) FROM refusal GROUP BY code")
            return {row[0]: row[1] for row in cursor.fetchall()}

    def close(self) -> None:
        self.datastore.close()
