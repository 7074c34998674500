"""Processes to start, kill and starve of room; each is ended by its pid."""

import ctypes
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

END_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1


class Process:
    """One process of ours, to start again and again; start it from the main thread."""

    def __init__(
        self, arguments: Sequence[str], log: Path, environment: Mapping[str, str]
    ) -> None:
        self._arguments = arguments
        self._log = log
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._arguments,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_ends_with_us(),
            )

    def require_alive(self) -> None:
        """Fail, with the end of its log, where it ended by itself."""
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"{self._arguments} ended:\n{self.tail()}")

    def kill(self) -> None:
        """kill -9: no goodbye. Does nothing to one that has ended."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(END_SECONDS)

    def stop(self) -> None:
        """Let it end in an orderly way, within a bound."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(END_SECONDS)

    def tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])


def limit_files(pid: int, largest: int | None) -> None:
    """As on a full disk, let it write no file beyond `largest` bytes; None: lift it."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    soft = hard if largest is None else largest
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


def eventually(holds: Callable[[], bool], seconds: float, told: str) -> None:
    """Wait until it holds by itself, within a bound."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {told}"
        time.sleep(0.02)


def _ends_with_us() -> Callable[[], None]:
    library = ctypes.CDLL(None)  # loaded before the fork: afterwards it may deadlock
    parent = os.getpid()

    def prepare() -> None:
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return prepare
