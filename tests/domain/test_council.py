"""Rules 14 and 32: the mandate, the election, and the term of a methodical council."""

from datetime import date, timedelta

import pytest

from domain.council_commands import (
    ConstituteCouncil,
    DissolveCouncil,
    ElectMember,
    EstablishCouncil,
    RemoveMember,
)
from domain.council_events import (
    CouncilChairSeated,
    CouncilConstituted,
    CouncilDissolved,
    CouncilEstablished,
    CouncilMemberElected,
    CouncilMemberRemoved,
    CouncilSecretarySeated,
)
from domain.council_state import Council
from domain.dates import ONE_DAY, last_day_of_term
from domain.decider import Command
from domain.identifiers import Stream
from domain.meeting_commands import PlanMeeting
from domain.unit import CloseUnit
from tests.domain.given import (
    BOLAT,
    ERLAN,
    FACULTY,
    FACULTY_COUNCIL,
    GULNARA,
    LAWYERS,
    MONDAY_DATE,
    SYMBAT,
    UNIVERSITY,
    UNIVERSITY_COUNCIL,
    ZHANNA,
    House,
    a_founded_school,
    a_founded_university,
    a_staffed_university,
    a_university,
    elect,
    elected,
    establish,
    mandate,
    seat_council,
    set_methodists,
)
from tests.domain.scenario import ONE_MINUTE, named

ORG = {"bin": UNIVERSITY, "key": "org"}


def council(house: House, **fields: object) -> dict[str, object]:
    body = {"bin": house.bin, "key": "org", "council_id": named("council")}
    return {**body, "title": {"ru": "Методический совет"}, **fields}


def established(seats: tuple[int, int] = (3, 5)) -> House:
    house = a_staffed_university()
    establish(house, "org", mandate(house, "org", seats))
    return house


def test_a_mandate_fixes_the_seats_of_the_council() -> None:
    house = established((3, 4))
    written = house.world.events(UNIVERSITY_COUNCIL)[0]
    assert isinstance(written, CouncilEstablished)
    assert (written.kind, written.seats_min, written.seats_max) == ("ORG_COUNCIL", 3, 4)


def test_a_council_without_a_mandate_is_refused() -> None:
    house = a_staffed_university()
    refused = house.world.refuses(
        "R14-MANDATE", house.head, EstablishCouncil, **council(house)
    )
    assert refused == {"decision_id": None, "council": "org"}


def test_a_mandate_of_another_council_does_not_do() -> None:
    house = a_staffed_university()
    other = mandate(house, FACULTY)
    refused = house.world.refuses(
        "R14-MANDATE",
        house.head,
        EstablishCouncil,
        **council(house, mandate_decision_id=other),
    )
    assert refused == {"decision_id": other, "council": "org"}


def test_a_decision_of_another_kind_is_no_mandate() -> None:
    house = a_founded_university()
    set_methodists(house, 1)
    decision = named("headcount" + UNIVERSITY)
    house.world.refuses(
        "R14-MANDATE",
        house.head,
        EstablishCouncil,
        **council(house, mandate_decision_id=decision),
    )


def test_a_mandate_does_not_serve_before_it_was_given() -> None:
    house = a_staffed_university()
    before = house.world.now + ONE_MINUTE
    house.world.later(days=30)
    decision = mandate(house, "org", day=house.world.now.date())
    refused = house.world.refuses(
        "R14-MANDATE",
        house.head,
        EstablishCouncil,
        **council(house, mandate_decision_id=decision),
        occurred_at=before,
    )
    assert refused == {"decision_id": decision, "council": "org"}


def test_an_organisation_has_one_council_at_a_time() -> None:
    house = established()
    again = mandate(house, "org")
    refused = house.world.refuses(
        "COUNCIL-EXISTS",
        house.head,
        EstablishCouncil,
        **council(house, mandate_decision_id=again),
    )
    assert refused == {"council": UNIVERSITY_COUNCIL}


def test_a_unit_has_a_council_of_its_own() -> None:
    house = a_staffed_university()
    establish(house, FACULTY)
    written = house.world.events(FACULTY_COUNCIL)[0]
    assert isinstance(written, CouncilEstablished)
    assert (written.kind, written.unit) == (
        "UNIT_COUNCIL",
        Stream(f"unit/{UNIVERSITY}.{FACULTY}"),
    )


