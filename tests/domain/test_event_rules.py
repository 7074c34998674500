"""Every event cites the rule of the order that it carries out, as the pack says."""

from importlib.resources import files

import msgspec
import pytest

from adapters.envelope import open_record
from domain.messages import AGGREGATES, EVENTS, decode
from domain.regulation.pack import rule_pack
from tests.contract.__main__ import golden_lines

PACK = rule_pack()
RULES = {str(number) for number in range(1, 37)}
EXAMPLES = (files("adapters") / "event_examples.jsonl").read_bytes().splitlines()
UNDER_THEIR_KIND = ("document",)
"""Aggregates that stand under a rule of their own, whatever the event."""


@pytest.mark.parametrize("name", PACK.event_rules)
def test_a_row_of_rules_names_an_event_or_an_aggregate_and_their_fields(
    name: str,
) -> None:
    versions = [event for tag, event in EVENTS.items() if tag.startswith(f"{name}.v")]
    assert versions or name in AGGREGATES
    rows = PACK.event_rules[name]
    assert rows and {row.rule for row in rows} <= RULES
    fields = {field for event in versions for field in event.__struct_fields__}
    assert {field for row in rows for field in row.where} <= fields


@pytest.mark.parametrize("line", golden_lines(), ids=lambda line: open_record(line).tag)
def test_a_golden_event_cites_its_rule(line: bytes) -> None:
    record = open_record(line)
    if record.tag.partition(".")[0] in UNDER_THEIR_KIND:
        assert record.rule in ("18", "19", "20", "21")
    else:
        event = decode(record.tag, record.data)
        assert (record.rule or None) == PACK.rule_of_event(event)


@pytest.mark.parametrize("line", EXAMPLES, ids=lambda line: line[:40].decode())
def test_an_example_of_the_contract_cites_its_rule(line: bytes) -> None:
    example = msgspec.json.decode(line)
    tag = example["tag"]
    if tag.partition(".")[0] not in UNDER_THEIR_KIND:
        event = decode(tag, msgspec.json.encode(example["data"]))
        assert example["rule"] == PACK.rule_of_event(event)


def test_a_commission_is_formed_under_16_and_its_chair_elected_under_17() -> None:
    cited = {open_record(line).tag: open_record(line).rule for line in golden_lines()}
    assert cited["review-body.formed.v1"] == "16"
    assert cited["review-body.chair-elected.v1"] == "17"
    assert cited["council.member-elected.v1"] == "14"
    assert not cited["meeting.held.v1"]
