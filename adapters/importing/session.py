"""An import from first to last line: into a node, or as a dry run beside it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing, closing

from msgspec import Struct

from adapters import entry
from adapters.entry import Ask
from adapters.folder_bus import NoNode
from adapters.identity import Claims
from adapters.importing.giving import GivenUp, Trial, over_http
from adapters.importing.past import Past
from adapters.importing.records import Record
from adapters.importing.report import LineReport
from adapters.importing.run import Importer, in_lanes
from adapters.problems import problem_of
from adapters.settings import Settings
from adapters.stores import open_events
from domain.decider import Refusal
from domain.identifiers import NODE
from domain.regulation.pack import rule_pack

Show = Callable[[LineReport], None]


class Wanted(Struct, frozen=True, kw_only=True):
    """What to import and as whom: the first REGISTRAR where no token is given."""

    kind: str
    records: Iterator[Record]
    bearer: str | None
    capacity: str | None
    language: str
    at_once: int


def import_all(settings: Settings, wanted: Wanted, show: Show) -> None:
    """Give the commands to the running node, or to one started for them."""

    async def script(ask: Ask) -> None:
        bearer, capacity = wanted.bearer, wanted.capacity
        if bearer is None:
            issued = entry.issue_token(settings, None, None, 1)
            assert issued is not None  # the node that answers has made its keys
            bearer, capacity = issued.token, capacity or issued.capacity
        else:
            claims_of(settings, bearer, wanted.language)  # what is there is not for all
        give = over_http(ask, bearer, wanted.language)
        with closing(
            open_events(settings.data, settings.database, settings.node)
        ) as log:
            importer = Importer(
                wanted.kind,
                give,
                Past(log),
                rule_pack(),
                node=settings.node,
                capacity=capacity,
                language=wanted.language,
            )
            await report_all(importer, wanted, show)

    asyncio.run(entry.talk(settings, script))


def try_all(settings: Settings, wanted: Wanted, show: Show) -> None:
    """Decide the commands over what the log holds now, and write nothing.

    NoNode where there is none; GivenUp where the token is no good.
    """
    operator = entry.operator_of(settings)
    if operator is None:
        raise NoNode(f"{settings.data} holds no node yet; start one with `serve`")
    person, organisation = operator.person, str(NODE)
    capacity = wanted.capacity
    if wanted.bearer is None:
        capacity = capacity or operator.capacity
    else:
        claims = claims_of(settings, wanted.bearer, wanted.language)
        person, organisation = claims.person, claims.organisation
    with closing(open_events(settings.data, settings.database, settings.node)) as log:
        trial = Trial(log, rule_pack(), settings.node)
        importer = Importer(
            wanted.kind,
            trial.giver(person, organisation, wanted.language),
            trial,
            rule_pack(),
            node=settings.node,
            capacity=capacity,
            language=wanted.language,
        )
        asyncio.run(report_all(importer, wanted, show))


def claims_of(settings: Settings, bearer: str, language: str) -> Claims:
    try:
        return entry.identities_of(settings).verify(bearer)
    except Refusal as refusal:
        told = problem_of(refusal, rule_pack(), language)
        raise GivenUp(told.detail) from refusal


async def report_all(importer: Importer, wanted: Wanted, show: Show) -> None:
    records = importer.singly(wanted.records)
    reports = in_lanes(records, importer.report, wanted.at_once)
    async with aclosing(reports):
        async for report in reports:
            show(report)
