"""The command line as somebody meets it who types what is wrong."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.data_folder import DataFolder
from adapters.entry import listening
from adapters.settings import Settings
from tests.acceptance.served_node import ServedNode

PERSON = "4e59b95a-0f7a-46ef-9c4d-7c510e8efe09"


def adisteme(
    data: Path, *words: str, given: bytes = b"", **settings: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "adapters", *words],
        env={**os.environ, "ADISTEME_DATA": str(data), **settings},
        input=given,
        capture_output=True,
        timeout=60,
        check=False,
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def wrong(done: subprocess.CompletedProcess[str], code: int, *said: str) -> None:
    """Nothing on standard output, one clear complaint, and never a traceback."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert all(word in done.stderr for word in said), done.stderr


@pytest.mark.parametrize(
    "given", [b"garbage", b"\xff\xfe", b'{"a":NaN}', b'{"a":"\\ud800"}', b"[" * 100_000]
)
def test_a_command_that_is_no_json_is_wrong_usage(tmp_path: Path, given: bytes) -> None:
    done = adisteme(tmp_path, "do", "unit.create", given=given)
    wrong(done, 2, "standard input cannot be read as JSON")


@pytest.mark.parametrize(
    ("words", "settings", "said"),
    [
        (("token", "--person", "x", "--org", "240190000123"), {}, "UUID"),
        (("token", "--person", PERSON, "--org", "123"), {}, "BIN"),
        (("show", "document", ".."), {}, "is no name"),
        (("show", "bodies"), {}, "--org"),
        (("serve",), {"ADISTEME_LOG_LEVEL": "loud"}, "ADISTEME_LOG_LEVEL"),
        (("serve",), {"ADISTEME_NODE": "a b"}, "ADISTEME_NODE"),
        (("serve",), {"ADISTEME_PORT": "99999"}, "ADISTEME_PORT"),
        (("serve",), {"ADISTEME_DATE": "var"}, "ADISTEME_DATA"),
    ],
)
def test_wrong_words_and_settings_are_named(
    tmp_path: Path, words: tuple[str, ...], settings: dict[str, str], said: str
) -> None:
    wrong(adisteme(tmp_path, *words, given=b"", **settings), 2, said)


def test_asking_never_makes_a_node(tmp_path: Path) -> None:
    wrong(adisteme(tmp_path / "typo", "show", "documents"), 1, "holds no node yet")
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize("words", [("serve",), ("demo",), ("do", "unit.create")])
def test_a_data_folder_that_cannot_be_one_is_named(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "file").write_text("not a folder")
    wrong(adisteme(tmp_path / "file", *words, given=b"{}"), 1, "ADISTEME_DATA")


def test_a_port_in_use_is_said_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = adisteme(tmp_path, "serve", "--port", port)
    wrong(done, 1, f"port {port}", "--port")
    assert "nats_server_started" not in done.stderr


def test_no_answer_waits_for_the_packet_before_it_to_be_acknowledged() -> None:
    with listening(Settings(port=0)) as listener:
        address = listener.getsockname()[:2]
        with socket.create_connection(address), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("text", [None, "{", '[{"name": "a"}]'])
def test_issuers_that_cannot_be_read_are_named(
    tmp_path: Path, text: str | None
) -> None:
    issuers = tmp_path / "issuers.json"
    if text is not None:
        issuers.write_text(text)
    data = tmp_path / "data"
    done = adisteme(data, "serve", "--port", "0", ADISTEME_ISSUERS=str(issuers))
    wrong(done, 1, f"ADISTEME_ISSUERS: {issuers}")


@pytest.mark.parametrize("blocks", [40, 200, 2000])
def test_a_full_disk_ends_the_demo_with_a_sentence(tmp_path: Path, blocks: int) -> None:
    script = f'ulimit -f {blocks}; exec "$0" -m adapters demo --json'
    done = subprocess.run(
        ["bash", "-c", script, sys.executable],
        env={**os.environ, "ADISTEME_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    wrong(done, 1, "adisteme: ")


def test_a_folder_in_use_is_said(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.take()
    try:
        wrong(adisteme(tmp_path, "serve"), 1, "another process", "ADISTEME_DATA")
    finally:
        folder.release()


def test_answers_stand_alone_on_standard_output(tmp_path: Path) -> None:
    node = ServedNode(tmp_path / "data")
    node.start()
    try:
        health = adisteme(node.data, "show", "health", "--json")
        assert json.loads(health.stdout)["status"] in ("ready", "degraded")
        refused = adisteme(node.data, "do", "unit.create", "--lang", "en", given=b"{}")
        assert refused.returncode == 1
        assert json.loads(refused.stdout)["code"] == "CMD-MALFORMED"
        outside = adisteme(node.data, "show", "document", "../../health/live")
        wrong(outside, 1, "QUERY-UNKNOWN")
        elsewhere = adisteme(node.data, "show", "documents", TOKEN="of another place")
        assert elsewhere.returncode == 0, elsewhere.stderr
        english = adisteme(node.data, "show", "document", "x", "--lang", "en")
        wrong(english, 1, "Nothing found")
        token = adisteme(node.data, "token")
        assert token.stdout.count("\n") == 1 and "node/local#1" in token.stderr
    finally:
        node.stop()


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", '"$0" -m adapters schema contract | head -1', sys.executable],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0 and done.stdout.startswith("# ")
    assert done.stderr == ""
