"""The relay: the stream equals the log, whatever is killed, doubled or lost."""

import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest

from adapters.jetstream import relay as relay_module
from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.jetstream.flight import BATCH_FROM, BATCH_MOST
from adapters.jetstream.relay import Relay
from tests.adapters.bus import (
    NODE,
    ListLog,
    Message,
    assert_stream_is_log,
    connected,
    connector,
    eventually,
    running_server,
    sealed,
    stored,
    stream_made,
    while_running,
)

CONTENT_LINE = "Content-Type: application/cloudevents+json"
SUBJECT = "adisteme.ev.pub.75.7513.he.940140000385.council.member-elected"


def relay_of(log: ListLog, server: EmbeddedServer) -> Relay:
    return Relay(log, connector(server, "relay"), NODE)


async def published(relay: Relay, log: ListLog) -> None:
    await eventually(lambda: relay.status().published == log.position())


def fence_line(sequence: int) -> str:
    return f"Nats-Expected-Last-Sequence: {sequence - 1}"


def batch_lines(message: Message) -> list[str]:
    return [line for line in message.header_lines if line.startswith("Nats-Batch-Id")]


def test_the_stream_equals_the_log_byte_for_byte(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(1200)
        relay = relay_of(log, server)
        async with stream_made(server) as nc, while_running(relay.run):
            await eventually(lambda: relay.status().state == "waiting")
            assert relay.status().published == 1200
            assert relay.status().lag == 0
            await assert_stream_is_log(nc, log)
            for message in await stored(nc):
                assert message.subject == SUBJECT
                assert CONTENT_LINE in message.header_lines

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_few_go_one_by_one_and_many_in_batches_each_with_its_fence(
    tmp_path: Path,
) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(BATCH_FROM - 1)
        relay = relay_of(log, server)
        async with stream_made(server) as nc, while_running(relay.run):
            await published(relay, log)
            log.grow(BATCH_MOST + 200)
            relay.poke()
            await published(relay, log)
            await assert_stream_is_log(nc, log)
            messages = await stored(nc)
        singles, batched = messages[: BATCH_FROM - 1], messages[BATCH_FROM - 1 :]
        for message in singles:
            assert fence_line(message.seq) in message.header_lines
            assert not batch_lines(message)
        assert all(batch_lines(message) for message in batched)
        first, second = batched[0], batched[BATCH_MOST]
        assert fence_line(first.seq) in first.header_lines
        assert fence_line(second.seq) in second.header_lines
        assert "Nats-Batch-Commit: 1" in batched[BATCH_MOST - 1].header_lines
        assert "Nats-Batch-Commit: 1" in batched[-1].header_lines

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_server_killed_in_the_middle_loses_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(1500)
        relay = relay_of(log, server)
        async with while_running(relay.run):
            async with stream_made(server):
                await eventually(lambda: relay.status().published > 500)
                assert server.pid is not None
                os.kill(server.pid, signal.SIGKILL)
            log.grow(1500)
            relay.poke()
            await eventually(lambda: relay.status().state == "bus-down")
            assert relay.status().last_error
            server.restart()
            await published(relay, log)
        async with connected(server, "node") as nc:
            await assert_stream_is_log(nc, log)
            assert all(
                CONTENT_LINE in message.header_lines for message in await stored(nc)
            )

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_two_relays_at_once_make_the_same_stream(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(100)
        one, other = relay_of(log, server), relay_of(log, server)
        async with stream_made(server) as nc, while_running(one.run, other.run):
            for _ in range(20):
                log.grow(100)
                one.poke()
                other.poke()
                await asyncio.sleep(0.01)
            await published(one, log)
            await published(other, log)
            await assert_stream_is_log(nc, log)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_foreign_message_stops_the_relay_visibly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "LONGEST_PAUSE", 0.1)

    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(5)
        relay = relay_of(log, server)
        async with (
            stream_made(server) as nc,
            connected(server, "relay") as intruder,
            while_running(relay.run),
        ):
            await published(relay, log)
            await intruder.request("adisteme.ev.pub.intruder", b"foreign")
            log.grow(3)
            relay.poke()
            await eventually(lambda: relay.status().state == "bus-foreign")
            assert relay.status().last_error == "another message stands at sequence 6"
            found = await stored(nc)  # 7 and 8 were in flight and may stand there
            log.grow(10)
            relay.poke()
            await asyncio.sleep(0.5)
            assert relay.status().state == "bus-foreign"
            assert await stored(nc) == found

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_foreign_message_beyond_the_log_stops_the_relay(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        relay = relay_of(ListLog(), server)
        async with stream_made(server), connected(server, "relay") as intruder:
            await intruder.request("adisteme.ev.pub.intruder", b"foreign")
            async with while_running(relay.run):
                await eventually(lambda: relay.status().state == "bus-foreign")

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_foreign_message_under_a_sound_end_is_found(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(5)
        relay = relay_of(log, server)
        async with stream_made(server) as nc, connected(server, "relay") as intruder:
            async with while_running(relay.run):
                await published(relay, log)
            # As if it came while more was in flight: what follows finds its fence.
            await intruder.request("adisteme.ev.pub.intruder", b"foreign")
            await intruder.request(
                SUBJECT, sealed(7), headers={"Nats-Expected-Last-Sequence": "6"}
            )
            log.grow(2)
            relay = relay_of(log, server)
            async with while_running(relay.run):
                await eventually(lambda: relay.status().state == "bus-foreign")
            assert len(await stored(nc)) == 7

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_stream_that_lost_its_acked_tail_heals(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        store, copy = tmp_path / "jetstream", tmp_path / "older"
        log = ListLog(300)
        relay = relay_of(log, server)
        async with while_running(relay.run):
            async with stream_made(server):
                await published(relay, log)
            server.stop()
            shutil.copytree(store, copy)
            server.start()
            log.grow(300)
            relay.poke()
            await published(relay, log)
            server.stop()
            shutil.rmtree(store)
            copy.rename(store)
            server.start()
            log.grow(1)
            relay.poke()
            await published(relay, log)
        async with connected(server, "node") as nc:
            await assert_stream_is_log(nc, log)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_the_wake_subject_wakes_the_relay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "POLL_SECONDS", 3600.0)

    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(1)
        relay = relay_of(log, server)
        async with stream_made(server) as nc, while_running(relay.run):
            await eventually(lambda: relay.status().state == "waiting")
            log.grow(1)
            await nc.publish("adisteme.wake")
            await published(relay, log)
            await assert_stream_is_log(nc, log)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_relay_that_finds_no_server_tries_again(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(10)
        relay = relay_of(log, server)
        server.stop()
        async with while_running(relay.run):
            await eventually(lambda: relay.status().state == "bus-down")
            server.start()
            async with stream_made(server) as nc:
                await published(relay, log)
                await assert_stream_is_log(nc, log)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))
