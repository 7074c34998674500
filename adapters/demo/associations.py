"""Teachers who unite: of one school in an association, of two colleges jointly."""

from adapters.demo.house import Body, House, appoint, election
from adapters.demo.institutions import Institution
from adapters.demo.teller import Person, Teller

WELDING = "07150200"
FORM_JOINT = "review-body.form-joint"


def school_association(
    teller: Teller,
    institution: Institution,
    head: Person,
    staff: list[Person],
    discipline: str,
) -> Body:
    """Two teachers of a subject are too few; three make an association and elect."""
    one = {"bin": institution.bin, "association_id": "mo-1"}
    teller.give(
        head,
        "association.initiate",
        **one,
        kind="SCHOOL_MO",
        level="SECONDARY",
        category="GENERAL_SUBJECT",
        discipline_code=discipline,
        names={
            "ru": "Методическое объединение учителей математики",
            "kk": "Математика мұғалімдерінің әдістемелік бірлестігі",
        },
    )
    for count, teacher in enumerate(staff[:3], start=1):
        teller.give(teacher, "association.apply", **one)
        teller.give(head, "association.accept-member", **one, person_id=teacher.id)
        if count == 2:
            teller.give_in_vain(
                "R26-MIN-TEACHERS", head, "association.establish", **one
            )
    established = teller.give(head, "association.establish", **one)
    leader = staff[1]
    elected = teller.give(
        head,
        "association.elect-leader",
        **one,
        person_id=leader.id,
        election=election(3),
    )
    teller.give(head, "association.activate", **one)
    members = tuple(teacher.id for teacher in staff[:3])
    officer = Person(leader.id, institution.bin, "").seated(elected)
    return Body(established.stream, "ASSOCIATION_MO", members, officer)


def joint_commission(teller: Teller, host: House, guest: House) -> tuple[House, House]:
    """Colleges with two welders each unite them, as rule 16 asks of their heads.

    Returned are both houses, as they prepare documents of that specialty.
    """
    own = welders(teller, host)
    theirs = welders(teller, guest)
    members = tuple(person.id for person in (*own, *theirs))
    names = {
        "ru": "Совместная комиссия сварочного производства",
        "kk": "Дәнекерлеу өндірісінің бірлескен комиссиясы",
    }
    formed = {"body_id": "welding", "levels": ["TVE"], "specialty_codes": [WELDING]}
    teller.give_in_vain(
        "R16-MIN-TEACHERS",
        guest.head,
        "review-body.form-commission",
        bin=guest.institution.bin,
        names=names,
        members=members[2:],
        unit_id=guest.author_unit,
        **formed,
    )
    body = {"bin": host.institution.bin, "body_id": "welding"}
    part = {**body, "bin": guest.institution.bin, "host": host.institution.bin}
    teller.give(
        host.head,
        "review-body.propose-joint",
        **{**formed, **body},
        names=names,
        members=members[:2],
        organisations=[guest.institution.bin],
    )
    teller.give_in_vain("R16-JOINT-SCOPE", host.head, FORM_JOINT, **body)
    teller.give(guest.head, "participation.consent", **part, members=members[2:])
    stream = teller.give(host.head, FORM_JOINT, **body).stream
    chair = theirs[0]
    elected = teller.give(
        host.head,
        "review-body.elect-chair",
        **body,
        person_id=chair.id,
        experience_years=21,
        election=election(len(members)),
    )
    officer = Person(chair.id, chair.organisation, "").seated(elected)
    joint = Body(stream, "JOINT_COMMISSION", members, officer, ("TVE",))
    return preparing(host, joint), preparing(guest, joint)


def welders(teller: Teller, house: House) -> list[Person]:
    unit, codes = house.author_unit, (WELDING,)
    return [
        appoint(teller, house.head, house.institution, post, unit, codes)
        for post in ("TEACHER", "MASTER")
    ]


def preparing(house: House, joint: Body) -> House:
    """The house where it prepares documents of welding: the joint body comes first."""
    return House(
        house.institution,
        house.head,
        house.deputy,
        house.teacher,
        house.author_unit,
        (joint, *house.bodies),
        specialty=WELDING,
    )
