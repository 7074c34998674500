"""The queries in OpenAPI: documents, their trails, bodies, meetings, content."""

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
from adapters.http_routes.described import RefusalPage
from adapters.http_routes.openapi_operations import (
    IN_LANGUAGE,
    JSON,
    References,
    leads_to,
    operation,
)
from adapters.http_routes.openapi_parameters import Described, in_path, parameters_of
from adapters.trail_answers import Trail, TrailQuery
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
from projections.org_directory import OrganisationRow

A_FILE: Described = {"type": "string", "format": "binary", "minLength": 1}
FILE_TYPES = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/octet-stream",
)
"""Some of those that a file may have."""


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
        name: str,
        summary: str,
        answer: type[Struct],
        query: type[Struct],
        *path: str,
        **more: Any,  # further members
    ) -> Described:
        parameters = [*map(in_path, path), *parameters_of(query)]
        described = operation(
            name, summary, references[answer], parameters=parameters, **more
        )
        return {"get": described}

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
            refusals=["QUERY-UNKNOWN"],
            headers=IN_LANGUAGE,
        ),
        "/v1/audit/trail/{document_id}": asked(
            "show_trail",
            "The whole chain of a document, and what it proves",
            Trail,
            TrailQuery,
            "document_id",
            refusals=["QUERY-UNKNOWN"],
        ),
        "/v1/audit/summary": asked(
            "show_audit_summary",
            "Approvals and refusals by rule, for the auditor",
            AuditSummary,
            OneQuery,
            refusals=["QUERY-ROLE"],
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
            refusals=["QUERY-UNKNOWN"],
        ),
    }
