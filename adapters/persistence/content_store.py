"""Texts and files that the log only refers to, in an SQLite file of their own."""

from pathlib import Path

from adapters.persistence.sealed_content import Content, SealedContent, Sealing
from adapters.persistence.sqlite_file import SqliteFile
from domain.identifiers import ContentRef

# Each owner of the same file has a copy under a key of its own, so that one can erase
# it and the other keep it.
_SCHEMA = (
    (
        """CREATE TABLE content (
            ref TEXT NOT NULL, owner TEXT NOT NULL, kind TEXT NOT NULL,
            media_type TEXT NOT NULL, wrapped_key BLOB, body BLOB,
            PRIMARY KEY (ref, owner)
        )""",
    ),
)

_PUT = """INSERT INTO content (ref, owner, kind, media_type, wrapped_key, body)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (ref, owner) DO UPDATE SET kind = excluded.kind,
        media_type = excluded.media_type, wrapped_key = excluded.wrapped_key,
        body = excluded.body
    WHERE content.wrapped_key IS NULL"""
_GET = """SELECT ref, owner, kind, media_type, wrapped_key, body FROM content
    WHERE ref = ? AND owner = ?"""
_OWNERS = "SELECT owner FROM content WHERE ref = ? ORDER BY rowid"
_ERASE = """UPDATE content SET wrapped_key = NULL, body = NULL
    WHERE ref = ? AND owner = coalesce(?, owner)"""


class SqliteContentStore:
    """Encrypted, and erasable for good: the file keeps nothing of what was erased."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._sealing = Sealing(key)
        self._file = SqliteFile(path, "synchronous=FULL", "secure_delete=ON")
        self._file.migrate(_SCHEMA)

    def put_text(self, owner_bin: str, text: str, kind: str) -> ContentRef:
        """Keep a text; the same text again is another content."""
        return self._put(self._sealing.seal_text(owner_bin, text, kind))

    def put_file(self, owner_bin: str, media_type: str, body: bytes) -> ContentRef:
        """Keep a file; the same file again is the same content, even once erased."""
        return self._put(self._sealing.seal_file(owner_bin, media_type, body))

    def get(self, ref: ContentRef, owner_bin: str) -> Content | None:
        """The content as `owner_bin` holds it; None where it holds no such content."""
        with self._file.transaction(commit=False) as cursor:
            cursor.execute(_GET, (ref, owner_bin))
            row = cursor.fetchone()
        return self._sealing.open(SealedContent(*row)) if row else None

    def owners_of(self, ref: ContentRef) -> tuple[str, ...]:
        """Who holds the content or held it until it was erased, the first one first."""
        with self._file.transaction(commit=False) as cursor:
            cursor.execute(_OWNERS, (ref,))
            return tuple(row["owner"] for row in cursor.fetchall())

    def erase(self, ref: ContentRef, owner_bin: str | None = None) -> None:
        """Make content unreadable for ever, for one owner or for all.

        It stays known as erased. A copy of the file made before still holds it.
        """
        with self._file.transaction(commit=True) as cursor:
            cursor.execute(_ERASE, (ref, owner_bin))
        self._file.empty_journal()

    def close(self) -> None:
        self._file.close()

    def _put(self, sealed: SealedContent) -> ContentRef:
        with self._file.transaction(commit=True) as cursor:
            cursor.execute(_PUT, sealed)
        return sealed.ref
