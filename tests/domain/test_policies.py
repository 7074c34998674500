"""What a policy proposes when something has happened, and what becomes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decider import Command
from domain.document_commands import ReplanRoute, WithdrawDocument
from domain.document_events import DocumentWithdrawn, RouteReplanned
from domain.document_state import OPEN_PHASES
from domain.identifiers import Bin, CapacityId, DocumentId, MeetingId
from domain.meeting_commands import CallOff, PlanMeeting
from domain.meeting_events import MeetingNotHeld
from domain.meeting_state import UNHELD_PHASES
from domain.organisation_commands import CloseOrganisation, SuspendOrganisation
from domain.organisation_events import OrganisationClosed
from domain.policies import (
    CLOSING,
    POLICIES,
    Cause,
    OpenDocument,
    OpenDocuments,
    UnheldMeeting,
    UnheldMeetings,
)
from tests.domain.given import (
    AIDA,
    DEPARTMENT,
    DINA,
    FACULTY_COUNCIL,
    JOINT_COMMISSION,
    MADI,
    UNIVERSITY,
    UNIVERSITY_COUNCIL,
    WELDERS,
    House,
    a_university,
    neighbours,
    seat_council,
    unite,
)
from tests.domain.reviewing import (
    SALTED,
    a_ready,
    approve,
    conclude,
    convene,
    decide_on,
    draft,
    pass_review,
    state_of,
    submit,
)
from tests.domain.scenario import THE_NODE, named

CLOSED = Cause(
    "local.42",
    OrganisationClosed(act_no="3"),
    UNIVERSITY,
    CapacityId("node/local#0"),
)


def close(house: House, **fields: object) -> None:
    one = {"bin": house.bin, "act_no": "3", **fields}
    house.world.give(house.registrar, CloseOrganisation, **one)


def withdraw(house: House, document: str) -> list[object]:
    return [*house.world.give(THE_NODE, WithdrawDocument, document_id=document)]


# The proposals.


def test_closing_asks_for_what_is_open_of_that_organisation() -> None:
    assert CLOSING.answers_to == {OrganisationClosed}
    assert CLOSING.asks(CLOSED) == (
        OpenDocuments(UNIVERSITY, OPEN_PHASES),
        UnheldMeetings(UNIVERSITY, UNHELD_PHASES),
    )


def test_closing_withdraws_documents_and_calls_meetings_off() -> None:
    document, meeting = DocumentId(named("plan")), MeetingId(named("meeting"))
    first, second = CLOSING.proposes(
        CLOSED, (OpenDocument(document), UnheldMeeting(meeting))
    )
    assert isinstance(first, WithdrawDocument) and first.document_id == document
    assert isinstance(second, CallOff) and second.meeting_id == meeting
    for command in (first, second):
        assert command.capacity == CLOSED.capacity
        # The date is that of the decision: a closing may be entered late.
        assert command.occurred_at is None and command.expected_version is None
    assert CLOSING.proposes(CLOSED, ()) == []


IDS = st.uuids().map(str)
CAUSES = st.builds(
    Cause,
    id=st.integers(1, 10**9).map("local.{}".format),
    event=st.just(OrganisationClosed(act_no="3")),
    owner=st.sampled_from((UNIVERSITY, Bin("050440002267"))),
    capacity=st.just(CLOSED.capacity),
)


def proposed(cause: Cause, ids: list[str]) -> list[Command]:
    found = [OpenDocument(DocumentId(one)) for one in ids]
    return [*CLOSING.proposes(cause, found)]


@given(CAUSES, CAUSES, st.lists(IDS, unique=True))
def test_a_command_has_one_id_for_each_subject_and_cause(
    cause: Cause, other: Cause, ids: list[str]
) -> None:
    commands = proposed(cause, ids)
    assert proposed(cause, ids) == commands
    told = {command.command_id for command in commands}
    assert len(told) == len(ids)
    others = {command.command_id for command in proposed(other, ids)}
    assert (told == others) if cause.id == other.id else not told & others


def test_policies_have_names_of_their_own() -> None:
    assert len({policy.name for policy in POLICIES}) == len(POLICIES)


# What the decisions make of them.


@pytest.mark.parametrize("phase", OPEN_PHASES)
def test_the_node_withdraws_what_is_open_of_a_closed_organisation(phase: str) -> None:
    house = a_university()
    document = a_ready(house) if phase == "READY" else draft(house)
    if phase in ("IN_REVIEW", "RETURNED"):
        submit(house, document)
    if phase == "RETURNED":
        conclude(house, document, DEPARTMENT, "RETURN")
    assert state_of(house, document).phase == phase
    close(house)
    withdrawn, _ = withdraw(house, document)
    assert withdrawn == DocumentWithdrawn(version=1, reason_ref=None)
    assert state_of(house, document).phase == "WITHDRAWN"
    one = {"document_id": document}
    house.world.refuses("DOC-STATE", THE_NODE, WithdrawDocument, **one)


def test_an_approved_document_stays_approved() -> None:
    house = a_university()
    document = a_ready(house)
    approve(house, document)
    close(house)
    one = {"document_id": document}
    house.world.refuses("DOC-STATE", THE_NODE, WithdrawDocument, **one)


def test_the_node_ends_nothing_of_an_organisation_that_is_not_closed() -> None:
    house = a_university()
    document, sitting = draft(house), convene(house, DEPARTMENT)
    refuses = house.world.refuses
    for state in ("ACTIVE", "SUSPENDED"):
        told = {"state": state, "bin": UNIVERSITY}
        one = {"document_id": document}
        assert refuses("ORG-STATE", THE_NODE, WithdrawDocument, **one) == told
        other = {"meeting_id": sitting.meeting}
        assert refuses("ORG-STATE", THE_NODE, CallOff, **other) == told
        if state == "ACTIVE":
            suspend = {"bin": UNIVERSITY, "act_no": "2"}
            house.world.give(house.registrar, SuspendOrganisation, **suspend)


def test_the_node_calls_off_every_meeting_that_is_not_held() -> None:
    house = a_university()
    planned = MeetingId(named("planned"))
    told = {"body": DEPARTMENT, "planned_for": house.world.now.date()}
    officer = house.officer(DEPARTMENT)
    house.world.give(officer, PlanMeeting, meeting_id=planned, **told)
    convened = convene(house, FACULTY_COUNCIL).meeting
    opened = convene(house, UNIVERSITY_COUNCIL).open().meeting
    document = draft(house)
    held = decide_on(house, document, DEPARTMENT).meeting
    close(house)
    for meeting in (planned, convened, opened):
        ended = house.world.give(THE_NODE, CallOff, meeting_id=meeting)
        assert ended == [MeetingNotHeld(reason_ref=None)]
        house.world.refuses("MEETING-STATE", THE_NODE, CallOff, meeting_id=meeting)
    house.world.refuses("MEETING-STATE", THE_NODE, CallOff, meeting_id=held)
    unknown = named("unknown")
    house.world.refuses("MEETING-UNKNOWN", THE_NODE, CallOff, meeting_id=unknown)


def test_nothing_is_begun_in_a_closed_organisation_under_an_earlier_date() -> None:
    house = a_university()
    before = house.world.now
    house.world.later(days=1)
    close(house)
    body = {"planned_for": before.date(), "body": DEPARTMENT, "occurred_at": before}
    meeting = {"meeting_id": named("late"), **body}
    house.world.refuses("ORG-STATE", house.officer(DEPARTMENT), PlanMeeting, **meeting)
    with pytest.raises(Exception, match="ORG-STATE"):
        draft(house, occurred_at=before)


# A joint commission whose host or participant is closed.


def host_and_neighbour() -> tuple[House, House]:
    host, house = neighbours()
    unite(host, house)
    seat_council(house, "org", (AIDA, MADI, DINA))
    seat_council(host, "org", WELDERS[:3])
    return host, house


def replan(house: House, document: str) -> RouteReplanned:
    one = {"document_id": document, "reasons_ref": SALTED}
    replanned = house.world.give(house.deputy, ReplanRoute, **one)[0]
    assert isinstance(replanned, RouteReplanned)
    return replanned


def test_a_document_that_waits_for_a_closed_host_is_replanned_by_its_deputy() -> None:
    host, house = host_and_neighbour()
    document = draft(house)
    submit(house, document)
    close(host)
    told = [(one.body, one.reason) for one in replan(house, document).dropped]
    assert told == [(JOINT_COMMISSION, "GONE")]
    pass_review(house, document)
    assert approve(house, document)


def test_the_host_goes_on_without_a_participant_that_is_closed() -> None:
    host, house = host_and_neighbour()
    document = draft(host)
    submit(host, document)
    close(house)
    told = [(one.body, one.reason) for one in replan(host, document).dropped]
    # Two of its three members, the chair among them, were of the closed one.
    assert told == [(JOINT_COMMISSION, "NOT_LED")]
    pass_review(host, document)
    assert approve(host, document)
