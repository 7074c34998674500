"""What the trail of a document is to its reader."""

from datetime import date, datetime
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from adapters.answers import Position
from domain.regulation.telling import Told


class TrailQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`as_of`: only acts up to that day; `known_on`: only what was recorded by then.

    Both are days in Kazakhstan: an act may be recorded later than it happened.
    """

    as_of: date | None = None
    known_on: date | None = None
    after: Position | None = None


class TrailActor(Struct, frozen=True, kw_only=True):
    """Who acted: the person, in which capacity of which organisation."""

    person: str
    role: str
    capacity: str
    organisation: str


class TrailEntry(Struct, frozen=True, kw_only=True):
    """One event of the chain; `data` is its own fields, as far as they are shown."""

    position: int
    about: Literal["document", "meeting", "body", "office"]
    stream: str
    version: int
    event_id: str
    type: str
    occurred_at: datetime
    recorded_at: datetime
    actor: TrailActor
    rule: str | None
    rule_pack: str
    command_id: str
    correlation_id: str
    causation_id: str | None
    content_hash: str | None
    summary: Told
    data: dict[str, Any]  # JSON-shaped values


class TrailOffice(Struct, frozen=True, kw_only=True):
    """How somebody came by a capacity in which they acted; `role` is its post.

    `order_no` is that of the appointment; whoever acts in a post does so by a decision.
    """

    capacity: str
    organisation: str
    person: str | None
    role: str | None
    order_no: str | None
    decision_id: str | None
    valid_from: date | None
    valid_to: date | None


class TrailVerdict(Struct, frozen=True, kw_only=True):
    """A clause recomputed from the events: HOLDS, BROKEN, or OPEN as yet."""

    clause: str
    rule: str | None
    about: str | None
    outcome: Literal["HOLDS", "BROKEN", "OPEN"]
    position: int | None
    text: Told


class TrailRefusal(Struct, frozen=True, kw_only=True):
    """A command on the document that was refused."""

    at: datetime
    command_tag: str
    command_id: str | None
    code: str
    rule: str | None
    actor: str | None
    actor_org: str | None
    context: dict[str, Any]  # JSON-shaped values


class Trail(Struct, frozen=True, kw_only=True):
    """The whole chain of a document, in order of position, and what it proves.

    A supervisor sees neither remarks nor votes; refusals are for the auditor.
    """

    document_id: str
    audience: str
    as_of: date | None
    known_on: date | None
    is_sound: bool
    entries: tuple[TrailEntry, ...]
    offices: tuple[TrailOffice, ...]
    verdicts: tuple[TrailVerdict, ...]
    refusals: tuple[TrailRefusal, ...] | UnsetType = UNSET
