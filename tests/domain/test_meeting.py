"""Meetings: who is there, who votes, what is carried, and how it is minuted."""

from datetime import date, timedelta

import pytest

from domain import council_commands
from domain.council_commands import DissolveCouncil
from domain.decider import Command, Event
from domain.document_commands import RecordConclusion, ReviseContent
from domain.identifiers import ContentRef, Stream
from domain.meeting_commands import (
    AnnulVote,
    CallOff,
    CloseMeeting,
    CloseVote,
    ConveneMeeting,
    MinuteMeeting,
    OpenMeeting,
    OpenVote,
    PlaceItem,
    PlanMeeting,
    PostponeItem,
    RecordArrival,
    RecordDeparture,
    Recuse,
)
from domain.meeting_events import (
    ItemPlaced,
    ItemPostponed,
    MeetingHeld,
    MeetingMinuted,
    MeetingNotHeld,
    MeetingPlanned,
    MemberArrived,
    MemberRecused,
    VoteAnnulled,
    VoteClosed,
    VoteOpened,
)
from domain.minutes import MinutesNumbered, stream_of
from domain.review_body_commands import DissolveBody, InviteSpecialist, RemoveMember
from tests.domain.given import (
    BOLAT,
    COMMISSION,
    DAULET,
    DEPARTMENT,
    ERLAN,
    FACULTY_COUNCIL,
    GULNARA,
    LAWYERS,
    SYMBAT,
    UNIVERSITY,
    UNIVERSITY_COUNCIL,
    ZHANNA,
    House,
    a_college,
    a_staffed_university,
    a_university,
    a_university_and_a_college,
    form_department,
    mandate,
    seat_council,
)
from tests.domain.reviewing import (
    SALTED,
    Sitting,
    convene,
    draft,
    state_of,
    submit,
    text,
)
from tests.domain.scenario import named

CIVIL_LAW = {"bin": UNIVERSITY, "body_id": "civil-law"}


def an_item() -> dict[str, object]:
    return {"kind": "OTHER"}


def open_council(*present: str) -> Sitting:
    """A meeting of the five of the university's council, with one item."""
    sitting = convene(a_university(), UNIVERSITY_COUNCIL)
    sitting.does(PlaceItem, **an_item())
    sitting.does(OpenMeeting)
    for member in present:
        sitting.does(RecordArrival, person_id=member)
    return sitting


def tally(votes_for: int, against: int = 0, abstained: int = 0) -> dict[str, int]:
    counted = {"votes_for": votes_for, "votes_against": against}
    return {"item": 1, **counted, "abstained": abstained}


def carried(events: list[Event]) -> bool:
    closed = events[0]
    assert isinstance(closed, VoteClosed)
    return closed.carried


def plan(house: House, body: Stream, day: date) -> dict[str, object]:
    return {"meeting_id": named("m"), "body": body, "planned_for": day}


def test_a_meeting_is_planned_for_a_body_under_its_own_quorum_rule() -> None:
    house = a_university()
    today = house.world.now.date()
    chair = house.officer(UNIVERSITY_COUNCIL)
    planned = house.world.give(
        chair, PlanMeeting, **plan(house, UNIVERSITY_COUNCIL, today)
    )
    assert isinstance(planned[0], MeetingPlanned)
    assert planned[0].quorum_rule.regulation == "product default (A28)"


def test_a_meeting_is_planned_once() -> None:
    house = a_university()
    chair = house.officer(UNIVERSITY_COUNCIL)
    meeting = plan(house, UNIVERSITY_COUNCIL, house.world.now.date())
    house.world.give(chair, PlanMeeting, **meeting)
    house.world.refuses("MEETING-EXISTS", chair, PlanMeeting, **meeting)


def test_a_meeting_is_not_planned_before_its_body_existed() -> None:
    house = a_university()
    chair = house.officer(UNIVERSITY_COUNCIL)
    meeting = plan(house, UNIVERSITY_COUNCIL, date(2026, 1, 11))
    house.world.refuses("CMD-BEFORE", chair, PlanMeeting, **meeting)


def test_a_meeting_that_nobody_planned_is_unknown() -> None:
    house = a_university()
    refused = house.world.refuses(
        "MEETING-UNKNOWN",
        house.officer(UNIVERSITY_COUNCIL),
        ConveneMeeting,
        meeting_id=named("nothing"),
    )
    assert refused == {"meeting_id": named("nothing")}


