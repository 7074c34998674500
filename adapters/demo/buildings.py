"""Four kinds of institution, each with the bodies that its level of education has."""

from datetime import date

from adapters.demo.associations import school_association
from adapters.demo.house import (
    YEAR_AGO,
    Body,
    House,
    appoint,
    council,
    digest,
    election,
    regulation,
    unit,
)
from adapters.demo.institutions import Institution
from adapters.demo.teller import Person, Teller

SOFTWARE = "06130100"
INFORMATICS = "B057"
MATHEMATICS = "MATH"


def build(teller: Teller, institution: Institution, head: Person) -> House:
    """Offices, units with regulation, bodies, councils with mandate and members."""
    builders = {
        "UNIVERSITY": build_university,
        "COLLEGE": build_college,
        "HIGHER_COLLEGE": build_higher_college,
        "SCHOOL": build_school,
    }
    return builders[institution.kind](teller, institution, head)


def build_university(teller: Teller, institution: Institution, head: Person) -> House:
    owner = institution.bin
    deputy = appoint(teller, head, institution, "DEPUTY_HEAD_EM")
    teller.give(
        head,
        "organisation.assign-direct-leadership",
        bin=owner,
        person_id=deputy.id,
    )
    unit(teller, head, owner, "faculty", "FACULTY", "Факультет", refuse_first=True)
    unit(teller, head, owner, "em-centre", "EM_UNIT", "Учебно-методический центр")
    staff = [
        appoint(teller, head, institution, "TEACHER", "faculty", (INFORMATICS,))
        for _ in range(5)
    ]
    teachers = tuple(person.id for person in staff)
    teller.give_in_vain(
        "R16-MIN-TEACHERS",
        head,
        "review-body.form-department",
        bin=owner,
        body_id="informatics",
        names={"ru": "Кафедра информатики", "kk": "Информатика кафедрасы"},
        levels=["HE"],
        members=teachers[:2],
        unit_id="faculty",
        regulation={**regulation("Кафедра"), "approver_role": "HEAD"},
    )
    methodist = seat_methodist(teller, head, institution)
    return House(
        institution,
        head,
        deputy,
        staff[0],
        "faculty",
        (
            department(teller, head, owner, ("HE",), teachers, INFORMATICS, "faculty"),
            council(teller, head, institution, "faculty", teachers),
            Body(f"unit/{owner}.em-centre", "EM_UNIT", (), methodist),
            council(
                teller, head, institution, "org", (*teachers[2:], deputy.id, head.id)
            ),
        ),
        specialty=INFORMATICS,
    )


def build_college(teller: Teller, institution: Institution, head: Person) -> House:
    owner = institution.bin
    deputy = appoint(teller, head, institution, "DEPUTY_HEAD_EM")
    unit(teller, head, owner, "division", "DIVISION", "Отделение")
    staff = teachers_and_masters(teller, head, institution)
    teachers = tuple(person.id for person in staff)
    return House(
        institution,
        head,
        deputy,
        staff[0],
        "division",
        (
            commission(teller, head, owner, teachers, stranger=deputy),
            council(teller, head, institution, "org", (*teachers, deputy.id)),
        ),
        specialty=SOFTWARE,
    )


def build_higher_college(
    teller: Teller, institution: Institution, head: Person
) -> House:
    """Two levels in one house: a commission for TVE, a department for PSE."""
    owner = institution.bin
    deputy = appoint(teller, head, institution, "DEPUTY_HEAD_EM")
    unit(teller, head, owner, "division", "DIVISION", "Отделение")
    staff = teachers_and_masters(teller, head, institution)
    teachers = tuple(person.id for person in staff)
    return House(
        institution,
        head,
        deputy,
        staff[0],
        "division",
        (
            commission(teller, head, owner, teachers, stranger=deputy),
            department(teller, head, owner, ("PSE",), teachers, SOFTWARE, "division"),
            council(teller, head, institution, "division", teachers),
            council(teller, head, institution, "org", (*teachers[1:], deputy.id)),
        ),
        specialty=SOFTWARE,
    )


