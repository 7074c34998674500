"""The OpenAPI 3.1 description of the HTTP door, made from the code it describes."""

from importlib import metadata

from msgspec import Struct

from adapters.answers import (
    DocumentAnswer,
    DocumentPage,
    OrganisationPage,
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
from adapters.http_routes.openapi_node import open_paths, projection_paths
from adapters.http_routes.openapi_operations import HEADERS, SCHEMAS, completed
from adapters.http_routes.openapi_parameters import Described
from adapters.http_routes.openapi_reading import reading_paths
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
from adapters.trail_answers import Trail
from adapters.views import Wish
from adapters.work_answers import (
    AuditSummary,
    BodyList,
    MeetingPage,
    OfficesAnswer,
    Tally,
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
CMD-UNKNOWN; a method that is not described is 405 QUERY-METHOD with `Allow`.
HEAD is answered as GET is, without the body, and OPTIONS by 204 with `Allow`.
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
