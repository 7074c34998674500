"""Rules 16 and 17: commissions and departments, their members and who leads them."""

from datetime import date, timedelta

import msgspec
import pytest

from domain.council_commands import DissolveCouncil
from domain.decider import Command
from domain.review_body_commands import (
    AddMember,
    AppointDepartmentHead,
    DissolveBody,
    ElectChair,
    FormCommission,
    FormDepartment,
    InviteSpecialist,
    RemoveMember,
)
from domain.review_body_events import (
    BodyFellBelowMinimum,
    BodyMemberAdded,
    BodyMemberRemoved,
    BodyReachedMinimum,
    ChairElected,
    DepartmentHeadAppointed,
    ReviewBodyDissolved,
    ReviewBodyFormed,
    SpecialistInvited,
)
from domain.staff import EndAppointment
from domain.unit import CloseUnit
from tests.domain.given import (
    BOLAT,
    COLLEGE,
    COLLEGE_COUNCIL,
    COMMISSION,
    DEPARTMENT,
    ERLAN,
    FACULTY,
    GULNARA,
    LAW,
    LAWYERS,
    NURLAN,
    OLGA,
    PAVEL,
    REGULATION,
    RUSTEM,
    SYMBAT,
    UNIVERSITY,
    UNIVERSITY_COUNCIL,
    WELDERS,
    WELDING,
    ZHANNA,
    House,
    a_college,
    a_staffed_college,
    a_staffed_university,
    a_university,
    a_university_and_a_college,
    appoint,
    appoint_department_head,
    elect_chair,
    form_commission,
    form_department,
    mandate,
)
from tests.domain.reviewing import draft, state_of, submit

CIVIL_LAW = {"bin": UNIVERSITY, "body_id": "civil-law"}
WELDING_COMMISSION = {"bin": COLLEGE, "body_id": "welding"}
NAMES = {"ru": "Комиссия сварки"}
ELECTION = {"date": "2026-01-12", "voters": 3, "votes_for": 2}


def commission(**fields: object) -> dict[str, object]:
    body: dict[str, object] = {
        **WELDING_COMMISSION,
        "names": NAMES,
        "levels": ["TVE"],
        "members": WELDERS[:3],
        "discipline_codes": [WELDING],
    }
    return {**body, **fields}


def department(**fields: object) -> dict[str, object]:
    body: dict[str, object] = {
        **CIVIL_LAW,
        "names": NAMES,
        "levels": ["HE"],
        "members": LAWYERS[:3],
        "discipline_codes": [LAW],
        "unit_id": FACULTY,
        "regulation": REGULATION,
    }
    return {**body, **fields}


def test_three_teachers_and_masters_make_a_commission() -> None:
    house = a_staffed_college()
    form_commission(house, "welding", (NURLAN, OLGA, PAVEL))
    formed = house.world.events(COMMISSION)[0]
    assert isinstance(formed, ReviewBodyFormed)
    assert formed.members == (NURLAN, OLGA, PAVEL)


def test_two_teachers_make_no_commission() -> None:
    house = a_staffed_college()
    refused = house.world.refuses(
        "R16-MIN-TEACHERS",
        house.head,
        FormCommission,
        **commission(members=[OLGA, PAVEL]),
    )
    assert refused == {"minimum": 3, "eligible": 2}


def test_a_teacher_named_twice_counts_once() -> None:
    house = a_staffed_college()
    house.world.refuses(
        "R16-MIN-TEACHERS",
        house.head,
        FormCommission,
        **commission(members=[OLGA, PAVEL, OLGA]),
    )


def test_who_left_the_college_does_not_count() -> None:
    house = a_staffed_college()
    house.world.give(
        house.head,
        EndAppointment,
        bin=COLLEGE,
        person_id=PAVEL,
        appointment=1,
        valid_to="2026-01-11",
        order_no="3-к",
    )
    refused = house.world.refuses(
        "R16-MIN-TEACHERS", house.head, FormCommission, **commission()
    )
    assert refused["eligible"] == 2


def test_teachers_of_another_discipline_do_not_count() -> None:
    house = a_staffed_college()
    refused = house.world.refuses(
        "R16-MIN-TEACHERS",
        house.head,
        FormCommission,
        **commission(discipline_codes=["0811"]),
    )
    assert refused["eligible"] == 0


def test_strangers_and_managers_are_no_members() -> None:
    house = a_staffed_college()
    members = [*WELDERS[:3], SYMBAT, house.head.person]
    refused = house.world.refuses(
        "BODY-NOT-STAFF", house.head, FormCommission, **commission(members=members)
    )
    assert refused == {"persons": [SYMBAT, house.head.person]}


