"""One process at a time has a folder, whoever looks whether one has."""

import threading
from pathlib import Path

import pytest

from adapters.data_folder import DataFolder, FolderInUse, running_node


def test_a_folder_is_taken_and_never_thought_to_be_beside_those_who_look(
    tmp_path: Path,
) -> None:
    folder = DataFolder(tmp_path)
    folder.take()
    folder.announce("http://127.0.0.1:1")
    note = (tmp_path / "node.json").read_bytes()
    folder.release()
    (tmp_path / "node.json").write_bytes(note)  # as a killed node leaves it
    seen: list[object] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            seen.append(running_node(tmp_path))

    lookers = [threading.Thread(target=look) for _ in range(4)]
    for looker in lookers:
        looker.start()
    try:
        while len(seen) < 2000:
            stop.wait(0.001)
        assert not any(seen)
        for _ in range(100):
            taker = DataFolder(tmp_path)
            taker.take()
            assert taker._lock is not None
            taker._lock.close()
    finally:
        stop.set()
        for looker in lookers:
            looker.join()


def test_a_folder_that_is_taken_is_refused(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.take()
    with pytest.raises(FolderInUse):
        DataFolder(tmp_path).take()
    folder.release()
    DataFolder(tmp_path).take()
