"""What is asked of one document: its whole chain, and why it is where it is."""

import asyncio

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from adapters.answers import OneQuery, read_query
from adapters.audit_trail import Trails
from adapters.explanations import ExplainAnswer
from adapters.http_routes.doors import Doors
from adapters.http_routes.exchange import (
    HttpAnswer,
    HttpRequest,
    answered,
    in_language,
    language_asked,
    viewer_of,
)
from adapters.trail_answers import Trail, TrailQuery
from adapters.viewing import Audience
from domain.decider import Refusal


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

    @get("/v1/documents/{document_id:str}/explain")
    async def explain(request: HttpRequest, document_id: FromPath[str]) -> HttpAnswer:
        viewer = await viewer_of(doors, request)
        query = read_query(OneQuery, request.query_params.multi_items())
        await queries.settle(query.after)
        language = language_asked(request, doors.pack)

        def look() -> ExplainAnswer:
            row, audience = queries.standing(viewer, document_id)
            if audience < Audience.OWN:
                raise Refusal("QUERY-UNKNOWN", id=document_id[:100])
            return doors.explanations.of(row.document_id, language)

        told = await asyncio.to_thread(look)
        return answered(told, headers=in_language(language))

    return [trail, explain]