def test_a_council_is_of_a_unit_of_the_organisation_or_approves_chairs() -> None:
    house = a_staffed_university()
    kinds = {"org": "ORG_COUNCIL", "um": "UM_COUNCIL", FACULTY: "UNIT_COUNCIL"}
    for key, kind in kinds.items():
        body = house.world.body(seat_council(house, key, LAWYERS[:3]))
        assert (body.kind, body.is_led) == (kind, True)
        decision = mandate(house, key)
        house.world.refuses(
            "COUNCIL-EXISTS",
            house.head,
            EstablishCouncil,
            **council(house, key=key, mandate_decision_id=decision),
        )


def test_others_see_which_council_sits_and_not_only_where() -> None:
    house = a_university()
    before = house.world.body(UNIVERSITY_COUNCIL).council_id
    decision = mandate(house, "org")
    house.world.give(house.head, DissolveCouncil, **ORG, decision_id=decision)
    house.world.later(days=1)
    seat_council(house, "org", LAWYERS[:3])
    after = house.world.body(UNIVERSITY_COUNCIL).council_id
    assert before is not None and after is not None and before != after


def test_a_council_serves_a_unit_that_is_active() -> None:
    house = a_staffed_university()
    closing = mandate(house, FACULTY)
    house.world.give(house.head, CloseUnit, bin=UNIVERSITY, unit_id=FACULTY, act_no="1")
    for key in (FACULTY, "physics"):
        refused = house.world.refuses(
            "UNIT-UNKNOWN",
            house.head,
            EstablishCouncil,
            **council(house, key=key, mandate_decision_id=closing),
        )
        assert refused == {"unit_id": key}


def test_a_school_council_does_not_repeat_the_pedagogical_council() -> None:
    house = a_founded_school()
    decision = mandate(house, "org")
    body = council(house, mandate_decision_id=decision)
    refused = house.world.refuses("R32-DUPLICATE", house.head, EstablishCouncil, **body)
    assert refused == {"council": "org"}
    body["distinct_from_pedagogical_council"] = True
    written = house.world.give(house.head, EstablishCouncil, **body)
    assert isinstance(written[0], CouncilEstablished)
    assert written[0].distinct_from_pedagogical_council


def seat(who: str, **fields: object) -> dict[str, object]:
    election = {"date": "2026-01-12", "voters": 9, "votes_for": 7}
    return {**ORG, "person_id": who, "election": election, **fields}


def test_members_are_elected() -> None:
    house = established()
    written = house.world.give(house.head, ElectMember, **seat(BOLAT))
    assert isinstance(written[0], CouncilMemberElected)
    assert (written[0].seat, written[0].valid_from) == (1, date(2026, 1, 12))


@pytest.mark.parametrize(
    "election",
    [
        None,
        {"date": "2026-01-12", "voters": 9, "votes_for": 4},
        {"date": "2026-01-12", "voters": 8, "votes_for": 4},
        {"date": "2026-01-12", "voters": 8, "votes_for": 9},
        {"date": "2026-01-12", "voters": 0, "votes_for": 0},
        {"date": "2026-01-13", "voters": 9, "votes_for": 9},
    ],
    ids=["none", "lost", "tied", "stuffed", "empty", "tomorrow"],
)
def test_a_seat_without_an_election_that_was_won_is_refused(election: object) -> None:
    house = established()
    refused = house.world.refuses(
        "R14-NOT-ELECTED", house.head, ElectMember, **seat(BOLAT, election=election)
    )
    assert refused["person_id"] == BOLAT


def test_an_election_seats_once_and_not_for_the_next_term_too() -> None:
    house = a_staffed_university()
    term = mandate(house, "org", term_months=1)
    seat_council(house, "org", LAWYERS[:3], term)
    old = elected(house)
    house.world.later(days=40)
    house.world.refuses(
        "R14-NOT-ELECTED", house.head, ElectMember, **seat(BOLAT, election=old)
    )
    house.world.give(house.head, ElectMember, **seat(ZHANNA, election=old))
    elect(house, "org", BOLAT)


def test_nobody_is_elected_before_the_council_was_established() -> None:
    house = established()
    early = {"date": "2026-01-11", "voters": 9, "votes_for": 7}
    house.world.refuses(
        "CMD-BEFORE", house.head, ElectMember, **seat(BOLAT, election=early)
    )


def test_a_member_is_not_elected_again() -> None:
    house = established()
    elect(house, "org", BOLAT)
    refused = house.world.refuses(
        "BODY-MEMBER-EXISTS", house.head, ElectMember, **seat(BOLAT)
    )
    assert refused == {"person_id": BOLAT}


