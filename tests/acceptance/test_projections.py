"""`adisteme projections` as an operator types it: at a running node, and at none."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any  # JSON that was printed
from uuid import uuid4

import httpx

from adapters.bootstrap import PROJECTIONS
from adapters.demo.institutions import synthetic_bin
from adapters.persistence.event_store_sqlite import SqliteEventStore
from adapters.persistence.view_store_sqlite import SqliteViewStore
from adapters.views import Parked
from projections.org_directory import ORG_DIRECTORY, OrganisationRow
from tests.acceptance.served_node import ServedNode
from tests.faults.checks import keyed, rebuilt


def typed(
    data: Path, *arguments: str, fails: bool = False
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "adapters", "projections", *arguments],
        env={**os.environ, "ADISTEME_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert (done.returncode == 1) == fails, done.stderr
    return done


def printed(data: Path, *arguments: str, fails: bool = False) -> Any:
    return json.loads(typed(data, *arguments, "--json", fails=fails).stdout)


def test_an_operator_looks_retries_skips_and_rebuilds(tmp_path: Path) -> None:
    node = ServedNode(tmp_path / "data")
    running = node.start()
    token, capacity = node.token()
    organisation = synthetic_bin(7)
    registered = httpx.post(
        f"{running.url}/v1/commands/organisation.register",
        json={
            "command_id": "8f14e45f-ceea-467f-a9b1-5c3d7e2a0001",
            "capacity": capacity,
            "bin": organisation,
            "names": {"ru": "Университет"},
            "kind": "UNIVERSITY",
            "kato": "750000000",
        },
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    ).json()
    stream = registered["stream"]
    node.stop()

    # None runs: the commands open the folder themselves.
    names = [each.name for each in PROJECTIONS]
    listed = printed(node.data, "list")["items"]
    assert [each["name"] for each in listed] == names
    assert not any(each["lag"] for each in listed)
    done = printed(node.data, "rebuild", "all")["items"]
    assert [wish["outcome"] for wish in done] == ["done"] * len(names)

    row = row_of(node.data, organisation)
    assert row is not None
    position = row.last_position
    park(node.data, Parked(stream, position, record_of(node, position), "KeyError"))
    node.start()
    (waiting,) = printed(node.data, "parked")["items"]
    assert (waiting["view"], waiting["stream"]) == ("org_directory", stream)
    assert printed(node.data, "status", "org_directory")["parked"] == 1
    (retried,) = printed(node.data, "retry", stream)["items"]
    assert retried["outcome"] == "done"
    assert printed(node.data, "retry", stream, fails=True)["code"] == "VIEW-NOT-PARKED"
    node.stop()

    park(node.data, Parked(stream, position, b"no record", "DecodeError"))
    node.start()
    failed = printed(node.data, "retry", stream, fails=True)["items"]
    assert failed[0]["outcome"].startswith(f"still parked at {position}")
    skipped = printed(node.data, "skip", str(position), "--reason", "mistake")["items"]
    assert skipped[0]["outcome"] == "done"
    assert (
        printed(node.data, "rebuild", "org_directory")["items"][0]["outcome"] == "done"
    )
    seen = printed(node.data, "status", "org_directory")
    assert (seen["parked"], seen["skipped"], seen["rebuild"]) == (0, 1, None)
    assert "org_directory" in typed(node.data, "list").stdout
    assert "nothing yet" in typed(node.data, "parked").stdout
    unknown = typed(node.data, "rebuild", "unheard-of", fails=True)
    assert "VIEW-UNKNOWN" in unknown.stderr
    node.stop()

    # The skip was of the event that made the row, and a rebuild honours it.
    assert row_of(node.data, organisation) is None


def test_a_node_killed_while_it_rebuilds_makes_its_views_anew(tmp_path: Path) -> None:
    node = ServedNode(tmp_path / "data")
    running = node.start()
    token, capacity = node.token()
    with httpx.Client(
        base_url=running.url, headers={"Authorization": f"Bearer {token}"}, timeout=30
    ) as client:
        for serial in range(150):
            body = {
                "command_id": str(uuid4()),
                "capacity": capacity,
                "bin": synthetic_bin(1000 + serial),
                "names": {"ru": f"Университет {serial}"},
                "kind": "UNIVERSITY",
                "kato": "750000000",
            }
            path = "/v1/commands/organisation.register"
            assert client.post(path, json=body).status_code == 200
    wishes: set[int] = set()
    for pause in (0.0, 0.3, 0.6):
        wished = httpx.post(
            f"{running.url}/v1/projections/all/rebuild",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        ).json()
        wishes |= {wish["id"] for wish in wished["items"]}
        time.sleep(pause)  # somewhere between the wish and the swap
        node.kill()
        running = node.start()
    assert len(wishes) >= 3
    listed = printed(node.data, "rebuild", "all")["items"]
    assert {wish["outcome"] for wish in listed} == {"done"}
    node.stop()

    store = SqliteEventStore(
        node.data / "events.sqlite", "local", lambda: datetime.now(UTC)
    )
    log = store.records(0, 1_000_000)
    store.close()
    views = SqliteViewStore(node.data / "views.sqlite", PROJECTIONS)
    for each in PROJECTIONS:
        rows = views.select(each, {}, each.key, None, 1_000_000)
        assert keyed(each, rows) == rebuilt(each, log)
    assert views.open_wishes() == []
    views.close()


def row_of(data: Path, organisation: str) -> OrganisationRow | None:
    views = SqliteViewStore(data / "views.sqlite", PROJECTIONS)
    row = views.get(ORG_DIRECTORY, (organisation,))
    views.close()
    return row


def park(data: Path, parked: Parked) -> None:
    views = SqliteViewStore(data / "views.sqlite", PROJECTIONS)
    at = views.position(ORG_DIRECTORY.name)
    assert views.save(ORG_DIRECTORY, at, at, {}, parked=[parked])
    views.close()


def record_of(node: ServedNode, position: int) -> bytes:
    store = SqliteEventStore(
        node.data / "events.sqlite", "local", lambda: datetime.now(UTC)
    )
    ((_, record),) = store.records(position - 1, 1)
    store.close()
    return record
