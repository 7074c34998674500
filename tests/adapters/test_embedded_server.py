"""The embedded server: private, restartable, and never left behind."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest
from nats.errors import TimeoutError as NatsTimeout

from adapters.jetstream.connection import connect
from adapters.jetstream.embedded_server import (
    EmbeddedServer,
    ServerFailed,
)
from adapters.jetstream.identities import Identity
from adapters.jetstream.server_binary import server_binary
from adapters.jetstream.stream import (
    ServerTooOld,
    StreamRefused,
    ensure_stream,
    stream_name,
)
from tests.adapters.bus import (
    BOUND_SECONDS,
    NODE,
    STREAM,
    connected,
    running_server,
    stored,
    stream_made,
)

ROOT = Path(__file__).parents[2]
PARENT = """
import sys, time
from pathlib import Path
from adapters.jetstream.embedded_server import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), "test")
server.start()
print(server.pid, server.port, file=sys.stderr, flush=True)
time.sleep(600)
"""


def is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + BOUND_SECONDS
    while is_running(pid):
        assert time.monotonic() < deadline, f"process {pid} is left behind"
        time.sleep(0.01)


def test_secrets_are_private_and_kept(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        url = server.url("relay")
        for name in ("nats.conf", "identities.json"):
            assert (tmp_path / "nats" / name).stat().st_mode & 0o777 == 0o600
    with running_server(tmp_path) as again:
        assert again.url("relay").rpartition("@")[0] == url.rpartition("@")[0]


def test_a_killed_server_comes_back_with_its_port_and_store(tmp_path: Path) -> None:
    async def publish(server: EmbeddedServer) -> None:
        async with stream_made(server), connected(server, "relay") as relay:
            await relay.request("adisteme.ev.pub.one", b"one")

    async def read(server: EmbeddedServer) -> list[bytes]:
        async with connected(server, "node") as nc:
            return [message.data for message in await stored(nc)]

    with running_server(tmp_path) as server:
        asyncio.run(publish(server))
        url, pid = server.url("node"), server.pid
        assert server.alive and pid is not None
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + BOUND_SECONDS
        while server.alive:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        server.restart()
        assert server.alive
        assert server.url("node") == url
        assert asyncio.run(read(server)) == [b"one"]
    assert not server.alive


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = EmbeddedServer(tmp_path, NODE, taken.getsockname()[1])
        with pytest.raises(ServerFailed, match="address already in use"):
            server.start()
        assert not server.alive


def test_a_server_is_started_from_the_main_thread_only(tmp_path: Path) -> None:
    refused: list[ServerFailed] = []

    def start() -> None:
        try:
            EmbeddedServer(tmp_path, NODE).start()
        except ServerFailed as error:
            refused.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(refused[0])


def test_a_parent_that_is_killed_leaves_no_server(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert parent.stderr is not None
    try:
        server_pid, _ = map(int, parent.stderr.readline().split())
        assert is_running(server_pid)
    finally:
        parent.kill()
        parent.wait()
        parent.stderr.close()
    wait_until_gone(server_pid)
    with running_server(tmp_path) as server:
        assert server.alive


def test_an_orphaned_server_gives_way(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        port = server.port
    configuration = tmp_path / "nats" / "nats.conf"
    orphan = subprocess.Popen([server_binary(), "-c", str(configuration)])
    try:
        while not Path(f"/proc/{orphan.pid}/cmdline").read_bytes():
            time.sleep(0.01)  # just after its start a process has no arguments yet
        (tmp_path / "nats" / "running.json").write_bytes(
            msgspec.json.encode({"server": orphan.pid, "parent": 1})
        )
        with running_server(tmp_path) as server:
            assert orphan.wait(BOUND_SECONDS) == -signal.SIGKILL
            assert server.port != port
    finally:
        orphan.kill()
        orphan.wait()


def test_two_nodes_cannot_share_a_folder(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        with pytest.raises(ServerFailed, match="runs a node on this folder"):
            EmbeddedServer(tmp_path, NODE).start()
        assert server.alive


@pytest.mark.parametrize(
    ("identity", "subject"),
    [
        ("relay", f"$JS.API.STREAM.CREATE.{STREAM}"),
        ("relay", f"$JS.API.STREAM.DELETE.{STREAM}"),
        ("relay", f"$JS.API.STREAM.PURGE.{STREAM}"),
        ("node", "adisteme.ev.pub.anything"),
        ("node", f"$JS.API.STREAM.DELETE.{STREAM}"),
        ("guest", "adisteme.ev.pub.anything"),
        ("guest", "adisteme.wake"),
        ("guest", f"$JS.API.STREAM.CREATE.{STREAM}"),
        ("guest", f"$JS.API.STREAM.MSG.GET.{STREAM}"),
        ("guest", f"$JS.API.CONSUMER.CREATE.{STREAM}.mine"),
        ("guest", f"$JS.API.CONSUMER.CREATE.{STREAM}.mine.adisteme.ev.own.>"),
    ],
)
def test_what_an_identity_may_not_do_goes_unanswered(
    tmp_path: Path, identity: Identity, subject: str
) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        async with stream_made(server) as node:
            async with connected(server, identity) as nc:
                with pytest.raises(NatsTimeout):
                    await nc.request(subject, b"{}", timeout=0.2)
                assert "permissions violation" in str(nc.last_error).lower()
            assert await stored(node) == []

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_the_stream_is_made_once_and_never_changed(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        async with connected(server, "node") as nc:
            await nc.request(
                f"$JS.API.STREAM.CREATE.{STREAM}",
                msgspec.json.encode(
                    {"name": STREAM, "subjects": ["adisteme.ev.>"], "max_msgs": 10}
                ),
            )
            with pytest.raises(StreamRefused, match=r"max_msgs.*10 instead of -1"):
                await ensure_stream(nc, NODE)

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


def test_making_the_stream_again_changes_nothing(tmp_path: Path) -> None:
    async def scenario(server: EmbeddedServer) -> None:
        async with stream_made(server) as nc:
            before = await nc.request(f"$JS.API.STREAM.INFO.{STREAM}")
            await ensure_stream(nc, NODE)
            after = await nc.request(f"$JS.API.STREAM.INFO.{STREAM}")
            made, found = (
                msgspec.json.decode(answer.data) for answer in (before, after)
            )
            assert found["config"] == made["config"]
            assert found["created"] == made["created"]
            assert made["config"]["deny_delete"] and made["config"]["deny_purge"]
            assert made["config"]["discard"] == "new"

    with running_server(tmp_path) as server:
        asyncio.run(scenario(server))


async def greet_as_old(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """A server of 2.11 as far as its greeting goes, with a stream to no avail."""
    greeting = {
        "server_id": "OLD",
        "server_name": "old",
        "version": "2.11.9",
        "proto": 1,
        "headers": True,
        "jetstream": True,
        "max_payload": 1048576,
    }
    writer.write(b"INFO " + msgspec.json.encode(greeting) + b"\r\n")
    while line := await reader.readline():
        if line == b"PING\r\n":
            writer.write(b"PONG\r\n")
    writer.close()


def test_an_old_server_is_refused() -> None:
    async def scenario() -> None:
        old = await asyncio.start_server(greet_as_old, "127.0.0.1", 0)
        async with old:
            port = old.sockets[0].getsockname()[1]
            nc = await connect(f"nats://127.0.0.1:{port}", name="node")
            with pytest.raises(
                ServerTooOld, match=r"nats-server 2\.11\.9 is older than the 2\.12"
            ):
                await ensure_stream(nc, NODE)
            await nc.close()

    asyncio.run(scenario())


def test_a_stream_is_named_after_its_node() -> None:
    assert stream_name("local") == "ADISTEME_LOCAL"
    with pytest.raises(ValueError, match="names no node"):
        stream_name("a.b")
