"""Appointments as dated spells: one head at a time, as many methodists as were set."""

from datetime import date

import pytest

from domain.dates import Spell, local_day
from domain.identifiers import Stream
from domain.office import OfficeSeated, OfficeVacated
from domain.organisation_commands import (
    CloseOrganisation,
    DeclareLevels,
    SuspendOrganisation,
)
from domain.staff import AppointStaff, EndAppointment
from domain.staff_events import AppointmentEnded, StaffAppointed
from domain.unit import CloseUnit
from tests.domain.given import (
    AIGERIM,
    BOLAT,
    COLLEGE,
    FACULTY,
    GULNARA,
    METHODICAL_UNIT,
    MONDAY_DATE,
    NEW_YEAR,
    SAULE,
    UNIVERSITY,
    House,
    a_founded_university,
    appoint,
    open_unit,
    set_methodists,
)
from tests.domain.scenario import MONDAY, staff_hat

MARCH = date(2026, 3, 1)
END_OF_MARCH = date(2026, 3, 31)
APRIL = date(2026, 4, 1)
HEAD_OFFICE = Stream(f"office/{UNIVERSITY}.head")


def post(who: str, name: str, **fields: object) -> dict[str, object]:
    body: dict[str, object] = {
        "bin": UNIVERSITY,
        "person_id": who,
        "post": name,
        "valid_from": NEW_YEAR,
        "order_no": "12-к",
    }
    return {**body, **fields}


def end_of(who: str, number: int, last_day: date) -> dict[str, object]:
    body: dict[str, object] = {"bin": UNIVERSITY, "person_id": who, "order_no": "13-к"}
    return {**body, "appointment": number, "valid_to": last_day}


def test_the_head_also_sits_in_the_office() -> None:
    house = a_founded_university()
    assert house.world.events(HEAD_OFFICE) == [
        OfficeSeated(
            bin=UNIVERSITY,
            office="head",
            person_id=AIGERIM,
            appointment_id=house.head.capacity,
            spell=Spell(valid_from=NEW_YEAR),
        )
    ]


def test_an_organisation_has_one_head_at_a_time() -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "STAFF-HEAD-TAKEN", house.registrar, AppointStaff, **post(BOLAT, "HEAD")
    )
    assert refused == {"spells": [Spell(valid_from=NEW_YEAR)]}


def test_the_next_head_follows_the_day_after() -> None:
    house = a_founded_university()
    ended = house.world.give(
        house.registrar, EndAppointment, **end_of(AIGERIM, 1, END_OF_MARCH)
    )
    assert [type(event) for event in ended] == [AppointmentEnded, OfficeVacated]
    overlapping = post(BOLAT, "HEAD", valid_from=END_OF_MARCH)
    house.world.refuses("STAFF-HEAD-TAKEN", house.head, AppointStaff, **overlapping)
    house.world.give(house.head, AppointStaff, **post(BOLAT, "HEAD", valid_from=APRIL))
    house.world.later(days=90)
    levels = {"bin": UNIVERSITY, "levels": ["HE"]}
    house.world.give(staff_hat(UNIVERSITY, BOLAT), DeclareLevels, **levels)
    house.world.refuses("ACTOR-CAPACITY", house.head, DeclareLevels, **levels)


def test_the_same_person_does_not_hold_one_post_twice_at_once() -> None:
    house = a_founded_university()
    appoint(house, BOLAT, "TEACHER", valid_to=END_OF_MARCH)
    refused = house.world.refuses(
        "STAFF-OVERLAP",
        house.head,
        AppointStaff,
        **post(BOLAT, "TEACHER", valid_from=END_OF_MARCH),
    )
    assert refused["post"] == "TEACHER"
    appoint(house, BOLAT, "TEACHER", valid_from=APRIL)


def test_two_posts_and_two_units_may_overlap() -> None:
    house = a_founded_university()
    open_unit(house, FACULTY, "FACULTY")
    appoint(house, BOLAT, "TEACHER")
    appoint(house, BOLAT, "MASTER")
    appoint(house, BOLAT, "TEACHER", unit=FACULTY)


def test_an_unknown_post_is_refused_with_the_known_ones() -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "STAFF-POST", house.head, AppointStaff, **post(BOLAT, "JANITOR")
    )
    assert refused["post"] == "JANITOR" and "TEACHER" in refused["known"]


def test_an_appointment_does_not_end_before_it_begins() -> None:
    house = a_founded_university()
    house.world.refuses(
        "STAFF-DATES",
        house.head,
        AppointStaff,
        **post(BOLAT, "TEACHER", valid_from=APRIL, valid_to=MARCH),
    )


def test_nobody_is_appointed_to_a_unit_that_does_not_exist() -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "UNIT-UNKNOWN",
        house.head,
        AppointStaff,
        **post(BOLAT, "TEACHER", unit_id="physics"),
    )
    assert refused == {"unit_id": "physics"}


