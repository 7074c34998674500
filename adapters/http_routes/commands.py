"""POST /v1/commands/{type}: a command in, its acceptance or refusal out."""

import asyncio
from collections.abc import Sequence
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
    language_asked,
    media_type_of,
    refused_answer,
    trace_of,
)
from adapters.orders import MAX_COMMAND_BYTES, Order, Refused, commands_of, refused
from adapters.problems import Problem, problem
from domain.decider import Command, Refusal
from domain.messages import BATCHES
from domain.regulation.pack import RulePack


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


class BatchOutcome(Struct, frozen=True, kw_only=True):
    """What became of one command of a batch: one of the two is null."""

    command_id: str
    accepted: Acceptance | None
    refused: Problem | None


class BatchAnswer(Struct, frozen=True, kw_only=True):
    """What became of a batch, command by command, in their order."""

    outcomes: tuple[BatchOutcome, ...]


def command_routes(doors: Doors) -> list[HTTPRouteHandler]:
    answers = LoopAnswers(doors.submit)

    async def answer_to(order: Order) -> Acceptance | Refused:
        try:
            answer = await answers.ask(order)
        except Refusal as refusal:  # a door may refuse before the bus
            return refused(doors.pack, refusal, order.command.command_id)
        if isinstance(answer, Refused):
            return answer
        return Acceptance(
            command_id=answer.command_id,
            stream=answer.stream,
            version=answer.version,
            position=answer.position,
            events=answer.events,
            published=doors.published(answer.position),
            repeated=answer.repeated,
        )

    @post("/v1/commands/{tag:str}", status_code=200, request_max_body_size=None)
    async def command(request: HttpRequest, tag: FromPath[str]) -> HttpAnswer:
        claims = claims_of(doors, request)
        given = media_type_of(request)
        if given != JSON:
            raise Refusal("CMD-MEDIA-TYPE", given=given[:100], expected=JSON)
        body = await body_of(request, MAX_COMMAND_BYTES)
        orders = [
            Order(
                command=datable(command),
                person=claims.person,
                organisation=claims.organisation,
                traceparent=trace_of(request),
            )
            for command in commands_of(tag, body)
        ]
        told = await asyncio.gather(*map(answer_to, orders))
        if tag in BATCHES:
            language = language_asked(request, doors.pack)
            return answered(batch_answer(told, doors.pack, language))
        if isinstance(told[0], Refused):
            return refused_answer(request, told[0], doors.pack)
        return answered(told[0])

    return [command]


def batch_answer(
    told: Sequence[Acceptance | Refused], pack: RulePack, language: str
) -> BatchAnswer:
    return BatchAnswer(
        outcomes=tuple(
            BatchOutcome(
                command_id=one.command_id,
                accepted=None if isinstance(one, Refused) else one,
                refused=problem(one, pack, language)
                if isinstance(one, Refused)
                else None,
            )
            for one in told
        )
    )


def datable(command: Command) -> Command:
    """Refuse a time that can be read but falls off the calendar in another zone."""
    at = command.occurred_at
    if at is not None and not MINYEAR < at.year < MAXYEAR:
        raise Refusal("CMD-MALFORMED", reason="no such time - at `$.occurred_at`")
    return command
