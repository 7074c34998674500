"""A search through everything that can be done to one document, up to a bound."""

from collections import deque
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.decider import Command
from domain.identifiers import Names, Stream
from domain.messages import COMMANDS
from tests.domain.expected_routes import (
    AUTHOR_OF,
    BASIS_OF,
    ExpectedRoute,
)
from tests.domain.given import BOLAT, FACULTY, FILE_HASH, LAW, NEW_YEAR
from tests.domain.grounds import Body, a_sitting, grounds
from tests.domain.reviewing import text
from tests.domain.route_model import (
    OTHER_BODY,
    OTHER_TEXT,
    SAME_VOTE,
    Model,
    Step,
    after,
    allowed,
)
from tests.domain.route_steps import (
    Held,
    hats_of,
    holds_meetings,
    short,
    steps,
    voted_at,
)
from tests.domain.scenario import ONE_MINUTE, Hat, World, named

DOCUMENT = named("the document of the search")
DOCUMENT_STREAM = Stream(f"document/{DOCUMENT}")
REASON = "salted:" + "a1" * 32


class Tally(Struct):
    """What a search went through."""

    states: int = 0
    tried: int = 0
    accepted: int = 0
    paths: int = 0
    approvals: int = 0

    def add(self, other: "Tally") -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Search:
    """All that may be done to a document of one route before one choice of bodies.

    Unless the search is thorough, only those who could do most try to raise a
    document that is withdrawn or annulled, and bystanders try the first round only.
    """

    def __init__(
        self,
        route: ExpectedRoute,
        bodies: tuple[Body, ...],
        *,
        is_thorough: bool = False,
    ) -> None:
        self.route = route
        self.is_thorough = is_thorough
        self.grounds = grounds(route.level).only(bodies)
        self.house = self.grounds.house
        self.hats = hats_of(self.grounds)
        by_teacher = AUTHOR_OF[route.rule] == "TEACHER"
        self.drafter = "AUTHOR" if by_teacher else "DEPUTY_HEAD_EM"
        self.read_the_order_as(route.profile)
        self.draft()
        self.meetings: dict[tuple[object, ...], Held] = {}
        self.steps = list(steps(bodies, self.hats))
        self.commands: dict[tuple[object, ...], Command] = {}

    def read_the_order_as(self, profile: str) -> None:
        """The house's charter says which profile it follows, unless the default."""
        if profile != self.house.world.pack.default_profile:
            self.house.world.give(
                self.house.head,
                COMMANDS["organisation.record-charter"],
                bin=self.house.bin,
                number="1",
                date=NEW_YEAR,
                file_hash=FILE_HASH,
                clauses={"route_profile": profile},
            )

    def draft(self) -> None:
        by_teacher = AUTHOR_OF[self.route.rule] == "TEACHER"
        author = (
            {"kind": "TEACHER", "person_id": BOLAT}
            if by_teacher
            else {"kind": "UNIT", "unit_id": FACULTY}
        )
        self.house.world.give(
            self.hats[self.drafter],
            COMMANDS["document.create"],
            document_id=DOCUMENT,
            bin=self.house.bin,
            kind=self.route.kind,
            level=self.route.level,
            author=author,
            titles=Names(ru="Документ"),
            variants=[text("wording 1")],
            discipline_code=LAW,
            basis_refs=[
                {"kind": kind, "reference": "1"} for kind in BASIS_OF[self.route.rule]
            ],
        )

    def submitted(self) -> Any:  # the document's state, or a refusal's code
        """What becomes of the draft when its drafter submits it."""
        world = moved_on(self.house.world)
        command = self.command(self.hats[self.drafter], "submit", 1)
        code = world.tries(self.hats[self.drafter], command)
        return code or world.state(DOCUMENT_STREAM)

    def run(self, rounds: int) -> Tally:
        """Try every step in every state that is reached; fail at the first surprise."""
        tally = Tally()
        model = Model(
            self.route, tuple(body.kind for body in self.grounds.bodies), self.drafter
        )
        root = (model.key(), told(self.house.world))
        graph: dict[object, list[object]] = {}
        queue = deque([(root, self.house.world, model, "")])
        seen = {root}
        while queue:
            key, world, model, path = queue.popleft()
            following: list[object] = []
            for step, twin in self.outcomes(world, model, rounds, path, tally):
                then = after(model, step)
                self.require_same(then, twin, f"{path} {step}")
                next_key = (then.key(), told(twin))
                if next_key != key:
                    following.append(next_key)
                if next_key not in seen:
                    seen.add(next_key)
                    queue.append((next_key, twin, then, f"{path} {short(step)}"))
            graph[key] = following
        tally.states = len(seen)
        tally.paths = paths(graph, root)
        tally.approvals = sum(key[0][0] == "APPROVED" for key in seen)
        return tally

    def outcomes(
        self, world: World, model: Model, rounds: int, path: str, tally: Tally
    ) -> Iterator[tuple[Step, World]]:
        """Each step that is accepted here, and the world after it."""
        twin = moved_on(world)
        for step in self.steps:
            if step.act == "submit" and model.round >= rounds:
                continue
            if step.act == "revise" and model.version >= rounds:
                continue
            is_told = model.round > 1 and not self.is_thorough
            if is_told and step.who in ("TEACHER", "STRANGER"):
                continue
            is_over = model.phase in ("WITHDRAWN", "ANNULLED") and not self.is_thorough
            if is_over and step.who not in ("HEAD", "DEPUTY_HEAD_EM", self.drafter):
                continue
            if step.flaw == SAME_VOTE and not self.has_cited(world, step):
                continue
            tally.tried += 1
            code = self.tried(twin, model, step)
            may = allowed(model, step)
            if code is None:
                assert may, f"accepted against the order: {path} {step} in {model}"
                tally.accepted += 1
                yield step, twin
                twin = moved_on(world)
            elif may:
                assert not self.must_be_accepted(step), (
                    f"refused ({code}) against the order: {path} {step} in {model}"
                )
            elif step.act == "submit" and not model.has_floor():
                waits = model.phase in ("DRAFT", "RETURNED")
                if waits and step.who == self.drafter:
                    assert code == self.route.floor, (code, path)

    def must_be_accepted(self, step: Step) -> bool:
        """Who of the author's unit may act for it, the order leaves open."""
        by_author = step.who in (self.drafter, "HEAD")
        return step.act not in ("submit", "revise", "withdraw") or by_author

    def has_cited(self, world: World, step: Step) -> bool:
        """Whether the body has said something in this round by a vote of its own."""
        assert step.body is not None
        state: Any = world.state(DOCUMENT_STREAM)  # a document's
        return self.grounds.bodies[step.body].ref in state.cited

    def tried(self, world: World, model: Model, step: Step) -> str | None:
        """Give the command of a step; the code of its refusal."""
        hat = self.hats[step.who]
        if step.act != "conclude":
            return world.tries(hat, self.command(hat, step.act, model.version))
        assert step.body is not None
        body = self.grounds.bodies[step.body]
        state: Any = world.state(DOCUMENT_STREAM)  # a document's
        sha = "0" * 64 if step.flaw == OTHER_TEXT else state.content_hash
        if body.kind == "EM_UNIT":
            command = self.conclusion(hat, body, sha, None, step.said)
            return world.tries(hat, command)
        cited = self.cited(world, model, step, state)
        command = self.conclusion(hat, body, state.content_hash, cited, None)
        return world.tries(hat, command)

    def cited(self, world: World, model: Model, step: Step, document: Any) -> str:
        """The meeting that a step cites, as it stands in the world by now."""
        assert step.body is not None  # `document` is a document's state
        body = self.grounds.bodies[step.body].ref
        if step.flaw == SAME_VOTE and body in document.cited:
            meeting: str = document.cited[body][0]
            return meeting
        if step.flaw == OTHER_BODY:
            others = [n for n, b in enumerate(self.grounds.bodies) if holds_meetings(b)]
            step = replace(step, body=others[others.index(step.body) - 1])
        found = self.meeting(world, step, model.version, document)
        when = voted_at(world, document, body, step)
        world.suppose(Stream(f"meeting/{found.meeting}"), found.dated(when, world.now))
        return found.meeting

    def meeting(
        self, world: World, step: Step, version: int, document: Any
    ) -> Held:  # a document's state
        """A real meeting at which the body said this on the text of this version.

        There are two of each, as no body concludes twice by the same meeting.
        """
        assert step.body is not None
        body = self.grounds.bodies[step.body]
        of_text = OTHER_TEXT if step.flaw == OTHER_TEXT else version
        cited = document.cited.get(body.ref, ("", 0))[0]
        first = self.meetings.get((step.body, step.said, of_text, 1))
        turn = 2 if first is not None and cited == first.meeting else 1
        key = (step.body, step.said, of_text, turn)
        if key not in self.meetings:
            aside = world.copy()
            if step.flaw == OTHER_TEXT:
                aside = self.house.world.copy()
                aside.give(
                    self.hats[self.drafter],
                    COMMANDS["document.revise"],
                    document_id=DOCUMENT,
                    variants=[text("another wording")],
                )
            # Meetings are named by their time, and no two are to be one.
            aside.later(days=30 + len(self.meetings))
            house = replace(self.house, world=aside)
            sitting = a_sitting(house, body, DOCUMENT, step.said or "POSITIVE")
            stream = Stream(f"meeting/{sitting.meeting}")
            self.meetings[key] = Held(sitting.meeting, aside.state(stream))
        return self.meetings[key]

    def conclusion(
        self, hat: Hat, body: Body, sha: str, meeting: str | None, said: str | None
    ) -> Command:
        key = (hat, body.ref, sha, meeting, said)
        if key not in self.commands:
            fields: dict[str, object] = {
                "document_id": DOCUMENT,
                "body": body.ref,
                "content_hash": sha,
            }
            if meeting is not None:
                fields |= {"meeting_id": meeting, "item": 1}
            else:
                fields["conclusion"] = said
            self.commands[key] = self.house.world.command(
                hat, COMMANDS["document.record-conclusion"], **fields
            )
        return self.commands[key]

    def command(self, hat: Hat, act: str, version: int) -> Command:
        key = (hat, act, version)
        if key not in self.commands:
            fields: dict[str, dict[str, object]] = {
                "revise": {"variants": [text(f"wording {version + 1}")]},
                "approve": {"act_no": "1", "valid_from": date(2026, 9, 1)},
                "decline": {"reason_ref": REASON},
                "annul": {"act_no": "2", "reason_ref": REASON},
            }
            self.commands[key] = self.house.world.command(
                hat,
                COMMANDS[f"document.{act}"],
                document_id=DOCUMENT,
                **fields.get(act, {}),
            )
        return self.commands[key]

    def require_same(self, model: Model, world: World, path: str) -> None:
        """The code and the order agree on where the document is now."""
        state: Any = world.state(DOCUMENT_STREAM)  # a document's
        here = (state.phase, state.version, state.round, state.stage_no)
        assert here == (model.phase, model.version, model.round, model.stage), path


def moved_on(world: World) -> World:
    twin = world.copy()
    twin.now += ONE_MINUTE
    return twin


def told(world: World) -> bytes:
    """The document as the code folds it, but for the times of its acts."""
    state = msgspec.to_builtins(
        world.state(DOCUMENT_STREAM), builtin_types=(datetime, date)
    )
    return msgspec.json.encode(timeless(state), order="deterministic")


def timeless(value: Any) -> Any:  # JSON-shaped, but for its times
    """Without times, and without the meetings that only tell one time from another."""
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if k != "cited"}
    return None if isinstance(value, datetime | date) else value


def paths(graph: dict[object, list[object]], root: object) -> int:
    """How many ways lead from the root to an end, without walking in a circle.

    Where a conclusion need not be positive, a body may change its mind and back.
    """
    counted: dict[object, int] = {}

    def count(key: object) -> int:
        if key not in counted:
            counted[key] = 0
            following = graph.get(key, [])
            counted[key] = sum(map(count, following)) if following else 1
        return counted[key]

    return count(root)
