"""What the bus carries, declared to FastStream: commands to answer, events to read.

FastStream makes its schemas through pydantic, which refuses our structs. A name
stands in their place; `adapters/asyncapi.py` puts the schema under it.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from faststream.message import StreamMessage
from faststream.nats import JStream, NatsBroker, NatsMessage
from faststream.response import Response
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from adapters.envelope import SUBJECT_ROOT
from domain.messages import BATCHES, COMMANDS, EVENTS, SCOPES

COMMAND_ROOT = "adisteme.cmd"
QUEUE = "adisteme-commands"
"""The group in which the nodes' processes share commands: each goes to one."""

AT_ONCE = 64
"""Commands of one type that a process has in hand."""

MAX_WAITING_BYTES = 4 * 1024 * 1024
"""What waits of one type beyond these; more goes unanswered, and is asked again."""

Answering = Callable[[str, NatsMessage], Awaitable[Response]]
"""Answers a command of a type with whatever became of it: it never raises."""


class Named:
    """Stands for a struct where FastStream asks pydantic for its schema."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.any_schema()

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        return {"title": self._name}


def command_subject(tag: str) -> str:
    """`adisteme.cmd.{org}.<aggregate>.<verb>`; `org`: the sender's organisation."""
    return f"{COMMAND_ROOT}.{{org}}.{tag}"


def event_subject(tag: str, scope: str) -> str:
    """The subject of an event, with a parameter for all that its type leaves open."""
    name = tag.rpartition(".")[0]
    return f"{SUBJECT_ROOT}.{scope}.{{kato2}}.{{kato4}}.{{level}}.{{org}}.{name}"


def declare_commands(broker: NatsBroker, answer: Answering) -> None:
    """Each type of command or batch, answered on a subject of its own."""
    for tag, command in (*COMMANDS.items(), *BATCHES.items()):
        broker.subscriber(
            command_subject(tag),
            queue=QUEUE,
            title=tag,
            description=_first_line(command),
            decoder=_whole,
            max_workers=AT_ONCE,
            pending_bytes_limit=MAX_WAITING_BYTES,
        )(_handler(tag, answer))


def _handler(
    tag: str, answer: Answering
) -> Callable[[NatsMessage], Awaitable[Response]]:
    async def handle(message: Annotated[NatsMessage, Named(tag)]) -> Response:
        return await answer(tag, message)

    return handle


async def _whole(message: StreamMessage[object]) -> object:
    """The message itself: its headers say who sends it."""
    return message


def declare_events(broker: NatsBroker, stream: str) -> None:
    """Each event, as the relay publishes it; the stream is made by the node itself."""
    for tag, event in EVENTS.items():
        broker.publisher(
            event_subject(tag, SCOPES[event]),
            title=tag,
            description=_first_line(event),
            schema=Annotated[object, Named(tag)],
            stream=JStream(stream, declare=False),
        )


def _first_line(message: type) -> str:
    return (message.__doc__ or "").strip().partition("\n")[0]
