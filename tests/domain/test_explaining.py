"""What an explanation says is what the decision does."""

from collections import Counter
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings

from domain.decider import Act, Command, Refusal
from domain.document_parts import POSITIVE
from domain.document_state import Document, stream_of
from domain.explaining import (
    CLAUSES,
    Asking,
    Citation,
    Explanation,
    Holder,
    explain,
    officers,
)
from domain.facts import Facts
from domain.identifiers import CapacityId, Stream
from domain.meeting_events import ItemPlaced, MeetingHeld
from domain.staff_events import StaffAppointed
from tests.domain.given import House, a_founded_university, a_university
from tests.domain.reviewing import a_ready, approve, draft, pass_review, state_of
from tests.domain.reviewing import submit as submitted
from tests.domain.scenario import ONE_MINUTE, Hat, World
from tests.domain.stories import stories
from tests.domain.test_document_laws import LAWS


def holders(world: World) -> Iterator[Holder]:
    """Everybody whom any event has ever seated."""
    for entry in world.log:
        if isinstance(entry.event, StaffAppointed):
            capacity = CapacityId(f"{entry.stream}#{entry.mark.version}")
            yield Holder(capacity, entry.event.person_id, entry.event.bin)
    for stream in dict.fromkeys(entry.stream for entry in world.log):
        if stream.startswith(("council/", "review-body/")):
            yield from officers(stream, world.state(stream))


def citations(world: World, document: str) -> Iterator[Citation]:
    """The held meetings that had the document before them."""
    for held in world.log:
        if isinstance(held.event, MeetingHeld):
            for event in world.events(held.stream):
                if isinstance(event, ItemPlaced) and any(
                    one.document_id == document for one in event.documents
                ):
                    yield Citation(held.event.body, held.event.meeting_id, event.item)


def explained(world: World, document: str) -> Explanation:
    """The explanation of the minute in which the next command will be given."""
    state = world.state(stream_of(document))
    assert isinstance(state, Document)
    at = world.now + ONE_MINUTE

    def facts_of(act: Act) -> Facts:
        return Facts(world, act, world.pack, stream_of(document), at)

    asking = Asking(world, facts_of, world.pack, at)
    return explain(
        state, asking, list(holders(world)), list(citations(world, document))
    )


def outcome_of(world: World, hat: Hat, step: Command) -> str | None:
    """The code of the refusal when the step is really taken, None where it is not."""
    twin = world.copy()
    command = msgspec.structs.replace(step, capacity=hat.capacity)
    try:
        twin.obey(hat, command)
    except Refusal as refusal:
        return refusal.code
    return None


def documents(world: World) -> list[str]:
    streams = dict.fromkeys(e.stream for e in world.log)
    return [s.partition("/")[2] for s in streams if s.startswith("document/")]


def agrees(world: World, document: str) -> Counter[str]:
    seen: Counter[str] = Counter()
    for step in explained(world, document).steps:
        for actor in step.actors:
            hat = Hat(actor.person, actor.organisation, actor.capacity)
            assert outcome_of(world, hat, step.command) is None
            seen[f"may {step.command.tag}"] += 1
        if step.lack is not None:
            assert not step.actors
            seen[step.lack.code] += 1
            seated = step.lack.actor
            if seated is not None:
                hat = Hat(seated.person, seated.organisation, seated.capacity)
                refused = outcome_of(world, hat, step.command)
                assert refused == step.lack.code
            for one in holders(world):
                hat = Hat(one.person, one.organisation, one.capacity)
                assert outcome_of(world, hat, step.command) is not None
    return seen


@settings(LAWS, max_examples=25)
@given(stories())
def test_whoever_may_act_is_accepted_and_what_is_missing_refuses(w: World) -> None:
    for document in documents(w):
        agrees(w, document)


def test_explanations_reach_what_may_be_done_and_what_may_not() -> None:
    seen: Counter[str] = Counter()

    @settings(LAWS, max_examples=60, derandomize=True)
    @given(stories())
    def tell(world: World) -> None:
        for document in documents(world):
            for step in explained(world, document).steps:
                seen.update(f"may {step.command.tag}" for _ in step.actors)
                if step.lack is not None:
                    seen[step.lack.code] += 1

    tell()
    for wanted in ("submit", "record-conclusion", "approve", "decline", "withdraw"):
        assert seen[f"may document.{wanted}"] > 0, seen
    for code in ("MEETING-NOT-HELD", "R19-NOT-ALL-POSITIVE"):
        assert seen[code] > 0, seen


def test_a_draft_without_bodies_lacks_its_council() -> None:
    house = a_founded_university()
    house = msgspec.structs.replace(house, author_unit="adm")
    document = draft(house)
    found = explained(house.world, document)
    (submit,) = (s for s in found.steps if s.command.tag == "document.submit")
    assert submit.lack is not None and submit.lack.code == "R19-NO-COUNCIL"
    unmet = {clause.clause for clause in found.clauses if not clause.holds}
    assert unmet == {"ROUTE"}


def test_in_review_each_body_is_named_with_what_it_needs() -> None:
    house = a_university()
    document = draft(house)
    submitted(house, document)
    first, second = house.bodies[:2]
    found = explained(house.world, document)
    concluding = [s for s in found.steps if s.body is not None]
    assert [step.body for step in concluding] == [first]
    assert concluding[0].lack is not None
    assert concluding[0].lack.code == "MEETING-NOT-HELD"
    assert concluding[0].lack.actor is not None
    assert concluding[0].lack.actor.seat == first
    bodies = {c.about: c.holds for c in found.clauses if c.clause == "BODY-POSITIVE"}
    assert bodies == dict.fromkeys(house.bodies, False)
    pass_review(house, document, until=second)
    found = explained(house.world, document)
    bodies = {c.about: c.holds for c in found.clauses if c.clause == "BODY-POSITIVE"}
    assert bodies[first] is True and bodies[second] is False


def test_a_ready_plan_waits_for_its_head_who_may_annul_it_later() -> None:
    house = a_university()
    document = a_ready(house)
    found = explained(house.world, document)
    assert all(clause.holds for clause in found.clauses)
    assert {clause.clause for clause in found.clauses} == set(CLAUSES)
    (approving,) = (s for s in found.steps if s.command.tag == "document.approve")
    assert [actor.role for actor in approving.actors] == ["HEAD"]
    approve(house, document)
    (step,) = explained(house.world, document).steps
    assert step.command.tag == "document.annul"
    assert [actor.role for actor in step.actors] == ["HEAD"]
    assert state_of(house, document).concluded[house.bodies[0]] == POSITIVE


@pytest.mark.parametrize("ref", ["council/940140000385.org", "staff/x.y"])
def test_what_seats_nobody_has_no_officers(ref: Stream) -> None:
    assert list(officers(ref, None)) == []


def test_houses_are_untouched_by_being_asked() -> None:
    house: House = a_university()
    document = draft(house)
    before = len(house.world.log)
    explained(house.world, document)
    assert len(house.world.log) == before
