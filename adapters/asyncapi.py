"""The AsyncAPI 3 description of the bus: what FastStream declares, made complete.

FastStream names channels, addresses, directions and queues. What it has no words for
is added here: parameters of subjects, headers, replies, examples, and our schemas.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from faststream.nats import NatsBroker, NatsMessage
from faststream.response import Response
from faststream.specification import AsyncAPI

from adapters.command_examples import UNIVERSITY
from adapters.contract import (
    DELIVERY,
    batch_acceptance,
    refusal_examples,
    subject_contract,
    success_example,
)
from adapters.envelope import CONTENT_TYPE, MIXED, open_record
from adapters.event_examples import golden_records
from adapters.jetstream.declared import declare_commands, declare_events
from adapters.jetstream.stream import LANGUAGE_HEADER, TOKEN_HEADER, TRACE_HEADER
from adapters.jetstream.stream import stream_name as stream_of_node
from adapters.message_schemas import (
    ASKED,
    ASKED_EXAMPLES,
    command_definitions,
    definitions_of,
    event_definitions,
)
from adapters.orders import Acceptance
from adapters.outcomes import BatchAnswer
from adapters.problems import CONTENT_TYPE as PROBLEM_JSON
from adapters.problems import Problem
from domain.messages import BATCHES, EVENTS
from domain.regulation.pack import RulePack

JSON = "application/json"
SCHEMAS = "#/components/schemas/{name}"
SERVER = "bus"
REPLIES = "replies"

Part = dict[str, Any]  # a JSON object of the description


def asyncapi_document(
    pack: RulePack, *, node: str = "local", url: str = "nats://127.0.0.1:4222"
) -> Part:
    """The whole description of the bus of a node."""
    declared = declared_document(node, url)
    schemas = all_schemas(pack)
    messages = {
        **{tag: command_message(tag) for tag in ASKED},
        **{tag: event_message(tag) for tag in EVENTS},
        **reply_messages(),
    }
    server = declared["servers"].popitem()[1]
    return {
        "asyncapi": declared["asyncapi"],
        "id": declared["id"],
        "info": declared["info"],
        "defaultContentType": JSON,
        "servers": {
            SERVER: {
                "host": server["host"],
                "protocol": server["protocol"],
                "description": (
                    "The NATS server of a node. Identities and passwords are the "
                    "operator's to give; readers use pull consumers of the stream "
                    f"`{stream_of_node(node)}`."
                ),
                "security": [{"$ref": "#/components/securitySchemes/identity"}],
            }
        },
        "channels": {
            **{
                name: channel(name, declared["channels"][name], pack)
                for name in (*ASKED, *EVENTS)
            },
            REPLIES: {
                "address": None,
                "title": "Replies to commands",
                "description": "The reply subject that the request names.",
                "messages": {
                    name: {"$ref": f"#/components/messages/{name}"}
                    for name in reply_messages()
                },
            },
        },
        "operations": {
            name: operation(
                name, declared["operations"][name], declared["channels"][name]
            )
            for name in (*ASKED, *EVENTS)
        },
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": {
                "identity": {
                    "type": "userPassword",
                    "description": "An identity on the bus, such as `guest`, which "
                    "reads what is public, or `auditor`, which reads all.",
                }
            },
        },
    }


def declared_document(node: str, url: str) -> Part:
    """What FastStream makes of the declarations."""

    async def nobody(_tag: str, _message: NatsMessage) -> Response:
        raise NotImplementedError  # nothing is served here

    broker = NatsBroker(url, apply_types=False, logger=None)
    declare_commands(broker, nobody)
    declare_events(broker, stream_of_node(node))
    told = AsyncAPI(
        broker,
        title="Adisteme",
        version="0",
        identifier="urn:adisteme:asyncapi",
        description="\n\n".join(
            (
                "The shared record of educational-methodical work (order 583) on NATS. "
                "The node sends events and receives commands.",
                "Events stand on the JetStream stream "
                f"`{stream_of_node(node)}`, one message each.",
                *DELIVERY,
            )
        ),
    )
    document: Part = told.to_specification().to_jsonable()
    return document


def channel(name: str, declared: Part, pack: RulePack) -> Part:
    """A subject with its parameters explained, and the one message it carries."""
    address = declared["address"]
    kinds = command_parameters() if name in ASKED else event_parameters(pack)
    return {
        "address": address,
        "title": name,
        "description": declared["description"],
        "servers": [{"$ref": f"#/servers/{SERVER}"}],
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "parameters": {
            parameter: what
            for parameter, what in kinds.items()
            if f"{{{parameter}}}" in address
        },
    }


def operation(name: str, declared: Part, on: Part) -> Part:
    """What the node does: it receives commands, and answers them; it sends events."""
    part: Part = {
        "action": declared["action"],
        "channel": declared["channel"],
        "title": name,
        "summary": on["description"],
        "tags": [{"name": name.partition(".")[0]}],
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
    }
    if name in ASKED:
        part["bindings"] = {"nats": {"queue": on["bindings"]["nats"]["queue"]}}
        part["reply"] = {
            "channel": {"$ref": f"#/channels/{REPLIES}"},
            "messages": [
                {"$ref": f"#/channels/{REPLIES}/messages/{one}"}
                for one in ("outcomes" if name in BATCHES else "acceptance", "refusal")
            ],
        }
    return part


def event_parameters(pack: RulePack) -> Part:
    """The tokens of an event's subject that its type leaves open."""
    tokens: Mapping[str, str] = subject_contract(
        open_record(next(iter(golden_records().values())))
    )["tokens"]
    return {
        "kato2": {"description": tokens["kato2"], "examples": ["75", "00"]},
        "kato4": {"description": tokens["kato4"], "examples": ["7513", "7500"]},
        "level": {
            "description": "the event's attribute `level`",
            "enum": [*(level.lower() for level in pack.levels), MIXED],
        },
        "org": {"description": tokens["org"], "examples": [UNIVERSITY, "node"]},
    }


