"""What schools' associations and joint commissions refuse, and how it is provoked."""

from datetime import date

from tests.domain.given import (
    COLLEGE,
    JOINT,
    MADI,
    NEIGHBOUR,
    NEIGHBOURS_PART,
    OLGA,
    WELDING,
    House,
    a_college,
    elected,
    neighbours,
    propose_joint,
    unite,
)
from tests.domain.provoking import Attempt, Provocation, tried
from tests.domain.scenario import named
from tests.domain.schools import (
    ASKAR,
    DINARA,
    ILYAS,
    KAMILA,
    MO,
    a_school,
    a_school_with_an_established_mo,
    a_staffed_school,
    initiate,
    initiation,
    join,
    named_mo,
)


def initiated(house: House | None = None, **changed: object) -> Attempt:
    house = house or a_staffed_school()
    fields = initiation(house, **changed)
    return tried(house, house.head, "association.initiate", **fields)


def of_the_mo(house: House, tag: str, **fields: object) -> Attempt:
    of_it = {**named_mo(house), **fields}
    return tried(house, house.head, f"association.{tag}", **of_it)


def begun(*members: str) -> House:
    """An association that its first teachers have joined."""
    house = a_staffed_school()
    initiate(house)
    join(house, *[one for one in (ASKAR, DINARA, KAMILA) if one in members])
    return house


def applied(house: House, who: str, times: int = 1) -> Attempt:
    teacher = next(t for t in (ASKAR, DINARA, KAMILA, ILYAS) if t == who)
    hat = house.teacher(teacher)
    attempt = tried(house, hat, "association.apply", **named_mo(house))
    for _ in range(1, times):
        house.world.obey(attempt.hat, attempt.command)
    return tried(house, hat, "association.apply", **named_mo(house))


def by_one_who_teaches_nothing_of_it() -> Attempt:
    house = begun()
    return tried(house, house.deputy, "association.apply", **named_mo(house))


def elected_without_an_election() -> Attempt:
    house = a_school_with_an_established_mo()
    return of_the_mo(house, "elect-leader", person_id=DINARA)


def elected_for_two_years() -> Attempt:
    house = a_school_with_an_established_mo()
    return of_the_mo(
        house,
        "elect-leader",
        person_id=DINARA,
        election=elected(house, voters=3, votes_for=2),
        term_end=date(2028, 1, 1),
    )


def appointed_by_the_deputy() -> Attempt:
    house = a_school_with_an_established_mo()
    fields = {**named_mo(house), "person_id": DINARA, "order_no": "1"}
    return tried(house, house.deputy, "association.appoint-leader", **fields)


def led_after_the_term() -> Attempt:
    house = a_school()
    leader = house.officer(MO)
    house.world.later(days=400)
    return tried(
        house,
        leader,
        "meeting.plan",
        meeting_id=named("a late meeting"),
        body=MO,
        planned_for=house.world.now.date(),
    )


def asked_again() -> Attempt:
    host, _ = neighbours()
    propose_joint(host, (OLGA,))
    again = {**JOINT, "organisation": NEIGHBOUR}
    return tried(host, host.head, "review-body.ask-organisation", **again)


def consented(house: House) -> Attempt:
    part = {**NEIGHBOURS_PART, "members": [MADI]}
    return tried(house, house.head, "participation.consent", **part)


def consented_twice() -> Attempt:
    host, house = neighbours()
    unite(host, house)
    return consented(house)


def united_with_itself() -> Attempt:
    house = a_college()
    return tried(
        house,
        house.head,
        "review-body.propose-joint",
        **JOINT,
        names={"ru": "Совместная комиссия"},
        levels=["TVE"],
        members=[OLGA],
        organisations=[COLLEGE],
        discipline_codes=[WELDING],
    )


OF_ASSOCIATIONS: dict[str, Provocation] = {
    "ASSOC-EXISTS": lambda: initiated(begun()),
    "ASSOC-UNKNOWN": lambda: of_the_mo(a_staffed_school(), "establish"),
    "ASSOC-STATE": lambda: of_the_mo(a_school(), "establish"),
    "ASSOC-KIND": lambda: initiated(kind="CLUB"),
    "ASSOC-SUBJECT": lambda: initiated(discipline_code=None),
    "ASSOC-APPLIED": lambda: applied(begun(), ILYAS, times=2),
    "ASSOC-MEMBER": by_one_who_teaches_nothing_of_it,
    "ASSOC-ELECTION": elected_without_an_election,
    "ASSOC-DISSOLUTION": lambda: of_the_mo(a_school(), "dissolve"),
    "R24-CONSENT": lambda: of_the_mo(begun(), "accept-member", person_id=ILYAS),
    "R25-CATEGORY": lambda: initiated(category="POETS"),
    "R26-MIN-TEACHERS": lambda: of_the_mo(begun(ASKAR, DINARA), "establish"),
    "R30-APPOINTER": appointed_by_the_deputy,
    "R30-ELIGIBLE": lambda: of_the_mo(
        a_school_with_an_established_mo(),
        "appoint-leader",
        person_id=ILYAS,
        order_no="1",
    ),
    "R30-TERM": elected_for_two_years,
    "R30-EXPIRED": led_after_the_term,
    "R16-JOINT-SCOPE": united_with_itself,
    "PARTICIPATION-ASKED": asked_again,
    "PARTICIPATION-UNKNOWN": lambda: consented(neighbours()[1]),
    "PARTICIPATION-STATE": consented_twice,
}
