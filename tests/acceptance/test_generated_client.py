"""Somebody who has nothing but the OpenAPI document writes a client, and it works."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from jsonschema import Draft202012Validator

from tests.acceptance.served_node import ServedNode

Json = dict[str, Any]  # a JSON object


class Client:
    """Calls operations by name; all else it takes from the document."""

    def __init__(self, document: Json, origin: str, secret: str) -> None:
        self._document = document
        self._secret = secret
        self._http = httpx.Client(
            base_url=origin + document["servers"][0]["url"], timeout=20
        )
        self._operations = {
            operation["operationId"]: (path, method, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }

    def call(self, name: str, body: Any = None, **given: Any) -> tuple[str, Any]:
        """The status and the answer, which is what the document says of that status."""
        path, method, operation = self._operations[name]
        query, headers = {}, self._credentials(operation)
        for parameter in operation["parameters"]:
            if parameter["name"] not in given:
                assert not parameter.get("required"), parameter["name"]
                continue
            value = given[parameter["name"]]
            self._fits(parameter["schema"], value)
            match parameter["in"]:
                case "path":
                    path = path.replace(f"{{{parameter['name']}}}", str(value))
                case "query":
                    query[parameter["name"]] = str(value)
                case "header":
                    headers[parameter["name"]] = str(value)
        request: Json = {"params": query, "headers": headers}
        if "requestBody" in operation:
            media_type, content = next(
                iter(operation["requestBody"]["content"].items())
            )
            assert media_type == "application/json"
            self._fits(content["schema"], body)
            request["json"] = body
        answer = self._http.request(method, path.lstrip("/"), **request)
        response = self._resolved(operation["responses"][str(answer.status_code)])
        for header in response["headers"]:
            assert header in answer.headers
        media_type = answer.headers["content-type"].partition(";")[0]
        told = answer.json()
        self._fits(response["content"][media_type]["schema"], told)
        return str(answer.status_code), told

    def example_of(self, name: str) -> Json:
        """The example of the body of an operation."""
        content = self._operations[name][2]["requestBody"]["content"]
        example: Json = dict(content["application/json"]["example"])
        return example

    def followed(self, name: str, status: str, sent: Json, told: Json) -> list[Any]:
        """Call where the links of an answer lead, with what they take from it."""
        links = self._operations[name][2]["responses"][status]["links"]
        return [
            self.call(
                link["operationId"],
                **{
                    parameter: located(expression, sent, told)
                    for parameter, expression in link["parameters"].items()
                },
            )
            for link in links.values()
        ]

    def _credentials(self, operation: Json) -> dict[str, str]:
        needed = operation.get("security", self._document["security"])
        if not needed:
            return {}
        schemes = self._document["components"]["securitySchemes"]
        scheme = schemes[next(iter(needed[0]))]
        assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
        return {"Authorization": f"Bearer {self._secret}"}

    def _resolved(self, part: Json) -> Json:
        if "$ref" not in part:
            return part
        place = self._document
        for name in part["$ref"].removeprefix("#/").split("/"):
            place = place[name]
        return place

    def _fits(self, schema: Json, value: Any) -> None:
        whole = {**schema, "components": self._document["components"]}
        Draft202012Validator(whole).validate(value)


def located(expression: str, sent: Json, told: Json) -> Any:
    """What a runtime expression of a link names."""
    found = re.fullmatch(r"\$(request|response)\.body#/(.+)", expression)
    assert found is not None, expression
    place: Any = sent if found[1] == "request" else told
    for name in found[2].split("/"):
        place = place[int(name)] if isinstance(place, list) else place[name]
    return place


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Any:  # yields client, capacity
    node = ServedNode(tmp_path_factory.mktemp("node") / "data")
    origin = node.start().url
    try:
        token, capacity = node.token()
        document = httpx.get(f"{origin}/schema/openapi.json").json()
        yield Client(document, origin, token), capacity
    finally:
        node.stop()


def test_it_registers_an_organisation_and_reads_it_back(served: Any) -> None:
    client, capacity = served
    body = client.example_of("organisation_register")
    body |= {"capacity": capacity, "command_id": str(uuid4())}
    del body["occurred_at"]
    status, told = client.call("organisation_register", body)
    assert status == "200" and told["repeated"] is False
    [(status, shown)] = client.followed("organisation_register", "200", body, told)
    assert (status, shown["bin"]) == ("200", body["bin"])
    status, page = client.call("list_organisations", after=told["position"], limit=10)
    assert status == "200" and page["items"] == [shown]
    status, again = client.call("organisation_register", body)
    assert (status, again["repeated"]) == ("200", True)


def test_it_understands_why_it_is_refused(served: Any) -> None:
    client, capacity = served
    body = client.example_of("organisation_register")
    body |= {"capacity": capacity, "command_id": str(uuid4()), "bin": "240190000124"}
    del body["occurred_at"]
    status, told = client.call(
        "organisation_register", body, **{"Accept-Language": "kk"}
    )
    assert (status, told["code"]) == ("422", "ORG-BIN")
    status, entry = client.call("show_error", code=told["code"])
    assert status == "200" and entry["kk"]


def test_it_keeps_a_text_and_asks_how_the_node_is(served: Any) -> None:
    client, _ = served
    status, told = client.call("put_content", {"kind": "remarks", "text": "Часы"})
    assert status == "201" and told["ref"].startswith("salted:")
    assert client.call("health_ready")[1]["status"] in ("ready", "degraded")
    assert client.call("show_keys")[1]["keys"]
