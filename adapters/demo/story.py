"""What happens in one institution: offices, bodies, and study plans on their route."""

import hashlib
from datetime import date, timedelta

from msgspec import Struct

from adapters.demo.institutions import Institution
from adapters.demo.teller import Person, Teller
from domain.document_parts import Variant, content_hash
from domain.identifiers import Sha256

YEAR_AGO = timedelta(days=365)


class Body(Struct, frozen=True):
    """A reviewing body: its stream, its members, and the officer who acts for it."""

    ref: str
    members: tuple[str, ...]
    officer: Person


class House(Struct, frozen=True):
    """An institution that is built: who holds which office, which bodies stand."""

    institution: Institution
    head: Person
    deputy: Person
    methodist: Person | None
    author_unit: str
    specialty: str
    first: Body
    unit_council: Body | None
    organisation_council: Body


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def register(teller: Teller, institution: Institution) -> Person:
    """Register an institution, its levels and its head; return the head in office."""
    names = {
        "ru": institution.name_ru,
        "kk": institution.name_kk,
        "en": institution.name_en,
    }
    owner = institution.bin
    teller.give(
        teller.registrar,
        "organisation.register",
        bin=owner,
        names=names,
        kind=institution.kind,
        kato=institution.kato,
    )
    teller.give(
        teller.registrar,
        "organisation.declare-levels",
        bin=owner,
        levels=institution.levels,
    )
    teller.give(teller.registrar, "organisation.activate", bin=owner)
    return appoint(teller, teller.registrar, institution, "HEAD")


def appoint(
    teller: Teller,
    by: Person,
    institution: Institution,
    post: str,
    unit_id: str | None = None,
    disciplines: tuple[str, ...] = (),
) -> Person:
    person = teller.new_person(institution.bin)
    answer = teller.give(
        by,
        "staff.appoint",
        bin=institution.bin,
        person_id=person.id,
        post=post,
        valid_from=date.today() - YEAR_AGO,
        order_no=f"{post[:1]}-{person.id[:4]}",
        unit_id=unit_id,
        discipline_codes=disciplines,
    )
    return person.seated(answer)


