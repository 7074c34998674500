"""A route is planned anew where one of its bodies can conclude no more (A25)."""

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from domain.council_commands import DissolveCouncil, RemoveMember
from domain.decider import Event
from domain.document_commands import RecordConclusion, ReplanRoute
from domain.document_events import RouteReplanned, StageOpened
from domain.identifiers import Stream
from domain.regulation.pack import rule_pack
from domain.regulation.route import (
    Candidate,
    NoRoute,
    Route,
    Subject,
    replan_route,
    resolve,
)
from domain.regulation.route_table import RouteRow
from domain.review_body_commands import DissolveBody
from domain.review_body_commands import RemoveMember as LeaveBody
from domain.unit import CloseUnit
from tests.domain.given import (
    BOLAT,
    DEPARTMENT,
    EM_UNIT,
    ERLAN,
    FACULTY,
    FACULTY_COUNCIL,
    GULNARA,
    LAWYERS,
    METHODICAL_UNIT,
    UNIVERSITY,
    UNIVERSITY_COUNCIL,
    ZHANNA,
    House,
    a_staffed_university,
    a_university,
    appoint_department_head,
    form_department,
    mandate,
    open_unit,
    seat_council,
)
from tests.domain.reviewing import (
    SALTED,
    approve,
    citing,
    conclude,
    decide_on,
    draft,
    pass_review,
    record,
    state_of,
    submit,
)
from tests.domain.test_route import HOUSES, LAWS, ROWS, SUBJECTS, required


def names_of(events: list[Event]) -> list[str]:
    return [type(one).__name__ for one in events]


def in_review(house: House, until: Stream = DEPARTMENT) -> str:
    document = draft(house)
    submit(house, document)
    pass_review(house, document, until=until)
    return document


def replan(house: House, document: str) -> list[Event]:
    one = {"document_id": document, "reasons_ref": SALTED}
    return house.world.give(house.deputy, ReplanRoute, **one)


def refuses_replan(house: House, document: str, code: str) -> object:
    one = {"document_id": document, "reasons_ref": SALTED}
    return house.world.refuses(code, house.deputy, ReplanRoute, **one)


def bodies_of(house: House, document: str) -> list[Stream]:
    route = state_of(house, document).route
    assert route is not None
    return [body.body for body in route.bodies()]


def dissolve(house: House, key: str) -> None:
    decision = mandate(house, key)
    one = {"bin": UNIVERSITY, "key": key, "decision_id": decision}
    house.world.give(house.head, DissolveCouncil, **one)


def close_unit(house: House, unit: str) -> None:
    one = {"bin": UNIVERSITY, "unit_id": unit, "act_no": "1"}
    house.world.give(house.head, CloseUnit, **one)


def dissolve_department(house: House) -> None:
    one = {"bin": UNIVERSITY, "body_id": "civil-law", "act_no": "8"}
    house.world.give(house.head, DissolveBody, **one)


def shrink_department(house: House) -> None:
    for member in (GULNARA, ZHANNA):
        one = {"bin": UNIVERSITY, "body_id": "civil-law", "person_id": member}
        house.world.give(house.head, LeaveBody, **one)


def behead_department(house: House) -> None:
    one = {"bin": UNIVERSITY, "body_id": "civil-law", "person_id": ERLAN}
    house.world.give(house.head, LeaveBody, **one)


@pytest.mark.parametrize(
    ("body", "happens", "reason"),
    [
        (DEPARTMENT, dissolve_department, "GONE"),
        (DEPARTMENT, shrink_department, "BELOW_MINIMUM"),
        (DEPARTMENT, behead_department, "NOT_LED"),
        (FACULTY_COUNCIL, lambda house: dissolve(house, FACULTY), "GONE"),
        (FACULTY_COUNCIL, lambda house: close_unit(house, FACULTY), "UNIT_CLOSED"),
        (EM_UNIT, lambda house: close_unit(house, METHODICAL_UNIT), "UNIT_CLOSED"),
    ],
)
def test_a_body_that_can_conclude_no_more_leaves_the_route_with_its_reason(
    body: Stream, happens: object, reason: str
) -> None:
    house = a_university()
    document = in_review(house, until=body)
    assert callable(happens)
    happens(house)
    replanned = replan(house, document)[0]
    assert isinstance(replanned, RouteReplanned)
    told = [(left.body, left.reason) for left in replanned.dropped]
    assert (body, reason) in told
    assert set(house.bodies) - set(bodies_of(house, document)) == {
        left.body for left in replanned.dropped
    }
    pass_review(house, document)
    assert approve(house, document)


