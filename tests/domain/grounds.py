"""At each level an organisation with every body that a document could pass."""

from functools import cache

import msgspec
from msgspec import Struct

from domain.identifiers import Names, Stream
from domain.messages import COMMANDS
from tests.domain.given import (
    AIGERIM,
    DAULET,
    EM_UNIT,
    FACULTY,
    KAIRAT,
    LAW,
    LAWYERS,
    METHODICAL_UNIT,
    NEIGHBOUR,
    SAULE,
    SYMBAT,
    UNIVERSITY,
    House,
    appoint,
    appoint_department_head,
    elect_chair,
    form_commission,
    form_department,
    found,
    found_neighbour,
    open_unit,
    seat_council,
    set_methodists,
)
from tests.domain.reviewing import Sitting, convene
from tests.domain.scenario import Hat, World, staff_hat
from tests.domain.schools import elect_leader, initiate, join, named_mo

INSTITUTE = "institute"
KIND_OF_LEVEL = {
    "SECONDARY": ("SCHOOL", ("SECONDARY",)),
    "TVE": ("COLLEGE", ("TVE",)),
    "PSE": ("HIGHER_COLLEGE", ("TVE", "PSE")),
    "HE": ("UNIVERSITY", ("HE",)),
}
TEACHERS = LAWYERS
MO_HERE = Stream(f"association/{UNIVERSITY}.algebra")
"""Under the token that the stories of schools give to an association."""


class Body(Struct, frozen=True):
    """A body of the grounds: which, of what kind, and who speaks for it."""

    ref: Stream
    kind: str
    officer: Hat


class Grounds(Struct, frozen=True):
    """The house with all its bodies; `stranger` is the head of another house."""

    house: House
    bodies: tuple[Body, ...]
    stranger: Hat

    def only(self, bodies: tuple[Body, ...]) -> "Grounds":
        """The same with these bodies alone, in a world of its own without a log."""
        world = self.house.world.copy()
        world.log, world.accepted = [], []
        kept = {body.ref for body in bodies}
        for kind in ("council", "review-body", "unit", "association"):
            streams = world.owned(self.house.bin, kind)
            gone = {body.ref for body in self.bodies} - kept
            world.suppose_owned(
                self.house.bin, kind, [one for one in streams if one not in gone]
            )
        house = msgspec.structs.replace(self.house, world=world)
        return Grounds(house, bodies, self.stranger)


def grounds(level: str) -> Grounds:
    return _grounds(level)


@cache
def _grounds(level: str) -> Grounds:
    kind, levels = KIND_OF_LEVEL[level]
    world = World()
    neighbour = found_neighbour(world)
    appoint(neighbour, SYMBAT, "TEACHER", LAW)
    house = found(world, UNIVERSITY, kind, levels, AIGERIM, DAULET, FACULTY)
    staff(house)
    house = msgspec.structs.replace(house, level=level)
    councils = [
        seat_council(house, key, TEACHERS[:3]) for key in (FACULTY, INSTITUTE, "org")
    ]
    bodies = [
        *teaching_bodies(house),
        *(Body(one, kind_of(world, one), house.officer(one)) for one in councils),
        Body(EM_UNIT, "EM_UNIT", house.methodist()),
    ]
    world.later(days=1)
    return Grounds(house, tuple(bodies), neighbour.head)


def staff(house: House) -> None:
    """A faculty in an institute with its teachers, a methodical unit, a methodist."""
    open_unit(house, INSTITUTE, "INSTITUTE")
    open_unit(house, FACULTY, "FACULTY", parent=INSTITUTE)
    open_unit(house, METHODICAL_UNIT, "EM_UNIT")
    for teacher in TEACHERS:
        appoint(house, teacher, "TEACHER", LAW, unit=FACULTY)
    set_methodists(house, 1)
    appoint(house, SAULE, "METHODIST", unit=METHODICAL_UNIT)


def kind_of(world: World, ref: Stream) -> str:
    return str(getattr(world.state(ref), "kind", ""))


def teaching_bodies(house: House) -> list[Body]:
    """What discusses a document first: commission, department, association, joint."""
    if house.level == "SECONDARY":
        return [Body(an_association(house), "ASSOCIATION_MO", house.officer(MO_HERE))]
    if house.level == "TVE":
        own = form_commission(
            house, "law", TEACHERS, discipline_codes=[LAW], unit_id=FACULTY
        )
        elect_chair(house, "law", TEACHERS[0])
    else:
        own = form_department(house, "law", TEACHERS, levels=[house.level])
        appoint_department_head(house, "law", TEACHERS[0])
    kind = "COMMISSION" if house.level == "TVE" else "DEPARTMENT"
    first = Body(own, kind, house.officer(own))
    if house.level == "HE":
        return [first]
    together = a_joint_commission(house)
    return [first, Body(together, "JOINT_COMMISSION", house.officer(together))]


def an_association(house: House) -> Stream:
    """Of the teachers of the discipline, who elect one of them to lead it."""
    initiate(house, discipline_code=LAW)
    join(house, *TEACHERS)
    house.world.give(house.head, COMMANDS["association.establish"], **named_mo(house))
    elect_leader(house, TEACHERS[0])
    house.world.give(house.head, COMMANDS["association.activate"], **named_mo(house))
    return MO_HERE


def a_joint_commission(house: House) -> Stream:
    """Of the teachers of this house and one of its neighbour's."""
    give, part = house.world.give, {"body_id": "joint"}
    give(
        house.head,
        COMMANDS["review-body.propose-joint"],
        bin=house.bin,
        **part,
        names=Names(ru="Совместная комиссия"),
        levels=[house.level],
        members=TEACHERS,
        organisations=[NEIGHBOUR],
        discipline_codes=[LAW],
    )
    give(
        staff_hat(NEIGHBOUR, KAIRAT),
        COMMANDS["participation.consent"],
        bin=NEIGHBOUR,
        host=house.bin,
        **part,
        members=[SYMBAT],
    )
    give(house.head, COMMANDS["review-body.form-joint"], bin=house.bin, **part)
    elect_chair(house, "joint", TEACHERS[0])
    return Stream(f"review-body/{house.bin}.joint")


def a_sitting(house: House, body: Body, document: str, said: str) -> Sitting:
    """A real meeting of the body that concludes this on the document as it is now."""
    sitting = convene(house, body.ref)
    sitting.place(document, "RETURN" if said == "RETURN" else "POSITIVE")
    sitting.open(*TEACHERS[:3])
    sitting.vote(1, 0 if said == "NEGATIVE" else 3)
    sitting.close()
    return sitting
