"""Rules 24 to 26: how teachers of a school associate, and who is a member."""

from datetime import timedelta

import pytest

from domain.association_commands import (
    AcceptMember,
    ActivateAssociation,
    ApplyForMembership,
    AppointLeader,
    ElectLeader,
    EstablishAssociation,
    InitiateAssociation,
    LeaveAssociation,
    RemoveMember,
)
from domain.association_events import (
    ApplicationWithdrawn,
    AssociationEstablished,
    AssociationInitiated,
    Member,
    MemberJoined,
    MemberLeft,
)
from domain.identifiers import Bin
from domain.organisation_commands import SuspendOrganisation
from tests.domain.given import (
    ALMATY,
    SCHOOL,
    SYMBAT,
    a_college,
    appoint,
)
from tests.domain.reviewing import convene
from tests.domain.schools import (
    ALGEBRA,
    ALGEBRAISTS,
    ASKAR,
    DINARA,
    ILYAS,
    KAMILA,
    MO,
    a_school,
    a_staffed_school,
    elect_leader,
    establish_mo,
    found_school,
    in_office,
    initiate,
    initiation,
    join,
    mo_of,
    named_mo,
    resign,
)

ALGEBRA_MO = {"bin": SCHOOL, "association_id": ALGEBRA}
ORDER = {"order_no": "21-к"}


def test_three_teachers_of_one_subject_establish_an_association() -> None:
    house = a_staffed_school()
    establish_mo(house, ASKAR, DINARA, KAMILA)
    events = house.world.events(MO)
    assert isinstance(events[0], AssociationInitiated)
    assert events[0].discipline_code == ALGEBRA
    established = events[-1]
    assert isinstance(established, AssociationEstablished)
    assert established.host == SCHOOL and established.area_kato == ALMATY
    assert [one.person_id for one in established.members] == [ASKAR, DINARA, KAMILA]


def test_two_teachers_establish_no_association() -> None:
    house = a_staffed_school()
    initiate(house)
    join(house, ASKAR, DINARA)
    refused = house.world.refuses(
        "R26-MIN-TEACHERS", house.head, EstablishAssociation, **ALGEBRA_MO
    )
    assert (refused["minimum"], refused["eligible"]) == (3, 2)
    join(house, KAMILA)
    house.world.give(house.head, EstablishAssociation, **ALGEBRA_MO)


def test_who_no_longer_teaches_here_does_not_count_towards_three() -> None:
    house = a_staffed_school()
    initiate(house)
    join(house, ASKAR, DINARA, KAMILA)
    resign(house, KAMILA, house.world.now.date())
    house.world.later(days=1)
    refused = house.world.refuses(
        "R26-MIN-TEACHERS", house.head, EstablishAssociation, **ALGEBRA_MO
    )
    assert refused["eligible"] == 2


@pytest.mark.parametrize(
    "category",
    ["PRIMARY", "CLASS_SUPERVISORS", "PRESCHOOL_EDUCATORS", "BOARDING_EDUCATORS"],
)
def test_a_category_without_a_subject_counts_as_one(category: str) -> None:
    house = found_school(a_staffed_school().world, Bin("990540000011"))
    for teacher in ALGEBRAISTS[:3]:
        appoint(house, teacher, "TEACHER", category, ALGEBRA)
    initiate(house, category=category, discipline_code=None)
    join(house, *ALGEBRAISTS[:3])
    house.world.give(house.head, EstablishAssociation, **named_mo(house))
    assert mo_of(house).discipline == category


def test_teachers_of_a_subject_are_no_class_supervisors() -> None:
    house = a_staffed_school()
    initiate(house, category="CLASS_SUPERVISORS", discipline_code=None)
    refused = house.world.refuses(
        "ASSOC-MEMBER", house.teacher(ASKAR), ApplyForMembership, **ALGEBRA_MO
    )
    assert refused["category"] == "CLASS_SUPERVISORS"


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("ASSOC-KIND", {"kind": "CHOIR"}),
        ("R2-LEVEL", {"level": "TVE"}),
        ("R2-LEVEL", {"level": "KINDERGARTEN"}),
        ("R25-CATEGORY", {"category": "LIBRARIANS"}),
        ("ASSOC-SUBJECT", {"discipline_code": None}),
        ("ASSOC-SUBJECT", {"category": "PRIMARY"}),
    ],
)
def test_what_no_school_association_can_be(
    code: str, fields: dict[str, object]
) -> None:
    house = a_staffed_school()
    house.world.refuses(
        code, house.head, InitiateAssociation, **initiation(house, **fields)
    )


