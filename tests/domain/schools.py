"""A school with its teachers of algebra, from no association to one that reviews."""

from datetime import date
from functools import cache

import msgspec

from domain.association_commands import (
    AcceptMember,
    ActivateAssociation,
    ApplyForMembership,
    ElectLeader,
    EstablishAssociation,
    InitiateAssociation,
)
from domain.association_state import Association, reference
from domain.identifiers import Bin, Names, PersonId, Stream
from domain.staff import EndAppointment
from domain.surroundings import BodyFacts
from tests.domain.given import (
    AMINA,
    SCHOOL,
    TIMUR,
    House,
    anew,
    appoint,
    elected,
    found,
    seat_council,
)
from tests.domain.scenario import World, named, person

ALGEBRA = "algebra"
MO = Stream(f"association/{SCHOOL}.{ALGEBRA}")
SCHOOL_COUNCIL = Stream(f"council/{SCHOOL}.org")
ASKAR = person("Askar, teacher of algebra")
DINARA = person("Dinara, teacher of algebra")
KAMILA = person("Kamila, teacher of algebra")
ILYAS = person("Ilyas, teacher of algebra")
ALGEBRAISTS = (ASKAR, DINARA, KAMILA, ILYAS)


def named_mo(house: House, token: str = ALGEBRA) -> dict[str, object]:
    """What every command of an association of the house names."""
    return {"bin": house.bin, "association_id": token}


def mo_of(house: House, token: str = ALGEBRA) -> Association:
    state = house.world.state(reference(house.bin, token))
    assert isinstance(state, Association)
    return state


def initiation(house: House, **fields: object) -> dict[str, object]:
    body: dict[str, object] = {
        **named_mo(house),
        "kind": "SCHOOL_MO",
        "level": "SECONDARY",
        "category": "GENERAL_SUBJECT",
        "discipline_code": ALGEBRA,
        "names": Names(ru="МО учителей алгебры", kk="Алгебра мұғалімдерінің ӘБ"),
    }
    return {**body, **fields}


def initiate(house: House, **fields: object) -> None:
    house.world.give(house.head, InitiateAssociation, **initiation(house, **fields))


def join(house: House, *members: PersonId, token: str = ALGEBRA) -> None:
    """Each applies, and is accepted by the deputy."""
    mo = named_mo(house, token)
    for member in members:
        house.world.give(house.teacher(member), ApplyForMembership, **mo)
        house.world.give(house.deputy, AcceptMember, **mo, person_id=member)


def elect_leader(
    house: House, who: PersonId, token: str = ALGEBRA, /, **fields: object
) -> None:
    election = elected(house, voters=3, votes_for=2)
    given = {"election": election, **fields}
    mo = named_mo(house, token)
    house.world.give(house.deputy, ElectLeader, **mo, person_id=who, **given)


def establish_mo(house: House, *members: PersonId) -> None:
    initiate(house)
    join(house, *members)
    house.world.give(house.head, EstablishAssociation, **named_mo(house))


def found_school(world: World, bin_number: Bin = SCHOOL) -> House:
    return found(world, bin_number, "SCHOOL", ("SECONDARY",), AMINA, TIMUR, "adm")


def staff_school(house: House) -> House:
    for teacher in ALGEBRAISTS:
        appoint(house, teacher, "TEACHER", ALGEBRA)
    return house


def lead_mo(house: House) -> House:
    """Three of the four teachers make an association, and one of them leads it."""
    establish_mo(house, ASKAR, DINARA, KAMILA)
    elect_leader(house, DINARA)
    house.world.give(house.head, ActivateAssociation, **named_mo(house))
    return house


@cache
def _staffed_school() -> House:
    return staff_school(found_school(World()))


@cache
def _established_mo() -> House:
    house = a_staffed_school()
    establish_mo(house, ASKAR, DINARA, KAMILA)
    return house


@cache
def _school() -> House:
    house = lead_mo(a_staffed_school())
    council = seat_council(house, "org", (TIMUR, ASKAR, ILYAS))
    return msgspec.structs.replace(house, bodies=(MO, council))


def a_staffed_school() -> House:
    return anew(_staffed_school())


def a_school_with_an_established_mo() -> House:
    return anew(_established_mo())


def a_school() -> House:
    """With an association of three, led, and a council of the school."""
    return anew(_school())


def resign(house: House, who: PersonId, last_day: date) -> None:
    """The teacher's first appointment in the school ends."""
    house.world.give(
        house.head,
        EndAppointment,
        bin=house.bin,
        person_id=who,
        appointment=1,
        valid_to=last_day,
        order_no="4-к",
    )


def body_of(house: House, mo: Stream = MO) -> BodyFacts:
    """The association among the bodies that review, as it is now."""
    return house.world.body(mo)


def in_office(house: House) -> set[PersonId]:
    return set(body_of(house).members)


def a_meeting() -> dict[str, object]:
    """A meeting that the leader may plan while in term."""
    return {"meeting_id": named("meeting"), "body": MO, "planned_for": "2027-02-01"}
