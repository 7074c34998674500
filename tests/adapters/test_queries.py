"""What may be asked of the views, and who sees what of it."""

import asyncio
import base64
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from adapters.answers import (
    DocumentAnswer,
    DocumentPage,
    DocumentQuery,
    OneQuery,
    OrganisationQuery,
    RefusalQuery,
    read_query,
)
from adapters.audiences import DOCUMENT_COLUMNS, shown_to
from adapters.queries import Queries
from adapters.viewing import Audience, Viewer
from domain.decider import Refusal
from projections.approval_status import APPROVAL_STATUS, ApprovalStatus
from projections.org_directory import ORG_DIRECTORY, OrganisationRow
from projections.projection import Key
from tests.adapters.node_at_work import AWAY, HOME, Told, at_work

PUBLIC_COLUMNS = shown_to(DOCUMENT_COLUMNS, Audience.PUBLIC)
OWNER = Viewer(HOME.bin)
STRANGER = Viewer(AWAY.bin)
NODE_WITHOUT_ROLE = Viewer("node")
AUDITOR = Viewer("node", is_auditor=True)
EVERYTHING = DocumentQuery(limit=200)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with at_work(tmp_path_factory.mktemp("node")) as story:
        yield story


@pytest.fixture
def queries(told: Told) -> Queries:
    return told.node.queries


def asking(**wanted: str) -> DocumentQuery:
    return read_query(DocumentQuery, wanted.items())


def ids(page: DocumentPage) -> set[str]:
    return {document.document_id for document in page.items}


def code(error: pytest.ExceptionInfo[Refusal]) -> str:
    return error.value.code


def test_its_own_organisation_sees_every_document(told: Told, queries: Queries) -> None:
    everything = {told.approved, told.in_review, told.draft}
    assert ids(queries.documents(OWNER, EVERYTHING)) == everything
    assert ids(queries.documents(OWNER, asking(org=HOME.bin))) == everything
    assert ids(queries.documents(AUDITOR, EVERYTHING)) == everything


@pytest.mark.parametrize("viewer", [STRANGER, NODE_WITHOUT_ROLE])
def test_others_see_what_is_approved_and_nothing_else(
    told: Told, queries: Queries, viewer: Viewer
) -> None:
    for query in (EVERYTHING, asking(org=HOME.bin)):
        assert ids(queries.documents(viewer, query)) == {told.approved}
    for state in ("DRAFT", "IN_REVIEW", "READY", "RETURNED"):
        assert not queries.documents(viewer, asking(state=state)).items
    body = told.house.bodies[0].ref
    assert not queries.documents(viewer, asking(body=body)).items


def test_a_stranger_gets_the_public_columns_only(told: Told, queries: Queries) -> None:
    for document in (
        queries.document(STRANGER, told.approved),
        queries.documents(STRANGER, EVERYTHING).items[0],
    ):
        shown = msgspec.to_builtins(document)
        assert set(shown) == set(PUBLIC_COLUMNS)
        assert shown["state"] == "APPROVED" and shown["approved_by_role"] == "HEAD"
    for hidden in ("author_person_id", "stages", "missing_bodies", "last_conclusion"):
        assert hidden not in PUBLIC_COLUMNS


def test_a_hidden_document_looks_like_none_at_all(told: Told, queries: Queries) -> None:
    unknown = "3c5a9e70-8d16-4f4b-a9c2-e1b7f0d5640f"
    for document in (told.in_review, told.draft, unknown, "x", ""):
        with pytest.raises(Refusal) as caught:
            queries.document(STRANGER, document)
        assert code(caught) == "QUERY-UNKNOWN"
        assert caught.value.context == {"id": document}


def test_a_document_in_review_tells_whose_turn_it_is(
    told: Told, queries: Queries
) -> None:
    document = queries.document(OWNER, told.in_review)
    assert isinstance(document.missing_bodies, tuple)
    assert isinstance(document.next_bodies, tuple)
    commission, council = told.house.bodies[0].ref, told.house.bodies[-1].ref
    assert [body.body for body in document.missing_bodies] == [commission, council]
    assert document.missing_bodies[0].name_kk == "Циклдік комиссия"
    assert [body.body for body in document.next_bodies] == [commission]
    assert document.next_roles == ()
    assert (document.bodies_required, document.bodies_positive) == (2, 0)


def test_documents_are_found_by_the_body_whose_turn_it_is(
    told: Told, queries: Queries
) -> None:
    first = asking(body=told.house.bodies[0].ref)
    later = asking(body=told.house.bodies[-1].ref)
    assert ids(queries.documents(OWNER, first)) == {told.in_review}
    assert not queries.documents(OWNER, later).items


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"state": "DRAFT"}, ["draft"]),
        ({"state": "APPROVED"}, ["approved"]),
        ({"kind": "WORKING_STUDY_PLAN"}, ["approved", "in_review", "draft"]),
        ({"kind": "LESSON_PLAN"}, []),
        ({"level": "TVE"}, ["approved", "in_review", "draft"]),
        ({"level": "HE"}, []),
        ({"org": AWAY.bin}, []),
    ],
)
def test_documents_are_found_by_what_they_are(
    told: Told, queries: Queries, query: dict[str, str], expected: list[str]
) -> None:
    found = ids(queries.documents(OWNER, asking(**query)))
    assert found == {getattr(told, name) for name in expected}