def teachers_and_masters(
    teller: Teller, head: Person, institution: Institution
) -> list[Person]:
    posts = ("TEACHER", "TEACHER", "MASTER", "MASTER")
    return [
        appoint(teller, head, institution, post, "division", (SOFTWARE,))
        for post in posts
    ]


def commission(
    teller: Teller,
    head: Person,
    owner: str,
    teachers: tuple[str, ...],
    *,
    stranger: Person,
) -> Body:
    """A cycle commission; its chair is elected from its members, and no `stranger`."""
    formed = teller.give(
        head,
        "review-body.form-commission",
        bin=owner,
        body_id="software",
        names={"ru": "Цикловая комиссия", "kk": "Циклдік комиссия"},
        levels=["TVE"],
        members=teachers,
        specialty_codes=[SOFTWARE],
        unit_id="division",
    )
    chair = {
        "bin": owner,
        "body_id": "software",
        "experience_years": 17,
        "election": election(len(teachers)),
    }
    elect = "review-body.elect-chair"
    teller.give_in_vain("R17-CHAIR", head, elect, **chair, person_id=stranger.id)
    led = teller.give(head, elect, **chair, person_id=teachers[2])
    officer = Person(teachers[2], owner, "").seated(led)
    return Body(formed.stream, "COMMISSION", teachers, officer, ("TVE",))


def department(
    teller: Teller,
    head: Person,
    owner: str,
    levels: tuple[str, ...],
    teachers: tuple[str, ...],
    specialty: str,
    unit_id: str,
) -> Body:
    formed = teller.give(
        head,
        "review-body.form-department",
        bin=owner,
        body_id="informatics",
        names={"ru": "Кафедра информатики", "kk": "Информатика кафедрасы"},
        levels=levels,
        members=teachers,
        specialty_codes=[specialty],
        unit_id=unit_id,
        regulation={**regulation("Кафедра"), "approver_role": "HEAD"},
    )
    led = teller.give(
        head,
        "review-body.appoint-department-head",
        bin=owner,
        body_id="informatics",
        person_id=teachers[0],
        order_no="К-1",
    )
    officer = Person(teachers[0], owner, "").seated(led)
    return Body(formed.stream, "DEPARTMENT", teachers, officer, levels)


def seat_methodist(teller: Teller, head: Person, institution: Institution) -> Person:
    """The governing council sets the number of methodists, then one is appointed."""
    decision = teller.new_id()
    teller.give_in_vain(
        "R12-HEADCOUNT",
        head,
        "staff.appoint",
        bin=institution.bin,
        person_id=teller.new_id(),
        post="METHODIST",
        valid_from=date.today(),
        order_no="М-0",
        unit_id="em-centre",
    )
    teller.give(
        head,
        "organisation.record-governing-decision",
        bin=institution.bin,
        decision_id=decision,
        kind="METHODIST_NUMBER",
        number="5",
        date=date.today() - YEAR_AGO,
        file_hash=digest(f"methodists {institution.bin}"),
        inputs={
            "specialties": 12,
            "specialisations": 4,
            "learners": 4100,
            "teachers": 310,
        },
    )
    teller.give(
        head,
        "organisation.set-methodist-number",
        bin=institution.bin,
        decision_id=decision,
        number=2,
    )
    return appoint(teller, head, institution, "METHODIST", "em-centre")


def build_school(teller: Teller, institution: Institution, head: Person) -> House:
    """A school, whose teachers of mathematics and whose council review."""
    deputy = appoint(teller, head, institution, "DEPUTY_HEAD_EM")
    staff = [
        appoint(teller, head, institution, "TEACHER", "adm", (MATHEMATICS,))
        for _ in range(4)
    ]
    teachers = tuple(person.id for person in staff)
    return House(
        institution,
        head,
        deputy,
        staff[0],
        "adm",
        (
            school_association(teller, institution, head, staff, MATHEMATICS),
            council(teller, head, institution, "org", (*teachers, deputy.id)),
        ),
        discipline=MATHEMATICS,
    )
