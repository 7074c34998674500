"""The contract: what a stranger needs to send commands and read events, as values."""

from typing import Any

import msgspec

from adapters.answers import DocumentQuery, OneQuery, OrganisationQuery, RefusalQuery
from adapters.command_examples import (
    BATCH_EXAMPLES,
    EXAMPLES,
    REMARKS,
    TEACHER_PERSON,
    TEXT_HASH,
    UNIVERSITY,
)
from adapters.envelope import CONTENT_TYPE, open_record, subject_of
from adapters.event_examples import golden_records
from adapters.http_routes.content import MAX_FILE_BYTES, MAX_TEXT_BYTES
from adapters.identity import ALGORITHMS, AUDIENCE, LEEWAY
from adapters.jetstream.accounts import HOME
from adapters.jetstream.stream import COMMANDS as COMMANDS_SUBJECT
from adapters.jetstream.stream import LANGUAGE_HEADER, TOKEN_HEADER
from adapters.orders import MAX_COMMAND_BYTES, Acceptance
from adapters.outcomes import BatchAnswer, BatchOutcome
from adapters.problems import CONTENT_TYPE as PROBLEM_JSON
from adapters.problems import problem_of
from adapters.trail_answers import TrailQuery
from adapters.work_answers import BodyQuery, MeetingQuery, OfficeQuery, TallyQuery
from domain.decider import Batch, Command, Refusal
from domain.identifiers import Names
from domain.messages import BATCHES, COMMANDS, EVENTS, SCOPES
from domain.regulation.pack import rule_pack

COUNCIL = f"council/{UNIVERSITY}.org"

Values = dict[str, Any]  # JSON of many shapes

ATTRIBUTES = {
    "specversion": "always 1.0",
    "id": "`<node>.<position>`, unique in the world as node names are",
    "type": "`kz.adisteme.` and the event's stored name `<aggregate>.<event>.v<n>`",
    "source": "`/nodes/<node>/orgs/<BIN of the event's owner>`; `node` for the node's "
    "own",
    "subject": "the stream: `<aggregate>/<id>`",
    "time": "when the act took place, RFC 3339, UTC",
    "datacontenttype": "always application/json",
    "dataschema": "`urn:adisteme:event:` and the event's stored name; the schemas "
    "stand in `adisteme schema events`",
    "sequence": "position in the node's log, a JSON number; equals the JetStream "
    "sequence; from 1, without gap",
    "streamversion": "version of the stream that this event makes; from 1, without gap",
    "recordedtime": "when it entered the log, UTC; never goes back",
    "feed": "`<node>/<BIN of the owner>/<scope>`",
    "feedseq": "number in that feed; from 1, without gap",
    "scope": "`pub`: any institution may read; `own`: the owner, its cabinet, the "
    "auditor",
    "kato": "the owner's territory at append, 9 digits; 000000000 for the node",
    "level": "`secondary`, `tve`, `pse`, `he`, or `mixed`; at append",
    "commandid": "the id that the sender gave the command; a command may write several "
    "events",
    "correlationid": "id of the first command of the chain",
    "causationid": "what caused the command; only where a policy gave it",
    "rule": "the rule of the order it falls under; only where there is one",
    "rulepack": "the rule pack that decided",
    "actorid": "the person, a random id; never a name or IIN",
    "actororg": "BIN of the actor's organisation, or `node`",
    "actorrole": "the role of the capacity, as HEAD",
    "actorcapacity": "`<stream>#<n>`: the event that seated the actor",
    "traceparent": "W3C trace context; only where the sender gave one",
    "data": "the event's own fields",
}

SHOWN_WHOLE = (
    "council.member-elected.v1",
    "document.submitted.v1",
    "document.conclusion-recorded.v1",
    "document.approved.v1",
)
"""The events that the page shows with all their attributes."""

