"""The tables of the event store in PostgreSQL, and how a batch is read and written."""

from collections.abc import Iterable, Sequence
from datetime import UTC

from psycopg import Cursor
from psycopg.rows import TupleRow, tuple_row

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
    Row,
    command_record,
    owner_facts,
    rows_of,
)
from adapters.persistence.postgres_connections import PostgresConnection

PART = "events"

# Names are ordered by their bytes: an upgrade of the machine's locales, which changes
# any other order, would leave the unique indexes broken.
_NAME = 'TEXT COLLATE "C" NOT NULL'

VERSION_1 = (
    # The library's columns; `notification_id` is the position. It comes from log_head,
    # not from a sequence, which leaves gaps and lets a later one commit first.
    f"""CREATE TABLE stored_events (
        notification_id BIGINT PRIMARY KEY,
        originator_id {_NAME}, originator_version BIGINT NOT NULL,
        topic TEXT NOT NULL, state BYTEA NOT NULL,
        UNIQUE (originator_id, originator_version)
    )""",
    """CREATE TABLE log_head (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        position BIGINT NOT NULL, recorded_at TIMESTAMPTZ NOT NULL
    )""",
    "INSERT INTO log_head VALUES (1, 0, '1970-01-01T00:00:00Z')",
    # `entered` is the position of the event that entered the stream under its kind.
    f"""CREATE TABLE stream_index (
        stream {_NAME} PRIMARY KEY, owner {_NAME}, version BIGINT NOT NULL,
        kind TEXT COLLATE "C", entered BIGINT
    )""",
    """CREATE INDEX stream_index_by_kind ON stream_index (owner, kind, entered)
        WHERE kind IS NOT NULL""",
    f"""CREATE TABLE search_version (
        owner {_NAME}, kind {_NAME}, version BIGINT NOT NULL,
        PRIMARY KEY (owner, kind)
    )""",
    f"CREATE TABLE owner (bin {_NAME} PRIMARY KEY, kato {_NAME}, levels {_NAME})",
    f"""CREATE TABLE feed (
        owner {_NAME}, scope {_NAME}, last BIGINT NOT NULL,
        PRIMARY KEY (owner, scope)
    )""",
    f"""CREATE TABLE command (
        owner {_NAME}, command_id {_NAME}, tag {_NAME}, digest {_NAME},
        outcome {_NAME},
        PRIMARY KEY (owner, command_id)
    )""",
    f"""CREATE TABLE refusal (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at TIMESTAMPTZ NOT NULL,
        command_tag {_NAME}, command_id TEXT, owner TEXT,
        code {_NAME}, rule TEXT, rule_pack TEXT,
        actor TEXT, actor_org TEXT, stream TEXT, context {_NAME}
    )""",
    "CREATE INDEX refusal_by_code ON refusal (code, id)",
    f"""CREATE TABLE lease (
        name {_NAME} PRIMARY KEY, holder {_NAME}, until TIMESTAMPTZ NOT NULL
    )""",
)

VERSION_2 = ("CREATE INDEX refusal_by_stream ON refusal (stream, id)",)

VERSION_3 = (
    "ALTER TABLE refusal ADD COLUMN actor_role TEXT",
    "ALTER TABLE refusal ADD COLUMN cause TEXT",
    "CREATE INDEX refusal_by_role ON refusal (actor_role, id)",
    f"""CREATE TABLE policy (
        name {_NAME} PRIMARY KEY, position BIGINT NOT NULL, waits_for TEXT
    )""",
)

SCHEMA = (VERSION_1, VERSION_2, VERSION_3)

POLICY = "SELECT position, waits_for FROM policy WHERE name = %s"
NOTE_POLICY = """INSERT INTO policy VALUES (%s, %s, %s)
    ON CONFLICT (name) DO UPDATE
    SET position = excluded.position, waits_for = excluded.waits_for
    WHERE excluded.position >= policy.position
    RETURNING name"""

