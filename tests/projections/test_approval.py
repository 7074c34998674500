"""What the views of approvals say: who is missing, what became of a document."""

from domain.document_commands import AnnulDocument, ReplanRoute, SupersedeDocument
from domain.identifiers import Stream
from projections.approval_stage import APPROVAL_STAGE, ApprovalStage
from projections.approval_status import APPROVAL_STATUS, ApprovalStatus
from projections.projection import Key
from tests.domain.given import (
    COLLEGE,
    DEPARTMENT,
    EM_UNIT,
    FACULTY,
    FACULTY_COUNCIL,
    JOINT_COMMISSION,
    LAWYERS,
    NEIGHBOUR,
    UNIVERSITY,
    UNIVERSITY_COUNCIL,
    House,
    a_university,
    appoint_department_head,
    form_department,
    record_charter,
    seat_council,
)
from tests.domain.reviewing import (
    SALTED,
    a_ready,
    approve,
    conclude,
    draft,
    pass_review,
    submit,
)
from tests.domain.scenario import named
from tests.domain.test_joint_review import host_and_neighbour
from tests.domain.test_replanning import dissolve, dissolve_department
from tests.projections.folded import rows_of


def status_of(house: House, document: str) -> ApprovalStatus:
    return rows_of(APPROVAL_STATUS, house.world, house.bin)[(document,)]


def stages_of(house: House, document: str) -> dict[Key, ApprovalStage]:
    rows = rows_of(APPROVAL_STAGE, house.world, house.bin)
    return {key[1:]: row for key, row in rows.items() if key[0] == document}


def in_review(house: House) -> str:
    document = draft(house)
    submit(house, document)
    return document


def test_a_body_that_need_only_consider_is_not_missing_after_a_negative() -> None:
    house = a_university()
    record_charter(house, route_profile="order583-ru")
    document = in_review(house)
    conclude(house, document, DEPARTMENT, "NEGATIVE")
    row = status_of(house, document)
    assert row.missing_bodies == (FACULTY_COUNCIL, EM_UNIT, UNIVERSITY_COUNCIL)
    assert row.acting_bodies == (FACULTY_COUNCIL,)
    assert (row.bodies_negative, row.bodies_positive) == (1, 0)
    assert [body.needs for body in row.route] == [
        "CONSIDERED",
        "POSITIVE",
        "CONSIDERED",
        "POSITIVE",
    ]


def test_a_council_of_the_route_is_named_by_its_own_id_as_well() -> None:
    house = a_university()
    document = in_review(house)
    councils = [body.council_id for body in status_of(house, document).route]
    assert [one is not None for one in councils] == [False, True, False, True]
    stages = stages_of(house, document)
    assert stages[1, 4, UNIVERSITY_COUNCIL].council_id == councils[3]


def test_replanning_keeps_what_was_concluded_and_says_who_left() -> None:
    house = a_university()
    document = in_review(house)
    pass_review(house, document, until=FACULTY_COUNCIL)
    dissolve(house, FACULTY)
    one = {"document_id": document, "reasons_ref": SALTED}
    house.world.give(house.deputy, ReplanRoute, **one)
    row = status_of(house, document)
    assert (row.route_replans, row.stages_total, row.current_stage) == (1, 3, 3)
    assert [(b.body, b.conclusion) for b in row.route] == [
        (DEPARTMENT, "POSITIVE"),
        (EM_UNIT, None),
        (UNIVERSITY_COUNCIL, None),
    ]
    assert row.acting_bodies == (EM_UNIT,)
    stages = stages_of(house, document)
    left = stages[1, 2, FACULTY_COUNCIL]
    assert (left.skipped, left.skip_reason) == (True, "GONE")
    stayed = stages[1, 1, DEPARTMENT]
    assert (stayed.skipped, stayed.conclusion) == (False, "POSITIVE")


def test_a_stage_that_was_left_out_is_so_no_more_when_a_body_joins_it() -> None:
    house = a_university()
    dissolve(house, FACULTY)
    document = in_review(house)
    assert stages_of(house, document)[1, 2, ""].skip_reason == "NO_SUCH_BODY"
    seat_council(house, FACULTY, LAWYERS)
    form_department(house, "criminal-law", LAWYERS)
    appoint_department_head(house, "criminal-law", LAWYERS[0])
    dissolve_department(house)
    one = {"document_id": document, "reasons_ref": SALTED}
    house.world.give(house.deputy, ReplanRoute, **one)
    stages = stages_of(house, document)
    assert (1, 2, "") not in stages
    joined = Stream(f"review-body/{UNIVERSITY}.criminal-law")
    assert stages[1, 2, FACULTY_COUNCIL].opened_at is None
    assert stages[1, 1, joined].opened_at == house.world.now
    pass_review(house, document)
    row = status_of(house, document)
    assert (row.state, row.missing_bodies, row.current_stage) == ("READY", (), None)


def test_a_superseded_document_names_what_stands_in_its_place() -> None:
    house = a_university()
    series = named("the plans")
    first = a_ready(house, series_id=series)
    approve(house, first)
    second = a_ready(house, name="next plan", series_id=series)
    approve(house, second)
    one = {"document_id": first, "superseded_by": second}
    house.world.give(house.head, SupersedeDocument, **one)
    row = status_of(house, first)
    assert (row.state, row.superseded_by) == ("SUPERSEDED", second)
    assert row.superseded_at == row.state_since == house.world.now
    assert row.approved_by_role == "HEAD"


def test_an_annulled_document_says_when_by_whom_and_by_which_act() -> None:
    house = a_university()
    document = a_ready(house)
    approve(house, document)
    act = {"act_no": "61", "reason_ref": SALTED}
    house.world.give(house.head, AnnulDocument, document_id=document, **act)
    row = status_of(house, document)
    assert (row.state, row.annulment_act_no) == ("ANNULLED", "61")
    assert row.annulled_by_person_id == house.head.person
    assert (row.annulled_by_role, row.annulled_at) == ("HEAD", house.world.now)


def test_a_request_to_a_host_makes_no_row_and_the_body_is_shown_as_joint() -> None:
    _, house = host_and_neighbour()
    document = in_review(house)
    rows = rows_of(APPROVAL_STATUS, house.world, house.bin)
    assert list(rows) == [(document,)]
    row = stages_of(house, document)[1, 1, JOINT_COMMISSION]
    assert (row.body_org, row.is_joint, row.org_bin) == (COLLEGE, True, NEIGHBOUR)
    assert [body.owner for body in rows[(document,)].route] == [COLLEGE, NEIGHBOUR]