SEATING = {
    "node.operator-granted.v1": "the role granted: REGISTRAR, AUDITOR",
    "staff.appointed.v1": "the post: HEAD, DEPUTY_HEAD_EM, METHODIST, TEACHER, ...",
    "council.chair-seated.v1": "CHAIR",
    "council.secretary-seated.v1": "SECRETARY",
    "review-body.chair-elected.v1": "CHAIR",
    "review-body.department-head-appointed.v1": "DEPARTMENT_HEAD",
    "association.leader-elected.v1": "LEADER",
    "association.leader-appointed.v1": "LEADER",
}
"""Events that give a capacity, and the role that it has."""

QUERIES = {
    "/v1/documents": (
        "own documents, those one supervises or reviews, and approved ones of all",
        DocumentQuery,
    ),
    "/v1/documents/{document_id}": (
        "one; `audience` says how the asker stands to it, and so what is shown",
        OneQuery,
    ),
    "/v1/documents/tally": ("how many, by what they have in common", TallyQuery),
    "/v1/documents/{document_id}/explain": (
        "what is met, what is missing, who could act now; one's own",
        OneQuery,
    ),
    "/v1/audit/trail/{document_id}": (
        "the whole chain, and what it proves; for owner, supervisor and auditor",
        TrailQuery,
    ),
    "/v1/audit/summary": ("approvals and refusals by rule, for AUDITOR", OneQuery),
    "/v1/bodies": ("reviewing bodies as they are today", BodyQuery),
    "/v1/meetings": ("meetings of one's own bodies, with agendas", MeetingQuery),
    "/v1/organisations": ("the directory", OrganisationQuery),
    "/v1/organisations/{bin}/offices": (
        "one's own leading posts, methodists, and what ends soon",
        OfficeQuery,
    ),
    "/v1/organisations/{bin}": ("one organisation", OneQuery),
    "/v1/refusals": ("refused commands, for REGISTRAR and AUDITOR", RefusalQuery),
    "/v1/errors": ("every code with its texts; no token needed", None),
    "/v1/rules": ("every rule in words of our own; no token needed", None),
    "/v1/rules/{rule}": ("one, with what it shapes; no token needed", None),
    "/v1/rules/pack": ("the regulation as data; no token needed", None),
    "/health/ready": ("how the parts are; no token needed", None),
    "/schema/openapi.json": ("all of HTTP, with schemas; no token needed", None),
}

STATUSES = {
    "200": "accepted; a repeat of the same command gives the same answer with "
    "`repeated: true`",
    "401": "no valid token (ACTOR-TOKEN)",
    "403": "the capacity or role may not do this",
    "404": "not there, or not for you",
    "409": "not in this state, or the stream has moved on (CMD-STALE); a query: the "
    "views do not show `after` yet, ask again (QUERY-BEHIND)",
    "413, 415": "too large; not JSON",
    "422": "malformed, or other content under a known id (CMD-ID-REUSED)",
    "503": "the store is down or has too much waiting; send the same command again "
    "after `Retry-After` seconds",
}

DELIVERY = (
    "Events come in the order of their `sequence`, without gap on the whole stream.",
    "In a filtered read `sequence` has gaps and `feedseq` has none in each feed that "
    "the filter holds whole; a gap there means: open the consumer again behind the "
    "last event kept.",
    "An event may be delivered again: keep the last `sequence` with your own data, "
    "skip what is not beyond it, and start a consumer at `sequence` + 1.",
    "Nothing is ever deleted from the stream: reading from 1 gives the whole history.",
    "A released type of event never changes; new optional fields and attributes may "
    "appear, so ignore what you do not know.",
    "Names, IIN and free text never stand in an event: a `*_ref` names content.",
)


