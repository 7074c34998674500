"""Rule 16: commissions that unite teachers of several organisations."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.decider import Command, Refusal
from domain.document_events import DocumentSubmitted
from domain.facts import Facts
from domain.identifiers import PersonId
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
    ParticipationRequested,
    stream_of,
)
from domain.review_body_commands import (
    AddMember,
    AskOrganisation,
    DissolveBody,
    ElectChair,
    FormJointCommission,
    InviteSpecialist,
    ProposeJointCommission,
    RemoveMember,
)
from domain.review_body_events import (
    BodyFellBelowMinimum,
    BodyMemberAdded,
    BodyMemberRemoved,
    BodyReachedMinimum,
    ChairElected,
    JointCommissionFormed,
    JointCommissionProposed,
    OrganisationDeclined,
    OrganisationJoined,
    OrganisationLeft,
)
from domain.staff import EndAppointment
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
    House,
    appoint,
    consent,
    elect_chair,
    elected,
    form_commission,
    found_university,
    neighbours,
    propose_joint,
    seat_council,
    unite,
)
from tests.domain.looks import Looks
from tests.domain.reviewing import convene, draft, submit
from tests.domain.scenario import Hat, named

PART = stream_of(NEIGHBOUR, COLLEGE, "joint-welding")
NAMES = {"ru": "Совместная комиссия"}


def united() -> tuple[House, House]:
    """OLGA of the college with MADI and DINA of the neighbour, who leads."""
    host, neighbour = neighbours()
    unite(host, neighbour)
    return host, neighbour


def proposal(**fields: object) -> dict[str, object]:
    body: dict[str, object] = {
        **JOINT,
        "names": NAMES,
        "levels": ["TVE"],
        "members": [OLGA],
        "organisations": [NEIGHBOUR],
        "discipline_codes": [WELDING],
    }
    return {**body, **fields}


def test_a_host_asks_and_the_request_is_in_the_feed_of_who_is_asked() -> None:
    host, _ = neighbours()
    propose_joint(host, (OLGA,))
    proposed = host.world.events(JOINT_COMMISSION)
    assert isinstance(proposed[0], JointCommissionProposed)
    assert proposed[0].organisations == (NEIGHBOUR,)
    requested = host.world.events(PART)
    assert isinstance(requested[0], ParticipationRequested)
    assert (requested[0].bin, requested[0].host) == (NEIGHBOUR, COLLEGE)
    assert host.world.owned(NEIGHBOUR, "participation") == (PART,)


def test_what_is_only_proposed_reviews_nothing() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA,))
    consent(neighbour, MADI, DINA)
    facts = host.world.facts()
    assert facts.body(JOINT_COMMISSION) is None
    for owner in (COLLEGE, NEIGHBOUR):
        kinds = [body.kind for body in facts.reviewing_bodies(owner)]
        assert "JOINT_COMMISSION" not in kinds


def test_three_teachers_of_two_organisations_form_a_joint_commission() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA,))
    consent(neighbour, MADI, DINA)
    formed = host.world.give(host.head, FormJointCommission, **JOINT)[0]
    assert isinstance(formed, JointCommissionFormed)
    told = {one.organisation: one.members for one in formed.organisations}
    assert told == {COLLEGE: (OLGA,), NEIGHBOUR: (MADI, DINA)}


@pytest.mark.parametrize(
    "fields",
    [
        {"organisations": []},
        {"organisations": [COLLEGE]},
        {"organisations": [NEIGHBOUR, COLLEGE]},
        {"discipline_codes": []},
        {"members": []},
    ],
    ids=["nobody", "itself", "itself-too", "no-discipline", "no-own-teacher"],
)
def test_a_joint_commission_is_of_one_discipline_and_several_organisations(
    fields: dict[str, object],
) -> None:
    host, _ = neighbours()
    host.world.refuses(
        "R16-JOINT-SCOPE", host.head, ProposeJointCommission, **proposal(**fields)
    )


def test_who_teaches_at_none_of_its_levels_is_not_asked() -> None:
    host, _ = neighbours()
    found_university(host.world)
    asked = proposal(organisations=[UNIVERSITY])
    refused = host.world.refuses(
        "R16-JOINT-SCOPE", host.head, ProposeJointCommission, **asked
    )
    assert refused == {"organisations": [UNIVERSITY]}


def test_only_an_organisation_that_is_registered_and_active_is_asked() -> None:
    host, neighbour = neighbours()
    stranger = proposal(organisations=["940140000385"])
    host.world.refuses("ORG-UNKNOWN", host.head, ProposeJointCommission, **stranger)
    suspend(neighbour)
    host.world.refuses("ORG-STATE", host.head, ProposeJointCommission, **proposal())


def test_the_host_names_its_own_teachers_of_the_discipline() -> None:
    host, _ = neighbours()
    for who in (MADI, LEILA):
        refused = host.world.refuses(
            "BODY-NOT-STAFF",
            host.head,
            ProposeJointCommission,
            **proposal(members=[OLGA, who]),
        )
        assert refused == {"persons": [who]}


@pytest.mark.parametrize(
    ("levels", "code"), [([], "R2-LEVEL"), (["PSE"], "R2-LEVEL"), (["HE"], "R2-LEVEL")]
)
def test_a_joint_commission_carries_levels_of_its_host(
    levels: list[str], code: str
) -> None:
    host, _ = neighbours()
    host.world.refuses(
        code, host.head, ProposeJointCommission, **proposal(levels=levels)
    )


def test_there_is_no_joint_commission_in_higher_education() -> None:
    host, _ = neighbours()
    university = found_university(host.world)
    appoint(university, LAWYERS[0], "TEACHER", WELDING)
    body = proposal(bin=UNIVERSITY, levels=["HE"], members=LAWYERS[:1])
    refused = host.world.refuses(
        "R16-LEVEL", university.head, ProposeJointCommission, **body
    )
    assert refused == {"levels": ("HE",), "allowed": ("TVE", "PSE")}


def test_a_joint_commission_serves_post_secondary_education_too() -> None:
    host, neighbour = neighbours()
    body = proposal(
        bin=NEIGHBOUR,
        levels=["TVE", "PSE"],
        members=[MADI, DINA],
        organisations=[COLLEGE],
    )
    neighbour.world.give(neighbour.head, ProposeJointCommission, **body)
    part = {**NEIGHBOURS_PART, "bin": COLLEGE, "host": NEIGHBOUR}
    host.world.give(host.head, ConsentToParticipation, **part, members=[OLGA])
    one = {**JOINT, "bin": NEIGHBOUR}
    formed = host.world.give(neighbour.head, FormJointCommission, **one)[0]
    assert isinstance(formed, JointCommissionFormed)
    assert formed.levels == ("TVE", "PSE")


def test_a_quorum_that_cannot_be_met_is_refused() -> None:
    host, _ = neighbours()
    never = {"regulation": "7", "quorum": [1, 1], "majority": [1, 2]}
    host.world.refuses(
        "BODY-QUORUM", host.head, ProposeJointCommission, **proposal(quorum_rule=never)
    )


def test_a_body_id_serves_once() -> None:
    host, _ = neighbours()
    propose_joint(host, (OLGA,))
    host.world.refuses("BODY-EXISTS", host.head, ProposeJointCommission, **proposal())


def test_without_a_consent_there_is_one_organisation_only() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA, PAVEL, RUSTEM))
    refused = host.world.refuses(
        "R16-JOINT-SCOPE", host.head, FormJointCommission, **JOINT
    )
    assert refused == {"organisations": [COLLEGE]}
    neighbour.world.give(neighbour.head, RefuseParticipation, **NEIGHBOURS_PART)
    assert host.world.events(JOINT_COMMISSION)[-1] == OrganisationDeclined(
        organisation=NEIGHBOUR
    )
    host.world.refuses("R16-JOINT-SCOPE", host.head, FormJointCommission, **JOINT)


def test_two_teachers_of_two_organisations_are_too_few() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA,))
    consent(neighbour, MADI)
    refused = host.world.refuses(
        "R16-MIN-TEACHERS", host.head, FormJointCommission, **JOINT
    )
    assert refused == {"minimum": 3, "eligible": 2}


def test_who_has_left_since_consenting_is_not_counted() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA, PAVEL))
    consent(neighbour, MADI)
    leave(neighbour, MADI)
    refused = host.world.refuses(
        "R16-JOINT-SCOPE", host.head, FormJointCommission, **JOINT
    )
    assert refused == {"organisations": [COLLEGE]}


def test_who_is_suspended_since_consenting_is_not_counted() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA, PAVEL))
    consent(neighbour, MADI)
    suspend(neighbour)
    refused = host.world.refuses(
        "R16-JOINT-SCOPE", host.head, FormJointCommission, **JOINT
    )
    assert refused == {"organisations": [COLLEGE]}


def test_requests_that_nobody_answered_cost_no_look_at_what_was_proposed() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA,))
    looks = Looks(host.world, set())
    now = host.world.facts()
    facts = Facts(looks, now.act, now.pack, PART, host.world.now)
    facts.reviewing_bodies(NEIGHBOUR)
    assert JOINT_COMMISSION not in looks.seen
    consent(neighbour, MADI, DINA)
    facts.reviewing_bodies(NEIGHBOUR)
    assert JOINT_COMMISSION in looks.seen


def test_a_host_that_no_longer_has_the_level_forms_nothing() -> None:
    host, neighbour = neighbours()
    body = proposal(
        bin=NEIGHBOUR, levels=["PSE", "TVE"], members=[MADI], organisations=[COLLEGE]
    )
    host.world.give(neighbour.head, ProposeJointCommission, **body)
    host.world.give(neighbour.head, DeclareLevels, bin=NEIGHBOUR, levels=["TVE"])
    one = {**JOINT, "bin": NEIGHBOUR}
    host.world.refuses("R2-LEVEL", neighbour.head, FormJointCommission, **one)


def test_a_joint_commission_is_formed_once() -> None:
    host, _ = united()
    refused = host.world.refuses("BODY-STATE", host.head, FormJointCommission, **JOINT)
    assert refused == {"state": "FORMED"}


def test_a_proposal_takes_no_members_and_has_no_chair() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA,))
    consent(neighbour, MADI)
    acts: list[tuple[type[Command], dict[str, object]]] = [
        (AddMember, {"person_id": PAVEL}),
        (RemoveMember, {"person_id": OLGA}),
        (ElectChair, {"person_id": OLGA, "experience_years": 1}),
    ]
    for command, fields in acts:
        refused = host.world.refuses(
            "BODY-STATE", host.head, command, **JOINT, **fields
        )
        assert refused == {"state": "PROPOSED"}
    arranged = {**NEIGHBOURS_PART, "person_ids": [DINA]}
    host.world.refuses("BODY-STATE", neighbour.head, ArrangeParticipation, **arranged)


def test_a_host_withdraws_its_proposal() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA,))
    host.world.give(host.head, DissolveBody, **JOINT, act_no="5")
    late = {**NEIGHBOURS_PART, "members": [MADI]}
    refused = host.world.refuses(
        "BODY-STATE", neighbour.head, ConsentToParticipation, **late
    )
    assert refused == {"state": "DISSOLVED"}


def test_nobody_consents_who_was_not_asked() -> None:
    host, neighbour = neighbours()
    part = {**NEIGHBOURS_PART, "members": [MADI]}
    refused = host.world.refuses(
        "PARTICIPATION-UNKNOWN", neighbour.head, ConsentToParticipation, **part
    )
    assert refused == {"body": JOINT_COMMISSION}
    form_commission(host, "welding", WELDERS)
    other = {**part, "body_id": "welding"}
    host.world.refuses(
        "PARTICIPATION-UNKNOWN", neighbour.head, ConsentToParticipation, **other
    )


def test_nobody_consents_for_another_organisation() -> None:
    host, _ = neighbours()
    propose_joint(host, (OLGA,))
    part = {**NEIGHBOURS_PART, "members": [MADI]}
    refused = host.world.refuses(
        "ACTOR-SCOPE", host.head, ConsentToParticipation, **part
    )
    assert refused == {"organisation": COLLEGE, "owner": NEIGHBOUR}


def test_a_teacher_does_not_consent_for_the_organisation() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA,))
    part = {**NEIGHBOURS_PART, "members": [MADI]}
    teacher = neighbour.teacher(MADI)
    host.world.refuses("ACTOR-ROLE", teacher, ConsentToParticipation, **part)


def test_an_organisation_consents_with_its_own_teachers() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA,))
    for members, code in (
        ([], "R16-JOINT-SCOPE"),
        ([PAVEL], "BODY-NOT-STAFF"),
        ([neighbour.head.person], "BODY-NOT-STAFF"),
        ([OLGA], "BODY-MEMBER-EXISTS"),
    ):
        part = {**NEIGHBOURS_PART, "members": members}
        host.world.refuses(code, neighbour.head, ConsentToParticipation, **part)


def test_a_teacher_of_both_organisations_counts_once() -> None:
    host, neighbour = neighbours()
    appoint(neighbour, OLGA, "TEACHER", WELDING)
    propose_joint(host, (OLGA, PAVEL))
    part = {**NEIGHBOURS_PART, "members": [OLGA]}
    refused = host.world.refuses(
        "BODY-MEMBER-EXISTS", neighbour.head, ConsentToParticipation, **part
    )
    assert refused == {"person_id": OLGA}


def test_consent_is_given_and_refused_once() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA,))
    consent(neighbour, MADI)
    consented = host.world.events(PART)[-1]
    assert isinstance(consented, ParticipationConsented)
    assert consented.body == JOINT_COMMISSION
    again = {**NEIGHBOURS_PART, "members": [DINA]}
    refused = host.world.refuses(
        "PARTICIPATION-STATE", neighbour.head, ConsentToParticipation, **again
    )
    assert refused == {"state": "CONSENTED"}
    host.world.refuses(
        "PARTICIPATION-STATE", neighbour.head, RefuseParticipation, **NEIGHBOURS_PART
    )


def test_a_chair_may_be_of_any_participant_and_acts_for_the_host() -> None:
    host, _ = united()
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
    host, _ = united()
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
    host, _ = united()
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
    host, _ = united()
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
    _, neighbour = united()
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
    _, neighbour = united()
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
    host, neighbour = united()
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
    host, _ = united()
    university = found_university(host.world)
    appoint(university, LAWYERS[0], "TEACHER", WELDING)
    for command in (AddMember, RemoveMember):
        refused = host.world.refuses(
            "ACTOR-SCOPE", university.head, command, **JOINT, person_id=LAWYERS[0]
        )
        assert refused == {"organisation": UNIVERSITY, "owner": COLLEGE}


def test_a_neighbour_adds_nobody_to_an_own_commission_of_the_host() -> None:
    host, neighbour = united()
    form_commission(host, "welding", WELDERS)
    one = {"bin": COLLEGE, "body_id": "welding", "person_id": MADI}
    host.world.refuses("ACTOR-SCOPE", neighbour.head, AddMember, **one)


def test_teachers_of_one_organisation_alone_are_below_the_minimum() -> None:
    host, neighbour = united()
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
    host, neighbour = united()
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
    host, neighbour = united()
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
    host, _ = united()
    ask = {**JOINT, "organisation": COLLEGE}
    refused = host.world.refuses("R16-JOINT-SCOPE", host.head, AskOrganisation, **ask)
    assert refused == {"organisations": [COLLEGE]}


def suspend(house: House) -> None:
    act = {"bin": house.bin, "act_no": "3"}
    house.world.give(house.registrar, SuspendOrganisation, **act)


@pytest.mark.parametrize("how", [SuspendOrganisation, CloseOrganisation])
def test_who_is_suspended_or_closed_is_not_served(how: type[Command]) -> None:
    host, neighbour = united()
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
    host, _ = united()
    suspend(host)
    assert not host.world.body(JOINT_COMMISSION).exists
    bodies = host.world.facts().reviewing_bodies(NEIGHBOUR)
    assert JOINT_COMMISSION not in [body.ref for body in bodies]


def test_a_participant_may_give_up_a_level_that_only_the_commission_has() -> None:
    host, neighbour = united()
    levels = {"bin": NEIGHBOUR, "levels": ["PSE"]}
    host.world.give(neighbour.head, DeclareLevels, **levels)
    refused = host.world.refuses(
        "R2-LEVEL", host.head, DeclareLevels, bin=COLLEGE, levels=[]
    )
    assert refused


def leave(house: House, who: object) -> None:
    one = {"bin": house.bin, "person_id": who, "appointment": 1}
    today = house.world.now.date()
    house.world.give(house.head, EndAppointment, **one, valid_to=today, order_no="1")
    house.world.later(days=1)


def test_a_chair_who_has_left_the_own_organisation_no_longer_acts() -> None:
    host, neighbour = united()
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
    host, _ = united()
    stuffed = elected(host, voters=4, votes_for=4)
    body = {**JOINT, "person_id": OLGA, "experience_years": 3}
    refused = host.world.refuses(
        "R17-CHAIR", host.head, ElectChair, **body, election=stuffed
    )
    assert refused["members_then"] == 3
    elect_chair(host, "joint-welding", OLGA)
    assert host.officer(JOINT_COMMISSION).organisation == COLLEGE


def test_nothing_is_said_to_a_commission_before_its_last_act() -> None:
    host, neighbour = united()
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
    host, neighbour = united()
    host.world.give(host.head, DissolveBody, **JOINT, act_no="5")
    end = {**NEIGHBOURS_PART, "act_no": "4"}
    written = host.world.give(neighbour.head, EndParticipation, **end)
    assert [type(event) for event in written] == [ParticipationEnded]


@settings(deadline=None, max_examples=40, database=None)
@given(
    st.lists(st.sampled_from(WELDERS), min_size=1, max_size=5),
    st.lists(st.sampled_from([MADI, DINA]), max_size=3),
    st.sets(st.sampled_from([*WELDERS, MADI, DINA]), max_size=3),
)
def test_p11_three_distinct_teachers_of_two_organisations_or_no_joint_commission(
    own: list[PersonId], theirs: list[PersonId], gone: set[PersonId]
) -> None:
    host, neighbour = neighbours()
    propose_joint(host, own)
    if theirs:
        consent(neighbour, *theirs)
    for who in gone:
        house = neighbour if who in (MADI, DINA) else host
        one = {"bin": house.bin, "person_id": who, "appointment": 1, "order_no": "1"}
        last_day = host.world.now.date()
        host.world.give(house.head, EndAppointment, **one, valid_to=last_day)
    host.world.later(days=1)
    left = [set(own) - gone, set(theirs) - gone]
    try:
        host.world.give(host.head, FormJointCommission, **JOINT)
    except Refusal:
        assert not all(left) or len(left[0] | left[1]) < 3
        return
    assert all(left) and len(left[0] | left[1]) >= 3
    assert set(host.world.body(JOINT_COMMISSION).members) == left[0] | left[1]
