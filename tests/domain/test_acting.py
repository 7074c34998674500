"""A27: who acts in place of the head or the deputy, for how long, and as what."""

from datetime import date

import pytest

from domain.dates import Spell
from domain.document_commands import ApproveDocument
from domain.document_events import DocumentApproved
from domain.identifiers import DecisionId, Stream
from domain.office import OfficeSeated, OfficeVacated
from domain.organisation_commands import (
    AssignDirectLeadership,
    DeclareLevels,
    RecordGoverningDecision,
    SuspendOrganisation,
)
from domain.staff import AppointActing, AppointStaff, EndAppointment
from domain.staff_events import ActingAppointed, AppointmentEnded
from domain.staff_state import capacity_id
from tests.domain.given import (
    AIGERIM,
    BOLAT,
    DAULET,
    FILE_HASH,
    GULNARA,
    MONDAY_DATE,
    NEW_YEAR,
    UNIVERSITY,
    a_founded_university,
    a_university,
    appoint_acting,
    decide_acting,
    mandate,
)
from tests.domain.reviewing import APPROVAL, a_ready, approve
from tests.domain.scenario import Hat, named

DEPUTY = "DEPUTY_HEAD_EM"
JANUARY = (MONDAY_DATE, date(2026, 1, 31))
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
LEVELS = {"bin": UNIVERSITY, "levels": ["HE"]}


def acting(
    who: str, post: str, decision_id: str, **fields: object
) -> dict[str, object]:
    body: dict[str, object] = {"bin": UNIVERSITY, "person_id": who, "post": post}
    period = {"valid_from": JANUARY[0], "valid_to": JANUARY[1]}
    return {**body, "decision_id": decision_id, **period, **fields}


def end_of(hat: Hat, last_day: date) -> dict[str, object]:
    number = int(hat.capacity.rpartition("#")[2])
    body: dict[str, object] = {"bin": UNIVERSITY, "person_id": hat.person}
    return {**body, "appointment": number, "valid_to": last_day, "order_no": "13-к"}


def test_without_a_deputy_the_head_approves_a_lesson_plan_only_when_acting() -> None:
    house = a_university()
    document = {"document_id": a_ready(house, kind="LESSON_PLAN", teacher=BOLAT)}
    leaving = end_of(house.deputy, MONDAY_DATE)
    house.world.give(house.head, EndAppointment, **leaving)
    house.world.later(days=1)
    refused = house.world.refuses(
        "R20-APPROVER", house.head, ApproveDocument, **document, **APPROVAL
    )
    assert refused["role"] == "HEAD"
    decision = decide_acting(house)
    deputy = appoint_acting(house, AIGERIM, DEPUTY, decision, *JANUARY)
    approved = house.world.give(deputy, ApproveDocument, **document, **APPROVAL)
    assert isinstance(approved[0], DocumentApproved)
    approver = approved[0].approver
    assert (approver.person_id, approver.role, approver.acting) == (
        AIGERIM,
        DEPUTY,
        True,
    )
    assert approver.appointment_id == deputy.capacity


def test_an_approval_of_the_deputy_in_office_is_no_acting_one() -> None:
    house = a_university()
    document = {"document_id": a_ready(house, kind="LESSON_PLAN", teacher=BOLAT)}
    approved = house.world.give(house.deputy, ApproveDocument, **document, **APPROVAL)
    assert isinstance(approved[0], DocumentApproved)
    assert approved[0].approver.acting is False


def test_acting_is_told_with_its_decision_and_sits_in_a_register() -> None:
    house = a_founded_university()
    decision = decide_acting(house)
    told = house.world.give(
        house.head, AppointActing, **acting(BOLAT, DEPUTY, decision)
    )
    spell = Spell(valid_from=JANUARY[0], valid_to=JANUARY[1])
    assert told == [
        ActingAppointed(
            bin=UNIVERSITY,
            person_id=BOLAT,
            post=DEPUTY,
            decision_id=DecisionId(decision),
            spell=spell,
        ),
        OfficeSeated(
            bin=UNIVERSITY,
            office="acting-deputy-head-em",
            person_id=BOLAT,
            appointment_id=capacity_id(UNIVERSITY, BOLAT, 1),
            spell=spell,
        ),
    ]


