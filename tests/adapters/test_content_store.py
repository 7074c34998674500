"""Texts and files: who may have them, and what erasing leaves behind."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from adapters.envelope import StoreUnavailable
from adapters.persistence import content_store
from adapters.persistence.content_store import (
    Content,
    ContentTooLarge,
    ContentUnreadable,
    SqliteContentStore,
)
from domain.identifiers import ContentRef
from tests.adapters.decisions import COLLEGE, UNIVERSITY

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


def test_a_text_comes_back_to_its_owner_alone(store: SqliteContentStore) -> None:
    ref = store.put_text(UNIVERSITY, REMARK, "remark")

    assert store.get(ref, UNIVERSITY) == Content(
        ref=ref,
        owner=UNIVERSITY,
        kind="remark",
        media_type="text/plain;charset=utf-8",
        body=REMARK.encode(),
        is_erased=False,
    )
    assert store.get(ref, COLLEGE) is None
    assert store.owners_of(ref) == (UNIVERSITY,)


def test_the_same_text_twice_cannot_be_told_by_its_hash(
    store: SqliteContentStore,
) -> None:
    refs = {store.put_text(UNIVERSITY, REMARK, "remark") for _ in range(2)}

    assert len(refs) == 2
    assert f"salted:{sha256(REMARK.encode()).hexdigest()}" not in refs


def test_a_text_of_the_kind_file_is_still_a_text(store: SqliteContentStore) -> None:
    kept = store.get(store.put_text(UNIVERSITY, REMARK, "file"), UNIVERSITY)
    assert kept is not None
    assert kept.body == REMARK.encode()


def test_a_file_is_named_by_its_hash_and_kept_once(
    store: SqliteContentStore, path: Path
) -> None:
    refs = {store.put_file(UNIVERSITY, PDF, SYLLABUS) for _ in range(2)}

    assert refs == {f"sha256:{sha256(SYLLABUS).hexdigest()}"}
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM content").fetchone() == (1,)


def test_each_of_two_owners_keeps_its_own_right_to_a_file(
    store: SqliteContentStore,
) -> None:
    ref = store.put_file(UNIVERSITY, PDF, SYLLABUS)
    assert store.put_file(COLLEGE, PDF, SYLLABUS) == ref
    assert store.owners_of(ref) == (UNIVERSITY, COLLEGE)

    store.erase(ref, UNIVERSITY)

    erased, kept = store.get(ref, UNIVERSITY), store.get(ref, COLLEGE)
    assert erased is not None
    assert erased.is_erased
    assert kept is not None
    assert kept.body == SYLLABUS


def test_erased_content_is_known_and_unreadable(
    store: SqliteContentStore, path: Path
) -> None:
    ref = store.put_text(UNIVERSITY, REMARK, "remark")
    with closing(sqlite3.connect(path)) as other:
        row = other.execute("SELECT wrapped_key, body FROM content").fetchone()
    assert all(part in bytes_on_disk(path) for part in row)

    store.erase(ref)

    erased = store.get(ref, UNIVERSITY)
    assert erased is not None
    assert (erased.is_erased, erased.body, erased.kind) == (True, b"", "remark")
    assert store.owners_of(ref) == (UNIVERSITY,)
    # Neither the pages nor the journal hold the key or the body any longer.
    assert not any(part in bytes_on_disk(path) for part in row)


def test_an_erased_file_can_be_stored_anew(store: SqliteContentStore) -> None:
    ref = store.put_file(UNIVERSITY, PDF, SYLLABUS)
    store.erase(ref)
    store.put_file(UNIVERSITY, PDF, SYLLABUS)

    kept = store.get(ref, UNIVERSITY)
    assert kept is not None
    assert kept.body == SYLLABUS


def test_nothing_of_the_plain_content_is_on_the_disk(
    store: SqliteContentStore, path: Path
) -> None:
    store.put_text(UNIVERSITY, REMARK, "remark")
    store.put_file(UNIVERSITY, PDF, SYLLABUS)

    on_disk = bytes_on_disk(path)
    assert REMARK[:16].encode() not in on_disk
    assert SYLLABUS[:16] not in on_disk


def test_another_key_reads_nothing(store: SqliteContentStore, path: Path) -> None:
    ref = store.put_text(UNIVERSITY, REMARK, "remark")

    with (
        closing(SqliteContentStore(path, KEY[::-1])) as stranger,
        pytest.raises(ContentUnreadable),
    ):
        stranger.get(ref, UNIVERSITY)


def test_content_moved_to_another_owner_by_hand_is_unreadable(
    store: SqliteContentStore, path: Path
) -> None:
    ref = store.put_text(UNIVERSITY, REMARK, "remark")
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE content SET owner = ?", (COLLEGE,))

    with pytest.raises(ContentUnreadable):
        store.get(ref, COLLEGE)


def test_too_large_a_file_is_refused_with_its_size(
    store: SqliteContentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_store, "LARGEST_CONTENT", len(SYLLABUS))
    store.put_file(UNIVERSITY, PDF, SYLLABUS)

    with pytest.raises(ContentTooLarge, match=f"{len(SYLLABUS) + 1} of"):
        store.put_file(UNIVERSITY, PDF, SYLLABUS + b"!")


def test_what_was_never_stored_is_unknown(store: SqliteContentStore) -> None:
    ref = ContentRef("sha256:" + "0" * 64)

    store.erase(ref)
    assert store.get(ref, UNIVERSITY) is None
    assert store.owners_of(ref) == ()


def test_a_short_key_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SqliteContentStore(path, b"short")


def test_a_closed_store_is_unavailable(store: SqliteContentStore) -> None:
    store.close()
    with pytest.raises(StoreUnavailable):
        store.put_text(UNIVERSITY, REMARK, "remark")
