"""The HTTP door: every route of a node, and nothing answered but JSON."""

from collections.abc import Callable

import structlog
from litestar import Litestar
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import HttpMethod, ScopeType
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
)
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from adapters.envelope import StoreUnavailable
from adapters.http_routes.audit import audit_routes
from adapters.http_routes.commands import command_routes
from adapters.http_routes.content import content_routes
from adapters.http_routes.documents import document_routes
from adapters.http_routes.doors import Doors
from adapters.http_routes.exchange import HttpAnswer, HttpRequest, refused_answer
from adapters.http_routes.node import node_routes
from adapters.http_routes.projections import projection_routes
from adapters.http_routes.work import work_routes
from adapters.orders import refused
from domain.decider import Refusal
from domain.regulation.pack import RulePack

log = structlog.get_logger()

READING = ("GET", "HEAD")


def create_app(doors: Doors) -> Litestar:
    """The ASGI application of a node."""
    app = Litestar(
        route_handlers=[
            *command_routes(doors),
            *document_routes(doors),
            *audit_routes(doors),
            *work_routes(doors),
            *content_routes(doors),
            *projection_routes(doors),
            *node_routes(doors),
        ],
        exception_handlers={Exception: failed(doors.pack)},
        before_send=[add_headers],
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    app.asgi_handler = answering_head(app.asgi_handler)
    return app


def answering_head(app: ASGIApp) -> ASGIApp:
    """HEAD is answered as GET is, without the body."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.WEBSOCKET or scope["method"] != "HEAD":
            await app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        # A copy: the server must know that no body follows the head.
        asked = scope.copy()
        asked["method"] = HttpMethod.GET
        await app(asked, receive, send_head)

    return answer


async def add_headers(message: Message, _scope: Scope) -> None:
    """Nothing here is to be guessed at or kept by what lies between."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Cache-Control"] = "no-store"
        if "GET" in headers.get("Allow", ""):  # and so HEAD, of which no route knows
            headers["Allow"] = headers["Allow"].replace("GET", "GET, HEAD")


def failed(pack: RulePack) -> Callable[[HttpRequest, Exception], HttpAnswer]:
    """Answers whatever a route raised, as problem JSON."""

    def answer(request: HttpRequest, error: Exception) -> HttpAnswer:
        refusal = refusal_of(request, error)
        headers = error.headers if isinstance(error, HTTPException) else None
        return refused_answer(request, refused(pack, refusal), pack, headers)

    return answer


def refusal_of(request: HttpRequest, error: Exception) -> Refusal:
    """What a caller is told of an error: never more than the catalogue says."""
    match error:
        case Refusal():
            return error
        case StoreUnavailable():
            log.error("store_unavailable", path=request.scope["path"], error=str(error))
            reading = request.method in READING
            return Refusal("QUERY-STORE-DOWN" if reading else "CMD-STORE-DOWN")
        case NotFoundException():
            return Refusal("QUERY-UNKNOWN", id=request.scope["path"][:100])
        case MethodNotAllowedException():
            return Refusal("QUERY-METHOD", method=request.scope["method"][:20])
        case HTTPException(status_code=status) if status < 500:
            return Refusal(
                "QUERY-MALFORMED", reason="not a sound request", http=error.detail
            )
    # The outermost loop: a bug fails its request, and the door stays open.
    log.error("request_failed", path=request.scope["path"], exc_info=error)
    return Refusal("CMD-FAILED")
