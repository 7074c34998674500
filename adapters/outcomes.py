"""What a door tells of commands: an acceptance or a refusal, in a batch of each."""

import asyncio
from collections.abc import Callable, Sequence

from msgspec import Struct

from adapters.answering import LoopAnswers
from adapters.orders import Acceptance, Order, Refused, acceptance, refused
from adapters.problems import Problem, problem
from domain.decider import Refusal
from domain.regulation.pack import RulePack

Outcome = Acceptance | Refused


class BatchOutcome(Struct, frozen=True, kw_only=True):
    """What became of one command of a batch: one of the two is null."""

    command_id: str
    accepted: Acceptance | None
    refused: Problem | None


class BatchAnswer(Struct, frozen=True, kw_only=True):
    """What became of a batch, command by command, in their order."""

    outcomes: tuple[BatchOutcome, ...]


async def outcomes_of(
    orders: Sequence[Order],
    answers: LoopAnswers,
    published: Callable[[int], bool],
    pack: RulePack,
) -> list[Outcome]:
    """Give all of the orders at once, and wait for what became of each."""

    async def outcome(order: Order) -> Outcome:
        try:
            answer = await answers.ask(order)
        except Refusal as refusal:  # a door may refuse before the bus
            return refused(pack, refusal, order.command.command_id)
        if isinstance(answer, Refused):
            return answer
        return acceptance(answer, published=published(answer.position))

    return await asyncio.gather(*map(outcome, orders))


def batch_answer(told: Sequence[Outcome], pack: RulePack, language: str) -> BatchAnswer:
    return BatchAnswer(
        outcomes=tuple(
            BatchOutcome(
                command_id=one.command_id,
                accepted=None if isinstance(one, Refused) else one,
                refused=problem(one, pack, language)
                if isinstance(one, Refused)
                else None,
            )
            for one in told
        )
    )
