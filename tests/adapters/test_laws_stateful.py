"""The laws of section 8, while people of three houses do what they like.

Every command is given to the domain in memory and to the real bus over a real store;
both must answer alike, and what the laws say is recomputed from the log of events.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from adapters.orders import Accepted, Refused
from domain.decider import Command, Refusal
from domain.messages import COMMANDS, owner_of, stream_of
from tests.adapters.twin_world import Rows, TwinWorld, fold_into, refolded
from tests.domain import invariants, invariants_of_houses
from tests.domain.generated import messages
from tests.domain.given import House
from tests.domain.reviewing import STUDY_PLAN, draft, text
from tests.domain.scenario import Hat
from tests.domain.stories import STEPS, Story
from tests.domain.three_houses import DINA, in_world, their_past

QUICK = settings(
    deadline=None,
    max_examples=80,
    stateful_step_count=40,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
RACING = ("revise", "submit", "withdraw")
LONG = settings(QUICK, max_examples=1_000, stateful_step_count=60, derandomize=False)


class ThreeHouses(RuleBasedStateMachine):
    """A university, a college and a school, and whatever is tried in them."""

    def __init__(self, reached: "Counter[str]") -> None:
        super().__init__()
        self.reached = reached
        self.folder = TemporaryDirectory()
        self.world = TwinWorld(their_past(), Path(self.folder.name))
        self.houses = in_world(self.world)
        self.checked: dict[str, int] = {}
        self.ids = 0

    @initialize(data=st.data())
    def open_the_story(self, data: st.DataObject) -> None:
        university, college, school = self.houses
        # Hypothesis calls both a way to draw; only one has a signature of its own.
        self.story = Story(data.draw, (university, college))  # type: ignore[arg-type]
        plan = draft(school, STUDY_PLAN, name="school plan")
        lesson = draft(school, "LESSON_PLAN", name="lesson", teacher=DINA)
        self.story.documents += [(school, plan), (school, lesson)]

    # What is tried.

    @rule(data=st.data(), steps=st.lists(st.sampled_from(STEPS), max_size=4))
    def somebody_goes_on(
        self, data: st.DataObject, steps: list[Callable[[Story, House, str], None]]
    ) -> None:
        self.story.draw = data.draw  # type: ignore[assignment]  # as above
        house, document = self.some_document(data)
        for step in steps:
            try:
                step(self.story, house, document)
            except (Refusal, LookupError):
                continue

    @rule(data=st.data())
    def somebody_else_gives_the_command_of_another(self, data: st.DataObject) -> None:
        _, _, command = data.draw(st.sampled_from(self.world.accepted[-40:]))
        hat = self.anybody(data)
        self.attempt(hat, replace(command, **self.of(hat)))

    @rule(data=st.data(), days=st.integers(0, 30))
    def an_act_is_dated_back(self, data: st.DataObject, days: int) -> None:
        _, hat, command = data.draw(st.sampled_from(self.world.accepted[-40:]))
        when = self.world.now - timedelta(days=days, seconds=1)
        self.attempt(hat, replace(command, **self.of(hat), occurred_at=when))

    @rule(data=st.data(), off=st.sampled_from([-2, -1, 1, 7]))
    def what_was_seen_is_stale(self, data: st.DataObject, off: int) -> None:
        _, hat, command = data.draw(st.sampled_from(self.world.accepted[-40:]))
        seen = self.world.version(stream_of(command)) + off
        stale = replace(command, **self.of(hat), expected_version=seen)
        assert self.attempt(hat, stale) is not None, "a stale command was accepted"

    @rule(data=st.data(), tag=st.sampled_from(sorted(COMMANDS)))
    def nonsense_is_sent(self, data: st.DataObject, tag: str) -> None:
        command = data.draw(messages(COMMANDS[tag]))
        hat = self.anybody(data)
        known = self.plausible(data, command)
        changed = replace(command, **self.of(hat), **known)
        code = self.attempt(hat, replace(changed, occurred_at=None))
        self.reached[f"nonsense {'refused' if code else 'accepted'}"] += 1

    @rule(data=st.data())
    def p26_a_repeat_has_the_same_answer_and_no_effect(
        self, data: st.DataObject
    ) -> None:
        _, hat, command = data.draw(st.sampled_from(self.world.accepted))
        rows = {name: dict(each) for name, each in self.world.rows.items()}
        again = self.world.hears(hat, command)
        assert isinstance(again, Accepted) and again.repeated
        other = replace(command, expected_version=583)
        reused = self.world.hears(hat, other)
        assert isinstance(reused, Refused) and reused.code == "CMD-ID-REUSED"
        self.world.fold()
        assert self.world.rows == rows
        self.reached["repeated"] += 1

    @rule(data=st.data(), acts=st.lists(st.sampled_from(RACING), min_size=2))
    def p27_of_two_with_the_same_version_one_is_accepted(
        self, data: st.DataObject, acts: list[str]
    ) -> None:
        """Several acts on one draft, each of which saw the same version of it."""
        house = data.draw(st.sampled_from([0, 1]).map(self.houses.__getitem__))
        try:
            document = draft(house, STUDY_PLAN, name=f"plan {self.ids}")
        except Refusal:  # the deputy has left, or the house is closed
            return
        racing = [self.act_on(house, document, act) for act in acts]
        self.world.now += timedelta(minutes=1)
        answers = self.world.bus.give_at_once(house.deputy, racing, self.world.now)
        accepted = [
            command
            for command, answer in zip(racing, answers, strict=True)
            if isinstance(answer, Accepted)
        ]
        assert len(accepted) <= 1
        for command in accepted:
            self.world.enter(house.deputy, command)
        self.story.documents.append((house, document))
        self.reached[f"{len(accepted)} of many"] += 1

    def act_on(self, house: House, document: str, act: str) -> Command:
        wording = [text(f"wording {self.ids}")]
        return self.world.command(
            house.deputy,
            COMMANDS[f"document.{act}"],
            **self.of(house.deputy),
            document_id=document,
            expected_version=1,
            **({"variants": wording} if act == "revise" else {}),
        )

    def some_document(self, data: st.DataObject) -> tuple[House, str]:
        number = data.draw(st.integers(0, len(self.story.documents) - 1))
        return self.story.documents[number]

    def attempt(self, hat: Hat, command: Command) -> str | None:
        """Give a command of whatever kind; the code, where it is refused."""
        try:
            self.world.obey(hat, command)
        except Refusal as refusal:
            return refusal.code
        return None

    def anybody(self, data: st.DataObject) -> Hat:
        """A head, a deputy, an officer or a teacher of any house, or the registrar."""
        hats = [self.houses[0].registrar, *(h.head for h in self.houses)]
        hats += [house.deputy for house in self.houses]
        hats += [hat for _, hat, _ in self.world.accepted[-60:]]
        return data.draw(st.sampled_from(hats))

    def of(self, hat: Hat) -> dict[str, Any]:  # fields of any command
        self.ids += 1
        return {
            "command_id": f"28000000-0000-4000-8000-{self.ids:012x}",
            "capacity": hat.capacity,
        }

    def plausible(self, data: st.DataObject, command: Command) -> dict[str, Any]:
        """Names that exist, in the place of those that were made up."""
        alike = [
            given
            for _, _, given in self.world.accepted
            if stream_of(given).partition("/")[0]
            == stream_of(command).partition("/")[0]
        ]
        if not alike:
            return {}
        given = data.draw(st.sampled_from(alike))
        names = ("bin", "person_id", "unit_id", "body_id", "key", "meeting_id")
        return {
            name: getattr(given, name)
            for name in (*names, "document_id", "node")
            if hasattr(given, name) and hasattr(command, name)
        }

    # What must hold, whatever was tried.

    def holds(self, law: Callable[[Any], None]) -> None:
        """Recompute a law if something has happened since."""
        name, grown = law.__name__, len(self.world.log)
        if self.checked.get(name) != grown:
            law(self.world.log)
            self.checked[name] = grown

    @invariant()
    def p1_every_body_of_the_route_was_positive(self) -> None:
        self.holds(invariants.p1)

    @invariant()
    def p2_only_the_role_of_the_rule_approves(self) -> None:
        self.holds(invariants.p2)

    @invariant()
    def p3_the_approver_is_in_office_here_that_day(self) -> None:
        self.holds(invariants.p3)

    @invariant()
    def p4_a_study_plan_passed_all_that_covered_it(self) -> None:
        self.holds(invariants.p4)

    @invariant()
    def p5_each_rule_asks_its_own_bodies(self) -> None:
        self.holds(invariants_of_houses.p5)

    @invariant()
    def p6_stages_open_one_after_another(self) -> None:
        self.holds(invariants.p6)

    @invariant()
    def p7_a_negative_conclusion_returns(self) -> None:
        self.holds(invariants.p7)

    @invariant()
    def p8_an_approved_text_is_the_one_submitted(self) -> None:
        self.holds(invariants.p8)

    @invariant()
    def p9_a_conclusion_is_the_vote_of_a_held_meeting(self) -> None:
        self.holds(invariants.p9)

    @invariant()
    def p10_an_author_is_of_the_kind_of_the_rule(self) -> None:
        self.holds(invariants_of_houses.p10)

    @invariant()
    def p13_councils_are_mandated_and_elected(self) -> None:
        self.holds(invariants_of_houses.p13)

    @invariant()
    def p14_one_council_stands_at_each_place(self) -> None:
        self.holds(invariants_of_houses.p14)

    @invariant()
    def p21_there_are_no_more_methodists_than_were_set(self) -> None:
        self.holds(invariants_of_houses.p21)

    @invariant()
    def p28_every_refusal_is_catalogued_under_its_rule(self) -> None:
        for code in self.world.refusals[self.checked.get("p28", 0) :]:
            entry = self.world.pack.errors[code]
            prefix = code.partition("-")[0]
            ruled = prefix[0] == "R" and prefix[1:].isdecimal()
            assert entry.rule == (prefix[1:] if ruled else None)
        self.checked["p28"] = len(self.world.refusals)

    @invariant()
    def p30_the_frozen_route_stands(self) -> None:
        self.holds(invariants_of_houses.p30)

    def p25_what_is_rebuilt_equals_what_is_live(self) -> None:
        """States of streams, and rows of views, folded anew from the stored records."""
        for stream in {entry.stream for entry in self.world.log}:
            assert refolded(self.world, stream) == self.world.state(stream)
        rebuilt: Rows = {name: {} for name in self.world.rows}
        fold_into(rebuilt, self.world.recorded())
        assert rebuilt == self.world.rows

    def teardown(self) -> None:
        try:
            self.p25_what_is_rebuilt_equals_what_is_live()
            self.reached.update(entry.event.tag for entry in self.world.log)
            self.reached.update(self.world.refusals)
            owners = (owner_of(c, None) for _, _, c in self.world.accepted)
            self.reached.update(owners)
        finally:
            self.world.close()
            self.folder.cleanup()


def tell(stories: settings) -> "Counter[str]":
    reached: Counter[str] = Counter()

    class Told(ThreeHouses):
        def __init__(self) -> None:
            super().__init__(reached)

    run_state_machine_as_test(Told, settings=stories)
    return reached


WANTED = (
    "document.approved.v1",
    "document.returned.v1",
    "document.withdrawn.v1",
    "repeated",
    "1 of many",
    "nonsense refused",
    "ACTOR-SCOPE",
    "ACTOR-ROLE",
    "ACTOR-BODY",
    "ACTOR-CAPACITY",
    "CMD-STALE",
    "CMD-BEFORE",
    "DOC-STATE",
)


def test_the_laws_hold_whatever_three_houses_do() -> None:
    reached = tell(QUICK)
    assert [wanted for wanted in WANTED if not reached[wanted]] == []


@pytest.mark.faults
def test_the_laws_hold_in_long_stories() -> None:
    reached = tell(LONG)
    assert [wanted for wanted in WANTED if not reached[wanted]] == []
    print(reached)
