"""Who there is on the bus: identities, their inboxes and their passwords."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

import msgspec

Identity = Literal["relay", "node", "keeper", "guest", "auditor"]
IDENTITIES: tuple[Identity, ...] = get_args(Identity)


def inbox_of(identity: Identity) -> str:
    """The inbox prefix of an identity: answers to one are not for another's eyes."""
    outsiders = ("guest", "auditor")
    return "_INBOX" if identity in outsiders else f"_INBOX_{identity.upper()}"


class IdentitiesUnreadable(Exception):
    """The file of identities is not there, or does not hold what it should."""


def passwords(path: Path) -> dict[Identity, str]:
    """Read the passwords; what the file lacks is made at random and written."""
    kept = read_passwords(path) if path.exists() else {}
    missing = [identity for identity in IDENTITIES if identity not in kept]
    if missing:
        kept |= {identity: secrets.token_urlsafe(24) for identity in missing}
        write_private(path, msgspec.json.encode(kept))
    return kept


def read_passwords(path: Path) -> dict[Identity, str]:
    """Read the passwords that were made before."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[Identity, str])
    except (OSError, msgspec.MsgspecError) as error:
        raise IdentitiesUnreadable(
            f"{path} is no file of identities on the bus: {error}"
        ) from error


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(path)


def url_of(identity: Identity, kept: Mapping[Identity, str], address: str) -> str:
    """The address of a server (`nats://host:port`) with an identity's credentials."""
    scheme, separator, place = address.rpartition("://")
    return f"{scheme or 'nats'}{separator or '://'}{identity}:{kept[identity]}@{place}"


def url_from(path: Path, identity: Identity, address: str) -> str:
    """The same, with the passwords that `bus config` wrote; IdentitiesUnreadable."""
    kept = read_passwords(path)
    if identity not in kept:
        raise IdentitiesUnreadable(f"{path} knows no {identity}")
    return url_of(identity, kept, address)
