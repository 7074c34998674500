"""What every door hands to the command bus, and what it hands back."""

import hashlib
import re
from collections.abc import Mapping
from datetime import MAXYEAR, MINYEAR
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from domain.decider import Batch, Command, Refusal
from domain.identifiers import PersonId
from domain.messages import BATCHES, COMMANDS, COMMANDS_OF
from domain.regulation.pack import RulePack

MAX_COMMAND_BYTES = 1_000_000
_CONTROL = re.compile(rb"(?<!\\)(?:\\\\)*\\(?:[bfnrt]|u00[01][0-9A-Fa-f])")
"""An escaped control character. PostgreSQL keeps no NUL, and the `$` of a pattern
would let a line feed follow an id."""

MAX_TEXT = 500
MAX_ITEMS = 100
"""Characters of a text, and items of a list, in the context of a refusal."""

_TRACE = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


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


class Acceptance(Struct, frozen=True, kw_only=True):
    """What was written, and whether it already stands on the bus.

    `repeated`: the same command was accepted before; this is what became of it.
    """

    command_id: str
    stream: str
    version: int
    position: int
    events: tuple[str, ...]
    published: bool
    repeated: bool


def acceptance(answer: Accepted, *, published: bool) -> Acceptance:
    """What the sender is told, by whichever door the command came."""
    return Acceptance(
        command_id=answer.command_id,
        stream=answer.stream,
        version=answer.version,
        position=answer.position,
        events=answer.events,
        published=published,
        repeated=answer.repeated,
    )


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
    if _CONTROL.search(body):
        raise Refusal("CMD-MALFORMED", reason="it holds a control character")
    try:
        message = msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("CMD-MALFORMED", reason=str(error)) from error
    # A time that can be read may fall off the calendar in another zone.
    at = message.occurred_at
    if at is not None and not MINYEAR < at.year < MAXYEAR:
        raise Refusal("CMD-MALFORMED", reason="no such time - at `$.occurred_at`")
    return message


def sound_trace(given: str) -> str | None:
    """A well-formed `traceparent` of W3C Trace Context, level 1, or None."""
    found = _TRACE.fullmatch(given)
    if found is None or not found[1].strip("0") or not found[2].strip("0"):
        return None
    return given


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
    """The context of a refusal as plain JSON values, cut where it is endless.

    Some of it was sent by the one refused, and it is kept, told and told again.
    """
    return {name: cut(msgspec.to_builtins(value)) for name, value in context.items()}


def cut(value: object) -> object:
    """The same, but for the ends of long texts and lists."""
    if isinstance(value, str) and len(value) > MAX_TEXT:
        return value[:MAX_TEXT] + "…"
    if isinstance(value, list | tuple):
        more = ["…"] if len(value) > MAX_ITEMS else []
        return [cut(one) for one in value[:MAX_ITEMS]] + more
    if isinstance(value, dict):
        return {name: cut(one) for name, one in value.items()}
    return value
