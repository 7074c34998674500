"""A university, a college and a school in one world, each with what it can review."""

from functools import cache

import msgspec

from tests.domain.given import (
    AMINA,
    SCHOOL,
    TIMUR,
    House,
    a_university_and_a_college,
    anew,
    appoint,
    found,
    seat_council,
)
from tests.domain.scenario import World, person

ALGEBRA = "algebra"
DINA = person("Dina, teacher of algebra")
KARIM = person("Karim, teacher of algebra")
LYAZZAT = person("Lyazzat, teacher of algebra")

Houses = tuple[House, House, House]


@cache
def _three() -> Houses:
    university, college = a_university_and_a_college()
    levels = ("SECONDARY",)
    school = found(university.world, SCHOOL, "SCHOOL", levels, AMINA, TIMUR, "adm")
    for teacher in (DINA, KARIM, LYAZZAT):
        appoint(school, teacher, "TEACHER", ALGEBRA, unit="adm")
    council = seat_council(school, "org", (TIMUR, DINA, KARIM))
    school = msgspec.structs.replace(school, bodies=(council,))
    return university, college, school


def in_world(world: World) -> Houses:
    """The three houses in another world, which has the same past."""
    university, college, school = _three()
    return anew(university, world), anew(college, world), anew(school, world)


def their_past() -> World:
    """A world of its own in which the three have been founded, staffed and seated."""
    return _three()[0].world.copy()
