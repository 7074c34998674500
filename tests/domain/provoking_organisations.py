"""What organisations, the node and staff refuse, and how it is provoked."""

from datetime import timedelta

from domain.identifiers import Names
from tests.domain.given import (
    ALMATY,
    BOLAT,
    COLLEGE,
    FACULTY,
    FILE_HASH,
    GULNARA,
    METHODICAL_UNIT,
    METHODIST_INPUTS,
    MONDAY_DATE,
    NEW_YEAR,
    SYMBAT,
    UNIVERSITY,
    House,
    a_founded_university,
    a_university,
    appoint_acting,
    decide_acting,
    mandate,
)
from tests.domain.provoking import Attempt, Provocation, by_head, by_registrar, tried
from tests.domain.scenario import named


def registered(**changed: object) -> Attempt:
    fields: dict[str, object] = {
        "bin": COLLEGE,
        "names": Names(ru="Колледж"),
        "kind": "COLLEGE",
        "kato": ALMATY,
    }
    return by_registrar(
        a_founded_university(), "organisation.register", **{**fields, **changed}
    )


def decision(house: House, **changed: object) -> Attempt:
    fields: dict[str, object] = {
        "decision_id": named("decision"),
        "kind": "OTHER",
        "number": "1",
        "date": NEW_YEAR,
        "file_hash": FILE_HASH,
    }
    return by_head(
        house, "organisation.record-governing-decision", **{**fields, **changed}
    )


def number_set(house: House, decision_id: str, number: int = 2) -> Attempt:
    return by_head(
        house,
        "organisation.set-methodist-number",
        decision_id=decision_id,
        number=number,
    )


def decided_twice() -> Attempt:
    house = a_founded_university()
    return decision(house, decision_id=mandate(house, "org"), kind="OTHER")


def appointed(house: House, **changed: object) -> Attempt:
    fields: dict[str, object] = {
        "person_id": SYMBAT,
        "post": "TEACHER",
        "valid_from": NEW_YEAR,
        "order_no": "1-к",
    }
    return by_head(house, "staff.appoint", **{**fields, **changed})


def two_acting() -> Attempt:
    house = a_university()
    decision_id = decide_acting(house)
    first, last = MONDAY_DATE, MONDAY_DATE + timedelta(days=30)
    appoint_acting(house, BOLAT, "DEPUTY_HEAD_EM", decision_id, first, last)
    return by_head(
        house,
        "staff.appoint-acting",
        person_id=GULNARA,
        post="DEPUTY_HEAD_EM",
        decision_id=decision_id,
        valid_from=first,
        valid_to=last,
    )


def ended(appointment: int) -> Attempt:
    return by_head(
        a_university(),
        "staff.end-appointment",
        person_id=BOLAT,
        appointment=appointment,
        valid_to=MONDAY_DATE,
        order_no="2-к",
    )


OF_ORGANISATIONS: dict[str, Provocation] = {
    "ORG-EXISTS": lambda: registered(bin=UNIVERSITY),
    "ORG-UNKNOWN": lambda: by_registrar(
        a_founded_university(), "organisation.activate", bin=COLLEGE
    ),
    "ORG-STATE": lambda: by_registrar(a_university(), "organisation.activate"),
    "ORG-BIN": lambda: registered(bin="940140000386"),
    "ORG-KIND": lambda: registered(kind="LABORATORY"),
    "ORG-KATO": lambda: registered(kato="991310000"),
    "ORG-DECISION-KIND": lambda: decision(a_university(), kind="WISH"),
    "ORG-DECISION-EXISTS": decided_twice,
    "ORG-DECISION-SPENT": lambda: number_set(
        a_university(), named("headcount" + UNIVERSITY)
    ),
    "ORG-INPUTS": lambda: decision(a_university(), inputs=METHODIST_INPUTS),
    "ORG-NO-DECISION": lambda: number_set(a_university(), named("no decision")),
    "NODE-ROLE": lambda: tried(
        house := a_founded_university(),
        house.registrar,
        "node.grant-operator",
        node="local",
        person_id=SYMBAT,
        role="KING",
    ),
    "NODE-NO-GRANT": lambda: tried(
        house := a_founded_university(),
        house.registrar,
        "node.revoke-operator",
        node="local",
        grant=7,
    ),
    "STAFF-POST": lambda: appointed(a_university(), post="POET"),
    "STAFF-DATES": lambda: appointed(
        a_university(), valid_to=NEW_YEAR - timedelta(days=1)
    ),
    "STAFF-OVERLAP": lambda: appointed(
        a_university(), person_id=BOLAT, unit_id=FACULTY
    ),
    "STAFF-HEAD-TAKEN": lambda: appointed(a_university(), post="HEAD"),
    "STAFF-NO-APPOINTMENT": lambda: ended(7),
    "R12-HEADCOUNT": lambda: appointed(
        a_university(), post="METHODIST", unit_id=METHODICAL_UNIT
    ),
    "R3-METHODIST": lambda: appointed(a_university(), post="METHODIST"),
    "STAFF-ACTING-TAKEN": two_acting,
    "ORG-CHARTER": lambda: by_head(
        a_university(),
        "organisation.record-charter",
        number="1",
        date=NEW_YEAR,
        file_hash=FILE_HASH,
        clauses={"route_profile": "order583-latin"},
    ),
    "ORG-UNCHANGED": lambda: by_registrar(
        a_university(),
        "organisation.move",
        kato=ALMATY,
        act_no="1",
        valid_from=MONDAY_DATE,
    ),
    "R14-DEPUTY": lambda: by_head(
        a_university(), "organisation.assign-direct-leadership", person_id=BOLAT
    ),
}
