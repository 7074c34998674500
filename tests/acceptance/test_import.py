"""`adisteme import` as an operator runs it, and as what kills it meets it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from adapters.data_folder import running_node
from adapters.demo.institutions import synthetic_bin
from adapters.entry import issue_token
from adapters.settings import Settings
from adapters.stores import open_events
from tests.acceptance.served_node import ServedNode
from tests.adapters.test_cli import adisteme, wrong

SCHOOLS = 300
EVENTS_OF_A_SCHOOL = 5
GRANTS = 2


@pytest.fixture(scope="module")
def schools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [
        f"{synthetic_bin(number)};Школа № {number};SCHOOL;750000000;SECONDARY"
        for number in range(1, SCHOOLS + 1)
    ]
    path = tmp_path_factory.mktemp("files") / "schools.csv"
    path.write_text("bin;name_ru;kind;kato;levels\n" + "\n".join(rows), "utf-8")
    return path


@pytest.fixture
def node(tmp_path: Path) -> Iterator[ServedNode]:
    one = ServedNode(tmp_path / "data")
    one.start()
    try:
        yield one
    finally:
        one.kill()


def printed(done: subprocess.CompletedProcess[str]) -> list[Any]:  # JSON objects
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def outcomes(done: subprocess.CompletedProcess[str]) -> set[str]:
    return {one["outcome"] for one in printed(done)}


def events_in(data: Path) -> int:
    log = open_events(data, None, "local")
    try:
        return log.position()
    finally:
        log.close()


def begun(data: Path, source: Path, lines: int) -> "subprocess.Popen[str]":
    """An import that is under way: it has reported some lines, and goes on."""
    process = subprocess.Popen(
        [sys.executable, "-m", "adapters", "import", str(source), "--json"],
        env={**os.environ, "ADISTEME_DATA": str(data), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for _ in range(lines):
        assert json.loads(process.stdout.readline())["outcome"] == "accepted"
    return process


def whole(data: Path, source: Path) -> None:
    """The import again: all is there, everything once."""
    done = adisteme(data, "import", str(source), "--json")
    assert done.returncode == 0, done.stderr
    assert len(printed(done)) == SCHOOLS
    assert outcomes(done) == {"accepted", "unchanged"}
    assert events_in(data) == GRANTS + SCHOOLS * EVENTS_OF_A_SCHOOL


@pytest.mark.parametrize("with_node", [True, False])
def test_an_import_that_was_killed_is_gone_on_with(
    tmp_path: Path, schools: Path, with_node: bool
) -> None:
    node = ServedNode(tmp_path / "data")
    if with_node:
        node.start()
    try:
        process = begun(node.data, schools, 40)
        process.kill()
        process.communicate()
        whole(node.data, schools)
        again = adisteme(node.data, "import", str(schools), "--json")
        assert outcomes(again) == {"unchanged"}
        whole_again = events_in(node.data)
        assert whole_again == GRANTS + SCHOOLS * EVENTS_OF_A_SCHOOL
    finally:
        if with_node:
            node.stop()


def test_an_import_outlives_the_death_of_its_node(
    node: ServedNode, schools: Path
) -> None:
    process = begun(node.data, schools, 40)
    node.kill()
    _, complaint = process.communicate()
    assert process.returncode == 1
    assert "does not answer" in complaint and "Traceback" not in complaint
    node.start()
    done = adisteme(node.data, "import", str(schools), "--json")
    assert outcomes(done) == {"accepted", "unchanged"}
    assert events_in(node.data) == GRANTS + SCHOOLS * EVENTS_OF_A_SCHOOL


def test_an_interrupted_import_says_how_far_it_came(
    node: ServedNode, schools: Path
) -> None:
    process = begun(node.data, schools, 40)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate()
    assert process.returncode == 1
    assert "accepted" in told and "Traceback" not in told
    done = adisteme(node.data, "import", str(schools), "--json")
    assert outcomes(done) == {"accepted", "unchanged"}


def test_a_dry_run_beside_a_node_writes_nothing(
    node: ServedNode, schools: Path, tmp_path: Path
) -> None:
    before = events_in(node.data)
    reports = tmp_path / "reports.jsonl"
    tried = adisteme(
        node.data,
        "import",
        str(schools),
        "--dry-run",
        "--json",
        "--report",
        str(reports),
    )
    assert tried.returncode == 0
    assert outcomes(tried) == {"accepted"}
    assert "nothing was written" in tried.stderr
    assert reports.read_text() == tried.stdout
    assert events_in(node.data) == before


def test_units_come_with_the_token_of_a_head(node: ServedNode, schools: Path) -> None:
    school, head = synthetic_bin(1), str(uuid4())
    one = schools.read_text("utf-8").splitlines()[:2]
    register = adisteme(node.data, "import", "-", given="\n".join(one).encode())
    assert register.returncode == 0, register.stderr
    assert register.stdout.split() == ["2", "accepted", school]
    appointment = {
        "bin": school,
        "person_id": head,
        "post": "HEAD",
        "valid_from": "2026-01-01",
        "order_no": "1",
    }
    appointed = adisteme(
        node.data, "import", "-", "--json", given=msgspec.json.encode([appointment])
    )
    assert outcomes(appointed) == {"accepted"}, appointed.stdout
    units = b"bin,unit_id,kind,name_ru\n" + f"{school},u1,DIVISION,Отдел\n".encode()
    stranger = adisteme(node.data, "import", "-", "--json", "--lang", "kk", given=units)
    assert stranger.returncode == 1
    assert [(o["code"], o["line"]) for o in printed(stranger)] == [("ACTOR-ROLE", 2)]
    assert "рөлі" in printed(stranger)[0]["text"]
    own = msgspec.structs.replace(Settings(), data=node.data)
    issued = issue_token(own, head, school, 1)
    assert issued is not None
    as_head = ("--token", issued.token, "--capacity", f"staff/{school}.{head}#1")
    for flags in (("--dry-run",), ()):
        done = adisteme(
            node.data, "import", "-", "--json", *flags, *as_head, given=units
        )
        assert outcomes(done) == {"accepted"}, done.stdout
    bare = adisteme(node.data, "import", "-", "--token", issued.token, given=units)
    wrong(bare, 2, "--capacity")
    for flags in (("--dry-run",), ()):
        forged = ("--token", issued.token + "x", *as_head[2:], *flags)
        refused = adisteme(
            node.data, "import", "-", *forged, "--lang", "ru", given=units
        )
        wrong(refused, 1, "Нет действительного токена")


def test_a_dry_run_needs_a_node_and_makes_none(tmp_path: Path, schools: Path) -> None:
    done = adisteme(tmp_path / "data", "import", "--dry-run", str(schools))
    wrong(done, 1, "holds no node yet")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("content", "words", "said"),
    [
        (None, (), "No such file"),
        (b"", (), "is empty"),
        (b"name;surname\n", (), "do not tell what it holds"),
        (b"bin;name_ru\n", ("--as", "staff"), "column 2"),
        (b"{}", ("--as", "people"), "people"),
        (b"{}", ("--at-once", "0"), "at-once"),
        (b"{}", ("--lang", "de"), "de"),
    ],
)
def test_a_file_or_word_that_makes_no_sense_is_wrong_usage(
    tmp_path: Path, content: bytes | None, words: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    wrong(adisteme(tmp_path / "data", "import", str(file), *words), 2, said)
    assert running_node(tmp_path / "data") is None


def test_a_folder_is_no_file_and_a_report_never_overwrites_its_source(
    tmp_path: Path, schools: Path
) -> None:
    data = tmp_path / "data"
    wrong(adisteme(data, "import", str(tmp_path)), 2, "directory")
    before = schools.read_bytes()
    over = adisteme(data, "import", str(schools), "--report", str(schools))
    wrong(over, 2, "is the file that is imported")
    lost = adisteme(data, "import", str(schools), "--report", "/nowhere/at/all")
    wrong(lost, 2, "No such file")
    assert schools.read_bytes() == before and not data.exists()


def test_what_a_line_holds_does_not_steer_the_terminal(node: ServedNode) -> None:
    row = {
        "bin": "\x1b[2J\u202e",
        "name_ru": "x",
        "kind": "SCHOOL",
        "kato": "750000000",
    }
    done = adisteme(node.data, "import", "-", given=msgspec.json.encode(row))
    assert done.returncode == 1 and "ORG-BIN" in done.stdout
    assert "\x1b" not in done.stdout and "\u202e" not in done.stdout
