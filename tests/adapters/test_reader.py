"""The reader: everything once and in order, over restarts and losses on the way."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.jetstream.identities import inbox_of
from adapters.jetstream.reader import Reader, StreamHole
from adapters.jetstream.relay import Relay
from tests.adapters.bus import (
    BOUND_SECONDS,
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


class Collected:
    """Reads into a list until stopped."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.messages: list[tuple[int, bytes]] = []

    async def run(self, stop: asyncio.Event) -> None:
        async with aclosing(self.reader.batches(stop)) as batches:
            async for batch in batches:
                self.messages += batch

    async def reached(self, sequence: int) -> None:
        await eventually(
            lambda: bool(self.messages) and self.messages[-1][0] >= sequence
        )


class LossyClient(Client):
    """Drops the message with `lost_sequence`, as often as told."""

    lost_sequence = 0
    times = 0

    async def subscribe(
        self,
        subject: str,
        queue: str = "",
        cb: Callable[[Msg], Awaitable[None]] | None = None,
        future: "asyncio.Future[Msg] | None" = None,
        max_msgs: int = 0,
        pending_msgs_limit: int = 1000,
        pending_bytes_limit: int = 0,
    ) -> Subscription:
        async def lossy(message: Msg) -> None:
            is_lost = f".{self.lost_sequence}." in message.reply
            if is_lost and self.times > 0:
                self.times -= 1
            elif cb is not None:
                await cb(message)

        return await super().subscribe(subject, cb=lossy)


async def lossy(server: EmbeddedServer, sequence: int, times: int) -> LossyClient:
    nc = LossyClient()
    nc.lost_sequence, nc.times = sequence, times
    await nc.connect(server.url("node"), inbox_prefix=inbox_of("node"))
    return nc


async def relayed(server: EmbeddedServer, log: ListLog) -> None:
    relay = Relay(log, connector(server, "relay"), NODE)
    async with while_running(relay.run):
        await eventually(lambda: relay.status().published == log.position())


def test_a_reader_gets_everything_after_its_position(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(2500)
        async with stream_made(server) as nc:
            await relayed(server, log)
            read = Collected(Reader(nc, STREAM, after=700))
            async with while_running(read.run):
                await read.reached(2500)
                log.grow(1)
                await relayed(server, log)
                await read.reached(2501)
                names = await nc.request(f"$JS.API.CONSUMER.NAMES.{STREAM}")
                assert len(msgspec.json.decode(names.data)["consumers"]) == 1
            assert read.messages == log.records(700, 2000)
            assert read.reader.after == read.reader.end == 2501

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_reader_sees_no_hole_over_killed_servers(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(1000)
        relay = Relay(log, connector(server, "relay"), NODE)
        async with stream_made(server) as nc:
            read = Collected(Reader(nc, STREAM, after=0))
            async with while_running(relay.run, read.run):
                for _ in range(2):
                    await eventually(lambda: len(read.messages) > len(log.content) / 2)
                    assert server.pid is not None
                    os.kill(server.pid, signal.SIGKILL)
                    log.grow(1000)
                    server.restart()
                    relay.poke()
                await read.reached(3000)
            assert read.messages == log.records(0, 3000)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_reader_whose_consumer_is_deleted_makes_another(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(10)
        async with stream_made(server) as nc:
            read = Collected(Reader(nc, STREAM, after=0))
            async with while_running(read.run):
                await relayed(server, log)
                await read.reached(10)
                names = await nc.request(f"$JS.API.CONSUMER.NAMES.{STREAM}")
                for name in msgspec.json.decode(names.data)["consumers"]:
                    await nc.request(f"$JS.API.CONSUMER.DELETE.{STREAM}.{name}")
                log.grow(10)
                await relayed(server, log)
                await read.reached(20)
            assert read.messages == log.records(0, 20)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


@pytest.mark.parametrize("sequence", [1, 5, 10])
def test_a_message_lost_on_the_way_is_read_again(tmp_path: Path, sequence: int) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog(10)
        async with stream_made(server):
            await relayed(server, log)
        nc = await lossy(server, sequence, times=1)
        read = Collected(Reader(nc, STREAM, after=0))
        async with while_running(read.run):
            await read.reached(10)
        assert nc.times == 0
        assert read.messages == log.records(0, 10)
        await nc.close()

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_hole_that_stays_is_an_error(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        async with stream_made(server):
            await relayed(server, ListLog(10))
        nc = await lossy(server, 5, times=100)
        read = Collected(Reader(nc, STREAM, after=0))
        with pytest.raises(StreamHole):
            await asyncio.wait_for(read.run(asyncio.Event()), BOUND_SECONDS)
        assert [sequence for sequence, _ in read.messages] == [1, 2, 3, 4]
        await nc.close()

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_guest_reads_the_public_part(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log = ListLog()
        log.content = [
            sealed(number, "own" if number % 3 else "pub") for number in range(1, 61)
        ]
        async with stream_made(server):
            await relayed(server, log)
        async with connected(server, "guest") as nc:
            read = Collected(
                Reader(nc, STREAM, after=0, filter_subject="adisteme.ev.pub.>")
            )
            async with while_running(read.run):
                await read.reached(60)
        assert read.messages == log.records(0, 60)[2::3]

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))
