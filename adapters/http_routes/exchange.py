"""What every route does alike: read a request safely, answer in JSON."""

import asyncio
from collections.abc import Mapping

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import InternalServerException

from adapters.http_routes.doors import Doors
from adapters.identity import Claims
from adapters.orders import Refused
from adapters.problems import CONTENT_TYPE, RETRY_SECONDS, language_of, problem
from adapters.viewing import Viewer
from domain.decider import Refusal
from domain.identifiers import NODE
from domain.regulation.pack import RulePack

JSON = "application/json"
IDENTITY = "identity"
BODY_SECONDS: float = 60
"""How long a body may take: whoever sends it for ever holds a connection."""

HttpRequest = Request[None, None, State]
HttpAnswer = Response[bytes]


def answered(
    value: object,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    media_type: str = JSON,
) -> HttpAnswer:
    return Response(
        msgspec.json.encode(value),
        status_code=status,
        headers=dict(headers or {}),
        media_type=media_type,
    )


def language_asked(request: HttpRequest, pack: RulePack) -> str:
    """The language of the catalogue that the request likes best."""
    return language_of(request.headers.get("accept-language"), pack.default_language)


def in_language(language: str) -> dict[str, str]:
    """What an answer says of its language to whoever reads or keeps it."""
    return {"Content-Language": language, "Vary": "Accept-Language"}


def refused_answer(
    request: HttpRequest,
    refusal: Refused,
    pack: RulePack,
    headers: Mapping[str, str] | None = None,
) -> HttpAnswer:
    """A refusal as problem JSON in the language that the request asks for."""
    language = language_asked(request, pack)
    extra = {**in_language(language), **(headers or {})}
    if refusal.status == 401:
        extra["WWW-Authenticate"] = "Bearer"
    if refusal.status == 503:
        extra["Retry-After"] = str(RETRY_SECONDS)
    told = problem(refusal, pack, language)
    return answered(told, refusal.status, extra, CONTENT_TYPE)


def claims_of(doors: Doors, request: HttpRequest) -> Claims:
    """Who asks, by the one token the request carries."""
    given = request.headers.getall("authorization", [])
    if len(given) > 1:
        raise Refusal("ACTOR-TOKEN", reason="given twice")
    return doors.identities.of_header(given[0] if given else None)


async def viewer_of(doors: Doors, request: HttpRequest) -> Viewer:
    """For whom a question is answered; the node's roles are read from its stream."""
    claims = claims_of(doors, request)

    def look() -> Viewer:
        is_of_node = claims.organisation == NODE
        roles = doors.roles_of(claims.person) if is_of_node else ()
        return doors.queries.viewer(claims.organisation, roles)

    return await asyncio.to_thread(look)


async def body_of(request: HttpRequest, limit: int) -> bytes:
    """The body as it is, of which no more than `limit` bytes are ever held."""
    coding = request.headers.get("content-encoding", IDENTITY).strip().lower()
    if coding != IDENTITY:
        raise Refusal("CMD-ENCODING", given=coding[:100], expected=IDENTITY)
    refusal = Refusal("CMD-TOO-LARGE", limit=limit)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 18 or int(announced) > limit):
        raise refusal
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise refusal
    except TimeoutError as error:
        raise Refusal("CMD-TOO-SLOW", seconds=BODY_SECONDS) from error
    except InternalServerException as error:
        raise Refusal("CMD-MALFORMED", reason="the body ended early") from error
    return bytes(body)


def media_type_of(request: HttpRequest) -> str:
    """The media type of the body without its parameters, empty where none is given."""
    given = request.headers.get("content-type", "")
    return given.partition(";")[0].strip().lower()
