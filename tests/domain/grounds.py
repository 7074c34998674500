"""At each level an organisation with every body that a document could pass."""

from functools import cache

import msgspec
from msgspec import Struct

from domain.association_commands import ActivateAssociation, EstablishAssociation
from domain.association_state import reference
from domain.identifiers import Stream
from domain.participation_commands import ConsentToParticipation
from domain.review_body_commands import FormJointCommission
from tests.domain.given import (
    AIDA,
    AIGERIM,
    DAULET,
    DINA,
    EM_UNIT,
    FACULTY,
    KAIRAT,
    LAW,
    LAWYERS,
    MADI,
    METHODICAL_UNIT,
    NEIGHBOUR,
    SAULE,
    UNIVERSITY,
    House,
    appoint,
    appoint_department_head,
    elect_chair,
    form_commission,
    form_department,
    found,
    found_college,
    open_unit,
    propose_joint,
    seat_council,
    set_methodists,
)
from tests.domain.reviewing import Sitting, convene
from tests.domain.scenario import Hat, World
from tests.domain.schools import elect_leader, initiate, join, named_mo

INSTITUTE = "institute"
LAW_MO = "law-mo"
KIND_OF_LEVEL = {
    "SECONDARY": ("SCHOOL", ("SECONDARY",)),
    "TVE": ("COLLEGE", ("TVE",)),
    "PSE": ("HIGHER_COLLEGE", ("TVE", "PSE")),
    "HE": ("UNIVERSITY", ("HE",)),
}
TEACHERS = LAWYERS


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
        for kind in ("association", "council", "review-body", "unit"):
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
    stranger = found_college(world).head
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
    return Grounds(house, tuple(bodies), stranger)


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
    if house.level in ("HE", "PSE"):
        formed = form_department(house, "law", TEACHERS, levels=[house.level])
        appoint_department_head(house, "law", TEACHERS[0])
        return [
            body_under(house, formed, "DEPARTMENT"),
            *([joint(house)] if house.level == "PSE" else []),
        ]
    if house.level == "TVE":
        formed = form_commission(
            house, "law", TEACHERS, discipline_codes=[LAW], unit_id=FACULTY
        )
        elect_chair(house, "law", TEACHERS[0])
        return [body_under(house, formed, "COMMISSION"), joint(house)]
    return [association(house)]


def body_under(house: House, ref: Stream, kind: str) -> Body:
    return Body(ref, kind, house.officer(ref))


def joint(house: House) -> Body:
    """Lawyers of the house and of a higher college that has too few of its own."""
    levels = ("PSE", "TVE")
    kind, head, deputy = "HIGHER_COLLEGE", KAIRAT, AIDA
    neighbour = found(house.world, NEIGHBOUR, kind, levels, head, deputy, "adm")
    for lawyer in (MADI, DINA):
        appoint(neighbour, lawyer, "TEACHER", LAW)
    one = {"bin": house.bin, "body_id": "joint"}
    asked = {**one, "bin": NEIGHBOUR, "host": house.bin}
    codes = {"levels": [house.level], "discipline_codes": [LAW]}
    propose_joint(house, TEACHERS[:1], **one, **codes)
    give = house.world.give
    give(neighbour.head, ConsentToParticipation, **asked, members=(MADI, DINA))
    give(house.head, FormJointCommission, **one)
    elect_chair(house, "joint", TEACHERS[0])
    ref = Stream(f"review-body/{house.bin}.joint")
    return body_under(house, ref, "JOINT_COMMISSION")


def association(house: House) -> Body:
    """The school's teachers of law."""
    initiate(house, association_id=LAW_MO, discipline_code=LAW)
    join(house, *TEACHERS[:3], token=LAW_MO)
    give, named = house.world.give, named_mo(house, LAW_MO)
    give(house.head, EstablishAssociation, **named)
    elect_leader(house, TEACHERS[0], LAW_MO)
    give(house.head, ActivateAssociation, **named)
    return body_under(house, reference(house.bin, LAW_MO), "ASSOCIATION_MO")


def a_sitting(house: House, body: Body, document: str, said: str) -> Sitting:
    """A real meeting of the body that concludes this on the document as it is now."""
    sitting = convene(house, body.ref)
    sitting.place(document, "RETURN" if said == "RETURN" else "POSITIVE")
    sitting.open(*house.world.body(body.ref).members[:3])
    sitting.vote(1, 0 if said == "NEGATIVE" else 3)
    sitting.close()
    return sitting