def test_a_body_that_never_was_does_not_meet() -> None:
    house = a_university()
    nobody = Stream(f"council/{UNIVERSITY}.physics")
    refused = house.world.refuses(
        "BODY-UNKNOWN",
        house.officer(UNIVERSITY_COUNCIL),
        PlanMeeting,
        **plan(house, nobody, house.world.now.date()),
    )
    assert refused == {"body": nobody}


def test_a_body_that_was_dissolved_meets_no_more() -> None:
    house = a_college()
    sitting = convene(house, COMMISSION)
    house.world.give(
        house.head, DissolveBody, bin=house.bin, body_id="welding", act_no="1"
    )
    refused = sitting.refuses("BODY-UNKNOWN", OpenMeeting)
    assert refused == {"body": COMMISSION}


def test_another_body_of_the_same_house_does_not_act_for_this_one() -> None:
    house = a_university()
    sitting = convene(house, UNIVERSITY_COUNCIL)
    stranger = house.officer(FACULTY_COUNCIL)
    refused = house.world.refuses(
        "ACTOR-BODY", stranger, OpenMeeting, meeting_id=sitting.meeting
    )
    assert refused["body"] == UNIVERSITY_COUNCIL


def test_a_council_whose_term_ended_in_its_meeting_votes_no_more() -> None:
    house = a_staffed_university()
    decision = mandate(house, "org", term_months=1)
    seat_council(house, "org", LAWYERS, decision)
    house.world.later(days=30)
    sitting = convene(house, UNIVERSITY_COUNCIL)
    sitting.does(PlaceItem, **an_item())
    sitting.open()
    house.world.later(days=1)
    refused = sitting.refuses("BODY-NOT-LED", OpenVote, item=1)
    assert refused == {"bodies": [UNIVERSITY_COUNCIL]}


def test_a_council_established_anew_does_not_continue_the_old_ones_meeting() -> None:
    house = a_university()
    planned = convene(house, UNIVERSITY_COUNCIL)
    org = {"bin": UNIVERSITY, "key": "org"}
    decision = mandate(house, "org")
    house.world.give(house.head, DissolveCouncil, **org, decision_id=decision)
    seat_council(house, "org", LAWYERS)
    chair = house.officer(UNIVERSITY_COUNCIL)
    refused = house.world.refuses(
        "BODY-STATE", chair, OpenMeeting, meeting_id=planned.meeting
    )
    assert refused == {"state": "DISSOLVED", "body": UNIVERSITY_COUNCIL}


def test_a_secretary_leads_a_meeting_as_a_chair_does() -> None:
    house = a_university()
    sitting = convene(house, UNIVERSITY_COUNCIL)
    secretary = house.officer(UNIVERSITY_COUNCIL, "SECRETARY")
    house.world.give(secretary, OpenMeeting, meeting_id=sitting.meeting)


def test_a_commission_whose_chair_left_does_not_open_its_meeting() -> None:
    house = a_university()
    sitting = convene(house, UNIVERSITY_COUNCIL)
    secretary = house.officer(UNIVERSITY_COUNCIL, "SECRETARY")
    house.world.give(
        house.head,
        council_commands.RemoveMember,
        bin=UNIVERSITY,
        key="org",
        person_id=DAULET,
    )
    refused = house.world.refuses(
        "BODY-NOT-LED", secretary, OpenMeeting, meeting_id=sitting.meeting
    )
    assert refused == {"bodies": [UNIVERSITY_COUNCIL]}


STEPS: list[tuple[type[Command], dict[str, object]]] = [
    (ConveneMeeting, {}),
    (PlaceItem, an_item()),
    (PostponeItem, {"item": 1}),
    (OpenMeeting, {}),
    (RecordArrival, {"person_id": ZHANNA}),
    (RecordDeparture, {"person_id": BOLAT}),
    (Recuse, {"item": 1, "person_id": BOLAT}),
    (OpenVote, {"item": 1}),
    (CloseVote, dict(tally(1))),
    (AnnulVote, {"item": 1, "reason_ref": SALTED}),
    (CloseMeeting, {}),
    (MinuteMeeting, {"minutes_ref": SALTED, "signed_by": [DAULET]}),
    (CallOff, {}),
]
NOT_YET = (OpenMeeting, RecordArrival, Recuse, OpenVote, CloseVote, CloseMeeting)