# The append lock: who has this row gives the next positions, and whoever waits for it
# sees, in the statements after it, all that was committed until then.
_LOCK_HEAD = "SELECT position, recorded_at FROM log_head FOR UPDATE"
# One look into the index for each asked name. A plain join or `= ANY` is planned while
# the tables are small, by reading them through, and that plan is then kept while they
# grow.
_HEADS = """SELECT found.* FROM unnest(%b::text[]) AS asked (stream)
    CROSS JOIN LATERAL (
        SELECT stream, owner, version, kind, entered FROM stream_index
        WHERE stream = asked.stream LIMIT 1
    ) AS found"""
_SEARCHES = """SELECT found.* FROM unnest(%b::text[], %b::text[]) AS asked (owner, kind)
    CROSS JOIN LATERAL (
        SELECT owner, kind, version FROM search_version
        WHERE owner = asked.owner AND kind = asked.kind LIMIT 1
    ) AS found"""
_OWNERS = """SELECT found.* FROM unnest(%b::text[]) AS asked (bin)
    CROSS JOIN LATERAL (
        SELECT bin, kato, levels FROM owner WHERE bin = asked.bin LIMIT 1
    ) AS found"""
_FEEDS = """SELECT found.* FROM unnest(%b::text[], %b::text[]) AS asked (owner, scope)
    CROSS JOIN LATERAL (
        SELECT owner, scope, last FROM feed
        WHERE owner = asked.owner AND scope = asked.scope LIMIT 1
    ) AS found"""
_COMMANDS = """SELECT found.* FROM unnest(%b::text[], %b::text[]) AS asked (owner, id)
    CROSS JOIN LATERAL (
        SELECT owner, command_id, digest, outcome FROM command
        WHERE owner = asked.owner AND command_id = asked.id LIMIT 1
    ) AS found"""

_INSERT_EVENTS = """INSERT INTO stored_events
    (notification_id, originator_id, originator_version, topic, state)
    SELECT * FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::text[],
        %b::bytea[])"""
_SET_HEADS = """INSERT INTO stream_index
    SELECT * FROM unnest(%b::text[], %b::text[], %b::bigint[], %b::text[],
        %b::bigint[])
    ON CONFLICT (stream) DO UPDATE SET owner = excluded.owner,
        version = excluded.version, kind = excluded.kind, entered = excluded.entered"""
_SET_SEARCHES = """INSERT INTO search_version
    SELECT * FROM unnest(%b::text[], %b::text[], %b::bigint[])
    ON CONFLICT (owner, kind) DO UPDATE SET version = excluded.version"""
_SET_OWNERS = """INSERT INTO owner
    SELECT * FROM unnest(%b::text[], %b::text[], %b::text[])
    ON CONFLICT (bin) DO UPDATE SET kato = excluded.kato, levels = excluded.levels"""
_SET_FEEDS = """INSERT INTO feed
    SELECT * FROM unnest(%b::text[], %b::text[], %b::bigint[])
    ON CONFLICT (owner, scope) DO UPDATE SET last = excluded.last"""
_INSERT_COMMANDS = """INSERT INTO command
    SELECT * FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[], %b::text[])"""
_INSERT_REFUSALS = """INSERT INTO refusal (at, command_tag, command_id, owner, code,
    rule, rule_pack, actor, actor_org, actor_role, cause, stream, context)
    SELECT at::timestamptz, command_tag, command_id, owner, code, rule, rule_pack,
        actor, actor_org, actor_role, cause, stream, context
    FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[],
        %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[],
        %b::text[]) AS noted (at, command_tag, command_id, owner, code, rule,
        rule_pack, actor, actor_org, actor_role, cause, stream, context)"""
_SET_LOG_HEAD = "UPDATE log_head SET position = %s, recorded_at = %s"

OWNED = """SELECT coalesce(
        (SELECT version FROM search_version WHERE owner = %(owner)s AND kind = %(kind)s)
    , 0), array(
        SELECT stream FROM stream_index
        WHERE owner = %(owner)s AND kind = %(kind)s AND kind IS NOT NULL
        ORDER BY entered
    )"""
READ = """SELECT state FROM stored_events
    WHERE originator_id = %s AND originator_version > %s ORDER BY originator_version"""
