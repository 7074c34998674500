"""What is refused for who acts and when, and how it is provoked."""

from datetime import timedelta

from tests.domain.given import (
    BOLAT,
    DAULET,
    FACULTY,
    UNIVERSITY,
    a_university,
    a_university_and_a_college,
)
from tests.domain.provoking import Attempt, Provocation, tried
from tests.domain.provoking_bodies import created_unit
from tests.domain.provoking_documents import of_another_body, of_document
from tests.domain.reviewing import (
    draft,
)
from tests.domain.scenario import Hat


def of_somebody_else() -> Attempt:
    house = a_university()
    borrowed = Hat(BOLAT, UNIVERSITY, house.head.capacity)
    return tried(
        house,
        borrowed,
        "organisation.assign-direct-leadership",
        bin=UNIVERSITY,
        person_id=DAULET,
    )


def by_a_teacher() -> Attempt:
    house = a_university()
    return tried(
        house,
        house.teacher(BOLAT),
        "unit.close",
        bin=UNIVERSITY,
        unit_id=FACULTY,
        act_no="1",
    )


def by_another_head() -> Attempt:
    university, college = a_university_and_a_college()
    return tried(
        university,
        college.head,
        "unit.close",
        bin=UNIVERSITY,
        unit_id=FACULTY,
        act_no="1",
    )


def tomorrow() -> Attempt:
    house = a_university()
    when = house.world.now + timedelta(days=1)
    return created_unit(house, occurred_at=when)


def before_it_began() -> Attempt:
    house = a_university()
    document = draft(house)
    when = house.world.now - timedelta(minutes=2)
    return of_document(house, house.deputy, "submit", document, occurred_at=when)


def stale() -> Attempt:
    return created_unit(a_university(), expected_version=3)


OF_ACTORS: dict[str, Provocation] = {
    "ACTOR-CAPACITY": of_somebody_else,
    "ACTOR-ROLE": by_a_teacher,
    "ACTOR-SCOPE": by_another_head,
    "ACTOR-BODY": of_another_body,
    "CMD-STALE": stale,
    "CMD-FUTURE": tomorrow,
    "CMD-BEFORE": before_it_began,
}
