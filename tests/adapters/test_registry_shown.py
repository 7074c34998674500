"""What a node shows of renamed organisations and of history carried over."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any  # the fields of a command, JSON-shaped

import pytest

from adapters.envelope import open_record, subject_of
from adapters.viewing import Viewer
from domain.dates import local_day
from tests.adapters.node_at_work import AWAY, HOME, Told, at_work

STRANGER = Viewer(AWAY.bin)
ACT = {"number": "77", "date": "2020-06-30", "file_hash": "5f" * 32}


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    with at_work(tmp_path) as story:
        yield story


def carry_over(told: Told, **fields: Any) -> str:
    """A lesson plan of 2020 that the head proposes and the registrar confirms."""
    document = told.teller.new_id()
    of_it = {"bin": HOME.bin, "carry_over_id": told.teller.new_id()}
    old = {
        "document_id": document,
        "kind": "LESSON_PLAN",
        "level": HOME.levels[0],
        "titles": {"ru": "Поурочный план прошлых лет"},
        "variants": [
            {"language": "ru", "media_type": "application/pdf", "sha256": "ab" * 32}
        ],
        "approver_role": "DEPUTY_HEAD_EM",
        "valid_from": "2020-09-01",
        **fields,
    }
    head, registrar = told.house.head, told.registrar
    told.teller.give(
        head, "carry-over.propose-document", **of_it, act=ACT, document=old
    )
    told.teller.give(registrar, "carry-over.confirm", **of_it)
    told.node.show()
    return document


def test_a_stranger_sees_what_was_carried_over_and_that_it_was(told: Told) -> None:
    document = carry_over(told)
    shown = told.node.queries.document(STRANGER, document)
    assert (shown.state, shown.carried_over) == ("APPROVED", True)
    assert (shown.approval_act_no, shown.approved_by_role) == ("77", "DEPUTY_HEAD_EM")
    assert shown.approved_at is not None
    assert local_day(shown.approved_at).isoformat() == ACT["date"]
    assert not told.node.queries.document(STRANGER, told.approved).carried_over


def test_a_move_changes_the_subjects_that_follow_and_none_before(told: Told) -> None:
    before = told.node.store.position()
    records = [record for _, record in told.node.store.records(0, before)]
    today = local_day(told.node.now)
    act = {"bin": HOME.bin, "act_no": "1", "valid_from": today.isoformat()}
    old = told.node.queries.organisation(HOME.bin)
    kato = "711210000" if not old.kato.startswith("71") else "751310000"
    names = {"ru": "Колледж имени Сатпаева"}
    told.teller.give(told.registrar, "organisation.rename", **act, names=names)
    told.teller.give(told.registrar, "organisation.move", **act, kato=kato)
    carry_over(told)
    again = [record for _, record in told.node.store.records(0, before)]
    assert again == records
    later = [
        open_record(record) for _, record in told.node.store.records(before, 9_999)
    ]
    katos = [record.kato for record in later if record.owner == HOME.bin]
    assert katos == [old.kato, *[kato] * (len(katos) - 1)]
    assert subject_of(later[-1]).split(".")[3] == kato[:2]
    row = told.node.queries.organisation(HOME.bin)
    assert (row.name_ru, row.kato) == (names["ru"], kato)
    (former,) = row.former_names
    assert (former.name_ru, former.name_kk) == (old.name_ru, old.name_kk)
    assert former.valid_to in (today, today - timedelta(days=1))