def test_a_full_council_refuses_another_member() -> None:
    house = established((3, 3))
    elect(house, "org", *LAWYERS[:3])
    refused = house.world.refuses(
        "COUNCIL-SEATS", house.head, ElectMember, **seat(ZHANNA)
    )
    assert refused == {"seats_max": 3, "members": 3}


def test_a_full_council_is_full_on_earlier_days_too() -> None:
    house = established((3, 3))
    before = house.world.now
    house.world.later(days=5)
    for lawyer in LAWYERS[:3]:
        today = {**elected(house), "date": "2026-01-17"}
        house.world.give(house.head, ElectMember, **seat(lawyer, election=today))
    house.world.refuses(
        "CMD-BEFORE", house.head, ElectMember, **seat(ZHANNA), occurred_at=before
    )


def test_a_seat_that_was_left_may_be_filled() -> None:
    house = established((3, 3))
    elect(house, "org", *LAWYERS[:3])
    house.world.later(days=1)
    removed = house.world.give(house.head, RemoveMember, **ORG, person_id=BOLAT)
    assert isinstance(removed[0], CouncilMemberRemoved)
    elect(house, "org", ZHANNA)


def test_members_work_in_the_organisation() -> None:
    house = established()
    refused = house.world.refuses(
        "BODY-NOT-STAFF", house.head, ElectMember, **seat(SYMBAT)
    )
    assert refused == {"persons": [SYMBAT]}


def test_who_is_no_member_cannot_be_removed() -> None:
    house = established()
    refused = house.world.refuses(
        "BODY-NO-MEMBER", house.head, RemoveMember, **ORG, person_id=BOLAT
    )
    assert refused == {"person_id": BOLAT}


def officers(chair: str, secretary: str) -> dict[str, object]:
    return {**ORG, "chair": chair, "secretary": secretary}


def test_a_council_with_empty_seats_is_not_constituted() -> None:
    house = established()
    elect(house, "org", BOLAT, GULNARA)
    refused = house.world.refuses(
        "COUNCIL-SEATS", house.head, ConstituteCouncil, **officers(BOLAT, GULNARA)
    )
    assert refused == {"seats_min": 3, "members": 2}


@pytest.mark.parametrize(
    ("chair", "secretary", "named_in_refusal"),
    [
        (ZHANNA, GULNARA, [ZHANNA]),
        (BOLAT, ZHANNA, [ZHANNA]),
        (BOLAT, BOLAT, [BOLAT]),
    ],
)
def test_chair_and_secretary_are_two_members(
    chair: str, secretary: str, named_in_refusal: list[str]
) -> None:
    house = established()
    elect(house, "org", *LAWYERS[:3])
    refused = house.world.refuses(
        "COUNCIL-OFFICERS",
        house.head,
        ConstituteCouncil,
        **officers(chair, secretary),
    )
    assert refused == {"persons": named_in_refusal}


def test_a_constituted_council_has_a_term_and_two_officers() -> None:
    house = a_staffed_university()
    establish(house, "org", mandate(house, "org", term_months=24))
    elect(house, "org", *LAWYERS[:3])
    written = house.world.give(
        house.head, ConstituteCouncil, **officers(BOLAT, GULNARA)
    )
    assert [type(event) for event in written] == [
        CouncilConstituted,
        CouncilChairSeated,
        CouncilSecretarySeated,
    ]
    assert isinstance(written[0], CouncilConstituted)
    assert written[0].term_end == date(2028, 1, 11)


@pytest.mark.parametrize(
    ("first_day", "months", "last_day"),
    [
        (date(2026, 1, 12), None, None),
        (date(2026, 1, 12), 12, date(2027, 1, 11)),
        (date(2026, 8, 31), 6, date(2027, 2, 27)),
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
    ],
)
def test_a_term_ends_the_day_before_the_anniversary(
    first_day: date, months: int | None, last_day: date | None
) -> None:
    assert last_day_of_term(first_day, months) == last_day


def meeting_of(house: House) -> dict[str, object]:
    today = house.world.now.date()
    body = {"meeting_id": named("meeting"), "planned_for": today}
    return {**body, "body": UNIVERSITY_COUNCIL}


def test_a_council_works_until_its_term_is_over() -> None:
    house = a_staffed_university()
    term = mandate(house, "org", term_months=1)
    seat_council(house, "org", LAWYERS[:3], term)
    chair = house.officer(UNIVERSITY_COUNCIL)
    house.world.later(days=30)
    house.world.give(chair, PlanMeeting, **meeting_of(house))
    house.world.later(days=1)
    late = {**meeting_of(house), "meeting_id": named("late meeting")}
    refused = house.world.refuses("BODY-NOT-LED", chair, PlanMeeting, **late)
    assert refused == {"bodies": [UNIVERSITY_COUNCIL]}


