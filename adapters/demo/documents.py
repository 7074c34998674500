"""Documents of every kind on their routes: drafted, concluded on, approved."""

from datetime import date

from adapters.demo.house import Body, House
from adapters.demo.meetings import conclude, hash_of, variants
from adapters.demo.teller import Teller
from domain.regulation.pack import rule_pack
from domain.regulation.route_table import RouteRow

TITLES = {
    "GENERAL_EM_DOCUMENTATION": "Положение о текущем контроле",
    "WORKING_STUDY_PLAN": "Рабочий учебный план",
    "WORKING_CURRICULUM": "Рабочая учебная программа",
    "LESSON_PLAN": "Поурочный план",
    "METHODICAL_GUIDELINES": "Методические указания",
    "METHODICAL_RECOMMENDATIONS": "Методические рекомендации",
    "UNIT_REGULATION": "Положение о подразделении",
}
STUDY_PLAN = "WORKING_STUDY_PLAN"
OFFICES = ("HEAD", "DEPUTY_HEAD_EM")


def kinds_at(level: str) -> tuple[str, ...]:
    """The kinds of document that the order knows at a level."""
    pack = rule_pack()
    return tuple(
        kind
        for kind in pack.document_kinds()
        if pack.route_row(kind, level, pack.default_profile) is not None
    )


def take_through(
    teller: Teller, house: House, kind: str, level: str, *, troubled: bool = False
) -> str:
    """Take a document through its route; a `troubled` one meets resistance.

    Its first body is against it, a new text goes the whole way again, and neither the
    approver before the last conclusion nor another office may sign.
    """
    pack = rule_pack()
    row = pack.route_row(kind, level, pack.default_profile)
    assert row is not None  # the demo asks for what the pack has
    document = teller.new_id()
    title = f"{TITLES[kind]} {house.specialty or house.discipline}"
    author = house.deputy if row.author == "UNIT" else house.teacher
    texts = variants(title + document, 1)
    teller.give(
        author,
        "document.create",
        document_id=document,
        bin=house.institution.bin,
        kind=kind,
        level=level,
        author=(
            {"kind": "UNIT", "unit_id": house.author_unit}
            if row.author == "UNIT"
            else {"kind": "TEACHER", "person_id": house.teacher.id}
        ),
        titles={"ru": title},
        variants=texts,
        discipline_code=house.discipline,
        specialty_code=house.specialty,
        academic_year="2026-2027",
        basis_refs=[
            {"kind": basis, "reference": f"{basis} 2022"} for basis in row.basis
        ],
    )
    teller.give(author, "document.submit", document_id=document)
    bodies = [
        body
        for stage in row.stages
        for body in house.reviewing(stage.body_kinds, level)
    ]
    if troubled and bodies:
        conclude_on(teller, bodies[0], document, texts, against=True)
        texts = variants(title + document, 2)
        teller.give(author, "document.revise", document_id=document, variants=texts)
        teller.give(author, "document.submit", document_id=document)
    for body in bodies[:-1]:
        conclude_on(teller, body, document, texts, recused=troubled)
    approval = {
        "document_id": document,
        "act_no": f"{document[:4]}-о/д",
        "valid_from": date(2026, 9, 1),
    }
    approver = house.office(row.approvers[-1])
    if troubled and bodies:
        teller.give_in_vain(
            f"R{row.rule}-NOT-ALL-POSITIVE", approver, "document.approve", **approval
        )
    for body in bodies[-1:]:
        conclude_on(teller, body, document, texts)
    if troubled:
        others_may_not_approve(teller, house, row, approval)
    teller.give(approver, "document.approve", **approval)
    return document


def study_plan(teller: Teller, house: House, *, troubled: bool) -> str:
    """A working study plan at the first level of the house."""
    level = house.institution.levels[0]
    return take_through(teller, house, STUDY_PLAN, level, troubled=troubled)


def conclude_on(
    teller: Teller,
    body: Body,
    document: str,
    texts: list[dict[str, str]],
    *,
    against: bool = False,
    recused: bool = False,
) -> None:
    """A methodical unit says what it found; any other body meets and votes."""
    if body.members:
        votes = 1 if against else None
        conclude(teller, body, document, texts, votes_for=votes, recused=recused)
        return
    teller.give(
        body.officer,
        "document.record-conclusion",
        document_id=document,
        body=body.ref,
        content_hash=hash_of(texts),
        conclusion="NEGATIVE" if against else "POSITIVE",
    )


def others_may_not_approve(
    teller: Teller, house: House, row: RouteRow, approval: dict[str, object]
) -> None:
    for role in OFFICES:
        if role not in row.approvers:
            teller.give_in_vain(
                f"R{row.rule}-APPROVER",
                house.office(role),
                "document.approve",
                **approval,
            )