def contract() -> Values:
    """All of the contract as JSON-shaped values."""
    records = golden_records()
    return {
        "rule_pack": rule_pack().id,
        "token": token_contract(),
        "commands": command_contract(),
        "success": success_example(),
        "statuses": STATUSES,
        "refusal": {"media_type": PROBLEM_JSON, "examples": refusal_examples()},
        "queries": {
            f"GET {path}": {
                "what": what,
                "parameters": list(query.__struct_fields__) if query else [],
            }
            for path, (what, query) in QUERIES.items()
        },
        "content": content_contract(),
        "nats": {
            "stream": "ADISTEME_<NODE>, upper case; the node is `local` unless set",
            "header": f"Content-Type: {CONTENT_TYPE}",
            "commands": {
                "subject": "adisteme.cmd.<org>.<aggregate>.<verb>",
                "token": f"{TOKEN_HEADER}: Bearer <JWT>",
                "language": f"{LANGUAGE_HEADER}: ru, kk or en",
                "reply": "the JSON of HTTP: an acceptance, or a problem with its own "
                "`status`; `content-type` tells which",
                "account": "one of its own on the NATS server, which imports the "
                f"service `{COMMANDS_SUBJECT}` of the account {HOME} and may publish "
                "under its organisation; the embedded server has none",
                "described": "adisteme schema asyncapi",
            },
        },
        "subject": subject_contract(open_record(records[SHOWN_WHOLE[0]])),
        "event": {
            "attributes": ATTRIBUTES,
            "types": {
                tag: {
                    "what": what_of(event),
                    "scope": SCOPES[event],
                    "example": msgspec.json.decode(records[tag]),
                    "schema": schema_of(event),
                }
                for tag, event in EVENTS.items()
            },
        },
        "delivery": list(DELIVERY),
    }


def token_contract() -> Values:
    return {
        "header": "Authorization: Bearer <JWT>",
        "language": "Accept-Language: ru, kk or en",
        "claims": {
            "iss": "the issuer; the node's own is the node's name",
            "aud": AUDIENCE,
            "sub": "the person: a random UUID (version 4), lower case",
            "org": "BIN of the person's organisation, or `node`",
            "exp": f"required; clocks may differ by {LEEWAY.seconds} s",
            "nbf, iat, jti": "optional",
        },
        "example": {
            "iss": "local",
            "aud": AUDIENCE,
            "sub": TEACHER_PERSON,
            "org": UNIVERSITY,
            "exp": 1789724400,
        },
        "algorithms": list(ALGORITHMS),
        "keys": "GET /.well-known/jwks.json",
        "seating": SEATING,
    }


def command_contract() -> Values:
    pack = rule_pack()
    return {
        "http": "POST /v1/commands/<type>",
        "media_type": "application/json",
        "max_bytes": MAX_COMMAND_BYTES,
        "always": {
            "command_id": "UUID of the sender, lower case; the same id and content "
            "again gives the same answer, other content is CMD-ID-REUSED. "
            "`<uuid>/<k>` for the k-th command of a batch",
            "capacity": "`<stream>#<n>`: `subject` and `streamversion` of the event "
            "that seated the sender",
            "occurred_at": "optional, RFC 3339 with offset: when the act was; never in "
            "the future; absent: now",
            "expected_version": "optional: the `version` of the stream that the sender "
            "saw; CMD-STALE if it has moved on",
        },
        "types": {
            tag: {
                "what": what_of(command),
                "roles": pack.roles[tag],
                "optional": optional_fields(command),
                "example": EXAMPLES[tag],
                "schema": schema_of(command),
            }
            for tag, command in COMMANDS.items()
        },
        "batches": {
            tag: {
                "what": what_of(batch),
                "of": "each is a command of its own, under `<command_id>/<k>`",
                "answer": "status 200 and `outcomes`: for each command its "
                "`command_id`, and `accepted` or `refused`, as above",
                "optional": optional_fields(batch),
                "example": BATCH_EXAMPLES[tag],
                "schema": schema_of(batch),
            }
            for tag, batch in BATCHES.items()
        },
    }


