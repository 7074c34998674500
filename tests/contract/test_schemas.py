"""The printed schemas fit all that was ever written, and nothing that is broken."""

import copy
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from adapters.contract import ATTRIBUTES
from adapters.event_examples import golden_records
from adapters.message_schemas import (
    ASKED,
    ASKED_EXAMPLES,
    ENVELOPE,
    command_schemas,
    event_schemas,
)
from domain.messages import EVENTS
from tests.contract.__main__ import golden_lines

EVENT_SCHEMAS = event_schemas()
COMMAND_SCHEMAS = command_schemas()
RECORDS = [msgspec.json.decode(line) for line in golden_lines()] + [
    msgspec.json.decode(record) for record in golden_records().values()
]


def validator(whole: Any, name: str = "") -> Draft202012Validator:  # JSON Schema
    schema = (
        {"$ref": f"#/$defs/{name}", "$defs": whole["$defs"]} if name else dict(whole)
    )
    return Draft202012Validator(schema, format_checker=FormatChecker())


def tag_of(record: Any) -> str:  # a CloudEvent
    return str(record["type"]).removeprefix("kz.adisteme.")


@pytest.mark.parametrize("document", [EVENT_SCHEMAS, COMMAND_SCHEMAS], ids=["e", "c"])
def test_the_document_is_json_schema_and_its_references_lead_somewhere(
    document: Any,
) -> None:
    Draft202012Validator.check_schema(document)
    assert document["$schema"].endswith("2020-12/schema")
    text = msgspec.json.encode(document).decode()
    for reference in set(text.split('"$ref":"#/$defs/')[1:]):
        assert reference.partition('"')[0] in document["$defs"]


@pytest.mark.parametrize("record", RECORDS, ids=tag_of)
def test_a_golden_record_fits_the_schema_of_its_tag_and_no_other(record: Any) -> None:
    validator(EVENT_SCHEMAS, tag_of(record)).validate(record)
    whole = best_match(validator(EVENT_SCHEMAS).iter_errors(record))
    assert whole is None, whole


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("specversion", "0.3"),
        ("time", "yesterday"),
        ("sequence", 0),
        ("sequence", "1"),
        ("scope", "all"),
        ("kato", "75"),
        ("level", "HE"),
        ("type", "kz.adisteme.unknown.v1"),
        ("data", []),
    ],
)
def test_a_record_with_a_broken_attribute_fits_nothing(name: str, value: Any) -> None:
    for record in RECORDS[:10]:
        broken = {**record, name: value}
        assert not validator(EVENT_SCHEMAS).is_valid(broken)


def test_a_record_without_a_required_attribute_or_field_fits_nothing() -> None:
    for tag, payload in golden_records().items():
        record = msgspec.json.decode(payload)
        for name in EVENT_SCHEMAS["$defs"][ENVELOPE]["required"]:
            broken = {key: value for key, value in record.items() if key != name}
            assert not validator(EVENT_SCHEMAS, tag).is_valid(broken), name
        required = [f for f in msgspec.structs.fields(EVENTS[tag]) if f.required]
        for field in required:
            broken = copy.deepcopy(record)
            del broken["data"][field.name]
            assert not validator(EVENT_SCHEMAS, tag).is_valid(broken), field.name


def test_the_attributes_stand_in_their_order_and_are_explained() -> None:
    envelope = EVENT_SCHEMAS["$defs"][ENVELOPE]
    assert list(envelope["properties"]) == list(ATTRIBUTES)
    assert all(one["description"] for one in envelope["properties"].values())


@pytest.mark.parametrize("tag", ASKED)
def test_an_example_fits_the_schema_of_its_command_and_an_unknown_field_does_not(
    tag: str,
) -> None:
    checked = validator(COMMAND_SCHEMAS, tag)
    checked.validate(ASKED_EXAMPLES[tag])
    assert not checked.is_valid({**ASKED_EXAMPLES[tag], "colour": "red"})
    assert not checked.is_valid({**ASKED_EXAMPLES[tag], "command_id": "1"})
    assert COMMAND_SCHEMAS["$defs"][tag]["examples"] == [ASKED_EXAMPLES[tag]]
