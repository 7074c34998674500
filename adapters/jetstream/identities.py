"""Who may do what on the embedded bus: three users, their passwords, their rights."""

import os
import secrets
from pathlib import Path
from typing import Literal, get_args

import msgspec

from adapters.jetstream.stream import COMMANDS, PUBLIC_SUBJECTS, SUBJECTS, WAKE

Identity = Literal["relay", "node", "guest", "auditor"]
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
    kept = msgspec.json.decode(path.read_bytes(), type=dict[Identity, str])
    missing = [identity for identity in IDENTITIES if identity not in kept]
    if missing:
        kept |= {identity: secrets.token_urlsafe(24) for identity in missing}
        write_private(path, msgspec.json.encode(kept))
    return kept


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(path)


def permissions(identity: Identity, stream: str) -> dict[str, dict[str, list[str]]]:
    """The rights of an identity, in the words of the server's configuration.

    Nobody gets `allow_responses`: it would let a requester who names
    `adisteme.ev.x` as its reply subject make the node write into the stream. Who
    asks the node must therefore have an inbox under `_INBOX.`, the clients' default.
    """
    api = "$JS.API"
    rights: dict[Identity, tuple[list[str], list[str]]] = {
        "relay": (
            [
                SUBJECTS,
                WAKE,
                f"{api}.STREAM.INFO.{stream}",
                f"{api}.STREAM.MSG.GET.{stream}",
            ],
            [WAKE],
        ),
        "node": (
            [
                WAKE,
                COMMANDS,
                "_INBOX.>",
                f"{api}.INFO",
                f"{api}.STREAM.CREATE.{stream}",
                f"{api}.STREAM.UPDATE.{stream}",
                f"{api}.STREAM.INFO.{stream}",
                f"{api}.STREAM.MSG.GET.{stream}",
                f"{api}.DIRECT.GET.{stream}",
                f"{api}.DIRECT.GET.{stream}.>",
                f"{api}.CONSUMER.*.{stream}",
                f"{api}.CONSUMER.*.{stream}.>",
                f"{api}.CONSUMER.DURABLE.CREATE.{stream}.>",
                f"{api}.CONSUMER.MSG.NEXT.{stream}.>",
                f"$JS.ACK.{stream}.>",
            ],
            [WAKE, COMMANDS],
        ),
        "guest": (
            [
                # The subject ends in the consumer's filter, and the server holds the
                # body to it: a guest cannot make a consumer that sees more.
                f"{api}.CONSUMER.CREATE.{stream}.*.{PUBLIC_SUBJECTS}",
                f"{api}.CONSUMER.MSG.NEXT.{stream}.*",
                f"$JS.ACK.{stream}.>",
            ],
            [],
        ),
        # Reads everything and changes nothing (design: the role AUDITOR).
        "auditor": (
            [
                f"{api}.CONSUMER.CREATE.{stream}.*.{SUBJECTS}",
                f"{api}.CONSUMER.MSG.NEXT.{stream}.*",
                f"$JS.ACK.{stream}.>",
            ],
            [],
        ),
    }
    publish, subscribe = rights[identity]
    return {
        "publish": {"allow": publish},
        "subscribe": {"allow": [f"{inbox_of(identity)}.>", *subscribe]},
    }
