"""One relay acts at a time: the others stand by, and take over when it is gone."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import deque
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.jetstream import relay as relay_module
from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.jetstream.flight import BATCH_FROM, Flight, Lost
from adapters.jetstream.log_ahead import LogAhead
from adapters.jetstream.relay import Relay
from adapters.jetstream.stream_end import stream_end
from adapters.persistence.event_store_sqlite import SqliteEventStore
from tests.adapters.bus import (
    NODE,
    STREAM,
    ListLog,
    assert_stream_is_log,
    connected,
    connector,
    eventually,
    running_server,
    stored,
    stream_made,
    while_running,
)
from tests.adapters.decisions import COUNCIL, decided, draft
from tests.adapters.relay_process import FileLease


class Leave:
    """Answers as it is told, and counts how often it was asked."""

    def __init__(self, answer: bool | Exception) -> None:
        self.answer = answer
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_a_relay_that_may_not_act_stands_by_and_publishes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "POLL_SECONDS", 0.05)

    async def scenario(server: EmbeddedServer) -> None:
        log, leave = ListLog(BATCH_FROM), Leave(False)
        relay = Relay(log, connector(server, "relay"), NODE, leave)
        async with stream_made(server) as nc, while_running(relay.run):
            await eventually(lambda: relay.status().state == "standing-by")
            log.grow(5)
            relay.poke()
            asked = leave.asked
            await eventually(lambda: leave.asked > asked + 2)
            assert relay.status().state == "standing-by"
            assert relay.status().lag == log.position()
            assert await stored(nc) == []
            leave.answer = True
            await eventually(lambda: relay.status().published == log.position())
            await assert_stream_is_log(nc, log)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_relay_that_loses_its_leave_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "RECHECK_SECONDS", 3600.0)

    async def scenario(server: EmbeddedServer) -> None:
        log, leave = ListLog(300), Leave(True)
        relay = Relay(log, connector(server, "relay"), NODE, leave)
        async with stream_made(server) as nc, while_running(relay.run):
            await eventually(lambda: relay.status().published == 300)
            leave.answer = False
            await eventually(lambda: relay.status().state == "standing-by")
            log.grow(300)
            relay.poke()
            asked = leave.asked
            await eventually(lambda: leave.asked > asked)
            assert len(await stored(nc)) == 300

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_a_relay_that_cannot_ask_publishes_nothing(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        log, leave = ListLog(10), Leave(ConnectionError("no database"))
        relay = Relay(log, connector(server, "relay"), NODE, leave)
        async with stream_made(server) as nc, while_running(relay.run):
            await eventually(lambda: leave.asked > 2)
            assert relay.status().last_error == "no database"
            assert await stored(nc) == []

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


@pytest.mark.parametrize("waiting", [1, BATCH_FROM])
def test_what_was_held_up_in_sending_goes_no_further(
    tmp_path: Path, waiting: int
) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        async with stream_made(server) as nc, connected(server, "relay") as sender:
            inbox = sender.new_inbox()
            flight = Flight(sender, inbox, 0, asyncio.Event())
            ahead = deque(await LogAhead(ListLog(waiting), 0).waiting())
            now = asyncio.get_running_loop().time()
            with pytest.raises(Lost, match="held up"):
                await flight.send(ahead, until=now - 0.001)
            await sender.flush()
            assert await stored(nc) == []

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


class Two:
    """Two relays over one log, each in a process of its own."""

    def __init__(self, folder: Path, server: EmbeddedServer) -> None:
        log = folder / "events.sqlite"
        lease = folder / "lease"
        self.store = SqliteEventStore(log, NODE, lambda: datetime.now(UTC))
        self.lease = FileLease(lease, "nobody")
        arguments = ("-m", "tests.adapters.relay_process", log, server.url("relay"))
        self.processes = {
            name: subprocess.Popen(
                [sys.executable, *map(str, arguments), str(lease), name],
                stdout=subprocess.DEVNULL,
            )
            for name in ("one", "other")
        }

    def acting(self) -> str:
        return self.lease.held().holder

    def grow(self, count: int) -> None:
        version = self.store.head(COUNCIL)
        drafts = [draft(COUNCIL, version + number) for number in range(1, count + 1)]
        self.store.append([decided(f"grow {version}", *drafts)])

    def end(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()
        self.store.close()


def test_a_relay_that_is_paused_or_killed_is_followed_by_the_other(
    tmp_path: Path,
) -> None:
    async def scenario(server: EmbeddedServer, two: Two) -> None:
        async with stream_made(server) as nc:

            async def arrived() -> None:
                async with asyncio.timeout(20):
                    while (await stream_end(nc, STREAM)).last_seq != (
                        two.store.position()
                    ):
                        await asyncio.sleep(0.02)

            two.grow(300)
            await arrived()
            first = two.acting()
            os.kill(two.processes[first].pid, signal.SIGSTOP)
            two.grow(2500)
            await arrived()
            second = two.acting()
            assert second != first
            os.kill(two.processes[first].pid, signal.SIGCONT)
            two.grow(300)
            await arrived()
            assert two.acting() == second
            two.processes[second].kill()
            two.grow(2500)
            await arrived()
            assert two.acting() == first
            messages = await stored(nc)
            records = [record for _, record in two.store.records(0, 10_000)]
            assert [message.data for message in messages] == records

    with running_server(tmp_path) as server:
        two = Two(tmp_path, server)
        try:
            asyncio.run(scenario(server, two))
        finally:
            two.end()
