"""What the node tells of itself in OpenAPI: its views, its health, its rules."""

from typing import Any

from msgspec import Struct

from adapters.http_routes.described import Catalogue, HealthAnswer, Liveness
from adapters.http_routes.openapi_operations import (
    IN_LANGUAGE,
    JSON,
    References,
    leads_to,
    operation,
)
from adapters.http_routes.openapi_parameters import Described, in_path
from adapters.identity import Jwks
from adapters.projection_desk import (
    ParkedList,
    ProjectionAnswer,
    ProjectionList,
    RetryWish,
    SkipWish,
    WishList,
)
from adapters.rule_answers import RuleAnswer, RuleList
from adapters.views import Wish
from domain.regulation.pack import CatalogueEntry, RulePack


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
            headers=IN_LANGUAGE,
        ),
        "/v1/rules/{rule}": open_get(
            "show_rule",
            "One rule: the routes, commands and refusals it shapes",
            references[RuleAnswer],
            headers=IN_LANGUAGE,
            refusals=["RULE-UNKNOWN"],
            parameters=[in_path("rule")],
        ),
        "/health/ready": ready,
        "/.well-known/jwks.json": open_get(
            "show_keys", "The node's own keys", references[Jwks]
        ),
        "/schema/openapi.json": open_get(
            "show_openapi", "This description", {"type": "object"}
        ),
    }