RECORDS = """SELECT notification_id, state FROM stored_events
    WHERE notification_id > %s ORDER BY notification_id LIMIT %s"""
# Waiting for the row costs a little of the lease, and never makes it longer.
HOLD = """INSERT INTO lease
    VALUES (%s, %s, clock_timestamp() + make_interval(secs => %s))
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE lease.holder = excluded.holder OR lease.until <= clock_timestamp()
    RETURNING name"""


def load_known(connection: PostgresConnection, verdicts: Sequence[Verdict]) -> Known:
    """Take the append lock and read all that a batch touches, in one round trip."""
    streams, searches = touched(verdicts)
    drafts = [draft for verdict in verdicts for draft in verdict.drafts]
    names = {(given.command_owner, given.command_id) for given in verdicts}
    head = _ask(connection, _LOCK_HEAD)
    heads = _ask(connection, _HEADS, list(streams))
    found_searches = _ask_pairs(connection, _SEARCHES, searches)
    owners = _ask(connection, _OWNERS, list({draft.owner for draft in drafts}))
    feeds = _ask_pairs(
        connection, _FEEDS, {(draft.owner, draft.scope) for draft in drafts}
    )
    commands = _ask_pairs(connection, _COMMANDS, names)
    position, recorded_at = head.fetchall()[0]
    return Known(
        position=position,
        recorded_at=recorded_at.astimezone(UTC),
        streams=_heads(heads),
        searches=_numbers(found_searches),
        owners=_owners(owners),
        feeds=_numbers(feeds),
        commands=_commands(commands),
    )


def load_head(connection: PostgresConnection, stream: str) -> StreamEntry | None:
    return _heads(_ask(connection, _HEADS, [stream])).get(stream)


def load_command(connection: PostgresConnection, name: Pair) -> CommandRecord | None:
    return _commands(_ask_pairs(connection, _COMMANDS, [name])).get(name)


def write_batch(connection: PostgresConnection, batch: AppendBatch) -> None:
    """Send what a batch changes, without waiting for an answer."""
    rows = rows_of(batch)
    _send(connection, _INSERT_REFUSALS, rows.refusals)
    if not batch.accepted:
        return
    _send(connection, _INSERT_EVENTS, rows.events)
    _send(connection, _SET_HEADS, rows.heads)
    _send(connection, _SET_SEARCHES, rows.searches)
    _send(connection, _SET_OWNERS, rows.owners)
    _send(connection, _SET_FEEDS, rows.feeds)
    _send(connection, _INSERT_COMMANDS, rows.commands)
    connection.execute(_SET_LOG_HEAD, (batch.position, batch.recorded_at))


def _ask(
    connection: PostgresConnection, statement: str, *values: object
) -> Cursor[TupleRow]:
    cursor = connection.cursor(row_factory=tuple_row)
    return cursor.execute(statement.encode(), values)


def _ask_pairs(
    connection: PostgresConnection, statement: str, pairs: Iterable[Pair]
) -> Cursor[TupleRow]:
    listed = list(pairs)
    first, second = ([pair[place] for pair in listed] for place in (0, 1))
    return _ask(connection, statement, first, second)


def _send(connection: PostgresConnection, statement: str, rows: Sequence[Row]) -> None:
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(statement.encode(), columns)


def _heads(cursor: Cursor[TupleRow]) -> dict[str, StreamEntry]:
    return {row[0]: StreamEntry(*row[1:]) for row in cursor.fetchall()}


def _numbers(cursor: Cursor[TupleRow]) -> dict[Pair, int]:
    return {(first, second): number for first, second, number in cursor.fetchall()}


def _owners(cursor: Cursor[TupleRow]) -> dict[str, OwnerFacts]:
    return {
        owner: owner_facts(kato, levels) for owner, kato, levels in cursor.fetchall()
    }


def _commands(cursor: Cursor[TupleRow]) -> dict[Pair, CommandRecord]:
    return {
        (owner, command_id): command_record(digest, outcome)
        for owner, command_id, digest, outcome in cursor.fetchall()
    }
