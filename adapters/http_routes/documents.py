"""What may be read of documents and organisations."""

import asyncio

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from adapters.answers import (
    DocumentPage,
    DocumentQuery,
    OneQuery,
    OrganisationQuery,
    read_query,
)
from adapters.http_routes.doors import Doors
from adapters.http_routes.exchange import (
    HttpAnswer,
    HttpRequest,
    answered,
    claims_of,
    viewer_of,
)


def document_routes(doors: Doors) -> list[HTTPRouteHandler]:
    queries = doors.queries

    @get("/v1/documents")
    async def documents(request: HttpRequest) -> HttpAnswer:
        viewer = await viewer_of(doors, request)
        query = read_query(DocumentQuery, request.query_params.multi_items())
        await queries.settle(query.after)

        def look() -> DocumentPage:
            return queries.documents(viewer, query, doors.work.kept_by(query))

        return answered(await asyncio.to_thread(look))

    @get("/v1/documents/{document_id:str}")
    async def document(request: HttpRequest, document_id: FromPath[str]) -> HttpAnswer:
        viewer = await viewer_of(doors, request)
        query = read_query(OneQuery, request.query_params.multi_items())
        await queries.settle(query.after)
        found = await asyncio.to_thread(queries.document, viewer, document_id)
        return answered(found)

    @get("/v1/organisations")
    async def organisations(request: HttpRequest) -> HttpAnswer:
        claims_of(doors, request)
        query = read_query(OrganisationQuery, request.query_params.multi_items())
        await queries.settle(query.after)
        return answered(await asyncio.to_thread(queries.organisations, query))

    @get("/v1/organisations/{bin_number:str}")
    async def organisation(
        request: HttpRequest, bin_number: FromPath[str]
    ) -> HttpAnswer:
        claims_of(doors, request)
        query = read_query(OneQuery, request.query_params.multi_items())
        await queries.settle(query.after)
        return answered(await asyncio.to_thread(queries.organisation, bin_number))

    return [documents, document, organisations, organisation]
