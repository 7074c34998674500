"""The OpenAPI 3.1 description of the HTTP door, made from the code it describes."""

from importlib import metadata
from typing import Any

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
from adapters.explanations import ExplainAnswer
from adapters.http_routes.content import KeptContent, TextContent
from adapters.http_routes.described import (
    Catalogue,
    HealthAnswer,
    Liveness,
    RefusalPage,
)
from adapters.http_routes.openapi_commands import command_paths, command_refusals
from adapters.http_routes.openapi_operations import (
    HEADERS,
    JSON,
    SCHEMAS,
    Described,
    References,
    completed,
    in_path,
    leads_to,
    operation,
    parameters_of,
)
from adapters.identity import AUDIENCE, Jwks
from adapters.message_schemas import ASKED, definitions_of
from adapters.orders import Acceptance
from adapters.outcomes import BatchAnswer
from adapters.problems import Problem
from adapters.projection_desk import (
    ParkedList,
    ProjectionAnswer,
    ProjectionList,
    RetryWish,
    SkipWish,
    WishList,
)
from adapters.rule_answers import RuleAnswer, RuleList
from adapters.trail_answers import Trail, TrailQuery
from adapters.views import Wish
from adapters.work_answers import (
    AuditSummary,
    BodyList,
    BodyQuery,
    MeetingPage,
    MeetingQuery,
    OfficeQuery,
    OfficesAnswer,
    Tally,
    TallyQuery,
)
from domain.regulation.pack import CatalogueEntry, RulePack
from projections.org_directory import OrganisationRow

INTRODUCTION = """\
A command names the capacity in which its sender acts; sent again under the same
command_id it has one effect. Its answer names a position: give it as `after` to a
query, and the answer shows what was written.

A refusal is problem JSON (RFC 9457) with a stable `code`, the `rule` of the order and
the `context` that lets its reader act, in the language that Accept-Language asks for
(ru, kk, en; else ru). `GET /v1/errors` lists every code. Each operation names the
codes that it may answer with.

No text of a command may hold a control character, as a line feed.

An address that is not described here is 404 QUERY-UNKNOWN, under /v1/commands/ 422
CMD-UNKNOWN; a method that is not described, HEAD too, is 405 QUERY-METHOD with `Allow`.
A query parameter that is not described is 422 QUERY-MALFORMED where others are. What is
no HTTP is 400, as text."""

TAGS = {
    "node": "Commands of the node's operators; its health, keys and description",
    "organisation": "Commands: an organisation, its charter, decisions and levels",
    "staff": "Commands: who holds which post, from when to when",
    "unit": "Commands: the units of an organisation and their regulations",
    "review-body": "Commands: commissions and departments that review",
    "council": "Commands: methodical councils, their members and officers",
    "meeting": "Commands: meetings, votes and minutes",
    "document": "Commands: documents on their route to approval",
    "association": "Commands: methodical associations, their members and leaders",
    "participation": "Commands: taking part in another host's joint commission",
    "carry-over": "Commands: history from before the register, by head and registrar",
    "documents": "Where documents stand",
    "bodies": "Reviewing bodies as they are today",
    "meetings": "Meetings of one's own bodies",
    "audit": "The whole chain of a document, and what it proves",
    "organisations": "The directory of organisations",
    "content": "Texts and files that commands and events refer to",
    "refusals": "What was refused, and under which rule",
    "projections": "The views: how far they are, and what waits",
    "errors": "The catalogue of refusals",
    "rules": "The regulation as data",
}
"""What the parts of the node are; one without a word here fails the tests."""

A_FILE: Described = {"type": "string", "format": "binary", "minLength": 1}
FILE_TYPES = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/octet-stream",
)
"""Some of those that a file may have."""