def build(teller: Teller, institution: Institution, head: Person) -> House:
    """Offices, units with regulation, bodies, councils with mandate and members."""
    return (
        build_university(teller, institution, head)
        if institution.kind == "UNIVERSITY"
        else build_college(teller, institution, head)
    )


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
    teachers = tuple(
        appoint(teller, head, institution, "TEACHER", "faculty", ("B057",)).id
        for _ in range(5)
    )
    methodist = seat_methodist(teller, head, institution)
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
    formed = teller.give(
        head,
        "review-body.form-department",
        bin=owner,
        body_id="informatics",
        names={"ru": "Кафедра информатики", "kk": "Информатика кафедрасы"},
        levels=["HE"],
        members=teachers,
        specialty_codes=["B057"],
        unit_id="faculty",
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
    department = Body(
        formed.stream, teachers, Person(teachers[0], owner, "").seated(led)
    )
    return House(
        institution,
        head,
        deputy,
        methodist,
        "faculty",
        "B057",
        department,
        council(teller, head, institution, "faculty", teachers),
        council(teller, head, institution, "org", (*teachers[2:], deputy.id, head.id)),
    )


def build_college(teller: Teller, institution: Institution, head: Person) -> House:
    owner = institution.bin
    deputy = appoint(teller, head, institution, "DEPUTY_HEAD_EM")
    unit(teller, head, owner, "division", "DIVISION", "Отделение")
    posts = ("TEACHER", "TEACHER", "MASTER", "MASTER")
    teachers = tuple(
        appoint(teller, head, institution, post, "division", ("06130100",)).id
        for post in posts
    )
    formed = teller.give(
        head,
        "review-body.form-commission",
        bin=owner,
        body_id="software",
        names={"ru": "Цикловая комиссия", "kk": "Циклдік комиссия"},
        levels=["TVE"],
        members=teachers,
        specialty_codes=["06130100"],
        unit_id="division",
    )
    teller.give_in_vain(
        "R17-CHAIR",
        head,
        "review-body.elect-chair",
        bin=owner,
        body_id="software",
        person_id=deputy.id,
        experience_years=20,
        election=election(len(teachers)),
    )
    led = teller.give(
        head,
        "review-body.elect-chair",
        bin=owner,
        body_id="software",
        person_id=teachers[2],
        experience_years=17,
        election=election(len(teachers)),
    )
    chair = Person(teachers[2], owner, "").seated(led)
    return House(
        institution,
        head,
        deputy,
        None,
        "division",
        "06130100",
        Body(formed.stream, teachers, chair),
        None,
        council(teller, head, institution, "org", (*teachers, deputy.id)),
    )


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
        date=date.today(),
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


def regulation(name: str) -> dict[str, object]:
    return {"number": "П-1", "date": date.today(), "file_hash": digest(name)}


def election(voters: int) -> dict[str, object]:
    return {"date": date.today(), "voters": voters, "votes_for": voters - 1}


def unit(
    teller: Teller,
    head: Person,
    owner: str,
    unit_id: str,
    kind: str,
    name: str,
    *,
    refuse_first: bool = False,
) -> None:
    teller.give(
        head,
        "unit.create",
        bin=owner,
        unit_id=unit_id,
        kind=kind,
        names={"ru": name},
        parent="adm",
    )
    if refuse_first:
        teller.give_in_vain(
            "R11-NO-REGULATION", head, "unit.activate", bin=owner, unit_id=unit_id
        )
    teller.give(
        head,
        "unit.approve-regulation",
        bin=owner,
        unit_id=unit_id,
        **regulation(name),
    )
    teller.give(head, "unit.activate", bin=owner, unit_id=unit_id)


def council(
    teller: Teller,
    head: Person,
    institution: Institution,
    key: str,
    members: tuple[str, ...],
) -> Body:
    """A council with its mandate, elected members, chair and secretary."""
    owner = institution.bin
    whose = institution.name_ru if key == "org" else f"{key}, {institution.name_ru}"
    title = {
        "ru": f"Методический совет ({whose})",
        "kk": f"Әдістемелік кеңес ({institution.name_kk or whose})",
    }
    if key == "org":
        teller.give_in_vain(
            "R14-MANDATE",
            head,
            "council.establish",
            bin=owner,
            key=key,
            council_id=teller.new_id(),
            title=title,
        )
    decision = teller.new_id()
    teller.give(
        head,
        "organisation.record-governing-decision",
        bin=owner,
        decision_id=decision,
        kind="COUNCIL_MANDATE",
        number=f"С-{key[:3]}",
        date=date.today(),
        file_hash=digest(f"mandate {owner} {key}"),
        mandate={
            "council": key,
            "seats_min": 3,
            "seats_max": 9,
            "powers": ["REVIEW_STUDY_PLANS", "REVIEW_CURRICULA"],
            "term_months": 36,
        },
    )
    established = teller.give(
        head,
        "council.establish",
        bin=owner,
        key=key,
        council_id=teller.new_id(),
        title=title,
        mandate_decision_id=decision,
    )
    for person in members:
        teller.give(
            head,
            "council.elect-member",
            bin=owner,
            key=key,
            person_id=person,
            election=election(12),
        )
    constituted = teller.give(
        head,
        "council.constitute",
        bin=owner,
        key=key,
        chair=members[0],
        secretary=members[1],
    )
    secretary = Person(members[1], owner, "").seated(constituted)
    return Body(established.stream, members, secretary)


def variants(title: str, edition: int) -> list[dict[str, str]]:
    return [
        {
            "language": language,
            "media_type": "application/pdf",
            "sha256": digest(f"{title} {language} {edition}"),
        }
        for language in ("kk", "ru")
    ]


def hash_of(texts: list[dict[str, str]]) -> str:
    return content_hash(
        [
            Variant(
                language=text["language"],
                media_type=text["media_type"],
                sha256=Sha256(text["sha256"]),
            )
            for text in texts
        ]
    )


def study_plan(teller: Teller, house: House, number: int, *, troubled: bool) -> str:
    """Take a working study plan through its route; `troubled` ones meet resistance."""
    owner = house.institution.bin
    document = teller.new_id()
    title = f"Рабочий учебный план {house.specialty} № {number}"
    texts = variants(title + owner, 1)
    teller.give(
        house.deputy,
        "document.create",
        document_id=document,
        bin=owner,
        kind="WORKING_STUDY_PLAN",
        level=house.institution.levels[0],
        author={"kind": "UNIT", "unit_id": house.author_unit},
        titles={"ru": title, "kk": f"{house.specialty} № {number} оқу жұмыс жоспары"},
        variants=texts,
        specialty_code=house.specialty,
        academic_year="2026-2027",
        basis_refs=[
            {"kind": "STATE_STANDARD", "reference": "ГОСО 2022"},
            {"kind": "TYPICAL_STUDY_PLAN", "reference": f"ТУП {house.specialty}"},
        ],
    )
    teller.give(house.deputy, "document.submit", document_id=document)
    if troubled:
        conclude(teller, house.first, document, texts, votes_for=1)
        texts = variants(title + owner, 2)
        teller.give(
            house.deputy, "document.revise", document_id=document, variants=texts
        )
        teller.give(house.deputy, "document.submit", document_id=document)
    conclude(teller, house.first, document, texts, recused=troubled)
    if house.unit_council is not None:
        conclude(teller, house.unit_council, document, texts)
    if house.methodist is not None:
        teller.give(
            house.methodist,
            "document.record-conclusion",
            document_id=document,
            body=f"unit/{owner}.em-centre",
            content_hash=hash_of(texts),
            conclusion="POSITIVE",
        )
    approval = {
        "document_id": document,
        "act_no": f"{number}-о/д",
        "valid_from": date(2026, 9, 1),
    }
    if troubled:
        # Nobody may sign before the organisation's own council was positive.
        teller.give_in_vain(
            "R19-NOT-ALL-POSITIVE", house.head, "document.approve", **approval
        )
    conclude(teller, house.organisation_council, document, texts)
    if troubled:
        teller.give_in_vain(
            "R19-APPROVER", house.deputy, "document.approve", **approval
        )
    teller.give(house.head, "document.approve", **approval)
    return document


def conclude(
    teller: Teller,
    body: Body,
    document: str,
    texts: list[dict[str, str]],
    *,
    votes_for: int | None = None,
    recused: bool = False,
) -> None:
    """Hold a meeting on the document, minute it, and record what was concluded.

    With `votes_for` too few the motion fails and the conclusion is negative.
    """
    meeting, officer = teller.new_id(), body.officer
    owner = officer.organisation
    tell = {"meeting_id": meeting}
    teller.give(
        officer, "meeting.plan", **tell, body=body.ref, planned_for=date.today()
    )
    teller.give(officer, "meeting.convene", **tell)
    teller.give(
        officer,
        "meeting.place-item",
        **tell,
        kind="DOCUMENT",
        documents=[{"document_id": document, "content_hash": hash_of(texts)}],
        motion="POSITIVE",
    )
    teller.give(officer, "meeting.open", **tell)
    for place, person in enumerate(body.members):
        if place == 1 and recused:
            teller.give_in_vain(
                "MEETING-QUORUM", officer, "meeting.open-vote", **tell, item=1
            )
        teller.give(officer, "meeting.record-arrival", **tell, person_id=person)
    entitled = len(body.members)
    if recused:
        teller.give(
            officer, "meeting.recuse", **tell, item=1, person_id=body.members[-1]
        )
        entitled -= 1
    teller.give(officer, "meeting.open-vote", **tell, item=1)
    given = entitled if votes_for is None else votes_for
    teller.give(
        officer,
        "meeting.close-vote",
        **tell,
        item=1,
        votes_for=given,
        votes_against=entitled - given,
        abstained=0,
    )
    teller.give(officer, "meeting.close", **tell)
    teller.give(
        officer,
        "meeting.minute",
        **tell,
        minutes_ref=teller.text(owner, "minutes", f"Протокол заседания {meeting}"),
        signed_by=[officer.id],
    )
    remarks = None
    if votes_for is not None:
        remarks = teller.text(owner, "remarks", "Уточнить часы практики в 3 семестре.")
    teller.give(
        officer,
        "document.record-conclusion",
        document_id=document,
        body=body.ref,
        content_hash=hash_of(texts),
        meeting_id=meeting,
        item=1,
        remarks_ref=remarks,
    )
