"""A node as an operator runs it: `adisteme serve` in a process of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from adapters.data_folder import RunningNode, running_node
from adapters.entry import issue_token
from adapters.settings import Settings

START_SECONDS = 30


class ServedNode:
    """Starts, kills and restarts the node of one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> RunningNode:
        self.data.mkdir(parents=True, exist_ok=True)
        log = (self.data.parent / "serve.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "adapters", "serve", "--port", "0"],
            env={**os.environ, "ADISTEME_DATA": str(self.data)},
            stdout=log,
            stderr=log,
        )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            running = running_node(self.data)
            if running is not None and running.pid == self._process.pid:
                return running
            assert self._process.poll() is None, (
                self.data.parent / "serve.log"
            ).read_text()
            time.sleep(0.02)
        raise AssertionError("the node did not start in time")

    def kill(self) -> None:
        """kill -9: no goodbye."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(START_SECONDS)

    def token(self) -> tuple[str, str]:
        """The first REGISTRAR's token and capacity."""
        settings = msgspec.structs.replace(Settings(), data=self.data)
        issued = issue_token(settings, None, None, 1)
        assert issued is not None and issued.capacity is not None
        return issued.token, issued.capacity
