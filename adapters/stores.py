"""The stores of a node: SQLite files in its folder, or one PostgreSQL database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adapters.persistence.content_store import SqliteContentStore
from adapters.persistence.content_store_postgres import PostgresContentStore
from adapters.persistence.event_store_postgres import PostgresEventStore
from adapters.persistence.event_store_sqlite import SqliteEventStore
from adapters.persistence.postgres_database import PostgresDatabase
from adapters.persistence.view_store_postgres import PostgresViewStore
from adapters.persistence.view_store_sqlite import SqliteViewStore
from adapters.views import AnyProjection


@dataclass(frozen=True)
class Stores:
    """Events with registry and command records, content, and views."""

    events: SqliteEventStore | PostgresEventStore
    content: SqliteContentStore | PostgresContentStore
    views: SqliteViewStore | PostgresViewStore

    def close(self) -> None:
        self.views.close()
        self.content.close()
        self.events.close()


def open_stores(
    folder: Path,
    database: str | None,
    node: str,
    content_key: bytes,
    projections: Sequence[AnyProjection],
) -> Stores:
    """Open the stores, their schemas moved forward where they are older.

    SchemaTooNew where a later version made them, StoreUnavailable where they cannot
    be reached.
    """
    if database is None:
        return Stores(
            SqliteEventStore(folder / "events.sqlite", node, utc_now),
            SqliteContentStore(folder / "content.sqlite", content_key),
            SqliteViewStore(folder / "views.sqlite", projections),
        )
    postgres = PostgresDatabase(database)
    try:
        return Stores(
            PostgresEventStore(postgres, node, utc_now),
            PostgresContentStore(postgres, content_key),
            PostgresViewStore(postgres, projections),
        )
    except BaseException:
        postgres.close()
        raise


def open_events(
    folder: Path, database: str | None, node: str
) -> SqliteEventStore | PostgresEventStore:
    """The event store alone; closing it closes its connections."""
    if database is None:
        return SqliteEventStore(folder / "events.sqlite", node, utc_now)
    return PostgresEventStore(PostgresDatabase(database), node, utc_now)


def utc_now() -> datetime:
    return datetime.now(UTC)
