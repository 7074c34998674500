"""A golden record of every type of event, sealed as the store seals it."""

from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from adapters.command_examples import HEAD, HEAD_PERSON, UNIVERSITY
from adapters.envelope import Decision, Draft, seal
from domain.identifiers import NODE
from domain.messages import EVENTS, SCOPES
from domain.regulation.pack import rule_pack

ACT = datetime(2026, 9, 18, 5, 30, tzinfo=UTC)
RECORDED = datetime(2026, 9, 18, 5, 30, 0, 125_000, tzinfo=UTC)
KATO = "751310000"


class _Line(Struct, frozen=True):
    """One line of the table: stream, its version, the rule, and the event's JSON."""

    tag: str
    subject: str
    version: int
    rule: str | None
    data: msgspec.Raw


@cache
def golden_records() -> dict[str, bytes]:
    """By stored name the payload of one message, the same bytes every time."""
    table = (files("adapters") / "event_examples.jsonl").read_bytes()
    lines = msgspec.json.Decoder(_Line).decode_lines(table)
    return {line.tag: _sealed(number, line) for number, line in enumerate(lines, 1)}


def _sealed(number: int, line: _Line) -> bytes:
    owner = NODE if line.subject.startswith("node/") else UNIVERSITY
    draft = Draft(
        stream=line.subject,
        version=line.version,
        tag=line.tag,
        data=bytes(line.data),
        time=ACT,
        owner=owner,
        scope=SCOPES[EVENTS[line.tag]],
        levels=(),
        rule=line.rule,
    )
    decision = Decision(
        command_id=f"2f6b1c9e-4d70-4a83-9b5e-1c3d7e2a{number:04x}",
        command_tag="",
        command_owner=owner,
        stream=line.subject,
        digest="",
        reads={},
        searches={},
        drafts=(draft,),
        rule_pack=rule_pack().id,
        actor_id=HEAD_PERSON,
        actor_org=UNIVERSITY,
        actor_role="HEAD",
        actor_capacity=HEAD,
    )
    return seal(
        draft,
        decision,
        node="local",
        position=number,
        feed_number=number,
        recorded_at=RECORDED,
        kato=KATO,
        owner_levels=("HE",),
    )
