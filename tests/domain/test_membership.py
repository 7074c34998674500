"""Who of a body is in office on a day: by election or act, and by a post there."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.council_commands import ConstituteCouncil, ElectMember, RemoveMember
from domain.dates import Spell
from domain.decider import Act, Actor, Refusal
from domain.document import decide
from domain.document_commands import SubmitDocument
from domain.document_events import DocumentSubmitted
from domain.document_state import stream_of
from domain.facts import Facts
from domain.identifiers import PersonId, Stream
from domain.meeting_commands import OpenVote, PlanMeeting, RecordArrival
from domain.meeting_events import VoteOpened
from domain.review_body_commands import AddMember, ElectChair, InviteSpecialist
from domain.review_body_commands import RemoveMember as RemoveFromBody
from domain.review_body_events import (
    BodyFellBelowMinimum,
    BodyMemberAdded,
    BodyMemberRemoved,
    BodyReachedMinimum,
    ReviewBodyFormed,
)
from domain.staff import EndAppointment
from domain.staff_events import AppointmentEnded, StaffAppointed
from tests.domain.given import (
    BOLAT,
    COLLEGE,
    COMMISSION,
    DEPARTMENT,
    ERLAN,
    FACULTY_COUNCIL,
    GULNARA,
    LAW,
    LAWYERS,
    NEW_YEAR,
    NURLAN,
    OLGA,
    PAVEL,
    RUSTEM,
    SYMBAT,
    UNIVERSITY,
    UNIVERSITY_COUNCIL,
    WELDERS,
    WELDING,
    ZHANNA,
    House,
    a_college,
    a_staffed_university,
    a_university,
    appoint,
    appoint_department_head,
    elect,
    elected,
    establish,
    form_department,
    leave,
    mandate,
    open_unit,
    seat_council,
)
from tests.domain.looks import Looks
from tests.domain.reviewing import convene, draft, state_of, submit
from tests.domain.scenario import World, named

WELDING_COMMISSION = {"bin": COLLEGE, "body_id": "welding"}
ORG = {"bin": UNIVERSITY, "key": "org"}
EXPERIENCED = {"experience_years": 18}


def end(house: House, who: PersonId, last_day: date, appointment: int = 1) -> None:
    one = {"bin": house.bin, "person_id": who, "appointment": appointment}
    house.world.give(
        house.head, EndAppointment, **one, valid_to=last_day, order_no="3-к"
    )


def test_whose_appointment_has_ended_is_no_member_of_a_department() -> None:
    house = a_university()
    end(house, ZHANNA, house.world.now.date())
    assert house.world.body(DEPARTMENT).members == LAWYERS
    house.world.later(days=1)
    assert house.world.body(DEPARTMENT).members == (BOLAT, GULNARA, ERLAN)


def test_a_body_is_below_its_minimum_on_the_days_on_which_it_is() -> None:
    house = a_college()
    assert not house.world.body(COMMISSION).below_minimum
    leave(house, PAVEL)
    assert house.world.body(COMMISSION).below_minimum
    back = house.world.now.date() + timedelta(days=5)
    appoint(house, PAVEL, "TEACHER", WELDING, valid_from=back)
    assert house.world.body(COMMISSION).below_minimum
    house.world.later(days=5)
    assert not house.world.body(COMMISSION).below_minimum


def test_only_teachers_and_masters_count_in_a_department_but_not_in_a_council() -> None:
    house = a_university()
    appoint(house, BOLAT, "SPECIALIST", valid_from=NEW_YEAR)
    leave(house, BOLAT)
    assert BOLAT not in house.world.body(DEPARTMENT).members
    assert BOLAT in house.world.body(UNIVERSITY_COUNCIL).members


def test_a_route_leaves_out_a_department_whose_members_have_left() -> None:
    house = a_university()
    document = draft(house)
    leave(house, ZHANNA)
    leave(house, GULNARA)
    submitted = submit(house, document)[0]
    assert isinstance(submitted, DocumentSubmitted)
    skipped = [(one.body, one.reason) for one in submitted.route.skipped]
    assert skipped == [(DEPARTMENT, "BELOW_MINIMUM")]


def test_a_head_of_department_who_has_left_neither_leads_nor_acts() -> None:
    house = a_university()
    head = house.officer(DEPARTMENT)
    leave(house, ERLAN)
    assert not house.world.body(DEPARTMENT).is_led
    invitation = {"bin": UNIVERSITY, "body_id": "civil-law", "person_id": SYMBAT}
    refused = house.world.refuses(
        "ACTOR-CAPACITY", head, InviteSpecialist, **invitation, category="RESEARCHER"
    )
    assert refused["reason"] == "not in force"
    appoint(house, ERLAN, "TEACHER", LAW, valid_from=house.world.now.date())
    assert house.world.body(DEPARTMENT).is_led


@pytest.mark.parametrize("seat", ["CHAIR", "SECRETARY"])
def test_an_officer_who_has_left_the_house_no_longer_acts_for_the_council(
    seat: str,
) -> None:
    house = a_university()
    officer = house.officer(FACULTY_COUNCIL, seat)
    leave(house, officer.person)
    refused = house.world.refuses(
        "ACTOR-CAPACITY",
        officer,
        PlanMeeting,
        meeting_id=named("meeting"),
        body=FACULTY_COUNCIL,
        planned_for=house.world.now.date(),
    )
    assert refused["act"] == house.world.now.date()
    assert house.world.body(FACULTY_COUNCIL).is_led == (seat == "SECRETARY")


def test_the_base_of_a_quorum_is_who_is_in_office_that_day() -> None:
    house = a_university()
    leave(house, GULNARA)
    sitting = convene(house, UNIVERSITY_COUNCIL)
    sitting.place(draft(house))
    sitting.open()
    sitting.refuses("MEETING-PRESENCE", RecordArrival, person_id=GULNARA)
    sitting.vote(1, 4)
    opened = [
        entry.event for entry in house.world.log if isinstance(entry.event, VoteOpened)
    ]
    assert (opened[-1].present, opened[-1].base) == (4, 4)


def test_below_the_seats_of_its_mandate_a_council_goes_on_with_who_is_in_office() -> (
    None
):
    house = a_university()
    house.world.later(days=1)
    faculty = {"bin": UNIVERSITY, "key": "law"}
    house.world.give(house.head, RemoveMember, **faculty, person_id=ERLAN)
    body = house.world.body(FACULTY_COUNCIL)
    assert (body.members, body.is_led) == ((BOLAT, GULNARA), True)
    sitting = convene(house, FACULTY_COUNCIL)
    sitting.place(draft(house))
    sitting.open(BOLAT)
    refused = sitting.refuses("MEETING-QUORUM", OpenVote, item=1)
    assert (refused["present"], refused["base"]) == (1, 2)
    sitting.arrive(GULNARA)
    sitting.vote(1, 2)
    sitting.close()


def test_a_council_is_not_constituted_with_members_who_have_left() -> None:
    house = a_staffed_university()
    establish(house, "org", mandate(house, "org", (3, 3)))
    elect(house, "org", *LAWYERS[:3])
    leave(house, ERLAN)
    two = {**ORG, "chair": BOLAT, "secretary": GULNARA}
    refused = house.world.refuses("COUNCIL-SEATS", house.head, ConstituteCouncil, **two)
    assert refused == {"seats_min": 3, "members": 2}


def test_who_has_left_keeps_the_seat_until_somebody_removes_them() -> None:
    house = a_staffed_university()
    seat_council(house, "org", LAWYERS[:3], mandate(house, "org", (3, 3)))
    leave(house, ERLAN)
    seat = {**ORG, "person_id": ZHANNA, "election": elected(house)}
    house.world.refuses("COUNCIL-SEATS", house.head, ElectMember, **seat)
    house.world.give(house.head, RemoveMember, **ORG, person_id=ERLAN)
    house.world.give(house.head, ElectMember, **seat)
    assert house.world.body(UNIVERSITY_COUNCIL).members == (BOLAT, GULNARA, ZHANNA)


def test_acts_on_members_count_those_in_office() -> None:
    house = a_college()
    give, head = house.world.give, house.head
    leave(house, PAVEL)
    gone = {**WELDING_COMMISSION, "person_id": PAVEL}
    assert [type(event) for event in give(head, RemoveFromBody, **gone)] == [
        BodyMemberRemoved
    ]
    another = {**WELDING_COMMISSION, "person_id": RUSTEM}
    assert give(head, AddMember, **another)[1:] == [
        BodyReachedMinimum(members=3, minimum=3, organisations=1)
    ]
    assert give(head, RemoveFromBody, **another)[1:] == [
        BodyFellBelowMinimum(members=2, minimum=3, organisations=1)
    ]


def chair(house: House, who: PersonId, **election: object) -> dict[str, object]:
    body = {**WELDING_COMMISSION, **EXPERIENCED, "person_id": who}
    return {**body, "election": {**elected(house, 3, 2), **election}}


def test_no_more_vote_for_a_chair_than_were_members_that_day() -> None:
    house = a_college()
    before = house.world.now.date()
    house.world.later(days=3)
    another = {**WELDING_COMMISSION, "person_id": RUSTEM}
    house.world.give(house.head, AddMember, **another)
    stuffed = chair(house, OLGA, voters=4, votes_for=3, date=before)
    refused = house.world.refuses("R17-CHAIR", house.head, ElectChair, **stuffed)
    assert refused["members_then"] == 3
    house.world.give(
        house.head, ElectChair, **chair(house, OLGA, voters=4, votes_for=3)
    )


def test_who_became_a_member_after_the_election_was_not_elected() -> None:
    house = a_college()
    before = house.world.now.date()
    house.world.later(days=3)
    another = {**WELDING_COMMISSION, "person_id": RUSTEM}
    house.world.give(house.head, AddMember, **another)
    early = chair(house, RUSTEM, date=before)
    refused = house.world.refuses("R17-CHAIR", house.head, ElectChair, **early)
    assert (refused["is_member"], refused["is_teacher"]) == (True, True)


def test_nobody_is_a_chair_again_by_an_election_before_the_next_one() -> None:
    house = a_college()
    old = chair(house, NURLAN)
    house.world.refuses("R17-CHAIR", house.head, ElectChair, **old)
    house.world.later(days=3)
    house.world.give(house.head, ElectChair, **chair(house, OLGA))
    house.world.refuses("R17-CHAIR", house.head, ElectChair, **old)


def test_an_invited_specialist_counts_nowhere() -> None:
    house = a_college()
    one = {**WELDING_COMMISSION, "person_id": SYMBAT, "category": "ENTERPRISE"}
    house.world.give(house.head, InviteSpecialist, **one)
    leave(house, PAVEL)
    body = house.world.body(COMMISSION)
    assert (body.members, body.below_minimum) == ((NURLAN, OLGA), True)


def test_a_submission_looks_at_members_of_the_bodies_that_it_concerns_only() -> None:
    house = a_university()
    open_unit(house, "medicine", "FACULTY")
    doctors = [PersonId(named(f"doctor {number}")) for number in range(3)]
    for doctor in doctors:
        appoint(house, doctor, "TEACHER", "0912", unit="medicine")
    form_department(
        house, "surgery", doctors, discipline_codes=["0912"], unit_id="medicine"
    )
    appoint_department_head(house, "surgery", doctors[0])
    document = draft(house)
    command = house.world.command(house.deputy, SubmitDocument, document_id=document)
    looks = Looks(house.world, set())
    world, deputy = house.world, house.deputy
    seat = Stream(deputy.capacity.partition("#")[0])
    role = "DEPUTY_HEAD_EM"
    actor = Actor(deputy.person, UNIVERSITY, role, deputy.capacity, seat)
    act = Act(actor, world.now)
    facts = Facts(looks, act, world.pack, stream_of(document), world.now)
    assert isinstance(command, SubmitDocument)
    decide(command, state_of(house, document), facts)
    staff = {stream for stream in looks.seen if stream.startswith("staff/")}
    assert {f"staff/{UNIVERSITY}.{lawyer}" for lawyer in LAWYERS} <= staff
    assert not staff & {f"staff/{UNIVERSITY}.{doctor}" for doctor in doctors}
    assert Stream(f"review-body/{UNIVERSITY}.surgery") in looks.seen


def in_office_by_the_log(world: World, day: date) -> set[str]:
    """Members of the commission of welding, told anew from what was recorded."""
    added: dict[str, list[Spell]] = {}
    posts: dict[str, dict[int, Spell]] = {}
    for entry in world.log:
        match entry.event:
            case ReviewBodyFormed(members=members) if entry.stream == COMMISSION:
                for who in members:
                    added[who] = [Spell(valid_from=entry.mark.on)]
            case BodyMemberAdded(person_id=who, valid_from=first):
                added.setdefault(who, []).append(Spell(valid_from=first))
            case BodyMemberRemoved(person_id=who, valid_to=last):
                first = added[who][-1].valid_from
                added[who][-1] = Spell(valid_from=first, valid_to=last)
            case StaffAppointed(person_id=who, post="TEACHER" | "MASTER", spell=spell):
                posts.setdefault(who, {})[entry.mark.version] = spell
            case AppointmentEnded(appointment=number, spell=spell):
                held = posts.get(entry.stream.rpartition(".")[2], {})
                if number in held:
                    held[number] = spell
    return {
        who
        for who, spells in added.items()
        if any(spell.covers(day) for spell in spells)
        and any(spell.covers(day) for spell in posts.get(who, {}).values())
    }


STEPS = st.tuples(
    st.sampled_from(["hire", "leave", "add", "remove", "wait"]),
    st.sampled_from(WELDERS),
    st.integers(0, 3),
)


@settings(deadline=None, max_examples=60, database=None)
@given(st.lists(STEPS, max_size=12))
def test_membership_is_election_and_post_together_on_every_day(
    steps: list[tuple[str, PersonId, int]],
) -> None:
    house = a_college()
    world = house.world
    for what, who, days in steps:
        today = world.now.date()
        member = {**WELDING_COMMISSION, "person_id": who}
        number = world.version(Stream(f"staff/{COLLEGE}.{who}"))
        with suppress(Refusal):
            match what:
                case "hire":
                    appoint(house, who, "TEACHER", WELDING, valid_from=today)
                case "leave":
                    end(house, who, today + timedelta(days=days), number)
                case "add":
                    world.give(house.head, AddMember, **member)
                case "remove":
                    world.give(house.head, RemoveFromBody, **member)
                case "wait":
                    world.later(days=days)
    facts = world.facts()
    for passed in range(40):
        day = date(2026, 1, 10) + timedelta(days=passed)
        told = in_office_by_the_log(world, day)
        members = facts.members(COMMISSION, day)
        assert {member.person for member in members} == told
    now = in_office_by_the_log(world, world.now.date())
    body = world.body(COMMISSION)
    assert set(body.members) == now
    assert body.below_minimum == (len(now) < 3)
    assert not body.is_led or NURLAN in now
