"""Rule 16: commissions that unite teachers of several organisations."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.decider import Command, Refusal
from domain.facts import Facts
from domain.identifiers import PersonId
from domain.organisation_commands import (
    DeclareLevels,
)
from domain.participation_commands import (
    ArrangeParticipation,
    ConsentToParticipation,
    RefuseParticipation,
)
from domain.participation_events import (
    ParticipationConsented,
    ParticipationRequested,
    stream_of,
)
from domain.review_body_commands import (
    AddMember,
    DissolveBody,
    ElectChair,
    FormJointCommission,
    ProposeJointCommission,
    RemoveMember,
)
from domain.review_body_events import (
    JointCommissionFormed,
    JointCommissionProposed,
    OrganisationDeclined,
)
from domain.staff import EndAppointment
from tests.domain.given import (
    COLLEGE,
    DINA,
    JOINT,
    JOINT_COMMISSION,
    LAWYERS,
    LEILA,
    MADI,
    NEIGHBOUR,
    NEIGHBOURS_PART,
    OLGA,
    PAVEL,
    RUSTEM,
    UNIVERSITY,
    WELDERS,
    WELDING,
    a_joint_commission,
    appoint,
    consent,
    form_commission,
    found_university,
    leave,
    neighbours,
    propose_joint,
    suspend,
)
from tests.domain.looks import Looks

PART = stream_of(NEIGHBOUR, COLLEGE, "joint-welding")
NAMES = {"ru": "Совместная комиссия"}


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
    host, _ = a_joint_commission()
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
