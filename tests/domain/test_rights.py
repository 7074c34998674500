"""Who acts: the capacity that is named, the person, the organisation, the role."""

from datetime import date, timedelta

import pytest

from domain.council_commands import ElectMember
from domain.document_commands import ApproveDocument, SubmitDocument
from domain.identifiers import CapacityId
from domain.meeting_commands import PlanMeeting
from domain.node import GrantOperator, OperatorGranted, OperatorRevoked, RevokeOperator
from domain.organisation_commands import CloseOrganisation, DeclareLevels
from domain.staff import AppointStaff, EndAppointment
from domain.unit import CreateUnit
from tests.domain.given import (
    BOLAT,
    COLLEGE,
    COLLEGE_COUNCIL,
    ROZA,
    SYMBAT,
    UNIVERSITY,
    UNIVERSITY_COUNCIL,
    a_founded_university,
    a_university,
    a_university_and_a_college,
    appoint,
)
from tests.domain.reviewing import APPROVAL, draft
from tests.domain.scenario import THE_NODE, Hat, named, staff_hat

LEVELS = {"bin": UNIVERSITY, "levels": ["HE"]}
GRANT = {"node": "local", "person_id": SYMBAT, "role": "AUDITOR"}


def test_another_organisations_head_is_out_of_scope() -> None:
    university, college = a_university_and_a_college()
    refused = university.world.refuses(
        "ACTOR-SCOPE", college.head, DeclareLevels, **LEVELS
    )
    assert refused == {"organisation": COLLEGE, "owner": UNIVERSITY}


def test_staff_of_another_organisation_do_not_touch_a_document() -> None:
    university, college = a_university_and_a_college()
    document = draft(university)
    university.world.refuses(
        "ACTOR-SCOPE", college.head, ApproveDocument, document_id=document, **APPROVAL
    )


def test_a_role_that_the_table_does_not_name_is_refused() -> None:
    house = a_university()
    teacher = house.teacher(BOLAT)
    refused = house.world.refuses("ACTOR-ROLE", teacher, DeclareLevels, **LEVELS)
    assert refused == {"role": "TEACHER", "allowed": ("REGISTRAR", "HEAD@own")}


def test_an_officer_of_a_council_is_no_head() -> None:
    house = a_university()
    chair = house.officer(UNIVERSITY_COUNCIL)
    house.world.refuses("ACTOR-ROLE", chair, DeclareLevels, **LEVELS)


@pytest.mark.parametrize(
    "capacity",
    [
        f"staff/{UNIVERSITY}.{BOLAT}#7",
        f"staff/{UNIVERSITY}.{SYMBAT}#1",
        f"council/{UNIVERSITY}.org#1",
        f"organisation/{UNIVERSITY}#1",
        "ghost/1#1",
    ],
)
def test_a_capacity_that_nobody_was_given_is_unknown(capacity: str) -> None:
    house = a_university()
    hat = Hat(BOLAT, UNIVERSITY, CapacityId(capacity))
    refused = house.world.refuses("ACTOR-CAPACITY", hat, DeclareLevels, **LEVELS)
    assert refused == {"capacity": capacity, "reason": "unknown"}


def test_nobody_acts_in_the_capacity_of_somebody_else() -> None:
    house = a_university()
    hat = Hat(BOLAT, UNIVERSITY, house.head.capacity)
    refused = house.world.refuses("ACTOR-CAPACITY", hat, DeclareLevels, **LEVELS)
    assert refused["reason"] == "of somebody else"


@pytest.mark.parametrize("number", [1, 7])
@pytest.mark.parametrize("person", ["head", "somebody"])
def test_who_is_appointed_elsewhere_is_not_told_to_other_organisations(
    person: str, number: int
) -> None:
    """Not even to the person: the token must speak for that organisation."""
    house = a_university()
    capacity = CapacityId(f"{house.head.capacity.rpartition('#')[0]}#{number}")
    who = house.head.person if person == "head" else BOLAT
    hat = Hat(who, COLLEGE, capacity)
    refused = house.world.refuses("ACTOR-CAPACITY", hat, DeclareLevels, **LEVELS)
    assert refused == {"capacity": capacity, "reason": "unknown"}


def test_a_capacity_is_in_force_at_the_date_of_the_act() -> None:
    house = a_university()
    ends = date(2026, 1, 20)
    house.world.give(
        house.registrar,
        EndAppointment,
        bin=UNIVERSITY,
        person_id=house.head.person,
        appointment=1,
        valid_to=ends,
        order_no="9-к",
    )
    last_day = house.world.now
    house.world.later(days=30)
    refused = house.world.refuses("ACTOR-CAPACITY", house.head, DeclareLevels, **LEVELS)
    assert refused["reason"] == "not in force"
    assert (refused["valid_to"], refused["act"]) == (ends, date(2026, 2, 11))
    house.world.give(house.head, DeclareLevels, **LEVELS, occurred_at=last_day)


