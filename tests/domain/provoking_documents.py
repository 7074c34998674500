"""What documents refuse, and how it is provoked."""

from collections.abc import Callable
from typing import Any

from domain.identifiers import Names, Stream
from domain.regulation.pack import RouteRow
from tests.domain.given import (
    BOLAT,
    DEPARTMENT,
    FACULTY,
    NEW_YEAR,
    UNIVERSITY_COUNCIL,
    ZHANNA,
    House,
    a_staffed_university,
    a_university,
)
from tests.domain.provoking import Attempt, Provocation, by_head, tried
from tests.domain.reviewing import (
    APPROVAL,
    a_ready,
    decide_on,
    draft,
    state_of,
    submit,
    text,
)
from tests.domain.scenario import Hat, named


def drafted(house: House | None = None, **changed: object) -> Attempt:
    house = house or a_university()
    fields: dict[str, object] = {
        "document_id": named("a document"),
        "kind": "WORKING_STUDY_PLAN",
        "level": house.level,
        "author": {"kind": "UNIT", "unit_id": house.author_unit},
        "titles": Names(ru="Рабочий учебный план"),
        "variants": [text("wording")],
    }
    return by_head(house, "document.create", **{**fields, **changed})


def of_document(
    house: House, hat: Hat, tag: str, document: str, /, **fields: object
) -> Attempt:
    return tried(house, hat, f"document.{tag}", document_id=document, **fields)


def drafted_twice() -> Attempt:
    house = a_university()
    return drafted(house, document_id=draft(house))


def withdrawn_by_a_stranger() -> Attempt:
    house = a_university()
    return of_document(house, house.teacher(ZHANNA), "withdraw", draft(house))


def approved_while_a_draft() -> Attempt:
    house = a_university()
    return of_document(house, house.head, "approve", draft(house), **APPROVAL)


def approved_until_yesterday() -> Attempt:
    house = a_university()
    backwards = {**APPROVAL, "valid_to": NEW_YEAR}
    return of_document(house, house.head, "approve", a_ready(house), **backwards)


def concluded(
    house: House, hat: Hat, document: str, body: Stream, **changed: object
) -> Attempt:
    fields: dict[str, object] = {
        "body": body,
        "content_hash": state_of(house, document).content_hash,
    }
    return of_document(
        house, hat, "record-conclusion", document, **{**fields, **changed}
    )


def of_the_department(**changed: object) -> Attempt:
    """The department's head concludes on a plan in the department's stage."""
    house = a_university()
    document = draft(house)
    submit(house, document)
    return concluded(house, house.officer(DEPARTMENT), document, DEPARTMENT, **changed)


def of_an_unknown_word() -> Attempt:
    house = a_university()
    document = draft(house)
    submit(house, document)
    sitting = decide_on(house, document, DEPARTMENT)
    return concluded(
        house,
        sitting.officer,
        document,
        DEPARTMENT,
        meeting_id=sitting.meeting,
        item=1,
        conclusion="PERHAPS",
    )


def of_another_body() -> Attempt:
    house = a_university()
    document = draft(house)
    submit(house, document)
    return concluded(house, house.officer(UNIVERSITY_COUNCIL), document, DEPARTMENT)


OF_DOCUMENTS: dict[str, Provocation] = {
    "MEETING-NOT-HELD": of_the_department,
    "DOC-EXISTS": drafted_twice,
    "DOC-UNKNOWN": lambda: of_document(
        house := a_university(), house.deputy, "submit", named("no document")
    ),
    "DOC-STATE": approved_while_a_draft,
    "DOC-HASH": lambda: of_the_department(content_hash="0" * 64),
    "DOC-KIND": lambda: drafted(kind="POEM"),
    "DOC-VARIANTS": lambda: drafted(variants=[text("one"), text("two")]),
    "DOC-AUTHOR-ONLY": withdrawn_by_a_stranger,
    "DOC-CONCLUSION": of_an_unknown_word,
    "DOC-DATES": approved_until_yesterday,
    "R2-LEVEL": lambda: drafted(level="TVE"),
}


# What is refused under the number of a document's own rule, whichever it is.


def of_kind(row: RouteRow, house: House, **changed: Any) -> str:  # as of `draft`
    teacher = BOLAT if row.author == "TEACHER" else None
    return draft(house, row.kind, teacher=teacher, **changed)


def by_the_wrong_author(row: RouteRow) -> Attempt:
    author = {"kind": "TEACHER", "person_id": BOLAT}
    if row.author == "TEACHER":
        author = {"kind": "UNIT", "unit_id": FACULTY}
    return drafted(kind=row.kind, author=author)


def without_a_basis(row: RouteRow) -> Attempt:
    house = a_university()
    document = of_kind(row, house, basis_refs=[])
    return of_document(house, house.deputy, "submit", document)


def without_a_body(row: RouteRow) -> Attempt:
    house = a_staffed_university()
    return of_document(house, house.deputy, "submit", of_kind(row, house))


def out_of_turn(row: RouteRow) -> Attempt:
    house = a_university()
    document = of_kind(row, house)
    submit(house, document)
    officer = house.officer(UNIVERSITY_COUNCIL)
    return concluded(house, officer, document, UNIVERSITY_COUNCIL)


def too_early(row: RouteRow) -> Attempt:
    house = a_university()
    document = of_kind(row, house)
    submit(house, document)
    hats = {"HEAD": house.head, "DEPUTY_HEAD_EM": house.deputy}
    hat = hats[row.approvers[0]]
    return of_document(house, hat, "approve", document, **APPROVAL)


def by_the_wrong_role(row: RouteRow) -> Attempt:
    house = a_university()
    teacher = BOLAT if row.author == "TEACHER" else None
    document = a_ready(house, kind=row.kind, teacher=teacher)
    return of_document(house, house.methodist(), "approve", document, **APPROVAL)


ENDINGS: dict[str, Callable[[RouteRow], Attempt]] = {
    "AUTHOR": by_the_wrong_author,
    "BASIS": without_a_basis,
    "NO-BODY": without_a_body,
    "NO-COUNCIL": without_a_body,
    "STAGE": out_of_turn,
    "NOT-ALL-POSITIVE": too_early,
    "APPROVER": by_the_wrong_role,
}
