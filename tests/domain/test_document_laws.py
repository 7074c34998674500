"""The laws of documents, over stories in which anything may be tried by anybody."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, event, given, settings

from domain.dates import Spell
from domain.decider import Event
from domain.document_events import (
    ConclusionRecorded,
    DocumentApproved,
    DocumentSubmitted,
    StageOpened,
    StagePassed,
)
from domain.meeting_events import MeetingHeld, VoteOpened
from domain.staff_events import StaffAppointed
from tests.domain import invariants
from tests.domain.given import NEW_YEAR, a_university
from tests.domain.invariants import Log
from tests.domain.reviewing import a_ready, approve
from tests.domain.scenario import Entry, World
from tests.domain.stories import stories

LAWS = settings(
    deadline=None,
    max_examples=60,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def holds(law: Callable[[Log], None], world: World) -> None:
    approved = sum(isinstance(e.event, DocumentApproved) for e in world.log)
    event(f"{approved} approved")
    law(world.log)


@LAWS
@given(stories())
def test_p1_approved_is_what_every_body_of_the_route_found_positive(w: World) -> None:
    holds(invariants.p1, w)


@LAWS
@given(stories())
def test_p2_nobody_approves_but_the_role_that_the_rule_names(w: World) -> None:
    holds(invariants.p2, w)


@LAWS
@given(stories())
def test_p3_the_approver_is_in_office_in_that_organisation_that_day(w: World) -> None:
    holds(invariants.p3, w)


@LAWS
@given(stories())
def test_p4_a_study_plan_passed_all_that_covered_it_when_submitted(w: World) -> None:
    holds(invariants.p4, w)


@LAWS
@given(stories())
def test_p6_a_stage_opens_after_the_one_before_it_was_passed(w: World) -> None:
    holds(invariants.p6, w)


@LAWS
@given(stories())
def test_p7_a_negative_conclusion_returns_and_a_new_text_voids(w: World) -> None:
    holds(invariants.p7, w)


@LAWS
@given(stories())
def test_p8_an_approved_text_is_the_one_submitted_and_stays(w: World) -> None:
    holds(invariants.p8, w)


@LAWS
@given(stories())
def test_p9_a_conclusion_is_the_vote_of_a_held_meeting(w: World) -> None:
    holds(invariants.p9, w)


def test_the_stories_reach_approvals_returns_and_refusals() -> None:
    reached: Counter[str] = Counter()

    @settings(LAWS, max_examples=250, derandomize=True)
    @given(stories())
    def tell(world: World) -> None:
        reached.update(entry.event.tag for entry in world.log)
        reached.update(code.partition("-")[2] for code in world.refusals)
        kinds = [getattr(e.event, "kind", "") for e in approvals_of(world.log)]
        reached.update(kinds)
        reached.update(
            f"round {entry.event.round}"
            for entry in approvals_of(world.log)
            if isinstance(entry.event, DocumentApproved)
        )

    tell()
    for wanted in (
        "document.approved.v1",
        "document.returned.v1",
        "document.revised.v1",
        "document.route-replanned.v1",
        "document.annulled.v1",
        "document.superseded.v1",
        "WORKING_STUDY_PLAN",
        "GENERAL_EM_DOCUMENTATION",
        "LESSON_PLAN",
        "METHODICAL_GUIDELINES",
        "round 1",
        "round 2",
        "APPROVER",
        "NOT-ALL-POSITIVE",
        "STAGE",
        "HASH",
        "NOT-HELD",
        "CONCLUSION",
        "STATE",
        "QUORUM",
        "TALLY",
        "CAPACITY",
        "BODY",
        "AUTHOR-ONLY",
        "SCOPE",
        "BEFORE",
    ):
        assert reached[wanted] > 0, (wanted, reached)


def approvals_of(log: Log) -> list[Entry]:
    return [entry for entry in log if isinstance(entry.event, DocumentApproved)]


# A law that cannot fail is no law: each one must notice a log that was forged.


def an_approved_plan() -> list[Entry]:
    house = a_university()
    approve(house, a_ready(house))
    return list(house.world.log)


def without(log: list[Entry], kind: type[Event], last: bool = True) -> list[Entry]:
    places = [n for n, entry in enumerate(log) if isinstance(entry.event, kind)]
    gone = places[-1] if last else places[0]
    return [entry for n, entry in enumerate(log) if n != gone]


def altered(log: list[Entry], kind: type[Event], /, **changes: object) -> list[Entry]:
    """The log with the last event of a kind told in another way."""
    place = max(n for n, entry in enumerate(log) if isinstance(entry.event, kind))
    entry = log[place]
    told = msgspec.structs.replace(entry.event, **changes)
    return [*log[:place], msgspec.structs.replace(entry, event=told), *log[place + 1 :]]


def swapped(log: list[Entry], one: type[Event], other: type[Event]) -> list[Entry]:
    """The log with the last events of two kinds in each other's place."""
    first = max(n for n, entry in enumerate(log) if isinstance(entry.event, one))
    second = max(n for n, entry in enumerate(log) if isinstance(entry.event, other))
    forged = list(log)
    forged[first], forged[second] = forged[second], forged[first]
    return forged


