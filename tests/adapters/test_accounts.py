"""Readers of the bus read what is theirs, and nothing they ask reaches the stream."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client

from adapters.demo import subscriber
from adapters.envelope import CONTENT_TYPE
from adapters.jetstream.accounts import READERS, permissions
from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.jetstream.identities import Identity
from adapters.jetstream.stream import PUBLIC_SUBJECTS, SUBJECTS
from tests.adapters.bus import (
    STREAM,
    connected,
    running_server,
    sealed,
    stored,
    stream_made,
)
from tests.adapters.raw_bus import RawBus, raw_bus

OURS = "adisteme.ev.pub.75.7513.he.940140000385.council.member-elected"
OWN = OURS.replace(".pub.", ".own.")
API = "$JS.API"
EVENTS = 6

readers = pytest.mark.parametrize("reader", list(READERS))


async def fill(server: EmbeddedServer) -> None:
    """Public and own events, in turn."""
    async with connected(server, "relay") as relay:
        for position in range(1, EVENTS + 1):
            scope = "own" if position % 2 else "pub"
            subject = OWN if position % 2 else OURS
            await relay.request(
                subject,
                sealed(position, scope, (position + 1) // 2),
                headers={"Content-Type": CONTENT_TYPE},
            )


async def untouched(nc: Client) -> Any:  # the JSON of the answer
    """What the stream holds and is, without what merely passes."""
    info = json.loads((await nc.request(f"{API}.STREAM.INFO.{STREAM}")).data)
    messages = [message.data for message in await stored(nc)]
    return info["config"], info["created"], messages


def against(
    tmp_path: Path,
    reader: Identity,
    attack: Callable[[RawBus, Client], Awaitable[None]],
) -> None:
    """Attack, and hold the stream against what it was before."""

    async def scenario(server: EmbeddedServer) -> None:
        async with stream_made(server) as node:
            await fill(server)
            before = await untouched(node)
            async with raw_bus(server.url(reader)) as bus:
                await attack(bus, node)
                await bus.settle()
            assert await untouched(node) == before

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def consumer(name: str, **config: object) -> bytes:
    chosen = {"name": name, "ack_policy": "none", "deliver_policy": "all", **config}
    return json.dumps({"stream_name": STREAM, "config": chosen}).encode()


def create(name: str, subject: str) -> str:
    return f"{API}.CONSUMER.CREATE.{STREAM}.{name}.{subject}"


async def ask(bus: RawBus, subject: str, body: bytes) -> Any:  # the answer's JSON
    inbox = bus.subscribe_inbox()
    bus.publish(subject, body, reply=inbox)
    return json.loads((await bus.answer()).payload)


async def fetched(bus: RawBus, name: str) -> list[str]:
    """The subjects of all that a consumer gives."""
    inbox = bus.subscribe_inbox()
    request = json.dumps({"batch": 100, "no_wait": True}).encode()
    bus.publish(f"{API}.CONSUMER.MSG.NEXT.{STREAM}.{name}", request, reply=inbox)
    subjects = []
    while not (message := await bus.answer()).head.startswith(b"NATS/1.0 4"):
        subjects.append(message.subject)
    return subjects


@readers
def test_a_reader_makes_a_consumer_and_reads_what_is_its_own(
    tmp_path: Path, reader: Identity
) -> None:
    async def read(bus: RawBus, _node: Client) -> None:
        wanted = READERS[reader]
        made = await ask(
            bus, create("mine", wanted), consumer("mine", filter_subject=wanted)
        )
        assert "error" not in made
        seen = await fetched(bus, "mine")
        assert len(seen) == (EVENTS if reader == "auditor" else EVENTS // 2)
        assert reader == "auditor" or set(seen) == {OURS}

    against(tmp_path, reader, read)


def requests_of(reader: Identity) -> list[tuple[str, bytes]]:
    """Every request that the reader is permitted, with bodies that get an answer."""
    wanted = READERS[reader]
    bodies = [
        b"",
        b"{}",
        b"+NXT",
        consumer("mine", filter_subject=wanted),
        json.dumps({"batch": 10, "no_wait": True}).encode(),
        json.dumps(
            {"batch": 10, "expires": 50_000_000, "idle_heartbeat": 20_000_000}
        ).encode(),
    ]
    allowed = permissions(reader, STREAM)["publish"]["allow"]
    subjects = []
    for pattern in allowed:
        named = pattern.replace(".*", ".mine")
        tail = "mine.1.2.2.1795604828057833351.0" if "$JS.ACK" in named else "mine"
        subjects += [named, named.replace(".>", f".{tail}")]
    return [(subject, body) for subject in dict.fromkeys(subjects) for body in bodies]


@readers
def test_no_answer_is_put_on_the_stream(tmp_path: Path, reader: Identity) -> None:
    async def attack(bus: RawBus, _node: Client) -> None:
        wanted = READERS[reader]
        body = consumer("mine", filter_subject=wanted, ack_policy="explicit")
        assert "error" not in await ask(bus, create("mine", wanted), body)
        for subject, request in requests_of(reader):
            bus.publish(subject, request, reply=OURS)
            for header in ("Nats-Trace-Dest", "Nats-Request-Info", "Reply-To"):
                told = OURS if header != "Nats-Request-Info" else '{"acc":"NODE"}'
                bus.publish(subject, request, reply=OURS, headers={header: told})
        await bus.settle()
        assert not [error for error in bus.errors if "$JS" in error]
        # Answered in order: all that was asked before has had its effect.
        assert len(await fetched(bus, "mine")) <= EVENTS

    against(tmp_path, reader, attack)


def test_the_same_answer_is_put_there_for_who_asks_within_the_account(
    tmp_path: Path,
) -> None:
    """Tests the test: without accounts of their own, readers could do this."""

    async def scenario(server: EmbeddedServer) -> None:
        async with stream_made(server) as node, raw_bus(server.url("node")) as bus:
            bus.publish(create("mine", SUBJECTS), consumer("mine"), reply=OURS)
            await bus.settle()
            async with asyncio.timeout(10):
                while not await stored(node):
                    await asyncio.sleep(0.01)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


FORBIDDEN = [
    OURS,
    OWN,
    "adisteme.wake",
    "adisteme.cmd.940140000385.council.establish",
    "_INBOX.another",
    "_INBOX_NODE.x",
    "_R_.x.y",
    "$SYS.REQ.SERVER.PING",
    f"{API}.INFO",
    f"{API}.STREAM.NAMES",
    f"{API}.STREAM.LIST",
    f"{API}.STREAM.CREATE.{STREAM}",
    f"{API}.STREAM.CREATE.MINE",
    f"{API}.STREAM.UPDATE.{STREAM}",
    f"{API}.STREAM.DELETE.{STREAM}",
    f"{API}.STREAM.PURGE.{STREAM}",
    f"{API}.STREAM.INFO.{STREAM}",
    f"{API}.STREAM.MSG.GET.{STREAM}",
    f"{API}.STREAM.MSG.DELETE.{STREAM}",
    f"{API}.STREAM.SNAPSHOT.{STREAM}",
    f"{API}.STREAM.RESTORE.{STREAM}",
    f"{API}.DIRECT.GET.{STREAM}",
    f"{API}.DIRECT.GET.{STREAM}.{OWN}",
    f"{API}.CONSUMER.NAMES.{STREAM}",
    f"{API}.CONSUMER.LIST.{STREAM}",
    f"{API}.CONSUMER.INFO.{STREAM}.other",
    f"{API}.CONSUMER.DELETE.{STREAM}.other",
    f"{API}.CONSUMER.PAUSE.{STREAM}.other",
    f"{API}.CONSUMER.RESET.{STREAM}.other",
    f"{API}.CONSUMER.UNPIN.{STREAM}.other",
    f"{API}.CONSUMER.CREATE.{STREAM}",
    f"{API}.CONSUMER.CREATE.{STREAM}.mine",
    f"{API}.CONSUMER.CREATE.{STREAM}.mine.>",
    f"{API}.CONSUMER.DURABLE.CREATE.{STREAM}.mine",
    f"{API}.CONSUMER.MSG.NEXT.OTHER.mine",
]


@pytest.mark.parametrize(
    ("reader", "subjects"),
    [
        ("guest", [*FORBIDDEN, create("mine", SUBJECTS), create("mine", OWN)]),
        ("auditor", FORBIDDEN),
    ],
)
def test_whatever_else_a_reader_sends_is_refused(
    tmp_path: Path, reader: Identity, subjects: list[str]
) -> None:
    async def attack(bus: RawBus, _node: Client) -> None:
        for number, subject in enumerate(subjects, start=1):
            for reply in ("", OURS):
                bus.publish(subject, b"", reply=reply)
            await bus.settle()
            assert len(bus.errors) == 2 * number, f"{subject} is let through"
        assert all("Permissions Violation" in error for error in bus.errors)

    against(tmp_path, reader, attack)


@readers
@pytest.mark.parametrize(
    "subject", [">", "adisteme.ev.>", "_INBOX_RELAY.>", "$JS.>", "_R_.>", "$SYS.>"]
)
def test_a_reader_hears_nothing_but_its_answers(
    tmp_path: Path, reader: Identity, subject: str
) -> None:
    async def listen(bus: RawBus, _node: Client) -> None:
        bus.subscribe(subject)
        await bus.settle()
        assert "Permissions Violation" in bus.errors[0]

    against(tmp_path, reader, listen)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"filter_subject": SUBJECTS},
        {"filter_subject": OWN},
        {"filter_subjects": [SUBJECTS]},
        {"filter_subject": PUBLIC_SUBJECTS, "filter_subjects": [PUBLIC_SUBJECTS, OWN]},
        {"filter_subjects": [PUBLIC_SUBJECTS, "adisteme.ev.own.>"]},
    ],
)
def test_a_consumer_sees_no_more_than_its_subject_says(
    tmp_path: Path, config: dict[str, object]
) -> None:
    async def attack(bus: RawBus, _node: Client) -> None:
        made = await ask(
            bus, create("mine", PUBLIC_SUBJECTS), consumer("mine", **config)
        )
        if "error" not in made:
            assert set(await fetched(bus, "mine")) <= {OURS}

    against(tmp_path, "guest", attack)


@pytest.mark.parametrize(
    ("deliver", "is_heard"),
    [
        ("adisteme.wake", True),
        (f"{API}.STREAM.DELETE.{STREAM}", False),
        (f"{API}.STREAM.PURGE.{STREAM}", False),
        (f"{API}.STREAM.CREATE.{STREAM}", False),
        (f"$JS.ACK.{STREAM}.other.1.2.2.1795604828057833351.0", False),
    ],
)
def test_a_consumer_that_pushes_reaches_clients_of_the_node_and_no_request(
    tmp_path: Path, deliver: str, is_heard: bool
) -> None:
    async def attack(bus: RawBus, node: Client) -> None:
        await node.subscribe("adisteme.wake")
        body = consumer(
            "mine",
            filter_subject=PUBLIC_SUBJECTS,
            deliver_subject=deliver,
            headers_only=True,
            inactive_threshold=60_000_000_000,
        )
        assert "error" not in await ask(bus, create("mine", PUBLIC_SUBJECTS), body)
        request = f"{API}.CONSUMER.INFO.{STREAM}.mine"
        info = json.loads((await node.request(request)).data)
        assert info.get("push_bound", False) == is_heard
        assert is_heard or info["delivered"]["consumer_seq"] == 0

    against(tmp_path, "guest", attack)


def test_a_consumer_that_pushes_onto_the_stream_is_refused(tmp_path: Path) -> None:
    async def attack(bus: RawBus, _node: Client) -> None:
        body = consumer("mine", filter_subject=PUBLIC_SUBJECTS, deliver_subject=OURS)
        made = await ask(bus, create("mine", PUBLIC_SUBJECTS), body)
        assert "cycle" in made["error"]["description"]

    against(tmp_path, "guest", attack)


def test_a_guest_acknowledges_nothing_for_a_consumer_it_cannot_name(
    tmp_path: Path,
) -> None:
    async def attack(bus: RawBus, node: Client) -> None:
        body = consumer("other", ack_policy="explicit")
        request = f"{API}.CONSUMER.CREATE.{STREAM}.other"
        assert "error" not in json.loads((await node.request(request, body)).data)
        for word in (b"+ACK", b"+TERM", b"+NXT", b"-NAK"):
            for name in ("*", ">", "unknown"):
                forged = f"$JS.ACK.{STREAM}.{name}.1.1.1.1795604828057833351.0"
                bus.publish(forged, word, reply=OURS)
        await bus.settle()
        info = json.loads(
            (await node.request(f"{API}.CONSUMER.INFO.{STREAM}.other")).data
        )
        assert info["ack_floor"]["stream_seq"] == 0
        assert info["num_pending"] == EVENTS

    against(tmp_path, "guest", attack)


@readers
def test_heartbeats_reach_a_reader_that_waits(tmp_path: Path, reader: Identity) -> None:
    async def wait(bus: RawBus, _node: Client) -> None:
        wanted = READERS[reader]
        body = consumer("mine", filter_subject=wanted)
        assert "error" not in await ask(bus, create("mine", wanted), body)
        await fetched(bus, "mine")
        request = {
            "batch": 10,
            "expires": 2_000_000_000,
            "idle_heartbeat": 100_000_000,
        }
        next_ = f"{API}.CONSUMER.MSG.NEXT.{STREAM}.mine"
        body = json.dumps(request).encode()
        bus.publish(next_, body, reply=bus.subscribe_inbox())
        for _ in range(3):
            assert b"Idle Heartbeat" in (await bus.answer()).head

    against(tmp_path, reader, wait)


@readers
def test_the_independent_subscriber_reads_as_guest_and_as_auditor(
    tmp_path: Path, reader: Identity
) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        async with stream_made(server):
            await fill(server)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))
        told = subprocess.run(
            [
                sys.executable,
                subscriber.__file__,
                server.url(reader),
                STREAM,
                READERS[reader],
            ],
            input=b"",
            capture_output=True,
            timeout=30,
            check=True,
        )
    report = json.loads(told.stdout)
    assert report["broken_promises"] == []
    assert report["seen"] == (EVENTS if reader == "auditor" else EVENTS // 2)