def command_parameters() -> Part:
    return {
        "org": {
            "description": "BIN of the sender's organisation, or `node`: the `org` of "
            "the token",
            "examples": [UNIVERSITY, "node"],
        }
    }


def command_message(tag: str) -> Part:
    return {
        "name": tag,
        "title": tag,
        "summary": (ASKED[tag].__doc__ or tag).partition("\n")[0],
        "contentType": JSON,
        "headers": {
            "type": "object",
            "properties": {
                TOKEN_HEADER: {
                    "type": "string",
                    "pattern": "^Bearer ",
                    "description": "`Bearer <JWT>`, the same token as over HTTP",
                },
                LANGUAGE_HEADER: {
                    "type": "string",
                    "description": "the language of a refusal: ru, kk or en",
                },
                TRACE_HEADER: {
                    "type": "string",
                    "description": "W3C trace context, kept with the events",
                },
            },
            "required": [TOKEN_HEADER],
        },
        "payload": {"$ref": SCHEMAS.format(name=tag)},
        "examples": [
            {
                "name": tag,
                "headers": {TOKEN_HEADER: "Bearer <JWT>", LANGUAGE_HEADER: "ru"},
                "payload": ASKED_EXAMPLES[tag],
            }
        ],
    }


def event_message(tag: str) -> Part:
    return {
        "name": tag,
        "title": tag,
        "summary": (EVENTS[tag].__doc__ or tag).partition("\n")[0],
        "contentType": CONTENT_TYPE,
        "headers": {
            "type": "object",
            "properties": {"Content-Type": {"type": "string", "const": CONTENT_TYPE}},
        },
        "payload": {"$ref": SCHEMAS.format(name=tag)},
        "examples": [
            {
                "name": tag,
                "headers": {"Content-Type": CONTENT_TYPE},
                "payload": msgspec.json.decode(golden_records()[tag]),
            }
        ],
    }


def reply_messages() -> Part:
    """What a command is answered with: exactly one of these."""
    return {
        "acceptance": {
            "name": "acceptance",
            "title": "Accepted",
            "summary": "What was written; a repeat gives the same with `repeated`",
            "contentType": JSON,
            "payload": {"$ref": SCHEMAS.format(name=Acceptance.__name__)},
            "examples": [{"name": "accepted", "payload": success_example()["body"]}],
        },
        "outcomes": {
            "name": "outcomes",
            "title": "Outcomes of a batch",
            "summary": "For each command its acceptance or refusal",
            "contentType": JSON,
            "payload": {"$ref": SCHEMAS.format(name=BatchAnswer.__name__)},
            "examples": [
                {"name": "outcomes", "payload": msgspec.to_builtins(batch_acceptance())}
            ],
        },
        "refusal": {
            "name": "refusal",
            "title": "Refused",
            "summary": "Nothing was done; `code`, `rule` and `context` say why",
            "contentType": PROBLEM_JSON,
            "payload": {"$ref": SCHEMAS.format(name=Problem.__name__)},
            "examples": [
                {"name": one["code"], "payload": one} for one in refusal_examples()
            ],
        },
    }


def all_schemas(pack: RulePack) -> Part:
    """Every schema by name, as JSON Schema draft 7, which AsyncAPI reads."""
    schemas: Part = {}
    for definitions in (
        command_definitions(SCHEMAS),
        event_definitions(pack, SCHEMAS),
        definitions_of((Acceptance, BatchAnswer, Problem), SCHEMAS)[1],
    ):
        for name, one in definitions.items():
            older = as_draft_7(one)
            if schemas.setdefault(name, older) != older:
                raise ValueError(f"two schemas are called {name}")
    return schemas


def as_draft_7(value: Any) -> Any:  # a JSON value
    """The same schema in draft 7: only arrays of fixed length are written otherwise."""
    if isinstance(value, list):
        return [as_draft_7(one) for one in value]
    if not isinstance(value, dict):
        return value
    older = {name: as_draft_7(one) for name, one in value.items()}
    if "prefixItems" in older:
        older["additionalItems"] = older.pop("items", True)
        older["items"] = older.pop("prefixItems")
    return older
