"""Whom a joint commission serves, who acts for it, and how organisations leave."""

from datetime import date, timedelta

import pytest

from domain.decider import Command
from domain.document_events import DocumentSubmitted
from domain.meeting_commands import PlanMeeting
from domain.organisation_commands import (
    CloseOrganisation,
    DeclareLevels,
    SuspendOrganisation,
)
from domain.participation_commands import (
    ArrangeParticipation,
    ConsentToParticipation,
    EndParticipation,
    RefuseParticipation,
)
from domain.participation_events import (
    ParticipationArranged,
    ParticipationConsented,
    ParticipationEnded,
)
from domain.review_body_commands import (
    AddMember,
    AskOrganisation,
    DissolveBody,
    ElectChair,
    FormJointCommission,
    InviteSpecialist,
    RemoveMember,
)
from domain.review_body_events import (
    BodyFellBelowMinimum,
    BodyMemberAdded,
    BodyMemberRemoved,
    BodyReachedMinimum,
    ChairElected,
    OrganisationJoined,
    OrganisationLeft,
)
from tests.domain.given import (
    COLLEGE,
    COMMISSION,
    DINA,
    JOINT,
    JOINT_COMMISSION,
    LAWYERS,
    LEILA,
    MADI,
    NEIGHBOUR,
    NEIGHBOURS_PART,
    NURLAN,
    OLGA,
    PAVEL,
    RUSTEM,
    SYMBAT,
    UNIVERSITY,
    WELDERS,
    WELDING,
    a_joint_commission,
    appoint,
    consent,
    elect_chair,
    elected,
    form_commission,
    found_university,
    leave,
    neighbours,
    propose_joint,
    seat_council,
    suspend,
)
from tests.domain.reviewing import convene, draft, submit
from tests.domain.scenario import Hat, named


def test_a_chair_may_be_of_any_participant_and_acts_for_the_host() -> None:
    host, _ = a_joint_commission()
    chosen = host.world.events(JOINT_COMMISSION)[-1]
    assert isinstance(chosen, ChairElected)
    assert (chosen.organisation, chosen.staff_kind) == (NEIGHBOUR, "MASTER")
    hat = host.officer(JOINT_COMMISSION)
    assert (hat.person, hat.organisation) == (DINA, NEIGHBOUR)
    sitting = convene(host, JOINT_COMMISSION)
    planned = host.world.log[-2]
    assert planned.stream == f"meeting/{sitting.meeting}"
    assert getattr(planned.event, "bin", None) == COLLEGE
    assert planned.actor.organisation == NEIGHBOUR


def test_the_chair_acts_with_a_token_of_the_own_organisation_only() -> None:
    host, _ = a_joint_commission()
    hat = host.officer(JOINT_COMMISSION)
    plan = {
        "meeting_id": named("meeting"),
        "body": JOINT_COMMISSION,
        "planned_for": host.world.now.date(),
    }
    forged = Hat(hat.person, COLLEGE, hat.capacity)
    refused = host.world.refuses("ACTOR-CAPACITY", forged, PlanMeeting, **plan)
    assert refused["reason"] == "unknown"
    host.world.give(hat, PlanMeeting, **plan)


def test_the_chair_of_a_joint_commission_has_no_say_in_the_house_of_the_host() -> None:
    host, _ = a_joint_commission()
    form_commission(host, "welding", WELDERS)
    elect_chair(host, "welding", NURLAN)
    council = seat_council(host, "org", (LEILA, OLGA, PAVEL))
    hat = host.officer(JOINT_COMMISSION)
    for body in (COMMISSION, council):
        plan = {"meeting_id": named("meeting"), "body": body}
        refused = host.world.refuses(
            "ACTOR-BODY", hat, PlanMeeting, **plan, planned_for=host.world.now.date()
        )
        assert refused["body"] == body
    invitation = {"bin": COLLEGE, "body_id": "welding", "person_id": SYMBAT}
    host.world.refuses(
        "ACTOR-BODY", hat, InviteSpecialist, **invitation, category="RESEARCHER"
    )


