"""Who speaks: bearer tokens verified by the keys of the issuers a node knows."""

import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.utils import base64url_encode
from msgspec import Meta, Struct

from domain.decider import Refusal
from domain.identifiers import NODE, RANDOM_UUID_PATTERN, PersonId, is_valid_bin

AUDIENCE = "adisteme"
MAX_TOKEN_BYTES = 8_192
LEEWAY = timedelta(seconds=30)
"""How far the clocks of an issuer and of the node may be apart."""

MISSING = "missing"
MALFORMED = "malformed"
TOO_LARGE = "too large"
EXPIRED = "expired"
NOT_YET_VALID = "not yet valid"
WRONG_AUDIENCE = "wrong audience"
UNKNOWN_ISSUER = "unknown issuer"
BAD_SIGNATURE = "bad signature"
OTHER_ORGANISATION = "issuer of another organisation"

ALGORITHMS = ("EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256")
"""Asymmetric only: with a shared secret whoever verifies could also issue."""

_SECRET_MEMBERS = {"d", "k", "p", "q"}

Jwk = Mapping[str, Any]  # RFC 7517 leaves the members open


class Jwks(Struct, frozen=True):
    """A set of public keys (RFC 7517)."""

    keys: tuple[Jwk, ...]


class Claims(Struct, frozen=True):
    """What a verified token says: a person, of an organisation or of the node."""

    person: PersonId
    organisation: str
    token_id: str | None = None


class Issuer(Struct, frozen=True):
    """Who may issue tokens, by which keys; `bin` None: for any organisation."""

    name: str
    jwks: Jwks
    bin: str | None


class UnusableKey(Exception):
    """A key that tokens cannot be signed or verified with; it says why, not what."""


# Numeric dates may carry a fraction (RFC 7519); the bound is the year 9999.
_NumericDate = Annotated[float, Meta(ge=0, le=253_402_300_799)]


class _Payload(Struct, frozen=True):
    iss: str
    aud: str | tuple[str, ...]
    sub: str
    org: str
    exp: _NumericDate
    nbf: _NumericDate = 0
    iat: _NumericDate = 0
    jti: Annotated[str, Meta(max_length=200)] | None = None


class _Header(Struct, frozen=True):
    alg: str
    kid: str | None = None


class NodeKey:
    """The node's own signing key (Ed25519), and the tokens it issues.

    It is kept in `folder`, made at random where there is none.
    """

    def __init__(
        self,
        folder: Path,
        issuer: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.issuer = issuer
        self._private = _kept_key(folder)
        self._clock = clock
        public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._jwk = {
            "crv": "Ed25519",
            "kty": "OKP",
            "x": base64url_encode(public).decode(),
        }
        # The thumbprint of RFC 7638 names a key by nothing but itself.
        thumbprint = sha256(msgspec.json.encode(self._jwk)).digest()
        self._key_id = base64url_encode(thumbprint).decode()

    def jwks(self) -> Jwks:
        """The public half, for whoever verifies tokens of this node."""
        named = {"alg": "EdDSA", "kid": self._key_id, "use": "sig"}
        return Jwks(({**self._jwk, **named},))

    def as_issuer(self) -> Issuer:
        return Issuer(self.issuer, self.jwks(), bin=None)

    def issue(self, person: PersonId, organisation: str, lifetime: timedelta) -> str:
        """A token for a person of an organisation, or of the node."""
        now = self._clock()
        payload = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": person,
            "org": organisation,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "jti": secrets.token_urlsafe(12),
        }
        header = {"kid": self._key_id}
        return jwt.encode(payload, self._private, algorithm="EdDSA", headers=header)


