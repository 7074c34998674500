"""What officers, deputies, heads, cabinets and auditors ask in their daily work."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from adapters.answers import DocumentQuery
from adapters.demo.meetings import hash_of, variants
from adapters.viewing import Viewer
from adapters.work_answers import (
    BodyQuery,
    MeetingQuery,
    OfficeQuery,
    TallyQuery,
)
from domain.dates import local_day
from domain.decider import Refusal
from projections.approval_status import APPROVAL_STATUS
from projections.review_desk import REVIEW_DESK
from tests.adapters.node_at_work import AWAY, HOME, Told, at_work, draft_plan

OWNER = Viewer(HOME.bin)
STRANGER = Viewer(AWAY.bin)
AUDITOR = Viewer("node", is_auditor=True)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with at_work(tmp_path_factory.mktemp("node")) as story:
        yield story


def bodies_of(**asked: str) -> BodyQuery:
    return msgspec.convert(asked, BodyQuery)


def meetings_of(**asked: Any) -> MeetingQuery:  # the fields of the query
    return msgspec.convert(asked, MeetingQuery)


def documents(told: Told, viewer: Viewer = OWNER, **asked: Any) -> set[str]:
    query = DocumentQuery(limit=200, **asked)
    keep = told.node.work.kept_by(query)
    page = told.node.queries.documents(viewer, query, keep)
    return {one.document_id for one in page.items}


def test_bodies_tell_members_minimum_and_who_leads_them(told: Told) -> None:
    found = told.node.work.bodies(OWNER, BodyQuery()).items
    by_ref = {body.body: body for body in found}
    first, council = told.house.bodies[0], told.house.bodies[-1]
    assert set(by_ref) == {first.ref, council.ref}
    commission = by_ref[first.ref]
    assert (commission.kind, commission.minimum) == ("COMMISSION", 3)
    assert commission.members == len(first.members) and commission.is_led
    (chair,) = commission.officers
    assert (chair.role, chair.capacity) == ("CHAIR", first.officer.capacity)
    assert chair.person_id == first.officer.id
    roles = {officer.role for officer in by_ref[council.ref].officers}
    assert roles == {"CHAIR", "SECRETARY"}
    # What bodies are is public; of an organisation without any there are none.
    asked = bodies_of(org=HOME.bin)
    assert told.node.work.bodies(STRANGER, asked).items == found
    assert told.node.work.bodies(STRANGER, BodyQuery()).items == ()
    (one,) = told.node.work.bodies(AUDITOR, bodies_of(body=first.ref)).items
    assert one == commission


def test_meetings_are_for_their_own_organisation_and_the_auditor(told: Told) -> None:
    work = told.node.work
    held = work.meetings(OWNER, MeetingQuery(state="MINUTED")).items
    assert held and {meeting.org_bin for meeting in held} == {HOME.bin}
    assert work.meetings(AUDITOR, MeetingQuery(state="MINUTED")).items == held
    assert work.meetings(AUDITOR, meetings_of(org=AWAY.bin)).items == ()
    assert work.meetings(STRANGER, MeetingQuery()).items == ()
    assert work.meetings(STRANGER, meetings_of(org=HOME.bin)).items == ()
    of_approved = meetings_of(document=told.approved)
    items = [item for m in work.meetings(OWNER, of_approved).items for item in m.items]
    listed = [one for item in items for one in item.documents]
    assert {one.document_id for one in listed} == {told.approved}
    assert all(one.title_ru and not one.awaits for one in listed)


@pytest.mark.parametrize("limit", [1, 2])
def test_pages_of_meetings_hold_each_once(told: Told, limit: int) -> None:
    work = told.node.work
    whole = work.meetings(OWNER, MeetingQuery()).items
    seen: list[Any] = []
    cursor = None
    while True:
        page = work.meetings(OWNER, MeetingQuery(limit=limit, cursor=cursor))
        seen += page.items
        cursor = page.next
        if cursor is None:
            break
    assert seen == list(whole) and len(whole) >= 3


def test_a_held_meeting_shows_until_its_conclusion_is_entered(told: Told) -> None:
    """Agenda candidate, on the agenda, held and not entered, entered."""
    teller, house, node = told.teller, told.house, told.node
    plan = draft_plan(teller, house, 40)
    teller.give(house.deputy, "document.submit", document_id=plan)
    node.show()
    body, officer = house.bodies[0], house.bodies[0].officer
    waiting: dict[str, Any] = {"body": body.ref}
    assert plan in documents(told, **waiting, on_agenda=False)
    assert plan not in documents(told, **waiting, on_agenda=True)

    meeting = teller.new_id()
    texts = variants("Рабочий учебный план № 40", 1)
    one = {"meeting_id": meeting}
    day = date.today()
    teller.give(officer, "meeting.plan", **one, body=body.ref, planned_for=day)
    teller.give(officer, "meeting.convene", **one)
    teller.give(
        officer,
        "meeting.place-item",
        **one,
        kind="DOCUMENT",
        documents=[{"document_id": plan, "content_hash": hash_of(texts)}],
        motion="POSITIVE",
    )
    node.show()
    assert plan not in documents(told, **waiting, on_agenda=False)
    assert plan in documents(told, **waiting, on_agenda=True)

    unconcluded = meetings_of(body=body.ref, unconcluded=True)
    assert node.work.meetings(OWNER, unconcluded).items == ()
    teller.give(officer, "meeting.open", **one)
    for member in body.members:
        teller.give(officer, "meeting.record-arrival", **one, person_id=member)
    teller.give(officer, "meeting.open-vote", **one, item=1)
    tally = {"votes_for": len(body.members), "votes_against": 0, "abstained": 0}
    teller.give(officer, "meeting.close-vote", **one, item=1, **tally)
    teller.give(officer, "meeting.close", **one)
    node.show()
    (late,) = node.work.meetings(OWNER, unconcluded).items
    assert late.meeting_id == meeting
    (document,) = late.items[0].documents
    assert document.awaits and document.is_current and late.items[0].carried

    teller.give(
        officer,
        "document.record-conclusion",
        document_id=plan,
        body=body.ref,
        content_hash=hash_of(texts),
        meeting_id=meeting,
        item=1,
    )
    node.show()
    assert node.work.meetings(OWNER, unconcluded).items == ()
    assert plan in documents(told, body=house.bodies[-1].ref)
    teller.give(house.deputy, "document.withdraw", document_id=plan)
    node.show()


def test_the_desk_holds_what_is_in_review_and_nothing_else(told: Told) -> None:
    """The approved plan was returned once and reviewed twice; the draft never."""
    rows = told.node.views.select(REVIEW_DESK, {}, ("document_id",), None, 99)
    (row,) = rows
    first = told.house.bodies[0].ref
    assert (row.document_id, row.bodies) == (told.in_review, (first,))
    assert (row.stage_no, row.hosts) == (1, ()) and row.opened_at is not None


def test_an_agenda_is_that_of_a_body(told: Told) -> None:
    with pytest.raises(Refusal) as caught:
        told.node.work.kept_by(DocumentQuery(on_agenda=True))
    assert caught.value.code == "QUERY-MALFORMED"


def test_routes_to_replan_are_those_with_a_body_that_cannot_conclude(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with at_work(tmp_path_factory.mktemp("stuck")) as story:
        assert documents(story, to_replan=True) == set()
        assert documents(story, to_replan=False) == {story.in_review}
        assert documents(story, to_replan=False, state="IN_REVIEW") != set()
        assert documents(story, to_replan=False, state="APPROVED") == set()
        body_id = story.house.bodies[0].ref.rpartition(".")[2]
        story.teller.give(
            story.house.head,
            "review-body.dissolve",
            bin=HOME.bin,
            body_id=body_id,
            act_no="9",
        )
        story.node.show()
        assert documents(story, to_replan=True) == {story.in_review}
        assert documents(story, viewer=STRANGER, to_replan=True) == set()


def test_offices_tell_leading_posts_and_what_ends_soon(told: Told) -> None:
    work = told.node.work
    found = work.offices(OWNER, HOME.bin, OfficeQuery(ending_within=0))
    posts = {office.post for office in found.offices}
    assert {"HEAD", "DEPUTY_HEAD_EM"} <= posts and "TEACHER" not in posts
    assert all(office.order_no for office in found.offices)
    assert found.methodists_appointed <= (found.methodist_number or 0)
    assert found.terms == ()
    in_ten_years = work.offices(OWNER, HOME.bin, OfficeQuery(ending_within=3650))
    council = told.house.bodies[-1].ref
    assert {term.body for term in in_ten_years.terms} == {council}
    today = local_day(told.node.now)
    assert all(term.last_day > today for term in in_ten_years.terms)
    assert work.offices(AUDITOR, HOME.bin, OfficeQuery()) is not None
    for viewer, owner in ((STRANGER, HOME.bin), (AUDITOR, "940140000385")):
        with pytest.raises(Refusal) as caught:
            work.offices(viewer, owner, OfficeQuery())
        assert caught.value.code == "QUERY-UNKNOWN"


def test_documents_are_counted_by_what_they_have_in_common(told: Told) -> None:
    counting = told.node.counting

    def counted(viewer: Viewer, **asked: Any) -> dict[tuple[Any, ...], int]:
        found = counting.tally(viewer, TallyQuery(**asked))
        return {
            tuple(getattr(row, name) for name in found.by): row.count
            for row in found.items
        }

    total = len(documents(told))
    assert sum(counted(OWNER).values()) == total
    assert counted(OWNER, by="state", state="APPROVED") == {("APPROVED",): 1}
    by_region = counted(OWNER, by="region,level")
    assert by_region == {(HOME.kato, "TVE"): total}
    assert counted(AUDITOR, by="organisation") == {(HOME.bin,): total}
    assert counted(STRANGER, by="state") == {}
    assert counted(STRANGER, by="state", scope="public") == {("APPROVED",): 1}
    today = local_day(told.node.now)
    on_day = {"approved_since": today, "approved_until": today}
    assert counted(OWNER, by="approver", **on_day) == {("HEAD",): 1}
    before = {"approved_until": today - timedelta(days=1)}
    assert counted(OWNER, by="approver", **before) == {}
    with pytest.raises(Refusal) as caught:
        counting.tally(OWNER, TallyQuery(by="state,author"))
    assert caught.value.code == "QUERY-MALFORMED"


def test_the_summary_finds_an_approval_by_a_wrong_role(told: Told) -> None:
    counting, views = told.node.counting, told.node.views
    found = counting.summary()
    assert (found.wrong_role, found.self_reviewed) == (0, 0)
    (group,) = found.approvals
    assert (group.approver, group.count, group.is_allowed) == ("HEAD", 1, True)
    refusals = {one.code: one for one in found.refusals}
    assert refusals["R19-APPROVER"].rule == "19"
    row = views.get(APPROVAL_STATUS, (told.approved,))
    assert row is not None
    forged = msgspec.structs.replace(
        row,
        document_id="forged",
        approved_by_role="DEPUTY_HEAD_EM",
        self_review_flag=True,
    )
    position = views.position(APPROVAL_STATUS.name)
    assert views.save(APPROVAL_STATUS, position, position, {("forged",): forged})
    found = counting.summary()
    assert (found.wrong_role, found.self_reviewed) == (1, 1)
    assert documents(told, AUDITOR, self_review=True) == {"forged"}
    assert views.save(APPROVAL_STATUS, position, position, {("forged",): None})
