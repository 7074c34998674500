"""A university, a college and a school, from their registration to a working state."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

import msgspec
from msgspec import Struct

from domain.association_state import Association
from domain.council_commands import ConstituteCouncil, ElectMember, EstablishCouncil
from domain.council_state import Council, reference
from domain.identifiers import Bin, CapacityId, Names, PersonId, Stream
from domain.node import GrantOperator
from domain.organisation_commands import (
    ActivateOrganisation,
    DeclareLevels,
    RecordCharter,
    RecordGoverningDecision,
    RegisterOrganisation,
    SetMethodistNumber,
    SuspendOrganisation,
)
from domain.participation_commands import ConsentToParticipation
from domain.regulation.pack import RulePack
from domain.review_body_commands import (
    AppointDepartmentHead,
    ElectChair,
    FormCommission,
    FormDepartment,
    FormJointCommission,
    ProposeJointCommission,
)
from domain.review_body_state import Leader, ReviewBody
from domain.staff import AppointActing, AppointStaff, EndAppointment
from domain.unit import ActivateUnit, ApproveRegulation, CreateUnit
from tests.domain.scenario import (
    THE_NODE,
    Hat,
    World,
    named,
    person,
    staff_hat,
)

UNIVERSITY = Bin("940140000385")
COLLEGE = Bin("050440002267")
NEIGHBOUR = Bin("060540001185")
SCHOOL = Bin("990540000001")
LEADING_ROLES = ("CHAIR", "DEPARTMENT_HEAD", "LEADER")
ALMATY = "751310000"
ASTANA = "711210000"
NEW_YEAR = date(2026, 1, 1)
MONDAY_DATE = date(2026, 1, 12)
FILE_HASH = "5f" * 32
REGULATION = {
    "number": "2",
    "date": NEW_YEAR,
    "file_hash": FILE_HASH,
    "approver_role": "HEAD",
}
METHODIST_INPUTS = {
    "specialties": 12,
    "specialisations": 3,
    "learners": 2400,
    "teachers": 180,
}
LAW = "0421"
WELDING = "0715"

ROZA = person("Roza, registrar")
AIGERIM = person("Aigerim, head of the university")
DAULET = person("Daulet, deputy head of the university")
SAULE = person("Saule, methodist")
BOLAT = person("Bolat, teacher of law")
GULNARA = person("Gulnara, teacher of law")
ERLAN = person("Erlan, teacher of law")
ZHANNA = person("Zhanna, teacher of law")
LAWYERS = (BOLAT, GULNARA, ERLAN, ZHANNA)
MARAT = person("Marat, head of the college")
LEILA = person("Leila, deputy head of the college")
NURLAN = person("Nurlan, master of welding")
OLGA = person("Olga, teacher of welding")
PAVEL = person("Pavel, teacher of welding")
RUSTEM = person("Rustem, teacher of welding")
WELDERS = (NURLAN, OLGA, PAVEL, RUSTEM)
KAIRAT = person("Kairat, head of the higher college")
AIDA = person("Aida, deputy head of the higher college")
MADI = person("Madi, teacher of welding at the higher college")
DINA = person("Dina, master of welding at the higher college")
AMINA = person("Amina, head of the school")
TIMUR = person("Timur, deputy head of the school")
SYMBAT = person("Symbat, who works nowhere here")

FACULTY = "law"
METHODICAL_UNIT = "methods"
DEPARTMENT = Stream(f"review-body/{UNIVERSITY}.civil-law")
FACULTY_COUNCIL = Stream(f"council/{UNIVERSITY}.{FACULTY}")
UNIVERSITY_COUNCIL = Stream(f"council/{UNIVERSITY}.org")
EM_UNIT = Stream(f"unit/{UNIVERSITY}.{METHODICAL_UNIT}")
DIVISION = "mechanics"
COMMISSION = Stream(f"review-body/{COLLEGE}.welding")
JOINT_COMMISSION = Stream(f"review-body/{COLLEGE}.joint-welding")
JOINT = {"bin": COLLEGE, "body_id": "joint-welding"}
NEIGHBOURS_PART = {"bin": NEIGHBOUR, "host": COLLEGE, "body_id": "joint-welding"}
COLLEGE_COUNCIL = Stream(f"council/{COLLEGE}.org")


class House(Struct, frozen=True):
    """An organisation in its world, with the head and the deputy who run it."""

    world: World
    bin: Bin
    head: Hat
    deputy: Hat
    registrar: Hat
    level: str
    author_unit: str
    bodies: tuple[Stream, ...] = ()
    """The bodies that a study plan of the house passes, in this order."""

    def officer(self, body: Stream, role: str | None = None) -> Hat:
        """Who leads a body now, or holds the named seat of a council."""
        state = self.world.state(body)
        assert isinstance(state, Council | ReviewBody | Association)
        seats = state.seats if isinstance(state, Council) else state.leaders
        wanted = [
            (number, seat)
            for number, seat in seats.items()
            if seat.role in ((role,) if role else LEADING_ROLES)
        ]
        number, seat = wanted[-1]
        capacity = CapacityId(f"{body}#{number}")
        if isinstance(seat, Leader):
            return Hat(seat.member.person, seat.member.organisation, capacity)
        return Hat(seat.person, state.bin, capacity)

    def methodist(self) -> Hat:
        return staff_hat(self.bin, SAULE)

    def teacher(self, who: PersonId) -> Hat:
        return staff_hat(self.bin, who)


def found(
    world: World,
    bin_number: Bin,
    kind: str,
    levels: Sequence[str],
    head: PersonId,
    deputy: PersonId,
    author_unit: str,
) -> House:
    """Register an organisation, seat its head and deputy, let it act."""
    node = Stream("node/local")
    if world.version(node) == 0:
        world.give(
            THE_NODE, GrantOperator, node="local", person_id=ROZA, role="REGISTRAR"
        )
    registrar = Hat(ROZA, "node", CapacityId(f"{node}#1"))
    names = Names(ru=f"Организация {bin_number}", kk=f"Ұйым {bin_number}")
    world.give(
        registrar,
        RegisterOrganisation,
        bin=bin_number,
        names=names,
        kind=kind,
        kato=ALMATY,
    )
    world.give(registrar, DeclareLevels, bin=bin_number, levels=levels)
    world.give(registrar, ActivateOrganisation, bin=bin_number)
    house = House(
        world,
        bin_number,
        staff_hat(bin_number, head),
        staff_hat(bin_number, deputy),
        registrar,
        levels[-1],
        author_unit,
    )
    appoint(house, head, "HEAD", by=registrar)
    appoint(house, deputy, "DEPUTY_HEAD_EM")
    return house


def appoint(
    house: House,
    who: PersonId,
    post: str,
    *disciplines: str,
    by: Hat | None = None,
    unit: str | None = None,
    valid_from: date = NEW_YEAR,
    valid_to: date | None = None,
) -> Hat:
    house.world.give(
        by or house.head,
        AppointStaff,
        bin=house.bin,
        person_id=who,
        post=post,
        valid_from=valid_from,
        valid_to=valid_to,
        order_no="12-к",
        unit_id=unit,
        discipline_codes=disciplines,
    )
    number = house.world.version(Stream(f"staff/{house.bin}.{who}"))
    return staff_hat(house.bin, who, number)


def open_unit(
    house: House,
    unit_id: str,
    kind: str,
    parent: str | None = None,
    levels: Sequence[str] = (),
) -> Stream:
    """Create a unit, approve its regulation, activate it."""
    give, head, owner = house.world.give, house.head, house.bin
    names = Names(ru=f"Подразделение {unit_id}", kk=f"Бөлімше {unit_id}")
    give(
        head,
        CreateUnit,
        bin=owner,
        unit_id=unit_id,
        kind=kind,
        names=names,
        parent=parent,
        levels=levels,
    )
    give(
        head,
        ApproveRegulation,
        bin=owner,
        unit_id=unit_id,
        number="7",
        date=NEW_YEAR,
        file_hash=FILE_HASH,
    )
    give(head, ActivateUnit, bin=owner, unit_id=unit_id)
    return Stream(f"unit/{owner}.{unit_id}")


def record_charter(house: House, /, day: date = NEW_YEAR, **clauses: object) -> None:
    house.world.give(
        house.head,
        RecordCharter,
        bin=house.bin,
        number="1",
        date=day,
        file_hash=FILE_HASH,
        clauses=clauses,
    )


def set_methodists(
    house: House, number: int, decision: str = "headcount", day: date = NEW_YEAR
) -> None:
    """Record the council's decision on the number of methodists, and set it."""
    decision_id = named(decision + house.bin)
    house.world.give(
        house.head,
        RecordGoverningDecision,
        bin=house.bin,
        decision_id=decision_id,
        kind="METHODIST_NUMBER",
        number="3",
        date=day,
        file_hash=FILE_HASH,
        inputs=METHODIST_INPUTS,
    )
    house.world.give(
        house.head,
        SetMethodistNumber,
        bin=house.bin,
        decision_id=decision_id,
        number=number,
    )


