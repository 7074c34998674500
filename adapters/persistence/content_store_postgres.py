"""Texts and files that the log only refers to, in PostgreSQL beside the log."""

from psycopg.rows import tuple_row

from adapters.persistence.postgres_database import PostgresDatabase
from adapters.persistence.sealed_content import Content, SealedContent, Sealing
from domain.identifiers import ContentRef

PART = "content"

# Each owner of the same file has a copy under a key of its own, so that one can erase
# it and the other keep it. What is encrypted does not compress.
SCHEMA = (
    (
        """CREATE TABLE content (
            ref TEXT COLLATE "C" NOT NULL, owner TEXT COLLATE "C" NOT NULL,
            kind TEXT NOT NULL, media_type TEXT NOT NULL,
            wrapped_key BYTEA, body BYTEA,
            entered BIGINT GENERATED ALWAYS AS IDENTITY,
            PRIMARY KEY (ref, owner)
        )""",
        "ALTER TABLE content ALTER COLUMN body SET STORAGE EXTERNAL",
    ),
)

_PUT = b"""INSERT INTO content (ref, owner, kind, media_type, wrapped_key, body)
    VALUES (%s, %s, %s, %s, %b, %b)
    ON CONFLICT (ref, owner) DO UPDATE SET kind = excluded.kind,
        media_type = excluded.media_type, wrapped_key = excluded.wrapped_key,
        body = excluded.body
    WHERE content.wrapped_key IS NULL"""
_GET = b"""SELECT ref, owner, kind, media_type, wrapped_key, body FROM content
    WHERE ref = %s AND owner = %s"""
_OWNERS = b"SELECT owner FROM content WHERE ref = %s ORDER BY entered"
_ERASE = b"""UPDATE content SET wrapped_key = NULL, body = NULL
    WHERE ref = %s AND owner = coalesce(%s, owner)"""


class PostgresContentStore:
    """Encrypted, and erasable: nobody is given again what was erased.

    Its pages and journal hold the wrapped key and the body until PostgreSQL writes
    over them, and backups as long as they are kept.
    """

    def __init__(self, database: PostgresDatabase, key: bytes) -> None:
        self._sealing = Sealing(key)
        self._database = database
        database.migrate(PART, SCHEMA)

    def put_text(self, owner_bin: str, text: str, kind: str) -> ContentRef:
        """Keep a text; the same text again is another content."""
        return self._put(self._sealing.seal_text(owner_bin, text, kind))

    def put_file(self, owner_bin: str, media_type: str, body: bytes) -> ContentRef:
        """Keep a file; the same file again is the same content, even once erased."""
        return self._put(self._sealing.seal_file(owner_bin, media_type, body))

    def get(self, ref: ContentRef, owner_bin: str) -> Content | None:
        """The content as `owner_bin` holds it; None where it holds no such content."""
        with self._database.get_connection() as connection:
            cursor = connection.cursor(row_factory=tuple_row, binary=True)
            row = cursor.execute(_GET, (ref, owner_bin)).fetchone()
        return self._sealing.open(SealedContent(*row)) if row else None

    def owners_of(self, ref: ContentRef) -> tuple[str, ...]:
        """Who holds the content or held it until it was erased, the first one first."""
        with self._database.get_connection() as connection:
            rows = connection.execute(_OWNERS, (ref,)).fetchall()
        return tuple(row["owner"] for row in rows)

    def erase(self, ref: ContentRef, owner_bin: str | None = None) -> None:
        """Make content unreadable for whoever asks, for one owner or for all.

        It stays known as erased.
        """
        with self._database.get_connection() as connection:
            connection.execute(_ERASE, (ref, owner_bin))

    def close(self) -> None:
        """Close the database, and with it all that is kept there."""
        self._database.close()

    def _put(self, sealed: SealedContent) -> ContentRef:
        with self._database.get_connection() as connection:
            connection.execute(_PUT, sealed)
        return sealed.ref