def test_a_joint_commission_serves_every_participant() -> None:
    host, _ = a_joint_commission()
    facts = host.world.facts()
    for owner in (COLLEGE, NEIGHBOUR):
        outline = [
            body
            for body in facts.reviewing_bodies(owner)
            if body.ref == JOINT_COMMISSION
        ]
        assert [body.participants for body in outline] == [(COLLEGE, NEIGHBOUR)]
        assert outline[0].owner == COLLEGE
    body = host.world.body(JOINT_COMMISSION)
    assert (body.members, body.is_led) == ((OLGA, MADI, DINA), True)


def test_a_document_of_a_participant_goes_to_the_joint_commission() -> None:
    _, neighbour = a_joint_commission()
    members = (MADI, DINA, neighbour.deputy.person)
    council = seat_council(neighbour, "org", members)
    document = draft(
        neighbour, "WORKING_STUDY_PLAN", level="TVE", discipline_code=WELDING
    )
    submitted = submit(neighbour, document)[0]
    assert isinstance(submitted, DocumentSubmitted)
    bodies = [one.body for stage in submitted.route.stages for one in stage.bodies]
    assert bodies == [JOINT_COMMISSION, council]


def test_a_document_of_another_discipline_does_not_go_there() -> None:
    _, neighbour = a_joint_commission()
    members = (MADI, DINA, neighbour.deputy.person)
    council = seat_council(neighbour, "org", members)
    document = draft(neighbour, "WORKING_STUDY_PLAN", level="TVE", discipline_code="1")
    submitted = submit(neighbour, document)[0]
    assert isinstance(submitted, DocumentSubmitted)
    bodies = [one.body for stage in submitted.route.stages for one in stage.bodies]
    assert bodies == [council]


def test_an_organisation_arranges_for_more_of_its_teachers() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA, PAVEL))
    consent(neighbour, MADI)
    host.world.give(host.head, FormJointCommission, **JOINT)
    arranged = {**NEIGHBOURS_PART, "person_ids": [DINA, DINA]}
    written = host.world.give(neighbour.head, ArrangeParticipation, **arranged)
    today = host.world.now.date()
    assert isinstance(written[0], ParticipationArranged)
    assert written[0].members == (DINA,)
    assert written[1:] == [
        BodyMemberAdded(organisation=NEIGHBOUR, person_id=DINA, valid_from=today)
    ]
    assert host.world.events(JOINT_COMMISSION)[-1:] == written[1:]
    host.world.refuses(
        "BODY-MEMBER-EXISTS", neighbour.head, ArrangeParticipation, **arranged
    )


def test_who_takes_no_part_arranges_nothing() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA,))
    arranged = {**NEIGHBOURS_PART, "person_ids": [DINA]}
    refused = host.world.refuses(
        "PARTICIPATION-STATE", neighbour.head, ArrangeParticipation, **arranged
    )
    assert refused == {"state": "REQUESTED"}


def test_every_participant_adds_and_removes_its_own_people_only() -> None:
    host, neighbour = a_joint_commission()
    refuses = host.world.refuses
    for head, person in ((host.head, MADI), (neighbour.head, OLGA)):
        one = {**JOINT, "person_id": person}
        refuses("BODY-NO-MEMBER", head, RemoveMember, **one)
    refuses("BODY-NOT-STAFF", neighbour.head, AddMember, **JOINT, person_id=PAVEL)
    host.world.give(host.head, AddMember, **JOINT, person_id=PAVEL)
    removed = host.world.give(neighbour.head, RemoveMember, **JOINT, person_id=MADI)
    assert isinstance(removed[0], BodyMemberRemoved)
    assert removed[0].organisation == NEIGHBOUR
    assert len(removed) == 1
    assert host.world.body(JOINT_COMMISSION).members == (OLGA, DINA, PAVEL)


def test_who_takes_no_part_sends_nobody() -> None:
    host, _ = a_joint_commission()
    university = found_university(host.world)
    appoint(university, LAWYERS[0], "TEACHER", WELDING)
    for command in (AddMember, RemoveMember):
        refused = host.world.refuses(
            "ACTOR-SCOPE", university.head, command, **JOINT, person_id=LAWYERS[0]
        )
        assert refused == {"organisation": UNIVERSITY, "owner": COLLEGE}


