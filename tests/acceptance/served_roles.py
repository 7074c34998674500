"""A node whose roles are processes of their own, on PostgreSQL and a bus they share."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from adapters.data_folder import RunningNode, running_node
from adapters.entry import issue_token
from adapters.jetstream.server_binary import server_binary
from adapters.settings import Settings

START_SECONDS = 30
HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class ServedRoles:
    """Starts, freezes, kills and restarts what a node is made of, each by its pid.

    Processes are called `nats`, or after their role: `api`, `relay`, `relay-2`.
    """

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir(parents=True)
        self._port = free_port()
        self._nats = folder / "nats"
        self.environment = {**os.environ, "ADISTEME_DATA": str(self.data)}
        if database:
            self.environment["ADISTEME_DATABASE"] = database
        port, out = str(self._port), str(self._nats)
        configured = self.adisteme("bus", "config", "--out", out, "--port", port)
        assert configured.returncode == 0, configured.stderr
        self.environment |= {
            "ADISTEME_BUS": f"nats://{HOST}:{self._port}",
            "ADISTEME_BUS_IDENTITIES": str(self._nats / "identities.json"),
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def adisteme(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line to its end."""
        return subprocess.run(
            [sys.executable, "-m", "adapters", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self, name: str) -> None:
        """Start a process, and return at once; for `api`, when it answers."""
        role = name.partition("-")[0]
        command = (
            [server_binary(), "-c", str(self._nats / "nats.conf")]
            if role == "nats"
            else [sys.executable, "-m", "adapters", "serve", "--role", role]
            + (["--port", "0"] if role == "api" else [])
        )
        log = (self.folder / f"{name}.log").open("ab")
        self._processes[name] = subprocess.Popen(
            command, env=self.environment, stdout=log, stderr=log
        )
        if role == "api":
            self._announced(name)

    def start_all(self) -> RunningNode:
        for name in ("nats", "relay", "project", "policy", "api"):
            self.start(name)
        return self.running()

    def _announced(self, name: str) -> None:
        end = time.monotonic() + START_SECONDS
        process = self._processes[name]
        while time.monotonic() < end:
            running = running_node(self.data)
            if running is not None and running.pid == process.pid:
                return
            assert process.poll() is None, self.log(name)
            time.sleep(0.02)
        raise AssertionError(f"the api did not start in time: {self.log(name)}")

    def running(self) -> RunningNode:
        running = running_node(self.data)
        assert running is not None
        return running

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def signal(self, name: str, what: signal.Signals) -> None:
        self._processes[name].send_signal(what)

    def kill(self, name: str) -> None:
        """kill -9: no goodbye."""
        self._processes[name].kill()
        self._processes[name].wait()

    def end(self, name: str) -> int:
        """End a process gently; return its exit code."""
        self._processes[name].terminate()
        return self._processes[name].wait(START_SECONDS)

    def end_all(self) -> None:
        for process in self._processes.values():
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()

    def token(self) -> tuple[str, str]:
        """The first REGISTRAR's token and capacity."""
        settings = msgspec.structs.replace(Settings(), data=self.data)
        issued = issue_token(settings, None, None, 1)
        assert issued is not None and issued.capacity is not None
        return issued.token, issued.capacity
