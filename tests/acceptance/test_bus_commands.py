"""`adisteme bus` as an operator types it: beside a running node, and without one."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any  # JSON that was printed

import httpx

from adapters.demo.institutions import synthetic_bin
from adapters.jetstream.connection import connect
from adapters.jetstream.identities import inbox_of, url_from
from adapters.jetstream.server_configuration import address_in
from tests.acceptance.served_node import ServedNode

BOUND_SECONDS = 30.0


def typed(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "adapters", "bus", *arguments],
        env={**os.environ, "ADISTEME_DATA": str(data)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
    )


def printed(data: Path, *arguments: str, exit_code: int) -> Any:
    done = typed(data, *arguments, "--json")
    assert done.returncode == exit_code, done.stderr
    return json.loads(done.stdout)


def register(node: ServedNode, url: str, serial: int) -> None:
    token, capacity = node.token()
    answer = httpx.post(
        f"{url}/v1/commands/organisation.register",
        json={
            "command_id": f"8f14e45f-ceea-467f-a9b1-5c3d7e2a{serial:04}",
            "capacity": capacity,
            "bin": synthetic_bin(serial),
            "names": {"ru": "Университет"},
            "kind": "UNIVERSITY",
            "kato": "750000000",
        },
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text


async def intrude(data: Path) -> None:
    """Publish as only the relay may."""
    folder = data / "nats"
    url = url_from(
        folder / "identities.json", "relay", address_in(folder / "nats.conf")
    )
    nc = await connect(url, name="intruder", inbox=inbox_of("relay"))
    await nc.request("adisteme.ev.pub.intruder", b"foreign", timeout=5)
    await nc.close()


def wait_for_relay(url: str, state: str) -> None:
    end = time.monotonic() + BOUND_SECONDS
    while (found := httpx.get(f"{url}/health/ready").json()["relay"])["state"] != state:
        assert time.monotonic() < end, found
        time.sleep(0.05)


def test_an_operator_finds_a_foreign_message_and_makes_the_stream_anew(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    assert "holds no node" in typed(data, "audit").stderr
    node = ServedNode(data)
    url = node.start().url
    try:
        register(node, url, 7)
        wait_for_relay(url, "waiting")
        sound = printed(data, "audit", exit_code=0)
        assert sound["equal"] and sound["log_end"] == sound["stream_end"] > 0
        refused = typed(data, "rebuild", "--yes")
        assert refused.returncode == 1 and "equals the log" in refused.stderr

        asyncio.run(intrude(data))
        register(node, url, 8)
        wait_for_relay(url, "bus-foreign")
        found = printed(data, "audit", exit_code=1)["differences"]
        first = sound["log_end"] + 1
        assert found[0] == {"kind": "foreign", "first": first, "last": first}
        assert typed(data, "rebuild").returncode == 2  # nobody can be asked
        anew = printed(data, "rebuild", "--yes", exit_code=0)
        assert anew["equal"] and anew["stream_end"] > sound["stream_end"]
        wait_for_relay(url, "waiting")
        register(node, url, 9)
        after = printed(data, "audit", exit_code=0)
        assert after["stream_end"] > anew["stream_end"]
    finally:
        node.stop()
    assert printed(data, "audit", exit_code=0) == after
    assert printed(data, "rebuild", "--yes", "--force", exit_code=0) == after