def content_contract() -> Values:
    return {
        "put_text": {
            "http": "POST /v1/content",
            "media_type": "application/json",
            "max_bytes": MAX_TEXT_BYTES,
            "body": {"kind": "remarks", "text": "Уточнить часы практики."},
            "status": 201,
            "answer": {"ref": REMARKS},
        },
        "put_file": {
            "http": "POST /v1/content",
            "media_type": "the file's own, as application/pdf; the body is the file",
            "max_bytes": MAX_FILE_BYTES,
            "status": 201,
            "answer": {"ref": "sha256:<hex>", "sha256": "<hex>"},
        },
        "get": "GET /v1/content/<ref>, for its own organisation and the auditor",
        "content_hash": {
            "what": "SHA-256, in hex, over the variants as a sorted JSON list of "
            "[language, media type, SHA-256 of the file], without spaces, in UTF-8",
            "of": [
                [variant["language"], variant["media_type"], variant["sha256"]]
                for variant in EXAMPLES["document.create"]["variants"]
            ],
            "is": TEXT_HASH,
        },
    }


def subject_contract(record: Any) -> Values:  # a CloudEvent
    return {
        "pattern": "adisteme.ev.<scope>.<kato2>.<kato4>.<level>.<org>."
        "<aggregate>.<event>",
        "tokens": {
            "scope": "as the attribute",
            "kato2": "region: the first two digits of `kato`; 00 for the node",
            "kato4": "raion: the first four digits; `NN00` where it is not known",
            "level": "as the attribute",
            "org": "BIN of the event's owner, or `node`",
            "aggregate, event": "as in `type`, without the version",
        },
        "example": subject_of(record),
        "useful": {
            "adisteme.ev.>": "everything, for the auditor",
            "adisteme.ev.pub.>": "all that is public",
            "adisteme.ev.*.75.>": "one region",
            "adisteme.ev.own.75.*.tve.>": "what an oblast cabinet supervises",
            f"adisteme.ev.*.*.*.*.{UNIVERSITY}.>": "one organisation",
            "adisteme.ev.pub.*.*.*.*.document.approved": "every approval",
        },
    }


def success_example() -> Values:
    told: Values = msgspec.to_builtins(success_acceptance())
    return {"status": 200, "body": told}


def success_acceptance() -> Acceptance:
    """What a sender is told of a command that was accepted."""
    return Acceptance(
        command_id=EXAMPLES["council.elect-member"]["command_id"],
        stream=COUNCIL,
        version=2,
        position=42,
        events=("council.member-elected.v1",),
        published=True,
        repeated=False,
    )


def batch_acceptance() -> BatchAnswer:
    """What a sender is told of a batch of which one command was accepted."""
    one = success_acceptance()
    return BatchAnswer(
        outcomes=(BatchOutcome(command_id=one.command_id, accepted=one, refused=None),)
    )


def refusal_examples() -> list[Values]:
    """What was refused by a rule, by the state of a stream, and at the door."""
    council = Names(
        ru="Учебно-методический совет университета",
        kk="Университеттің оқу-әдістемелік кеңесі",
    )
    refusals = (
        Refusal("R19-NOT-ALL-POSITIVE", bodies=[council], body_refs=[COUNCIL], stage=4),
        Refusal("CMD-STALE", expected=3, current=5),
        Refusal("ACTOR-TOKEN", reason="expired"),
    )
    pack = rule_pack()
    return [msgspec.to_builtins(problem_of(one, pack, "en")) for one in refusals]


def what_of(message: type) -> str:
    return (message.__doc__ or "").strip().partition("\n")[0]


def optional_fields(command: type[Command | Batch]) -> list[str]:
    """The message's own fields that may be left out."""
    return [
        field.name
        for field in msgspec.structs.fields(command)
        if not field.required and field.name not in Command.__struct_fields__
    ]


def schema_of(message: type) -> Values:
    """JSON Schema (2020-12) of a message."""
    schema: Values = msgspec.json.schema(message)
    return schema


def as_json() -> str:
    """The contract as one JSON object, with a schema of every message."""
    return msgspec.json.format(msgspec.json.encode(contract()), indent=1).decode()
