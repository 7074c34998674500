"""What is tried in a search: by whom, before which bodies, with which meetings."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from domain.identifiers import Stream
from tests.domain.expected_routes import (
    RULE_OF,
    ExpectedRoute,
)
from tests.domain.given import BOLAT, ZHANNA
from tests.domain.grounds import Body, Grounds, grounds
from tests.domain.route_model import (
    OLD_VOTE,
    OTHER_BODY,
    OTHER_TEXT,
    SAME_VOTE,
    Step,
)
from tests.domain.scenario import Hat, World

CONCLUSIONS = ("POSITIVE", "NEGATIVE", "RETURN")
ACTS = ("submit", "revise", "approve", "decline", "withdraw", "annul")
EXPLORED = {"document.record-conclusion", *(f"document.{act}" for act in ACTS)}


def subsets(level: str, most: int) -> Iterator[tuple[Body, ...]]:
    bodies = grounds(level).bodies
    for size in range(most + 1):
        yield from combinations(bodies, size)


def shape(route: ExpectedRoute, bodies: tuple[Body, ...]) -> tuple[int, ...]:
    """What of a choice of bodies the order tells apart: the stages, and who is idle."""
    return tuple(sorted(route.stage_of(body.kind) or 0 for body in bodies))


def one_of_each_shape(route: ExpectedRoute, most: int) -> list[tuple[Body, ...]]:
    """One choice of bodies for each shape; another one for another kind of document."""
    alike: dict[tuple[int, ...], list[tuple[Body, ...]]] = {}
    for bodies in subsets(route.level, most):
        alike.setdefault(shape(route, bodies), []).append(bodies)
    turn = list(RULE_OF).index(route.kind)
    return [choices[turn % len(choices)] for choices in alike.values()]


FLAWS = (OLD_VOTE, OTHER_TEXT, OTHER_BODY, SAME_VOTE)


def hats_of(place: Grounds) -> dict[str, Hat]:
    house = place.house
    officers = {
        f"OFFICER {n}": body.officer
        for n, body in enumerate(place.bodies)
        if body.kind != "EM_UNIT"
    }
    return {
        "HEAD": house.head,
        "DEPUTY_HEAD_EM": house.deputy,
        "METHODIST": house.methodist(),
        "AUTHOR": house.teacher(BOLAT),
        "TEACHER": house.teacher(ZHANNA),
        "STRANGER": place.stranger,
        **officers,
    }


def holds_meetings(body: Body) -> bool:
    return body.kind != "EM_UNIT"


def steps(bodies: tuple[Body, ...], hats: dict[str, Hat]) -> Iterator[Step]:
    for act in ACTS:
        for who in hats:
            yield Step(act, who)
    has_another = sum(map(holds_meetings, bodies)) > 1
    flaws = [flaw for flaw in FLAWS if has_another or flaw != OTHER_BODY]
    for number, body in enumerate(bodies):
        by_unit = body.kind == "EM_UNIT"
        for who in hats:
            speaks = who == f"OFFICER {number}"
            if by_unit:
                speaks = who in ("METHODIST", "HEAD")
            for said in CONCLUSIONS if speaks else CONCLUSIONS[:1]:
                yield Step("conclude", who, number, said)
            if speaks:
                for flaw in (OTHER_TEXT,) if by_unit else flaws:
                    yield Step("conclude", who, number, "POSITIVE", flaw)


class Held(Struct, frozen=True):
    """A real meeting that has voted on its one item; it can be dated anew."""

    meeting: str
    state: Any  # a meeting's

    def dated(self, voted_at: datetime, held_at: datetime) -> object:
        item = self.state.items[1]
        voted = replace(item, vote=replace(item.vote, opened_at=voted_at))
        return replace(self.state, items={1: voted}, held_at=held_at, last_act=held_at)


def voted_at(world: World, document: Any, body: Stream, step: Step) -> datetime:
    """Now, or just before the body was asked; `document` is a document's state."""
    if step.flaw == OLD_VOTE and body in document.opened:
        opened_at: datetime = document.opened[body]
        return opened_at - timedelta(seconds=1)
    return world.now


def short(step: Step) -> str:
    said = f" {step.body} {step.said}" if step.body is not None else ""
    return f"{step.act}{said} by {step.who};"
