"""Who sees what: one table of documents by right, and one of every query over HTTP."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from msgspec import UNSET

from adapters.answers import DocumentAnswer, DocumentQuery, StageAnswer
from adapters.audiences import DOCUMENT_COLUMNS, STAGE_COLUMNS, shown_to
from adapters.demo.institutions import synthetic_bin
from adapters.demo.teller import Person
from adapters.http_routes.openapi import openapi_document
from adapters.viewing import Audience
from adapters.work_answers import TallyQuery
from domain.decider import Refusal
from domain.identifiers import PersonId
from domain.regulation.pack import rule_pack
from projections.approval_stage import APPROVAL_STAGE, ApprovalStage
from projections.approval_status import APPROVAL_STATUS, ApprovalStatus
from projections.org_directory import ORG_DIRECTORY, OrganisationRow
from projections.projection import Key, Projection
from projections.review_desk import REVIEW_DESK, ReviewDesk
from tests.adapters.http_door import Door, opened
from tests.adapters.node_at_work import AWAY, HOME, Told

REGION, OTHER_REGION, RAION, OTHER_RAION, MINISTRY, CLOSED_CABINET, HOST = (
    synthetic_bin(serial) for serial in range(900, 907)
)
SCHOOL, RAION_COLLEGE, UNIVERSITY = (
    synthetic_bin(serial) for serial in range(910, 913)
)
NODE = "node"

OFFICES: dict[str, tuple[str, str, str]] = {
    REGION: ("METHOD_CABINET", "750000000", "ACTIVE"),
    OTHER_REGION: ("METHOD_CABINET", "710000000", "ACTIVE"),
    RAION: ("EDU_DEPARTMENT", "751300000", "ACTIVE"),
    OTHER_RAION: ("EDU_DEPARTMENT", "751100000", "ACTIVE"),
    MINISTRY: ("MINISTRY", "750000000", "ACTIVE"),
    CLOSED_CABINET: ("METHOD_CABINET", "750000000", "SUSPENDED"),
    HOST: ("COLLEGE", "710000000", "ACTIVE"),
    SCHOOL: ("SCHOOL", "751310000", "ACTIVE"),
    RAION_COLLEGE: ("COLLEGE", "751310000", "ACTIVE"),
    UNIVERSITY: ("UNIVERSITY", "750000000", "ACTIVE"),
}
"""Organisations beside HOME (a college in 75) and AWAY: kind, KATO, state."""

OWN, SUPERVISOR = Audience.OWN, Audience.SUPERVISOR
REVIEWER, PUBLIC = Audience.REVIEWER, Audience.PUBLIC
NOT_SHOWN = None

# Documents: approved and in review at HOME; in review at a school, at a college of the
# same raion, at a university; and a plan of HOME that lies before a body of HOST.
WHICH = ("approved", "college", "school", "raion college", "university", "before host")
EXPECTED: dict[str, tuple[Audience | None, ...]] = {
    HOME.bin: (OWN, OWN, None, None, None, OWN),
    AWAY.bin: (PUBLIC, None, None, None, None, None),
    HOST: (PUBLIC, None, None, None, None, REVIEWER),
    SCHOOL: (PUBLIC, None, OWN, None, None, None),
    UNIVERSITY: (PUBLIC, None, None, None, OWN, None),
    REGION: (SUPERVISOR, SUPERVISOR, None, SUPERVISOR, None, SUPERVISOR),
    OTHER_REGION: (PUBLIC, None, None, None, None, None),
    RAION: (PUBLIC, None, SUPERVISOR, None, None, None),
    OTHER_RAION: (PUBLIC, None, None, None, None, None),
    MINISTRY: (PUBLIC, None, None, None, None, None),
    CLOSED_CABINET: (PUBLIC, None, None, None, None, None),
    NODE: (PUBLIC, None, None, None, None, None),
}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("node")) as one:
        furnish(one.told)
        yield one


def save(told: Told, view: Projection[Any], rows: Mapping[Key, Any]) -> None:
    position = told.node.views.position(view.name)
    assert told.node.views.save(view, position, position, rows)


def furnish(told: Told) -> None:
    """Rows of organisations and documents beside those that the story made."""
    home = told.node.views.get(ORG_DIRECTORY, (HOME.bin,))
    plan = told.node.views.get(APPROVAL_STATUS, (told.in_review,))
    assert home is not None and plan is not None
    directory: dict[Key, OrganisationRow] = {
        (bin_number,): msgspec.structs.replace(
            home,
            bin=bin_number,
            kind=kind,
            kato=kato,
            region_kato=kato[:2] + "0000000",
            state=state,
        )
        for bin_number, (kind, kato, state) in OFFICES.items()
    }
    save(told, ORG_DIRECTORY, directory)

    def like(document: str, owner: str, level: str) -> ApprovalStatus:
        return msgspec.structs.replace(
            plan, document_id=document, org_bin=owner, level=level
        )

    rows = [
        like("school", SCHOOL, "SECONDARY"),
        like("raion college", RAION_COLLEGE, "TVE"),
        like("university", UNIVERSITY, "HE"),
        like("before host", HOME.bin, "TVE"),
    ]
    save(told, APPROVAL_STATUS, {(row.document_id,): row for row in rows})
    bodies = (f"review-body/{HOST}.joint", told.house.bodies[0].ref)
    desk = ReviewDesk(
        document_id="before host",
        org_bin=HOME.bin,
        round=1,
        stage_no=1,
        bodies=bodies,
        hosts=(HOST,),
        opened_at=told.node.now - timedelta(days=9),
        last_position=1,
    )
    save(told, REVIEW_DESK, {("before host",): desk})
    stages: dict[Key, ApprovalStage] = {
        ("before host", 1, 1, body): ApprovalStage(
            document_id="before host",
            round=1,
            stage_no=1,
            body=body,
            org_bin=HOME.bin,
            version=1,
            conclusion="NEGATIVE",
            meeting_id=str(uuid4()),
            votes_against=3,
            remarks_ref="salted:" + "0" * 64,
            last_position=1,
        )
        for body in bodies
    }
    save(told, APPROVAL_STAGE, stages)


def document_of(told: Told, which: str) -> str:
    real = {"approved": told.approved, "college": told.in_review}
    return real.get(which, which)


@pytest.mark.parametrize("organisation", EXPECTED)
def test_each_document_is_shown_as_its_viewer_stands_to_it(
    door: Door, organisation: str
) -> None:
    told, queries = door.told, door.told.node.queries
    viewer = queries.viewer(organisation)
    page = queries.documents(viewer, DocumentQuery(limit=200))
    listed = {one.document_id: one for one in page.items}
    for which, audience in zip(WHICH, EXPECTED[organisation], strict=True):
        document = document_of(told, which)
        if audience is NOT_SHOWN:
            assert document not in listed, (organisation, which)
            with pytest.raises(Refusal) as caught:
                queries.document(viewer, document)
            assert caught.value.code == "QUERY-UNKNOWN"
            continue
        shown = queries.document(viewer, document)
        assert shown.audience == audience.name, (organisation, which)
        assert listed[document].audience == audience.name
        columns = set(shown_to(DOCUMENT_COLUMNS, audience))
        assert set(msgspec.to_builtins(shown)) <= columns
        assert set(msgspec.to_builtins(listed[document])) == columns - {"stages"}


def test_an_auditor_reads_all_and_a_registrar_what_is_public(door: Door) -> None:
    queries = door.told.node.queries
    auditor = queries.viewer(NODE, {"AUDITOR"})
    registrar = queries.viewer(NODE, {"REGISTRAR"})
    both = queries.viewer(NODE, {"REGISTRAR", "AUDITOR"})
    everything = DocumentQuery(limit=200)
    for viewer in (auditor, both):
        seen = queries.documents(viewer, everything).items
        assert {one.audience for one in seen} == {"OWN"} and len(seen) == 7
    (only,) = queries.documents(registrar, everything).items
    assert (only.document_id, only.audience) == (door.told.approved, "PUBLIC")


def test_votes_and_remarks_are_for_the_document_and_the_body_they_are_of(
    door: Door,
) -> None:
    queries = door.told.node.queries

    def stages(organisation: str) -> dict[str, StageAnswer]:
        shown = queries.document(queries.viewer(organisation), "before host")
        assert isinstance(shown.stages, tuple)
        return {stage.body: stage for stage in shown.stages}

    theirs, ours = f"review-body/{HOST}.joint", door.told.house.bodies[0].ref
    assert set(stages(HOST)) == {theirs}
    assert stages(HOST)[theirs].remarks_ref and stages(HOST)[theirs].votes_against == 3
    for stage in stages(REGION).values():
        assert stage.conclusion == "NEGATIVE"
        for hidden in ("remarks_ref", "votes_against", "meeting_id"):
            assert getattr(stage, hidden) is UNSET
    assert set(stages(REGION)) == set(stages(HOME.bin)) == {theirs, ours}
    assert all(stage.remarks_ref for stage in stages(HOME.bin).values())


@pytest.mark.parametrize(
    ("organisation", "query", "found"),
    [
        (REGION, {"scope": "supervised"}, 5),
        (REGION, {"scope": "own"}, 0),
        (REGION, {"scope": "supervised", "awaits": "council/x.org"}, 0),
        (REGION, {"org": RAION_COLLEGE}, 1),
        (REGION, {"territory": "7513"}, 1),
        (REGION, {"level": "HE"}, 0),
        (RAION, {"scope": "supervised"}, 1),
        (HOST, {"scope": "reviewed"}, 1),
        (AWAY.bin, {"scope": "reviewed"}, 0),
        (HOME.bin, {"scope": "own", "stage_older_than": 8}, 1),
        (HOME.bin, {"scope": "own", "stage_older_than": 10}, 0),
        (HOME.bin, {"approver": "HEAD", "rule": "19", "state": "READY"}, 0),
        (AWAY.bin, {"self_review": False}, 1),
        (AWAY.bin, {"self_review": True}, 0),
    ],
)
def test_filters_narrow_within_what_one_may_see(
    door: Door, organisation: str, query: dict[str, Any], found: int
) -> None:
    queries = door.told.node.queries
    asked = DocumentQuery(limit=200, **query)
    page = queries.documents(queries.viewer(organisation), asked)
    assert len(page.items) == found, [one.document_id for one in page.items]


@pytest.mark.parametrize("organisation", [AWAY.bin, OTHER_REGION, NODE])
def test_a_filter_by_what_one_may_not_see_finds_nothing(
    door: Door, organisation: str
) -> None:
    """What is hidden cannot be felt out by asking for it."""
    told, queries = door.told, door.told.node.queries
    viewer = queries.viewer(organisation)
    (public,) = queries.documents(viewer, DocumentQuery()).items
    assert public.document_id == told.approved
    row = told.node.views.get(APPROVAL_STATUS, (told.approved,))
    assert row is not None and row.route_profile and row.author_unit_id
    for asked in (
        {"profile": row.route_profile},
        {"unit": row.author_unit_id},
        {"approver": "HEAD"},
        {"stage_older_than": 0},
    ):
        query = DocumentQuery(**asked)
        assert not queries.documents(viewer, query).items, asked


@pytest.mark.parametrize("organisation", [HOST, REGION, HOME.bin])
def test_a_reviewer_feels_out_no_more_by_naming_its_own_body(
    door: Door, organisation: str
) -> None:
    """Its own body opens the filter by that body, and no other filter."""
    told, queries = door.told, door.told.node.queries
    joint = f"review-body/{HOST}.joint"
    before = told.node.views.get(APPROVAL_STATUS, ("before host",))
    assert before is not None and before.author_unit_id and before.route_profile
    asked_now = msgspec.structs.replace(
        before,
        acting_bodies=(joint,),
        route=(*before.route, msgspec.structs.replace(before.route[0], body=joint)),
    )
    save(told, APPROVAL_STATUS, {("before host",): asked_now})

    def finds(**more: Any) -> bool:
        query = DocumentQuery(limit=200, body=joint, **more)  # type: ignore[arg-type]
        keep = told.node.work.kept_by(query)
        page = queries.documents(queries.viewer(organisation), query, keep)
        return "before host" in {one.document_id for one in page.items}

    supervises = organisation != HOST
    assert finds() and finds(on_agenda=False) == (organisation != REGION)
    assert finds(unit=before.author_unit_id) == supervises
    assert finds(profile=before.route_profile) == supervises
    assert finds(awaits=before.missing_bodies[0]) == supervises
    assert finds(stage_older_than=0) == supervises
    save(told, APPROVAL_STATUS, {("before host",): before})


@pytest.mark.parametrize(
    ("organisation", "scope", "sees_profiles"),
    [
        (AWAY.bin, "public", False),
        (HOST, "reviewed", False),
        (REGION, "supervised", True),
        (HOME.bin, "own", True),
    ],
)
def test_nothing_is_counted_by_what_one_may_not_see(
    door: Door, organisation: str, scope: Any, sees_profiles: bool
) -> None:
    viewer = door.told.node.queries.viewer(organisation)
    tally = door.told.node.counting.tally
    assert tally(viewer, TallyQuery(scope=scope, by="organisation")).items
    by_profile = TallyQuery(scope=scope, by="organisation,profile")
    assert bool(tally(viewer, by_profile).items) == sees_profiles


def test_every_column_of_an_answer_has_one_audience() -> None:
    for answer, table in (
        (DocumentAnswer, DOCUMENT_COLUMNS),
        (StageAnswer, STAGE_COLUMNS),
    ):
        fields = {field.name: field for field in msgspec.structs.fields(answer)}
        assert set(fields) == set(table)
        least = min(table.values())
        for name, audience in table.items():
            is_always_there = audience is least
            assert fields[name].required == is_always_there, name
    hidden = ("author_person_id", "returned_reason_refs", "last_meeting_id")
    assert all(DOCUMENT_COLUMNS[name] is OWN for name in hidden)
    votes = [name for name in STAGE_COLUMNS if "vote" in name or "remark" in name]
    assert len(votes) == 4
    assert all(STAGE_COLUMNS[name] is OWN for name in votes)


# Over HTTP: every query that needs a token, as everybody.

VIEWERS = ("nobody", "stranger", "own", "cabinet", "wrong area", "wrong level")
OPERATORS = ("auditor", "registrar")
EVERYBODY = (401, 200, 200, 200, 200, 200, 200, 200)
OPEN = (200,) * 8
HIDDEN = (401, 404, 200, 200, 404, 404, 200, 404)
OWNERS = (401, 404, 200, 404, 404, 404, 200, 404)
OF_THE_NODE = (401, 403, 403, 403, 403, 403, 200, 200)
ROUTES: dict[str, tuple[int, ...]] = {
    "/v1/documents": EVERYBODY,
    "/v1/documents/tally": EVERYBODY,
    "/v1/documents/{in_review}": HIDDEN,
    "/v1/documents/{approved}": EVERYBODY,
    "/v1/documents/{in_review}/explain": OWNERS,
    "/v1/audit/trail/{in_review}": HIDDEN,
    "/v1/audit/trail/{approved}": HIDDEN,
    "/v1/audit/summary": (401, 403, 403, 403, 403, 403, 200, 403),
    "/v1/bodies": EVERYBODY,
    "/v1/meetings": EVERYBODY,
    "/v1/organisations": EVERYBODY,
    "/v1/organisations/{home}": EVERYBODY,
    "/v1/organisations/{home}/offices": OWNERS,
    "/v1/content/{text}": OWNERS,
    "/v1/content/{remarks}": OWNERS,
    "/v1/refusals": OF_THE_NODE,
    "/v1/projections": OF_THE_NODE,
    "/v1/projections/{view}": OF_THE_NODE,
    "/v1/projections/parked": OF_THE_NODE,
    "/v1/projections/wishes/{wish}": (401, 403, 403, 403, 403, 403, 404, 404),
    "/v1/errors": OPEN,
    "/v1/errors/{code}": OPEN,
    "/v1/rules": OPEN,
    "/v1/rules/{rule}": OPEN,
    "/v1/rules/pack": OPEN,
    "/health/live": OPEN,
    "/health/ready": OPEN,
    "/.well-known/jwks.json": OPEN,
    "/schema/openapi.json": OPEN,
}


def bearer(door: Door, who: str) -> dict[str, str]:
    organisations = {
        "stranger": AWAY.bin,
        "cabinet": REGION,
        "wrong area": OTHER_REGION,
        "wrong level": RAION,
    }
    told, person = door.told, PersonId(str(uuid4()))
    if who == "nobody":
        return {}
    if who in organisations:
        day = timedelta(days=1)
        token = told.node.key.issue(person, organisations[who], day)
    else:
        people: dict[str, Person] = {
            "own": told.house.head,
            "auditor": told.auditor,
            "registrar": told.registrar,
        }
        token = told.node.token(people[who])
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def places(door: Door) -> dict[str, str]:
    """What stands in the addresses of the table."""
    node = door.told.node
    text = node.content.put_file(HOME.bin, "application/pdf", b"%PDF- of a plan")
    remarks = node.content.put_text(HOME.bin, "Уточнить часы", "remarks")
    return {
        "in_review": door.told.in_review,
        "approved": door.told.approved,
        "home": HOME.bin,
        "text": text,
        "remarks": remarks,
        "view": "approval_status",
        "wish": "7",
        "code": "DOC-STATE",
        "rule": "19",
    }


@pytest.mark.parametrize("route", ROUTES)
def test_every_query_is_answered_by_right(
    door: Door, places: dict[str, str], route: str
) -> None:
    path = route.format(**places)
    answered = {
        who: door.client.get(path, headers=bearer(door, who)).status_code
        for who in (*VIEWERS, *OPERATORS)
    }
    expected = dict(zip((*VIEWERS, *OPERATORS), ROUTES[route], strict=True))
    assert answered == expected


def test_the_table_holds_every_query_that_there_is() -> None:
    described = openapi_document(rule_pack())["paths"]
    shapes = {shape(path) for path, methods in described.items() if "get" in methods}
    assert shapes == {shape(route) for route in ROUTES}


def shape(path: str) -> str:
    return "/".join("*" if part.startswith("{") else part for part in path.split("/"))


def test_a_reviewer_reads_the_text_that_lies_before_its_body(door: Door) -> None:
    """And only as long as it lies there, and nothing else of its owner."""
    told = door.told
    body = b"%PDF- before a joint commission"
    kept = told.node.content.put_file(HOME.bin, "application/pdf", body)
    row = told.node.views.get(APPROVAL_STATUS, ("before host",))
    assert row is not None
    (variant, *_) = row.variants
    variant = msgspec.structs.replace(variant, sha256=kept.removeprefix("sha256:"))
    changed = msgspec.structs.replace(row, variants=(variant,))
    save(told, APPROVAL_STATUS, {("before host",): changed})
    day = timedelta(days=1)

    def read(organisation: str) -> int:
        token = told.node.key.issue(PersonId(str(uuid4())), organisation, day)
        headers = {"Authorization": f"Bearer {token}"}
        return door.client.get(f"/v1/content/{kept}", headers=headers).status_code

    asked = (HOST, HOME.bin, REGION, AWAY.bin)
    assert [read(one) for one in asked] == [200, 200, 404, 404]
    desk = told.node.views.get(REVIEW_DESK, ("before host",))
    assert desk is not None
    save(told, REVIEW_DESK, {("before host",): None})
    assert read(HOST) == 404
    save(told, REVIEW_DESK, {("before host",): desk})


@pytest.mark.parametrize("who", ["cabinet", "own", "auditor"])
def test_a_supervisor_reads_a_trail_without_votes_and_remarks(
    door: Door, who: str
) -> None:
    path = f"/v1/audit/trail/{door.told.approved}"
    found = door.client.get(path, headers=bearer(door, who)).json()
    types = {entry["type"] for entry in found["entries"]}
    data = [entry["data"] for entry in found["entries"]]
    told = {name for fields in data for name in fields}
    is_whole = who != "cabinet"
    assert ("meeting.vote-closed.v1" in types) == is_whole
    assert ("remarks_ref" in told) == ("votes" in told) == is_whole
    assert "document.conclusion-recorded.v1" in types and "meeting.held.v1" in types
    assert found["is_sound"] is True
