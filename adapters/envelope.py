"""The record on the wire and in the store: one structured CloudEvent, sealed once."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from domain.identifiers import NODE
from domain.messages import decode
from domain.regulation.kato import subject_tokens
from projections.projection import Recorded

CONTENT_TYPE = "application/cloudevents+json"
TYPE_PREFIX = "kz.adisteme."
SCHEMA_PREFIX = "urn:adisteme:event:"
SUBJECT_ROOT = "adisteme.ev"
MIXED = "mixed"
NODE_KATO = "000000000"
_TOKEN = re.compile(r"[a-z0-9-]+")


class Draft(Struct, frozen=True, kw_only=True):
    """An event that was decided, before the append lock gives it its numbers.

    `data` is the event's JSON. `levels` are those of the document or body; empty
    means: the owner's. `sets_kato` and `sets_levels` change what the store knows of
    the owner before this event is sealed; `opens` is the kind under which a new
    stream enters the registry index.
    """

    stream: str
    version: int
    tag: str
    data: bytes
    time: datetime
    owner: str
    scope: str
    levels: tuple[str, ...]
    rule: str | None
    sets_kato: str | None = None
    sets_levels: tuple[str, ...] | None = None
    opens: str | None = None


class Decision(Struct, frozen=True, kw_only=True):
    """All that one accepted command writes, and all that it rests on.

    `reads` maps stream to the version seen (0: no events); `searches` maps (owner,
    kind) to the version of that part of the registry index. Both are checked under
    the append lock. `stream` is the one that the command was decided on, `digest` the
    SHA-256 of its content.
    """

    command_id: str
    command_tag: str
    command_owner: str
    stream: str
    digest: str
    reads: Mapping[str, int]
    searches: Mapping[tuple[str, str], int]
    drafts: Sequence[Draft]
    rule_pack: str
    actor_id: str
    actor_org: str
    actor_role: str
    actor_capacity: str
    correlation_id: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None


class Denial(Struct, frozen=True, kw_only=True):
    """A refused command: what the refusal rests on, and what the auditor will read.

    `reads` and `searches` are checked as those of a decision: a refusal stands only
    where they do. `context` holds JSON-shaped values. `actor_role` is None where the
    capacity did not prove to be the actor's.
    """

    command_id: str
    command_tag: str
    command_owner: str
    reads: Mapping[str, int]
    searches: Mapping[tuple[str, str], int]
    at: datetime
    code: str
    rule: str | None
    rule_pack: str
    actor: str
    actor_org: str
    actor_role: str | None = None
    causation_id: str | None = None
    stream: str
    context: Mapping[str, Any]  # JSON-shaped values

    @property
    def drafts(self) -> Sequence[Draft]:
        return ()


Verdict = Decision | Denial


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of an accepted command: kept with it, given again on a repeat."""

    command_id: str
    stream: str
    version: int
    position: int
    events: tuple[str, ...]


class CommandRecord(Struct, frozen=True):
    """An accepted command as the store remembers it."""

    digest: str
    outcome: Outcome


class Stale(Struct, frozen=True):
    """A verdict that rests on what has changed since; nothing of it was written."""

    streams: tuple[str, ...]
    searches: tuple[tuple[str, str], ...]


