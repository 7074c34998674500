"""What every door hands to the command bus, and what it hands back."""

import hashlib
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from domain.decider import Batch, Command, Refusal
from domain.identifiers import PersonId
from domain.messages import BATCHES, COMMANDS, COMMANDS_OF
from domain.regulation.pack import RulePack

MAX_COMMAND_BYTES = 1_000_000
NUL = b"\\u0000"
"""Never part of a text, and what PostgreSQL can keep in none."""


class Order(Struct, frozen=True, kw_only=True):
    """A command with the identity its token proved: person and organisation.

    `is_system` marks an act of the node itself, which needs no token.
    """

    command: Command
    person: PersonId
    organisation: str
    is_system: bool = False
    correlation_id: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None


class Accepted(Struct, frozen=True, kw_only=True):
    """What was written: the command's stream and version, position, event types."""

    command_id: str
    stream: str
    version: int
    position: int
    events: tuple[str, ...]
    repeated: bool = False


class Refused(Struct, frozen=True, kw_only=True):
    """Why nothing was written: code, rule, rule pack, HTTP status and context."""

    command_id: str
    code: str
    rule: str | None
    rule_pack: str
    status: int
    context: dict[str, Any]  # JSON-shaped values


Answer = Accepted | Refused


def command_of(tag: str, body: bytes) -> Command:
    """Read a command from its JSON, or refuse it: unknown, malformed or too large.

    `tag` is the command's type, as `document.submit`.
    """
    if tag not in COMMANDS:
        raise Refusal("CMD-UNKNOWN", command=tag[:100])
    return _read(COMMANDS[tag], body)


def commands_of(tag: str, body: bytes) -> list[Command]:
    """The same for what may be a batch: the commands that it is, in their order."""
    if tag not in BATCHES:
        return [command_of(tag, body)]
    batch = _read(BATCHES[tag], body)
    return COMMANDS_OF[type(batch)](batch)


Message = TypeVar("Message", Command, Batch)


def _read(kind: type[Message], body: bytes) -> Message:
    if len(body) > MAX_COMMAND_BYTES:
        raise Refusal("CMD-TOO-LARGE", limit=MAX_COMMAND_BYTES)
    if NUL in body:
        raise Refusal("CMD-MALFORMED", reason="it holds the character U+0000")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("CMD-MALFORMED", reason=str(error)) from error


def refused(pack: RulePack, refusal: Refusal, command_id: str = "") -> Refused:
    """A refusal as a value: what every door gives its caller."""
    entry = pack.errors[refusal.code]
    return Refused(
        command_id=command_id,
        code=refusal.code,
        rule=entry.rule,
        rule_pack=pack.id,
        status=entry.status,
        context=json_shaped(refusal.context),
    )


def digest_of(command: Command) -> str:
    """SHA-256 of a command's content, its type included."""
    body = command.tag.encode() + b"\n" + msgspec.json.encode(command)
    return hashlib.sha256(body).hexdigest()


def json_shaped(context: Mapping[str, Any]) -> dict[str, Any]:  # as the refusal's
    """The context of a refusal as plain JSON values."""
    return {name: msgspec.to_builtins(value) for name, value in context.items()}
