"""One schema of a PostgreSQL database that many processes read and write."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil

import psycopg
from eventsourcing.postgres import PostgresDatastore
from psycopg import Cursor
from psycopg.rows import DictRow

from adapters.envelope import StoreUnavailable
from adapters.persistence.postgres_connections import (
    PostgresConnection,
    PostgresConnections,
)
from adapters.persistence.schema_version import SchemaTooNew

SCHEMA_NAME = "adisteme"

PATIENCE = 5.0
"""Seconds to wait for a connection, a lock or an answer."""

MIGRATION_PATIENCE = 600.0
"""Seconds for one statement that changes the schema."""

# Beginnings of the SQLSTATEs of a server that cannot serve, beside those that are an
# OperationalError anyhow: a transaction ended by a timeout, a standby that is only
# read, and all that it calls an internal error: files damaged or grown too large.
_OUTAGES = ("25P03", "25P04", "25006", "XX")

_VERSIONS = """CREATE TABLE IF NOT EXISTS schema_version (
    part TEXT PRIMARY KEY, version INTEGER NOT NULL
)"""
_SET_VERSION = """INSERT INTO schema_version VALUES (%s, %s)
    ON CONFLICT (part) DO UPDATE SET version = excluded.version"""


class PostgresDatabase(PostgresDatastore):
    """Connections and transactions of one schema; outages become StoreUnavailable.

    Statements name their tables without the schema: it is the search path. An outage
    during a commit leaves open whether it came about.
    """

    def __init__(
        self, address: str, schema: str = SCHEMA_NAME, patience: float = PATIENCE
    ) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", schema):
            raise ValueError(f"{schema!r} names no schema")
        self._connections = PostgresConnections(
            address, _options(schema, patience), patience
        )
        # What the library is told of the server goes into a pool that is never opened.
        super().__init__("", "", "", "", "", schema=schema, originator_id_type="text")

    def migrate(self, part: str, versions: Sequence[Sequence[str]]) -> None:
        """Bring the tables of a part to the newest version, once, whoever comes first.

        `versions[n]` makes version n + 1 of n, in one transaction for all of them.
        """
        with self.transaction(commit=False) as cursor:
            if self._found(cursor, part, len(versions)) == len(versions):
                return
        with self.transaction(commit=True, patience=MIGRATION_PATIENCE) as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                (f"migrate {self.schema}",),
            )
            self._make_schema(cursor)
            found = self._found(cursor, part, len(versions))
            for statements in versions[found:]:
                for statement in statements:
                    cursor.execute(statement.encode())
            cursor.execute(_SET_VERSION, (part, len(versions)))

    @contextmanager
    def transaction(
        self, *, commit: bool = False, patience: float | None = None
    ) -> Iterator[Cursor[DictRow]]:
        """Write, or read what stood at one moment; `patience` is for each statement."""
        with self.get_connection() as connection:
            cursor = connection.cursor()
            if commit:
                cursor.execute("BEGIN")
            else:
                cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if patience is not None:
                connection.patience = patience
                limit = f"SET LOCAL statement_timeout = {_server_limit(patience)}"
                cursor.execute(limit.encode())
            yield cursor
            cursor.execute("COMMIT" if commit else "ROLLBACK")

    @contextmanager
    def pipeline(self) -> Iterator[PostgresConnection]:
        """A writing transaction that waits only where an answer is fetched.

        Whatever was not fetched is sent together with the commit, and what fails keeps
        the commit from happening.
        """
        with self.get_connection() as connection, connection.pipeline():
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def get_connection(self) -> Iterator[PostgresConnection]:
        """A connection in autocommit, for a single statement."""
        try:
            with self._connections.connection() as connection:
                yield connection
        except psycopg.Error as error:
            if _is_outage(error):
                raise StoreUnavailable(str(error)) from error
            raise

    def register_type_adapters(self) -> None:
        """Do nothing: arrays go in as they are, not as the library's row types."""

    def close(self) -> None:
        self._connections.close()

    def __del__(self) -> None:
        """Leave open what others may use: the library would close it under them."""

    def _found(self, cursor: Cursor[DictRow], part: str, known: int) -> int:
        found = _schema_version(cursor, self.schema, part)
        if found > known:
            raise SchemaTooNew(f"{part} has schema {found}, this program knows {known}")
        return found

    def _make_schema(self, cursor: Cursor[DictRow]) -> None:
        # Where it is there, IF NOT EXISTS still demands the right to make it.
        cursor.execute("SELECT to_regnamespace(%s) AS made", (self.schema,))
        row = cursor.fetchone()
        if row is not None and row["made"] is None:
            cursor.execute(f"CREATE SCHEMA {self.schema}".encode())
        cursor.execute(_VERSIONS)


def _schema_version(cursor: Cursor[DictRow], schema: str, part: str) -> int:
    cursor.execute("SELECT to_regclass(%s) AS made", (f"{schema}.schema_version",))
    made = cursor.fetchone()
    if made is None or made["made"] is None:
        return 0
    cursor.execute("SELECT version FROM schema_version WHERE part = %s", (part,))
    row = cursor.fetchone()
    return int(row["version"]) if row else 0


def _options(schema: str, patience: float) -> str:
    """Settings of a session, which an operator's defaults must not weaken."""
    limit = _server_limit(patience)
    settings = {
        "search_path": schema,
        "timezone": "UTC",
        "synchronous_commit": "on",
        "statement_timeout": limit,
        "lock_timeout": limit,
        # A process that was stopped while it held the append lock loses it.
        "idle_in_transaction_session_timeout": limit,
    }
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _server_limit(patience: float) -> int:
    """Milliseconds after which the server gives up, well before we do."""
    return ceil(patience * 800)


def _is_outage(error: psycopg.Error) -> bool:
    if isinstance(error, psycopg.OperationalError):
        return True
    return (error.sqlstate or "").startswith(_OUTAGES)
