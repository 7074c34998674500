"""POST /v1/commands/{type}: a command in, its acceptance or refusal out."""

from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

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
)
from adapters.orders import (
    MAX_COMMAND_BYTES,
    Order,
    Refused,
    acceptance,
    command_of,
    refused,
    sound_trace,
)
from domain.decider import Refusal


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
            command=command_of(tag, body),
            person=claims.person,
            organisation=claims.organisation,
            traceparent=sound_trace(request.headers.get("traceparent", "")),
        )
        try:
            answer = await answers.ask(order)
        except Refusal as refusal:  # a door may refuse before the bus
            told = refused(doors.pack, refusal, order.command.command_id)
            return refused_answer(request, told, doors.pack)
        if isinstance(answer, Refused):
            return refused_answer(request, answer, doors.pack)
        return answered(acceptance(answer, published=doors.published(answer.position)))

    return [command]
