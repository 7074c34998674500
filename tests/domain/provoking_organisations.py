"""What organisations, the node and staff refuse, and how it is provoked."""

from datetime import timedelta

from domain.identifiers import Names
from tests.domain.given import (
    ALMATY,
    BOLAT,
    COLLEGE,
    FACULTY,
    FILE_HASH,
    METHODIST_INPUTS,
    MONDAY_DATE,
    NEW_YEAR,
    SYMBAT,
    UNIVERSITY,
    House,
    a_founded_university,
    a_university,
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
    "R12-HEADCOUNT": lambda: appointed(a_university(), post="METHODIST"),
    "R14-DEPUTY": lambda: by_head(
        a_university(), "organisation.assign-direct-leadership", person_id=BOLAT
    ),
}
