"""What auditors ask: the whole chain of a document, and what it proves."""

import asyncio

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from adapters.answers import read_query
from adapters.audit_trail import Trails
from adapters.http_routes.doors import Doors
from adapters.http_routes.exchange import HttpAnswer, HttpRequest, answered, viewer_of
from adapters.trail_answers import Trail, TrailQuery
from adapters.viewing import Audience


def audit_routes(doors: Doors) -> list[HTTPRouteHandler]:
    queries = doors.queries
    trails = Trails(doors.streams, doors.refusals)

    @get("/v1/audit/trail/{document_id:str}")
    async def trail(request: HttpRequest, document_id: FromPath[str]) -> HttpAnswer:
        viewer = await viewer_of(doors, request)
        query = read_query(TrailQuery, request.query_params.multi_items())
        await queries.settle(query.after)

        def look() -> Trail:
            audience = Audience.OWN
            if not viewer.is_auditor:  # whom no view has to tell what to show
                _, audience = queries.standing(viewer, document_id)
            return trails.of(viewer, audience, document_id, query)

        return answered(await asyncio.to_thread(look))

    return [trail]
