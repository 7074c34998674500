"""Three readings of the order: strict by default, the Russian and the Kazakh text."""

import pytest

from domain.document_commands import ApproveDocument, SubmitDocument
from domain.identifiers import Stream
from domain.organisation_commands import RecordCharter
from tests.domain.given import (
    BOLAT,
    DEPARTMENT,
    EM_UNIT,
    FACULTY_COUNCIL,
    FILE_HASH,
    MONDAY_DATE,
    NEW_YEAR,
    UNIVERSITY_COUNCIL,
    House,
    a_university,
    record_charter,
)
from tests.domain.reviewing import (
    APPROVAL,
    STUDY_PLAN,
    a_ready,
    approve,
    conclude,
    draft,
    pass_review,
    state_of,
    submit,
)

RUSSIAN, KAZAKH = "order583-ru", "order583-kk"
GENERAL = "GENERAL_EM_DOCUMENTATION"


def names_of(events: list[object]) -> list[str]:
    return [type(event).__name__ for event in events]


def a_university_reading(profile: str) -> House:
    house = a_university()
    record_charter(house, route_profile=profile)
    return house


def submitted(house: House, kind: str = STUDY_PLAN) -> str:
    teacher = BOLAT if kind == "LESSON_PLAN" else None
    document = draft(house, kind, teacher=teacher)
    submit(house, document)
    return document


def profile_of(house: House, document: str) -> str:
    route = state_of(house, document).route
    assert route is not None
    return route.profile


def test_the_profile_of_the_charter_is_frozen_when_a_document_is_submitted() -> None:
    house = a_university()
    first = submitted(house)
    record_charter(house, route_profile=RUSSIAN)
    second = draft(house, name="other plan")
    house.world.give(house.deputy, SubmitDocument, document_id=second, profile=RUSSIAN)
    assert profile_of(house, first) == "order583-default"
    assert profile_of(house, second) == RUSSIAN


@pytest.mark.parametrize("given", ["order583-default", KAZAKH, "order583-fr"])
def test_a_document_is_not_submitted_under_another_profile(given: str) -> None:
    house = a_university_reading(RUSSIAN)
    document = draft(house)
    one = {"document_id": document, "profile": given}
    refused = house.world.refuses("DOC-PROFILE", house.deputy, SubmitDocument, **one)
    assert refused == {"given": given, "profile": RUSSIAN}


@pytest.mark.parametrize("body", [DEPARTMENT, EM_UNIT])
def test_in_russian_a_negative_of_other_bodies_than_councils_lets_a_plan_pass(
    body: Stream,
) -> None:
    house = a_university_reading(RUSSIAN)
    document = submitted(house)
    pass_review(house, document, until=body)
    concluded = conclude(house, document, body, "NEGATIVE")
    assert names_of([*concluded]) == [
        "ConclusionRecorded",
        "StagePassed",
        "StageOpened",
    ]
    pass_review(house, document)
    assert approve(house, document)


@pytest.mark.parametrize("body", [FACULTY_COUNCIL, UNIVERSITY_COUNCIL])
def test_in_russian_a_negative_of_a_council_returns_a_plan(body: Stream) -> None:
    house = a_university_reading(RUSSIAN)
    document = submitted(house)
    pass_review(house, document, until=body)
    concluded = conclude(house, document, body, "NEGATIVE")
    assert names_of([*concluded]) == ["ConclusionRecorded", "DocumentReturned"]


def test_in_russian_a_lesson_plan_need_only_be_considered() -> None:
    house = a_university_reading(RUSSIAN)
    document = submitted(house, "LESSON_PLAN")
    for council in (FACULTY_COUNCIL, UNIVERSITY_COUNCIL):
        assert state_of(house, document).missing_bodies()
        conclude(house, document, council, "NEGATIVE")
    assert state_of(house, document).phase == "READY"
    assert approve(house, document, house.deputy)


