"""What people at work ask: bodies, meetings, offices, counts, the auditor's summary."""

import asyncio

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from adapters.answers import OneQuery, read_query
from adapters.http_routes.doors import Doors
from adapters.http_routes.exchange import HttpAnswer, HttpRequest, answered, viewer_of
from adapters.work_answers import BodyQuery, MeetingQuery, OfficeQuery, TallyQuery
from domain.decider import Refusal
from domain.node import AUDITOR


def work_routes(doors: Doors) -> list[HTTPRouteHandler]:
    queries, work, counting = doors.queries, doors.work, doors.counting

    @get("/v1/bodies")
    async def bodies(request: HttpRequest) -> HttpAnswer:
        viewer = await viewer_of(doors, request)
        query = read_query(BodyQuery, request.query_params.multi_items())
        return answered(await asyncio.to_thread(work.bodies, viewer, query))

    @get("/v1/meetings")
    async def meetings(request: HttpRequest) -> HttpAnswer:
        viewer = await viewer_of(doors, request)
        query = read_query(MeetingQuery, request.query_params.multi_items())
        await queries.settle(query.after)
        return answered(await asyncio.to_thread(work.meetings, viewer, query))

    @get("/v1/organisations/{bin_number:str}/offices")
    async def offices(request: HttpRequest, bin_number: FromPath[str]) -> HttpAnswer:
        viewer = await viewer_of(doors, request)
        query = read_query(OfficeQuery, request.query_params.multi_items())
        await queries.settle(query.after)
        found = await asyncio.to_thread(work.offices, viewer, bin_number, query)
        return answered(found)

    @get("/v1/documents/tally")
    async def tally(request: HttpRequest) -> HttpAnswer:
        viewer = await viewer_of(doors, request)
        query = read_query(TallyQuery, request.query_params.multi_items())
        await queries.settle(query.after)
        return answered(await asyncio.to_thread(counting.tally, viewer, query))

    @get("/v1/audit/summary")
    async def summary(request: HttpRequest) -> HttpAnswer:
        viewer = await viewer_of(doors, request)
        if not viewer.is_auditor:
            raise Refusal("QUERY-ROLE", allowed=(AUDITOR,))
        query = read_query(OneQuery, request.query_params.multi_items())
        await queries.settle(query.after)
        return answered(await asyncio.to_thread(counting.summary))

    return [bodies, meetings, offices, tally, summary]
