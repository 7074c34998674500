"""One open revision of a document; an approved one is replaced, or annulled."""

from datetime import timedelta
from typing import Any

import pytest

from domain.decider import Mark
from domain.document_commands import (
    AnnulDocument,
    ApproveDocument,
    CreateDocument,
    DeclineApproval,
    SupersedeDocument,
    WithdrawDocument,
)
from domain.document_events import DocumentAnnulled, DocumentSuperseded
from domain.identifiers import DocumentId, SeriesId
from domain.series import (
    Series,
    SeriesRevisionApproved,
    SeriesRevisionOpened,
    evolve,
    stream_of,
)
from domain.staff import EndAppointment
from tests.domain.given import (
    BOLAT,
    COLLEGE,
    DEPARTMENT,
    MONDAY_DATE,
    SYMBAT,
    UNIVERSITY,
    House,
    a_university,
    a_university_and_a_college,
    appoint,
)
from tests.domain.reviewing import (
    APPROVAL,
    SALTED,
    a_ready,
    approve,
    conclude,
    draft,
    state_of,
    submit,
    text,
)
from tests.domain.scenario import MONDAY, named

SERIES = named("the plans of 6B04201")
ANNULMENT = {"act_no": "61", "reason_ref": SALTED}


def refuses_draft(house: House, code: str, **fields: object) -> Any:
    body: dict[str, object] = {
        "document_id": named("refused"),
        "bin": house.bin,
        "kind": "WORKING_STUDY_PLAN",
        "level": house.level,
        "author": {"kind": "UNIT", "unit_id": house.author_unit},
        "titles": {"ru": "План"},
        "variants": [text("first")],
        "series_id": SERIES,
    }
    return house.world.refuses(code, house.deputy, CreateDocument, **{**body, **fields})


def an_open_one(house: House, phase: str) -> str:
    document = draft(house, series_id=SERIES)
    if phase != "DRAFT":
        submit(house, document)
    if phase == "RETURNED":
        conclude(house, document, DEPARTMENT, "RETURN")
    assert state_of(house, document).phase == phase
    return document


@pytest.mark.parametrize("phase", ["DRAFT", "IN_REVIEW", "RETURNED"])
def test_a_series_has_one_open_revision(phase: str) -> None:
    house = a_university()
    document = an_open_one(house, phase)
    refused = refuses_draft(house, "DOC-SERIES-OPEN")
    assert refused == {"series_id": SERIES, "document_id": document}
    house.world.give(house.deputy, WithdrawDocument, document_id=document)
    assert draft(house, name="next plan", series_id=SERIES)


def test_no_revision_is_dated_back_to_when_another_was_open() -> None:
    house = a_university()
    document = an_open_one(house, "DRAFT")
    while_open = house.world.now
    house.world.later(days=3)
    house.world.give(house.deputy, WithdrawDocument, document_id=document)
    refuses_draft(house, "CMD-BEFORE", occurred_at=while_open)
    draft(house, name="next", series_id=SERIES)


def test_a_ready_revision_is_open_and_an_approved_one_is_not() -> None:
    house = a_university()
    document = a_ready(house, series_id=SERIES)
    refuses_draft(house, "DOC-SERIES-OPEN")
    approve(house, document)
    assert draft(house, name="next plan", series_id=SERIES)
    refuses_draft(house, "DOC-SERIES-OPEN")


def test_a_document_without_a_series_begins_one_under_its_own_id() -> None:
    house = a_university()
    document = draft(house)
    refuses_draft(house, "DOC-SERIES-OPEN", series_id=document)


def test_a_series_of_others_is_told_of_no_more_than_one_that_does_not_fit() -> None:
    university, college = a_university_and_a_college()
    draft(university, series_id=SERIES)
    other_kind = {"kind": "GENERAL_EM_DOCUMENTATION"}
    expected = {"series_id": SERIES}
    assert refuses_draft(university, "DOC-SERIES", **other_kind) == expected
    assert refuses_draft(college, "DOC-SERIES") == expected
    assert college.bin == COLLEGE


def test_a_document_from_before_the_system_joins_a_series_as_approved() -> None:
    old, new = DocumentId(named("old")), DocumentId(named("new"))
    mark = Mark(1, MONDAY)
    carried, approved = (
        SeriesRevisionApproved(
            series_id=SeriesId(SERIES),
            bin=UNIVERSITY,
            kind="LESSON_PLAN",
            level="HE",
            document_id=document,
        )
        for document in (old, new)
    )
    opened = SeriesRevisionOpened(
        series_id=SeriesId(SERIES),
        bin=UNIVERSITY,
        kind="LESSON_PLAN",
        level="HE",
        document_id=new,
    )
    begun = evolve(None, carried, mark)
    assert begun == Series(UNIVERSITY, "LESSON_PLAN", "HE", None)
    assert evolve(evolve(begun, opened, mark), carried, mark).open == new
    assert evolve(evolve(begun, opened, mark), approved, mark).open is None


def two_approved(house: House) -> tuple[str, str]:
    first = a_ready(house, series_id=SERIES)
    approve(house, first)
    second = a_ready(house, name="next plan", series_id=SERIES)
    approve(house, second)
    return first, second


