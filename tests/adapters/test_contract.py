"""The contract page is true: what it shows fits the code, and what it says works."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from adapters import contract
from adapters.command_examples import EXAMPLES
from adapters.contract_page import READER, page
from adapters.envelope import CloudEvent, open_record, recorded, subject_of
from adapters.event_examples import golden_records
from domain.messages import COMMANDS, EVENTS, SCOPES, decode, encode
from domain.regulation.pack import rule_pack
from tests.acceptance.served_node import ServedNode

WHOLE: dict[str, Any] = json.loads(contract.as_json())


def test_every_type_of_event_has_a_golden_record() -> None:
    assert list(golden_records()) == list(EVENTS)


@pytest.mark.parametrize("tag", EVENTS)
def test_a_golden_record_is_what_the_store_would_seal(tag: str) -> None:
    payload = golden_records()[tag]
    record = open_record(payload)
    assert record.tag == tag and record.scope == SCOPES[EVENTS[tag]]
    assert encode(decode(tag, record.data)) == bytes(record.data)
    assert recorded(payload).position == record.sequence
    assert subject_of(record).startswith(f"adisteme.ev.{record.scope}.")


@pytest.mark.parametrize("tag", EVENTS)
def test_a_golden_record_fits_the_schema_that_the_contract_prints(tag: str) -> None:
    told = WHOLE["event"]["types"][tag]
    validator = Draft202012Validator(told["schema"], format_checker=FormatChecker())
    validator.validate(told["example"]["data"])


def test_every_attribute_is_explained_in_its_order() -> None:
    fields = list(CloudEvent.__struct_fields__)
    assert list(WHOLE["event"]["attributes"]) == fields
    text = page()
    assert all(f"- `{name}`: " in text for name in fields)


def test_the_page_names_every_command_event_and_role() -> None:
    text = page()
    for tag in (*COMMANDS, *EVENTS):
        assert re.search(rf"^### {re.escape(tag)}( |$)", text, re.MULTILINE), tag
    for roles in rule_pack().roles.values():
        assert all(f"`{role}`" in text for role in roles)


def run_reader(
    path: Path, address: str, subject: str, wanted: int
) -> list[tuple[str, ...]]:
    """The page's own subscriber in a process of its own, until it has seen enough."""
    path.write_text(READER)
    process = subprocess.Popen(
        [sys.executable, str(path), address, "ADISTEME_LOCAL", subject],
        cwd=path.parent,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(wanted)]
    finally:
        process.kill()
        process.wait()
    return [tuple(line.split()) for line in lines]


def address_of(data: Path, identity: str) -> str:
    """Where the page says that the address and the passwords stand."""
    port = json.loads((data / "nats" / "nats.conf").read_text())["port"]
    password = json.loads((data / "nats" / "identities.json").read_text())[identity]
    return f"nats://{identity}:{password}@127.0.0.1:{port}"


def test_a_stranger_with_the_page_alone_commands_reads_and_subscribes(
    tmp_path: Path,
) -> None:
    node = ServedNode(tmp_path / "data")
    url = node.start().url
    try:
        token, capacity = node.token()
        body = {**EXAMPLES["organisation.register"], "capacity": capacity}
        del body["occurred_at"]
        with httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}
        ) as client:
            answer = client.post("/v1/commands/organisation.register", json=body)
            assert answer.status_code == WHOLE["success"]["status"], answer.text
            assert set(answer.json()) == set(WHOLE["success"]["body"])
            refused = client.post("/v1/commands/organisation.register", json={})
            examples = WHOLE["refusal"]["examples"]
            assert set(refused.json()) == set(examples[0])
            assert refused.headers["content-type"] == WHOLE["refusal"]["media_type"]
            text = WHOLE["content"]["put_text"]
            kept = client.post("/v1/content", json=text["body"])
            assert kept.status_code == text["status"]
            assert set(kept.json()) == set(text["answer"])
            fetched = client.get(f"/v1/content/{kept.json()['ref']}")
            assert fetched.text == text["body"]["text"]
            for query in WHOLE["queries"]:
                method, path = query.split()
                names = dict.fromkeys(("document_id", "bin", "rule"), "x")
                found = client.request(method, path.format(**names))
                expected = 404 if "{" in path else 200
                if path == "/v1/audit/summary":
                    expected = 403  # a REGISTRAR audits nothing
                assert found.status_code == expected, path
        auditor = address_of(node.data, "auditor")
        everything = run_reader(tmp_path / "r.py", auditor, "adisteme.ev.>", 3)
        assert [line[1] for line in everything] == [
            "kz.adisteme.node.operator-granted.v1",
            "kz.adisteme.node.operator-granted.v1",
            "kz.adisteme.organisation.registered.v1",
        ]
        guest = address_of(node.data, "guest")
        public = run_reader(tmp_path / "r.py", guest, "adisteme.ev.pub.>", 1)
        assert public == everything[2:3]
    finally:
        node.stop()
