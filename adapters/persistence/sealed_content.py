"""Texts and files as they are kept: under a key of their own, bound to their owner."""

from hashlib import sha256
from secrets import token_bytes
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from domain.identifiers import ContentRef

LARGEST_CONTENT = 16 * 1024 * 1024
"""Bytes of one text or file."""

FILE = "file"
TEXT_MEDIA_TYPE = "text/plain;charset=utf-8"

_SALTED = "salted:"
_KEY_LENGTH = 32
_SALT_LENGTH = 32
_NONCE_LENGTH = 12


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


class SealedContent(NamedTuple):
    """A row of a content store; without key and body it is erased."""

    ref: ContentRef
    owner: str
    kind: str
    media_type: str
    wrapped_key: bytes | None
    body: bytes | None


class Sealing:
    """Every content has a data key of its own, wrapped by the key of the node.

    To erase is to delete the wrapped key, and with it a text's salt, which lies under
    the same key: the hash in the log then tells nothing to one who guesses the text.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_LENGTH:
            raise ValueError(f"the key of the node has {_KEY_LENGTH} bytes")
        self._node_key = AESGCM(key)

    def seal_text(self, owner: str, text: str, kind: str) -> SealedContent:
        """Seal a text; the same text again is another content."""
        salted = token_bytes(_SALT_LENGTH) + text.encode()
        ref = ContentRef(f"{_SALTED}{sha256(salted).hexdigest()}")
        return self._seal(ref, owner, kind, TEXT_MEDIA_TYPE, salted)

    def seal_file(self, owner: str, media_type: str, body: bytes) -> SealedContent:
        """Seal a file; the same file again is the same content."""
        ref = ContentRef(f"sha256:{sha256(body).hexdigest()}")
        return self._seal(ref, owner, FILE, media_type, body)

    def open(self, sealed: SealedContent) -> Content:
        """What a row holds; ContentUnreadable under another key or owner."""
        body = b"" if sealed.wrapped_key is None else self._open(sealed)
        return Content(
            ref=sealed.ref,
            owner=sealed.owner,
            kind=sealed.kind,
            media_type=sealed.media_type,
            body=body[_SALT_LENGTH:] if sealed.ref.startswith(_SALTED) else body,
            is_erased=sealed.wrapped_key is None,
        )

    def _seal(
        self, ref: ContentRef, owner: str, kind: str, media_type: str, body: bytes
    ) -> SealedContent:
        if len(body) > LARGEST_CONTENT:
            raise ContentTooLarge(f"{len(body)} of {LARGEST_CONTENT} bytes")
        bound = _bound(ref, owner, kind, media_type)
        data_key = AESGCM.generate_key(bit_length=8 * _KEY_LENGTH)
        return SealedContent(
            ref,
            owner,
            kind,
            media_type,
            wrapped_key=_encrypt(self._node_key, data_key, bound),
            body=_encrypt(AESGCM(data_key), body, bound),
        )

    def _open(self, sealed: SealedContent) -> bytes:
        bound = _bound(sealed.ref, sealed.owner, sealed.kind, sealed.media_type)
        try:
            data_key = _decrypt(self._node_key, sealed.wrapped_key or b"", bound)
            return _decrypt(AESGCM(data_key), sealed.body or b"", bound)
        except InvalidTag as error:
            raise ContentUnreadable("made under another key, or damaged") from error


def _bound(ref: str, owner: str, kind: str, media_type: str) -> bytes:
    """What the encryption vouches for beside the body."""
    return "\n".join((ref, owner, kind, media_type)).encode()


def _encrypt(key: AESGCM, body: bytes, bound: bytes) -> bytes:
    nonce = token_bytes(_NONCE_LENGTH)
    return nonce + key.encrypt(nonce, body, bound)


def _decrypt(key: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    return key.decrypt(sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:], bound)