def test_nobody_is_appointed_to_a_unit_that_was_closed() -> None:
    house = a_founded_university()
    open_unit(house, FACULTY, "FACULTY")
    faculty = {"bin": UNIVERSITY, "unit_id": FACULTY}
    house.world.give(house.head, CloseUnit, **faculty, act_no="1")
    refused = house.world.refuses(
        "UNIT-UNKNOWN", house.head, AppointStaff, **post(BOLAT, "TEACHER", **faculty)
    )
    assert refused == {"unit_id": FACULTY}


def test_an_appointment_that_does_not_exist_cannot_end() -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "STAFF-NO-APPOINTMENT",
        house.head,
        EndAppointment,
        **end_of(AIGERIM, 7, END_OF_MARCH),
    )
    assert refused == {"appointment": 7}


def test_an_appointment_does_not_end_outside_its_spell() -> None:
    house = a_founded_university()
    appoint(house, BOLAT, "TEACHER", valid_from=MARCH, valid_to=END_OF_MARCH)
    for last_day in (date(2026, 2, 28), APRIL):
        house.world.refuses(
            "STAFF-NO-APPOINTMENT",
            house.head,
            EndAppointment,
            **end_of(BOLAT, 1, last_day),
        )


def test_an_appointment_ends_once() -> None:
    house = a_founded_university()
    appoint(house, BOLAT, "TEACHER")
    house.world.give(house.head, EndAppointment, **end_of(BOLAT, 1, END_OF_MARCH))
    house.world.refuses(
        "STAFF-NO-APPOINTMENT",
        house.head,
        EndAppointment,
        **end_of(BOLAT, 1, END_OF_MARCH),
    )


def methodist(who: str, **fields: object) -> dict[str, object]:
    return post(who, "METHODIST", unit_id=METHODICAL_UNIT, **fields)


def methodical(number: int | None) -> House:
    house = a_founded_university()
    open_unit(house, METHODICAL_UNIT, "EM_UNIT")
    if number is not None:
        set_methodists(house, number)
    return house


@pytest.mark.parametrize("number", [None, 0, 1])
def test_methodists_do_not_exceed_the_number_that_was_set(number: int | None) -> None:
    house = methodical(number)
    for who in (SAULE, BOLAT)[: number or 0]:
        appoint(house, who, "METHODIST", unit=METHODICAL_UNIT)
    refused = house.world.refuses(
        "R12-HEADCOUNT", house.head, AppointStaff, **methodist(GULNARA)
    )
    held = {"number": number or 0, "appointed": number or 0}
    assert refused == {**held, "day": NEW_YEAR}


def test_a_later_decision_makes_room_for_another_methodist() -> None:
    house = methodical(1)
    appoint(house, SAULE, "METHODIST", unit=METHODICAL_UNIT)
    set_methodists(house, 2, decision="a later headcount")
    appoint(house, GULNARA, "METHODIST", unit=METHODICAL_UNIT)


def test_a_seat_that_ended_is_free_for_the_next_methodist() -> None:
    house = methodical(1)
    appoint(house, SAULE, "METHODIST", unit=METHODICAL_UNIT, valid_to=END_OF_MARCH)
    appoint(house, GULNARA, "METHODIST", unit=METHODICAL_UNIT, valid_from=APRIL)


def test_methodists_who_follow_each_other_count_once() -> None:
    house = methodical(2)
    appoint(house, SAULE, "METHODIST", unit=METHODICAL_UNIT, valid_to=END_OF_MARCH)
    appoint(house, GULNARA, "METHODIST", unit=METHODICAL_UNIT, valid_from=APRIL)
    appoint(house, BOLAT, "METHODIST", unit=METHODICAL_UNIT)
    refused = house.world.refuses(
        "R12-HEADCOUNT", house.head, AppointStaff, **methodist(AIGERIM)
    )
    assert refused == {"number": 2, "appointed": 2, "day": NEW_YEAR}


def test_a_methodist_does_not_begin_before_the_decision_that_made_room() -> None:
    house = methodical(None)
    set_methodists(house, 1, day=MONDAY_DATE)
    refused = house.world.refuses(
        "R12-HEADCOUNT", house.head, AppointStaff, **methodist(SAULE)
    )
    assert refused == {"number": 0, "appointed": 0, "day": NEW_YEAR}
    from_monday = methodist(SAULE, valid_from=MONDAY_DATE)
    house.world.give(house.head, AppointStaff, **from_monday)


