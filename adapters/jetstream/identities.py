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


def passwords(path: Path) -> dict[Identity, str]:
    """Read the passwords, made at random when the file is not there yet."""
    if not path.exists():
        made = {identity: secrets.token_urlsafe(24) for identity in IDENTITIES}
        write_private(path, msgspec.json.encode(made))
    kept = kept_passwords(path)
    missing = [identity for identity in IDENTITIES if identity not in kept]
    if missing:
        kept |= {identity: secrets.token_urlsafe(24) for identity in missing}
        write_private(path, msgspec.json.encode(kept))
    return kept


def kept_passwords(path: Path) -> dict[Identity, str]:
    """Read passwords that were made; OSError or MsgspecError where there are none."""
    return msgspec.json.decode(path.read_bytes(), type=dict[Identity, str])


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
