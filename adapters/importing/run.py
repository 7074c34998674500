"""A file is imported: many lines at once, those of one organisation in order."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from itertools import islice
from uuid import UUID, uuid5

import msgspec

from adapters.importing.giving import Give, GivenUp, Taken
from adapters.importing.kinds import TABLES, Plan, Step, Table
from adapters.importing.past import Past
from adapters.importing.records import Record, Values, row_in
from adapters.importing.report import LineReport
from adapters.orders import commands_of, refused
from adapters.problems import Problem, problem
from domain.decider import Refusal
from domain.messages import BATCHES
from domain.regulation.pack import RulePack

NAMESPACE = UUID("6f8f1f0e-5a0b-4c8d-9d55-583200711290")
READ_AHEAD = 50
MAX_KEY = 200


class Importer:
    """Makes of a record what it asks for, and gives it.

    A command's id follows from node and content, so that whoever imports the same
    again, at the same time or later, gives the same command.
    """

    def __init__(
        self,
        kind: str,
        give: Give,
        past: Past,
        pack: RulePack,
        *,
        node: str,
        capacity: str | None,
        language: str,
    ) -> None:
        self._table: Table | None = TABLES.get(kind)
        self._give = give
        self._past = past
        self._pack = pack
        self._node = node
        self._capacity = capacity
        self._language = language

    def singly(self, records: Iterator[Record]) -> Iterator[Record]:
        """The records; of a batch each of its commands, all on its line."""
        for number, values in records:
            if isinstance(values, Refusal) or not self._is_batch(values):
                yield number, values
            else:
                yield from ((number, one) for one in self._commands(values))

    def _is_batch(self, values: Values) -> bool:
        tag = values.get("type")
        return self._table is None and isinstance(tag, str) and tag in BATCHES

    def _commands(self, values: Values) -> Sequence[Values | Refusal]:
        tag = values["type"]
        try:
            body = self._body(tag, fields_of(values))
            commands = commands_of(tag, msgspec.json.encode(body))
        except Refusal as refusal:
            return [refusal]
        return [{"type": one.tag, **msgspec.to_builtins(one)} for one in commands]

    async def report(self, record: Record) -> LineReport:
        """Do what a record asks for; GivenUp where no line could be done."""
        number, values = record
        try:
            if isinstance(values, Refusal):
                raise values
            if self._table is None:
                return await self._command(number, values)
            return await self._row(number, values, self._table)
        except Refusal as refusal:
            return self._refused(number, None, self._told(refusal))

    async def _command(self, number: int, values: Values) -> LineReport:
        tag = values.get("type")
        if not isinstance(tag, str):
            raise Refusal("IMPORT-LINE", reason="it has no type of command")
        if tag not in self._pack.roles:
            raise Refusal("CMD-UNKNOWN", command=tag[:100])
        body = self._body(tag, fields_of(values))
        key = f"{tag} {body['command_id']}"[:MAX_KEY]
        return await self._done(number, key, [(tag, body)])

    async def _row(self, number: int, values: Values, table: Table) -> LineReport:
        row = row_in(values, table)
        key = table.key(row)[:MAX_KEY]
        plan: Plan = await asyncio.to_thread(table.plan, row, self._past)
        if plan.differences:
            columns = [one.column for one in plan.differences]
            told = self._told(Refusal("IMPORT-DIFFERS", columns=columns))
            return LineReport(
                line=number,
                outcome="differs",
                key=key,
                code=told.code,
                text=told.detail,
                differences=plan.differences,
            )
        return await self._done(number, key, plan.steps)

    async def _done(self, number: int, key: str, steps: Sequence[Step]) -> LineReport:
        is_new = False
        for tag, fields in steps:
            answer = await self._give(tag, self._body(tag, fields))
            if not isinstance(answer, Taken):
                return self._refused(number, key, answer, tag)
            is_new = is_new or not answer.repeated
        return LineReport(
            line=number, outcome="accepted" if is_new else "unchanged", key=key
        )

    def _body(self, tag: str, fields: Values) -> Values:
        body = {"capacity": self._capacity, **fields}
        if self._capacity is None and "capacity" not in fields:
            del body["capacity"]
        if not body.get("command_id"):
            content = msgspec.json.encode([self._node, tag, body], order="sorted")
            body["command_id"] = str(uuid5(NAMESPACE, content.decode()))
        return body

    def _told(self, refusal: Refusal) -> Problem:
        return problem(refused(self._pack, refusal), self._pack, self._language)

    def _refused(
        self, number: int, key: str | None, told: Problem, tag: str | None = None
    ) -> LineReport:
        if told.code == "ACTOR-TOKEN":
            raise GivenUp(told.detail)
        return LineReport(
            line=number,
            outcome="refused",
            key=key,
            code=told.code,
            rule=told.rule,
            text=told.detail,
            command=tag,
        )


def fields_of(values: Values) -> Values:
    """What stands on a line of commands, beside the type."""
    return {name: value for name, value in values.items() if name != "type"}


def lane_of(record: Record) -> str | None:
    """What must keep its order with this record: its organisation; None: everything."""
    _, values = record
    if isinstance(values, Refusal):
        return ""
    named = values.get("bin")
    return named if isinstance(named, str) else None


async def in_lanes(
    records: Iterator[Record],
    report: Callable[[Record], Awaitable[LineReport]],
    at_once: int,
) -> AsyncGenerator[LineReport]:
    """The reports in the order of the lines, of which at most `at_once` are under way.

    Lines of one organisation are done one after another; a line of none waits for all
    before it, and all after it wait for it.
    """
    window: deque[tuple[str, asyncio.Task[LineReport]]] = deque()
    last: dict[str, asyncio.Task[LineReport]] = {}

    async def next_report() -> LineReport:
        lane, task = window[0]
        found = await task
        window.popleft()
        if last.get(lane) is task:
            del last[lane]
        return found

    async def after(
        before: "asyncio.Task[LineReport] | None", one: Record
    ) -> LineReport:
        if before is not None:
            await asyncio.wait({before})
        return await report(one)

    try:
        while ahead := await asyncio.to_thread(list, islice(records, READ_AHEAD)):
            for record in ahead:
                lane = lane_of(record)
                while window and (lane is None or len(window) >= at_once):
                    yield await next_report()
                if lane is None:
                    yield await report(record)
                else:
                    task = asyncio.create_task(after(last.get(lane), record))
                    last[lane] = task
                    window.append((lane, task))
        while window:
            yield await next_report()
    finally:
        under_way = [task for _, task in window]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