@pytest.mark.parametrize("step", [s for s in STEPS if s[0] in NOT_YET])
def test_a_planned_meeting_has_not_begun(
    step: tuple[type[Command], dict[str, object]],
) -> None:
    house = a_university()
    chair = house.officer(UNIVERSITY_COUNCIL)
    meeting = plan(house, UNIVERSITY_COUNCIL, house.world.now.date())
    house.world.give(chair, PlanMeeting, **meeting)
    command, fields = step
    refused = house.world.refuses(
        "MEETING-STATE", chair, command, meeting_id=named("m"), **fields
    )
    assert refused == {"state": "PLANNED"}


@pytest.mark.parametrize("step", STEPS)
def test_a_minuted_meeting_takes_no_command(
    step: tuple[type[Command], dict[str, object]],
) -> None:
    sitting = open_council(*LAWYERS)
    sitting.vote(1, 4)
    sitting.close()
    sitting.does(MinuteMeeting, minutes_ref=SALTED, signed_by=[DAULET])
    refused = sitting.refuses("MEETING-STATE", step[0], **step[1])
    assert refused == {"state": "MINUTED"}


@pytest.mark.parametrize("step", [s for s in STEPS if s[0] is not MinuteMeeting])
def test_a_held_meeting_is_only_minuted(
    step: tuple[type[Command], dict[str, object]],
) -> None:
    sitting = open_council(*LAWYERS)
    sitting.vote(1, 4)
    sitting.close()
    refused = sitting.refuses("MEETING-STATE", step[0], **step[1])
    assert refused == {"state": "HELD"}


def test_a_meeting_that_is_open_can_no_longer_be_called_off() -> None:
    sitting = open_council()
    assert sitting.refuses("MEETING-STATE", CallOff) == {"state": "OPEN"}


def test_a_meeting_may_be_called_off() -> None:
    sitting = convene(a_university(), UNIVERSITY_COUNCIL)
    assert sitting.does(CallOff) == [MeetingNotHeld(reason_ref=None)]
    assert sitting.refuses("MEETING-STATE", OpenMeeting) == {"state": "NOT_HELD"}


def test_no_act_of_a_meeting_is_dated_before_its_last_one() -> None:
    sitting = open_council()
    before = sitting.house.world.now - timedelta(minutes=3)
    sitting.refuses("CMD-BEFORE", OpenVote, item=1, occurred_at=before)


def test_an_item_has_a_kind_of_the_list() -> None:
    sitting = open_council()
    refused = sitting.refuses("MEETING-ITEM-KIND", PlaceItem, kind="GOSSIP")
    assert refused["kind"] == "GOSSIP"


def document_item(document: str, digest: str = "0" * 64) -> dict[str, object]:
    documents = [{"document_id": document, "content_hash": digest}]
    return {"kind": "DOCUMENT", "documents": documents, "motion": "POSITIVE"}


def test_an_item_names_documents_that_exist() -> None:
    sitting = open_council()
    unknown = document_item(named("nothing"))
    refused = sitting.refuses("DOC-UNKNOWN", PlaceItem, **unknown)
    assert refused == {"document_id": named("nothing")}
    none = {**unknown, "documents": []}
    assert sitting.refuses("DOC-UNKNOWN", PlaceItem, **none) == {"document_id": None}


@pytest.mark.parametrize("motion", [None, "MAYBE"])
def test_a_document_is_placed_with_a_motion(motion: str | None) -> None:
    sitting = open_council()
    document = draft(sitting.house)
    item = {**document_item(document), "motion": motion}
    assert sitting.refuses("MEETING-MOTION", PlaceItem, **item)["motion"] == motion


@pytest.mark.parametrize("field", ["documents", "motion"])
def test_an_item_of_another_kind_carries_nothing_of_a_document(field: str) -> None:
    house = a_university()
    sitting = convene(house, UNIVERSITY_COUNCIL)
    of_it = {
        "documents": document_item(draft(house))["documents"],
        "motion": "Уволить Иванова",
    }
    refused = sitting.refuses(
        "MEETING-ITEM-FIELDS", PlaceItem, kind="OTHER", **{field: of_it[field]}
    )
    assert refused == {"kind": "OTHER", "needed": "DOCUMENT"}