def test_a_university_forms_no_commission() -> None:
    house = a_staffed_university()
    refused = house.world.refuses(
        "R16-LEVEL",
        house.head,
        FormCommission,
        **commission(bin=UNIVERSITY, levels=["HE"]),
    )
    assert refused == {"levels": ("HE",), "allowed": ("TVE",)}


def test_a_college_forms_no_department() -> None:
    house = a_staffed_college()
    house.world.refuses(
        "R16-LEVEL",
        house.head,
        FormDepartment,
        **department(bin=COLLEGE, levels=["TVE"]),
    )


@pytest.mark.parametrize("levels", [[], ["PSE"], ["TVE", "HE"]])
def test_a_body_carries_levels_of_its_organisation(levels: list[str]) -> None:
    house = a_staffed_college()
    refused = house.world.refuses(
        "R2-LEVEL", house.head, FormCommission, **commission(levels=levels)
    )
    assert refused["allowed"] == ("TVE",)


@pytest.mark.parametrize(
    "regulation", [None, {**REGULATION, "approver_role": "DEPUTY_HEAD_EM"}]
)
def test_a_department_needs_its_regulation_approved_as_the_charter_provides(
    regulation: object,
) -> None:
    house = a_staffed_university()
    refused = house.world.refuses(
        "R11-NO-REGULATION",
        house.head,
        FormDepartment,
        **department(regulation=regulation),
    )
    assert refused == {"unit_id": "civil-law", "approvers": ("HEAD",)}


def test_a_department_names_a_unit_that_is_active() -> None:
    house = a_staffed_university()
    for unit_id in ("physics", "org"):
        refused = house.world.refuses(
            "UNIT-UNKNOWN", house.head, FormDepartment, **department(unit_id=unit_id)
        )
        assert refused == {"unit_id": unit_id}
    unnamed = department()
    del unnamed["unit_id"]
    with pytest.raises(msgspec.ValidationError, match="unit_id"):
        house.world.command(house.head, FormDepartment, **unnamed)


def test_a_department_works_by_a_regulation_of_its_own_in_its_unit() -> None:
    house = a_staffed_university()
    form_department(house, "civil-law", LAWYERS)
    formed = house.world.events(DEPARTMENT)[0]
    assert isinstance(formed, ReviewBodyFormed) and formed.regulation is not None
    assert formed.unit == f"unit/{UNIVERSITY}.{FACULTY}"
    assert formed.regulation.approver_role == "HEAD"


def test_the_regulation_of_a_department_is_not_of_tomorrow() -> None:
    house = a_staffed_university()
    tomorrow = {**REGULATION, "date": "2026-01-13"}
    house.world.refuses(
        "CMD-FUTURE",
        house.head,
        FormDepartment,
        **department(regulation=tomorrow),
    )


def test_a_member_who_left_the_organisation_does_not_lead_the_department() -> None:
    house = a_university()
    ended = {"bin": UNIVERSITY, "person_id": GULNARA, "appointment": 1}
    house.world.give(
        house.head, EndAppointment, **ended, valid_to="2026-01-11", order_no="1"
    )
    head = {**CIVIL_LAW, "person_id": GULNARA, "order_no": "1"}
    refused = house.world.refuses(
        "R17-DEPARTMENT-HEAD", house.head, AppointDepartmentHead, **head
    )
    assert refused == {"person_id": GULNARA}


def test_a_chair_is_seated_with_the_body_the_day_and_the_reasons() -> None:
    house = a_college()
    reasons = "salted:" + "a1" * 32
    house.world.give(house.head, ElectChair, **chair(OLGA, reasons_ref=reasons))
    seated = house.world.events(COMMISSION)[-1]
    assert isinstance(seated, ChairElected)
    assert (seated.body_id, seated.valid_from) == ("welding", date(2026, 1, 12))
    assert seated.reasons_ref == reasons


def test_a_body_belongs_to_an_active_unit() -> None:
    house = a_staffed_college()
    refused = house.world.refuses(
        "UNIT-UNKNOWN", house.head, FormCommission, **commission(unit_id="physics")
    )
    assert refused == {"unit_id": "physics"}