def test_a_neighbour_adds_nobody_to_an_own_commission_of_the_host() -> None:
    host, neighbour = a_joint_commission()
    form_commission(host, "welding", WELDERS)
    one = {"bin": COLLEGE, "body_id": "welding", "person_id": MADI}
    host.world.refuses("ACTOR-SCOPE", neighbour.head, AddMember, **one)


def test_teachers_of_one_organisation_alone_are_below_the_minimum() -> None:
    host, neighbour = a_joint_commission()
    for person in (PAVEL, RUSTEM):
        host.world.give(host.head, AddMember, **JOINT, person_id=person)
    host.world.give(neighbour.head, RemoveMember, **JOINT, person_id=MADI)
    fell = host.world.give(neighbour.head, RemoveMember, **JOINT, person_id=DINA)
    assert fell[1:] == [BodyFellBelowMinimum(members=3, minimum=3, organisations=1)]
    assert host.world.body(JOINT_COMMISSION).below_minimum
    back = {**NEIGHBOURS_PART, "person_ids": [MADI]}
    reached = host.world.give(neighbour.head, ArrangeParticipation, **back)
    assert reached[-1] == BodyReachedMinimum(members=4, minimum=3, organisations=2)
    assert not host.world.body(JOINT_COMMISSION).below_minimum


def test_members_leave_with_their_organisation() -> None:
    host, neighbour = a_joint_commission()
    chair = host.officer(JOINT_COMMISSION)
    host.world.later(days=1)
    written = host.world.give(
        neighbour.head, EndParticipation, **NEIGHBOURS_PART, act_no="4"
    )
    assert [type(event) for event in written] == [
        ParticipationEnded,
        BodyMemberRemoved,
        BodyMemberRemoved,
        OrganisationLeft,
        BodyFellBelowMinimum,
    ]
    body = host.world.body(JOINT_COMMISSION)
    assert (body.members, body.participants, body.is_led) == (
        (OLGA,),
        (COLLEGE,),
        False,
    )
    facts = host.world.facts()
    kinds = [body.kind for body in facts.reviewing_bodies(NEIGHBOUR)]
    assert "JOINT_COMMISSION" not in kinds
    plan = {"meeting_id": named("meeting"), "body": JOINT_COMMISSION}
    host.world.refuses(
        "ACTOR-CAPACITY", chair, PlanMeeting, **plan, planned_for=date(2026, 1, 13)
    )


def test_who_left_or_refused_may_be_asked_again() -> None:
    host, neighbour = a_joint_commission()
    ask = {**JOINT, "organisation": NEIGHBOUR}
    refused = host.world.refuses(
        "PARTICIPATION-ASKED", host.head, AskOrganisation, **ask
    )
    assert refused == {"organisation": NEIGHBOUR}
    host.world.later(days=1)
    end = {**NEIGHBOURS_PART, "act_no": "4"}
    host.world.give(neighbour.head, EndParticipation, **end)
    host.world.refuses("PARTICIPATION-STATE", neighbour.head, EndParticipation, **end)
    host.world.later(days=1)
    host.world.give(host.head, AskOrganisation, **ask)
    host.world.refuses("PARTICIPATION-ASKED", host.head, AskOrganisation, **ask)
    host.world.give(neighbour.head, RefuseParticipation, **NEIGHBOURS_PART)
    host.world.give(host.head, AskOrganisation, **ask)
    consented = {**NEIGHBOURS_PART, "members": [MADI, DINA]}
    written = host.world.give(neighbour.head, ConsentToParticipation, **consented)
    assert [type(event) for event in written] == [
        ParticipationConsented,
        OrganisationJoined,
        BodyReachedMinimum,
    ]
    assert host.world.body(JOINT_COMMISSION).members == (OLGA, MADI, DINA)
    assert not host.world.body(JOINT_COMMISSION).is_led, "the chair is elected anew"


def test_only_a_joint_commission_asks_organisations() -> None:
    host, _ = neighbours()
    form_commission(host, "welding", WELDERS)
    ask = {"bin": COLLEGE, "body_id": "welding", "organisation": NEIGHBOUR}
    host.world.refuses("R16-JOINT-SCOPE", host.head, AskOrganisation, **ask)


