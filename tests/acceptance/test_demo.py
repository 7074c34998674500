"""The demo as a newcomer runs it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from domain.regulation.pack import rule_pack


def run_demo(data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "adapters", "demo", "--json"],
        env={**os.environ, "ADISTEME_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def test_the_demo_ends_well_and_every_count_agrees(tmp_path: Path) -> None:
    done = run_demo(tmp_path)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["organisations"] >= 40
    assert report["approved"] == report["documents"] == report["approval_rows"] > 0
    by_level = [set(one) for one in report["approved_by_kind"].values()]
    assert by_level and all(levels == set(rule_pack().levels) for levels in by_level)
    assert all(
        count > 0
        for one in report["approved_by_kind"].values()
        for count in one.values()
    )
    served = {joint["organisation"] for joint in report["joint_conclusions"]}
    (host,) = {joint["host"] for joint in report["joint_conclusions"]}
    assert host in served and len(served) == 2
    assert {
        "R16-JOINT-SCOPE",
        "R26-MIN-TEACHERS",
        "R19-APPROVER",
        "R19-NOT-ALL-POSITIVE",
    } <= set(report["refused"])
    assert (
        report["events_stored"]
        == report["events_on_bus"]
        == report["events_seen_by_subscriber"]
    )
    assert report["lag"] == 0
    assert report["subscriber"]["broken_promises"] == []


def test_the_demo_never_wipes_a_folder_that_it_did_not_make(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "thesis.txt").write_text("ten years of work")
    done = run_demo(tmp_path)
    assert done.returncode == 1
    assert "ADISTEME_DATA" in done.stderr
    assert (folder / "thesis.txt").read_text() == "ten years of work"


def test_the_demo_names_the_council_that_was_not_asked(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "adapters", "demo"],
        env={**os.environ, "ADISTEME_DATA": str(tmp_path), "COLUMNS": "400"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (told,) = (
        line for line in done.stdout.splitlines() if "R19-NOT-ALL-POSITIVE" in line
    )
    assert re.search(r"Методический совет \(.+\) \[council/2609\d{8}\.org\]", told)