def test_the_next_stage_opens_where_the_only_body_of_the_open_one_left() -> None:
    house = a_university()
    document = in_review(house, until=FACULTY_COUNCIL)
    dissolve(house, FACULTY)
    assert names_of(replan(house, document)) == ["RouteReplanned", "StageOpened"]
    assert state_of(house, document).stage_no == 3


def test_a_document_is_ready_where_nobody_is_left_to_conclude() -> None:
    house = a_university()
    document = in_review(house, until=UNIVERSITY_COUNCIL)
    dissolve(house, "org")
    assert names_of(replan(house, document)) == ["RouteReplanned", "DocumentReady"]
    assert approve(house, document)


def two_councils() -> tuple[House, str, Stream]:
    """A plan before two councils of one stage, one of which has concluded."""
    house = a_staffed_university()
    open_unit(house, "civil", "INSTITUTE", parent=FACULTY)
    seat_council(house, FACULTY, LAWYERS)
    lower = seat_council(house, "civil", LAWYERS)
    document = draft(house, author={"kind": "UNIT", "unit_id": "civil"})
    submit(house, document)
    conclude(house, document, FACULTY_COUNCIL)
    return house, document, lower


def test_a_stage_is_passed_where_all_who_are_left_have_concluded() -> None:
    house, document, _ = two_councils()
    dissolve(house, "civil")
    told = names_of(replan(house, document))
    assert told == ["RouteReplanned", "StagePassed", "StageOpened"]
    assert state_of(house, document).concluded == {FACULTY_COUNCIL: "POSITIVE"}


def test_what_a_body_concluded_stays_though_it_is_dissolved_afterwards() -> None:
    house, document, lower = two_councils()
    dissolve(house, FACULTY)
    dissolve(house, "civil")
    replan(house, document)
    assert bodies_of(house, document) == [FACULTY_COUNCIL, EM_UNIT]
    assert lower not in bodies_of(house, document)


def test_who_covers_the_document_now_joins_the_open_stage() -> None:
    house = a_university()
    document = in_review(house)
    form_department(house, "criminal-law", LAWYERS)
    appoint_department_head(house, "criminal-law", ERLAN)
    new = Stream(f"review-body/{UNIVERSITY}.criminal-law")
    dissolve_department(house)
    told = replan(house, document)
    assert names_of(told) == ["RouteReplanned", "StageOpened"]
    assert isinstance(told[1], StageOpened)
    assert (told[1].stage_no, told[1].bodies) == (1, (new,))
    assert bodies_of(house, document) == [new, *house.bodies[1:]]


def test_a_vote_before_a_body_joined_is_no_conclusion_and_others_stay_good() -> None:
    house = a_staffed_university()
    open_unit(house, "civil", "INSTITUTE", parent=FACULTY)
    open_unit(house, "notary", "INSTITUTE", parent="civil")
    seat_council(house, FACULTY, LAWYERS)
    gone = seat_council(house, "notary", LAWYERS)
    document = draft(house, author={"kind": "UNIT", "unit_id": "notary"})
    submit(house, document)
    voted = decide_on(house, document, FACULTY_COUNCIL)
    joining = seat_council(house, "civil", LAWYERS)
    early = decide_on(house, document, joining)
    dissolve(house, "notary")
    replan(house, document)
    assert gone not in bodies_of(house, document)
    house.world.refuses(
        "CMD-BEFORE", early.officer, RecordConclusion, **citing(house, document, early)
    )
    assert names_of(record(house, document, voted)) == ["ConclusionRecorded"]
    conclude(house, document, joining)
    assert state_of(house, document).stage_no == 3


def test_a_stage_that_was_passed_is_not_opened_again() -> None:
    house = a_university()
    document = in_review(house, until=EM_UNIT)
    form_department(house, "criminal-law", LAWYERS)
    appoint_department_head(house, "criminal-law", ERLAN)
    close_unit(house, METHODICAL_UNIT)
    told = replan(house, document)
    assert names_of(told) == ["RouteReplanned", "StageOpened"]
    assert state_of(house, document).stage_no == 4
    assert DEPARTMENT in bodies_of(house, document)
    assert len(bodies_of(house, document)) == 3


def test_nothing_is_planned_anew_while_every_body_can_conclude() -> None:
    house = a_university()
    document = in_review(house)
    refused = refuses_replan(house, document, "DOC-REPLAN")
    assert refused == {"bodies": list(house.bodies)}
    conclude(house, document, DEPARTMENT)
    dissolve_department(house)
    refuses_replan(house, document, "DOC-REPLAN")


