"""What each parameter is, in words of use, and as which schema it is sent."""

from typing import Any

import msgspec
from msgspec import Struct

Described = dict[str, Any]  # a JSON object of the description

PARAMETERS: dict[str, str] = {
    "org": "BIN of the owner",
    "kind": "the kind, as the rule pack names it",
    "state": "the state: DRAFT, IN_REVIEW, READY, APPROVED, SUPERSEDED, ANNULLED, "
    "RETURNED, WITHDRAWN",
    "level": "the level of education: SECONDARY, TVE, PSE, HE",
    "body": "stream of a body whose turn it is",
    "scope": "only one's own, what one supervises (rules 5, 22), what lies before "
    "one's own bodies, or what is public; absent: all of these",
    "territory": "KATO code of where the owner is, or its first 2 or 4 digits",
    "rule": "number of a rule of the order",
    "profile": "the profile that the route was laid down by, as /v1/rules/pack "
    "names them",
    "academic_year": "the academic year, two years that follow each other",
    "author": "`sub` of the person who prepared it",
    "unit": "id of the unit that prepared it",
    "awaits": "stream of a body that has not concluded positively yet, whosever turn "
    "it is",
    "approver": "a role that may approve it, as HEAD",
    "self_review": "whether one of its authors approved it",
    "approved_since": "approved on that day in Kazakhstan or later",
    "approved_until": "approved on that day in Kazakhstan or earlier",
    "older_than": "days that it has been in its state at least",
    "stage_older_than": "days that its stage has been open at least",
    "on_agenda": "whether it stands on the agenda of a meeting of `body` that is not "
    "over; only together with `body`",
    "to_replan": "whether a body that must still conclude cannot, so that the route "
    "is to be replanned; only what is in review",
    "order": "`position` follows the changes: what changes again comes again",
    "limit": "how many at most",
    "cursor": "the `next` of the page before, with the same parameters",
    "after": "wait until the answer shows this position, so that one reads one's own "
    "write; QUERY-BEHIND where it takes too long",
    "before": "the `next` of the page before",
    "role": "the role of whoever was refused: SYSTEM for the policies of the node",
    "by": "what is counted apart: organisation, region, level, kind, state, profile, "
    "approver, with commas between them",
    "document": "id of a document on the agenda",
    "unconcluded": "only meetings held, with a document whose conclusion nobody has "
    "entered yet",
    "ending_within": "days within which a term that is shown ends",
    "as_of": "only acts up to that day in Kazakhstan",
    "known_on": "only what was recorded up to that day in Kazakhstan",
    "region": "KATO code of the region, `75` or `750000000`",
    "code": "a code of the catalogue",
    "document_id": "the document's id",
    "bin": "the organisation's BIN",
    "ref": "the reference that the answer to putting it gave",
    "name": "a view, as /v1/projections lists them",
    "number": "the wish's `id`",
    "BodyQuery.org": "BIN of the organisation whose bodies they are; absent: one's own",
    "BodyQuery.body": "stream of the one body that is asked for",
    "MeetingQuery.org": "BIN of the owner, for the auditor; others see their own",
    "MeetingQuery.body": "stream of the body that meets",
    "MeetingQuery.state": "the state: PLANNED, CONVENED, OPEN, HELD, MINUTED, NOT_HELD",
    "OrganisationQuery.kind": "the kind of organisation, as COLLEGE",
    "OrganisationQuery.level": "a level of education that it runs: SECONDARY, TVE, "
    "PSE, HE",
}
"""What each parameter is, or is in one query; without a word the tests fail."""

PATH_PATTERNS = {
    "bin": r"^[0-9]{12}$",
    "code": r"^[A-Z0-9-]{1,60}$",
    "document_id": r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    "name": r"^[a-z_]{1,100}$",
    "number": r"^[1-9][0-9]{0,14}$",
    "ref": r"^(salted|sha256):[0-9a-f]{64}$",
    "rule": r"^[0-9]{1,2}$",
}

PATH_EXAMPLES = {
    "bin": "240190000123",
    "code": "R19-APPROVER",
    "document_id": "f04d8b6e-2c93-4a71-9e5b-c7a6d1f3820e",
    "name": "approval_status",
    "number": "1",
    "ref": f"sha256:{'0' * 64}",
    "rule": "19",
}


def parameters_of(query: type[Struct]) -> list[Described]:
    """The fields of a query, each a parameter; what may be absent is never null."""
    fields = msgspec.json.schema_components([query])[1][query.__name__]["properties"]
    return [
        {
            "name": name,
            "in": "query",
            "description": explained(query, name),
            "schema": not_null(schema),
        }
        for name, schema in fields.items()
    ]


def explained(query: type[Struct], name: str) -> str:
    own = PARAMETERS.get(f"{query.__name__}.{name}")
    return own or PARAMETERS.get(name, "")


def not_null(schema: Described) -> Described:
    kept = {name: one for name, one in schema.items() if one is not None}
    choices = [one for one in kept.pop("anyOf", ()) if one != {"type": "null"}]
    return {**kept, **choices[0]} if len(choices) == 1 else kept


def in_path(name: str) -> Described:
    schema: Described = {"type": "string"}
    if name in PATH_PATTERNS:
        schema["pattern"] = PATH_PATTERNS[name]
    parameter: Described = {
        "name": name,
        "in": "path",
        "required": True,
        "description": PARAMETERS.get(name, ""),
        "schema": schema,
    }
    if name in PATH_EXAMPLES:
        parameter["example"] = PATH_EXAMPLES[name]
    return parameter