class Identities:
    """Verifies tokens; what is wrong with one is an ACTOR-TOKEN refusal."""

    def __init__(
        self,
        issuers: Sequence[Issuer],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock = clock
        self._issuers: dict[str, Issuer] = {}
        self._keys: dict[str, dict[str | None, jwt.PyJWK]] = {}
        for issuer in issuers:
            if issuer.name in self._issuers:
                raise ValueError(f"two issuers are named {issuer.name}")
            self._issuers[issuer.name] = issuer
            self._keys[issuer.name] = _usable_keys(issuer.jwks)

    def of_header(self, authorization: str | None) -> Claims:
        """The claims of an `Authorization: Bearer <token>` header."""
        if not authorization:
            raise _refusal(MISSING)
        scheme, _, token = authorization.strip().partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _refusal(MALFORMED)
        return self.verify(token.strip())

    def verify(self, token: str) -> Claims:
        """The claims of a token that is sound, in force and meant for Adisteme."""
        if len(token) > MAX_TOKEN_BYTES:
            raise _refusal(TOO_LARGE)
        payload = self._signed_payload(token)
        self._require_in_force(payload)
        audiences = (payload.aud,) if isinstance(payload.aud, str) else payload.aud
        if AUDIENCE not in audiences:
            raise _refusal(WRONG_AUDIENCE)
        if not re.fullmatch(RANDOM_UUID_PATTERN, payload.sub):
            raise _refusal(MALFORMED)
        if payload.org != NODE and not is_valid_bin(payload.org):
            raise _refusal(MALFORMED)
        allowed = self._issuers[payload.iss].bin
        if allowed is not None and payload.org != allowed:
            raise _refusal(OTHER_ORGANISATION)
        return Claims(PersonId(payload.sub), payload.org, payload.jti)

    def _signed_payload(self, token: str) -> _Payload:
        """The payload, of which nothing but the issuer is looked at before its key."""
        try:
            unverified = jwt.api_jws.decode_complete(
                token, options={"verify_signature": False}
            )
            header = msgspec.convert(unverified["header"], _Header)
            payload = msgspec.json.decode(unverified["payload"], type=_Payload)
        # Whatever a stranger's bytes can make the decoders raise.
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise _refusal(MALFORMED) from error
        if payload.iss not in self._issuers:
            raise _refusal(UNKNOWN_ISSUER)
        key = self._keys[payload.iss].get(header.kid)
        if key is None:
            raise _refusal(BAD_SIGNATURE)
        try:
            jwt.api_jws.decode(token, key, algorithms=[key.algorithm_name])
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise _refusal(BAD_SIGNATURE) from error
        return payload

    def _require_in_force(self, payload: _Payload) -> None:
        now, leeway = self._clock().timestamp(), LEEWAY.total_seconds()
        if payload.exp <= now - leeway:
            raise _refusal(EXPIRED)
        if max(payload.nbf, payload.iat) > now + leeway:
            raise _refusal(NOT_YET_VALID)


def _refusal(reason: str) -> Refusal:
    return Refusal("ACTOR-TOKEN", reason=reason)


def _usable_keys(jwks: Jwks) -> dict[str | None, jwt.PyJWK]:
    """The keys by their id; a lone key also serves tokens that name none."""
    keys: dict[str | None, jwt.PyJWK] = {}
    for jwk in jwks.keys:
        if jwk.get("use", "sig") != "sig":
            continue
        if _SECRET_MEMBERS & set(jwk):
            raise UnusableKey("an issuer gives public keys only")
        try:
            key = jwt.PyJWK(dict(jwk))
        except jwt.PyJWTError as error:
            raise UnusableKey(f"of type {jwk.get('kty')}") from error
        if key.algorithm_name not in ALGORITHMS:
            raise UnusableKey(f"for {key.algorithm_name}")
        if key.Algorithm.check_key_length(key.key):
            raise UnusableKey(f"too short for {key.algorithm_name}")
        key_id = jwk.get("kid")
        if key_id is not None and not isinstance(key_id, str):
            raise UnusableKey("a key's id is text")
        if key_id in keys:
            raise UnusableKey("two keys have the same id")
        keys[key_id] = key
    if len(keys) == 1:
        keys[None] = next(iter(keys.values()))
    return keys


def _kept_key(folder: Path) -> Ed25519PrivateKey:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "token.ed25519.pem"
    if not path.exists():
        _write_once(path, _pem(Ed25519PrivateKey.generate()))
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise UnusableKey(f"{path} holds no private key") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise UnusableKey(f"{path} holds no Ed25519 key")
    return private


def _pem(private: Ed25519PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write_once(path: Path, content: bytes) -> None:
    """Write a private file whole or not at all; what is there already stays."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A link, where a rename would replace the key that another process just made.
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