def test_a_body_takes_no_document_of_another_organisation() -> None:
    university, college = a_university_and_a_college()
    document = draft(college)
    sitting = convene(university, UNIVERSITY_COUNCIL)
    refused = sitting.refuses("DOC-UNKNOWN", PlaceItem, **document_item(document))
    assert refused == {"document_id": document}


def test_a_document_is_placed_with_the_text_it_has_now() -> None:
    sitting = open_council()
    document = draft(sitting.house)
    current = state_of(sitting.house, document).content_hash
    refused = sitting.refuses("DOC-HASH", PlaceItem, **document_item(document))
    assert refused == {"document_id": document, "current": current}


def test_a_document_stands_once_on_an_agenda() -> None:
    sitting = open_council()
    document = draft(sitting.house)
    placed = sitting.place(document)
    assert isinstance(placed[0], ItemPlaced) and placed[0].item == 2
    current = state_of(sitting.house, document).content_hash
    item = document_item(document, current)
    refused = sitting.refuses("MEETING-DOCUMENT-TWICE", PlaceItem, **item)
    assert refused == {"document_id": document}


def test_a_postponed_document_may_be_placed_again() -> None:
    sitting = open_council()
    document = draft(sitting.house)
    sitting.place(document)
    postponed = sitting.does(PostponeItem, item=2)
    assert postponed == [ItemPostponed(item=2, reason_ref=None)]
    sitting.place(document)


def test_a_postponed_item_is_not_voted_on() -> None:
    sitting = open_council(*LAWYERS)
    sitting.does(PostponeItem, item=1)
    sitting.refuses("MEETING-ITEM", OpenVote, item=1)
    sitting.refuses("MEETING-ITEM", PostponeItem, item=1)
    sitting.refuses("MEETING-ITEM", Recuse, item=1, person_id=BOLAT)


def test_an_item_that_was_never_placed_is_unknown() -> None:
    sitting = open_council(*LAWYERS)
    for command in (OpenVote, PostponeItem):
        refused = sitting.refuses("MEETING-ITEM", command, item=7)
        assert refused == {"item": 7, "reason": "unknown"}


def test_an_item_under_vote_is_not_postponed() -> None:
    sitting = open_council(*LAWYERS)
    sitting.does(OpenVote, item=1)
    sitting.refuses("MEETING-ITEM", PostponeItem, item=1)
    sitting.refuses("MEETING-ITEM", OpenVote, item=1)
    sitting.does(CloseVote, **tally(4))
    sitting.refuses("MEETING-ITEM", PostponeItem, item=1)


@pytest.mark.parametrize("who", [SYMBAT, GULNARA])
def test_presence_is_of_members_and_noted_once(who: str) -> None:
    sitting = open_council(GULNARA)
    refused = sitting.refuses("MEETING-PRESENCE", RecordArrival, person_id=who)
    assert refused["person_id"] == who


def test_who_is_not_there_cannot_leave() -> None:
    sitting = open_council(GULNARA)
    sitting.refuses("MEETING-PRESENCE", RecordDeparture, person_id=BOLAT)
    sitting.does(RecordDeparture, person_id=GULNARA)
    sitting.refuses("MEETING-PRESENCE", RecordDeparture, person_id=GULNARA)
    sitting.does(RecordArrival, person_id=GULNARA)


def test_an_invited_specialist_is_present_but_never_votes() -> None:
    house = a_university()
    house.world.give(
        house.head,
        InviteSpecialist,
        **CIVIL_LAW,
        person_id=SYMBAT,
        category="ENTERPRISE",
    )
    sitting = convene(house, DEPARTMENT)
    sitting.does(PlaceItem, **an_item())
    sitting.open(BOLAT, GULNARA)
    arrived = sitting.does(RecordArrival, person_id=SYMBAT)
    assert arrived == [MemberArrived(person_id=SYMBAT, invited=True)]
    refused = sitting.refuses("MEETING-QUORUM", OpenVote, item=1)
    assert (refused["present"], refused["base"]) == (2, 4)
    sitting.arrive(ERLAN)
    opened = sitting.does(OpenVote, item=1)[0]
    assert isinstance(opened, VoteOpened)
    assert opened.entitled == (BOLAT, GULNARA, ERLAN)


