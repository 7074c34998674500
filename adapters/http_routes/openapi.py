"""The OpenAPI 3.1 description of the HTTP door, made from the code it describes."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from adapters.answers import (
    DocumentAnswer,
    DocumentPage,
    DocumentQuery,
    OneQuery,
    OrganisationPage,
    OrganisationQuery,
    RefusalQuery,
)
from adapters.command_examples import EXAMPLES
from adapters.http_routes.content import KeptContent, TextContent
from adapters.http_routes.described import (
    Catalogue,
    HealthAnswer,
    Liveness,
    RefusalPage,
)
from adapters.identity import Jwks
from adapters.orders import Acceptance
from adapters.problems import CONTENT_TYPE as PROBLEM_JSON
from adapters.problems import Problem, problem_of
from adapters.projection_desk import (
    ParkedList,
    ProjectionAnswer,
    ProjectionList,
    RetryWish,
    SkipWish,
    WishList,
)
from adapters.views import Wish
from domain.decider import Refusal
from domain.messages import COMMANDS
from domain.regulation.pack import CatalogueEntry, RulePack
from projections.org_directory import OrganisationRow

JSON = "application/json"
SCHEMAS = "#/components/schemas/{name}"

Described = dict[str, Any]  # a JSON object of the description

ANSWERS: tuple[type[Struct], ...] = (
    Acceptance,
    Problem,
    DocumentPage,
    DocumentAnswer,
    OrganisationPage,
    OrganisationRow,
    TextContent,
    KeptContent,
    RefusalPage,
    Catalogue,
    CatalogueEntry,
    RulePack,
    HealthAnswer,
    Liveness,
    Jwks,
    ProjectionAnswer,
    ProjectionList,
    ParkedList,
    WishList,
    Wish,
    RetryWish,
    SkipWish,
)


def openapi_document(pack: RulePack, version: str = "0") -> Described:
    """The whole description; every command has an address of its own in it."""
    types = [*COMMANDS.values(), *ANSWERS]
    found, components = msgspec.json.schema_components(types, ref_template=SCHEMAS)
    references = dict(zip(types, found, strict=True))
    commands = {
        f"/v1/commands/{tag}": {"post": command_operation(tag, references)}
        for tag in COMMANDS
    }
    refused_example = problem_of(
        Refusal("ACTOR-TOKEN", reason="expired"), pack, pack.default_language
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Adisteme",
            "version": version,
            "summary": "The shared record of educational-methodical work (order 583)",
            "description": (
                "A command names the capacity in which its sender acts; sent again "
                "under the same command_id it has one effect. A refusal is problem "
                "JSON with its code, rule and context, in the language that "
                "Accept-Language asks for (ru, kk, en)."
            ),
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": {
            **commands,
            **reading_paths(references),
            **projection_paths(references),
            **open_paths(references),
        },
        "components": {
            "schemas": components,
            "responses": {
                "Refused": {
                    "description": "Refused: nothing was done.",
                    "content": {
                        PROBLEM_JSON: {
                            "schema": references[Problem],
                            "example": msgspec.to_builtins(refused_example),
                        }
                    },
                }
            },
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": (
                        "A JWT of an issuer that the node knows: aud `adisteme`, sub a "
                        "random UUID of the person, org the BIN of the organisation."
                    ),
                }
            },
        },
    }


def operation(
    name: str,
    summary: str,
    answer: Described,
    *,
    status: str = "200",
    media_type: str = JSON,
    **more: Any,  # further members of the operation
) -> Described:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {
            status: {
                "description": summary,
                "content": {media_type: {"schema": answer}},
            },
            "default": {"$ref": "#/components/responses/Refused"},
        },
        **more,
    }


def command_operation(tag: str, references: Mapping[type, Described]) -> Described:
    command = COMMANDS[tag]
    return operation(
        tag.replace(".", "_").replace("-", "_"),
        (command.__doc__ or tag).partition("\n")[0],
        references[Acceptance],
        tags=[tag.partition(".")[0]],
        requestBody={
            "required": True,
            "content": {
                JSON: {"schema": references[command], "example": EXAMPLES[tag]}
            },
        },
    )


def parameters_of(query: type[Struct]) -> list[Described]:
    """The fields of a query, each a parameter."""
    fields = msgspec.json.schema_components([query])[1][query.__name__]["properties"]
    return [
        {"name": name, "in": "query", "schema": schema}
        for name, schema in fields.items()
    ]


def in_path(name: str) -> Described:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def reading_paths(references: Mapping[type, Described]) -> Described:
    """What a token is needed for, beside commands."""
    one = parameters_of(OneQuery)
    raw: Described = {}  # any bytes
    return {
        "/v1/documents": {
            "get": operation(
                "list_documents",
                "What the asker may see: own documents, and approved ones",
                references[DocumentPage],
                parameters=parameters_of(DocumentQuery),
            )
        },
        "/v1/documents/{document_id}": {
            "get": operation(
                "show_document",
                "One document: its stages, what is missing, who is next",
                references[DocumentAnswer],
                parameters=[in_path("document_id"), *one],
            )
        },
        "/v1/organisations": {
            "get": operation(
                "list_organisations",
                "Organisations by region, kind and level",
                references[OrganisationPage],
                parameters=parameters_of(OrganisationQuery),
            )
        },
        "/v1/organisations/{bin}": {
            "get": operation(
                "show_organisation",
                "One organisation",
                references[OrganisationRow],
                parameters=[in_path("bin"), *one],
            )
        },
        "/v1/content": {
            "post": operation(
                "put_content",
                "Keep a text (JSON) or a file (its bytes) of one's own organisation",
                references[KeptContent],
                status="201",
                requestBody={
                    "required": True,
                    "content": {
                        JSON: {
                            "schema": references[TextContent],
                            "example": {
                                "kind": "remarks",
                                "text": "Уточнить часы практики в 5 семестре.",
                            },
                        },
                        "*/*": {"schema": raw},
                    },
                },
            )
        },
        "/v1/content/{ref}": {
            "get": operation(
                "fetch_content",
                "A text or file of one's own organisation",
                raw,
                media_type="*/*",
                parameters=[in_path("ref")],
            )
        },
        "/v1/refusals": {
            "get": operation(
                "list_refusals",
                "What was refused, for the node's registrar and auditor",
                references[RefusalPage],
                parameters=parameters_of(RefusalQuery),
            )
        },
    }


def projection_paths(references: Mapping[type, Described]) -> Described:
    """What operators of the node see of its views and wish of them."""

    def seen(name: str, summary: str, answer: type[Struct], *path: str) -> Described:
        parameters = [in_path(each) for each in path]
        return {
            "get": operation(name, summary, references[answer], parameters=parameters)
        }

    def wished(name: str, summary: str, **more: Any) -> Described:  # further members
        answer = references[WishList]
        return {"post": operation(name, summary, answer, status="202", **more)}

    def body(kind: type[Struct], **example: object) -> Described:
        content = {"schema": references[kind], "example": example}
        return {"required": True, "content": {JSON: content}}

    return {
        "/v1/projections": seen(
            "list_projections", "Every view, and how far it is", ProjectionList
        ),
        "/v1/projections/{name}": seen(
            "show_projection", "One view", ProjectionAnswer, "name"
        ),
        "/v1/projections/{name}/rebuild": wished(
            "rebuild_projection",
            "Make a view, or `all`, anew beside the live one",
            parameters=[in_path("name")],
        ),
        "/v1/projections/parked": seen(
            "list_parked", "The streams that wait, and why", ParkedList
        ),
        "/v1/projections/parked/retry": wished(
            "retry_parked",
            "Fold what is parked of a stream again",
            requestBody=body(RetryWish, stream="council/260990000017.org"),
        ),
        "/v1/projections/parked/skip": wished(
            "skip_parked",
            "Leave a parked event out, for good",
            requestBody=body(SkipWish, position=17, reason="Записано по ошибке"),
        ),
        "/v1/projections/wishes/{number}": seen(
            "show_wish", "A wish, and what came of it", Wish, "number"
        ),
    }


def open_paths(references: Mapping[type, Described]) -> Described:
    """What anybody may ask without a token."""

    def open_get(
        name: str, summary: str, answer: type[Struct], *parameters: Described
    ) -> Described:
        described = operation(name, summary, references[answer], security=[])
        if parameters:
            described["parameters"] = list(parameters)
        return {"get": described}

    ready = open_get("health_ready", "How the parts of the node are", HealthAnswer)
    ready["get"]["responses"]["503"] = {
        "description": "The store is down",
        "content": {JSON: {"schema": references[HealthAnswer]}},
    }
    return {
        "/v1/errors": open_get("list_errors", "Every reason for refusal", Catalogue),
        "/v1/errors/{code}": open_get(
            "show_error", "One reason for refusal", CatalogueEntry, in_path("code")
        ),
        "/v1/rules/pack": open_get("show_rules", "The regulation as data", RulePack),
        "/health/live": open_get("health_live", "The process answers", Liveness),
        "/health/ready": ready,
        "/.well-known/jwks.json": open_get("show_keys", "The node's own keys", Jwks),
    }
