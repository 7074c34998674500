"""A served node does what its OpenAPI says, whatever schemathesis sends."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.told_node import ToldNode, told_node

HOOKS = "tests.acceptance.openapi_hooks"
ROOT = Path(__file__).parent.parent.parent
A_COMMAND_OF_EACH_SHAPE = (
    "document.create|meeting.close-vote|organisation.record-governing-decision"
)
QUERIES = r"^/(v1/(?!commands/|projections/)|health|schema|\.well-known)"
PROJECTIONS = "^/v1/projections"
COMMANDS = f"^/v1/commands/({A_COMMAND_OF_EACH_SHAPE})$"

RULES_MAY_REFUSE = ("--exclude-checks", "positive_data_acceptance")
"""A command that fits its schema is refused by rules, under 422 as well."""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldNode]:
    with told_node(tmp_path_factory.mktemp("told")) as one:
        yield one


def held(node: ToldNode, folder: Path, role: str, *words: str) -> None:
    """Have schemathesis hold the node against its description; all checks."""
    known: dict[str, list[object]] = {
        "bin": [node.bin],
        "org": [node.bin],
        "document_id": [node.approved, node.in_review],
        "ref": [node.remarks],
        "body": [node.body],
        "awaits": [node.body],
        "name": ["approval_status", "org_directory"],
        "capacity": [node.capacities[role]],
        "code": ["R19-APPROVER"],
        # What the views do not show is waited for, 5 s each time.
        "after": [1] * 9,
    }
    done = subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis",
            "run",
            f"{node.url}/schema/openapi.json",
            *("--header", f"Authorization: Bearer {node.tokens[role]}"),
            *("--generation-database", "none"),
            # One worker: ast.parse of Python 3.11 fails in threads now and then.
            *("--seed", "583", "--workers", "1", "--continue-on-failure"),
            *("--warnings", "off", "--no-color", "--request-timeout", "30"),
            *words,
        ],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": HOOKS,
            "ADISTEME_KNOWN": json.dumps(known),
        },
        capture_output=True,
        text=True,
        timeout=1_500,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-20_000:]}\n{done.stderr[-5_000:]}"
    assert "No test cases were generated" not in done.stdout


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("head", ("--include-path-regex", QUERIES)),
        ("head", ("--include-path-regex", COMMANDS, *RULES_MAY_REFUSE)),
        ("auditor", ("--include-path-regex", QUERIES)),
        ("registrar", ("--include-path-regex", PROJECTIONS)),
    ],
    ids=["queries", "commands", "queries of all", "projections"],
)
def test_every_corner_of_what_is_described_is_answered_as_described(
    node: ToldNode, tmp_path: Path, role: str, words: tuple[str, ...]
) -> None:
    held(node, tmp_path, role, "--phases", "coverage", *words)


def test_every_operation_answers_what_is_made_up_as_described(
    node: ToldNode, tmp_path: Path
) -> None:
    phases = ("--phases", "examples,fuzzing,stateful", "--max-examples", "2")
    held(node, tmp_path, "registrar", *phases, *RULES_MAY_REFUSE)


@pytest.mark.faults
@pytest.mark.parametrize("role", ["head", "registrar", "auditor", "stranger"])
def test_every_corner_at_length(node: ToldNode, tmp_path: Path, role: str) -> None:
    phases = ("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "10")
    held(node, tmp_path, role, *phases, *RULES_MAY_REFUSE)
