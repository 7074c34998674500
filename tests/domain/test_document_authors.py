"""Who drafts, changes, sends and takes back a document, and for whom."""

from typing import Any

import pytest

from domain.decider import Command
from domain.document_commands import (
    CreateDocument,
    ReviseContent,
    SubmitDocument,
    WithdrawDocument,
)
from domain.unit import CloseUnit
from tests.domain.given import (
    BOLAT,
    FACULTY,
    GULNARA,
    METHODICAL_UNIT,
    SYMBAT,
    UNIVERSITY,
    House,
    a_university,
    appoint,
    open_unit,
)
from tests.domain.reviewing import draft, submit, text
from tests.domain.scenario import Hat, named

CHANGES: list[tuple[type[Command], dict[str, object]]] = [
    (ReviseContent, {"variants": [text("second wording")]}),
    (SubmitDocument, {}),
    (WithdrawDocument, {}),
]


def refuses_draft(house: House, code: str, by: Hat, **fields: object) -> Any:
    body: dict[str, object] = {
        "document_id": named("refused"),
        "bin": house.bin,
        "kind": "LESSON_PLAN",
        "level": house.level,
        "author": {"kind": "TEACHER", "person_id": GULNARA},
        "titles": {"ru": "План"},
        "variants": [text("first")],
    }
    return house.world.refuses(code, by, CreateDocument, **{**body, **fields})


def test_teachers_draft_for_themselves_and_some_posts_for_them() -> None:
    house = a_university()
    draft(house, "LESSON_PLAN", by=house.teacher(BOLAT), name="1", teacher=BOLAT)
    for other in (house.head, house.deputy, house.methodist()):
        name = f"for Bolat by {other.person}"
        draft(house, "LESSON_PLAN", by=other, name=name, teacher=BOLAT)
    refused = refuses_draft(house, "DOC-AUTHOR-ONLY", house.teacher(BOLAT))
    assert refused == {"role": "TEACHER"}


def test_staff_draft_for_the_unit_they_work_in_and_no_other() -> None:
    house = a_university()
    draft(house, by=house.teacher(BOLAT))
    of_another = {"kind": "UNIT", "unit_id": METHODICAL_UNIT}
    plan = {"kind": "WORKING_STUDY_PLAN", "author": of_another}
    refuses_draft(house, "DOC-AUTHOR-ONLY", house.teacher(BOLAT), **plan)
    draft(house, by=house.methodist(), name="other plan")


def test_to_name_oneself_is_no_right_to_draft_for_a_unit() -> None:
    house = a_university()
    author = {"kind": "UNIT", "unit_id": METHODICAL_UNIT, "person_id": BOLAT}
    plan = {"kind": "WORKING_STUDY_PLAN", "author": author}
    refuses_draft(house, "DOC-AUTHOR-ONLY", house.teacher(BOLAT), **plan)


@pytest.mark.parametrize("unit", [METHODICAL_UNIT, "nowhere"])
def test_a_teacher_writes_for_no_unit_in_which_they_do_not_teach(unit: str) -> None:
    house = a_university()
    appoint(house, BOLAT, "SPECIALIST", unit=METHODICAL_UNIT)
    author = {"kind": "TEACHER", "person_id": BOLAT, "unit_id": unit}
    refuses_draft(house, "R20-AUTHOR", house.deputy, author=author)
    draft(house, "LESSON_PLAN", author={**author, "unit_id": FACULTY})


@pytest.mark.parametrize(("change", "fields"), CHANGES)
def test_a_teachers_document_is_changed_by_the_teacher_and_who_leads(
    change: type[Command], fields: dict[str, object]
) -> None:
    house = a_university()
    for number, hat in enumerate((house.teacher(BOLAT), house.head, house.deputy)):
        document = draft(house, "LESSON_PLAN", name=f"{number}", teacher=BOLAT)
        one = {"document_id": document, **fields}
        for stranger in (house.teacher(GULNARA), house.methodist()):
            refused = house.world.refuses("DOC-AUTHOR-ONLY", stranger, change, **one)
            assert "role" in refused
        assert house.world.give(hat, change, **one)


@pytest.mark.parametrize(("change", "fields"), CHANGES)
def test_whoever_drafted_a_document_may_change_it(
    change: type[Command], fields: dict[str, object]
) -> None:
    house = a_university()
    methodist = house.methodist()
    document = draft(house, "LESSON_PLAN", by=methodist, teacher=BOLAT)
    assert house.world.give(methodist, change, document_id=document, **fields)


@pytest.mark.parametrize(("change", "fields"), CHANGES)
def test_a_units_document_is_changed_by_whoever_works_there(
    change: type[Command], fields: dict[str, object]
) -> None:
    house = a_university()
    elsewhere = appoint(house, SYMBAT, "SPECIALIST", unit=METHODICAL_UNIT)
    document = draft(house)
    one = {"document_id": document, **fields}
    house.world.refuses("DOC-AUTHOR-ONLY", elsewhere, change, **one)
    assert house.world.give(house.teacher(GULNARA), change, **one)


def test_a_unit_closed_after_the_draft_submits_nothing() -> None:
    house = a_university()
    open_unit(house, "civil", "INSTITUTE", parent=FACULTY)
    document = draft(house, author={"kind": "UNIT", "unit_id": "civil"})
    close = {"bin": UNIVERSITY, "unit_id": "civil", "act_no": "1"}
    house.world.give(house.head, CloseUnit, **close)
    refused = house.world.refuses(
        "R19-AUTHOR", house.deputy, SubmitDocument, document_id=document
    )
    assert refused["needed"] == "UNIT"


@pytest.mark.parametrize("year", ["2026-2026", "2026-2028", "2027-2026"])
def test_an_academic_year_is_two_years_that_follow_each_other(year: str) -> None:
    house = a_university()
    author = {"kind": "TEACHER", "person_id": BOLAT}
    given = {"academic_year": year, "author": author}
    refused = refuses_draft(house, "DOC-YEAR", house.deputy, **given)
    assert refused == {"academic_year": year}


def test_a_code_typed_with_cyrillic_letters_is_kept_in_latin_and_covered() -> None:
    house = a_university()
    typed = "6\N{CYRILLIC CAPITAL LETTER VE}04201"
    document = draft(house, specialty_code=typed)
    drafted = submit(house, document)
    assert drafted
    stored = [
        getattr(entry.event, "specialty_code", None)
        for entry in house.world.log
        if entry.stream == f"document/{document}"
    ]
    assert stored[0] == "6B04201"


@pytest.mark.parametrize("title", ["", " ", "\t\n", "\N{NO-BREAK SPACE}"])
def test_a_title_of_blanks_only_is_none(title: str) -> None:
    house = a_university()
    with pytest.raises(Exception, match="titles"):
        refuses_draft(house, "?", house.deputy, titles={"ru": title})
