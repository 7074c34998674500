"""A file imported into a real store, through the bus or as a dry run."""

import asyncio
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from adapters.demo.teller import Person
from adapters.importing.giving import Give, Taken, Trial
from adapters.importing.past import Past
from adapters.importing.records import records_of
from adapters.importing.report import LineReport
from adapters.importing.run import Importer, in_lanes
from adapters.orders import Accepted, Order, command_of, refused
from adapters.problems import Problem, problem
from domain.decider import Refusal
from domain.identifiers import PersonId
from tests.adapters.node_at_work import NODE, NodeAtWork


class Desk:
    """A node, and what somebody imports into it."""

    def __init__(self, node: NodeAtWork) -> None:
        self.node = node
        self.registrar = node.operator("REGISTRAR")
        self.given: list[str] = []

    def imported(
        self,
        content: bytes,
        *,
        by: Person | None = None,
        kind: str | None = None,
        dry_run: bool = False,
        language: str = "en",
        at_once: int = 8,
    ) -> list[LineReport]:
        who = by or self.registrar
        found, records = records_of(opened(content), kind)
        trial = Trial(self.node.store, self.node.pack, NODE)
        give = (
            trial.giver(PersonId(who.id), who.organisation, language)
            if dry_run
            else self.over_bus(who, language)
        )
        importer = Importer(
            found,
            give,
            trial if dry_run else Past(self.node.store),
            self.node.pack,
            node=NODE,
            capacity=who.capacity,
            language=language,
        )

        async def all_of_it() -> list[LineReport]:
            reports = in_lanes(importer.singly(records), importer.report, at_once)
            return [report async for report in reports]

        return asyncio.run(all_of_it())

    def over_bus(self, who: Person, language: str) -> Give:
        async def give(tag: str, body: dict[str, Any]) -> Taken | Problem:
            self.given.append(tag)
            try:
                command = command_of(tag, msgspec.json.encode(body))
            except Refusal as refusal:
                told = refused(self.node.pack, refusal)
                return problem(told, self.node.pack, language)
            order = Order(
                command=command,
                person=PersonId(who.id),
                organisation=who.organisation,
            )
            answer = await asyncio.wrap_future(self.node.bus.submit(order))
            if isinstance(answer, Accepted):
                return Taken(answer.repeated)
            return problem(answer, self.node.pack, language)

        return give

    def head_of(self, bin_number: str, person: str) -> Person:
        """The person of a staff import whose first event seated them as head."""
        return Person(person, bin_number, f"staff/{bin_number}.{person}#1")


def opened(content: bytes) -> io.BufferedReader:
    return io.BufferedReader(io.BytesIO(content))


def outcomes(reports: list[LineReport]) -> list[str]:
    return [f"{one.line} {one.code or one.outcome}" for one in reports]


@contextmanager
def desk_in(folder: Path) -> Iterator[Desk]:
    node = NodeAtWork(folder)
    node.bus.start()
    try:
        yield Desk(node)
    finally:
        node.close()
