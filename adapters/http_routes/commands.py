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
    language_asked,
    media_type_of,
    refused_answer,
)
from adapters.orders import MAX_COMMAND_BYTES, Order, Refused, commands_of, sound_trace
from adapters.outcomes import batch_answer, outcomes_of
from domain.decider import Refusal
from domain.messages import BATCHES


def command_routes(doors: Doors) -> list[HTTPRouteHandler]:
    answers = LoopAnswers(doors.submit)

    @post("/v1/commands/{tag:str}", status_code=200, request_max_body_size=None)
    async def command(request: HttpRequest, tag: FromPath[str]) -> HttpAnswer:
        claims = claims_of(doors, request)
        given = media_type_of(request)
        if given != JSON:
            raise Refusal("CMD-MEDIA-TYPE", given=given[:100], expected=JSON)
        body = await body_of(request, MAX_COMMAND_BYTES)
        orders = [
            Order(
                command=command,
                person=claims.person,
                organisation=claims.organisation,
                traceparent=sound_trace(request.headers.get("traceparent", "")),
            )
            for command in commands_of(tag, body)
        ]
        told = await outcomes_of(orders, answers, doors.published, doors.pack)
        if tag in BATCHES:
            language = language_asked(request, doors.pack)
            return answered(batch_answer(told, doors.pack, language))
        if isinstance(told[0], Refused):
            return refused_answer(request, told[0], doors.pack)
        return answered(told[0])

    return [command]
