"""The OpenAPI description: valid, complete, and what the server really does."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from adapters.command_examples import EXAMPLES
from adapters.http_api import create_app
from adapters.http_routes.openapi_commands import families
from adapters.refusal_codes import refusal_codes
from domain.messages import COMMANDS
from tests.adapters.http_door import (
    PROBLEM,
    Door,
    doors_of,
    opened,
)
from tests.adapters.node_at_work import HOME
from tests.domain.test_catalogue import written_codes


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("node")) as one:
        yield one


@pytest.fixture(scope="module")
def described(door: Door) -> Any:  # a JSON object
    return door.client.get("/schema/openapi.json").json()


def operations(described: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_description_is_openapi_3_1(described: Any) -> None:
    assert described["openapi"].startswith("3.1.")
    assert described["info"]["title"] and described["info"]["version"]
    names = [operation["operationId"] for *_, operation in operations(described)]
    assert len(set(names)) == len(names)
    for path, method, operation in operations(described):
        assert path.startswith("/") and method in ("get", "post")
        parameters = operation["parameters"]
        in_path = {p["name"] for p in parameters if p["in"] == "path"}
        assert in_path == {part[1:-1] for part in path.split("/") if part[:1] == "{"}


def test_nothing_is_left_unexplained(described: Any) -> None:
    tags = {tag["name"]: tag["description"] for tag in described["tags"]}
    used = {tag for *_, operation in operations(described) for tag in operation["tags"]}
    assert used == set(tags) and all(tags.values())
    for path, _, operation in operations(described):
        assert operation["summary"], path
        for parameter in operation["parameters"]:
            assert parameter["description"] and parameter["schema"], parameter
            assert not takes_null(parameter["schema"]), parameter
        for status, response in operation["responses"].items():
            response = resolved(described, response)
            assert status.isdecimal() and response["description"]
            for name in response["headers"]:
                assert resolved(described, response["headers"][name])["required"]
            for content in response["content"].values():
                if content["schema"] not in ({}, {"type": "object"}):
                    fits(described, content["schema"], content["example"])


def takes_null(schema: Any) -> bool:
    return schema.get("type") == "null" or any(
        takes_null(one) for one in schema.get("anyOf", ())
    )


def test_every_operation_names_the_codes_it_may_refuse_with(
    door: Door, described: Any
) -> None:
    catalogue = door.told.node.pack.errors
    for path, _, operation in operations(described):
        for status, response in operation["responses"].items():
            problem = resolved(described, response)["content"].get(PROBLEM)
            if problem is not None:
                codes = problem["schema"]["properties"]["code"]["enum"]
                assert codes and problem["example"]["code"] in codes
                assert {catalogue[code].status for code in codes} == {int(status)}
        secured = operation.get("security") != []
        assert secured == ("401" in operation["responses"]), path
        assert "500" in operation["responses"]


def test_every_code_of_the_rules_is_named_by_a_family_that_may_meet_it(
    door: Door,
) -> None:
    pack = door.told.node.pack
    named = set().union(*(refusal_codes(family, pack) for family in families()))
    for family, code in (
        ("document", "R19-BASIS"),
        ("document", "R20-NO-COUNCIL"),
        ("document", "ACTOR-ROLE"),
        ("meeting", "MEETING-QUORUM"),
        ("council", "R14-NOT-ELECTED"),
        ("organisation", "ORG-EXISTS"),
    ):
        assert code in refusal_codes(family, pack)
    assert "R14-NOT-ELECTED" not in refusal_codes("unit", pack)
    # All that the domain can say is said of a command of some family.
    assert written_codes() <= named, written_codes() - named


def test_every_schema_is_one_and_every_reference_leads_somewhere(
    described: Any,
) -> None:
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for reference in references(described):
        place = described
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def resolved(described: Any, part: Any) -> Any:
    """The part itself where it only refers to one."""
    if "$ref" not in part:
        return part
    place = described
    for name in part["$ref"].removeprefix("#/").split("/"):
        place = place[name]
    return place


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


def fits(described: Any, schema: Any, value: Any) -> None:
    whole = {**schema, "components": described["components"]}
    Draft202012Validator(whole).validate(value)


def test_every_command_has_an_address_with_an_example_that_fits(
    described: Any,
) -> None:
    for tag in COMMANDS:
        operation = described["paths"][f"/v1/commands/{tag}"]["post"]
        body = operation["requestBody"]["content"]["application/json"]
        assert body["example"] == EXAMPLES[tag]
        fits(described, body["schema"], body["example"])
        with pytest.raises(Exception, match="was unexpected"):
            fits(described, body["schema"], {**body["example"], "colour": "red"})


def test_the_description_and_the_routes_are_the_same(
    door: Door, described: Any
) -> None:
    app = create_app(doors_of(door.told.node, door.switches))
    served_paths = {
        (route.path_format, method.lower())
        for route in app.routes
        for method in getattr(route, "methods", ())
        if method != "OPTIONS"
    }
    shown = {
        (path, method)
        for path, method, _ in operations(described)
        if not path.startswith("/v1/commands/")
    }
    shown = {(p.replace("{bin}", "{bin_number}"), m) for p, m in shown}
    assert shown == served_paths - {("/v1/commands/{tag}", "post")}


def test_what_is_printed_is_what_is_served(described: Any) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "adapters", "schema", "openapi"],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout) == described


@pytest.mark.parametrize(
    ("path", "described_as"),
    [
        ("/v1/documents", "/v1/documents"),
        ("/v1/documents/{approved}", "/v1/documents/{document_id}"),
        ("/v1/organisations", "/v1/organisations"),
        (f"/v1/organisations/{HOME.bin}", "/v1/organisations/{bin}"),
        ("/v1/documents/tally?by=state,region", "/v1/documents/tally"),
        ("/v1/documents/{approved}/explain", "/v1/documents/{document_id}/explain"),
        ("/v1/documents/{in_review}/explain", "/v1/documents/{document_id}/explain"),
        ("/v1/audit/trail/{approved}", "/v1/audit/trail/{document_id}"),
        ("/v1/audit/summary", "/v1/audit/summary"),
        ("/v1/bodies", "/v1/bodies"),
        ("/v1/meetings", "/v1/meetings"),
        (f"/v1/organisations/{HOME.bin}/offices", "/v1/organisations/{bin}/offices"),
        ("/v1/refusals", "/v1/refusals"),
        ("/v1/errors", "/v1/errors"),
        ("/v1/rules", "/v1/rules"),
        ("/v1/rules/19", "/v1/rules/{rule}"),
        ("/v1/rules/pack", "/v1/rules/pack"),
        ("/health/ready", "/health/ready"),
        ("/.well-known/jwks.json", "/.well-known/jwks.json"),
    ],
)
def test_answers_are_what_the_description_says(
    door: Door, described: Any, path: str, described_as: str
) -> None:
    schema = described["paths"][described_as]["get"]["responses"]["200"]["content"][
        "application/json"
    ]["schema"]
    for headers in (door.head, door.auditor):
        told = {"approved": door.told.approved, "in_review": door.told.in_review}
        found = door.client.get(path.format(**told), headers=headers)
        if found.status_code == 200:
            fits(described, schema, found.json())
    assert found.status_code == 200


def test_acceptance_and_refusal_are_what_the_description_says(
    door: Door, described: Any
) -> None:
    responses = described["paths"]["/v1/commands/unit.create"]["post"]["responses"]

    def schema_of(status: int, media_type: str) -> Any:
        response = resolved(described, responses[str(status)])
        return response["content"][media_type]["schema"]

    accepted = door.post(door.unit())
    fits(described, schema_of(200, "application/json"), accepted.json())
    for refused in (
        door.post(b"{}"),
        door.post(door.unit(kind="LABORATORY")),
        door.post(door.unit(expected_version=7)),
        door.post(door.unit(), Authorization=door.stranger["Authorization"]),
        door.post(door.unit(), Authorization=""),
        door.post(b"x", **{"Content-Type": "text/plain"}),
    ):
        fits(described, schema_of(refused.status_code, PROBLEM), refused.json())
    with pytest.raises(Exception, match="409 was expected"):
        fits(described, schema_of(409, PROBLEM), door.post(b"{}").json())