def test_the_capacity_lasts_for_the_period_and_may_end_early() -> None:
    house = a_founded_university()
    deputy = appoint_acting(house, BOLAT, DEPUTY, decide_acting(house), *JANUARY)
    direct = {"bin": UNIVERSITY, "person_id": BOLAT}
    house.world.give(house.head, AssignDirectLeadership, **direct)
    ended = house.world.give(
        house.head, EndAppointment, **end_of(deputy, date(2026, 1, 20))
    )
    assert [type(event) for event in ended] == [AppointmentEnded, OfficeVacated]
    house.world.later(days=10)
    house.world.refuses("R14-DEPUTY", house.head, AssignDirectLeadership, **direct)
    refused = house.world.refuses(
        "ACTOR-CAPACITY", deputy, RecordGoverningDecision, **decision_of("OTHER")
    )
    assert refused["reason"] == "not in force"
    appoint_acting(
        house,
        GULNARA,
        DEPUTY,
        decide_acting(house, "the next"),
        date(2026, 1, 21),
        date(2026, 1, 31),
    )


def decision_of(kind: str) -> dict[str, object]:
    return {
        "bin": UNIVERSITY,
        "decision_id": named(kind),
        "kind": kind,
        "number": "4",
        "date": NEW_YEAR,
        "file_hash": FILE_HASH,
    }


def test_one_acts_in_an_office_on_any_day() -> None:
    house = a_founded_university()
    decision = decide_acting(house)
    appoint_acting(house, BOLAT, DEPUTY, decision, *JANUARY)
    last_day = acting(GULNARA, DEPUTY, decision, valid_from=JANUARY[1])
    refused = house.world.refuses(
        "STAFF-ACTING-TAKEN", house.head, AppointActing, **last_day
    )
    assert refused["post"] == DEPUTY
    appoint_acting(house, GULNARA, DEPUTY, decision, *FEBRUARY)


def test_an_acting_head_stands_in_for_a_head_who_is_away() -> None:
    house = a_founded_university()
    away = (date(2026, 1, 13), date(2026, 1, 20))
    stand_in = appoint_acting(house, DAULET, "HEAD", decide_acting(house), *away)
    house.world.give(house.head, DeclareLevels, **LEVELS)
    house.world.later(days=1)
    house.world.give(stand_in, DeclareLevels, **LEVELS)
    refused = house.world.refuses("ACTOR-CAPACITY", house.head, DeclareLevels, **LEVELS)
    assert refused["reason"] == "somebody acts in their place"
    house.world.give(stand_in, EndAppointment, **end_of(stand_in, away[0]))
    house.world.later(days=1)
    house.world.give(house.head, DeclareLevels, **LEVELS)
    house.world.refuses("ACTOR-CAPACITY", stand_in, DeclareLevels, **LEVELS)


def test_a_head_who_is_away_dates_no_approval_back() -> None:
    house = a_university()
    document = a_ready(house)
    before = house.world.now
    house.world.later(days=3)
    today = house.world.now.date()
    decision = decide_acting(house)
    stand_in = appoint_acting(
        house, DAULET, "HEAD", decision, valid_from=today, valid_to=today
    )
    one = {"document_id": document, **APPROVAL}
    refused = house.world.refuses(
        "R19-APPROVER", house.head, ApproveDocument, **one, occurred_at=before
    )
    assert refused["reason"] == "somebody acts in their place"
    assert approve(house, document, stand_in)


