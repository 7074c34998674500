"""The commands in OpenAPI: an address for each, with its body and its refusals."""

from adapters.http_routes.openapi_operations import (
    BODY_CODES,
    EVERY_CODE,
    JSON,
    TRACE_PARAMETER,
    References,
    leads_to,
    operation,
    refusal_responses,
)
from adapters.http_routes.openapi_parameters import Described
from adapters.message_schemas import ASKED, ASKED_EXAMPLES, first_line
from adapters.orders import Acceptance
from adapters.outcomes import BatchAnswer
from adapters.refusal_codes import refusal_codes
from domain.messages import BATCHES
from domain.regulation.pack import RulePack

POSITION = "$response.body#/position"
LINKS: Described = {
    "organisation.register": leads_to(
        "show_organisation", bin="$request.body#/bin", after=POSITION
    ),
    "document.create": leads_to(
        "show_document", document_id="$request.body#/document_id", after=POSITION
    ),
}
"""Where one reads what one has just written, by command."""


def command_refusals(pack: RulePack) -> Described:
    """By name the refusals that the commands of a family share."""
    return {
        f"{family}-{status}": response
        for family in families()
        for status, response in refusal_responses(
            command_codes(family, pack), pack
        ).items()
    }


def families() -> tuple[str, ...]:
    """The first words of the commands' tags."""
    return tuple(dict.fromkeys(tag.partition(".")[0] for tag in ASKED))


def command_codes(family: str, pack: RulePack) -> frozenset[str]:
    """What a command of a family may be refused with, at the door and behind it."""
    return refusal_codes(family, pack) | {"ACTOR-TOKEN", *BODY_CODES, *EVERY_CODE}


def command_paths(references: References, pack: RulePack) -> Described:
    shared = {
        family: {
            status: {"$ref": f"#/components/responses/{family}-{status}"}
            for status in refusal_responses(command_codes(family, pack), pack)
        }
        for family in families()
    }
    return {
        f"/v1/commands/{tag}": {
            "post": command_operation(
                tag, references, shared[tag.partition(".")[0]], pack
            )
        }
        for tag in ASKED
    }


def command_operation(
    tag: str, references: References, refusals: Described, pack: RulePack
) -> Described:
    command = ASKED[tag]
    described = operation(
        tag.replace(".", "_").replace("-", "_"),
        first_line(command),
        references[BatchAnswer if tag in BATCHES else Acceptance],
        description=whose(tag, pack),
        links=LINKS.get(tag),
        parameters=[TRACE_PARAMETER],
        requestBody={
            "required": True,
            "content": {
                JSON: {"schema": references[command], "example": ASKED_EXAMPLES[tag]}
            },
        },
    )
    described["responses"] |= refusals
    return described


def whose(tag: str, pack: RulePack) -> str:
    if tag in BATCHES:
        return "A batch: each of its commands is for the roles of that command."
    return "For: " + ", ".join(pack.roles[tag])
