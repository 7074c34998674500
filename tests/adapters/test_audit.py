"""The audit of the bus names every difference between log and stream, and no other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from nats.aio.client import Client

from adapters.envelope import address_of, subject_of
from adapters.jetstream.audit import (
    Difference,
    Ends,
    Kind,
    Stored,
    audit,
    differences,
)
from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.jetstream.relay import Relay
from tests.adapters.bus import (
    NODE,
    STREAM,
    ListLog,
    connected,
    connector,
    eventually,
    running_server,
    sealed,
    stream_made,
    while_running,
)

LENGTH = 12
SUBJECT = subject_of(address_of(sealed(1)))


def silent(_done: int, _of: int) -> None:
    pass


def compared(
    log: dict[int, bytes], stream: dict[int, Stored], ends: Ends
) -> list[Difference]:
    async def collect() -> list[Difference]:
        async def log_read() -> AsyncIterator[tuple[int, bytes]]:
            for record in sorted(log.items()):
                yield record

        async def stream_read() -> AsyncIterator[Stored]:
            for _, message in sorted(stream.items()):
                yield message

        found = differences(log_read(), stream_read(), ends, silent)
        return [difference async for difference in found]

    return asyncio.run(collect())


def kinds(found: Sequence[Difference]) -> dict[int, Kind]:
    """Every sequence at which something is wrong, and what."""
    return {
        sequence: each.kind
        for each in found
        for sequence in range(each.first, each.last + 1)
    }


def stored(
    sequence: int, payload: bytes | None = None, subject: str = SUBJECT
) -> Stored:
    return Stored(sequence, subject, sealed(sequence) if payload is None else payload)


@given(
    st.dictionaries(
        st.integers(1, LENGTH),
        st.sampled_from(
            ["hole", "other-bytes", "other-subject", "foreign", "log-hole"]
        ),
    ),
    st.integers(-4, 4),
)
def test_every_damage_is_named_at_its_sequence_and_nothing_else(
    damage: dict[int, Kind], stream_is_longer_by: int
) -> None:
    end = LENGTH + stream_is_longer_by
    log = {number: sealed(number) for number in range(1, LENGTH + 1)}
    stream = {number: stored(number) for number in range(1, end + 1)}
    expected: dict[int, Kind] = {}
    for number in range(LENGTH + 1, end + 1):
        expected[number] = "beyond-log"
    for number in range(end + 1, LENGTH + 1):
        expected[number] = "missing"
    for number, kind in damage.items():
        if number > end:
            continue
        expected[number] = kind
        match kind:
            case "hole":
                del stream[number]
            case "log-hole":
                del log[number]
            case "other-bytes":
                changed = sealed(number).replace(b"HEAD", b"HEAP")
                stream[number] = stored(number, changed)
            case "foreign":
                stream[number] = stored(number, b"foreign")
            case _:
                stream[number] = stored(number, subject="adisteme.ev.pub.elsewhere")
    found = compared(log, stream, Ends(log=LENGTH, stream=end))
    assert kinds(found) == expected
    for before, behind in pairwise(found):
        assert before.last < behind.first
        assert before.kind != behind.kind or before.last + 1 < behind.first


async def audited(log: ListLog, nc: Client, patience: float = 0.0) -> list[Difference]:
    _, found = await audit(log, nc, STREAM, patience=patience, progress=silent)
    return [difference async for difference in found]


async def filled(server: EmbeddedServer, log: ListLog) -> None:
    relay = Relay(log, connector(server, "relay"), NODE)
    async with while_running(relay.run):
        await eventually(lambda: relay.status().published == log.position())


def test_a_stream_that_the_relay_filled_equals_the_log(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(2500)
        async with stream_made(server) as nc:
            await filled(server, log)
            assert await audited(log, nc) == []

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_real_stream_that_was_tampered_with_is_told_apart(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(5)
        async with stream_made(server) as nc:
            await filled(server, log)
            async with connected(server, "relay") as intruder:
                await intruder.request("adisteme.ev.pub.intruder", b"foreign")
                await intruder.request(SUBJECT, sealed(7).replace(b"HEAD", b"HEAP"))
                await intruder.request(SUBJECT.replace(".pub.", ".own."), sealed(8))
                await intruder.request(SUBJECT, sealed(9))
            log.grow(3)
            assert await audited(log, nc) == [
                Difference("foreign", 6, 6),
                Difference("other-bytes", 7, 7),
                Difference("other-subject", 8, 8),
                Difference("beyond-log", 9, 9),
            ]
            log.grow(3)
            assert await audited(log, nc) == [
                Difference("foreign", 6, 6),
                Difference("other-bytes", 7, 7),
                Difference("other-subject", 8, 8),
                Difference("missing", 10, 11),
            ]

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_stream_that_is_not_there_lacks_all(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        async with connected(server, "node") as nc:
            assert await audited(ListLog(3), nc) == [Difference("missing", 1, 3)]
            assert await audited(ListLog(), nc) == []

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_stream_that_lost_a_message_has_a_hole(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(6)
        async with connected(server, "node") as nc, connected(server, "relay") as relay:
            made = {"name": STREAM, "subjects": ["adisteme.ev.>"], "max_msgs": 3}
            body = msgspec.json.encode(made)
            await nc.request(f"$JS.API.STREAM.CREATE.{STREAM}", body)
            for _, record in log.records(0, 6):
                await relay.request(SUBJECT, record)
            assert await audited(log, nc) == [Difference("hole", 1, 3)]

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_what_happens_during_an_audit_is_no_difference(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(100)
        relay = Relay(log, connector(server, "relay"), NODE)

        async def grow(stop: asyncio.Event) -> None:
            while not stop.is_set():
                log.grow(20)
                relay.poke()
                grown = log.position()
                while relay.status().published < grown and not stop.is_set():
                    await asyncio.sleep(0.005)

        async with stream_made(server) as nc, while_running(relay.run, grow):
            for _ in range(5):
                assert await audited(log, nc, patience=10.0) == []

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))