ANSWERS: tuple[type[Struct], ...] = (
    Acceptance,
    BatchAnswer,
    Problem,
    DocumentPage,
    DocumentAnswer,
    OrganisationPage,
    OrganisationRow,
    TextContent,
    KeptContent,
    Trail,
    ExplainAnswer,
    Tally,
    BodyList,
    MeetingPage,
    OfficesAnswer,
    AuditSummary,
    RefusalPage,
    Catalogue,
    CatalogueEntry,
    RulePack,
    RuleList,
    RuleAnswer,
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


def openapi_document(pack: RulePack) -> Described:
    """The whole description; every command has an address of its own in it."""
    types = [*ASKED.values(), *ANSWERS]
    references, schemas = definitions_of(types, SCHEMAS)
    paths = {
        **command_paths(references, pack),
        **reading_paths(references),
        **projection_paths(references),
        **open_paths(references),
    }
    for path, methods in paths.items():
        for method, described in methods.items():
            methods[method] = completed(path, method, described, pack)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Adisteme",
            "version": metadata.version("adisteme"),
            "summary": "The shared record of educational-methodical work (order 583)",
            "description": INTRODUCTION,
        },
        "servers": [
            {"url": "/", "description": "the node that this document was taken from"}
        ],
        "security": [{"bearer": []}],
        "tags": [{"name": name, "description": what} for name, what in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": command_refusals(pack),
            "headers": HEADERS,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": (
                        f"A JWT of an issuer that the node knows: aud `{AUDIENCE}`, "
                        "sub a random UUID (version 4) of the person, org the BIN of "
                        "the organisation, exp. `adisteme token` issues one."
                    ),
                }
            },
        },
    }


def reading_paths(references: References) -> Described:
    """What a token is needed for, beside commands."""
    one = parameters_of(OneQuery)
    raw: Described = {}  # any bytes
    return {
        "/v1/documents": {
            "get": operation(
                "list_documents",
                "What the asker may see: own, supervised, reviewed, approved",
                references[DocumentPage],
                parameters=parameters_of(DocumentQuery),
            )
        },
        "/v1/documents/{document_id}": {
            "get": operation(
                "show_document",
                "One document: its stages, what is missing, who is next",
                references[DocumentAnswer],
                refusals=["QUERY-UNKNOWN"],
                parameters=[in_path("document_id"), *one],
            )
        },
        **work_paths(references),
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
                refusals=["QUERY-UNKNOWN"],
                parameters=[in_path("bin"), *one],
            )
        },
        "/v1/content": {
            "post": operation(
                "put_content",
                "Keep a text (JSON) or a file (its bytes) of one's own organisation",
                references[KeptContent],
                status="201",
                description="A file comes under its own media type, but for a form's.",
                headers=["Location"],
                links=leads_to("fetch_content", ref="$response.body#/ref"),
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
                        **{kind: {"schema": A_FILE} for kind in FILE_TYPES},
                    },
                },
            )
        },
        "/v1/content/{ref}": {
            "get": operation(
                "fetch_content",
                "A text or file of one's own, or one that lies before one's bodies",
                raw,
                media_type="*/*",
                headers=["Content-Disposition", "Content-Security-Policy"],
                refusals=["CONTENT-UNKNOWN", "CONTENT-ERASED"],
                parameters=[in_path("ref")],
            )
        },
        "/v1/refusals": {
            "get": operation(
                "list_refusals",
                "What was refused, for the node's registrar and auditor",
                references[RefusalPage],
                refusals=["QUERY-ROLE"],
                parameters=parameters_of(RefusalQuery),
            )
        },
    }


def work_paths(references: References) -> Described:
    """What people at work and auditors ask."""

    def asked(
        name: str, summary: str, answer: type[Struct], query: type[Struct], *path: str
    ) -> Described:
        parameters = [*map(in_path, path), *parameters_of(query)]
        return {
            "get": operation(name, summary, references[answer], parameters=parameters)
        }

    return {
        "/v1/documents/tally": asked(
            "tally_documents",
            "How many documents there are, by what they have in common",
            Tally,
            TallyQuery,
        ),
        "/v1/documents/{document_id}/explain": asked(
            "explain_document",
            "What is met, what is missing, and who could act now",
            ExplainAnswer,
            OneQuery,
            "document_id",
        ),
        "/v1/audit/trail/{document_id}": asked(
            "show_trail",
            "The whole chain of a document, and what it proves",
            Trail,
            TrailQuery,
            "document_id",
        ),
        "/v1/audit/summary": asked(
            "show_audit_summary",
            "Approvals and refusals by rule, for the auditor",
            AuditSummary,
            OneQuery,
        ),
        "/v1/bodies": asked(
            "list_bodies", "Reviewing bodies as they are today", BodyList, BodyQuery
        ),
        "/v1/meetings": asked(
            "list_meetings",
            "Meetings of one's own bodies, with their agendas",
            MeetingPage,
            MeetingQuery,
        ),
        "/v1/organisations/{bin}/offices": asked(
            "show_offices",
            "One's own leading posts, methodists, and what ends soon",
            OfficesAnswer,
            OfficeQuery,
            "bin",
        ),
    }