def test_half_of_the_members_are_no_quorum() -> None:
    sitting = open_council(BOLAT, GULNARA)
    refused = sitting.refuses("MEETING-QUORUM", OpenVote, item=1)
    assert refused == {
        "present": 2,
        "base": 5,
        "more_than": "1/2",
        "regulation": "product default (A28)",
    }
    sitting.arrive(ERLAN)
    sitting.does(OpenVote, item=1)


def test_quorum_is_presence_at_the_instant_of_the_vote() -> None:
    sitting = open_council(BOLAT, GULNARA, ERLAN)
    sitting.does(PlaceItem, **an_item())
    sitting.vote(1, 3)
    sitting.does(RecordDeparture, person_id=ERLAN)
    refused = sitting.refuses("MEETING-QUORUM", OpenVote, item=2)
    assert refused["present"] == 2


def test_a_member_removed_from_the_body_counts_neither_way() -> None:
    house = a_university()
    sitting = convene(house, DEPARTMENT)
    sitting.does(PlaceItem, **an_item())
    sitting.open(BOLAT, ERLAN, ZHANNA)
    house.world.give(house.head, RemoveMember, **CIVIL_LAW, person_id=ZHANNA)
    opened = sitting.does(OpenVote, item=1)[0]
    assert isinstance(opened, VoteOpened)
    assert (opened.present, opened.base, opened.entitled) == (2, 3, (BOLAT, ERLAN))


def test_the_list_of_the_entitled_freezes_when_the_vote_opens() -> None:
    sitting = open_council(BOLAT, GULNARA, ERLAN)
    opened = sitting.does(OpenVote, item=1)[0]
    sitting.arrive(ZHANNA)
    sitting.does(RecordDeparture, person_id=ERLAN)
    assert isinstance(opened, VoteOpened)
    assert opened.entitled == (BOLAT, GULNARA, ERLAN)
    late = {**tally(3), "voters": [BOLAT, GULNARA, ZHANNA]}
    sitting.refuses("MEETING-TALLY", CloseVote, **late)
    sitting.does(CloseVote, **tally(3), voters=[BOLAT, GULNARA, ERLAN])


def test_a_recusal_is_not_an_abstention() -> None:
    sitting = open_council(BOLAT, GULNARA, ERLAN, ZHANNA)
    sitting.does(Recuse, item=1, person_id=ZHANNA)
    opened = sitting.does(OpenVote, item=1)[0]
    assert isinstance(opened, VoteOpened)
    assert (opened.present, len(opened.entitled)) == (4, 3)
    assert carried(sitting.does(CloseVote, **tally(2, 1)))


def test_an_abstention_counts_against_the_majority() -> None:
    sitting = open_council(BOLAT, GULNARA, ERLAN, ZHANNA)
    sitting.does(OpenVote, item=1)
    assert not carried(sitting.does(CloseVote, **tally(2, 1, 1)))


def test_the_recused_keep_the_quorum_where_the_regulation_says_so() -> None:
    sitting = open_council(BOLAT, GULNARA, ERLAN)
    sitting.does(Recuse, item=1, person_id=BOLAT)
    sitting.does(OpenVote, item=1)


def test_the_recused_are_absent_where_the_regulation_says_so() -> None:
    house = a_staffed_university()
    rule = {
        "regulation": "положение о совете, п. 9",
        "quorum": [1, 2],
        "majority": [2, 3],
        "recused_count_as_present": False,
    }
    decision = mandate(house, "org", quorum=rule)
    sitting = convene(house, seat_council(house, "org", LAWYERS, decision))
    sitting.does(PlaceItem, **an_item())
    sitting.open(BOLAT, GULNARA, ERLAN)
    sitting.does(Recuse, item=1, person_id=BOLAT)
    refused = sitting.refuses("MEETING-QUORUM", OpenVote, item=1)
    assert (refused["present"], refused["regulation"]) == (2, rule["regulation"])
    sitting.arrive(ZHANNA)
    sitting.does(OpenVote, item=1)
    assert not carried(sitting.does(CloseVote, **tally(2, 1)))


def test_a_vote_is_carried_by_more_than_half_of_the_entitled() -> None:
    for votes_for, is_carried in ((3, True), (2, False)):
        sitting = open_council(BOLAT, GULNARA, ERLAN, ZHANNA)
        closed = sitting.vote(1, votes_for)
        assert carried(closed) == is_carried


