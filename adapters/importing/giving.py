"""Commands given for a file: to the node, or, in a dry run, to nobody."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from adapters.deciding import Deciding
from adapters.entry import Ask, Question
from adapters.envelope import Denial
from adapters.importing.past import Log, Marked, Past
from adapters.orders import Acceptance, Order, Refused, command_of, digest_of, refused
from adapters.problems import RETRY_SECONDS, Problem, problem
from adapters.reading import StateCache
from domain.decider import Command, Mark, Refusal
from domain.identifiers import NODE, PersonId
from domain.messages import decode
from domain.regulation.pack import RulePack

MAX_TRIES = 30
MAX_TRIAL = 100_000
MAX_STREAMS = 1_000_000


class Taken(Struct, frozen=True):
    """A command that was accepted, now or, `repeated`, once before."""

    repeated: bool


class GivenUp(Exception):
    """The import cannot go on; what was done stands, and is not done again."""


Give = Callable[[str, dict[str, Any]], Awaitable[Taken | Problem]]
"""A command's type and its JSON; the answer, a refusal told in a language."""


def over_http(ask: Ask, bearer: str, language: str) -> Give:
    """Give to the node that answers; one that has too much waiting is asked again."""

    async def give(tag: str, body: dict[str, Any]) -> Taken | Problem:
        question = Question(
            "POST", f"/v1/commands/{tag}", bearer, language, body, is_command=False
        )
        for _ in range(MAX_TRIES):
            answer = await ask(question)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            await asyncio.sleep(RETRY_SECONDS)
        if answer.is_success:
            return Taken(msgspec.json.decode(answer.content, type=Acceptance).repeated)
        return msgspec.json.decode(answer.content, type=Problem)

    return give


class Trial(Past):
    """The log with what a dry run decided on top of it, and nothing of it written.

    Decided as the node would at this moment; what others do meanwhile, it does not
    see. It holds what it decided, so that it takes 100,000 commands and no more.
    """

    def __init__(
        self,
        log: Log,
        pack: RulePack,
        node: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(log)
        self._log = log
        self._pack = pack
        # Whatever fell out of the cache would be read from a log that lacks it.
        cache = StateCache(log, MAX_STREAMS)
        self._deciding = Deciding(cache, pack, node, clock)
        self._added: dict[str, list[Marked]] = defaultdict(list)
        self._digests: dict[str, str] = {}

    def of(self, stream: str) -> Sequence[Marked]:
        return [*super().of(stream), *self._added.get(stream, ())]

    def giver(self, person: PersonId, organisation: str, language: str) -> Give:
        async def give(tag: str, body: dict[str, Any]) -> Taken | Problem:
            try:
                command = command_of(tag, msgspec.json.encode(body))
            except Refusal as refusal:
                told = refused(self._pack, refusal, str(body["command_id"])[:100])
                return problem(told, self._pack, language)
            order = Order(command=command, person=person, organisation=organisation)
            answer = self._try(order)
            if isinstance(answer, Refused):
                return problem(answer, self._pack, language)
            return answer

        return give

    def _try(self, order: Order) -> Taken | Refused:
        command = order.command
        known = self._digest_before(order)
        if known == digest_of(command):
            return Taken(repeated=True)
        if known is not None:
            reused = Refusal("CMD-ID-REUSED", command_id=command.command_id)
            return refused(self._pack, reused, command.command_id)
        verdict = self._deciding.verdict(order)
        if isinstance(verdict, Denial):
            denied = Refusal(verdict.code, **verdict.context)
            return refused(self._pack, denied, command.command_id)
        if len(self._digests) >= MAX_TRIAL:
            raise GivenUp(
                f"a dry run takes {MAX_TRIAL:,} commands; try the file in parts"
            )
        self._digests[command.command_id] = verdict.digest
        for draft in verdict.drafts:
            mark = Mark(draft.version, draft.time, order.person)
            added = Marked(decode(draft.tag, draft.data), mark)
            self._added[draft.stream].append(added)
        return Taken(repeated=False)

    def _digest_before(self, order: Order) -> str | None:
        command: Command = order.command
        if command.command_id in self._digests:
            return self._digests[command.command_id]
        owner = order.organisation or NODE
        record = self._log.outcome(owner, command.command_id)
        return record.digest if record else None
