"""What the file of an SQLite content store holds, and what it no longer holds."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.persistence.content_store import SqliteContentStore
from tests.adapters.decisions import UNIVERSITY

KEY = bytes(range(32))
REMARK = "The plan of practical classes lacks the hours of the second semester."
SYLLABUS = b"%PDF-1.7 syllabus of methods of teaching " * 50
PDF = "application/pdf"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "content.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteContentStore]:
    store = SqliteContentStore(path, KEY)
    yield store
    store.close()


def bytes_on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_nothing_of_what_was_erased_is_on_the_disk(
    store: SqliteContentStore, path: Path
) -> None:
    ref = store.put_text(UNIVERSITY, REMARK, "remark")
    with closing(sqlite3.connect(path)) as other:
        row = other.execute("SELECT wrapped_key, body FROM content").fetchone()
    assert all(part in bytes_on_disk(path) for part in row)

    store.erase(ref)

    # Neither the pages nor the journal hold the key or the body any longer.
    assert not any(part in bytes_on_disk(path) for part in row)


def test_nothing_of_the_plain_content_is_on_the_disk(
    store: SqliteContentStore, path: Path
) -> None:
    store.put_text(UNIVERSITY, REMARK, "remark")
    store.put_file(UNIVERSITY, PDF, SYLLABUS)

    on_disk = bytes_on_disk(path)
    assert REMARK[:16].encode() not in on_disk
    assert SYLLABUS[:16] not in on_disk
