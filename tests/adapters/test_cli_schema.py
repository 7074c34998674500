"""`adisteme schema`: every contract printed without a node, and at nobody's cost."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adapters.asyncapi import asyncapi_document
from adapters.http_routes.openapi import openapi_document
from adapters.message_schemas import command_schemas, event_schemas
from domain.regulation.pack import rule_pack


def adisteme(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "adapters", *words],
        env={**os.environ, "ADISTEME_DATA": str(folder / "data")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


@pytest.mark.parametrize(
    ("word", "document"),
    [
        ("events", event_schemas()),
        ("commands", command_schemas()),
        ("asyncapi", asyncapi_document(rule_pack())),
        ("openapi", openapi_document(rule_pack())),
    ],
    ids=["events", "commands", "asyncapi", "openapi"],
)
def test_a_contract_is_printed_as_json_and_no_node_is_made(
    tmp_path: Path, word: str, document: Any
) -> None:
    printed = json.loads(adisteme(tmp_path, "schema", word).stdout)
    assert printed == json.loads(json.dumps(document))
    assert not (tmp_path / "data").exists()


def test_what_only_asyncapi_needs_is_not_imported_by_others(tmp_path: Path) -> None:
    def imported(*words: str) -> set[str]:
        lines = adisteme(tmp_path, *words).stderr.splitlines()
        names = (line.rpartition("|")[2].strip() for line in lines)
        return {name.partition(".")[0] for name in names}

    slow = {"faststream", "pydantic"}
    assert slow <= imported("schema", "asyncapi")
    for words in (("--help",), ("schema", "openapi"), ("schema", "contract")):
        assert not slow & imported(*words)