def test_a_body_has_a_quorum_that_can_be_met() -> None:
    house = a_staffed_college()
    never = {"regulation": "7", "quorum": [2, 2], "majority": [1, 2]}
    refused = house.world.refuses(
        "BODY-QUORUM",
        house.head,
        FormCommission,
        **WELDING_COMMISSION,
        names=NAMES,
        levels=["TVE"],
        members=WELDERS,
        quorum_rule=never,
    )
    assert refused == {"quorum": (2, 2), "majority": (1, 2)}


def test_a_body_is_formed_once() -> None:
    house = a_college()
    refused = house.world.refuses(
        "BODY-EXISTS", house.head, FormCommission, **commission()
    )
    assert refused == {"body": COMMISSION}


def test_a_commission_elects_its_chair_from_teachers_and_masters() -> None:
    house = a_staffed_college()
    form_commission(house, "welding", WELDERS)
    elect_chair(house, "welding", NURLAN)
    chosen = house.world.events(COMMISSION)[-1]
    assert isinstance(chosen, ChairElected)
    assert (chosen.staff_kind, chosen.experience_years) == ("MASTER", 18)


@pytest.mark.parametrize(
    "election",
    [
        None,
        {**ELECTION, "votes_for": 1},
        {**ELECTION, "voters": 2, "votes_for": 1},
        {**ELECTION, "voters": 2, "votes_for": 3},
        {**ELECTION, "voters": 0, "votes_for": 0},
        {**ELECTION, "voters": 4, "votes_for": 4},
        {**ELECTION, "date": "2026-01-13"},
    ],
    ids=["none", "lost", "tied", "stuffed", "empty", "outsiders", "tomorrow"],
)
def test_a_chair_needs_an_election_that_was_won(election: object) -> None:
    house = a_staffed_college()
    form_commission(house, "welding", WELDERS[:3])
    refused = house.world.refuses(
        "R17-CHAIR",
        house.head,
        ElectChair,
        **WELDING_COMMISSION,
        person_id=NURLAN,
        experience_years=18,
        election=election,
    )
    assert refused["is_member"] and refused["is_teacher"]


def chair(who: str, **fields: object) -> dict[str, object]:
    body = {**WELDING_COMMISSION, "person_id": who, "experience_years": 18}
    return {**body, "election": ELECTION, **fields}


def test_a_chair_is_not_elected_before_there_is_a_commission() -> None:
    house = a_staffed_college()
    house.world.later(days=3)
    form_commission(house, "welding", WELDERS[:3])
    house.world.refuses("CMD-BEFORE", house.head, ElectChair, **chair(NURLAN))


def test_a_chair_is_a_member() -> None:
    house = a_college()
    refused = house.world.refuses("R17-CHAIR", house.head, ElectChair, **chair(RUSTEM))
    assert (refused["is_member"], refused["is_teacher"]) == (False, True)


def test_a_member_who_teaches_no_longer_is_not_elected() -> None:
    house = a_college()
    house.world.give(
        house.head,
        EndAppointment,
        bin=COLLEGE,
        person_id=OLGA,
        appointment=1,
        valid_to="2026-01-11",
        order_no="3-к",
    )
    refused = house.world.refuses("R17-CHAIR", house.head, ElectChair, **chair(OLGA))
    assert (refused["is_member"], refused["is_teacher"]) == (True, False)


def invite(house: House, who: str, category: str = "RESEARCHER") -> None:
    body = {**WELDING_COMMISSION, "person_id": who, "category": category}
    house.world.give(house.head, InviteSpecialist, **body)


def test_an_invited_specialist_is_never_elected() -> None:
    house = a_college()
    invite(house, SYMBAT)
    refused = house.world.refuses(
        "R17-EXTERNAL", house.head, ElectChair, **chair(SYMBAT)
    )
    assert refused == {"person_id": SYMBAT}


def test_an_outsider_who_is_employed_may_join_and_be_elected() -> None:
    house = a_college()
    invite(house, SYMBAT)
    appoint(house, SYMBAT, "TEACHER", WELDING)
    body = {**WELDING_COMMISSION, "person_id": SYMBAT}
    house.world.give(house.head, AddMember, **body)
    house.world.give(house.head, ElectChair, **chair(SYMBAT))


@pytest.mark.parametrize("category", ["RESEARCHER", "PEDAGOGUE", "ENTERPRISE"])
def test_outsiders_of_three_categories_may_be_engaged(category: str) -> None:
    house = a_college()
    invite(house, SYMBAT, category)
    assert house.world.events(COMMISSION)[-1] == SpecialistInvited(
        person_id=SYMBAT, category=category
    )


