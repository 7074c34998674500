"""Connections to a PostgreSQL server that may stop, hang or come back at any time."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from select import POLLIN, poll
from threading import Condition
from typing import TypeVar

import psycopg
from psycopg import postgres
from psycopg.abc import PQGen
from psycopg.adapt import AdaptersMap, Dumper
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Format, PipelineStatus, TransactionStatus
from psycopg.rows import DictRow, dict_row

from adapters.envelope import StoreUnavailable

Answer = TypeVar("Answer")

_TURN = 0.1


class PostgresConnection(psycopg.Connection[DictRow]):
    """Waits for no answer longer than `patience` seconds, then is closed.

    The server's own limits do not help against a server that stands still.
    """

    patience: float | None = None

    def wait(
        self, gen: PQGen[Answer], interval: float = _TURN, timeout: float | None = None
    ) -> Answer:
        try:
            bound = self.patience if timeout is None else timeout
            return super().wait(gen, interval, bound)
        except psycopg.OperationalError:
            # Whoever then ends the transaction would wait as long again.
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise


class _TextDumper(Dumper):
    """Text as PostgreSQL can hold it: NUL, which it cannot, stands as U+FFFD."""

    def dump(self, obj: str) -> bytes:
        return obj.replace("\0", "\ufffd").encode()


class _BinaryTextDumper(_TextDumper):
    format = Format.BINARY
    oid = postgres.types["text"].oid


class PostgresConnections:
    """At most `size` connections, each used by one at a time, opened when needed.

    Not the pool that comes with the driver: it tries again in the background, ever
    more seldom, so that a server that is back stays away from us for a while.
    """

    def __init__(
        self, address: str, options: str, patience: float, size: int = 16
    ) -> None:
        self._conninfo = _conninfo(address, options, patience)
        self._patience = patience
        self._size = size
        self._idle: list[PostgresConnection] = []
        self._used = 0
        self._is_closing = False
        self._changed = Condition()
        self._adapters = AdaptersMap(postgres.adapters)
        self._adapters.register_dumper(str, _BinaryTextDumper)
        self._adapters.register_dumper(str, _TextDumper)

    @contextmanager
    def connection(self) -> Iterator[PostgresConnection]:
        """A connection in autocommit; what its user leaves open is rolled back."""
        connection = self._take()
        try:
            yield connection
        finally:
            self._give_back(connection)

    def close(self) -> None:
        """Take no more, wait for the transactions in hand, and close them all."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            is_over = self._changed.wait_for(lambda: self._used == 0, self._patience)
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        if not is_over:
            raise StoreUnavailable("still in use: those connections stay open")

    def _take(self) -> PostgresConnection:
        with self._changed:
            self._changed.wait_for(self._may_take, self._patience)
            if self._is_closing:
                raise StoreUnavailable("the store is closed")
            if self._used == self._size:
                raise StoreUnavailable(f"all {self._size} connections are in use")
            self._used += 1
        try:
            return self._find_living() or self._open()
        except BaseException:
            self._leave()
            raise

    def _may_take(self) -> bool:
        return self._is_closing or self._used < self._size

    def _find_living(self) -> PostgresConnection | None:
        while True:
            with self._changed:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if not _has_news(connection):
                return connection
            connection.close()

    def _open(self) -> PostgresConnection:
        connection = PostgresConnection.connect(
            self._conninfo,
            autocommit=True,
            context=self._adapters,
            row_factory=dict_row,
        )
        connection.patience = self._patience
        return connection

    def _give_back(self, connection: PostgresConnection) -> None:
        try:
            if not connection.closed:
                _leave_nothing_open(connection)
                connection.patience = self._patience
        finally:
            self._leave(None if connection.closed else connection)

    def _leave(self, connection: PostgresConnection | None = None) -> None:
        with self._changed:
            self._used -= 1
            if connection is not None and not self._is_closing:
                self._idle.append(connection)
                connection = None
            self._changed.notify_all()
        if connection is not None:
            connection.close()


def _has_news(connection: PostgresConnection) -> bool:
    """Tell whether an idle connection was spoken to: the server said goodbye."""
    door = poll()
    door.register(connection.fileno(), POLLIN)
    return bool(door.poll(0))


def _leave_nothing_open(connection: PostgresConnection) -> None:
    """End what was not committed; a connection that cannot is never used again."""
    if connection.pgconn.pipeline_status != PipelineStatus.OFF:
        connection.close()
    elif connection.pgconn.transaction_status != TransactionStatus.IDLE:
        _roll_back(connection)


def _roll_back(connection: PostgresConnection) -> None:
    try:
        connection.execute("ROLLBACK")
    except psycopg.Error:
        connection.close()


def _conninfo(address: str, options: str, patience: float) -> str:
    try:
        given = conninfo_to_dict(address)
    except psycopg.Error:
        # The message would repeat the address, and the password in it.
        raise ValueError("this is no address of a PostgreSQL database") from None
    settings = {
        "application_name": "adisteme",
        "connect_timeout": str(max(2, ceil(patience))),
        "tcp_user_timeout": str(ceil(patience * 1000)),
        "keepalives_idle": "10",
        "keepalives_interval": str(max(1, ceil(patience / 3))),
        "keepalives_count": "3",
    }
    settings.update((name, str(value)) for name, value in given.items())
    settings["client_encoding"] = "UTF8"
    settings["options"] = f"{settings.get('options', '')} {options}".strip()
    return make_conninfo("", **settings)