def projection_paths(references: References) -> Described:
    """What operators of the node see of its views and wish of them."""

    def seen(
        name: str, summary: str, answer: type[Struct], *refusals: str, **more: Any
    ) -> Described:  # further members
        codes = ["QUERY-ROLE", *refusals]
        return {
            "get": operation(name, summary, references[answer], refusals=codes, **more)
        }

    def wished(
        name: str, summary: str, *refusals: str, **more: Any
    ) -> Described:  # further members
        described = operation(
            name,
            summary,
            references[WishList],
            status="202",
            refusals=["ACTOR-ROLE", *refusals],
            **more,
        )
        return {"post": described}

    def body(kind: type[Struct], **example: object) -> Described:
        content = {"schema": references[kind], "example": example}
        return {"required": True, "content": {JSON: content}}

    return {
        "/v1/projections": seen(
            "list_projections", "Every view, and how far it is", ProjectionList
        ),
        "/v1/projections/{name}": seen(
            "show_projection",
            "One view",
            ProjectionAnswer,
            "VIEW-UNKNOWN",
            parameters=[in_path("name")],
        ),
        "/v1/projections/{name}/rebuild": wished(
            "rebuild_projection",
            "Make a view, or `all`, anew beside the live one",
            "VIEW-UNKNOWN",
            links=leads_to("show_wish", number="$response.body#/items/0/id"),
            parameters=[in_path("name")],
        ),
        "/v1/projections/parked": seen(
            "list_parked", "The streams that wait, and why", ParkedList
        ),
        "/v1/projections/parked/retry": wished(
            "retry_parked",
            "Fold what is parked of a stream again",
            "VIEW-UNKNOWN",
            "VIEW-NOT-PARKED",
            requestBody=body(RetryWish, stream="council/260990000017.org"),
        ),
        "/v1/projections/parked/skip": wished(
            "skip_parked",
            "Leave a parked event out, for good",
            "VIEW-UNKNOWN",
            "VIEW-NOT-PARKED",
            requestBody=body(SkipWish, position=17, reason="Записано по ошибке"),
        ),
        "/v1/projections/wishes/{number}": seen(
            "show_wish",
            "A wish, and what came of it",
            Wish,
            "QUERY-UNKNOWN",
            parameters=[in_path("number")],
        ),
    }


def open_paths(references: References) -> Described:
    """What anybody may ask without a token."""

    def open_get(
        name: str, summary: str, answer: Described, **more: Any
    ) -> Described:  # further members
        return {"get": operation(name, summary, answer, security=[], **more)}

    health = references[HealthAnswer]
    ready = open_get("health_ready", "How the parts of the node are", health)
    answers = ready["get"]["responses"]
    answers["503"] = {**answers["200"], "description": "The store is down"}
    return {
        "/v1/errors": open_get(
            "list_errors", "Every reason for refusal", references[Catalogue]
        ),
        "/v1/errors/{code}": open_get(
            "show_error",
            "One reason for refusal",
            references[CatalogueEntry],
            refusals=["QUERY-UNKNOWN"],
            parameters=[in_path("code")],
        ),
        "/v1/rules/pack": open_get(
            "show_rules", "The regulation as data", references[RulePack]
        ),
        "/health/live": open_get(
            "health_live", "The process answers", references[Liveness]
        ),
        "/v1/rules": open_get(
            "list_rules",
            "The rules of the order, in words of our own",
            references[RuleList],
            headers=["Content-Language"],
        ),
        "/v1/rules/{number}": open_get(
            "show_rule",
            "One rule: the routes, commands and refusals it shapes",
            references[RuleAnswer],
            headers=["Content-Language"],
            refusals=["RULE-UNKNOWN"],
            parameters=[in_path("number")],
        ),
        "/health/ready": ready,
        "/.well-known/jwks.json": open_get(
            "show_keys", "The node's own keys", references[Jwks]
        ),
        "/schema/openapi.json": open_get(
            "show_openapi", "This description", {"type": "object"}
        ),
    }