def test_the_history_stands_by_round_and_stage(told: Told, queries: Queries) -> None:
    stages = queries.document(OWNER, told.approved).stages
    assert isinstance(stages, tuple)
    places = [(stage.round, stage.stage_no) for stage in stages]
    assert places == sorted(places)
    assert {stage.round for stage in stages} == {1, 2}
    first, second = (
        stage for stage in stages if stage.body == told.house.bodies[0].ref
    )
    assert (first.conclusion, second.conclusion) == ("NEGATIVE", "POSITIVE")
    assert first.remarks_ref and first.votes_against == 3
    assert any(stage.skipped and stage.skip_reason for stage in stages)


def test_a_ready_document_waits_for_its_approvers(told: Told) -> None:
    row = stored(told, told.in_review)
    ready = msgspec.structs.replace(
        row, document_id="ready", state="READY", missing_bodies=(), acting_bodies=()
    )
    with shown(told, ready):
        document = told.node.queries.document(OWNER, "ready")
    assert document.next_roles == ("HEAD",)
    assert document.next_bodies == ()


def test_an_organisation_is_named_and_marked_where_it_shows(
    told: Told, queries: Queries
) -> None:
    document = queries.document(STRANGER, told.approved)
    assert document.org_name_ru == HOME.name_ru
    assert document.org_name_kk == HOME.name_kk
    assert document.org_synthetic is True
    foreign = msgspec.structs.replace(
        stored(told, told.approved), document_id="foreign", org_bin="940140000385"
    )
    with shown(told, foreign):
        unnamed = queries.document(STRANGER, "foreign")
    assert (unnamed.org_name_ru, unnamed.org_synthetic) == (None, False)


def test_days_in_state_are_days_in_kazakhstan(told: Told, queries: Queries) -> None:
    # 23:30 in Almaty is 18:30 in UTC: an hour later it is the next day there.
    evening = datetime(2026, 3, 10, 18, 30, tzinfo=UTC)
    row = msgspec.structs.replace(
        stored(told, told.draft), document_id="late", state_since=evening
    )
    now = told.node.now
    try:
        with shown(told, row):
            for later, days in ((0, 0), (29, 0), (31, 1), (24 * 60 + 31, 2), (-60, 0)):
                told.node.now = evening + timedelta(minutes=later)
                assert queries.document(OWNER, "late").days_in_state == days
    finally:
        told.node.now = now


@pytest.mark.parametrize("order", ["organisation", "position"])
@pytest.mark.parametrize("viewer", [OWNER, STRANGER, AUDITOR])
def test_pages_together_hold_everything_once(
    told: Told, order: str, viewer: Viewer
) -> None:
    draft, approved = stored(told, told.draft), stored(told, told.approved)
    rows = [
        msgspec.structs.replace(
            approved if number % 3 else draft,
            document_id=f"{number * 7 % 50:08d}",
            org_bin=(HOME.bin, AWAY.bin, "940140000385")[number % 5 % 3],
            last_position=1000 + number,
        )
        for number in range(50)
    ]
    with shown(told, *rows):
        whole = page(told, viewer, order=order, limit=200)
        assert whole.next is None
        for limit in (1, 7, len(whole.items)):
            seen: list[Any] = []
            cursor = None
            while True:
                part = page(told, viewer, order=order, limit=limit, cursor=cursor)
                assert len(part.items) <= limit
                seen += part.items
                cursor = part.next
                if cursor is None:
                    break
            assert seen == list(whole.items)
    names = [(one.org_bin, one.document_id) for one in whole.items]
    assert len(set(names)) == len(names) > 20
    if order == "organisation":
        assert names == sorted(names)
    else:
        positions = [one.last_position for one in whole.items]
        assert positions == sorted(positions)


def page(told: Told, viewer: Viewer, **wanted: Any) -> DocumentPage:  # query fields
    return told.node.queries.documents(viewer, DocumentQuery(**wanted))


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "[",
        base64.urlsafe_b64encode(b'["organisation",["a"]]').decode(),
        base64.urlsafe_b64encode(b'["organisation",[1,2]]').decode(),
        base64.urlsafe_b64encode(b'["position",[9]]').decode(),
        base64.urlsafe_b64encode(b'["state",["a","b"]]').decode(),
        base64.urlsafe_b64encode(b'["organisation",["\\ud800","b"]]').decode(),
    ],
)
def test_a_cursor_of_something_else_is_refused(queries: Queries, cursor: str) -> None:
    with pytest.raises(Refusal) as caught:
        queries.documents(OWNER, DocumentQuery(cursor=cursor))
    assert code(caught) == "QUERY-MALFORMED"


