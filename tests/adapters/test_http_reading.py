"""What the HTTP door shows of documents, content and the node, and to whom."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace

from adapters.demo.teller import Person
from adapters.http_routes.content import MAX_FILE_BYTES
from adapters.http_routes.doors import Health, Part
from adapters.identity import Identities, Issuer, Jwks
from adapters.operators import Operators
from domain.identifiers import ContentRef, PersonId
from tests.adapters.http_door import (
    ILL,
    WELL,
    Door,
    opened,
    refused,
)
from tests.adapters.node_at_work import AWAY, HOME, NODE, at_work

ALL_WELL = Health(store=WELL, bus=WELL, relay=WELL, views=WELL, policies=WELL)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("node")) as one:
        yield one


def test_documents_are_shown_by_right(door: Door) -> None:
    told, client = door.told, door.client
    own = client.get("/v1/documents", headers=door.head).json()
    assert {d["document_id"] for d in own["items"]} >= {told.approved, told.in_review}
    other = client.get("/v1/documents", headers=door.stranger).json()
    assert [d["document_id"] for d in other["items"]] == [told.approved]
    assert "author_unit_id" not in other["items"][0]
    whole = client.get(f"/v1/documents/{told.approved}", headers=door.auditor).json()
    assert whole["stages"] and whole["org_synthetic"] is True
    part = client.get(f"/v1/documents/{told.approved}", headers=door.stranger).json()
    assert "stages" not in part and part["state"] == "APPROVED"


def test_hidden_and_unknown_documents_get_the_same_answer(door: Door) -> None:
    unknown, hidden = str(uuid4()), door.told.in_review
    answers = [
        door.client.get(f"/v1/documents/{document}", headers=door.stranger)
        for document in (unknown, hidden)
    ]
    for answer in answers:
        refused(answer, 404, "QUERY-UNKNOWN")
    assert answers[0].text.replace(unknown, "") == answers[1].text.replace(hidden, "")


def test_a_node_token_without_a_grant_is_a_stranger(door: Door) -> None:
    token = door.told.node.key.issue(PersonId(str(uuid4())), "node", timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}
    shown = door.client.get("/v1/documents", headers=headers).json()
    assert [d["document_id"] for d in shown["items"]] == [door.told.approved]
    refused(door.client.get("/v1/refusals", headers=headers), 403, "QUERY-ROLE")


def test_an_organisations_token_reads_its_own_and_acts_only_when_appointed(
    door: Door,
) -> None:
    """What is an organisation's own is for whom it lets speak for it, in office or not.

    A journal or another system of its own reads so; to act takes an appointment.
    """
    told = door.told
    nobody = Person(str(uuid4()), HOME.bin, told.house.head.capacity)
    headers = {**door.head, "Authorization": f"Bearer {told.node.token(nobody)}"}
    own = door.client.get(f"/v1/documents/{told.draft}", headers=headers).json()
    assert own["audience"] == "OWN" and own["state"] == "DRAFT"
    trail = door.client.get(f"/v1/audit/trail/{told.approved}", headers=headers)
    assert trail.json()["audience"] == "OWN"
    submit: dict[str, object] = {
        "command_id": str(uuid4()),
        "capacity": nobody.capacity,
        "document_id": told.draft,
    }
    before = told.node.store.position()
    answer = door.post(submit, "/v1/commands/document.submit", **headers)
    refused(answer, 403, "ACTOR-CAPACITY")
    assert told.node.store.position() == before


def test_whoever_wrote_waits_for_the_view(door: Door) -> None:
    position = door.post(door.unit()).json()["position"]
    path = f"/v1/documents?after={position}"
    refused(door.client.get(path, headers=door.head), 409, "QUERY-BEHIND")
    door.told.node.show()
    assert door.client.get(path, headers=door.head).json()["position"] >= position


def test_organisations_are_open_to_every_token(door: Door) -> None:
    listed = door.client.get("/v1/organisations", headers=door.stranger).json()
    assert {o["bin"] for o in listed["items"]} == {HOME.bin, AWAY.bin}
    one = door.client.get(f"/v1/organisations/{HOME.bin}", headers=door.stranger)
    assert one.json()["synthetic"] is True
    nobody = door.client.get("/v1/organisations/940140000385", headers=door.stranger)
    refused(nobody, 404, "QUERY-UNKNOWN")


def test_refusals_are_for_the_auditor(door: Door) -> None:
    refused(door.client.get("/v1/refusals", headers=door.head), 403, "QUERY-ROLE")
    seen: list[int] = []
    before = ""
    while True:
        path = f"/v1/refusals?limit=3{before}"
        page = door.client.get(path, headers=door.auditor).json()
        seen += [note["id"] for note in page["items"]]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert len(seen) > 3 and seen == sorted(set(seen), reverse=True)
    path = "/v1/refusals?code=R19-APPROVER"
    page = door.client.get(path, headers=door.auditor).json()
    assert [note["rule"] for note in page["items"]] == ["19"]


def test_a_grant_that_has_ended_gives_no_role(tmp_path: Path) -> None:
    with at_work(tmp_path) as told:
        seat, person = told.auditor.capacity, PersonId(told.auditor.id)
        grant = int(seat.rpartition("#")[2])
        told.teller.give(told.registrar, "node.revoke-operator", node=NODE, grant=grant)
        tomorrow = told.node.now + timedelta(days=1)
        # A grant holds to the end of its last day.
        assert told.node.operators.roles_of(person) == {"AUDITOR"}
        later = Operators(told.node.store, NODE, lambda: tomorrow)
        assert later.roles_of(person) == frozenset()
        assert later.roles_of(PersonId(told.registrar.id)) == {"REGISTRAR"}


# Content.


def test_a_text_is_kept_for_its_own_organisation(door: Door) -> None:
    text = {"kind": "remarks", "text": "Часы практики: 5 семестр, әріптер"}
    kept = door.post(msgspec.json.encode(text), "/v1/content")
    assert kept.status_code == 201 and kept.json()["ref"].startswith("salted:")
    assert "sha256" not in kept.json()
    path = kept.headers["location"]
    own = door.client.get(path, headers=door.head)
    assert own.text == text["text"]
    assert own.headers["content-type"] == "text/plain;charset=utf-8"
    assert door.client.get(path, headers=door.auditor).text == text["text"]
    refused(door.client.get(path, headers=door.stranger), 404, "CONTENT-UNKNOWN")


def test_a_file_is_kept_as_it_was_sent(door: Door) -> None:
    body = bytes(range(256)) * 4096
    media_type = {"Content-Type": "application/pdf; name=x"}
    kept = door.post(body, "/v1/content", **media_type).json()
    assert kept["ref"] == f"sha256:{kept['sha256']}"
    found = door.client.get(f"/v1/content/{kept['ref']}", headers=door.head)
    assert found.content == body
    assert found.headers["content-type"] == "application/pdf"


def test_a_page_that_was_kept_never_runs_here(door: Door) -> None:
    media_type = {"Content-Type": "text/html"}
    kept = door.post(b"<script>alert(1)</script>", "/v1/content", **media_type)
    found = door.client.get(kept.headers["location"], headers=door.head)
    assert found.headers["content-disposition"] == "attachment"
    assert "sandbox" in found.headers["content-security-policy"]
    assert found.headers["x-content-type-options"] == "nosniff"


def test_erased_content_is_gone(door: Door) -> None:
    kept = door.post(b'{"kind": "remarks", "text": "Testing"}', "/v1/content").json()
    door.told.node.content.erase(ContentRef(kept["ref"]))
    path = f"/v1/content/{kept['ref']}"
    for headers in (door.head, door.auditor):
        refused(door.client.get(path, headers=headers), 410, "CONTENT-ERASED")
    refused(door.client.get(path, headers=door.stranger), 404, "CONTENT-UNKNOWN")


@pytest.mark.parametrize("ref", ["x", "sha256:" + "0" * 64, "salted:%0a", "y" * 999])
def test_content_that_nobody_put_is_unknown(door: Door, ref: str) -> None:
    for headers in (door.head, door.auditor):
        answer = door.client.get(f"/v1/content/{ref}", headers=headers)
        refused(answer, 404, "CONTENT-UNKNOWN")


@pytest.mark.parametrize(
    ("media_type", "body", "status", "code"),
    [
        ("application/json", b"{}", 422, "CMD-MALFORMED"),
        ("application/json", b'{"kind": "a b", "text": "x"}', 422, "CMD-MALFORMED"),
        ("application/json", b'{"kind": "a", "text": ""}', 422, "CMD-MALFORMED"),
        ("application/json", b"[" * 100_000, 422, "CMD-MALFORMED"),
        ("application/json", b"\xff", 422, "CMD-MALFORMED"),
        ("application/json", b" " * 1_000_001, 413, "CMD-TOO-LARGE"),
        ("application/pdf", b"", 422, "CMD-MALFORMED"),
        ("application/pdf", b"x" * (MAX_FILE_BYTES + 1), 413, "CMD-TOO-LARGE"),
        ("multipart/form-data; boundary=x", b"x", 415, "CMD-MEDIA-TYPE"),
        ("", b"x", 415, "CMD-MEDIA-TYPE"),
        ("nonsense", b"x", 415, "CMD-MEDIA-TYPE"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_content_that_cannot_be_kept_is_refused(
    door: Door, media_type: str, body: bytes, status: int, code: str
) -> None:
    response = door.post(body, "/v1/content", **{"Content-Type": media_type})
    refused(response, status, code)


# The node itself.


@pytest.mark.parametrize(
    ("ill", "status", "word"),
    [
        ({}, 200, "ready"),
        ({"bus": ILL, "relay": ILL}, 200, "degraded"),
        ({"views": ILL}, 200, "degraded"),
        ({"policies": ILL}, 200, "degraded"),
        ({"command_door": ILL}, 200, "degraded"),
        ({"store": ILL}, 503, "down"),
    ],
)
def test_the_node_says_how_it_is(
    door: Door, ill: dict[str, Part], status: int, word: str
) -> None:
    health = replace(ALL_WELL, **ill)
    well = door.switches.health
    door.switches.health = health
    try:
        answer = door.client.get("/health/ready")
    finally:
        door.switches.health = well
    assert (answer.status_code, answer.json()["status"]) == (status, word)
    for part in ("store", "command_door"):
        assert answer.json()[part]["is_well"] is getattr(health, part).is_well
    assert door.client.get("/health/live").json() == {"status": "live"}


def test_the_published_keys_verify_the_nodes_tokens(door: Door) -> None:
    answer = door.client.get("/.well-known/jwks.json")
    assert answer.headers["cache-control"] == "no-store"
    keys = msgspec.json.decode(answer.content, type=Jwks)
    elsewhere = Identities([Issuer(NODE, keys, bin=None)])
    token = door.told.node.token(door.told.house.head)
    assert elsewhere.verify(token).organisation == HOME.bin


def test_anybody_may_read_why_something_is_refused(door: Door) -> None:
    listed = door.client.get("/v1/errors").json()
    assert len(listed["items"]) == len(door.told.node.pack.errors)
    for entry in listed["items"]:
        assert entry["ru"] and entry["kk"] and entry["en"]
    problem = refused(door.client.get("/v1/documents"), 401, "ACTOR-TOKEN")
    one = door.client.get(problem["type"]).json()
    assert one["code"] == "ACTOR-TOKEN"
    refused(door.client.get("/v1/errors/NOPE"), 404, "QUERY-UNKNOWN")
    assert door.client.get("/v1/rules/pack").json()["id"] == "kz-583-2007"


@pytest.mark.parametrize("name", ["approved_since", "approved_until"])
@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "9999-12-31"])
def test_the_ends_of_the_calendar_are_days_like_others(
    door: Door, name: str, day: str
) -> None:
    answer = door.client.get(f"/v1/documents?{name}={day}", headers=door.stranger)
    shown = [one["document_id"] for one in answer.json()["items"]]
    is_within = (name == "approved_since") == (day < "2000")
    assert shown == ([door.told.approved] if is_within else [])
