"""The contract page: what a stranger needs to send commands and read events."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from adapters.command_examples import EXAMPLES
from adapters.envelope import (
    CONTENT_TYPE,
    Decision,
    Draft,
    open_record,
    seal,
    subject_of,
)
from adapters.orders import MAX_COMMAND_BYTES, Accepted, refused
from adapters.problems import problem
from domain.decider import Refusal
from domain.identifiers import Names
from domain.messages import COMMANDS, EVENTS, SCOPES
from domain.regulation.pack import rule_pack

COUNCIL = "council/260990000014.org"

ATTRIBUTES = {
    "specversion": "always 1.0",
    "id": "<node>.<position>, unique in the world as node names are",
    "type": "kz.adisteme. and the event's stored name",
    "source": "/nodes/<node>/orgs/<BIN of the event's owner>",
    "subject": "the stream: <aggregate>/<id>",
    "time": "when the act took place, UTC",
    "datacontenttype": "application/json",
    "dataschema": "urn:adisteme:event: and the event's stored name",
    "sequence": "position in the node's log; equals the JetStream sequence",
    "streamversion": "version of the stream that this event makes, from 1",
    "recordedtime": "when it entered the log, UTC; never goes back",
    "feed": "<node>/<BIN of the owner>/<scope>",
    "feedseq": "number in that feed: from 1, without gap",
    "scope": "pub: any institution may read; own: the owner, its cabinet, the auditor",
    "kato": "the owner's territory at append, 9 digits",
    "level": "secondary, tve, pse, he, or mixed; at append",
    "commandid": "the id that the sender gave the command",
    "correlationid": "the first command of the chain",
    "causationid": "what caused the command, where a policy gave it",
    "rule": "the rule of the order it falls under, where there is one",
    "rulepack": "the rule pack that decided",
    "actorid": "the person, a random id",
    "actororg": "BIN of the actor's organisation, or node",
    "actorrole": "the role of the capacity",
    "actorcapacity": "<stream>#<n>: the event that seated the actor",
    "traceparent": "W3C trace context, where the sender gave one",
    "data": "the event's own fields",
}


def golden_record() -> bytes:
    """One sealed record, the same bytes every time."""
    moment = datetime(2026, 9, 18, 5, 30, tzinfo=UTC)
    draft = Draft(
        stream=COUNCIL,
        version=2,
        tag="council.member-elected.v1",
        data=msgspec.json.encode(
            {
                "council_id": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                "person_id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
                "election": {"date": "2026-09-18", "voters": 40, "votes_for": 31},
                "seat": 1,
                "valid_from": "2026-09-18",
            }
        ),
        time=moment,
        owner="260990000014",
        scope="pub",
        levels=(),
        rule="14",
    )
    decision = Decision(
        command_id="8f14e45f-ceea-467f-a9b1-5c3d7e2a001e",
        command_tag="council.elect-member",
        command_owner="260990000014",
        stream=COUNCIL,
        digest="",
        reads={},
        searches={},
        drafts=(draft,),
        rule_pack=rule_pack().id,
        actor_id="9b2d7f7e-3c57-4f3b-8a7c-5d0a1e2f3b4c",
        actor_org="260990000014",
        actor_role="HEAD",
        actor_capacity="staff/260990000014.9b2d7f7e-3c57-4f3b-8a7c-5d0a1e2f3b4c#1",
    )
    return seal(
        draft,
        decision,
        node="local",
        position=42,
        feed_number=7,
        recorded_at=moment,
        kato="750000000",
        owner_levels=("HE",),
    )


def contract() -> dict[str, Any]:  # JSON of many shapes
    """All of the contract as JSON-shaped values."""
    pack = rule_pack()
    record = open_record(golden_record())
    refusal = refused(
        pack,
        Refusal(
            "R19-NOT-ALL-POSITIVE",
            bodies=[Names(ru="Методический совет", kk="Әдістемелік кеңес")],
            body_refs=[COUNCIL],
            stage=4,
        ),
        "8f14e45f-ceea-467f-a9b1-5c3d7e2a0030",
    )
    accepted = Accepted(
        command_id="8f14e45f-ceea-467f-a9b1-5c3d7e2a001e",
        stream=COUNCIL,
        version=2,
        position=42,
        events=("council.member-elected.v1",),
    )
    return {
        "rule_pack": pack.id,
        "commands": {
            "http": "POST /v1/commands/<type>",
            "max_bytes": MAX_COMMAND_BYTES,
            "always": {
                "command_id": "UUID of the sender; the same id and content again "
                "gives the same answer, other content is CMD-ID-REUSED",
                "capacity": "<stream>#<n>: stream and version of the event that seated "
                "the sender (the answer to staff.appoint names both)",
                "occurred_at": "optional, RFC 3339 with offset: when the act was; "
                "never in the future",
                "expected_version": "optional: refused with CMD-STALE if the stream "
                "has moved on",
            },
            "types": {
                tag: {
                    "what": (command.__doc__ or "").strip().partition("\n")[0],
                    "roles": pack.roles[tag],
                    "example": EXAMPLES[tag],
                }
                for tag, command in COMMANDS.items()
            },
        },
        "success": {"status": 200, "body": msgspec.to_builtins(accepted)},
        "refusal": {
            "media_type": "application/problem+json",
            "body": msgspec.to_builtins(problem(refusal, pack, "en")),
        },
        "token": {
            "header": "Authorization: Bearer <JWT>",
            "language": "Accept-Language: ru, kk or en",
            "claims": {
                "iss": "the issuer; the node's own is its name",
                "aud": "adisteme",
                "sub": "the person: a random UUID (version 4)",
                "org": "BIN of the person's organisation, or node",
                "exp": "required",
            },
            "keys": "GET /.well-known/jwks.json",
        },
        "stream": "ADISTEME_<NODE>; the node is `local` unless set",
        "subject": {
            "pattern": "adisteme.ev.<scope>.<kato2>.<kato4>.<level>.<org>."
            "<aggregate>.<event>",
            "example": subject_of(record),
            "useful": {
                "adisteme.ev.pub.>": "all that is public",
                "adisteme.ev.*.75.>": "one region",
                "adisteme.ev.own.75.*.tve.>": "what an oblast cabinet supervises",
                "adisteme.ev.*.*.*.*.260990000014.>": "one organisation",
            },
        },
        "event": {
            "header": f"Content-Type: {CONTENT_TYPE}",
            "attributes": ATTRIBUTES,
            "example": msgspec.json.decode(golden_record()),
            "types": {tag: SCOPES[event] for tag, event in EVENTS.items()},
        },
        "delivery": [
            "Events come in the order of their sequence, without gap on the whole "
            "stream.",
            "In a filtered read, feedseq has no gap in each feed.",
            "An event may be delivered again: keep the last sequence, skip what is not "
            "beyond it, and start a consumer at sequence + 1.",
            "A released event type never changes; new optional fields may appear, so "
            "ignore what you do not know.",
        ],
    }


def as_json() -> str:
    return msgspec.json.format(msgspec.json.encode(contract()), indent=1).decode()


def block(value: object) -> str:
    text = msgspec.json.format(msgspec.json.encode(value), indent=1).decode()
    return f"```json\n{text}\n```"


def page() -> str:
    """The contract as a Markdown page."""
    whole = contract()
    commands, event, token = whole["commands"], whole["event"], whole["token"]
    subject = whole["subject"]
    lines = [
        "# The contract",
        f"Rule pack {whole['rule_pack']}.",
        "## Commands",
        f"`{commands['http']}`, at most {commands['max_bytes']} bytes of JSON: the "
        "command's own fields flat beside these:",
        *(f"- `{name}`: {what}" for name, what in commands["always"].items()),
        "",
        f"Success: status {whole['success']['status']},",
        block(whole["success"]["body"]),
        f"Refusal: `{whole['refusal']['media_type']}` (RFC 9457),",
        block(whole["refusal"]["body"]),
        "## Who you are",
        f"`{token['header']}`; `{token['language']}`; keys: `{token['keys']}`. Claims:",
        *(f"- `{name}`: {what}" for name, what in token["claims"].items()),
        "## Events",
        f"One NATS JetStream stream, {whole['stream']}. Every message is one "
        f"CloudEvent in structured mode, header `{event['header']}`.",
        "",
        f"Subject: `{subject['pattern']}`, as `{subject['example']}`.",
        *(f"- `{name}`: {what}" for name, what in subject["useful"].items()),
        "",
        "Attributes, in this order:",
        *(f"- `{name}`: {what}" for name, what in event["attributes"].items()),
        "",
        block(event["example"]),
        "What you may rely on:",
        *(f"- {promise}" for promise in whole["delivery"]),
        "## Types of event",
        *(f"- `{tag}` ({scope})" for tag, scope in event["types"].items()),
        "## Types of command",
    ]
    for tag, command in commands["types"].items():
        roles = ", ".join(command["roles"])
        lines += [f"### {tag}", f"{command['what']} Roles: {roles}."]
        lines.append(block(command["example"]))
    return "\n".join(lines)