def test_after_its_term_a_council_is_elected_anew_and_constituted_again() -> None:
    house = a_staffed_university()
    term = mandate(house, "org", term_months=1)
    council = seat_council(house, "org", LAWYERS[:3], term)
    house.world.later(days=31)
    assert house.world.body(council).members == ()
    refused = house.world.refuses(
        "COUNCIL-SEATS", house.head, ConstituteCouncil, **officers(BOLAT, GULNARA)
    )
    assert refused == {"seats_min": 3, "members": 0}
    elect(house, "org", *LAWYERS[:3])
    house.world.give(house.head, ConstituteCouncil, **officers(BOLAT, GULNARA))
    assert house.world.body(council).is_led
    house.world.give(house.officer(council), PlanMeeting, **meeting_of(house))


def test_who_is_elected_in_the_old_term_for_the_new_one_is_seated_when_it_begins() -> (
    None
):
    house = a_staffed_university()
    term = mandate(house, "org", term_months=1)
    council = seat_council(house, "org", LAWYERS[:3], term)
    last_days = {**elected(house), "date": "2026-02-10"}
    house.world.later(days=31)
    for lawyer in LAWYERS[:3]:
        written = house.world.give(
            house.head, ElectMember, **seat(lawyer, election=last_days)
        )
        assert isinstance(written[0], CouncilMemberElected)
        assert written[0].valid_from == date(2026, 2, 12)
    house.world.give(house.head, ConstituteCouncil, **officers(BOLAT, GULNARA))
    assert house.world.body(council).members == LAWYERS[:3]


def test_who_is_elected_within_a_term_serves_until_it_is_over() -> None:
    house = a_staffed_university()
    term = mandate(house, "org", term_months=1)
    council = seat_council(house, "org", LAWYERS[:3], term)
    house.world.later(days=10)
    elect(house, "org", ZHANNA)
    assert house.world.body(council).members == LAWYERS
    house.world.later(days=21)
    assert house.world.body(council).members == ()


def test_who_is_removed_within_a_term_leaves_before_it_is_over() -> None:
    house = a_staffed_university()
    term = mandate(house, "org", term_months=1)
    council = seat_council(house, "org", LAWYERS, term)
    house.world.later(days=10)
    house.world.give(house.head, RemoveMember, **ORG, person_id=ERLAN)
    assert ERLAN not in house.world.body(council).members


def test_new_officers_do_not_prolong_the_term() -> None:
    house = a_staffed_university()
    council = seat_council(
        house, "org", LAWYERS, mandate(house, "org", (3, 5), term_months=1)
    )
    first = house.officer(council)
    house.world.later(days=20)
    officers = {"chair": ERLAN, "secretary": BOLAT}
    house.world.give(house.head, ConstituteCouncil, **ORG, **officers)
    assert house.officer(council) != first
    house.world.later(days=10)
    assert house.world.body(council).is_led
    house.world.later(days=1)
    assert not house.world.body(council).is_led


def test_a_council_established_anew_takes_a_new_id() -> None:
    house = established()
    before = house.world.events(UNIVERSITY_COUNCIL)[0]
    assert isinstance(before, CouncilEstablished)
    decision = mandate(house, "org")
    house.world.give(house.head, DissolveCouncil, **ORG, decision_id=decision)
    again = council(house, council_id=before.council_id, mandate_decision_id=decision)
    refused = house.world.refuses(
        "COUNCIL-ID-USED", house.head, EstablishCouncil, **again
    )
    assert refused == {"council_id": before.council_id}


def test_a_seat_is_not_filled_from_a_day_on_which_it_was_taken() -> None:
    house = established((3, 3))
    elect(house, "org", *LAWYERS[:3])
    election = {"date": "2026-01-14", "voters": 9, "votes_for": 7}
    house.world.later(days=5)
    house.world.give(house.head, RemoveMember, **ORG, person_id=BOLAT)
    for who, code in ((ZHANNA, "COUNCIL-SEATS"), (BOLAT, "BODY-MEMBER-EXISTS")):
        house.world.refuses(
            code, house.head, ElectMember, **seat(who, election=election)
        )


