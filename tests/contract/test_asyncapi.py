"""The AsyncAPI document: valid for the parser of AsyncAPI's own project, and true."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from adapters.asyncapi import asyncapi_document
from adapters.envelope import open_record, subject_of
from adapters.message_schemas import ASKED
from domain.messages import BATCHES, EVENTS
from domain.regulation.pack import rule_pack
from tests.contract.__main__ import golden_lines

PARSER = Path(__file__).parent / "asyncapi_parser" / "parse.cjs"
ENVIRONMENT = Path(sys.prefix)
ERROR = 0
DOCUMENT = json.loads(json.dumps(asyncapi_document(rule_pack())))


def parsed(document: Any) -> Any:  # a JSON object: operations, diagnostics
    done = subprocess.run(
        [ENVIRONMENT / "bin" / "node", PARSER],
        input=json.dumps(document).encode(),
        env={
            "PATH": os.environ["PATH"],
            "NODE_PATH": str(ENVIRONMENT / "node" / "node_modules"),
        },
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def errors_of(document: Any) -> list[str]:
    return [
        f"{one['path']}: {one['message']}"
        for one in parsed(document)["diagnostics"]
        if one["severity"] == ERROR
    ]


def test_the_parser_of_asyncapi_finds_no_fault() -> None:
    told = parsed(DOCUMENT)
    assert told["operations"] == len(ASKED) + len(EVENTS)
    # What stands for 3.0.0 is as it was when 3.1.0 came out.
    advice = {one["code"] for one in told["diagnostics"]}
    assert advice <= {"asyncapi-latest-version"}, told["diagnostics"]


@pytest.mark.parametrize(
    "breaks",
    [
        lambda whole: whole.pop("info"),
        lambda whole: whole["channels"]["document.submit"].pop("messages"),
        lambda whole: whole["channels"]["document.submit"]["parameters"].pop("org"),
        lambda whole: whole["operations"]["document.submit"].update(action="answer"),
        lambda whole: whole["components"]["schemas"]["document.submit"].update(type=1),
    ],
    ids=["info", "messages", "parameter", "action", "schema"],
)
def test_the_parser_finds_what_is_broken(breaks: Any) -> None:  # changes the document
    broken = copy.deepcopy(DOCUMENT)
    breaks(broken)
    assert errors_of(broken)


def test_every_subject_that_was_ever_used_is_an_address_of_its_tag() -> None:
    for line in golden_lines():
        record = open_record(line)
        address = DOCUMENT["channels"][record.tag]["address"].split(".")
        tokens = subject_of(record).split(".")
        assert len(address) == len(tokens)
        for part, token in zip(address, tokens, strict=True):
            assert part == token or part[:1] + part[-1:] == "{}"


def fits(name: str, value: Any) -> bool:
    """Whether a value is the payload of a message."""
    payload = DOCUMENT["components"]["messages"][name]["payload"]
    whole = {**payload, "components": DOCUMENT["components"]}
    return Draft7Validator(whole, format_checker=FormatChecker()).is_valid(value)


def test_every_golden_record_fits_the_payload_of_its_message() -> None:
    for line in golden_lines():
        tag, record = open_record(line).tag, json.loads(line)
        assert fits(tag, record), tag
        assert not fits(tag, {**record, "sequence": 0})


def test_every_example_is_what_its_message_says() -> None:
    for name, message in DOCUMENT["components"]["messages"].items():
        for example in message["examples"]:
            assert fits(name, example["payload"]), name
            if "headers" in example:
                Draft7Validator(message["headers"]).validate(example["headers"])
    assert not fits("document.submit", {})


def test_commands_are_received_and_answered_and_events_sent() -> None:
    for tag in ASKED:
        success = "outcomes" if tag in BATCHES else "acceptance"
        operation = DOCUMENT["operations"][tag]
        assert operation["action"] == "receive" and operation["summary"]
        assert [one["$ref"] for one in operation["reply"]["messages"]] == [
            f"#/channels/replies/messages/{success}",
            "#/channels/replies/messages/refusal",
        ]
        assert DOCUMENT["channels"][tag]["address"] == f"adisteme.cmd.{{org}}.{tag}"
    for tag in EVENTS:
        assert DOCUMENT["operations"][tag]["action"] == "send"
