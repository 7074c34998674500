"""JSON Schema (2020-12) of every event on the bus, and of every command."""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from adapters.command_examples import BATCH_EXAMPLES, EXAMPLES
from adapters.contract import ATTRIBUTES
from adapters.envelope import (
    CONTENT_TYPE,
    MIXED,
    SCHEMA_PREFIX,
    TYPE_PREFIX,
    CloudEvent,
)
from domain.messages import BATCHES, COMMANDS, EVENTS, OWN, PUBLIC, SCOPES
from domain.regulation.pack import RulePack, rule_pack

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ASKED: Mapping[str, type] = {**COMMANDS, **BATCHES}
"""All that may be sent: commands, and batches of them, by tag."""

ASKED_EXAMPLES = {**EXAMPLES, **BATCH_EXAMPLES}
IN_DEFINITIONS = "#/$defs/{name}"
ENVELOPE = "Envelope"

UTC_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"

Schema = dict[str, Any]  # JSON Schema has many shapes


def event_schemas() -> Schema:
    """One document: what is one event of this node, and under `$defs` each by tag."""
    definitions = event_definitions(rule_pack(), IN_DEFINITIONS)
    return {
        "$schema": DIALECT,
        "$id": "urn:adisteme:schema:events",
        "title": "Events of Adisteme",
        "description": (
            f"One message of the stream (`{CONTENT_TYPE}`): a CloudEvents 1.0 envelope "
            "with its attributes in the order in which they stand here, and in `data` "
            "the event's own fields. `#/$defs/<tag>` is one type of event. New "
            "optional attributes and fields may appear: nothing unknown is forbidden."
        ),
        "oneOf": [{"$ref": IN_DEFINITIONS.format(name=tag)} for tag in EVENTS],
        "$defs": definitions,
    }


def command_schemas() -> Schema:
    """One document: under `$defs` each command's or batch's body, with an example."""
    definitions = command_definitions(IN_DEFINITIONS)
    return {
        "$schema": DIALECT,
        "$id": "urn:adisteme:schema:commands",
        "title": "Commands of Adisteme",
        "description": (
            "`#/$defs/<tag>` is the body of one type of command; the address names "
            "the type, the body does not. Unknown fields are refused."
        ),
        "$defs": definitions,
    }


def event_definitions(pack: RulePack, template: str) -> dict[str, Schema]:
    """By name: the envelope, each event by tag, and what their data is made of."""
    references, parts = definitions_of(EVENTS.values(), template)
    envelope = {"$ref": template.format(name=ENVELOPE)}
    whole = {
        tag: {
            "title": tag,
            "description": first_line(event),
            "allOf": [envelope],
            "properties": {
                "type": {"const": TYPE_PREFIX + tag},
                "dataschema": {"const": SCHEMA_PREFIX + tag},
                "scope": {"const": SCOPES[event]},
                "data": references[event],
            },
        }
        for tag, event in EVENTS.items()
    }
    return {ENVELOPE: envelope_schema(pack), **whole, **parts}


def command_definitions(template: str) -> dict[str, Schema]:
    """By name: each command or batch by tag, and what their fields are made of."""
    references, parts = definitions_of(ASKED.values(), template)
    bodies = {
        tag: {
            **parts.pop(name_in(references[command])),
            "title": tag,
            "examples": [ASKED_EXAMPLES[tag]],
        }
        for tag, command in ASKED.items()
    }
    return {**bodies, **parts}


def definitions_of(
    types: Iterable[type], template: str
) -> tuple[Mapping[type, Schema], dict[str, Schema]]:
    """A reference for each type, and by name the schemas that they lead to."""
    wanted = list(types)
    found, parts = msgspec.json.schema_components(wanted, ref_template=template)
    return dict(zip(wanted, found, strict=True)), tidied(parts)


def name_in(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def envelope_schema(pack: RulePack) -> Schema:
    """The attributes of every event, in their order."""
    schema = msgspec.json.schema_components([CloudEvent])[1][CloudEvent.__name__]
    levels = [*(level.lower() for level in pack.levels), MIXED]
    tightened: dict[str, Schema] = {
        "specversion": {"const": "1.0"},
        "time": {"format": "date-time", "pattern": UTC_TIME},
        "datacontenttype": {"const": "application/json"},
        "recordedtime": {"format": "date-time", "pattern": UTC_TIME},
        "sequence": {"minimum": 1},
        "streamversion": {"minimum": 1},
        "feedseq": {"minimum": 1},
        "scope": {"enum": [PUBLIC, OWN]},
        "kato": {"pattern": "^[0-9]{9}$"},
        "level": {"enum": levels},
    }
    return {
        **schema,
        "title": ENVELOPE,
        "description": inspect.cleandoc(CloudEvent.__doc__ or ""),
        "properties": {
            name: {
                **schema["properties"][name],
                "description": what,
                **tightened.get(name, {}),
            }
            for name, what in ATTRIBUTES.items()
        },
    }


def first_line(message: type) -> str:
    return (message.__doc__ or "").strip().partition("\n")[0]


def tidied(value: Any) -> Any:  # a JSON value
    """The same with docstrings freed from the indentation of the code."""
    if isinstance(value, dict):
        return {
            name: inspect.cleandoc(one)
            if name == "description" and isinstance(one, str)
            else tidied(one)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [tidied(one) for one in value]
    return value
