"""What the node says of itself: health, keys, its rules, what it refused."""

import asyncio

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from adapters.answers import RefusalQuery, read_query
from adapters.http_routes.described import (
    Catalogue,
    Liveness,
    RefusalAnswer,
    RefusalPage,
    health_answer,
)
from adapters.http_routes.doors import Doors
from adapters.http_routes.exchange import (
    HttpAnswer,
    HttpRequest,
    answered,
    in_language,
    language_asked,
    viewer_of,
)
from adapters.http_routes.openapi import openapi_document
from adapters.rule_answers import rule_answer, rule_list
from domain.decider import Refusal
from domain.node import OPERATOR_ROLES


def node_routes(doors: Doors) -> list[HTTPRouteHandler]:
    pack = doors.pack
    described = openapi_document(pack)

    @get("/health/live")
    async def live() -> HttpAnswer:
        return answered(Liveness(status="live"))

    @get("/health/ready")
    async def ready() -> HttpAnswer:
        health = health_answer(await asyncio.to_thread(doors.health))
        return answered(health, 503 if health.status == "down" else 200)

    @get("/.well-known/jwks.json")
    async def jwks() -> HttpAnswer:
        return answered(doors.jwks())

    @get("/schema/openapi.json")
    async def openapi() -> HttpAnswer:
        return answered(described)

    @get("/v1/errors")
    async def errors() -> HttpAnswer:
        return answered(Catalogue(rule_pack=pack.id, items=tuple(pack.errors.values())))

    @get("/v1/errors/{code:str}")
    async def error(code: FromPath[str]) -> HttpAnswer:
        if code not in pack.errors:
            raise Refusal("QUERY-UNKNOWN", id=code[:100])
        return answered(pack.errors[code])

    @get("/v1/rules/pack")
    async def regulation() -> HttpAnswer:
        return answered(pack)

    @get("/v1/rules")
    async def rules(request: HttpRequest) -> HttpAnswer:
        language = language_asked(request, pack)
        found = rule_list(pack, language)
        return answered(found, headers=in_language(language))

    @get("/v1/rules/{rule:str}")
    async def one_rule(request: HttpRequest, rule: FromPath[str]) -> HttpAnswer:
        language = language_asked(request, pack)
        found = rule_answer(pack, rule, language)
        return answered(found, headers=in_language(language))

    @get("/v1/refusals")
    async def refusals(request: HttpRequest) -> HttpAnswer:
        viewer = await viewer_of(doors, request)
        if not viewer.is_operator:
            raise Refusal("QUERY-ROLE", allowed=OPERATOR_ROLES)
        query = read_query(RefusalQuery, request.query_params.multi_items())
        notes = await asyncio.to_thread(
            doors.refusals,
            query.code,
            query.limit + 1,
            query.before,
            role=query.role,
        )
        page = msgspec.convert(
            notes[: query.limit], tuple[RefusalAnswer, ...], from_attributes=True
        )
        following = page[-1].id if len(notes) > len(page) else None
        return answered(RefusalPage(items=page, next=following))

    return [
        live,
        ready,
        jwks,
        openapi,
        errors,
        error,
        regulation,
        rules,
        one_rule,
        refusals,
    ]