class CloudEvent(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """CloudEvents 1.0 in structured mode; the order of fields is part of the contract.

    Absent optional attributes are left out. `data` is the event's own JSON.
    """

    specversion: str
    id: str
    type: str
    source: str
    subject: str
    time: datetime
    datacontenttype: str
    dataschema: str
    sequence: int
    streamversion: int
    recordedtime: datetime
    feed: str
    feedseq: int
    scope: str
    kato: str
    level: str
    commandid: str
    correlationid: str
    causationid: str | UnsetType = UNSET
    rule: str | UnsetType = UNSET
    rulepack: str
    actorid: str
    actororg: str
    actorrole: str
    actorcapacity: str
    traceparent: str | UnsetType = UNSET
    data: msgspec.Raw

    @property
    def tag(self) -> str:
        return self.type.removeprefix(TYPE_PREFIX)

    @property
    def owner(self) -> str:
        return self.source.rpartition("/")[2]


def feed_name(node: str, owner: str, scope: str) -> str:
    """The feed an event stands in: `<node>/<owner BIN>/<scope>`."""
    return f"{node}/{owner}/{scope}"


def level_token(levels: Sequence[str], owner_levels: Sequence[str]) -> str:
    """The one level of the document or body, else the owner's only one, else mixed."""
    candidates = levels or owner_levels
    return candidates[0].lower() if len(candidates) == 1 else MIXED


def seal(
    draft: Draft,
    decision: Decision,
    *,
    node: str,
    position: int,
    feed_number: int,
    recorded_at: datetime,
    kato: str,
    owner_levels: Sequence[str],
) -> bytes:
    """Return the bytes of the record, given the numbers that the append lock gave."""
    return msgspec.json.encode(
        CloudEvent(
            specversion="1.0",
            id=f"{node}.{position}",
            type=TYPE_PREFIX + draft.tag,
            source=f"/nodes/{node}/orgs/{draft.owner}",
            subject=draft.stream,
            time=draft.time,
            datacontenttype="application/json",
            dataschema=SCHEMA_PREFIX + draft.tag,
            sequence=position,
            streamversion=draft.version,
            recordedtime=recorded_at,
            feed=feed_name(node, draft.owner, draft.scope),
            feedseq=feed_number,
            scope=draft.scope,
            kato=NODE_KATO if draft.owner == NODE else kato,
            level=level_token(draft.levels, owner_levels),
            commandid=decision.command_id,
            correlationid=decision.correlation_id or decision.command_id,
            causationid=decision.causation_id or UNSET,
            rule=draft.rule or UNSET,
            rulepack=decision.rule_pack,
            actorid=decision.actor_id,
            actororg=decision.actor_org,
            actorrole=decision.actor_role,
            actorcapacity=decision.actor_capacity,
            traceparent=decision.traceparent or UNSET,
            data=msgspec.Raw(draft.data),
        )
    )


_decoder = msgspec.json.Decoder(CloudEvent)


def open_record(payload: bytes) -> CloudEvent:
    """Decode a record; msgspec.DecodeError or ValidationError where it is none."""
    return _decoder.decode(payload)


_TYPE = b'"type":"' + TYPE_PREFIX.encode()
_FARTHEST_TYPE = 200


def tag_of(payload: bytes) -> str | None:
    """The tag of a record's event, told without decoding it; None where unsure.

    The order of fields is part of the contract, and quotes in a text are escaped.
    """
    start = payload.find(_TYPE, 0, _FARTHEST_TYPE) + len(_TYPE)
    end = payload.find(b'"', start, start + _FARTHEST_TYPE)
    if start < len(_TYPE) or end < 0:
        return None
    return payload[start:end].decode("ascii", "replace")


def aggregate_of(payload: bytes) -> str | None:
    """The aggregate a record is about, told as its tag is."""
    tag = tag_of(payload)
    return None if tag is None else tag.partition(".")[0]


def stream_told_by(payload: bytes) -> str | None:
    """The stream that something which is no record may still name as its subject."""
    try:
        found = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return None
    subject = found.get("subject") if isinstance(found, dict) else None
    return subject if isinstance(subject, str) and 0 < len(subject) < 300 else None


class Addressed(Struct, frozen=True):
    """The fields of a record that make its subject: all that the relay decodes."""

    type: str
    source: str
    scope: str
    kato: str
    level: str


_address_decoder = msgspec.json.Decoder(Addressed)


def address_of(payload: bytes) -> Addressed:
    """Decode what the subject needs; msgspec.DecodeError or ValidationError else."""
    return _address_decoder.decode(payload)


def subject_of(record: CloudEvent | Addressed) -> str:
    """The NATS subject of a record, lower case, with all its tokens.

    `adisteme.ev.<scope>.<kato2>.<kato4>.<level>.<org>.<aggregate>.<event>`
    """
    return _subject(record.type, record.source, record.scope, record.kato, record.level)


@lru_cache(4096)
def _subject(kind: str, source: str, scope: str, kato: str, level: str) -> str:
    region, raion = subject_tokens(kato)
    aggregate, event, _version = kind.removeprefix(TYPE_PREFIX).split(".")
    owner = source.rpartition("/")[2]
    tokens = (scope, region, raion, level, owner, aggregate, event)
    if not all(map(_TOKEN.fullmatch, tokens)):
        raise ValueError(f"no subject can be made of {tokens}")
    return ".".join((SUBJECT_ROOT, *tokens))


class StoreUnavailable(Exception):
    """The store can neither be read nor written now: full, locked, closed or broken.

    Whether the write in hand came about is told by its command record.
    """


def recorded(payload: bytes) -> Recorded:
    """The event that a record carries, with what a projection needs to know of it."""
    record = open_record(payload)
    return Recorded(
        event=decode(record.tag, record.data),
        event_id=record.id,
        tag=record.tag,
        stream=record.subject,
        version=record.streamversion,
        position=record.sequence,
        owner=record.owner,
        kato=record.kato,
        level=record.level,
        rule=record.rule or None,
        rule_pack=record.rulepack,
        at=record.time,
        recorded_at=record.recordedtime,
        actor_person=record.actorid,
        actor_organisation=record.actororg,
        actor_role=record.actorrole,
        command_id=record.commandid,
    )
