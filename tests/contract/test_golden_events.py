"""What was once written is read for ever, and written the same way."""

from pathlib import Path

import msgspec
import pytest

from adapters.contract import ATTRIBUTES
from adapters.envelope import open_record, subject_of
from domain.messages import EVENTS, SCOPES, decode, encode
from tests.contract.__main__ import golden_lines
from tests.contract.saga_log import saga_log
from tests.domain.saga import UNTOLD

LINES = golden_lines()
TAGS = [open_record(line).tag for line in LINES]


def test_every_event_has_a_golden_line_and_no_line_is_of_an_unknown_one() -> None:
    assert set(TAGS) == set(EVENTS), "run: python -m tests.contract"


@pytest.mark.parametrize("line", LINES, ids=TAGS)
def test_a_golden_line_is_read_and_written_byte_for_byte(line: bytes) -> None:
    record = open_record(line)
    event = decode(record.tag, record.data)
    assert encode(event) == bytes(record.data)
    assert msgspec.json.encode(record) == line
    assert record.scope == SCOPES[type(event)]
    assert record.dataschema == f"urn:adisteme:event:{record.tag}"


@pytest.mark.parametrize("line", LINES, ids=TAGS)
def test_a_golden_line_has_the_attributes_of_the_contract_in_their_order(
    line: bytes,
) -> None:
    given = list(msgspec.json.decode(line))
    assert given == [name for name in ATTRIBUTES if name in given]
    optional = {"causationid", "rule", "traceparent"}
    assert set(ATTRIBUTES) - set(given) <= optional


@pytest.mark.parametrize("line", LINES, ids=TAGS)
def test_a_subject_has_all_its_tokens(line: bytes) -> None:
    record = open_record(line)
    tokens = subject_of(record).split(".")
    assert tokens[:3] == ["adisteme", "ev", record.scope]
    assert tokens[3] == record.kato[:2]
    assert tokens[4].startswith(record.kato[:2]) and len(tokens[4]) == 4
    assert tokens[5:] == [
        record.level,
        record.owner,
        *record.tag.split(".")[:2],
    ]


def test_no_golden_line_names_a_person_or_holds_free_text() -> None:
    """Persons are random ids; remarks, reasons and minutes are references."""
    for line in LINES:
        data = msgspec.json.decode(open_record(line).data)
        for name, value in data.items():
            if name.endswith("_ref") and value is not None:
                assert value.startswith(("salted:", "sha256:"))
            assert name not in ("remarks", "reason", "reasons", "minutes", "iin")


def test_the_story_told_to_a_real_bus_leaves_the_events_of_the_story(
    tmp_path: Path,
) -> None:
    log = [open_record(record) for record in saga_log(tmp_path)]
    assert {record.tag for record in log} == set(EVENTS) - UNTOLD
    assert [record.sequence for record in log] == list(range(1, len(log) + 1))
