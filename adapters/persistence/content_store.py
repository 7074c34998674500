"""Texts and files that the log only refers to: encrypted, and erasable for good."""

from hashlib import sha256
from pathlib import Path
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from adapters.persistence.sqlite_file import SqliteFile
from domain.identifiers import ContentRef

LARGEST_CONTENT = 16 * 1024 * 1024
"""Bytes of one text or file."""

FILE = "file"
TEXT_MEDIA_TYPE = "text/plain;charset=utf-8"

_SALTED = "salted:"
_KEY_LENGTH = 32
_SALT_LENGTH = 32
_NONCE_LENGTH = 12

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
_GET = """SELECT kind, media_type, wrapped_key, body FROM content
    WHERE ref = ? AND owner = ?"""
_ERASE = """UPDATE content SET wrapped_key = NULL, body = NULL
    WHERE ref = ? AND owner = coalesce(?, owner)"""


class ContentTooLarge(Exception):
    """A text or file exceeds LARGEST_CONTENT; nothing of it was kept."""


class ContentUnreadable(Exception):
    """Content is there, but it was not encrypted under this node's key."""


class Content(Struct, frozen=True, kw_only=True):
    """A text or file as one owner holds it; erased, it has an empty body."""

    ref: ContentRef
    owner: str
    kind: str
    media_type: str
    body: bytes
    is_erased: bool


class SqliteContentStore:
    """Every content has a data key of its own, wrapped by the key of the node.

    To erase is to delete the wrapped key, and with it a text's salt, which lies under
    the same key: the hash in the log then tells nothing to one who guesses the text.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        if len(key) != _KEY_LENGTH:
            raise ValueError(f"the key of the node has {_KEY_LENGTH} bytes")
        self._node_key = AESGCM(key)
        self._file = SqliteFile(path, "synchronous=FULL", "secure_delete=ON")
        self._file.migrate(_SCHEMA)

    def put_text(self, owner_bin: str, text: str, kind: str) -> ContentRef:
        """Keep a text; the same text again is another content."""
        salted = token_bytes(_SALT_LENGTH) + text.encode()
        ref = ContentRef(f"{_SALTED}{sha256(salted).hexdigest()}")
        self._put(ref, owner_bin, kind, TEXT_MEDIA_TYPE, salted)
        return ref

    def put_file(self, owner_bin: str, media_type: str, body: bytes) -> ContentRef:
        """Keep a file; the same file again is the same content, even once erased."""
        ref = ContentRef(f"sha256:{sha256(body).hexdigest()}")
        self._put(ref, owner_bin, FILE, media_type, body)
        return ref

    def get(self, ref: ContentRef, owner_bin: str) -> Content | None:
        """The content as `owner_bin` holds it; None where it holds no such content."""
        with self._file.transaction(commit=False) as cursor:
            cursor.execute(_GET, (ref, owner_bin))
            row = cursor.fetchone()
        if row is None:
            return None
        kind, media_type, wrapped_key, sealed = row
        body = b""
        if wrapped_key is not None:
            bound = _bound(ref, owner_bin, kind, media_type)
            body = self._open(wrapped_key, sealed, bound)
        return Content(
            ref=ref,
            owner=owner_bin,
            kind=kind,
            media_type=media_type,
            body=body[_SALT_LENGTH:] if ref.startswith(_SALTED) else body,
            is_erased=wrapped_key is None,
        )

    def owners_of(self, ref: ContentRef) -> tuple[str, ...]:
        """Who holds the content or held it until it was erased, the first one first."""
        with self._file.transaction(commit=False) as cursor:
            cursor.execute(
                "SELECT owner FROM content WHERE ref = ? ORDER BY rowid", (ref,)
            )
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

    def _put(
        self, ref: ContentRef, owner: str, kind: str, media_type: str, body: bytes
    ) -> None:
        if len(body) > LARGEST_CONTENT:
            raise ContentTooLarge(f"{len(body)} of {LARGEST_CONTENT} bytes")
        bound = _bound(ref, owner, kind, media_type)
        data_key = AESGCM.generate_key(bit_length=8 * _KEY_LENGTH)
        sealed = _seal(AESGCM(data_key), body, bound)
        wrapped_key = _seal(self._node_key, data_key, bound)
        with self._file.transaction(commit=True) as cursor:
            cursor.execute(_PUT, (ref, owner, kind, media_type, wrapped_key, sealed))

    def _open(self, wrapped_key: bytes, sealed: bytes, bound: bytes) -> bytes:
        try:
            data_key = _unseal(self._node_key, wrapped_key, bound)
            return _unseal(AESGCM(data_key), sealed, bound)
        except InvalidTag as error:
            raise ContentUnreadable("made under another key, or damaged") from error


def _bound(ref: str, owner: str, kind: str, media_type: str) -> bytes:
    """What the encryption vouches for beside the body."""
    return "\n".join((ref, owner, kind, media_type)).encode()


def _seal(key: AESGCM, body: bytes, bound: bytes) -> bytes:
    nonce = token_bytes(_NONCE_LENGTH)
    return nonce + key.encrypt(nonce, body, bound)


def _unseal(key: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    return key.decrypt(sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:], bound)
