"""The folder that holds a node's data: one process at a time, and whose it is."""

import fcntl
import os
import shutil
import time
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

DEMO_MARK = ".adisteme-demo"
PATIENCE = 0.3
"""Seconds after which a folder that is taken is somebody's."""


class FolderInUse(Exception):
    """Another process runs a node on this folder."""


class FolderNotOurs(Exception):
    """The demo would have to wipe a folder that it did not make."""


class RunningNode(Struct, frozen=True):
    """Where the node that holds the folder answers."""

    pid: int
    url: str


class DataFolder:
    """Holds the folder's lock for as long as the node runs.

    SQLite serves one process; the lock is the kernel's, so a killed node leaves none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock: IO[bytes] | None = None

    def make(self) -> None:
        """Have the folder, without taking it: beside another process."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def take(self) -> None:
        """Take the folder, or FolderInUse."""
        self.make()
        lock = (self.path / "node.lock").open("ab")
        if not _locked(lock):
            lock.close()
            raise FolderInUse(
                f"another process runs a node on {self.path}; stop it, "
                "or set ADISTEME_DATA to another folder"
            )
        self._lock = lock

    def announce(self, url: str) -> None:
        """Let other commands find the running node."""
        note = msgspec.json.encode(RunningNode(os.getpid(), url))
        draft = self.path / ".node.json.new"
        draft.write_bytes(note)
        draft.replace(self.path / "node.json")

    def release(self) -> None:
        if self._lock is not None:
            (self.path / "node.json").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None


def running_node(path: Path) -> RunningNode | None:
    """The node that runs on a folder and answers over HTTP, if there is one."""
    note, lock = path / "node.json", path / "node.lock"
    if not note.exists() or not lock.exists():
        return None
    with lock.open("ab") as handle:
        try:
            # Shared: two who look at once must not take each other for a node.
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return msgspec.json.decode(note.read_bytes(), type=RunningNode)
    return None


def _locked(lock: IO[bytes]) -> bool:
    """Take the lock, patiently: who looks for a running node has it for a moment."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > end:
                return False
            time.sleep(0.001)
        else:
            return True


def wipe_for_demo(path: Path) -> None:
    """Make an empty folder marked as the demo's; wipe only one so marked."""
    if path.exists() and any(path.iterdir()):
        if not (path / DEMO_MARK).exists():
            raise FolderNotOurs(
                f"{path} holds data that the demo did not make; it will not be touched."
                " Set ADISTEME_DATA to another folder."
            )
        folder = DataFolder(path)
        folder.take()
        folder.release()
        shutil.rmtree(path)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    (path / DEMO_MARK).write_text("made by adisteme demo, wiped by the next one\n")