def test_the_host_is_not_asked_by_itself() -> None:
    host, _ = a_joint_commission()
    ask = {**JOINT, "organisation": COLLEGE}
    refused = host.world.refuses("R16-JOINT-SCOPE", host.head, AskOrganisation, **ask)
    assert refused == {"organisations": [COLLEGE]}


@pytest.mark.parametrize("how", [SuspendOrganisation, CloseOrganisation])
def test_who_is_suspended_or_closed_is_not_served(how: type[Command]) -> None:
    host, neighbour = a_joint_commission()
    act = {"bin": NEIGHBOUR, "act_no": "3"}
    host.world.give(neighbour.registrar, how, **act)
    body = host.world.body(JOINT_COMMISSION)
    assert (body.participants, body.members) == ((COLLEGE,), (OLGA,))
    assert body.below_minimum and not body.is_led
    assert not [
        one
        for one in host.world.facts().reviewing_bodies(NEIGHBOUR)
        if one.ref == JOINT_COMMISSION
    ]
    one = {**JOINT, "person_id": MADI}
    host.world.refuses("ORG-STATE", neighbour.head, RemoveMember, **one)


def test_a_joint_commission_of_a_suspended_host_reviews_for_nobody() -> None:
    host, _ = a_joint_commission()
    suspend(host)
    assert not host.world.body(JOINT_COMMISSION).exists
    bodies = host.world.facts().reviewing_bodies(NEIGHBOUR)
    assert JOINT_COMMISSION not in [body.ref for body in bodies]


def test_a_participant_may_give_up_a_level_that_only_the_commission_has() -> None:
    host, neighbour = a_joint_commission()
    levels = {"bin": NEIGHBOUR, "levels": ["PSE"]}
    host.world.give(neighbour.head, DeclareLevels, **levels)
    refused = host.world.refuses(
        "R2-LEVEL", host.head, DeclareLevels, bin=COLLEGE, levels=[]
    )
    assert refused


def test_a_chair_who_has_left_the_own_organisation_no_longer_acts() -> None:
    host, neighbour = a_joint_commission()
    chair = host.officer(JOINT_COMMISSION)
    leave(neighbour, DINA)
    appoint(host, DINA, "MASTER", WELDING)
    plan = {"meeting_id": named("meeting"), "body": JOINT_COMMISSION}
    refused = host.world.refuses(
        "ACTOR-CAPACITY", chair, PlanMeeting, **plan, planned_for=date(2026, 1, 13)
    )
    assert refused["reason"] == "not in force"
    assert host.world.body(JOINT_COMMISSION).members == (OLGA, MADI)


def test_the_voters_are_the_members_of_all_participants() -> None:
    host, _ = a_joint_commission()
    stuffed = elected(host, voters=4, votes_for=4)
    body = {**JOINT, "person_id": OLGA, "experience_years": 3}
    refused = host.world.refuses(
        "R17-CHAIR", host.head, ElectChair, **body, election=stuffed
    )
    assert refused["members_then"] == 3
    elect_chair(host, "joint-welding", OLGA)
    assert host.officer(JOINT_COMMISSION).organisation == COLLEGE


def test_nothing_is_said_to_a_commission_before_its_last_act() -> None:
    host, neighbour = a_joint_commission()
    before = host.world.now - timedelta(minutes=2)
    arranged = {**NEIGHBOURS_PART, "person_ids": [DINA]}
    refused = host.world.refuses(
        "CMD-BEFORE",
        neighbour.head,
        ArrangeParticipation,
        **arranged,
        occurred_at=before,
    )
    assert refused["act"] == before


def test_a_participation_ends_after_the_commission_was_dissolved() -> None:
    host, neighbour = a_joint_commission()
    host.world.give(host.head, DissolveBody, **JOINT, act_no="5")
    end = {**NEIGHBOURS_PART, "act_no": "4"}
    written = host.world.give(neighbour.head, EndParticipation, **end)
    assert [type(event) for event in written] == [ParticipationEnded]