def test_a_college_has_no_association_of_a_school() -> None:
    house = a_college()
    refused = house.world.refuses(
        "R2-LEVEL", house.head, InitiateAssociation, **initiation(house)
    )
    assert refused == {"levels": "SECONDARY", "allowed": ()}


def test_an_association_is_initiated_once() -> None:
    house = a_staffed_school()
    initiate(house)
    refused = house.world.refuses(
        "ASSOC-EXISTS", house.head, InitiateAssociation, **initiation(house)
    )
    assert refused == {"association": MO}


def test_an_association_that_nobody_initiated_is_unknown() -> None:
    house = a_staffed_school()
    refused = house.world.refuses(
        "ASSOC-UNKNOWN", house.head, EstablishAssociation, **ALGEBRA_MO
    )
    assert refused == {"association": MO}


def test_an_association_works_when_it_is_established_and_led() -> None:
    house = a_staffed_school()
    initiate(house)
    join(house, ASKAR, DINARA, KAMILA)
    for command, fields in (
        (ActivateAssociation, {}),
        (ElectLeader, {"person_id": ASKAR}),
        (AppointLeader, {"person_id": ASKAR, **ORDER}),
    ):
        refused = house.world.refuses(
            "ASSOC-STATE", house.head, command, **ALGEBRA_MO, **fields
        )
        assert refused["state"] == "INITIATED"
    house.world.give(house.head, EstablishAssociation, **ALGEBRA_MO)
    house.world.refuses("BODY-NOT-LED", house.head, ActivateAssociation, **ALGEBRA_MO)
    elect_leader(house, ASKAR)
    house.world.give(house.head, ActivateAssociation, **ALGEBRA_MO)
    assert mo_of(house).phase == "ACTIVE"
    for again in (EstablishAssociation, ActivateAssociation):
        house.world.refuses("ASSOC-STATE", house.head, again, **ALGEBRA_MO)


# Who belongs to it.


def test_nobody_becomes_a_member_who_has_not_applied() -> None:
    house = a_staffed_school()
    initiate(house)
    refused = house.world.refuses(
        "R24-CONSENT", house.head, AcceptMember, **ALGEBRA_MO, person_id=ASKAR
    )
    assert refused == {"person_id": ASKAR}


def test_a_member_joins_by_their_own_application() -> None:
    house = a_staffed_school()
    initiate(house)
    join(house, ASKAR)
    joined = house.world.events(MO)[-1]
    assert isinstance(joined, MemberJoined)
    assert (joined.member, joined.own_application) == (
        Member(bin=SCHOOL, person_id=ASKAR),
        2,
    )


def test_an_application_that_was_taken_back_is_no_consent() -> None:
    house = a_staffed_school()
    initiate(house)
    house.world.give(house.teacher(ASKAR), ApplyForMembership, **ALGEBRA_MO)
    house.world.refuses(
        "ASSOC-APPLIED", house.teacher(ASKAR), ApplyForMembership, **ALGEBRA_MO
    )
    back = house.world.give(house.teacher(ASKAR), LeaveAssociation, **ALGEBRA_MO)
    assert isinstance(back[0], ApplicationWithdrawn)
    house.world.refuses(
        "R24-CONSENT", house.head, AcceptMember, **ALGEBRA_MO, person_id=ASKAR
    )


def test_an_application_is_spent_when_it_is_accepted() -> None:
    house = a_staffed_school()
    initiate(house)
    join(house, ASKAR)
    house.world.give(house.teacher(ASKAR), LeaveAssociation, **ALGEBRA_MO)
    house.world.refuses(
        "R24-CONSENT", house.head, AcceptMember, **ALGEBRA_MO, person_id=ASKAR
    )
    join(house, ASKAR)


def test_who_teaches_something_else_does_not_apply() -> None:
    house = a_staffed_school()
    initiate(house)
    appoint(house, SYMBAT, "TEACHER", "geometry")
    refused = house.world.refuses(
        "ASSOC-MEMBER", house.teacher(SYMBAT), ApplyForMembership, **ALGEBRA_MO
    )
    assert refused["discipline_code"] == ALGEBRA
    house.world.refuses("ASSOC-MEMBER", house.head, ApplyForMembership, **ALGEBRA_MO)


def test_who_left_the_school_after_applying_is_not_accepted() -> None:
    house = a_staffed_school()
    initiate(house)
    house.world.give(house.teacher(ASKAR), ApplyForMembership, **ALGEBRA_MO)
    resign(house, ASKAR, house.world.now.date())
    house.world.later(days=1)
    house.world.refuses(
        "ASSOC-MEMBER", house.head, AcceptMember, **ALGEBRA_MO, person_id=ASKAR
    )