def test_an_unknown_category_of_outsiders_is_refused() -> None:
    house = a_college()
    body = {**WELDING_COMMISSION, "person_id": SYMBAT, "category": "FRIEND"}
    refused = house.world.refuses("BODY-CATEGORY", house.head, InviteSpecialist, **body)
    assert refused["category"] == "FRIEND"


def test_the_chair_of_another_body_engages_nobody_for_this_one() -> None:
    university, college = a_university_and_a_college()
    body = {**WELDING_COMMISSION, "person_id": SYMBAT, "category": "RESEARCHER"}
    strangers = (
        university.officer(DEPARTMENT),
        university.officer(UNIVERSITY_COUNCIL),
        college.officer(COLLEGE_COUNCIL),
    )
    for hat in strangers:
        refused = college.world.refuses("ACTOR-BODY", hat, InviteSpecialist, **body)
        assert refused == {"body": COMMISSION, "capacity": hat.capacity}
    college.world.give(college.officer(COMMISSION), InviteSpecialist, **body)


def test_a_member_is_not_invited() -> None:
    house = a_college()
    body = {**WELDING_COMMISSION, "person_id": OLGA, "category": "RESEARCHER"}
    house.world.refuses("BODY-MEMBER-EXISTS", house.head, InviteSpecialist, **body)


def test_somebody_invited_is_not_invited_again() -> None:
    house = a_college()
    invite(house, SYMBAT)
    body = {**WELDING_COMMISSION, "person_id": SYMBAT, "category": "ENTERPRISE"}
    house.world.refuses("BODY-MEMBER-EXISTS", house.head, InviteSpecialist, **body)


def test_a_department_is_led_by_its_head() -> None:
    house = a_staffed_university()
    form_department(house, "civil-law", LAWYERS)
    appoint_department_head(house, "civil-law", ERLAN)
    seated = house.world.events(DEPARTMENT)[-1]
    assert isinstance(seated, DepartmentHeadAppointed) and seated.person_id == ERLAN


def test_a_department_elects_no_chair() -> None:
    house = a_university()
    refused = house.world.refuses(
        "R17-DEPARTMENT-HEAD",
        house.head,
        ElectChair,
        **{**chair(ERLAN), **CIVIL_LAW},
    )
    assert refused == {"kind": "DEPARTMENT"}


def test_a_commission_gets_no_head_by_appointment() -> None:
    house = a_college()
    body = {**WELDING_COMMISSION, "person_id": OLGA, "order_no": "1"}
    refused = house.world.refuses(
        "R17-CHAIR", house.head, AppointDepartmentHead, **body
    )
    assert refused == {"kind": "COMMISSION"}


def test_a_department_head_works_in_the_department() -> None:
    house = a_university()
    body = {**CIVIL_LAW, "person_id": SYMBAT, "order_no": "1"}
    refused = house.world.refuses(
        "R17-DEPARTMENT-HEAD", house.head, AppointDepartmentHead, **body
    )
    assert refused == {"person_id": SYMBAT}


def test_the_next_department_head_follows_the_day_before() -> None:
    house = a_university()
    old = house.officer(DEPARTMENT)
    house.world.later(days=1)
    appoint_department_head(house, "civil-law", ZHANNA)
    invitation = {**CIVIL_LAW, "person_id": SYMBAT, "category": "RESEARCHER"}
    house.world.refuses("ACTOR-CAPACITY", old, InviteSpecialist, **invitation)
    house.world.give(house.officer(DEPARTMENT), InviteSpecialist, **invitation)


def test_a_member_is_added_once() -> None:
    house = a_college()
    body = {**WELDING_COMMISSION, "person_id": RUSTEM}
    added = house.world.give(house.head, AddMember, **body)
    assert isinstance(added[0], BodyMemberAdded)
    refused = house.world.refuses("BODY-MEMBER-EXISTS", house.head, AddMember, **body)
    assert refused == {"person_id": RUSTEM}


def test_only_teachers_of_the_discipline_are_added() -> None:
    house = a_college()
    appoint(house, SYMBAT, "TEACHER", "0811")
    body = {**WELDING_COMMISSION, "person_id": SYMBAT}
    refused = house.world.refuses("BODY-NOT-STAFF", house.head, AddMember, **body)
    assert refused == {"persons": [SYMBAT]}


