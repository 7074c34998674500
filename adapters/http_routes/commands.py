"""POST /v1/commands/{type}: a command in, its acceptance or refusal out."""

from datetime import MAXYEAR, MINYEAR

from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from adapters.answering import LoopAnswers
from adapters.http_routes.doors import Doors
from adapters.http_routes.exchange import (
    JSON,
    HttpAnswer,
    HttpRequest,
    answered,
    body_of,
    claims_of,
    media_type_of,
    refused_answer,
    trace_of,
)
from adapters.orders import MAX_COMMAND_BYTES, Order, Refused, command_of, refused
from domain.decider import Command, Refusal


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


def command_routes(doors: Doors) -> list[HTTPRouteHandler]:
    answers = LoopAnswers(doors.submit)

    @post("/v1/commands/{tag:str}", status_code=200, request_max_body_size=None)
    async def command(request: HttpRequest, tag: FromPath[str]) -> HttpAnswer:
        claims = claims_of(doors, request)
        given = media_type_of(request)
        if given != JSON:
            raise Refusal("CMD-MEDIA-TYPE", given=given[:100], expected=JSON)
        body = await body_of(request, MAX_COMMAND_BYTES)
        order = Order(
            command=datable(command_of(tag, body)),
            person=claims.person,
            organisation=claims.organisation,
            traceparent=trace_of(request),
        )
        try:
            answer = await answers.ask(order)
        except Refusal as refusal:  # a door may refuse before the bus
            told = refused(doors.pack, refusal, order.command.command_id)
            return refused_answer(request, told, doors.pack)
        if isinstance(answer, Refused):
            return refused_answer(request, answer, doors.pack)
        return answered(
            Acceptance(
                command_id=answer.command_id,
                stream=answer.stream,
                version=answer.version,
                position=answer.position,
                events=answer.events,
                published=doors.published(answer.position),
                repeated=answer.repeated,
            )
        )

    return [command]


def datable(command: Command) -> Command:
    """Refuse a time that can be read but falls off the calendar in another zone."""
    at = command.occurred_at
    if at is not None and not MINYEAR < at.year < MAXYEAR:
        raise Refusal("CMD-MALFORMED", reason="no such time - at `$.occurred_at`")
    return command
