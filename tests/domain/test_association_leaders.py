"""Rule 30: who leads an association of a school, for a year, and how it ends."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from domain.association_commands import (
    AcceptMember,
    ActivateAssociation,
    ApplyForMembership,
    AppointLeader,
    AssociationCommand,
    DissolveAssociation,
    ElectLeader,
    EstablishAssociation,
    LeaveAssociation,
    RemoveMember,
)
from domain.association_events import (
    Appointer,
    AssociationDissolved,
    LeaderAppointed,
    LeaderElected,
)
from domain.meeting_commands import ConveneMeeting, OpenMeeting, PlaceItem, PlanMeeting
from domain.regulation.pack import LeaderRule, rule_pack
from tests.domain.given import (
    SCHOOL,
    SYMBAT,
    TIMUR,
    House,
    elected,
)
from tests.domain.reviewing import convene
from tests.domain.scenario import World, named
from tests.domain.schools import (
    ALGEBRA,
    ASKAR,
    DINARA,
    ILYAS,
    KAMILA,
    MO,
    SCHOOL_COUNCIL,
    a_meeting,
    a_school,
    a_school_with_an_established_mo,
    elect_leader,
    found_school,
    initiate,
    join,
    resign,
    staff_school,
)

ALGEBRA_MO = {"bin": SCHOOL, "association_id": ALGEBRA}
ORDER = {"order_no": "21-к"}


def test_a_leader_is_elected_by_members_for_a_year() -> None:
    house = a_school_with_an_established_mo()
    elect_leader(house, ASKAR)
    elected_one = house.world.events(MO)[-1]
    assert isinstance(elected_one, LeaderElected)
    assert (elected_one.term_start, elected_one.term_end) == (
        date(2026, 1, 12),
        date(2027, 1, 11),
    )


def test_a_leader_is_appointed_by_the_head_for_a_year() -> None:
    house = a_school_with_an_established_mo()
    appointment = {"person_id": ASKAR, **ORDER, "term_end": "2027-01-11"}
    house.world.give(house.head, AppointLeader, **ALGEBRA_MO, **appointment)
    appointed = house.world.events(MO)[-1]
    assert isinstance(appointed, LeaderAppointed)
    assert appointed.by == Appointer(bin=SCHOOL, role="HEAD")
    assert appointed.term_end == date(2027, 1, 11)


def test_nobody_but_the_head_appoints_a_leader() -> None:
    house = a_school_with_an_established_mo()
    for hat in (house.deputy, house.teacher(ASKAR)):
        refused = house.world.refuses(
            "R30-APPOINTER", hat, AppointLeader, **ALGEBRA_MO, person_id=ASKAR, **ORDER
        )
        assert refused["allowed"] == ("HEAD",)


@pytest.mark.parametrize("term_end", ["2027-01-12", "2027-01-10", "2029-01-11"])
def test_no_term_is_longer_or_shorter_than_a_year(term_end: str) -> None:
    house = a_school_with_an_established_mo()
    stated = {"person_id": ASKAR, "term_end": term_end}
    election = elected(house, voters=3, votes_for=3)
    for command, fields in (
        (ElectLeader, {**stated, "election": election}),
        (AppointLeader, {**stated, **ORDER}),
    ):
        refused = house.world.refuses(
            "R30-TERM", house.head, command, **ALGEBRA_MO, **fields
        )
        assert refused["term_end"] == date(2027, 1, 11)


def test_a_term_from_a_leap_day_ends_before_the_last_day_of_february() -> None:
    house = a_school_with_an_established_mo()
    house.world.now = datetime(2028, 2, 29, 4, 0, tzinfo=UTC)
    elect_leader(house, ASKAR)
    leap = house.world.events(MO)[-1]
    assert isinstance(leap, LeaderElected)
    assert (leap.term_start, leap.term_end) == (date(2028, 2, 29), date(2029, 2, 27))


@pytest.mark.parametrize("stranger", [ILYAS, TIMUR, SYMBAT])
def test_a_leader_is_a_member_in_office(stranger: str) -> None:
    house = a_school_with_an_established_mo()
    election = elected(house, voters=3, votes_for=3)
    for command, fields in (
        (ElectLeader, {"election": election}),
        (AppointLeader, ORDER),
    ):
        refused = house.world.refuses(
            "R30-ELIGIBLE",
            house.head,
            command,
            **ALGEBRA_MO,
            person_id=stranger,
            **fields,
        )
        assert refused == {"person_id": stranger}


def test_who_left_the_school_does_not_lead() -> None:
    house = a_school_with_an_established_mo()
    resign(house, ASKAR, house.world.now.date())
    house.world.later(days=1)
    house.world.refuses(
        "R30-ELIGIBLE",
        house.head,
        AppointLeader,
        **ALGEBRA_MO,
        person_id=ASKAR,
        **ORDER,
    )


@pytest.mark.parametrize(
    "election",
    [
        None,
        {"date": "2026-01-12", "voters": 3, "votes_for": 1},
        {"date": "2026-01-12", "voters": 4, "votes_for": 4},
        {"date": "2026-01-13", "voters": 3, "votes_for": 3},
        {"date": "2026-01-11", "voters": 3, "votes_for": 3},
        {"date": "2026-01-12", "voters": 0, "votes_for": 0},
    ],
)
def test_an_election_is_won_among_the_members_of_its_day(
    election: dict[str, object] | None,
) -> None:
    house = a_school_with_an_established_mo()
    house.world.refuses(
        "ASSOC-ELECTION",
        house.head,
        ElectLeader,
        **ALGEBRA_MO,
        person_id=ASKAR,
        election=election,
    )


def test_the_next_leader_follows_the_day_before() -> None:
    house = a_school()
    first = house.officer(MO)
    house.world.later(days=40)
    elect_leader(house, ASKAR)
    refused = house.world.refuses("ACTOR-CAPACITY", first, PlanMeeting, **a_meeting())
    assert refused["valid_to"] == date(2026, 2, 20)
    convene(house, MO)


def test_a_leader_is_elected_again_without_limit() -> None:
    house = a_school()
    for _ in range(4):
        house.world.later(days=365)
        elect_leader(house, DINARA)
    convene(house, MO)


def test_an_election_makes_a_leader_for_one_year_and_once() -> None:
    house = a_school()
    old = elected(house, voters=3, votes_for=2)
    again = {**ALGEBRA_MO, "person_id": DINARA, "election": old}
    for days in (0, 40, 400):
        house.world.later(days=days)
        house.world.refuses("ASSOC-ELECTION", house.head, ElectLeader, **again)
    elect_leader(house, ASKAR)
    late = {**again, "person_id": KAMILA}
    house.world.refuses("ASSOC-ELECTION", house.head, ElectLeader, **late)


def test_who_joined_after_the_election_was_not_elected() -> None:
    house = a_school_with_an_established_mo()
    old = elected(house, voters=3, votes_for=2)
    house.world.later(days=3)
    join(house, ILYAS)
    early = {**ALGEBRA_MO, "person_id": ILYAS, "election": old}
    house.world.refuses("ASSOC-ELECTION", house.head, ElectLeader, **early)


def test_the_last_day_of_a_term_is_a_day_in_kazakhstan() -> None:
    house = a_school()
    leader = house.officer(MO)
    house.world.now = datetime(2027, 1, 11, 18, 58, tzinfo=UTC)
    house.world.give(leader, PlanMeeting, **a_meeting())
    refused = house.world.refuses(
        "R30-EXPIRED", leader, ConveneMeeting, meeting_id=named("meeting")
    )
    assert refused == {"term_end": date(2027, 1, 11), "act": date(2027, 1, 12)}


def test_a_leader_out_of_term_does_not_open_the_meeting_they_called() -> None:
    house = a_school()
    sitting = convene(house, MO)
    house.world.now = datetime(2027, 1, 12, 4, 0, tzinfo=UTC)
    sitting.refuses("R30-EXPIRED", OpenMeeting)
    elect_leader(house, ASKAR)
    house.world.give(house.officer(MO), OpenMeeting, meeting_id=sitting.meeting)


def test_what_a_leader_did_in_term_may_be_entered_after_it() -> None:
    house = a_school()
    leader = house.officer(MO)
    in_term = house.world.now
    house.world.later(days=400)
    house.world.give(leader, PlanMeeting, **a_meeting(), occurred_at=in_term)


def test_a_leader_who_has_left_is_no_longer_one() -> None:
    house = a_school()
    leader = house.officer(MO)
    house.world.later(days=1)
    house.world.give(house.teacher(DINARA), LeaveAssociation, **ALGEBRA_MO)
    house.world.refuses("ACTOR-CAPACITY", leader, PlanMeeting, **a_meeting())
    house.world.later(days=500)
    house.world.refuses("ACTOR-CAPACITY", leader, PlanMeeting, **a_meeting())


def test_a_leader_who_lost_the_post_here_leads_nothing() -> None:
    house = a_school()
    leader = house.officer(MO)
    house.world.give(house.teacher(ILYAS), ApplyForMembership, **ALGEBRA_MO)
    resign(house, DINARA, house.world.now.date())
    house.world.later(days=1)
    house.world.refuses("ACTOR-CAPACITY", leader, PlanMeeting, **a_meeting())
    house.world.refuses(
        "ACTOR-CAPACITY", leader, AcceptMember, **ALGEBRA_MO, person_id=ILYAS
    )


def test_a_leader_of_one_association_does_not_act_for_a_council() -> None:
    house = a_school()
    body = {**a_meeting(), "body": SCHOOL_COUNCIL}
    house.world.refuses("ACTOR-BODY", house.officer(MO), PlanMeeting, **body)


# How it ends.


def test_the_head_dissolves_by_an_act() -> None:
    house = a_school()
    gone = house.world.give(
        house.head, DissolveAssociation, **ALGEBRA_MO, act_no="31-П"
    )
    assert isinstance(gone[0], AssociationDissolved)
    house.world.refuses("BODY-UNKNOWN", house.officer(MO), PlanMeeting, **a_meeting())


def test_the_members_dissolve_by_the_vote_of_a_held_meeting() -> None:
    house = a_school()
    sitting = convene(house, MO)
    sitting.does(PlaceItem, kind="OTHER")
    sitting.open()
    voted = {**ALGEBRA_MO, "meeting_id": sitting.meeting, "item": 1}
    house.world.refuses(
        "MEETING-NOT-HELD", sitting.officer, DissolveAssociation, **voted
    )
    sitting.vote(1, 3)
    before = house.world.now
    house.world.refuses(
        "MEETING-NOT-HELD", sitting.officer, DissolveAssociation, **voted
    )
    sitting.close()
    house.world.refuses(
        "CMD-BEFORE",
        sitting.officer,
        DissolveAssociation,
        **voted,
        occurred_at=before,
    )
    gone = house.world.give(sitting.officer, DissolveAssociation, **voted)
    assert isinstance(gone[0], AssociationDissolved) and gone[0].item == 1


def test_a_vote_that_was_lost_dissolves_nothing() -> None:
    house = a_school()
    sitting = convene(house, MO)
    sitting.does(PlaceItem, kind="OTHER")
    sitting.open()
    sitting.vote(1, 1, 2)
    sitting.close()
    voted = {**ALGEBRA_MO, "meeting_id": sitting.meeting, "item": 1}
    house.world.refuses("MEETING-NOT-HELD", house.head, DissolveAssociation, **voted)


def test_a_vote_of_the_council_dissolves_no_association() -> None:
    house = a_school()
    sitting = convene(house, SCHOOL_COUNCIL)
    sitting.does(PlaceItem, kind="OTHER")
    sitting.open()
    sitting.vote(1, 3)
    sitting.close()
    voted = {**ALGEBRA_MO, "meeting_id": sitting.meeting, "item": 1}
    house.world.refuses("MEETING-NOT-HELD", house.head, DissolveAssociation, **voted)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"item": 1},
        {"act_no": "31-П", "item": 1},
        {"act_no": "31-П", "meeting_id": named("meeting"), "item": 1},
    ],
)
def test_it_is_dissolved_in_one_of_two_ways(fields: dict[str, object]) -> None:
    house = a_school()
    house.world.refuses(
        "ASSOC-DISSOLUTION", house.head, DissolveAssociation, **ALGEBRA_MO, **fields
    )


def test_a_leader_dissolves_by_no_act_of_their_own() -> None:
    house = a_school()
    house.world.refuses(
        "ASSOC-DISSOLUTION",
        house.officer(MO),
        DissolveAssociation,
        **ALGEBRA_MO,
        act_no="31-П",
    )


def test_a_dissolved_association_takes_no_command() -> None:
    house = a_school()
    house.world.give(house.head, DissolveAssociation, **ALGEBRA_MO, act_no="31-П")
    commands: list[tuple[type[AssociationCommand], dict[str, object]]] = [
        (AcceptMember, {"person_id": ILYAS}),
        (RemoveMember, {"person_id": ASKAR}),
        (EstablishAssociation, {}),
        (ActivateAssociation, {}),
        (ElectLeader, {"person_id": ASKAR}),
        (AppointLeader, {"person_id": ASKAR, **ORDER}),
        (DissolveAssociation, {"act_no": "31-П"}),
    ]
    for command, fields in commands:
        refused = house.world.refuses(
            "ASSOC-STATE", house.head, command, **ALGEBRA_MO, **fields
        )
        assert refused["state"] == "DISSOLVED"
    for command in (ApplyForMembership, LeaveAssociation):
        house.world.refuses("ASSOC-STATE", house.teacher(ILYAS), command, **ALGEBRA_MO)


# What another rule pack may say.


def under_another_pack() -> House:
    """Four make an association; the deputy appoints its leader, for two years."""
    pack = rule_pack()
    leader = LeaderRule(elected=False, appointed_by=("DEPUTY_HEAD_EM",), term_months=24)
    rule = msgspec.structs.replace(
        pack.association_kinds["SCHOOL_MO"], minimum=4, leader=leader
    )
    kinds = {"SCHOOL_MO": rule}
    other = msgspec.structs.replace(pack, id="other", association_kinds=kinds)
    return staff_school(found_school(World(other)))


def test_another_pack_asks_for_others_to_lead_and_more_to_associate() -> None:
    house = under_another_pack()
    initiate(house)
    join(house, ASKAR, DINARA, KAMILA)
    refused = house.world.refuses(
        "R26-MIN-TEACHERS", house.head, EstablishAssociation, **ALGEBRA_MO
    )
    assert (refused["minimum"], refused["eligible"]) == (4, 3)
    join(house, ILYAS)
    house.world.give(house.head, EstablishAssociation, **ALGEBRA_MO)
    somebody = {**ALGEBRA_MO, "person_id": ASKAR}
    refused = house.world.refuses(
        "R30-APPOINTER", house.head, ElectLeader, **somebody, election=elected(house)
    )
    assert refused == {"role": "HEAD", "allowed": ("DEPUTY_HEAD_EM",)}
    house.world.refuses("R30-APPOINTER", house.head, AppointLeader, **somebody, **ORDER)
    house.world.give(house.deputy, AppointLeader, **somebody, **ORDER)
    appointed = house.world.events(MO)[-1]
    assert isinstance(appointed, LeaderAppointed)
    assert appointed.term_end == date(2028, 1, 11)