def test_where_everybody_is_recused_nobody_votes() -> None:
    sitting = open_council(BOLAT, GULNARA, ERLAN)
    for member in (BOLAT, GULNARA, ERLAN):
        sitting.does(Recuse, item=1, person_id=member)
    sitting.refuses("MEETING-QUORUM", OpenVote, item=1)


@pytest.mark.parametrize("who", [SYMBAT, BOLAT])
def test_only_members_recuse_and_once(who: str) -> None:
    sitting = open_council(BOLAT, GULNARA, ERLAN)
    sitting.does(Recuse, item=1, person_id=BOLAT)
    refused = sitting.refuses("MEETING-RECUSAL", Recuse, item=1, person_id=who)
    assert refused == {"person_id": who}


def test_nobody_recuses_after_the_vote_was_opened() -> None:
    sitting = open_council(BOLAT, GULNARA, ERLAN)
    sitting.does(OpenVote, item=1)
    sitting.refuses("MEETING-ITEM", Recuse, item=1, person_id=BOLAT)


def test_the_author_of_a_text_is_flagged_when_recused() -> None:
    house = a_university()
    document = draft(house, "LESSON_PLAN", teacher=BOLAT)
    sitting = convene(house, UNIVERSITY_COUNCIL)
    sitting.place(document)
    sitting.open(*LAWYERS)
    for who, is_author in ((BOLAT, True), (ERLAN, False)):
        recused = sitting.does(Recuse, item=1, person_id=who)
        assert recused == [MemberRecused(item=1, person_id=who, is_author=is_author)]


@pytest.mark.parametrize(
    "counted",
    [
        tally(4),
        tally(2, 1, 1),
        tally(-1, 1),
        {**tally(3), "voters": [BOLAT, GULNARA]},
        {**tally(3), "voters": [BOLAT, GULNARA, SYMBAT]},
        {**tally(3), "voters": [BOLAT, GULNARA, GULNARA]},
        {**tally(2), "voters": [BOLAT, GULNARA, GULNARA]},
    ],
)
def test_a_tally_fits_those_who_are_entitled(counted: dict[str, object]) -> None:
    sitting = open_council(BOLAT, GULNARA, ERLAN)
    sitting.does(OpenVote, item=1)
    refused = sitting.refuses("MEETING-TALLY", CloseVote, **counted)
    assert refused["entitled"] == 3


def test_there_is_no_vote_to_close_before_one_is_open() -> None:
    sitting = open_council(BOLAT, GULNARA, ERLAN)
    assert sitting.refuses("MEETING-NO-VOTE", CloseVote, **tally(1)) == {"item": 1}
    sitting.vote(1, 3)
    sitting.refuses("MEETING-NO-VOTE", CloseVote, **tally(1))


def test_an_annulled_vote_is_held_anew_and_the_old_one_stays() -> None:
    sitting = open_council(BOLAT, GULNARA, ERLAN)
    annul = {"item": 1, "reason_ref": SALTED}
    sitting.refuses("MEETING-NO-VOTE", AnnulVote, **annul)
    sitting.does(OpenVote, item=1)
    sitting.refuses("MEETING-NO-VOTE", AnnulVote, **annul)
    sitting.does(CloseVote, **tally(0, 3))
    annulled = sitting.does(AnnulVote, **annul)
    assert annulled == [VoteAnnulled(item=1, round=1, reason_ref=ContentRef(SALTED))]
    sitting.refuses("MEETING-UNDECIDED", CloseMeeting)
    sitting.vote(1, 3)
    stream = Stream(f"meeting/{sitting.meeting}")
    rounds = [
        (event.round, event.carried)
        for event in sitting.house.world.events(stream)
        if isinstance(event, VoteClosed)
    ]
    assert rounds == [(1, False), (2, True)]


def test_no_item_is_left_undecided() -> None:
    sitting = open_council(*LAWYERS)
    sitting.does(PlaceItem, **an_item())
    sitting.does(PlaceItem, **an_item())
    sitting.vote(1, 4)
    sitting.does(OpenVote, item=2)
    refused = sitting.refuses("MEETING-UNDECIDED", CloseMeeting)
    assert refused == {"items": [2, 3]}
    sitting.does(CloseVote, **{**tally(4), "item": 2})
    sitting.does(PostponeItem, item=3)
    held = sitting.close()[0]
    assert isinstance(held, MeetingHeld) and held.items == (1, 2, 3)