def test_on_each_day_of_a_spell_the_number_of_that_day_holds() -> None:
    house = methodical(2)
    house.world.later(days=60)
    appoint(house, SAULE, "METHODIST", unit=METHODICAL_UNIT)
    set_methodists(house, 1, decision="fewer", day=MARCH)
    refused = house.world.refuses(
        "R12-HEADCOUNT", house.head, AppointStaff, **methodist(GULNARA)
    )
    assert refused == {"number": 1, "appointed": 1, "day": MARCH}
    until_march = methodist(GULNARA, valid_to=date(2026, 2, 28))
    house.world.give(house.head, AppointStaff, **until_march)


def test_a_methodist_outside_a_methodical_unit_is_a_pedagogue_of_the_house() -> None:
    house = methodical(3)
    open_unit(house, FACULTY, "FACULTY")
    for unit_id in (None, FACULTY):
        refused = house.world.refuses(
            "R3-METHODIST",
            house.head,
            AppointStaff,
            **post(BOLAT, "METHODIST", unit_id=unit_id),
        )
        assert refused["person_id"] == BOLAT and "TEACHER" in refused["posts"]
    appoint(house, GULNARA, "SPECIALIST")
    by_trade = post(GULNARA, "METHODIST")
    house.world.refuses("R3-METHODIST", house.head, AppointStaff, **by_trade)
    appoint(house, BOLAT, "TEACHER", valid_to=MONDAY_DATE)
    appoint(house, BOLAT, "METHODIST", unit=FACULTY, valid_from=MARCH)


def test_a_pedagogical_post_of_later_makes_no_methodist_of_today() -> None:
    house = methodical(3)
    appoint(house, BOLAT, "TEACHER", valid_from=MARCH)
    today = post(BOLAT, "METHODIST")
    house.world.refuses("R3-METHODIST", house.head, AppointStaff, **today)


def test_people_leave_a_suspended_organisation_but_not_a_closed_one() -> None:
    house = a_founded_university()
    appoint(house, BOLAT, "TEACHER")
    appoint(house, GULNARA, "TEACHER")
    act = {"bin": UNIVERSITY, "act_no": "3"}
    give = house.world.give
    give(house.registrar, SuspendOrganisation, **act)
    give(house.head, EndAppointment, **end_of(BOLAT, 1, END_OF_MARCH))
    give(house.registrar, CloseOrganisation, **act)
    refused = house.world.refuses(
        "ORG-STATE", house.head, EndAppointment, **end_of(GULNARA, 1, END_OF_MARCH)
    )
    assert refused == {"state": "CLOSED", "bin": UNIVERSITY}


def test_nobody_leaves_an_organisation_that_is_unknown() -> None:
    house = a_founded_university()
    leaving = {**end_of(BOLAT, 1, END_OF_MARCH), "bin": COLLEGE}
    refused = house.world.refuses(
        "ORG-UNKNOWN", house.registrar, EndAppointment, **leaving
    )
    assert refused == {"bin": COLLEGE}


def test_an_appointment_is_not_ended_by_an_act_of_before_it_was_made() -> None:
    house = a_founded_university()
    earlier = house.world.now
    house.world.later(days=5)
    appoint(house, BOLAT, "TEACHER")
    house.world.refuses(
        "CMD-BEFORE",
        house.head,
        EndAppointment,
        **end_of(BOLAT, 1, END_OF_MARCH),
        occurred_at=earlier,
    )


def test_an_appointment_is_told_with_all_that_was_said() -> None:
    house = a_founded_university()
    appoint(house, BOLAT, "TEACHER", "0421", valid_from=MARCH, valid_to=END_OF_MARCH)
    assert house.world.events(Stream(f"staff/{UNIVERSITY}.{BOLAT}")) == [
        StaffAppointed(
            bin=UNIVERSITY,
            person_id=BOLAT,
            post="TEACHER",
            unit=None,
            discipline_codes=("0421",),
            spell=Spell(valid_from=MARCH, valid_to=END_OF_MARCH),
            order_no="12-к",
        )
    ]


def test_a_spell_covers_its_first_and_last_day() -> None:
    spell = Spell(valid_from=MARCH, valid_to=END_OF_MARCH)
    assert spell.covers(MARCH) and spell.covers(END_OF_MARCH)
    assert not spell.covers(APRIL) and not spell.covers(date(2026, 2, 28))
    assert spell.overlaps(Spell(valid_from=END_OF_MARCH))
    assert not spell.overlaps(Spell(valid_from=APRIL))
    assert not Spell(valid_from=APRIL).overlaps(spell)
    assert Spell(valid_from=APRIL).overlaps(Spell(valid_from=MARCH))


def test_a_day_begins_at_midnight_in_kazakhstan() -> None:
    evening = MONDAY.replace(hour=18, minute=59)
    assert local_day(evening) == date(2026, 1, 12)
    assert local_day(MONDAY.replace(hour=19)) == date(2026, 1, 13)