def test_the_registrar_seats_an_acting_head_where_nobody_is_left() -> None:
    house = a_founded_university()
    leaving = end_of(house.head, MONDAY_DATE)
    house.world.give(house.registrar, EndAppointment, **leaving)
    house.world.give(house.registrar, EndAppointment, **end_of(house.deputy, NEW_YEAR))
    house.world.later(days=1)
    decision = decide_acting(house, by=house.registrar)
    head = appoint_acting(house, BOLAT, "HEAD", decision, *JANUARY, by=house.registrar)
    house.world.give(head, DeclareLevels, **LEVELS)
    other = decision_of("OTHER")
    house.world.refuses("ACTOR-ROLE", house.registrar, RecordGoverningDecision, **other)


def test_no_head_is_seated_while_somebody_acts_as_head() -> None:
    house = a_founded_university()
    house.world.give(house.registrar, EndAppointment, **end_of(house.head, MONDAY_DATE))
    appoint_acting(house, BOLAT, "HEAD", decide_acting(house), *FEBRUARY)
    post = {"bin": UNIVERSITY, "post": "HEAD", "order_no": "1", "person_id": GULNARA}
    refused = house.world.refuses(
        "STAFF-HEAD-TAKEN",
        house.registrar,
        AppointStaff,
        **post,
        valid_from=FEBRUARY[1],
    )
    assert refused["spells"] == [Spell(valid_from=FEBRUARY[0], valid_to=FEBRUARY[1])]
    march = date(2026, 3, 1)
    house.world.give(house.registrar, AppointStaff, **post, valid_from=march)


@pytest.mark.parametrize("post", ["TEACHER", "METHODIST", "KING"])
def test_nobody_acts_in_another_post(post: str) -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "STAFF-POST", house.head, AppointActing, **acting(BOLAT, post, named("x"))
    )
    assert refused == {"post": post, "known": ("HEAD", DEPUTY)}


def test_acting_rests_on_a_decision_of_its_kind_and_does_not_precede_it() -> None:
    house = a_founded_university()
    for decision_id in (named("no decision"), mandate(house, "org")):
        refused = house.world.refuses(
            "ORG-NO-DECISION",
            house.head,
            AppointActing,
            **acting(BOLAT, DEPUTY, decision_id),
        )
        assert refused == {"decision_id": decision_id}
    decision = decide_acting(house, day=MONDAY_DATE)
    early = acting(BOLAT, DEPUTY, decision, valid_from=date(2026, 1, 11))
    refused = house.world.refuses("CMD-BEFORE", house.head, AppointActing, **early)
    assert refused["rests_on"] == MONDAY_DATE


def test_a_period_ends_after_it_begins() -> None:
    house = a_founded_university()
    decision = decide_acting(house)
    backwards = acting(BOLAT, DEPUTY, decision, valid_to=NEW_YEAR)
    house.world.refuses("STAFF-DATES", house.head, AppointActing, **backwards)


def test_nobody_acts_in_place_of_themselves() -> None:
    house = a_founded_university()
    decision = decide_acting(house)
    for who, post in ((DAULET, DEPUTY), (AIGERIM, "HEAD")):
        house.world.refuses(
            "STAFF-OVERLAP", house.head, AppointActing, **acting(who, post, decision)
        )


def test_nobody_acts_in_a_suspended_organisation_nor_by_a_deputys_word() -> None:
    house = a_founded_university()
    fields = acting(BOLAT, DEPUTY, decide_acting(house))
    house.world.refuses("ACTOR-ROLE", house.deputy, AppointActing, **fields)
    house.world.give(house.registrar, SuspendOrganisation, bin=UNIVERSITY, act_no="3")
    house.world.refuses("ORG-STATE", house.head, AppointActing, **fields)


def test_the_register_of_those_acting_is_kept_apart_from_the_heads() -> None:
    house = a_founded_university()
    appoint_acting(house, BOLAT, "HEAD", decide_acting(house), *FEBRUARY)
    assert len(house.world.events(Stream(f"office/{UNIVERSITY}.head"))) == 1
    assert len(house.world.events(Stream(f"office/{UNIVERSITY}.acting-head"))) == 1
