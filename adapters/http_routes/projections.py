"""Projections: how far they are, what is parked, and what operators wish of them."""

import asyncio

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from adapters.http_routes.doors import Doors
from adapters.http_routes.exchange import (
    JSON,
    Body,
    HttpAnswer,
    HttpRequest,
    answered,
    body_of,
    claims_of,
    media_type_of,
    read_body,
    viewer_of,
)
from adapters.projection_desk import RetryWish, SkipWish
from domain.decider import Refusal
from domain.identifiers import NODE
from domain.node import OPERATOR_ROLES, REGISTRAR

MAX_BODY_BYTES = 10_000


def projection_routes(doors: Doors) -> list[HTTPRouteHandler]:
    desk = doors.projections

    @get("/v1/projections")
    async def projections(request: HttpRequest) -> HttpAnswer:
        await reader_of(doors, request)
        return answered(await asyncio.to_thread(desk.all))

    @get("/v1/projections/{name:str}")
    async def projection(request: HttpRequest, name: FromPath[str]) -> HttpAnswer:
        await reader_of(doors, request)
        return answered(await asyncio.to_thread(desk.one, name))

    @get("/v1/projections/parked")
    async def parked(request: HttpRequest) -> HttpAnswer:
        await reader_of(doors, request)
        return answered(await asyncio.to_thread(desk.parked))

    @get("/v1/projections/wishes/{number:str}")
    async def wish(request: HttpRequest, number: FromPath[str]) -> HttpAnswer:
        await reader_of(doors, request)
        return answered(await asyncio.to_thread(desk.wish, number))

    @post("/v1/projections/{name:str}/rebuild", status_code=202)
    async def rebuild(request: HttpRequest, name: FromPath[str]) -> HttpAnswer:
        person = await registrar_of(doors, request)
        return answered(await asyncio.to_thread(desk.rebuild, name, person), 202)

    @post("/v1/projections/parked/retry", status_code=202, request_max_body_size=None)
    async def retry(request: HttpRequest) -> HttpAnswer:
        person = await registrar_of(doors, request)
        wanted = await wish_of(request, RetryWish)
        return answered(await asyncio.to_thread(desk.retry, wanted, person), 202)

    @post("/v1/projections/parked/skip", status_code=202, request_max_body_size=None)
    async def skip(request: HttpRequest) -> HttpAnswer:
        person = await registrar_of(doors, request)
        wanted = await wish_of(request, SkipWish)
        return answered(await asyncio.to_thread(desk.skip, wanted, person), 202)

    return [projections, projection, parked, wish, rebuild, retry, skip]


async def reader_of(doors: Doors, request: HttpRequest) -> None:
    """Only operators of the node look at its works."""
    viewer = await viewer_of(doors, request)
    if not viewer.is_operator:
        raise Refusal("QUERY-ROLE", allowed=OPERATOR_ROLES)


async def registrar_of(doors: Doors, request: HttpRequest) -> str:
    """The person who wishes: a REGISTRAR of the node, by a grant in force."""
    claims = claims_of(doors, request)
    roles: set[str] = set()
    if claims.organisation == NODE:
        roles = set(await asyncio.to_thread(doors.roles_of, claims.person))
    if REGISTRAR not in roles:
        named = ", ".join(sorted(roles)) or "-"
        raise Refusal("ACTOR-ROLE", role=named, allowed=(REGISTRAR,))
    return claims.person


async def wish_of(request: HttpRequest, kind: type[Body]) -> Body:
    given = media_type_of(request)
    if given != JSON:
        raise Refusal("CMD-MEDIA-TYPE", given=given[:100], expected=JSON)
    return read_body(kind, await body_of(request, MAX_BODY_BYTES))
