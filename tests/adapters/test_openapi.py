"""The OpenAPI description: valid, complete, and what the server really does."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from adapters.command_examples import EXAMPLES
from adapters.http_api import create_app
from domain.messages import COMMANDS
from tests.adapters.http_door import (
    Door,
    doors_of,
    opened,
)
from tests.adapters.node_at_work import HOME


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
        parameters = operation.get("parameters", [])
        in_path = {p["name"] for p in parameters if p["in"] == "path"}
        assert in_path == {part[1:-1] for part in path.split("/") if part[:1] == "{"}
        assert all(p["schema"] and p["in"] in ("path", "query") for p in parameters)
        assert operation["responses"]
        for status, response in operation["responses"].items():
            assert status == "default" or status.isdecimal()
            assert "$ref" in response or response["description"]


def test_every_schema_is_one_and_every_reference_leads_somewhere(
    described: Any,
) -> None:
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for reference in references(described):
        place = described
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


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
    expected = served_paths - {
        ("/v1/commands/{tag}", "post"),
        ("/schema/openapi.json", "get"),
    }
    assert shown == expected


@pytest.mark.parametrize(
    ("path", "described_as"),
    [
        ("/v1/documents", "/v1/documents"),
        ("/v1/documents/{approved}", "/v1/documents/{document_id}"),
        ("/v1/organisations", "/v1/organisations"),
        (f"/v1/organisations/{HOME.bin}", "/v1/organisations/{bin}"),
        ("/v1/refusals", "/v1/refusals"),
        ("/v1/errors", "/v1/errors"),
        ("/v1/rules", "/v1/rules"),
        ("/v1/rules/19", "/v1/rules/{number}"),
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
        found = door.client.get(
            path.format(approved=door.told.approved), headers=headers
        )
        if found.status_code == 200:
            fits(described, schema, found.json())
    assert found.status_code == 200


def test_acceptance_and_refusal_are_what_the_description_says(
    door: Door, described: Any
) -> None:
    operation = described["paths"]["/v1/commands/unit.create"]["post"]
    accepted = operation["responses"]["200"]["content"]["application/json"]["schema"]
    fits(described, accepted, door.post(door.unit()).json())
    problem = described["components"]["responses"]["Refused"]["content"][
        "application/problem+json"
    ]
    fits(described, problem["schema"], door.post(b"{}").json())
    fits(described, problem["schema"], problem["example"])