def test_a_member_is_a_member_once() -> None:
    house = a_school()
    for hat, command, fields in (
        (house.teacher(ASKAR), ApplyForMembership, {}),
        (house.head, AcceptMember, {"person_id": ASKAR}),
    ):
        house.world.refuses("BODY-MEMBER-EXISTS", hat, command, **ALGEBRA_MO, **fields)


def test_a_member_leaves_by_their_own_wish() -> None:
    house = a_school()
    left = house.world.give(house.teacher(KAMILA), LeaveAssociation, **ALGEBRA_MO)
    assert isinstance(left[0], MemberLeft) and left[0].by_own_wish
    assert in_office(house) == {ASKAR, DINARA}
    house.world.refuses(
        "BODY-NO-MEMBER", house.teacher(KAMILA), LeaveAssociation, **ALGEBRA_MO
    )


def test_the_management_removes_a_member() -> None:
    house = a_school()
    removed = house.world.give(
        house.deputy, RemoveMember, **ALGEBRA_MO, person_id=KAMILA
    )
    assert isinstance(removed[0], MemberLeft) and not removed[0].by_own_wish
    house.world.refuses(
        "BODY-NO-MEMBER", house.deputy, RemoveMember, **ALGEBRA_MO, person_id=KAMILA
    )


def test_the_leader_accepts_members_of_their_own_association_only() -> None:
    house = a_school()
    appoint(house, SYMBAT, "TEACHER", "geometry")
    house.world.give(
        house.head,
        InitiateAssociation,
        **initiation(house, association_id="geometry", discipline_code="geometry"),
    )
    geometry = named_mo(house, "geometry")
    house.world.give(house.teacher(SYMBAT), ApplyForMembership, **geometry)
    house.world.give(house.teacher(ILYAS), ApplyForMembership, **ALGEBRA_MO)
    leader = house.officer(MO)
    refused = house.world.refuses(
        "ACTOR-BODY", leader, AcceptMember, **geometry, person_id=SYMBAT
    )
    assert refused["body"] == f"association/{SCHOOL}.geometry"
    house.world.give(leader, AcceptMember, **ALGEBRA_MO, person_id=ILYAS)
    assert in_office(house) == set(ALGEBRAISTS)


def test_a_membership_counts_while_the_member_holds_a_post_here() -> None:
    house = a_school()
    resign(house, KAMILA, house.world.now.date())
    assert in_office(house) == {ASKAR, DINARA, KAMILA}
    house.world.later(days=1)
    assert in_office(house) == {ASKAR, DINARA}
    appoint(house, KAMILA, "TEACHER", ALGEBRA, valid_from=house.world.now.date())
    assert in_office(house) == {ASKAR, DINARA, KAMILA}


def test_who_changed_the_subject_is_no_member_in_office() -> None:
    house = a_school()
    today = house.world.now.date()
    resign(house, KAMILA, today)
    house.world.later(days=1)
    appoint(house, KAMILA, "TEACHER", "geometry", valid_from=today + timedelta(days=1))
    assert in_office(house) == {ASKAR, DINARA}


def test_falling_below_three_refuses_nothing() -> None:
    house = a_school()
    for member in (KAMILA, ASKAR):
        house.world.give(house.teacher(member), LeaveAssociation, **ALGEBRA_MO)
    assert mo_of(house).phase == "ACTIVE"
    convene(house, MO).open(DINARA)


# Who may touch it.


def test_no_act_of_an_association_is_dated_before_its_last_one() -> None:
    house = a_school()
    house.world.later(days=1)
    join(house, ILYAS)
    house.world.refuses(
        "CMD-BEFORE",
        house.head,
        RemoveMember,
        **ALGEBRA_MO,
        person_id=ASKAR,
        occurred_at=house.world.now - timedelta(hours=1),
    )


def test_another_organisations_people_do_not_touch_it() -> None:
    house = a_school()
    other = found_school(house.world, Bin("990540000011"))
    appoint(other, ASKAR, "TEACHER", ALGEBRA)
    for hat, command, fields in (
        (other.head, RemoveMember, {"person_id": ASKAR}),
        (other.head, AppointLeader, {"person_id": ASKAR, **ORDER}),
        (other.teacher(ASKAR), LeaveAssociation, {}),
    ):
        refused = house.world.refuses(
            "ACTOR-SCOPE", hat, command, **ALGEBRA_MO, **fields
        )
        assert refused["owner"] == SCHOOL


def test_a_suspended_school_changes_nothing_in_its_associations() -> None:
    house = a_school()
    house.world.give(house.registrar, SuspendOrganisation, bin=SCHOOL, act_no="1")
    refused = house.world.refuses(
        "ORG-STATE", house.head, RemoveMember, **ALGEBRA_MO, person_id=ASKAR
    )
    assert refused["state"] == "SUSPENDED"
