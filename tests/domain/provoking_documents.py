"""What documents refuse, and how it is provoked."""

from collections.abc import Callable
from typing import Any

from domain.identifiers import Names, Stream
from domain.regulation.route_table import RouteRow
from tests.domain.given import (
    BOLAT,
    DEPARTMENT,
    EM_UNIT,
    FACULTY,
    NEW_YEAR,
    UNIVERSITY_COUNCIL,
    House,
    a_staffed_university,
    a_university,
    open_unit,
)
from tests.domain.provoking import Attempt, Provocation, by_head, tried
from tests.domain.reviewing import (
    APPROVAL,
    SALTED,
    a_ready,
    approve,
    conclude,
    decide_on,
    draft,
    pass_review,
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
    return of_document(house, house.methodist(), "withdraw", draft(house))


def in_anothers_series() -> Attempt:
    house = a_university()
    series = state_of(house, draft(house)).series
    return drafted(house, kind="GENERAL_EM_DOCUMENTATION", series_id=series)


def beside_an_open_revision() -> Attempt:
    house = a_university()
    return drafted(house, series_id=state_of(house, draft(house)).series)


def under_another_profile() -> Attempt:
    house = a_university()
    other = {"profile": "order583-kk"}
    return of_document(house, house.deputy, "submit", draft(house), **other)


def replanned_without_need() -> Attempt:
    house = a_university()
    document = draft(house)
    submit(house, document)
    return of_document(
        house, house.deputy, "replan-route", document, reasons_ref=SALTED
    )


def superseded_by_nothing() -> Attempt:
    house = a_university()
    document = a_ready(house)
    approve(house, document)
    nothing = {"superseded_by": named("no document")}
    return of_document(house, house.head, "supersede", document, **nothing)


def said_twice() -> Attempt:
    """One of two methodical units says the same again while the other is awaited."""
    house = a_university()
    open_unit(house, "more-methods", "EM_UNIT")
    document = draft(house)
    submit(house, document)
    pass_review(house, document, until=EM_UNIT)
    conclude(house, document, EM_UNIT)
    return concluded(house, house.methodist(), document, EM_UNIT, conclusion="POSITIVE")


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
    "DOC-CONCLUDED": said_twice,
    "DOC-PROFILE": under_another_profile,
    "DOC-REPLAN": replanned_without_need,
    "DOC-SERIES": in_anothers_series,
    "DOC-SERIES-OPEN": beside_an_open_revision,
    "DOC-SUPERSEDE": superseded_by_nothing,
    "DOC-YEAR": lambda: drafted(academic_year="2026-2031"),
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
