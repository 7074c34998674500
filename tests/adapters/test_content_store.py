"""Texts and files: who may have them, and what erasing leaves behind."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any  # rows of any table

import psycopg
import pytest

from adapters.envelope import StoreUnavailable
from adapters.persistence import sealed_content
from adapters.persistence.content_store import SqliteContentStore
from adapters.persistence.content_store_postgres import PostgresContentStore
from adapters.persistence.postgres_database import PostgresDatabase
from adapters.persistence.sealed_content import (
    Content,
    ContentTooLarge,
    ContentUnreadable,
)
from domain.identifiers import ContentRef
from tests.adapters.decisions import COLLEGE, UNIVERSITY

ContentStore = SqliteContentStore | PostgresContentStore
OpenStore = Callable[[bytes], ContentStore]
ByHand = Callable[[str], list[tuple[Any, ...]]]  # rows of any table

KEY = bytes(range(32))
REMARK = "The plan of practical classes lacks the hours of the second semester."
SYLLABUS = b"%PDF-1.7 syllabus of methods of teaching " * 50
PDF = "application/pdf"


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A file, or the address of a database."""
    if request.param == "sqlite":
        return tmp_path / "content.sqlite"
    address: str = request.getfixturevalue("postgres_address")
    return address


@pytest.fixture
def open_store(place: Path | str) -> OpenStore:
    """Opens the same store every time it is called, under a key."""

    def open_another(key: bytes) -> ContentStore:
        if isinstance(place, Path):
            return SqliteContentStore(place, key)
        return PostgresContentStore(PostgresDatabase(place), key)

    return open_another


@pytest.fixture
def store(open_store: OpenStore) -> Iterator[ContentStore]:
    with closing(open_store(KEY)) as store:
        yield store


@pytest.fixture
def by_hand(place: Path | str) -> ByHand:
    """Runs a statement past the store, and returns its rows."""

    def run(statement: str) -> list[tuple[Any, ...]]:  # rows of any table
        if isinstance(place, Path):
            with closing(sqlite3.connect(place)) as file, file:
                return file.execute(statement).fetchall()
        with psycopg.connect(place, options="-c search_path=adisteme") as other:
            return other.execute(statement.encode()).fetchall()

    return run


def test_a_text_comes_back_to_its_owner_alone(store: ContentStore) -> None:
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
    store: ContentStore,
) -> None:
    refs = {store.put_text(UNIVERSITY, REMARK, "remark") for _ in range(2)}

    assert len(refs) == 2
    assert f"salted:{sha256(REMARK.encode()).hexdigest()}" not in refs


def test_a_text_of_the_kind_file_is_still_a_text(store: ContentStore) -> None:
    kept = store.get(store.put_text(UNIVERSITY, REMARK, "file"), UNIVERSITY)
    assert kept is not None
    assert kept.body == REMARK.encode()


def test_a_file_is_named_by_its_hash_and_kept_once(
    store: ContentStore, by_hand: ByHand
) -> None:
    refs = {store.put_file(UNIVERSITY, PDF, SYLLABUS) for _ in range(2)}

    assert refs == {f"sha256:{sha256(SYLLABUS).hexdigest()}"}
    assert by_hand("SELECT count(*) FROM content") == [(1,)]


def test_each_of_two_owners_keeps_its_own_right_to_a_file(
    store: ContentStore,
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
    store: ContentStore, by_hand: ByHand
) -> None:
    ref = store.put_text(UNIVERSITY, REMARK, "remark")
    store.erase(ref)

    erased = store.get(ref, UNIVERSITY)
    assert erased is not None
    assert (erased.is_erased, erased.body, erased.kind) == (True, b"", "remark")
    assert store.owners_of(ref) == (UNIVERSITY,)
    assert by_hand("SELECT wrapped_key, body FROM content") == [(None, None)]


def test_an_erased_file_can_be_stored_anew(store: ContentStore) -> None:
    ref = store.put_file(UNIVERSITY, PDF, SYLLABUS)
    store.erase(ref)
    store.put_file(UNIVERSITY, PDF, SYLLABUS)

    kept = store.get(ref, UNIVERSITY)
    assert kept is not None
    assert kept.body == SYLLABUS


def test_another_key_reads_nothing(store: ContentStore, open_store: OpenStore) -> None:
    ref = store.put_text(UNIVERSITY, REMARK, "remark")

    with (
        closing(open_store(KEY[::-1])) as stranger,
        pytest.raises(ContentUnreadable),
    ):
        stranger.get(ref, UNIVERSITY)


def test_content_moved_to_another_owner_by_hand_is_unreadable(
    store: ContentStore, by_hand: ByHand
) -> None:
    ref = store.put_text(UNIVERSITY, REMARK, "remark")
    by_hand(f"UPDATE content SET owner = '{COLLEGE}' RETURNING owner")

    with pytest.raises(ContentUnreadable):
        store.get(ref, COLLEGE)


def test_too_large_a_file_is_refused_with_its_size(
    store: ContentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed_content, "LARGEST_CONTENT", len(SYLLABUS))
    store.put_file(UNIVERSITY, PDF, SYLLABUS)

    with pytest.raises(ContentTooLarge, match=f"{len(SYLLABUS) + 1} of"):
        store.put_file(UNIVERSITY, PDF, SYLLABUS + b"!")


def test_what_was_never_stored_is_unknown(store: ContentStore) -> None:
    ref = ContentRef("sha256:" + "0" * 64)

    store.erase(ref)
    assert store.get(ref, UNIVERSITY) is None
    assert store.owners_of(ref) == ()


def test_a_short_key_is_refused(open_store: OpenStore) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        open_store(b"short")


def test_a_closed_store_is_unavailable(store: ContentStore) -> None:
    store.close()
    with pytest.raises(StoreUnavailable):
        store.put_text(UNIVERSITY, REMARK, "remark")