def held(house: House, body: Stream) -> Sitting:
    sitting = convene(house, body)
    sitting.open()
    sitting.close()
    return sitting


def minuted(sitting: Sitting, **fields: object) -> tuple[int, int]:
    signed_by = [sitting.officer.person]
    body = {"minutes_ref": SALTED, "signed_by": signed_by, **fields}
    written = sitting.does(MinuteMeeting, **body)
    assert isinstance(written[0], MeetingMinuted)
    assert isinstance(written[1], MinutesNumbered)
    assert written[0].number == written[1].number
    assert (written[0].meeting_id, written[0].body) == (sitting.meeting, sitting.body)
    return written[0].year, written[0].number


def test_minutes_are_numbered_without_gap_or_double() -> None:
    house = a_university()
    first, second, third = (held(house, UNIVERSITY_COUNCIL) for _ in range(3))
    other = held(house, DEPARTMENT)
    assert minuted(first) == (2026, 1)
    minutes = {"minutes_ref": SALTED, "signed_by": [DAULET]}
    for wrong in (1, 3):
        refused = second.refuses(
            "MEETING-NUMBER", MinuteMeeting, **minutes, number=wrong
        )
        assert refused == {"given": wrong, "next": 2, "year": 2026}
    assert minuted(second, number=2) == (2026, 2)
    assert minuted(other) == (2026, 1)
    assert minuted(third) == (2026, 3)
    numbers = house.world.events(stream_of(UNIVERSITY_COUNCIL, 2026))
    assert [getattr(event, "number", None) for event in numbers] == [1, 2, 3]


def test_minutes_count_from_one_in_the_year_of_the_meeting() -> None:
    house = a_university()
    assert minuted(held(house, UNIVERSITY_COUNCIL)) == (2026, 1)
    in_december = held(house, UNIVERSITY_COUNCIL)
    house.world.later(days=360)
    assert minuted(held(house, UNIVERSITY_COUNCIL)) == (2027, 1)
    assert minuted(in_december) == (2026, 2)


def test_minutes_are_signed() -> None:
    sitting = held(a_university(), UNIVERSITY_COUNCIL)
    sitting.refuses(
        "MEETING-SIGNATURES", MinuteMeeting, minutes_ref=SALTED, signed_by=[]
    )


@pytest.mark.parametrize("signers", [[SYMBAT], [DAULET, SYMBAT], [DAULET, DAULET]])
def test_minutes_are_signed_by_those_who_were_there_each_once(
    signers: list[str],
) -> None:
    sitting = held(a_university(), UNIVERSITY_COUNCIL)
    refused = sitting.refuses(
        "MEETING-SIGNATURES", MinuteMeeting, minutes_ref=SALTED, signed_by=signers
    )
    assert refused == {"persons": sorted({SYMBAT} & set(signers))}


def test_who_left_the_meeting_early_may_sign_its_minutes() -> None:
    sitting = convene(a_university(), UNIVERSITY_COUNCIL).open()
    sitting.does(RecordDeparture, person_id=ZHANNA)
    sitting.close()
    assert minuted(sitting, signed_by=[DAULET, ZHANNA]) == (2026, 1)


def test_a_department_that_nobody_leads_cannot_be_convened_by_its_teachers() -> None:
    house = a_staffed_university()
    form_department(house, "civil-law", LAWYERS)
    refused = house.world.refuses(
        "ACTOR-ROLE",
        house.teacher(BOLAT),
        PlanMeeting,
        **plan(house, DEPARTMENT, house.world.now.date()),
    )
    assert refused["role"] == "TEACHER"


def test_a_text_changed_after_it_was_placed_is_not_concluded_on() -> None:
    house = a_university()
    document = draft(house)
    sitting = convene(house, DEPARTMENT)
    sitting.place(document)
    house.world.give(
        house.deputy,
        ReviseContent,
        document_id=document,
        variants=[text("second wording")],
    )
    submit(house, document)
    sitting.open()
    sitting.vote(1, 4)
    sitting.close()
    current = state_of(house, document).content_hash
    refused = house.world.refuses(
        "DOC-HASH",
        sitting.officer,
        RecordConclusion,
        document_id=document,
        body=DEPARTMENT,
        content_hash=current,
        meeting_id=sitting.meeting,
        item=1,
    )
    assert refused == {"current": current}
