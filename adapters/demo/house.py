"""An institution that is built: who holds which office, which bodies stand."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

from adapters.demo.institutions import Institution
from adapters.demo.teller import Person, Teller

YEAR_AGO = timedelta(days=365)


class Body(Struct, frozen=True):
    """A body that concludes; without members it is a unit that needs no meeting.

    `levels` are those whose documents it reviews; empty: all of its institution.
    """

    ref: str
    kind: str
    members: tuple[str, ...]
    officer: Person
    levels: tuple[str, ...] = ()


class House(Struct, frozen=True):
    """Offices, bodies, and where and by whom documents are prepared.

    `discipline` and `specialty` are the codes that its documents carry.
    """

    institution: Institution
    head: Person
    deputy: Person
    teacher: Person
    author_unit: str
    bodies: tuple[Body, ...]
    discipline: str | None = None
    specialty: str | None = None

    def reviewing(self, kinds: tuple[str, ...], level: str) -> Iterator[Body]:
        """The bodies of these kinds that review at a level."""
        for body in self.bodies:
            if body.kind in kinds and (not body.levels or level in body.levels):
                yield body

    def office(self, role: str) -> Person:
        return {"HEAD": self.head, "DEPUTY_HEAD_EM": self.deputy}[role]


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
        distinct_from_pedagogical_council=institution.kind == "SCHOOL",
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
    kind = "ORG_COUNCIL" if key == "org" else "UNIT_COUNCIL"
    return Body(established.stream, kind, members, secretary)
