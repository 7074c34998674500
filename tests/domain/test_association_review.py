"""An association of a school reviews what is of its subject (A9, rules 18, 19, 21)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.association_commands import (
    ActivateAssociation,
    DissolveAssociation,
    EstablishAssociation,
    LeaveAssociation,
)
from domain.document_commands import RecordConclusion, SubmitDocument
from domain.document_events import (
    DocumentApproved,
    DocumentReady,
    DocumentSubmitted,
    StageOpened,
)
from domain.meeting_commands import OpenVote, RecordArrival
from domain.meeting_events import MeetingPlanned, VoteOpened
from tests.domain.given import appoint, seat_council
from tests.domain.reviewing import (
    a_ready,
    approve,
    citing,
    conclude,
    convene,
    decide_on,
    draft,
    pass_review,
    submit,
)
from tests.domain.schools import (
    ALGEBRA,
    ALGEBRAISTS,
    ASKAR,
    DINARA,
    ILYAS,
    KAMILA,
    MO,
    SCHOOL_COUNCIL,
    a_school,
    a_school_with_an_established_mo,
    a_staffed_school,
    body_of,
    elect_leader,
    initiate,
    join,
    named_mo,
    resign,
)


def route_of(submitted: object) -> list[str]:
    assert isinstance(submitted, DocumentSubmitted)
    return [body.body for stage in submitted.route.stages for body in stage.bodies]


def skipped_of(submitted: object) -> list[tuple[int, str]]:
    assert isinstance(submitted, DocumentSubmitted)
    return [(skip.no, skip.reason) for skip in submitted.route.skipped]


def test_a_study_plan_passes_association_and_council_to_the_head() -> None:
    house = a_school()
    plan = draft(house)
    submitted = submit(house, plan)
    assert route_of(submitted[0]) == [MO, SCHOOL_COUNCIL]
    assert submitted[1] == StageOpened(version=1, round=1, stage_no=1, bodies=(MO,))
    conclude(house, plan, MO)
    passed = conclude(house, plan, SCHOOL_COUNCIL)
    assert isinstance(passed[-1], DocumentReady)
    assert isinstance(approve(house, plan)[0], DocumentApproved)
    planned = next(e for e in house.world.log if isinstance(e.event, MeetingPlanned))
    assert isinstance(planned.event, MeetingPlanned)
    assert planned.event.body_kind == "ASSOCIATION_MO"
    assert planned.event.levels == ("SECONDARY",)
    assert (planned.actor.role, planned.actor.seat) == ("LEADER", MO)


def test_after_the_leaders_term_nothing_is_submitted_until_there_is_another() -> None:
    house = a_school()
    house.world.now = datetime(2027, 1, 11, 18, 57, tzinfo=UTC)
    in_term, late = draft(house, name="one"), draft(house, name="two")
    house.world.now = datetime(2027, 1, 11, 18, 58, tzinfo=UTC)
    submit(house, in_term)
    refused = house.world.refuses(
        "BODY-NOT-LED", house.deputy, SubmitDocument, document_id=late
    )
    assert refused == {"bodies": [MO], "stage": 1}
    elect_leader(house, ASKAR)
    assert route_of(submit(house, late)[0]) == [MO, SCHOOL_COUNCIL]
    pass_review(house, late)
    approve(house, late)


@pytest.mark.parametrize(
    ("kind", "author"),
    [
        ("GENERAL_EM_DOCUMENTATION", None),
        ("METHODICAL_GUIDELINES", ASKAR),
        ("METHODICAL_RECOMMENDATIONS", ASKAR),
    ],
)
def test_rules_18_and_21_begin_with_the_association(
    kind: str, author: str | None
) -> None:
    house = a_school()
    document = a_ready(house, kind=kind, teacher=author)
    assert isinstance(approve(house, document, house.deputy)[0], DocumentApproved)
    heard = [e.stream for e in house.world.log if isinstance(e.event, MeetingPlanned)]
    assert len(heard) == 2


@pytest.mark.parametrize("kind", ["WORKING_CURRICULUM", "LESSON_PLAN"])
def test_rule_20_knows_no_association(kind: str) -> None:
    house = a_school()
    submitted = submit(house, draft(house, kind, teacher=ASKAR))
    assert route_of(submitted[0]) == [SCHOOL_COUNCIL]


def test_an_association_covers_nothing_of_another_subject() -> None:
    house = a_school()
    submitted = submit(house, draft(house, discipline_code="geometry"))
    assert route_of(submitted[0]) == [SCHOOL_COUNCIL]
    assert (1, "NO_SUCH_BODY") in skipped_of(submitted[0])


def test_an_association_of_a_category_covers_what_is_of_the_category() -> None:
    house = a_staffed_school()
    for teacher in ALGEBRAISTS:
        appoint(house, teacher, "MASTER", "PRIMARY")
    initiate(house, category="PRIMARY", discipline_code=None)
    join(house, *ALGEBRAISTS)
    mo = named_mo(house)
    house.world.give(house.head, EstablishAssociation, **mo)
    elect_leader(house, ASKAR)
    house.world.give(house.head, ActivateAssociation, **mo)
    seat_council(house, "org", ALGEBRAISTS)
    of_category = submit(house, draft(house, discipline_code="PRIMARY"))
    of_subject = submit(house, draft(house, discipline_code=ALGEBRA))
    assert route_of(of_category[0]) == [MO, SCHOOL_COUNCIL]
    assert route_of(of_subject[0]) == [SCHOOL_COUNCIL]


def test_an_association_that_is_not_active_yet_is_no_stage() -> None:
    house = a_school_with_an_established_mo()
    seat_council(house, "org", ALGEBRAISTS)
    plan = draft(house)
    assert (1, "NO_SUCH_BODY") in skipped_of(submit(house, plan)[0])


def test_what_was_submitted_before_it_was_active_passes_it_by() -> None:
    house = a_school_with_an_established_mo()
    seat_council(house, "org", ALGEBRAISTS)
    plan = draft(house)
    before = house.world.now + timedelta(minutes=1)
    house.world.later(days=1)
    elect_leader(house, ASKAR)
    house.world.give(house.head, ActivateAssociation, **named_mo(house))
    submitted = house.world.give(
        house.deputy, SubmitDocument, document_id=plan, occurred_at=before
    )
    assert route_of(submitted[0]) == [SCHOOL_COUNCIL]


def test_below_three_it_takes_nothing_new_and_finishes_what_it_has() -> None:
    house = a_school()
    begun = draft(house, name="one")
    submit(house, begun)
    house.world.give(house.teacher(KAMILA), LeaveAssociation, **named_mo(house))
    assert body_of(house).below_minimum
    late = submit(house, draft(house, name="two"))
    assert route_of(late[0]) == [SCHOOL_COUNCIL]
    assert (1, "BELOW_MINIMUM") in skipped_of(late[0])
    pass_review(house, begun)
    approve(house, begun)
    join(house, ILYAS)
    assert not body_of(house).below_minimum
    assert MO in route_of(submit(house, draft(house, name="three"))[0])


def test_a_teacher_who_leaves_the_school_makes_it_fall_below_three() -> None:
    house = a_school()
    resign(house, KAMILA, house.world.now.date())
    assert not body_of(house).below_minimum
    house.world.later(days=1)
    assert body_of(house).below_minimum
    submitted = submit(house, draft(house))
    assert (1, "BELOW_MINIMUM") in skipped_of(submitted[0])


def test_the_quorum_is_of_the_members_in_office() -> None:
    house = a_school()
    join(house, ILYAS)
    plan = draft(house)
    submit(house, plan)
    sitting = convene(house, MO)
    sitting.place(plan)
    sitting.open(DINARA, ASKAR)
    sitting.refuses("MEETING-QUORUM", OpenVote, item=1)
    resign(house, KAMILA, house.world.now.date())
    house.world.later(days=1)
    sitting.refuses("MEETING-PRESENCE", RecordArrival, person_id=KAMILA)
    opened = sitting.does(OpenVote, item=1)[0]
    assert isinstance(opened, VoteOpened)
    assert (opened.present, opened.base) == (2, 3)


def test_nobody_but_its_leader_says_what_the_association_concluded() -> None:
    house = a_school()
    plan = draft(house)
    submit(house, plan)
    citation = citing(house, plan, decide_on(house, plan, MO))
    for hat in (house.head, house.officer(SCHOOL_COUNCIL)):
        refused = house.world.refuses("ACTOR-BODY", hat, RecordConclusion, **citation)
        assert refused["body"] == MO
    leader = house.officer(MO)
    house.world.later(days=400)
    house.world.refuses("R30-EXPIRED", leader, RecordConclusion, **citation)
    elect_leader(house, ASKAR)
    house.world.give(house.officer(MO), RecordConclusion, **citation)


def test_a_dissolved_association_is_no_stage_from_that_day_on() -> None:
    house = a_school()
    before = house.world.now
    house.world.later(days=1)
    one, two = draft(house, name="one"), draft(house, name="two", occurred_at=before)
    dissolved = {**named_mo(house), "act_no": "31-П"}
    house.world.give(house.head, DissolveAssociation, **dissolved)
    assert route_of(submit(house, one)[0]) == [SCHOOL_COUNCIL]
    back = house.world.give(
        house.deputy,
        SubmitDocument,
        document_id=two,
        occurred_at=before + timedelta(minutes=1),
    )
    assert route_of(back[0]) == [MO, SCHOOL_COUNCIL]
