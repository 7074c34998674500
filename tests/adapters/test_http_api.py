"""The HTTP door on a real server: what it takes, and what it refuses."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from adapters.envelope import open_record
from adapters.http_api import create_app
from adapters.http_routes.doors import Health
from adapters.orders import MAX_COMMAND_BYTES
from domain.identifiers import PersonId
from tests.adapters.http_door import (
    CREATE,
    Door,
    doors_of,
    opened,
    refused,
    served,
)
from tests.adapters.node_at_work import HOME


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("node")) as one:
        yield one


def test_a_command_is_taken_and_its_repeat_has_the_same_answer(door: Door) -> None:
    command = door.unit()
    first = door.post(command)
    assert first.status_code == 200, first.text
    answer = first.json()
    assert answer == {
        "command_id": command["command_id"],
        "stream": f"unit/{HOME.bin}.{command['unit_id']}",
        "version": 1,
        "position": door.told.node.store.position(),
        "events": ["unit.created.v1"],
        "published": True,
        "repeated": False,
    }
    assert door.post(command).json() == {**answer, "repeated": True}
    refused(door.post({**command, "kind": "BRANCH"}), 422, "CMD-ID-REUSED")


def test_what_does_not_stand_on_the_bus_yet_is_said_so(door: Door) -> None:
    door.switches.published = False
    try:
        assert door.post(door.unit()).json()["published"] is False
    finally:
        door.switches.published = True


def test_a_refusal_cites_its_rule_in_the_asked_language(door: Door) -> None:
    command = door.unit(kind="LABORATORY")
    for language, word in (("en", "kind"), ("kk", "Бөлімше"), ("ru", "подразделения")):
        again = {**command, "command_id": str(uuid4())}
        response = door.post(again, **{"Accept-Language": f"{language}, ru;q=0.1"})
        problem = refused(response, 422, "R10-UNIT-KIND")
        assert problem["rule"] == "10" and word in problem["detail"]
        assert problem["command_id"] == again["command_id"]
        assert response.headers["content-language"] == language


def test_a_stale_command_learns_the_version_of_now(door: Door) -> None:
    for expected in (7, 2**70):
        body = json.dumps(door.unit(expected_version=expected)).encode()
        problem = refused(door.post(body), 409, "CMD-STALE")
        assert problem["context"] == {"expected": expected, "current": 0}


def test_a_capacity_of_somebody_else_cannot_be_used(door: Door) -> None:
    other = door.unit(capacity=door.told.stranger.capacity)
    refused(door.post(other), 403, "ACTOR-CAPACITY")


def test_a_trace_goes_into_the_record_if_it_is_one(door: Door) -> None:
    sound = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    wrong = (
        sound.upper(),
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01",
        "ff" + sound[2:],
        "{}",
    )
    kept = [
        door.post(door.unit(), traceparent=trace).json() for trace in (sound, *wrong)
    ]
    records = [
        open_record(door.told.node.store.records(answer["position"] - 1, 1)[0][1])
        for answer in kept
    ]
    assert records[0].traceparent == sound
    assert all(record.traceparent is msgspec.UNSET for record in records[1:])


def test_many_commands_at_once_all_get_their_own_answer(door: Door) -> None:
    commands = [door.unit() for _ in range(64)]
    with ThreadPoolExecutor(16) as pool:
        answers = [response.json() for response in pool.map(door.post, commands)]
    assert [a["command_id"] for a in answers] == [c["command_id"] for c in commands]
    assert len({a["position"] for a in answers}) == 64


# Hostile input.


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"{}",
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b'{"command_id": "\xc3\x28"}',
        b'{"command_id": "\\ud800"}',
        b'{"command_id": NaN}',
        b'{"expected_version": Infinity}',
        b'{"expected_version": ' + b"9" * 100_000 + b"}",
        b'{"expected_version": 1e999}',
        b"[" * 500_000,
        b'{"names":' * 100_000,
        b'{"x": ' + b"[" * 400_000 + b"]" * 400_000 + b"}",
        b"\x00" * 1000,
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)
def test_a_body_that_is_no_command_is_refused(door: Door, body: bytes) -> None:
    refused(door.post(body), 422, "CMD-MALFORMED")


@pytest.mark.parametrize(
    "changed",
    [
        {"colour": "red"},
        {"n" * 100_000: 1},
        {"unit_id": "../../etc"},
        {"unit_id": "u" * 41},
        {"unit_id": None},
        {"capacity": "staff/1#1; DROP TABLE"},
        {"command_id": "1"},
        {"names": {"ru": ""}},
        {"names": {"ru": "x" * 501}},
        {"names": {"ru": "x", "de": "y"}},
        {"bin": "840512300123 "},
        {"occurred_at": "2026-09-01"},
        {"occurred_at": "2026-09-01T10:00:00"},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"occurred_at": "9999-12-31T23:59:59-14:00"},
        {"expected_version": True},
        {"expected_version": 1.5},
        {"expected_version": -1},
        {"names": {"ru": " \t\u00a0"}},
        {"names": {"ru": "Факультет", "kk": "  "}},
    ],
    ids=lambda changed: str(changed)[:40],
)
def test_a_field_that_makes_no_sense_is_refused(
    door: Door, changed: dict[str, object]
) -> None:
    body = json.dumps(door.unit(**changed)).encode()
    problem = refused(door.post(body), 422, "CMD-MALFORMED")
    assert len(json.dumps(problem)) < 3_000


def test_a_hostile_command_does_not_spoil_its_neighbours(door: Door) -> None:
    hostile = door.unit(occurred_at="0001-01-01T00:00:00+14:00")
    bodies = [hostile if n % 4 == 0 else door.unit() for n in range(40)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(door.post, bodies))
    for number, answer in enumerate(answers):
        assert answer.status_code == (200 if number % 4 else 422), answer.text


def test_an_unknown_command_is_named(door: Door) -> None:
    for tag in ("unit.demolish", "x" * 5000, "unit.create%00", "%ff%fe", "Unit.Create"):
        problem = refused(door.post(b"{}", f"/v1/commands/{tag}"), 422, "CMD-UNKNOWN")
        assert len(problem["context"]["command"]) <= 100


@pytest.mark.parametrize("size", [MAX_COMMAND_BYTES + 1, 10_000_000])
def test_a_body_that_is_too_large_is_refused(door: Door, size: int) -> None:
    problem = refused(door.post(b" " * size), 413, "CMD-TOO-LARGE")
    assert problem["context"] == {"limit": MAX_COMMAND_BYTES}


def test_a_body_of_just_the_limit_is_read(door: Door) -> None:
    body = msgspec.json.encode(door.unit())
    assert door.post(body.ljust(MAX_COMMAND_BYTES)).status_code == 200


@contextmanager
def raw_command(door: Door, *headers: str) -> Iterator[socket.socket]:
    """A connection on which the head of a command is sent, and no body yet."""
    url = door.client.base_url
    lines = [
        f"POST {CREATE} HTTP/1.1",
        "Host: node",
        f"Authorization: {door.head['Authorization']}",
        "Content-Type: application/json",
        *headers,
    ]
    with socket.create_connection((url.host, url.port), timeout=20) as connection:
        connection.sendall("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
        yield connection


def answer_on(connection: socket.socket) -> bytes:
    """What the server says, head and body, in however many pieces it comes."""
    told = b""
    while b"CMD-TOO-LARGE" not in told and (piece := connection.recv(65_536)):
        told += piece
    return told


def test_an_endless_body_is_refused_before_its_end(door: Door) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with raw_command(door, "Transfer-Encoding: chunked") as connection:
        for _ in range(MAX_COMMAND_BYTES // 0x10000 + 2):
            connection.sendall(chunk)
        told = answer_on(connection)
    assert told.startswith(b"HTTP/1.1 413 ") and b"CMD-TOO-LARGE" in told


@pytest.mark.parametrize("announced", ["10000000", "9" * 19])
def test_an_announced_size_is_not_waited_for(door: Door, announced: str) -> None:
    with raw_command(door, f"Content-Length: {announced}") as connection:
        connection.sendall(b"{")
        assert b"CMD-TOO-LARGE" in answer_on(connection)


def test_who_leaves_in_the_middle_leaves_the_door_open(door: Door) -> None:
    with raw_command(door, "Content-Length: 900") as connection:
        connection.sendall(b'{"a')
    assert door.client.get("/health/live").status_code == 200


@pytest.mark.parametrize(
    "media_type", ["", "text/plain", "application/x-www-form-urlencoded", "x" * 500]
)
def test_a_command_of_another_media_type_is_refused(
    door: Door, media_type: str
) -> None:
    response = door.post(door.unit(), **{"Content-Type": media_type})
    problem = refused(response, 415, "CMD-MEDIA-TYPE")
    assert problem["context"]["expected"] == "application/json"


def test_json_with_a_charset_is_json(door: Door) -> None:
    media_type = {"Content-Type": "Application/JSON; charset=UTF-8"}
    assert door.post(door.unit(), **media_type).status_code == 200


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([], "missing"),
        ([("Authorization", "")], "missing"),
        ([("Authorization", "Basic dXNlcjpwYXNz")], "malformed"),
        ([("Authorization", "Bearer")], "malformed"),
        ([("Authorization", "Bearer nonsense")], "malformed"),
        ([("Authorization", "Bearer a.b.c")], "malformed"),
        ([("Authorization", b"Bearer \xff\xfe.\xd0.\xd1")], "malformed"),
        ([("Authorization", "Bearer " + "x" * 20_000)], "too large"),
        ([("Authorization", "Bearer a"), ("Authorization", "Bearer b")], "given twice"),
    ],
    ids=str,
)
def test_who_does_not_prove_who_they_are_gets_nothing(
    door: Door, headers: list[tuple[str, str]], reason: str
) -> None:
    for method, path in (
        ("POST", CREATE),
        ("POST", "/v1/content"),
        ("GET", "/v1/documents"),
        ("GET", f"/v1/documents/{door.told.approved}"),
        ("GET", "/v1/organisations"),
        ("GET", f"/v1/organisations/{HOME.bin}"),
        ("GET", "/v1/refusals"),
        ("GET", "/v1/content/sha256:" + "0" * 64),
    ):
        response = door.client.request(method, path, headers=headers)
        problem = refused(response, 401, "ACTOR-TOKEN")
        assert problem["context"] == {"reason": reason}


def test_an_old_token_and_a_foreign_issuer_are_refused(door: Door) -> None:
    node = door.told.node
    person = PersonId(door.told.house.head.id)
    old = node.key.issue(person, HOME.bin, timedelta(hours=-1))
    headers = {"Authorization": f"Bearer {old}"}
    problem = refused(
        door.client.get("/v1/documents", headers=headers), 401, "ACTOR-TOKEN"
    )
    assert problem["context"] == {"reason": "expired"}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v2/documents",
        "/schema",
        "/schema/swagger",
        "/docs",
        "/v1/documents/a/b",
        "/v1/../../etc/passwd",
        "/%00",
        "/%ff%fe",
        "/" + "x" * 5000,
        "/v1/commands",
        "/v1/commands/",
        "/<script>alert(1)</script>",
    ],
)
def test_an_unknown_address_is_a_problem_too(door: Door, path: str) -> None:
    problem = refused(door.client.get(path), 404, "QUERY-UNKNOWN")
    assert len(problem["context"]["id"]) <= 100


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", CREATE),
        ("DELETE", "/v1/documents"),
        ("PUT", "/v1/content"),
        ("PATCH", "/health/live"),
        ("BREW", "/v1/documents"),
        ("TRACE", "/v1/documents"),
    ],
)
def test_a_method_that_is_not_taken_names_those_that_are(
    door: Door, method: str, path: str
) -> None:
    response = door.client.request(method, path)
    refused(response, 405, "QUERY-METHOD")
    allowed = response.headers["allow"].split(", ")
    assert allowed and ("HEAD" in allowed) == ("GET" in allowed)


@pytest.mark.parametrize(
    "path", ["/health/live", "/v1/bodies", "/v1/documents/x", "/v1/content", "/v2"]
)
def test_head_is_answered_as_get_is_without_the_body(door: Door, path: str) -> None:
    whole = door.client.get(path, headers=door.head)
    bare = door.client.head(path, headers=door.head)
    assert bare.content == b"" and bare.status_code == whole.status_code
    told = ("content-type", "content-language", "cache-control", "allow")
    assert [bare.headers.get(name) for name in told] == [
        whole.headers.get(name) for name in told
    ]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1e9",
        "limit=" + "9" * 5000,
        "after=-1",
        "after=99999999999999999999",
        "colour=red",
        "kind=A&kind=B",
        "state=%ff%fe",
        "state=%00",
        "state=null",
        "after=NULL",
        "state=a%27%20OR%201=1",
        "body=council",
        "cursor=%00",
        "order=last_position;DROP",
        "=",
    ],
)
def test_a_query_that_makes_no_sense_is_a_problem(door: Door, query: str) -> None:
    response = door.client.get(f"/v1/documents?{query}", headers=door.head)
    refused(response, 422, "QUERY-MALFORMED")


def test_a_bug_shows_nothing_of_itself(door: Door) -> None:
    def broken() -> Health:
        raise RuntimeError("password=hunter2")

    doors = replace(doors_of(door.told.node, door.switches), health=broken)
    with served(create_app(doors)) as client:
        response = client.get("/health/ready")
    refused(response, 500, "CMD-FAILED")
    assert "hunter2" not in response.text and "RuntimeError" not in response.text


def test_a_store_that_is_down_is_said_so_and_to_be_asked_again(tmp_path: Path) -> None:
    with opened(tmp_path) as down:
        node, client = down.told.node, down.client
        node.store.close()
        refused(down.post(down.unit()), 503, "CMD-STORE-DOWN")
        response = client.get("/v1/documents", headers=down.auditor)
        refused(response, 503, "QUERY-STORE-DOWN")
        assert client.get("/v1/documents", headers=down.head).status_code == 200
        node.views.close()
        response = client.get("/v1/documents", headers=down.head)
        refused(response, 503, "QUERY-STORE-DOWN")
        node.content.close()
        text = b'{"kind": "remarks", "text": "x"}'
        refused(down.post(text, "/v1/content"), 503, "CMD-STORE-DOWN")


@pytest.mark.parametrize(
    "control", ["\0", "\n", "\r", "\t", "\b", "\f", "\x1b", "\x1f"]
)
def test_no_text_of_a_command_holds_a_control_character(
    door: Door, control: str
) -> None:
    for names in ("Отделение" + control, control + "Отделение", f"\\{control}"):
        answer = door.post(door.unit(names={"ru": names}))
        told = refused(answer, 422, "CMD-MALFORMED")
        assert told["context"]["reason"] == "it holds a control character"
    written = door.unit(names={"ru": f"\\n \\u000a \\{control!r}"})
    assert door.post(written).status_code == 200


@pytest.mark.parametrize(
    "path", ["/v1/documents", "/health/live", "/v1/errors/DOC-STATE", "/v1/nowhere"]
)
def test_head_is_answered_as_get_without_the_body(door: Door, path: str) -> None:
    whole = door.client.get(path, headers=door.head)
    head = door.client.head(path, headers=door.head)
    assert head.status_code == whole.status_code
    assert head.content == b"" and whole.content
    kept = ("content-type", "content-length", "cache-control")
    assert [head.headers[n] for n in kept] == [whole.headers[n] for n in kept]
    nobody = door.client.head("/v1/documents")
    assert (nobody.status_code, nobody.content) == (401, b"")
    assert nobody.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "nonsense", ""])
def test_a_body_under_a_content_coding_is_refused(door: Door, coding: str) -> None:
    headers = {"Content-Encoding": coding}
    before = door.told.node.store.position()
    refused(door.post(door.unit(), **headers), 415, "CMD-ENCODING")
    text = msgspec.json.encode({"kind": "remarks", "text": "x"})
    refused(door.post(text, "/v1/content", **headers), 415, "CMD-ENCODING")
    assert door.told.node.store.position() == before
    plain = door.post(door.unit(), **{"Content-Encoding": "Identity"})
    assert plain.status_code == 200
