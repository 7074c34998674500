"""P29: the trail of a document is its whole chain, and proves what it claims."""

from collections.abc import Callable

import pytest
from hypothesis import given

from domain.document_commands import ApproveDocument
from domain.document_events import (
    ConclusionRecorded,
    DocumentApproved,
    DocumentDrafted,
    DocumentReady,
    DocumentSubmitted,
)
from domain.meeting_events import MeetingHeld, VoteClosed, VoteOpened
from domain.review_body_events import ReviewBodyFormed
from domain.staff_events import ActingAppointed, StaffAppointed
from domain.trail import Step, bodies_of
from domain.trail_checks import is_sound, verdicts
from domain.trail_verdicts import CLAUSES
from tests.domain import invariants
from tests.domain.given import (
    AIGERIM,
    BOLAT,
    MONDAY_DATE,
    a_university,
    appoint_acting,
    decide_acting,
)
from tests.domain.history import confirm, propose_document
from tests.domain.reviewing import APPROVAL, a_ready, draft, pass_review, submit
from tests.domain.scenario import Entry, World
from tests.domain.stories import stories
from tests.domain.test_document_laws import (
    FORGERIES,
    LAWS,
    altered,
    an_approved_plan,
)
from tests.domain.trails import chains_of

RECOMPUTED = (
    invariants.p1,
    invariants.p2,
    invariants.p3,
    invariants.p6,
    invariants.p8,
    invariants.p9,
)


def of_kind(chain: tuple[Step, ...], *kinds: type[object]) -> list[Step]:
    return [step for step in chain if isinstance(step.event, kinds)]


@LAWS
@given(stories())
def test_p29_the_trail_holds_the_chain_of_every_document_and_proves_it(
    w: World,
) -> None:
    for chain in chains_of(w.log):
        positions = [step.position for step in chain]
        assert positions == sorted(set(positions))
        assert is_sound(verdicts(chain))
        approved = of_kind(chain, DocumentApproved)
        if not approved:
            continue
        (approval,) = approved
        assert {one.outcome for one in verdicts(chain)} == {"HOLDS"}
        assert {one.clause for one in verdicts(chain)} <= set(CLAUSES)
        wanted = (DocumentDrafted, DocumentSubmitted, DocumentReady, DocumentApproved)
        last_of_each = [of_kind(chain, kind)[-1].position for kind in wanted]
        assert last_of_each == sorted(last_of_each)
        own = [step for step in chain if step.stream == approval.stream]
        assert [step.version for step in own] == list(range(1, len(own) + 1))
        for said in of_kind(chain, ConclusionRecorded):
            assert isinstance(said.event, ConclusionRecorded)
            if said.event.meeting_id is not None:
                meeting = [s for s in chain if said.event.meeting_id in s.stream]
                assert of_kind(tuple(meeting), VoteOpened, VoteClosed)
                assert of_kind(tuple(meeting), MeetingHeld)
        streams = {step.stream for step in chain}
        assert set(bodies_of(chain)) <= streams
        for step in own:
            seat, _, number = step.actor.capacity.partition("#")
            assert any((s.stream, s.version) == (seat, int(number)) for s in chain)


def test_every_clause_is_judged_of_an_approved_document() -> None:
    (chain,) = chains_of(an_approved_plan())
    judged = verdicts(chain)
    assert {one.clause for one in judged} == set(CLAUSES)
    assert {one.outcome for one in judged} == {"HOLDS"}
    assert {one.rule for one in judged} == {"19"}


def test_what_is_still_to_come_is_open_and_not_broken() -> None:
    house = a_university()
    document = draft(house)
    (chain,) = chains_of(house.world.log)
    assert verdicts(chain) == ()
    submit(house, document)
    pass_review(house, document, until=house.bodies[1])
    (chain,) = chains_of(house.world.log)
    judged = {(one.clause, one.about): one.outcome for one in verdicts(chain)}
    first, second = house.bodies[:2]
    assert judged["BODY-POSITIVE", first] == "HOLDS"
    assert judged["BODY-POSITIVE", second] == "OPEN"
    assert judged["STAGE-ORDER", "1"] == "HOLDS"
    assert judged["STAGE-ORDER", "2"] == "OPEN"
    assert judged["APPROVER-ROLE", None] == "OPEN"
    assert is_sound(verdicts(chain))


@pytest.mark.parametrize(
    "forge", [forge for law, forge in FORGERIES if law in RECOMPUTED]
)
def test_a_forged_chain_is_noticed(
    forge: Callable[[list[Entry]], list[Entry]],
) -> None:
    (chain,) = chains_of(forge(an_approved_plan()))
    assert not is_sound(verdicts(chain))


def test_a_body_that_was_not_positive_breaks_its_own_clause() -> None:
    log = altered(an_approved_plan(), ConclusionRecorded, conclusion="RETURN")
    (chain,) = chains_of(log)
    broken = [one for one in verdicts(chain) if one.outcome == "BROKEN"]
    last = of_kind(chain, ConclusionRecorded)[-1].event
    assert isinstance(last, ConclusionRecorded)
    assert ("BODY-POSITIVE", last.body) in [(one.clause, one.about) for one in broken]


def test_the_chain_says_how_bodies_and_offices_came_to_be() -> None:
    (chain,) = chains_of(an_approved_plan())
    assert of_kind(chain, ReviewBodyFormed)
    appointed = of_kind(chain, StaffAppointed)
    posts = {getattr(step.event, "post", None) for step in appointed}
    assert {"HEAD", "DEPUTY_HEAD_EM", "METHODIST"} <= posts
    assert all(getattr(step.event, "order_no", "") for step in appointed)


def test_whoever_acts_in_the_office_is_found_in_office() -> None:
    house = a_university()
    document = {"document_id": a_ready(house, kind="LESSON_PLAN", teacher=BOLAT)}
    decision = decide_acting(house)
    spell = (MONDAY_DATE, MONDAY_DATE)
    acting = appoint_acting(house, AIGERIM, "DEPUTY_HEAD_EM", decision, *spell)
    house.world.give(acting, ApproveDocument, **document, **APPROVAL)
    (chain,) = chains_of(house.world.log)
    judged = {one.clause: one for one in verdicts(chain)}
    assert judged["APPROVER-IN-OFFICE"].outcome == "HOLDS"
    assert judged["APPROVER-IN-OFFICE"].about == acting.capacity
    (appointed,) = of_kind(chain, ActingAppointed)
    assert appointed.stream == acting.capacity.partition("#")[0]


def test_a_document_from_before_the_register_stands_outside_all_clauses() -> None:
    house = a_university()
    confirm(house, propose_document(house))
    (chain,) = chains_of(house.world.log)
    (only,) = verdicts(chain)
    assert (only.clause, only.outcome, only.rule) == ("CARRIED-OVER", "HOLDS", "19")
    assert is_sound(verdicts(chain))