def test_a_route_never_falls_below_its_floor() -> None:
    house = a_staffed_university()
    seat_council(house, "org", LAWYERS)
    document = draft(house)
    submit(house, document)
    dissolve(house, "org")
    refuses_replan(house, document, "R19-NO-COUNCIL")


def test_a_body_that_nobody_leads_yet_stops_the_planning_anew() -> None:
    house = a_university()
    document = in_review(house)
    form_department(house, "criminal-law", LAWYERS)
    dissolve_department(house)
    refuses_replan(house, document, "BODY-NOT-LED")


def test_only_the_deputy_plans_a_route_anew_and_only_in_review() -> None:
    house = a_university()
    document = draft(house)
    refuses_replan(house, document, "DOC-STATE")
    before = house.world.now
    submit(house, document)
    one = {"document_id": document, "reasons_ref": SALTED}
    for other in (house.head, house.teacher(BOLAT), house.officer(UNIVERSITY_COUNCIL)):
        house.world.refuses("ACTOR-ROLE", other, ReplanRoute, **one)
    dissolve_department(house)
    late = {**one, "occurred_at": before}
    house.world.refuses("CMD-BEFORE", house.deputy, ReplanRoute, **late)


def test_a_council_that_lost_its_chair_is_dropped_and_may_be_seated_again() -> None:
    house = a_university()
    document = in_review(house, until=FACULTY_COUNCIL)
    council = {"bin": UNIVERSITY, "key": FACULTY}
    house.world.give(house.head, RemoveMember, **council, person_id=BOLAT)
    replan(house, document)
    assert bodies_of(house, document) == [DEPARTMENT, EM_UNIT, UNIVERSITY_COUNCIL]
    refuses_replan(house, document, "DOC-REPLAN")


def test_a_body_that_can_conclude_today_is_not_dropped_by_an_act_dated_back() -> None:
    house = a_university()
    document = in_review(house)
    behead_department(house)
    without_head = house.world.now
    house.world.later(days=2)
    appoint_department_head(house, "civil-law", BOLAT)
    one = {"document_id": document, "reasons_ref": SALTED}
    house.world.refuses(
        "DOC-REPLAN", house.deputy, ReplanRoute, **one, occurred_at=without_head
    )


def test_no_route_is_planned_anew_before_the_body_was_gone() -> None:
    house = a_university()
    document = in_review(house)
    before = house.world.now
    house.world.later(days=2)
    close_unit(house, FACULTY)
    one = {"document_id": document, "reasons_ref": SALTED}
    house.world.refuses(
        "DOC-REPLAN", house.deputy, ReplanRoute, **one, occurred_at=before
    )
    assert replan(house, document)


def test_a_department_that_outlives_its_faculty_stays_in_the_route() -> None:
    house = a_university()
    document = in_review(house)
    close_unit(house, FACULTY)
    replan(house, document)
    assert bodies_of(house, document) == [DEPARTMENT, EM_UNIT, UNIVERSITY_COUNCIL]
    assert conclude(house, document, DEPARTMENT)


PACK = rule_pack()


@LAWS
@given(ROWS, SUBJECTS, HOUSES, HOUSES, st.data())
def test_p30_replanning_takes_out_nobody_but_who_is_gone(
    row: RouteRow,
    subject: Subject,
    then: list[Candidate],
    joined: list[Candidate],
    data: st.DataObject,
) -> None:
    old = resolve(row, subject, then)
    if not isinstance(old, Route) or not old.stages:
        return
    refs = [body.body for body in old.bodies()]
    gone = frozenset(data.draw(st.lists(st.sampled_from(refs), unique=True)))
    open_stage = data.draw(st.sampled_from([stage.no for stage in old.stages]))
    now = [*then, *joined]
    route = replan_route(row, subject, now, old, open_stage, gone)
    if isinstance(route, NoRoute):
        event("no route")
        return
    event("a route")
    stayed = {(no, ref) for no, ref in required(old) if ref not in gone}
    assert stayed <= required(route)
    added = required(route) - stayed
    assert all(no >= open_stage for no, _ in added)
    assert not gone & {ref for _, ref in required(route)}
    assert route.approver_roles == old.approver_roles
    wanted = resolve(row, subject, [b for b in now if b.ref not in gone])
    if isinstance(wanted, Route):
        from_open = {one for one in required(wanted) if one[0] >= open_stage}
        assert from_open <= required(route)
