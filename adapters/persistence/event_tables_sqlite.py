"""The tables of the event store in SQLite, and how a batch is read and written."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from eventsourcing.sqlite import SQLiteCursor

from adapters.envelope import CommandRecord, Verdict
from adapters.persistence.append_batch import (
    AppendBatch,
    Known,
    OwnerFacts,
    Pair,
    StreamEntry,
    touched,
)
from adapters.persistence.batch_rows import (
    as_json,
    command_record,
    owner_facts,
    rows_of,
)

VERSION_1 = (
    # The library's table and columns; its rowid is the position. VACUUM may number
    # rowids anew, but without gaps it gives each the number that it has.
    """CREATE TABLE stored_events (
        originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB,
        PRIMARY KEY (originator_id, originator_version)
    )""",
    """CREATE TABLE log_head (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        position INTEGER NOT NULL, recorded_at TEXT NOT NULL
    )""",
    "INSERT INTO log_head VALUES (1, 0, '1970-01-01T00:00:00+00:00')",
    # `entered` is the position of the event that entered the stream under its kind.
    """CREATE TABLE stream_index (
        stream TEXT PRIMARY KEY, owner TEXT NOT NULL, version INTEGER NOT NULL,
        kind TEXT, entered INTEGER
    ) WITHOUT ROWID""",
    """CREATE INDEX stream_index_by_kind ON stream_index (owner, kind, entered)
        WHERE kind IS NOT NULL""",
    """CREATE TABLE search_version (
        owner TEXT NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL,
        PRIMARY KEY (owner, kind)
    ) WITHOUT ROWID""",
    """CREATE TABLE owner (
        bin TEXT PRIMARY KEY, kato TEXT NOT NULL, levels TEXT NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE feed (
        owner TEXT NOT NULL, scope TEXT NOT NULL, last INTEGER NOT NULL,
        PRIMARY KEY (owner, scope)
    ) WITHOUT ROWID""",
    """CREATE TABLE command (
        owner TEXT NOT NULL, command_id TEXT NOT NULL, tag TEXT NOT NULL,
        digest TEXT NOT NULL, outcome TEXT NOT NULL,
        PRIMARY KEY (owner, command_id)
    ) WITHOUT ROWID""",
    """CREATE TABLE refusal (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL,
        command_tag TEXT NOT NULL, command_id TEXT, owner TEXT,
        code TEXT NOT NULL, rule TEXT, rule_pack TEXT,
        actor TEXT, actor_org TEXT, stream TEXT, context TEXT NOT NULL
    )""",
    "CREATE INDEX refusal_by_code ON refusal (code, id)",
)

VERSION_2 = ("CREATE INDEX refusal_by_stream ON refusal (stream, id)",)

VERSION_3 = (
    "ALTER TABLE refusal ADD COLUMN actor_role TEXT",
    "ALTER TABLE refusal ADD COLUMN cause TEXT",
    "CREATE INDEX refusal_by_role ON refusal (actor_role, id)",
    """CREATE TABLE policy (
        name TEXT PRIMARY KEY, position INTEGER NOT NULL, waits_for TEXT
    )""",
)

SCHEMA = (VERSION_1, VERSION_2, VERSION_3)

POLICY = "SELECT position, waits_for FROM policy WHERE name = ?"
NOTE_POLICY = """INSERT INTO policy VALUES (?, ?, ?)
    ON CONFLICT (name) DO UPDATE
    SET position = excluded.position, waits_for = excluded.waits_for
    WHERE excluded.position >= policy.position"""

# A whole batch is asked for with one JSON parameter; CROSS JOIN holds SQLite to
# looking each asked key up, instead of reading the table through.
_HEADS = """SELECT stream, owner, version, kind, entered
    FROM json_each(?) CROSS JOIN stream_index ON stream = value"""
_SEARCHES = """SELECT owner, kind, version FROM json_each(?) CROSS JOIN search_version
    ON owner = json_extract(value, '$[0]') AND kind = json_extract(value, '$[1]')"""
_OWNERS = "SELECT bin, kato, levels FROM json_each(?) CROSS JOIN owner ON bin = value"
_FEEDS = """SELECT owner, scope, last FROM json_each(?) CROSS JOIN feed
    ON owner = json_extract(value, '$[0]') AND scope = json_extract(value, '$[1]')"""
_COMMANDS = """SELECT owner, command_id, digest, outcome
    FROM json_each(?) CROSS JOIN command ON owner = json_extract(value, '$[0]')
    AND command_id = json_extract(value, '$[1]')"""
OWNED = """SELECT stream FROM stream_index
    WHERE owner = ? AND kind = ? AND kind IS NOT NULL ORDER BY entered"""

_INSERT_EVENT = """INSERT INTO stored_events
    (rowid, originator_id, originator_version, topic, state) VALUES (?, ?, ?, ?, ?)"""
_SET_HEAD = "REPLACE INTO stream_index VALUES (?, ?, ?, ?, ?)"
_SET_SEARCH = "REPLACE INTO search_version VALUES (?, ?, ?)"
_SET_OWNER = "REPLACE INTO owner VALUES (?, ?, ?)"
_SET_FEED = "REPLACE INTO feed VALUES (?, ?, ?)"
_INSERT_COMMAND = "INSERT INTO command VALUES (?, ?, ?, ?, ?)"
_SET_LOG_HEAD = "UPDATE log_head SET position = ?, recorded_at = ?"
_INSERT_REFUSAL = """INSERT INTO refusal (at, command_tag, command_id, owner, code,
    rule, rule_pack, actor, actor_org, actor_role, cause, stream, context)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def _asked(keys: Iterable[str | Pair]) -> tuple[str]:
    return (as_json(list(keys)),)


def load_known(cursor: SQLiteCursor, verdicts: Sequence[Verdict]) -> Known:
    streams, searches = touched(verdicts)
    drafts = [draft for verdict in verdicts for draft in verdict.drafts]
    cursor.execute("SELECT position, recorded_at FROM log_head")
    position, recorded_at = cursor.fetchone()
    return Known(
        position=position,
        recorded_at=datetime.fromisoformat(recorded_at),
        streams=load_heads(cursor, streams),
        searches=load_searches(cursor, searches),
        owners=_load_owners(cursor, {draft.owner for draft in drafts}),
        feeds=_load_feeds(cursor, {(draft.owner, draft.scope) for draft in drafts}),
        commands=load_commands(
            cursor, {(given.command_owner, given.command_id) for given in verdicts}
        ),
    )


def load_heads(cursor: SQLiteCursor, streams: Iterable[str]) -> dict[str, StreamEntry]:
    cursor.execute(_HEADS, _asked(streams))
    return {row[0]: StreamEntry(*row[1:]) for row in cursor.fetchall()}


def load_searches(cursor: SQLiteCursor, searches: Iterable[Pair]) -> dict[Pair, int]:
    cursor.execute(_SEARCHES, _asked(searches))
    return {(owner, kind): version for owner, kind, version in cursor.fetchall()}


def _load_owners(cursor: SQLiteCursor, owners: Iterable[str]) -> dict[str, OwnerFacts]:
    cursor.execute(_OWNERS, _asked(owners))
    return {
        owner: owner_facts(kato, levels) for owner, kato, levels in cursor.fetchall()
    }


def _load_feeds(cursor: SQLiteCursor, feeds: Iterable[Pair]) -> dict[Pair, int]:
    cursor.execute(_FEEDS, _asked(feeds))
    return {(owner, scope): last for owner, scope, last in cursor.fetchall()}


def load_commands(
    cursor: SQLiteCursor, commands: Iterable[Pair]
) -> dict[Pair, CommandRecord]:
    cursor.execute(_COMMANDS, _asked(commands))
    return {
        (owner, command_id): command_record(digest, outcome)
        for owner, command_id, digest, outcome in cursor.fetchall()
    }


def write_batch(cursor: SQLiteCursor, batch: AppendBatch) -> None:
    rows = rows_of(batch)
    cursor.executemany(_INSERT_REFUSAL, rows.refusals)
    if not batch.accepted:
        return
    cursor.executemany(_INSERT_EVENT, rows.events)
    cursor.executemany(_SET_HEAD, rows.heads)
    cursor.executemany(_SET_SEARCH, rows.searches)
    cursor.executemany(_SET_OWNER, rows.owners)
    cursor.executemany(_SET_FEED, rows.feeds)
    cursor.executemany(_INSERT_COMMAND, rows.commands)
    cursor.execute(_SET_LOG_HEAD, (batch.position, batch.recorded_at.isoformat()))
