"""What is refused of history from before the register, and how it is provoked."""

from datetime import date

from tests.domain.given import (
    BOLAT,
    ERLAN,
    GULNARA,
    MONDAY_DATE,
    ROZA,
    House,
    a_staffed_university,
    a_university,
    appoint,
)
from tests.domain.history import (
    OLD_ACT,
    confirm,
    old_council,
    old_document,
    proposal,
    propose_document,
)
from tests.domain.provoking import Attempt, Provocation, tried


def proposed(house: House, what: str, **fields: object) -> Attempt:
    of_it = {**proposal(house), "act": OLD_ACT, **fields}
    return tried(house, house.head, f"carry-over.propose-{what}", **of_it)


def proposed_twice() -> Attempt:
    house = a_university()
    propose_document(house)
    return proposed(house, "document", document=old_document(house, "another"))


def confirmed_twice() -> Attempt:
    house = a_university()
    of_it = propose_document(house)
    confirm(house, of_it)
    return tried(house, house.registrar, "carry-over.confirm", **of_it)


def confirmed_by_the_one_who_proposed() -> Attempt:
    """The registrar of the node happens to be the head as well."""
    house = a_staffed_university()
    leaves = {"person_id": house.head.person, "appointment": 1, "order_no": "1-к"}
    end = tried(
        house,
        house.registrar,
        "staff.end-appointment",
        bin=house.bin,
        valid_to=MONDAY_DATE,
        **leaves,
    )
    house.world.obey(end.hat, end.command)
    house.world.later(days=2)
    today = house.world.now.date()
    both = appoint(house, ROZA, "HEAD", by=house.registrar, valid_from=today)
    of_it = propose_document(house, by=both)
    return tried(house, house.registrar, "carry-over.confirm", **of_it)


def of_a_term_that_is_over() -> Attempt:
    house = a_staffed_university()
    council = old_council(house, "org", (BOLAT, GULNARA, ERLAN))
    over = {**council, "valid_from": date(2020, 9, 1)}
    older = {**OLD_ACT, "date": date(2020, 6, 30)}
    return proposed(house, "council", council=over, act=older)


OF_HISTORY: dict[str, Provocation] = {
    "CARRY-DATE": lambda: proposed(
        house := a_university(),
        "document",
        document=old_document(house),
        act={**OLD_ACT, "date": MONDAY_DATE},
    ),
    "CARRY-EXISTS": proposed_twice,
    "CARRY-UNKNOWN": lambda: tried(
        house := a_university(),
        house.registrar,
        "carry-over.confirm",
        **proposal(house),
    ),
    "CARRY-STATE": confirmed_twice,
    "CARRY-ONE-PERSON": confirmed_by_the_one_who_proposed,
    "CARRY-TERM": of_a_term_that_is_over,
}
