"""An SQLite file that many threads read while one of them writes."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Condition, Lock

from eventsourcing.persistence import ConnectionUnavailableError
from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from adapters.envelope import StoreUnavailable
from adapters.persistence.schema_version import SchemaTooNew

PATIENCE = 5.0
"""Seconds to wait for the lock of another writer, or for a free connection."""

_OUTAGES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}


class _Connections(SQLiteConnectionPool):
    def __init__(self, path: Path, settings: Sequence[str], patience: float) -> None:
        self.settings = ("journal_mode=WAL", *settings)
        self.patience = patience
        super().__init__(
            db_name=str(path), pool_size=16, max_overflow=48, pool_timeout=patience
        )

    # The library's own connections keep a single prepared statement
    # (`cached_statements=True` counts as 1), and know no pragma but WAL.
    def _create_connection(self) -> SQLiteConnection:
        connection = sqlite3.connect(
            self.db_name,
            timeout=self.patience,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.row_factory = sqlite3.Row
        try:
            for setting in self.settings:
                connection.execute(f"PRAGMA {setting}")
        except BaseException:
            connection.close()
            raise
        return SQLiteConnection(connection, max_age=None)


class SqliteFile(SQLiteDatastore):
    """Connections and transactions of one file; outages become StoreUnavailable."""

    def __init__(self, path: Path, *settings: str, patience: float = PATIENCE) -> None:
        self._writing = Lock()
        self._users = 0
        self._users_changed = Condition()
        self._is_closing = False
        self._patience = patience
        super().__init__(str(path), originator_id_type="text")
        self.pool = _Connections(path, settings, patience)

    def migrate(self, versions: Sequence[Sequence[str]]) -> None:
        """Bring the schema to the newest version; `versions[n]` makes n + 1 of n."""
        known = len(versions)
        with self.transaction(commit=False) as cursor:
            found = _schema_version(cursor)
        if found > known:
            raise SchemaTooNew(
                f"{self.pool.db_name} has schema {found}, this program knows {known}"
            )
        if found == known:
            return
        with self.transaction(commit=True) as cursor:
            for statements in versions[_schema_version(cursor) :]:
                for statement in statements:
                    cursor.execute(statement)
            cursor.execute(f"PRAGMA user_version = {known}")

    # Differs from the library's: a writer locks at once, so that what it reads still
    # holds when it writes; and a failed commit is rolled back, where the library puts
    # the connection back into the pool with its transaction open.
    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with self._outages(), self.get_connection(commit=commit) as connection:
            cursor = connection.cursor()
            try:
                cursor.execute("BEGIN IMMEDIATE" if commit else "BEGIN")
                yield cursor
                if commit:
                    connection.commit()
            finally:
                _leave_nothing_open(connection, cursor)

    def empty_journal(self) -> None:
        """Leave nothing of overwritten pages in the journal, unless somebody reads."""
        with self._outages(), self.get_connection(commit=True) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _outages(self) -> Iterator[None]:
        try:
            yield
        except ConnectionUnavailableError as error:
            raise StoreUnavailable(str(error)) from error
        except sqlite3.Error as error:
            if _is_outage(error):
                raise StoreUnavailable(str(error)) from error
            raise

    # A lock of our own: the library's stays locked for ever when no connection can be
    # opened, and lets readers wait behind writers.
    @contextmanager
    def get_connection(self, *, commit: bool) -> Iterator[SQLiteConnection]:
        with self._in_use(), self._writer() if commit else nullcontext():
            connection = self.pool.get_connection()
            try:
                yield connection
            finally:
                self.pool.put_connection(connection)

    def close(self) -> None:
        """Take no more, let the transactions in hand end, and close the file.

        The library closes a connection under the thread that uses it: the process
        then ends with a segmentation fault.
        """
        with self._users_changed:
            self._is_closing = True
            if not self._users_changed.wait_for(self._is_unused, self._patience):
                raise StoreUnavailable("still in use: it stays open")
        super().close()

    def _is_unused(self) -> bool:
        return self._users == 0

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        with self._users_changed:
            if self._is_closing:
                raise StoreUnavailable("the store is closed")
            self._users += 1
        try:
            yield
        finally:
            with self._users_changed:
                self._users -= 1
                self._users_changed.notify_all()

    @contextmanager
    def _writer(self) -> Iterator[None]:
        if not self._writing.acquire(timeout=self._patience):
            raise StoreUnavailable("another thread is still writing")
        try:
            yield
        finally:
            self._writing.release()


def _schema_version(cursor: SQLiteCursor) -> int:
    cursor.execute("PRAGMA user_version")
    return int(cursor.fetchone()[0])


def _is_outage(error: sqlite3.Error) -> bool:
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF in _OUTAGES


def _leave_nothing_open(connection: SQLiteConnection, cursor: SQLiteCursor) -> None:
    """End what was not committed; a connection that cannot is never used again."""
    try:
        with cursor:
            connection.rollback()
    except sqlite3.Error:
        connection.close()