def test_a_decision_of_a_later_day_dissolves_no_council() -> None:
    house = established()
    before = house.world.now
    house.world.later(days=5)
    decision = mandate(house, "org", day=house.world.now.date())
    house.world.refuses(
        "ORG-NO-DECISION",
        house.head,
        DissolveCouncil,
        **ORG,
        decision_id=decision,
        occurred_at=before,
    )


def test_a_council_whose_chair_has_left_is_not_led() -> None:
    house = a_university()
    chair = house.officer(UNIVERSITY_COUNCIL)
    secretary = house.officer(UNIVERSITY_COUNCIL, "SECRETARY")
    house.world.later(days=1)
    house.world.give(house.head, RemoveMember, **ORG, person_id=chair.person)
    house.world.refuses("BODY-NOT-LED", secretary, PlanMeeting, **meeting_of(house))
    house.world.refuses("ACTOR-CAPACITY", chair, PlanMeeting, **meeting_of(house))


def test_a_secretary_who_has_left_no_longer_acts_for_the_council() -> None:
    house = a_university()
    secretary = house.officer(UNIVERSITY_COUNCIL, "SECRETARY")
    house.world.later(days=1)
    house.world.give(house.head, RemoveMember, **ORG, person_id=secretary.person)
    refused = house.world.refuses(
        "ACTOR-CAPACITY", secretary, PlanMeeting, **meeting_of(house)
    )
    assert refused["reason"] == "not in force"


def test_the_next_officers_follow_the_day_before() -> None:
    house = a_university()
    chair = house.officer(UNIVERSITY_COUNCIL)
    house.world.later(days=1)
    house.world.give(house.head, ConstituteCouncil, **officers(ZHANNA, ERLAN))
    house.world.refuses("ACTOR-CAPACITY", chair, PlanMeeting, **meeting_of(house))
    house.world.give(
        house.officer(UNIVERSITY_COUNCIL), PlanMeeting, **meeting_of(house)
    )


def test_a_council_is_dissolved_by_a_decision_of_the_governing_council() -> None:
    house = a_university()
    refused = house.world.refuses(
        "ORG-NO-DECISION",
        house.head,
        DissolveCouncil,
        **ORG,
        decision_id=named("no decision"),
    )
    assert refused == {"decision_id": named("no decision")}
    decision = mandate(house, "org")
    dissolved = house.world.give(
        house.head, DissolveCouncil, **ORG, decision_id=decision
    )
    assert isinstance(dissolved[0], CouncilDissolved)


def test_no_decision_from_before_a_council_dissolves_it() -> None:
    house = a_university()
    decision = mandate(house, "org", day=MONDAY_DATE - ONE_DAY)
    refused = house.world.refuses(
        "CMD-BEFORE", house.head, DissolveCouncil, **ORG, decision_id=decision
    )
    assert refused == {"act": MONDAY_DATE - ONE_DAY, "rests_on": MONDAY_DATE}


def test_a_dissolved_council_takes_no_command_until_it_is_established_again() -> None:
    house = a_university()
    old = house.world.state(UNIVERSITY_COUNCIL)
    decision = mandate(house, "org")
    dissolve: dict[str, object] = {**ORG, "decision_id": decision}
    house.world.give(house.head, DissolveCouncil, **dissolve)
    commands: list[tuple[type[Command], dict[str, object]]] = [
        (ElectMember, seat(ZHANNA)),
        (RemoveMember, {**ORG, "person_id": BOLAT}),
        (ConstituteCouncil, officers(BOLAT, GULNARA)),
        (DissolveCouncil, dissolve),
    ]
    for command, fields in commands:
        refused = house.world.refuses("BODY-STATE", house.head, command, **fields)
        assert refused == {"state": "DISSOLVED"}
    house.world.later(days=1)
    establish(house, "org", decision)
    new = house.world.state(UNIVERSITY_COUNCIL)
    assert isinstance(old, Council) and isinstance(new, Council)
    assert new.council_id != old.council_id and not new.members


def test_a_council_that_was_never_established_is_unknown() -> None:
    house = a_staffed_university()
    refused = house.world.refuses(
        "BODY-UNKNOWN", house.head, ElectMember, **seat(BOLAT)
    )
    assert refused == {"body": UNIVERSITY_COUNCIL}


def test_no_act_of_a_council_is_dated_before_its_last_one() -> None:
    house = a_university()
    before = house.world.now - timedelta(hours=1)
    refused = house.world.refuses(
        "CMD-BEFORE",
        house.head,
        RemoveMember,
        **ORG,
        person_id=BOLAT,
        occurred_at=before,
    )
    assert refused["act"] == before