def test_a_later_approved_document_of_the_series_takes_the_place() -> None:
    house = a_university()
    first, second = two_approved(house)
    one = {"document_id": first, "superseded_by": second}
    (told,) = house.world.give(house.deputy, SupersedeDocument, **one)
    assert isinstance(told, DocumentSuperseded)
    assert (told.bin, told.series_id, told.superseded_by) == (
        UNIVERSITY,
        SERIES,
        second,
    )
    refused = house.world.refuses("DOC-STATE", house.head, SupersedeDocument, **one)
    assert refused["state"] == "SUPERSEDED"
    annul = {"document_id": first, **ANNULMENT}
    house.world.refuses("DOC-STATE", house.head, AnnulDocument, **annul)


def test_nothing_else_takes_the_place_of_an_approved_document() -> None:
    university, college = a_university_and_a_college()
    first, second = two_approved(university)
    of_another_series = a_ready(university, name="other plan")
    approve(university, of_another_series)
    elsewhere = a_ready(college)
    approve(college, elsewhere)
    not_yet = a_ready(university, name="third plan", series_id=SERIES)
    for other in (first, of_another_series, elsewhere, not_yet, named("nothing")):
        one = {"document_id": first, "superseded_by": other}
        refused = university.world.refuses(
            "DOC-SUPERSEDE", university.head, SupersedeDocument, **one
        )
        assert refused == {"superseded_by": other}
    earlier = {"document_id": second, "superseded_by": first}
    university.world.refuses(
        "DOC-SUPERSEDE", university.head, SupersedeDocument, **earlier
    )
    back = {"document_id": first, "superseded_by": second}
    back["occurred_at"] = str(university.world.now - timedelta(minutes=90))
    approve(university, not_yet)
    third = {"document_id": first, "superseded_by": not_yet}
    third["occurred_at"] = (university.world.now - timedelta(minutes=1)).isoformat()
    university.world.refuses("CMD-BEFORE", university.head, SupersedeDocument, **third)
    teacher = university.teacher(BOLAT)
    one = {"document_id": first, "superseded_by": second}
    university.world.refuses("ACTOR-ROLE", teacher, SupersedeDocument, **one)


def test_the_role_that_approves_annuls_and_nobody_else() -> None:
    house = a_university()
    plan, lesson = a_ready(house), a_ready(house, kind="LESSON_PLAN", teacher=BOLAT)
    approve(house, plan)
    approve(house, lesson, house.deputy)
    refuses = house.world.refuses
    of_plan = {"document_id": plan, **ANNULMENT}
    refuses("R19-APPROVER", house.deputy, AnnulDocument, **of_plan)
    refuses("R20-APPROVER", house.head, AnnulDocument, document_id=lesson, **ANNULMENT)
    early = {**of_plan, "occurred_at": MONDAY + timedelta(minutes=90)}
    refuses("CMD-BEFORE", house.head, AnnulDocument, **early)
    (told,) = house.world.give(house.head, AnnulDocument, **of_plan)
    assert isinstance(told, DocumentAnnulled)
    assert (told.annulled_by.role, told.act_no) == ("HEAD", "61")
    assert told.content_hash == state_of(house, plan).content_hash
    assert refuses("DOC-STATE", house.head, AnnulDocument, **of_plan)["state"] == (
        "ANNULLED"
    )


@pytest.mark.parametrize("phase", ["DRAFT", "IN_REVIEW", "RETURNED"])
def test_only_what_is_approved_is_annulled_or_superseded(phase: str) -> None:
    house = a_university()
    document = an_open_one(house, phase)
    one = {"document_id": document, **ANNULMENT}
    refused = house.world.refuses("DOC-STATE", house.head, AnnulDocument, **one)
    assert refused["allowed"] == ("APPROVED",)
    two = {"document_id": document, "superseded_by": document}
    house.world.refuses("DOC-STATE", house.head, SupersedeDocument, **two)


def test_an_approval_does_not_end_before_it_was_given() -> None:
    house = a_university()
    document = a_ready(house)
    one = {"document_id": document, "act_no": "58", "valid_from": "2025-09-01"}
    refused = house.world.refuses(
        "DOC-DATES", house.head, ApproveDocument, **one, valid_to="2026-01-11"
    )
    assert refused["approved_on"] == MONDAY_DATE
    house.world.give(house.head, ApproveDocument, **one, valid_to="2026-01-12")


def test_a_former_head_dates_no_approval_back() -> None:
    house = a_university()
    ready, other = a_ready(house), a_ready(house, name="other plan")
    approve(house, other)
    in_office = house.world.now
    house.world.later(days=3)
    leaving = {"bin": UNIVERSITY, "person_id": house.head.person, "appointment": 1}
    last_day = {"valid_to": MONDAY_DATE, "order_no": "15-к"}
    house.world.give(house.registrar, EndAppointment, **leaving, **last_day)
    refuses = house.world.refuses
    one = {"document_id": ready, "occurred_at": in_office}
    for command, fields in (
        (ApproveDocument, APPROVAL),
        (DeclineApproval, {"reason_ref": SALTED}),
    ):
        refused = refuses("R19-APPROVER", house.head, command, **one, **fields)
        assert refused["reason"] == "no longer in office"
    annulled = {"document_id": other, "occurred_at": in_office, **ANNULMENT}
    refuses("R19-APPROVER", house.head, AnnulDocument, **annulled)
    next_head = appoint(
        house, SYMBAT, "HEAD", by=house.registrar, valid_from=house.world.now.date()
    )
    assert approve(house, ready, next_head)
    assert stream_of(state_of(house, ready).series)
