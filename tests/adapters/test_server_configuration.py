"""One generator configures every NATS server of a node, also an operator's own."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nats.aio.client import Client

from adapters.jetstream.connection import connect
from adapters.jetstream.identities import (
    IdentitiesUnreadable,
    Identity,
    inbox_of,
    url_from,
    url_of,
)
from adapters.jetstream.reader import Reader
from adapters.jetstream.relay import Relay
from adapters.jetstream.server_binary import server_binary
from adapters.jetstream.server_configuration import (
    ConfigurationRefused,
    address_in,
    check_configuration,
)
from adapters.jetstream.stream import PUBLIC_SUBJECTS, ensure_stream, stream_name
from tests.adapters.bus import BOUND_SECONDS, ListLog, eventually, while_running

NODE = "ministry"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def configured(folder: Path, port: int) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "adapters", "bus", "config"),
            *("--out", str(folder), "--port", str(port)),
        ],
        env={**os.environ, "ADISTEME_NODE": NODE},
        capture_output=True,
        check=True,
        timeout=60,
    )


def wait_for(port: int) -> None:
    end = time.monotonic() + BOUND_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.02)


def test_a_server_of_ones_own_carries_a_node_by_the_written_configuration(
    tmp_path: Path,
) -> None:
    folder, port = tmp_path / "bus", free_port()
    configured(folder, port)
    address = f"nats://127.0.0.1:{port}"
    assert address_in(folder / "nats.conf") == address
    for name in ("nats.conf", "identities.json"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600

    async def join(identity: Identity) -> Client:
        url = url_from(folder / "identities.json", identity, address)
        return await connect(url, name=identity, inbox=inbox_of(identity))

    async def scenario() -> None:
        node = await join("node")
        await ensure_stream(node, NODE)
        log = ListLog(200)
        relay = Relay(log, lambda: join("relay"), NODE)
        async with while_running(relay.run):
            await eventually(lambda: relay.status().published == 200)
        guest, stop = await join("guest"), asyncio.Event()
        reader = Reader(
            guest, stream_name(NODE), after=0, filter_subject=PUBLIC_SUBJECTS
        )
        seen: list[bytes] = []
        async with asyncio.timeout(BOUND_SECONDS):
            async for batch in reader.batches(stop):
                seen += [payload for _, payload in batch]
                if len(seen) == 200:
                    stop.set()
        assert seen == log.content
        await guest.close()
        await node.close()

    server = subprocess.Popen(
        [server_binary(), "-c", str(folder / "nats.conf")], stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        asyncio.run(scenario())
    finally:
        server.terminate()
        server.wait()


def test_passwords_are_kept_when_the_configuration_is_written_again(
    tmp_path: Path,
) -> None:
    configured(tmp_path, 4222)
    before = (tmp_path / "identities.json").read_bytes()
    configured(tmp_path, 4223)
    assert (tmp_path / "identities.json").read_bytes() == before
    assert address_in(tmp_path / "nats.conf") == "nats://127.0.0.1:4223"


def test_a_configuration_that_the_server_refuses_is_refused_with_its_reason(
    tmp_path: Path,
) -> None:
    configured(tmp_path, 4222)
    path = tmp_path / "nats.conf"
    path.write_text(path.read_text().replace('"response_type"', '"response_kind"'))
    with pytest.raises(ConfigurationRefused, match="response_kind"):
        check_configuration(path)


def test_an_address_takes_the_credentials_of_an_identity(tmp_path: Path) -> None:
    kept: dict[Identity, str] = {"guest": "secret"}
    assert url_of("guest", kept, "tls://bus:4222") == "tls://guest:secret@bus:4222"
    assert url_of("guest", kept, "bus:4222") == "nats://guest:secret@bus:4222"
    nowhere = tmp_path / "identities.json"
    with pytest.raises(IdentitiesUnreadable, match="no file of identities"):
        url_from(nowhere, "guest", "bus:4222")
    nowhere.write_text('{"guest":"secret"}')
    with pytest.raises(IdentitiesUnreadable, match="knows no relay"):
        url_from(nowhere, "relay", "bus:4222")
