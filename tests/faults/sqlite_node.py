"""A node on SQLite with its own bus, as one process and its child, and its faults."""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec

from adapters.bootstrap import PROJECTIONS
from adapters.data_folder import RunningNode
from adapters.entry import issue_token
from adapters.identity import NodeKey
from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.persistence.event_store_sqlite import SqliteEventStore
from adapters.persistence.view_store_sqlite import SqliteViewStore
from adapters.settings import Settings
from domain.identifiers import PersonId
from tests.faults.checks import Remains, keyed
from tests.faults.load import Actor
from tests.faults.processes import Process, eventually, limit_files
from tests.faults.reading import stream_of
from tests.faults.storm import Fault

START_SECONDS = 60.0
ALL = 10_000_000

BUS_SECONDS = 30.0


class SqliteNode:
    """`adisteme serve` on a folder; `longest` bounds a fault, in seconds."""

    def __init__(self, folder: Path, longest: float) -> None:
        folder.mkdir(parents=True)
        self._data = folder / "data"
        self._longest = longest
        self._node = Process(
            [sys.executable, "-m", "adapters", "serve", "--port", "0"],
            folder / "serve.log",
            {"ADISTEME_DATA": str(self._data)},
        )

    def start(self) -> None:
        self._node.start()

        def announced() -> bool:
            self._node.require_alive()
            running = note_of(self._data)
            return running is not None and running.pid == self._node.pid

        eventually(announced, START_SECONDS, f"no start\n{self._node.tail()}")

    def address(self) -> str | None:
        running = note_of(self._data)
        return running.url if running else None

    def registrar(self) -> Actor:
        settings = msgspec.structs.replace(Settings(), data=self._data)
        issued = issue_token(settings, None, None, 1)
        assert issued is not None and issued.capacity is not None
        return Actor(issued.token, issued.capacity)

    def token_of(self, person: str, organisation: str) -> str:
        key = NodeKey(self._data / "keys", "local")
        return key.issue(PersonId(person), organisation, timedelta(days=1))

    def faults(self) -> Mapping[str, Fault]:
        return {
            "node killed": self._kill_node,
            "node killed in its start": self._kill_starting_node,
            "nats-server killed": self._kill_bus,
            "node frozen": self._freeze_node,
            "nats-server frozen": self._freeze_bus,
            "disk full for the node": self._fill_disk_of_node,
            "disk full for nats-server": self._fill_disk_of_bus,
            "disk full for both": self._fill_disk,
        }

    def _kill_node(self, _chance: random.Random) -> str:
        self._node.kill()
        self.start()
        return "started again"

    def _kill_starting_node(self, chance: random.Random) -> str:
        self._node.kill()
        self._node.start()
        seconds = chance.uniform(0.1, 1.5)
        time.sleep(seconds)
        return self._kill_node(chance) + f" after {seconds:.1f} s"

    def _kill_bus(self, _chance: random.Random) -> str:
        os.kill(self._bus(), signal.SIGKILL)
        return "the node starts it again"

    def _freeze_node(self, chance: random.Random) -> str:
        return self._frozen(self._node.pid, chance)

    def _freeze_bus(self, chance: random.Random) -> str:
        return self._frozen(self._bus(), chance)

    def _frozen(self, pid: int, chance: random.Random) -> str:
        seconds = chance.uniform(1, self._longest)
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid, signal.SIGCONT)
        return f"woken after {seconds:.1f} s"

    def _fill_disk_of_node(self, chance: random.Random) -> str:
        limit_files(self._node.pid, 1)
        seconds = self._pause(chance)
        # What the node started meanwhile took its limit over.
        self._lift()
        return f"room after {seconds:.1f} s"

    def _fill_disk_of_bus(self, chance: random.Random) -> str:
        limit_files(self._bus(), 1)
        seconds = self._pause(chance)
        self._lift()
        return f"room after {seconds:.1f} s"

    def _fill_disk(self, chance: random.Random) -> str:
        limit_files(self._node.pid, 1)
        limit_files(self._bus(), 1)
        seconds = self._pause(chance)
        self._lift()
        return f"room after {seconds:.1f} s"

    def _pause(self, chance: random.Random) -> float:
        seconds = chance.uniform(0.5, min(5.0, self._longest))
        time.sleep(seconds)
        return seconds

    def _lift(self) -> None:
        self._node.require_alive()
        limit_files(self._node.pid, None)
        try:
            limit_files(self._bus(), None)
        except ProcessLookupError:
            return  # died of it; the next one has room

    def _bus(self) -> int:
        """The server's process, once there is one: the node may be starting it anew."""
        note = self._data / "nats/running.json"
        until = time.monotonic() + BUS_SECONDS
        while not note.exists() and time.monotonic() < until:
            self._node.require_alive()
            time.sleep(0.02)
        return int(msgspec.json.decode(note.read_bytes())["server"])

    def wait_until_level(self, seconds: float) -> None:
        told: dict[str, object] = {}

        def is_level() -> bool:
            self._node.require_alive()
            try:
                answer = httpx.get(f"{self.address()}/health/ready", timeout=5)
            except httpx.HTTPError:
                return False
            told["health"] = answer.text
            health = answer.json()
            reached = {health[part]["position"] for part in ("store", "relay", "views")}
            return health["status"] == "ready" and len(reached) == 1

        try:
            eventually(is_level, seconds, "bus and views have not caught up")
        except AssertionError as error:
            raise AssertionError(f"{error}: {told}\n{self._node.tail()}") from error

    def remains(self) -> Remains:
        """Stop the node, and read what it kept."""
        self._node.stop()
        store = SqliteEventStore(
            self._data / "events.sqlite", "local", lambda: datetime.now(UTC)
        )
        views = SqliteViewStore(self._data / "views.sqlite", PROJECTIONS)
        bus = EmbeddedServer(self._data, "local")
        try:
            bus.start()
            return Remains(
                log=store.records(0, ALL),
                stream=asyncio.run(stream_of(bus.url("node"), "local")),
                views={
                    each.name: keyed(each, views.select(each, {}, each.key, None, ALL))
                    for each in PROJECTIONS
                },
            )
        finally:
            bus.stop()
            views.close()
            store.close()

    def end(self) -> None:
        self._node.kill()  # and with it, by the kernel, its nats-server


def note_of(data: Path) -> RunningNode | None:
    """Where a folder's node answers, or did before it was killed.

    `running_node` would tell, but takes the folder's lock for a moment to do so.
    """
    try:
        note = (data / "node.json").read_bytes()
    except FileNotFoundError:
        return None
    return msgspec.json.decode(note, type=RunningNode)
