"""The node's own NATS server: a child process that lives and dies with the node."""

import ctypes
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct
from structlog.typing import FilteringBoundLogger

from adapters.jetstream.identities import (
    Identity,
    passwords,
    url_of,
    write_private,
)
from adapters.jetstream.server_binary import ServerMissing, server_binary
from adapters.jetstream.server_configuration import (
    ConfigurationRefused,
    server_name,
    write_configuration,
)

HOST = "127.0.0.1"
READY_SECONDS = 10.0
STOP_SECONDS = 5.0
_PR_SET_PDEATHSIG = 1

log: FilteringBoundLogger = structlog.get_logger()


class ServerFailed(Exception):
    """The embedded NATS server does not start, or did not get ready in time."""


class _Running(Struct, frozen=True):
    server: int
    parent: int


class EmbeddedServer:
    """A nats-server over the data folder; start it from the main thread."""

    def __init__(self, data: Path, node: str, port: int | None = None) -> None:
        self._folder = (data / "nats").resolve()
        self._store = (data / "jetstream").resolve()
        self._node = node
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._passwords: dict[Identity, str] = {}

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def port(self) -> int | None:
        return self._port

    def url(self, identity: Identity) -> str:
        """The address with the credentials of an identity."""
        return url_of(identity, self._passwords, f"nats://{HOST}:{self._port}")

    def start(self) -> None:
        """Start the server and return when it takes clients."""
        if self.alive:
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._store.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._end_orphan()
        self._passwords = passwords(self._folder / "identities.json")
        kept = self._port  # clients of a server that is restarted look for it there
        self._port = kept or _free_port()
        try:
            self._write_configuration()
            self._spawn()
            self._wait_until_ready()
        except BaseException:
            self.stop()
            self._port = kept
            raise
        log.info("nats_server_started", port=self._port, pid=self.pid)

    def restart(self) -> None:
        """Start the server again on the same port and store, ended or not."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """End the server, gently at first."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        self._running_file.unlink(missing_ok=True)

    @property
    def _configuration_file(self) -> Path:
        return self._folder / "nats.conf"

    @property
    def _log_file(self) -> Path:
        return self._folder / "nats.log"

    @property
    def _running_file(self) -> Path:
        return self._folder / "running.json"

    def _write_configuration(self) -> None:
        try:
            write_configuration(
                self._configuration_file,
                node=self._node,
                host=HOST,
                port=self._port or 0,
                store=self._store,
                passwords=self._passwords,
                log_file=self._log_file,
            )
        except (ConfigurationRefused, ServerMissing) as error:
            raise ServerFailed(str(error)) from error

    def _spawn(self) -> None:
        # PDEATHSIG fires when the THREAD that forked ends, not the process: from a
        # worker thread the server would die as soon as that thread did.
        if threading.current_thread() is not threading.main_thread():
            raise ServerFailed("start the embedded server from the main thread")
        self._process = subprocess.Popen(
            [server_binary(), "-c", str(self._configuration_file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_die_with(os.getpid()),
            # A group of its own: Ctrl-C is for the node, which stops the bus last.
            process_group=0,
        )
        running = _Running(server=self._process.pid, parent=os.getpid())
        write_private(self._running_file, msgspec.json.encode(running))

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if not self.alive:
                raise ServerFailed(f"nats-server ended at its start:\n{self._tail()}")
            if self._greets():
                return
            time.sleep(0.02)
        raise ServerFailed(
            f"nats-server is not ready after {READY_SECONDS:.0f} s:\n{self._tail()}"
        )

    def _greets(self) -> bool:
        """Tell whether it is our server that answers on the port."""
        try:
            with socket.create_connection((HOST, self._port or 0), timeout=1) as door:
                greeting = door.recv(4096)
        except OSError:
            return False
        return f'"server_name":"{server_name(self._node)}"'.encode() in greeting

    def _tail(self) -> str:
        if not self._log_file.exists():
            return "(no log)"
        return "\n".join(self._log_file.read_text(errors="replace").splitlines()[-10:])

    def _end_orphan(self) -> None:
        """End a server that outlived its node: two on one store would spoil it."""
        try:
            content = self._running_file.read_bytes()
        except FileNotFoundError:
            return
        running = msgspec.json.decode(content, type=_Running)
        if not _serves(running.server, self._configuration_file):
            return
        if _parent_of(running.server) == running.parent:
            raise ServerFailed(f"process {running.parent} runs a node on this folder")
        log.warning("nats_orphan_ended", pid=running.server)
        os.kill(running.server, signal.SIGKILL)
        deadline = time.monotonic() + STOP_SECONDS
        while _serves(running.server, self._configuration_file):
            if time.monotonic() > deadline:
                raise ServerFailed(f"orphaned nats-server {running.server} stays")
            time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _die_with(parent: int) -> Callable[[], None]:
    library = ctypes.CDLL(None)  # loaded before the fork: afterwards it may deadlock

    def prepare() -> None:
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return prepare


def _serves(pid: int, configuration: Path) -> bool:
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return str(configuration).encode() in arguments  # empty for a zombie


def _parent_of(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(status.rpartition(")")[2].split()[1])
