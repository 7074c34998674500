"""Requests that no honest client sends: each is answered or cut off, none stays."""

import json
from collections.abc import Iterator

import pytest

from adapters.http_routes import exchange
from tests.adapters.http_door import Door, opened, refused
from tests.adapters.raw_http import command_head, said

HELLO = "GET /health/live HTTP/1.1\r\nHost: node\r\nConnection: close\r\n"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("node")) as one:
        yield one
        assert one.client.get("/health/live").status_code == 200


def is_refused(told: bytes) -> bool:
    """Whether that is an answer with an error of the client's, or none at all."""
    return told[:10] in (b"HTTP/1.1 4", b"") or told.startswith(b"HTTP/1.1 501 ")


def chunks(body: bytes, size: int) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    sent = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return sent + b"0\r\n\r\n"


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_body_in_chunks_without_a_length_is_a_body(door: Door, size: int) -> None:
    body = json.dumps(door.unit()).encode()
    head = command_head(door, "Transfer-Encoding: chunked")
    assert said(door, head + chunks(body, size)).startswith(b"HTTP/1.1 200 ")


def test_chunks_count_more_than_a_length_beside_them(door: Door) -> None:
    body = json.dumps(door.unit()).encode()
    head = command_head(door, "Content-Length: 5", "Transfer-Encoding: chunked")
    # One request, never two: what follows the length is not taken for the next.
    told = said(door, head + chunks(body, 100))
    assert told.startswith(b"HTTP/1.1 200 ") and told.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: -5",),
        ("Content-Length: 5_0",),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("X: " + "y" * 100_000,),
        tuple(f"X-{number}: {'y' * 20}" for number in range(5_000)),
        ("A line without a colon",),
        ("Bad\x00Name: x",),
    ],
    ids=lambda lines: lines[0][:30],
)
def test_a_head_that_is_no_http_or_too_long_does_nothing(
    door: Door, lines: tuple[str, ...]
) -> None:
    position = door.told.node.store.position()
    told = said(door, command_head(door, *lines) + json.dumps(door.unit()).encode())
    assert is_refused(told), told[:100]
    assert door.told.node.store.position() == position


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"\x00" * 100_000,
        b"GET /"
        + b"y" * 100_000
        + b" HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: node\r\nConnection: close\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\n\r\n",
    ],
    ids=lambda sent: repr(sent[:12]),
)
def test_what_is_no_http_or_too_long_is_refused(door: Door, sent: bytes) -> None:
    told = said(door, sent)
    assert is_refused(told), told[:100]


def test_an_honest_number_of_headers_is_no_harm(door: Door) -> None:
    many = "".join(f"X-{number}: y\r\n" for number in range(500))
    assert said(door, f"{HELLO}{many}\r\n".encode()).startswith(b"HTTP/1.1 200 ")


def test_chunks_that_are_none_are_cut_off(door: Door) -> None:
    position = door.told.node.store.position()
    head = command_head(door, "Transfer-Encoding: chunked")
    told = said(door, head + b"zz\r\n" + json.dumps(door.unit()).encode())
    assert told.startswith(b"HTTP/1.1 400 ")
    assert door.told.node.store.position() == position


def test_a_body_that_never_ends_is_not_waited_for(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "BODY_SECONDS", 0.2)
    told = said(door, command_head(door, "Content-Length: 900") + b"{")
    assert told.startswith(b"HTTP/1.1 408 ") and b"CMD-TOO-SLOW" in told


def test_of_a_name_given_twice_the_last_counts_also_for_a_repeat(door: Door) -> None:
    command = door.unit()
    twice = json.dumps(command).encode()[:-1] + b', "kind": "BRANCH"}'
    first = door.post(twice)
    assert first.status_code == 200
    # As the contract says: what was read is what was digested.
    again = door.post({**command, "kind": "BRANCH"})
    assert again.json() == {**first.json(), "repeated": True}
    refused(door.post(command), 422, "CMD-ID-REUSED")


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "..%2f..%2fkeys%2fcontent.key",
        "%2e%2e/%2e%2e/events.sqlite",
        "sha256:..%2f..%2f" + "0" * 54,
        "sha256:" + "0" * 64 + "%00",
        "sha256%3A" + "0" * 63 + "%0A",
        "/etc/passwd",
        "x%0d%0aSet-Cookie:%20a=b",
        "%ff%fe",
    ],
)
def test_a_path_in_the_place_of_content_leads_nowhere(door: Door, path: str) -> None:
    head = (
        f"GET /v1/content/{path} HTTP/1.1\r\nHost: node\r\n"
        f"Authorization: {door.auditor['Authorization']}\r\n"
        "Connection: close\r\n\r\n"
    )
    told = said(door, head.encode())
    assert told.startswith(b"HTTP/1.1 404 "), told[:200]
    assert b"set-cookie" not in told.partition(b"\r\n\r\n")[0].lower()


def test_a_compressed_body_is_not_unpacked(door: Door) -> None:
    body = b"\x1f\x8b\x08\x00" + bytes(100)
    refused(door.post(body, **{"Content-Encoding": "gzip"}), 415, "CMD-ENCODING")


def test_who_asks_for_another_protocol_is_answered_in_this_one(door: Door) -> None:
    head = (
        f"{HELLO.replace('close', 'Upgrade')}Upgrade: h2c\r\n"
        "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
        "GET /health/live HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n"
    )
    told = said(door, head.encode())
    assert told.count(b"HTTP/1.1 200 ") == 2
