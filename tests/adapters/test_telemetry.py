"""Every line that a machine reads is one JSON object under a constant name."""

import json
import subprocess
import sys

SCRIPT = """
import logging, structlog
from adapters.telemetry import configure_logging
configure_logging("info")
structlog.get_logger().info("node_serving", url="http://127.0.0.1:1")
try:
    raise ValueError("gone")
except ValueError:
    logging.getLogger("asyncio").exception("Task exception was never retrieved")
logging.getLogger("uvicorn.error").info("not worth a line")
"""


def test_own_and_foreign_lines_are_json_with_a_constant_event() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["node_serving", "library_error"]
    assert lines[1]["message"] == "Task exception was never retrieved"
    assert lines[1]["level"] == "error" and "ValueError" in lines[1]["exception"]
    assert done.stdout == ""


def test_a_line_that_finds_no_room_is_lost_and_ends_nothing() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-c", f"{SCRIPT}\nprint('goes on')"],
            stdout=subprocess.PIPE,
            stderr=full,
            text=True,
            check=False,
        )
    assert done.stdout == "goes on\n"


def test_an_error_on_a_terminal_tells_no_values() -> None:
    """What a request carried, its token above all, stays out of what scrolls by."""
    script = """
import structlog, sys
from adapters.telemetry import configure_logging
sys.stderr.isatty = lambda: True
configure_logging("info")
def fail(bearer):
    raise ValueError("gone")
try:
    fail("ey" + "J" * 9)
except ValueError as error:
    structlog.get_logger().error("request_failed", exc_info=error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "ValueError" in done.stderr and "in fail" in done.stderr
    assert "eyJJJ" not in done.stderr