def of_another_approver(log: list[Entry], **changes: object) -> list[Entry]:
    approved = approvals_of(log)[0].event
    assert isinstance(approved, DocumentApproved)
    approver = msgspec.structs.replace(approved.approver, **changes)
    return altered(log, DocumentApproved, approver=approver)


def dismissed(log: list[Entry]) -> list[Entry]:
    """The log in which the head left before the approval."""
    place = next(
        n
        for n, entry in enumerate(log)
        if isinstance(entry.event, StaffAppointed) and entry.event.post == "HEAD"
    )
    spell = Spell(valid_from=NEW_YEAR, valid_to=NEW_YEAR)
    told = msgspec.structs.replace(log[place].event, spell=spell)
    forged = msgspec.structs.replace(log[place], event=told)
    return [*log[:place], forged, *log[place + 1 :]]


def dated_back(log: list[Entry], kind: type[Event]) -> list[Entry]:
    """The log in which the last event of a kind took place a year before."""
    place = max(n for n, entry in enumerate(log) if isinstance(entry.event, kind))
    mark = log[place].mark
    early = msgspec.structs.replace(mark, at=mark.at - timedelta(days=365))
    forged = msgspec.structs.replace(log[place], mark=early)
    return [*log[:place], forged, *log[place + 1 :]]


FORGERIES: list[tuple[Callable[[Log], None], Callable[[list[Entry]], list[Entry]]]] = [
    (invariants.p1, lambda log: without(log, ConclusionRecorded)),
    (invariants.p1, lambda log: altered(log, ConclusionRecorded, content_hash="0")),
    (invariants.p1, lambda log: altered(log, ConclusionRecorded, conclusion="RETURN")),
    (invariants.p1, lambda log: swapped(log, ConclusionRecorded, DocumentApproved)),
    (invariants.p2, lambda log: of_another_approver(log, role="DEPUTY_HEAD_EM")),
    (invariants.p2, lambda log: altered(log, DocumentApproved, kind="LESSON_PLAN")),
    (invariants.p3, dismissed),
    (invariants.p3, lambda log: of_another_approver(log, person_id="somebody")),
    (invariants.p4, lambda log: without(log, ConclusionRecorded, last=False)),
    (invariants.p4, lambda log: without(log, ConclusionRecorded)),
    (invariants.p6, lambda log: without(log, StagePassed, last=False)),
    (invariants.p6, lambda log: swapped(log, StageOpened, StagePassed)),
    (invariants.p6, lambda log: altered(log, ConclusionRecorded, stage_no=1)),
    (invariants.p7, lambda log: altered(log, ConclusionRecorded, conclusion="RETURN")),
    (invariants.p7, lambda log: altered(log, ConclusionRecorded, version=7)),
    (invariants.p8, lambda log: altered(log, DocumentApproved, content_hash="0")),
    (invariants.p8, lambda log: altered(log, DocumentSubmitted, content_hash="0")),
    (invariants.p8, lambda log: [*log, log[-2]]),
    (invariants.p9, lambda log: without(log, MeetingHeld)),
    (invariants.p9, lambda log: swapped(log, MeetingHeld, ConclusionRecorded)),
    (invariants.p9, lambda log: altered(log, ConclusionRecorded, item=7)),
    (invariants.p9, lambda log: altered(log, MeetingHeld, body="council/other")),
    (invariants.p9, lambda log: dated_back(log, VoteOpened)),
]


@pytest.mark.parametrize(("law", "forge"), FORGERIES)
def test_a_law_notices_a_log_that_was_forged(
    law: Callable[[Log], None], forge: Callable[[list[Entry]], list[Entry]]
) -> None:
    log = an_approved_plan()
    law(log)
    with pytest.raises((AssertionError, StopIteration)):
        law(forge(log))
