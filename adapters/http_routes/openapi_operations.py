"""How one operation is described: parameters, answers, and every way it may refuse."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from adapters.http_routes.answer_examples import ANSWER_EXAMPLES
from adapters.http_routes.openapi_parameters import Described
from adapters.problems import CONTENT_TYPE as PROBLEM_JSON
from adapters.problems import RETRY_SECONDS, Problem, address_of, title_of
from domain.regulation.pack import LANGUAGES, RulePack

JSON = "application/json"
SCHEMAS = "#/components/schemas/{name}"

References = Mapping[type, Described]

BODY_CODES = ("CMD-MALFORMED", "CMD-TOO-LARGE", "CMD-TOO-SLOW", "CMD-MEDIA-TYPE")
EVERY_CODE = ("CMD-FAILED",)
"""A bug fails its request."""

HEADERS: Described = {
    "Cache-Control": {
        "description": "nothing is to be kept by what lies between",
        "required": True,
        "schema": {"const": "no-store"},
    },
    "X-Content-Type-Options": {
        "description": "the media type is not to be guessed at",
        "required": True,
        "schema": {"const": "nosniff"},
    },
    "Content-Language": {
        "description": "the language that the answer is told in",
        "required": True,
        "schema": {"enum": list(LANGUAGES)},
    },
    "Vary": {"required": True, "schema": {"const": "Accept-Language"}},
    "WWW-Authenticate": {"required": True, "schema": {"const": "Bearer"}},
    "Retry-After": {
        "description": "seconds after which to send the same request again",
        "required": True,
        "schema": {"type": "integer", "minimum": RETRY_SECONDS},
    },
    "Location": {
        "description": "where what was put can be fetched",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Content-Disposition": {"required": True, "schema": {"const": "attachment"}},
    "Content-Security-Policy": {"required": True, "schema": {"type": "string"}},
}

ALWAYS = ("Cache-Control", "X-Content-Type-Options")
IN_LANGUAGE = ("Content-Language", "Vary")

LANGUAGE_PARAMETER: Described = {
    "name": "Accept-Language",
    "in": "header",
    "description": "the language of texts and refusals: ru, kk or en; absent: ru",
    "schema": {"type": "string"},
    "example": "kk, ru;q=0.5",
}
TRACE_PARAMETER: Described = {
    "name": "traceparent",
    "in": "header",
    "description": "W3C trace context, kept with the events; ignored if malformed",
    "schema": {"type": "string"},
    "example": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}


def operation(
    name: str,
    summary: str,
    answer: Described,
    *,
    status: str = "200",
    media_type: str = JSON,
    refusals: Iterable[str] = (),
    headers: Iterable[str] = (),
    links: Described | None = None,
    **more: Any,  # further members of the operation
) -> Described:
    """An operation with its success; `refusals` are codes beyond the common ones.

    `completed` adds the common ones, and makes responses of all.
    """
    content: Described = {"schema": answer}
    example = ANSWER_EXAMPLES.get(str(answer.get("$ref", "")).rpartition("/")[2])
    if example is not None:
        content["example"] = msgspec.to_builtins(example, str_keys=True)
    return {
        "operationId": name,
        "summary": summary,
        "responses": {
            status: {
                "description": summary,
                "headers": headers_named(*ALWAYS, *headers),
                "content": {media_type: content},
                **({"links": links} if links else {}),
            },
        },
        "refusals": list(refusals),
        **more,
    }


def leads_to(name: str, **parameters: str) -> Described:
    """A link from an answer to the operation that shows what was made."""
    return {name: {"operationId": name, "parameters": parameters}}


def completed(
    path: str, method: str, described: Described, pack: RulePack
) -> Described:
    """The operation with all its answers, its headers and its tag."""
    given = dict(described)
    codes = {*given.pop("refusals", ()), *common_codes(method, given)}
    parameters = [*given.pop("parameters", ()), LANGUAGE_PARAMETER]
    # What is described already stands: a command's refusals, the health that is ill.
    responses = {**refusal_responses(codes, pack), **given["responses"]}
    return {
        "tags": [tag_of(path)],
        **given,
        "parameters": parameters,
        "responses": dict(sorted(responses.items())),
    }


def common_codes(method: str, described: Described) -> set[str]:
    """The codes that follow from what an operation takes and needs."""
    codes = set(EVERY_CODE)
    parameters = described.get("parameters", [])
    if described.get("security") != []:
        codes |= {"ACTOR-TOKEN"}
        codes |= {"QUERY-STORE-DOWN" if method == "get" else "CMD-STORE-DOWN"}
    if any(one["in"] == "query" for one in parameters):
        codes |= {"QUERY-MALFORMED"}
    if any(one["name"] == "after" for one in parameters):
        codes |= {"QUERY-BEHIND"}
    if "requestBody" in described:
        codes |= set(BODY_CODES)
    return codes


def refusal_responses(codes: Iterable[str], pack: RulePack) -> Described:
    """A response for each status that the codes come with."""
    by_status: dict[int, list[str]] = {}
    for code in sorted(codes):
        by_status.setdefault(pack.errors[code].status, []).append(code)
    return {
        str(status): refusal_response(status, group, pack)
        for status, group in sorted(by_status.items())
    }


def refusal_response(status: int, codes: list[str], pack: RulePack) -> Described:
    """The problem of one status: its codes, its headers, and an example."""
    named = [*IN_LANGUAGE]
    if status == 401:
        named.append("WWW-Authenticate")
    if status == 503:
        named.append("Retry-After")
    return {
        "description": "Refused: " + ", ".join(f"`{code}`" for code in codes),
        "headers": headers_named(*ALWAYS, *named),
        "content": {
            PROBLEM_JSON: {
                "schema": {
                    "allOf": [{"$ref": SCHEMAS.format(name=Problem.__name__)}],
                    "properties": {
                        "status": {"const": status},
                        "code": {"enum": codes},
                    },
                },
                "example": problem_example(codes[0], pack),
            }
        },
    }


def problem_example(code: str, pack: RulePack) -> Described:
    entry = pack.errors[code]
    title = title_of(entry, "en")
    told = Problem(
        type=address_of(code),
        title=title,
        status=entry.status,
        detail=title,
        code=code,
        rule=entry.rule,
        rule_pack=pack.id,
        context={},
        command_id=None,
    )
    example: Described = msgspec.to_builtins(told)
    return example


def headers_named(*names: str) -> Described:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def tag_of(path: str) -> str:
    """The part of the node that an address belongs to."""
    words = path.strip("/").split("/")
    if words[0] != "v1":
        return "node"
    if words[1] == "commands":
        return words[2].partition(".")[0]
    return words[1]