@pytest.mark.parametrize("position", ["-1", "9007199254740992", "1" * 30, "1" * 300])
def test_a_cursor_beyond_every_position_is_refused(
    queries: Queries, position: str
) -> None:
    raw = f'["position",[{position}]]'.encode()
    cursor = base64.urlsafe_b64encode(raw).decode()
    with pytest.raises(Refusal) as caught:
        queries.documents(OWNER, DocumentQuery(order="position", cursor=cursor))
    assert code(caught) == "QUERY-MALFORMED"


@pytest.mark.parametrize(
    "given",
    [
        [("limit", "0")],
        [("limit", "201")],
        [("limit", "x")],
        [("limit", "1" * 5000)],
        [("after", "-1")],
        [("after", "9" * 30)],
        [("state", "approved; DROP TABLE")],
        [("state", "\ud800")],
        [("org", "123")],
        [("order", "random")],
        [("unheard-of", "1")],
        [("kind", "A"), ("kind", "B")],
        [("cursor", "x" * 401)],
    ],
)
def test_a_query_that_makes_no_sense_is_refused(given: list[tuple[str, str]]) -> None:
    with pytest.raises(Refusal) as caught:
        read_query(DocumentQuery, given)
    assert code(caught) == "QUERY-MALFORMED"
    assert caught.value.context["reason"]


def test_the_defaults_are_a_page_of_fifty() -> None:
    assert read_query(DocumentQuery, []).limit == 50
    assert read_query(OrganisationQuery, []).limit == 50
    assert read_query(RefusalQuery, [("before", "7")]).before == 7
    assert read_query(OneQuery, [("after", "3")]).after == 3


def test_organisations_are_found_by_region_kind_and_level(queries: Queries) -> None:
    def found(**wanted: Any) -> list[str]:  # the fields of the query
        answer = queries.organisations(OrganisationQuery(**wanted))
        return [organisation.bin for organisation in answer.items]

    assert found() == sorted([HOME.bin, AWAY.bin])
    assert found(region=HOME.kato[:2]) == [HOME.bin]
    assert found(region=AWAY.kato) == [AWAY.bin]
    assert found(region="63") == []
    assert found(kind="COLLEGE", level="TVE") == sorted([HOME.bin, AWAY.bin])
    assert found(kind="UNIVERSITY") == found(level="HE") == []
    first = queries.organisations(OrganisationQuery(limit=1))
    assert first.next is not None
    second = queries.organisations(OrganisationQuery(limit=1, cursor=first.next))
    assert [o.bin for o in (*first.items, *second.items)] == found()
    assert second.next is None


def test_an_organisation_is_shown_with_its_mark(queries: Queries) -> None:
    shown_row = queries.organisation(HOME.bin)
    assert isinstance(shown_row, OrganisationRow)
    assert shown_row.synthetic is True
    with pytest.raises(Refusal) as caught:
        queries.organisation("940140000385")
    assert code(caught) == "QUERY-UNKNOWN"


def test_a_page_says_how_far_the_view_is(told: Told, queries: Queries) -> None:
    position = told.node.views.position(APPROVAL_STATUS.name)
    assert queries.documents(OWNER, EVERYTHING).position == position > 0
    assert told.node.views.position(ORG_DIRECTORY.name) == position


def test_whoever_has_just_written_reads_it(tmp_path: Path) -> None:
    with at_work(tmp_path) as told:
        node, document = told.node, told.draft
        answer = told.teller.give(
            told.house.deputy, "document.withdraw", document_id=document
        )
        assert node.queries.document(OWNER, document).state == "DRAFT"
        later = threading.Timer(0.05, node.show)
        later.start()
        asyncio.run(node.queries.settle(answer.position))
        later.join()
        assert node.queries.document(OWNER, document).state == "WITHDRAWN"


def test_a_view_that_stays_behind_says_so(told: Told, queries: Queries) -> None:
    asyncio.run(queries.settle(None))
    with pytest.raises(Refusal) as caught:
        asyncio.run(queries.settle(told.node.store.position() + 1))
    assert code(caught) == "QUERY-BEHIND"


def stored(told: Told, document: str) -> ApprovalStatus:
    row = told.node.views.get(APPROVAL_STATUS, (document,))
    assert row is not None
    return row


@contextmanager
def shown(told: Told, *rows: ApprovalStatus) -> Iterator[None]:
    """Rows that the view holds for the length of a block."""
    save(told, {(row.document_id,): row for row in rows})
    try:
        yield
    finally:
        save(told, {(row.document_id,): None for row in rows})


def save(told: Told, rows: Mapping[Key, ApprovalStatus | None]) -> None:
    views = told.node.views
    position = views.position(APPROVAL_STATUS.name)
    assert views.save(APPROVAL_STATUS, position, position, rows)


def test_the_public_columns_are_those_without_a_default() -> None:
    fields = msgspec.structs.fields(DocumentAnswer)
    assert all((field.name in PUBLIC_COLUMNS) == field.required for field in fields)
    assert all(field.required or field.default is UNSET for field in fields)