def test_a_body_falls_below_its_minimum_and_comes_back() -> None:
    house = a_college()
    give, head = house.world.give, house.head
    removed = give(head, RemoveMember, **WELDING_COMMISSION, person_id=PAVEL)
    assert isinstance(removed[0], BodyMemberRemoved)
    assert removed[1:] == [BodyFellBelowMinimum(members=2, minimum=3, organisations=1)]
    again = give(head, RemoveMember, **WELDING_COMMISSION, person_id=OLGA)
    assert len(again) == 1
    assert len(give(head, AddMember, **WELDING_COMMISSION, person_id=OLGA)) == 1
    added = give(head, AddMember, **WELDING_COMMISSION, person_id=RUSTEM)
    assert added[1:] == [BodyReachedMinimum(members=3, minimum=3, organisations=1)]


def test_who_is_no_member_cannot_be_removed() -> None:
    house = a_college()
    body = {**WELDING_COMMISSION, "person_id": RUSTEM}
    refused = house.world.refuses("BODY-NO-MEMBER", house.head, RemoveMember, **body)
    assert refused == {"person_id": RUSTEM}


def test_a_removed_chair_no_longer_acts_for_the_commission() -> None:
    house = a_college()
    old = house.officer(COMMISSION)
    invitation = {**WELDING_COMMISSION, "person_id": SYMBAT, "category": "RESEARCHER"}
    body = {**WELDING_COMMISSION, "person_id": NURLAN}
    house.world.later(days=1)
    house.world.give(house.head, RemoveMember, **body)
    refused = house.world.refuses("ACTOR-CAPACITY", old, InviteSpecialist, **invitation)
    assert refused["reason"] == "not in force"


def test_a_former_chair_who_comes_back_is_a_plain_member() -> None:
    house = a_college()
    old = house.officer(COMMISSION)
    body = {**WELDING_COMMISSION, "person_id": NURLAN}
    house.world.later(days=1)
    house.world.give(house.head, RemoveMember, **body)
    house.world.later(days=1)
    house.world.give(house.head, AddMember, **body)
    assert not house.world.body(COMMISSION).is_led
    invitation = {**WELDING_COMMISSION, "person_id": SYMBAT, "category": "RESEARCHER"}
    house.world.refuses("ACTOR-CAPACITY", old, InviteSpecialist, **invitation)


def test_a_dissolved_body_takes_no_command() -> None:
    house = a_college()
    dissolve: dict[str, object] = {**WELDING_COMMISSION, "act_no": "8"}
    dissolved = house.world.give(house.head, DissolveBody, **dissolve)
    assert dissolved == [ReviewBodyDissolved(act_no="8")]
    commands: list[tuple[type[Command], dict[str, object]]] = [
        (AddMember, {**WELDING_COMMISSION, "person_id": RUSTEM}),
        (RemoveMember, {**WELDING_COMMISSION, "person_id": OLGA}),
        (ElectChair, chair(OLGA)),
        (DissolveBody, dissolve),
    ]
    for command, fields in commands:
        refused = house.world.refuses("BODY-STATE", house.head, command, **fields)
        assert refused == {"state": "DISSOLVED"}


def test_documents_on_their_way_keep_no_body_and_no_unit_alive() -> None:
    house = a_university()
    document = draft(house)
    submit(house, document)
    house.world.give(house.head, DissolveBody, **CIVIL_LAW, act_no="8")
    decision = mandate(house, FACULTY)
    faculty = {"bin": UNIVERSITY, "key": FACULTY, "decision_id": decision}
    house.world.give(house.head, DissolveCouncil, **faculty)
    for unit_id in ("methods", FACULTY):
        unit = {"bin": UNIVERSITY, "unit_id": unit_id, "act_no": "9"}
        house.world.give(house.head, CloseUnit, **unit)
    assert state_of(house, document).phase == "IN_REVIEW"


def test_a_body_that_was_never_formed_is_unknown() -> None:
    house = a_staffed_college()
    refused = house.world.refuses(
        "BODY-UNKNOWN", house.head, AddMember, **WELDING_COMMISSION, person_id=OLGA
    )
    assert refused == {"body": COMMISSION}


def test_no_act_of_a_body_is_dated_before_its_last_one() -> None:
    house = a_college()
    before = house.world.now - timedelta(hours=1)
    body = {**WELDING_COMMISSION, "person_id": RUSTEM}
    refused = house.world.refuses(
        "CMD-BEFORE", house.head, AddMember, **body, occurred_at=before
    )
    assert refused["act"] == before


def test_a_teacher_of_two_disciplines_may_belong_to_two_departments() -> None:
    house = a_staffed_university()
    form_department(house, "civil-law", (BOLAT, GULNARA, ERLAN))
    form_department(house, "criminal-law", (BOLAT, GULNARA, ZHANNA))