def test_a_capacity_of_the_future_is_not_in_force_yet() -> None:
    house = a_founded_university()
    later = appoint(house, BOLAT, "DEPUTY_HEAD_EM", valid_from=date(2026, 2, 1))
    unit = {"bin": UNIVERSITY, "unit_id": "law", "kind": "FACULTY"}
    names = {"ru": "Факультет"}
    house.world.refuses("ACTOR-CAPACITY", later, CreateUnit, **unit, names=names)
    house.world.later(days=20)
    house.world.give(later, CreateUnit, **unit, names=names)


def test_no_act_is_dated_into_the_future() -> None:
    house = a_university()
    tomorrow = house.world.now + timedelta(days=1)
    house.world.refuses(
        "CMD-FUTURE", house.head, DeclareLevels, **LEVELS, occurred_at=tomorrow
    )


def test_a_command_decided_on_an_older_version_is_stale() -> None:
    house = a_university()
    refused = house.world.refuses(
        "CMD-STALE", house.head, DeclareLevels, **LEVELS, expected_version=1
    )
    assert refused["expected"] == 1 and refused["current"] > 1


def test_the_node_grants_its_operators() -> None:
    house = a_founded_university()
    granted = house.world.give(THE_NODE, GrantOperator, **GRANT)
    assert isinstance(granted[0], OperatorGranted)
    assert granted[0].person_id == SYMBAT


def test_an_operator_has_a_role_of_the_node() -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "NODE-ROLE", house.registrar, GrantOperator, **{**GRANT, "role": "HEAD"}
    )
    assert refused == {"role": "HEAD", "known": ("REGISTRAR", "AUDITOR")}


def test_a_head_grants_nothing_on_the_node() -> None:
    house = a_founded_university()
    house.world.refuses("ACTOR-ROLE", house.head, GrantOperator, **GRANT)


def test_a_grant_is_revoked_once() -> None:
    house = a_founded_university()
    house.world.give(house.registrar, GrantOperator, **GRANT)
    revoke = {"node": "local", "grant": 2}
    revoked = house.world.give(house.registrar, RevokeOperator, **revoke)
    assert isinstance(revoked[0], OperatorRevoked)
    refused = house.world.refuses(
        "NODE-NO-GRANT", house.registrar, RevokeOperator, **revoke
    )
    assert refused == {"grant": 2}


def test_a_revoked_registrar_acts_until_the_day_is_over() -> None:
    house = a_founded_university()
    close = {"bin": UNIVERSITY, "act_no": "1"}
    house.world.give(THE_NODE, RevokeOperator, node="local", grant=1)
    house.world.later(days=1)
    refused = house.world.refuses(
        "ACTOR-CAPACITY", house.registrar, CloseOrganisation, **close
    )
    assert refused["reason"] == "not in force"


def test_an_auditor_changes_nothing() -> None:
    house = a_founded_university()
    house.world.give(THE_NODE, GrantOperator, **{**GRANT, "person_id": ROZA})
    auditor = Hat(ROZA, "node", CapacityId("node/local#2"))
    close = {"bin": UNIVERSITY, "act_no": "1"}
    house.world.refuses("ACTOR-ROLE", auditor, CloseOrganisation, **close)


def test_a_chair_of_another_body_does_not_call_this_one_together() -> None:
    university, college = a_university_and_a_college()
    stranger = college.officer(COLLEGE_COUNCIL)
    refused = university.world.refuses(
        "ACTOR-BODY",
        stranger,
        PlanMeeting,
        meeting_id=named("meeting"),
        body=UNIVERSITY_COUNCIL,
        planned_for=date(2026, 1, 12),
    )
    assert refused == {"body": UNIVERSITY_COUNCIL, "capacity": stranger.capacity}


def test_a_document_that_nobody_drafted_is_unknown() -> None:
    house = a_university()
    refused = house.world.refuses(
        "DOC-UNKNOWN", house.head, SubmitDocument, document_id=named("nothing")
    )
    assert refused == {"document_id": named("nothing")}


def test_a_head_appoints_in_the_own_house_only() -> None:
    university, college = a_university_and_a_college()
    university.world.refuses(
        "ACTOR-SCOPE",
        college.head,
        AppointStaff,
        bin=UNIVERSITY,
        person_id=SYMBAT,
        post="TEACHER",
        valid_from=date(2026, 1, 1),
        order_no="1",
    )


def test_a_member_who_is_staff_has_both_capacities() -> None:
    house = a_university()
    teacher = staff_hat(UNIVERSITY, BOLAT)
    chair = house.officer(house.bodies[1])
    assert teacher.person == chair.person
    elect = {"bin": UNIVERSITY, "key": "org", "person_id": SYMBAT}
    house.world.refuses("ACTOR-ROLE", teacher, ElectMember, **elect)
    house.world.refuses("ACTOR-ROLE", chair, ElectMember, **elect)