def decide_acting(
    house: House, name: str = "acting", day: date = NEW_YEAR, by: Hat | None = None
) -> str:
    """Record the governing decision that somebody acts in an office (A27)."""
    decision_id = named(name + house.bin)
    house.world.give(
        by or house.head,
        RecordGoverningDecision,
        bin=house.bin,
        decision_id=decision_id,
        kind="ACTING_APPOINTMENT",
        number="5",
        date=day,
        file_hash=FILE_HASH,
    )
    return decision_id


def appoint_acting(
    house: House,
    who: PersonId,
    post: str,
    decision_id: str,
    valid_from: date,
    valid_to: date,
    by: Hat | None = None,
) -> Hat:
    house.world.give(
        by or house.head,
        AppointActing,
        bin=house.bin,
        person_id=who,
        post=post,
        decision_id=decision_id,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    number = house.world.version(Stream(f"staff/{house.bin}.{who}"))
    return staff_hat(house.bin, who, number)


def mandate(
    house: House,
    key: str,
    seats: tuple[int, int] = (3, 5),
    term_months: int | None = None,
    quorum: object = None,
    day: date | None = None,
) -> str:
    """Record a mandate of a methodical council (rule 14), decided today if not said."""
    decision_id = named(f"mandate of {key} of {house.bin} at {house.world.now}")
    house.world.give(
        house.head,
        RecordGoverningDecision,
        bin=house.bin,
        decision_id=decision_id,
        kind="COUNCIL_MANDATE",
        number="4",
        date=day or house.world.now.date(),
        file_hash=FILE_HASH,
        mandate={
            "council": key,
            "seats_min": seats[0],
            "seats_max": seats[1],
            "powers": ["REVIEW"],
            "term_months": term_months,
            "quorum": quorum,
        },
    )
    return decision_id


def establish(house: House, key: str, decision_id: str | None = None) -> Stream:
    house.world.give(
        house.head,
        EstablishCouncil,
        bin=house.bin,
        key=key,
        council_id=named(f"council {key} of {house.bin} at {house.world.now}"),
        title=Names(ru=f"Методический совет {key}", kk=f"Әдістемелік кеңес {key}"),
        mandate_decision_id=decision_id or mandate(house, key),
        distinct_from_pedagogical_council=house.level == "SECONDARY",
    )
    return reference(house.bin, key)


def elected(house: House, voters: int = 9, votes_for: int = 7) -> dict[str, object]:
    """An election of today."""
    today = house.world.now.date()
    return {"date": today, "voters": voters, "votes_for": votes_for}


def elect(house: House, key: str, *members: PersonId) -> None:
    for member in members:
        house.world.give(
            house.head,
            ElectMember,
            bin=house.bin,
            key=key,
            person_id=member,
            election=elected(house),
        )


def seat_council(
    house: House,
    key: str,
    members: Sequence[PersonId],
    decision_id: str | None = None,
) -> Stream:
    """Establish a council and elect it; the first two are chair and secretary."""
    council = establish(house, key, decision_id)
    elect(house, key, *members)
    house.world.give(
        house.head,
        ConstituteCouncil,
        bin=house.bin,
        key=key,
        chair=members[0],
        secretary=members[1],
    )
    return council


def form_department(
    house: House, body_id: str, members: Iterable[PersonId], /, **fields: object
) -> Stream:
    body: dict[str, object] = {
        "bin": house.bin,
        "body_id": body_id,
        "names": Names(ru=f"Кафедра {body_id}", kk=f"Кафедра {body_id}"),
        "levels": ["HE"],
        "members": tuple(members),
        "discipline_codes": [LAW],
        "unit_id": FACULTY,
        "regulation": REGULATION,
    }
    house.world.give(house.head, FormDepartment, **{**body, **fields})
    return Stream(f"review-body/{house.bin}.{body_id}")


def form_commission(
    house: House, body_id: str, members: Iterable[PersonId], /, **fields: object
) -> Stream:
    body: dict[str, object] = {
        "bin": house.bin,
        "body_id": body_id,
        "names": Names(ru=f"Комиссия {body_id}", kk=f"Комиссия {body_id}"),
        "levels": ["TVE"],
        "members": tuple(members),
        "discipline_codes": [WELDING],
    }
    house.world.give(house.head, FormCommission, **{**body, **fields})
    return Stream(f"review-body/{house.bin}.{body_id}")


def appoint_department_head(house: House, body_id: str, who: PersonId) -> None:
    house.world.give(
        house.head,
        AppointDepartmentHead,
        bin=house.bin,
        body_id=body_id,
        person_id=who,
        order_no="15-к",
    )


def elect_chair(house: House, body_id: str, who: PersonId, /, **fields: object) -> None:
    election = elected(house, voters=3, votes_for=2)
    given: dict[str, object] = {"experience_years": 18, "election": election, **fields}
    house.world.give(
        house.head, ElectChair, bin=house.bin, body_id=body_id, person_id=who, **given
    )


def found_university(world: World) -> House:
    levels = ("HE",)
    return found(world, UNIVERSITY, "UNIVERSITY", levels, AIGERIM, DAULET, FACULTY)


def found_college(world: World) -> House:
    return found(world, COLLEGE, "COLLEGE", ("TVE",), MARAT, LEILA, DIVISION)


def found_neighbour(world: World) -> House:
    """A higher college with a teacher and a master of welding, too few for a body."""
    levels = ("PSE", "TVE")
    house = found(world, NEIGHBOUR, "HIGHER_COLLEGE", levels, KAIRAT, AIDA, "adm")
    appoint(house, MADI, "TEACHER", WELDING)
    appoint(house, DINA, "MASTER", WELDING)
    return house


def propose_joint(
    host: House, members: Iterable[PersonId], /, **fields: object
) -> Stream:
    """The college asks the higher college to unite their welders."""
    body: dict[str, object] = {
        **JOINT,
        "names": Names(ru="Совместная комиссия сварки", kk="Бірлескен комиссия"),
        "levels": ["TVE"],
        "members": tuple(members),
        "organisations": [NEIGHBOUR],
        "discipline_codes": [WELDING],
    }
    host.world.give(host.head, ProposeJointCommission, **{**body, **fields})
    return JOINT_COMMISSION


def consent(house: House, *members: PersonId) -> None:
    house.world.give(
        house.head, ConsentToParticipation, **NEIGHBOURS_PART, members=members
    )


def unite(host: House, neighbour: House) -> Stream:
    """A joint commission of three, led by a master of the higher college."""
    propose_joint(host, (OLGA,))
    consent(neighbour, MADI, DINA)
    host.world.give(host.head, FormJointCommission, **JOINT)
    elect_chair(host, "joint-welding", DINA)
    return JOINT_COMMISSION


def staff_university(house: House) -> House:
    """A faculty of law with four teachers, and a methodical unit with its methodist."""
    open_unit(house, FACULTY, "FACULTY")
    open_unit(house, METHODICAL_UNIT, "EM_UNIT")
    for lawyer in LAWYERS:
        appoint(house, lawyer, "TEACHER", LAW, unit=FACULTY)
    set_methodists(house, 1)
    appoint(house, SAULE, "METHODIST", unit=METHODICAL_UNIT)
    return house


def seat_university(house: House) -> House:
    """A department with its head, a council of the faculty, one of the university."""
    department = form_department(house, "civil-law", LAWYERS)
    appoint_department_head(house, "civil-law", ERLAN)
    faculty = seat_council(house, FACULTY, (BOLAT, GULNARA, ERLAN))
    council = seat_council(house, "org", (DAULET, ZHANNA, BOLAT, GULNARA, ERLAN))
    bodies = (department, faculty, EM_UNIT, council)
    return msgspec.structs.replace(house, bodies=bodies)


def staff_college(house: House) -> House:
    """A division of mechanics with three teachers of welding and a master."""
    open_unit(house, DIVISION, "DIVISION")
    appoint(house, NURLAN, "MASTER", WELDING, unit=DIVISION)
    for welder in WELDERS[1:]:
        appoint(house, welder, "TEACHER", WELDING, unit=DIVISION)
    return house


def seat_college(house: House) -> House:
    """A commission of welding with its chair, and a council of the college."""
    commission = form_commission(house, "welding", WELDERS[:3])
    elect_chair(house, "welding", NURLAN)
    council = seat_council(house, "org", (LEILA, OLGA, PAVEL))
    return msgspec.structs.replace(house, bodies=(commission, council))


@cache
def _founded_university() -> House:
    return found_university(World())


@cache
def _staffed_university() -> House:
    return staff_university(a_founded_university())


@cache
def _university() -> House:
    return seat_university(a_staffed_university())


@cache
def _staffed_college() -> House:
    return staff_college(found_college(World()))


@cache
def _college() -> House:
    return seat_college(a_staffed_college())


@cache
def _both() -> tuple[House, House]:
    house = a_university()
    return house, seat_college(staff_college(found_college(house.world)))


@cache
def _neighbours() -> tuple[House, House]:
    house = a_staffed_college()
    return house, found_neighbour(house.world)


def anew(house: House, world: World | None = None) -> House:
    """The same house in a world of its own."""
    return msgspec.structs.replace(house, world=world or house.world.copy())


def a_founded_university() -> House:
    return anew(_founded_university())


def a_staffed_university() -> House:
    return anew(_staffed_university())


def a_university() -> House:
    return anew(_university())


def a_staffed_college() -> House:
    return anew(_staffed_college())


def a_college() -> House:
    return anew(_college())


def a_university_and_a_college() -> tuple[House, House]:
    """Both in one world."""
    university, college = _both()
    world = university.world.copy()
    return anew(university, world), anew(college, world)


def neighbours() -> tuple[House, House]:
    """A college and a higher college in one world, with welders but no commission."""
    host, neighbour = _neighbours()
    world = host.world.copy()
    return anew(host, world), anew(neighbour, world)


def a_founded_school() -> House:
    return found(World(), SCHOOL, "SCHOOL", ("SECONDARY",), AMINA, TIMUR, "adm")


def a_university_under(pack: RulePack) -> House:
    return seat_university(staff_university(found_university(World(pack))))


def a_staffed_college_under(pack: RulePack) -> House:
    return staff_college(found_college(World(pack)))


def a_joint_commission() -> tuple[House, House]:
    """OLGA of the college with MADI and DINA of the neighbour, who leads."""
    host, neighbour = neighbours()
    unite(host, neighbour)
    return host, neighbour


def suspend(house: House) -> None:
    act = {"bin": house.bin, "act_no": "3"}
    house.world.give(house.registrar, SuspendOrganisation, **act)


def leave(house: House, who: PersonId) -> None:
    """The last day of the appointment is today; the story goes on tomorrow."""
    one = {"bin": house.bin, "person_id": who, "appointment": 1}
    today = house.world.now.date()
    house.world.give(house.head, EndAppointment, **one, valid_to=today, order_no="1")
    house.world.later(days=1)