@pytest.mark.parametrize("profile", ["order583-default", RUSSIAN, KAZAKH])
@pytest.mark.parametrize("kind", [STUDY_PLAN, "LESSON_PLAN"])
def test_a_body_that_returns_a_document_returns_it_under_every_profile(
    kind: str, profile: str
) -> None:
    house = a_university_reading(profile)
    document = submitted(house, kind)
    first = state_of(house, document).missing_bodies()[0].body
    concluded = conclude(house, document, first, "RETURN")
    assert names_of([*concluded]) == ["ConclusionRecorded", "DocumentReturned"]


def test_in_kazakh_a_lesson_plan_passes_the_council_of_the_unit_only() -> None:
    house = a_university_reading(KAZAKH)
    document = submitted(house, "LESSON_PLAN")
    conclude(house, document, FACULTY_COUNCIL)
    assert state_of(house, document).phase == "READY"


def test_in_kazakh_only_the_deputy_approves_general_documentation() -> None:
    house = a_university_reading(KAZAKH)
    document = a_ready(house, kind=GENERAL)
    one = {"document_id": document, **APPROVAL}
    refused = house.world.refuses("R18-APPROVER", house.head, ApproveDocument, **one)
    assert refused["allowed"] == ("DEPUTY_HEAD_EM",)
    assert approve(house, document, house.deputy)


def test_a_charter_holds_from_its_own_day_on() -> None:
    house = a_university()
    drafts = [draft(house, GENERAL, name=name) for name in ("late", "now")]
    before = house.world.now
    house.world.later(days=3)
    today = house.world.now.date()
    record_charter(house, day=today, general_documentation_approvers=["HEAD"])
    for document, at in zip(drafts, (before, house.world.now), strict=True):
        one = {"document_id": document, "occurred_at": at}
        house.world.give(house.deputy, SubmitDocument, **one)
    late, now = (state_of(house, document).route for document in drafts)
    assert late is not None and now is not None
    assert late.approver_roles == ("HEAD", "DEPUTY_HEAD_EM")
    assert now.approver_roles == ("HEAD",)
    charter = {"number": "0", "date": MONDAY_DATE, "file_hash": FILE_HASH}
    house.world.refuses(
        "CMD-BEFORE", house.head, RecordCharter, bin=house.bin, clauses={}, **charter
    )


def test_a_charter_narrows_who_approves_general_documentation() -> None:
    house = a_university()
    before = a_ready(house, kind=GENERAL)
    record_charter(house, general_documentation_approvers=["HEAD"])
    after = a_ready(house, kind=GENERAL, name="later paper")
    one = {"document_id": after, **APPROVAL}
    refused = house.world.refuses("R18-APPROVER", house.deputy, ApproveDocument, **one)
    assert refused == {"role": "DEPUTY_HEAD_EM", "allowed": ("HEAD",)}
    assert approve(house, after, house.head)
    assert approve(house, before, house.deputy), "the route was frozen before"


@pytest.mark.parametrize(
    ("clauses", "clause"),
    [
        ({"route_profile": "order583-fr"}, "route_profile"),
        ({"regulation_approvers": ["HEAD", "JANITOR"]}, "regulation_approvers"),
        ({"regulation_approvers": ["TEACHER"]}, "regulation_approvers"),
        (
            {"general_documentation_approvers": ["METHODIST"]},
            "general_documentation_approvers",
        ),
        (
            {"route_profile": KAZAKH, "general_documentation_approvers": ["HEAD"]},
            "general_documentation_approvers",
        ),
    ],
)
def test_a_charter_says_nothing_that_the_order_cannot_read(
    clauses: dict[str, object], clause: str
) -> None:
    house = a_university()
    charter = {"number": "1", "date": NEW_YEAR, "file_hash": FILE_HASH}
    refused = house.world.refuses(
        "ORG-CHARTER",
        house.head,
        RecordCharter,
        bin=house.bin,
        **charter,
        clauses=clauses,
    )
    assert refused["clause"] == clause
