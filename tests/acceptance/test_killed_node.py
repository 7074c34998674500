"""Whatever dies in the middle of a load: nothing lost, nothing double."""

import asyncio
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx

from adapters.bootstrap import PROJECTIONS
from adapters.data_folder import running_node
from adapters.demo.institutions import synthetic_bin
from adapters.envelope import open_record, recorded
from adapters.jetstream.connection import connect
from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.jetstream.identities import inbox_of
from adapters.jetstream.reader import Reader
from adapters.jetstream.stream import stream_name
from adapters.persistence.event_store_sqlite import SqliteEventStore
from adapters.persistence.view_store_sqlite import SqliteViewStore
from tests.acceptance.served_node import ServedNode

SENDERS = 4
COMMANDS = 400
LOAD_SECONDS = 90


class Load:
    """Senders that repeat a command under its id until it is answered."""

    def __init__(self, node: ServedNode) -> None:
        self._node = node
        self.token, self.capacity = node.token()
        self.acknowledged: dict[str, dict[str, object]] = {}
        self._end = time.monotonic() + LOAD_SECONDS
        self._threads = [
            threading.Thread(target=self._send, args=(number,))
            for number in range(SENDERS)
        ]
        for thread in self._threads:
            thread.start()

    def _send(self, number: int) -> None:
        for serial in range(number, COMMANDS, SENDERS):
            body: dict[str, object] = {
                "command_id": str(uuid4()),
                "capacity": self.capacity,
                "bin": synthetic_bin(1000 + serial),
                "names": {"ru": f"Университет {serial}"},
                "kind": "UNIVERSITY",
                "kato": "750000000",
            }
            answer = self._until_answered(body)
            self.acknowledged[str(body["command_id"])] = answer

    def _until_answered(self, body: dict[str, object]) -> dict[str, object]:
        while time.monotonic() < self._end:
            running = running_node(self._node.data)
            if running is not None:
                try:
                    answer = httpx.post(
                        f"{running.url}/v1/commands/organisation.register",
                        json=body,
                        headers={"Authorization": f"Bearer {self.token}"},
                        timeout=5,
                    )
                except httpx.HTTPError:
                    continue
                if answer.status_code == 200:
                    answered: dict[str, object] = answer.json()
                    return answered
                assert answer.status_code == 503, answer.text
            time.sleep(0.02)
        raise AssertionError("the load was not answered in time")

    def wait_for(self, count: int) -> None:
        while len(self.acknowledged) < count and time.monotonic() < self._end:
            time.sleep(0.01)

    def finish(self) -> None:
        for thread in self._threads:
            thread.join()


async def stream_of(data: Path, count: int) -> list[bytes]:
    """Every message of the node's stream, read from the beginning."""
    server = EmbeddedServer(data, "local")
    server.start()
    try:
        nc = await connect(server.url("node"), name="test", inbox=inbox_of("node"))
        payloads: list[bytes] = []
        stop = asyncio.Event()
        async with asyncio.timeout(30):
            reader = Reader(nc, stream_name("local"), after=0)
            async for batch in reader.batches(stop):
                payloads += [payload for _sequence, payload in batch]
                if len(payloads) >= count:
                    stop.set()
        await nc.close()
        return payloads
    finally:
        server.stop()


def test_a_node_and_its_bus_killed_under_load_lose_and_double_nothing(
    tmp_path: Path,
) -> None:
    node = ServedNode(tmp_path / "data")
    node.start()
    load = Load(node)
    load.wait_for(COMMANDS // 4)
    node.kill()
    node.start()
    load.wait_for(COMMANDS // 2)
    node.kill_bus()
    load.wait_for(3 * COMMANDS // 4)
    node.kill()
    running = node.start()
    load.finish()
    head = max(int(str(a["position"])) for a in load.acknowledged.values())
    shown = httpx.get(
        f"{running.url}/v1/organisations?after={head}&limit=1",
        headers={"Authorization": f"Bearer {load.token}"},
        timeout=40,
    )
    assert shown.status_code == 200, shown.text
    node.stop()

    store = SqliteEventStore(
        node.data / "events.sqlite", "local", lambda: datetime.now(UTC)
    )
    log = [payload for _position, payload in store.records(0, 1_000_000)]
    store.close()
    records = [open_record(payload) for payload in log]

    assert len(load.acknowledged) == COMMANDS
    assert [record.sequence for record in records] == list(range(1, len(log) + 1))
    registered = [r.commandid for r in records if r.tag == "organisation.registered.v1"]
    assert sorted(registered) == sorted(load.acknowledged)
    feeds: dict[str, int] = {}
    for record in records:
        assert record.feedseq == feeds.get(record.feed, 0) + 1
        feeds[record.feed] = record.feedseq
    assert asyncio.run(stream_of(node.data, len(log))) == log
    assert views_of(node.data / "views.sqlite") == rebuilt(log, tmp_path)


def views_of(path: Path) -> dict[str, list[object]]:
    views = SqliteViewStore(path, PROJECTIONS)
    try:
        return {
            projection.name: list(
                views.select(projection, {}, projection.key, None, 1_000_000)
            )
            for projection in PROJECTIONS
        }
    finally:
        views.close()


def rebuilt(log: list[bytes], folder: Path) -> dict[str, list[object]]:
    """The same views, folded from the log alone."""
    views = SqliteViewStore(folder / "rebuilt.sqlite", PROJECTIONS)
    for projection in PROJECTIONS:
        rows: dict[object, object] = {}
        for payload in log:
            event = recorded(payload)
            for key in projection.keys(event):
                rows[key] = projection.fold(rows.get(key), event, key)
        assert views.save(projection, 0, len(log), rows)  # type: ignore[arg-type]  # any projection's rows
    views.close()
    return views_of(folder / "rebuilt.sqlite")
