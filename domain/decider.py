"""What every aggregate is made of: commands, events, refusals, and who acts."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, ClassVar

import msgspec

from domain.dates import local_day
from domain.identifiers import (
    BatchId,
    Bin,
    CapacityId,
    CommandId,
    PersonId,
    Stream,
)

SYSTEM = "SYSTEM"
"""The role of the node itself, for what no person asks of it."""


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody asks for, in the capacity in which they ask.

    `occurred_at` is when the act took place (absent: now), never in the future.
    `expected_version` is the version of the command's stream that the sender saw
    (absent: whatever it is now).
    """

    tag: ClassVar[str]

    command_id: CommandId
    capacity: CapacityId
    occurred_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    expected_version: Annotated[int, msgspec.Meta(ge=0)] | None = None


class Batch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Many commands in one message: the k-th of them has the id `<command_id>/<k>`.

    Each has an outcome of its own, and a batch given again is no more than each of
    its commands given again.
    """

    tag: ClassVar[str]

    command_id: BatchId
    capacity: CapacityId
    occurred_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact of the business. Its stored name is `tag`, written by hand."""

    tag: ClassVar[str]


class Refusal(Exception):
    """A command is refused under `code`; `context` lets the sender act on it.

    The code stands in the catalogue of a rule pack, with its rule, its HTTP status
    and its text in three languages.
    """

    def __init__(self, code: str, **context: Any) -> None:  # JSON-shaped values
        super().__init__(code)
        self.code = code
        self.context: Mapping[str, Any] = context


class Mark(msgspec.Struct, frozen=True):
    """Where an event stands: its version in the stream, when the act was, by whom."""

    version: int
    at: datetime
    by: PersonId | None = None

    @property
    def on(self) -> date:
        return local_day(self.at)


class Actor(msgspec.Struct, frozen=True):
    """A person acting in a capacity: an office, a seat, a grant of the node."""

    person: PersonId
    organisation: Bin
    role: str
    capacity: CapacityId
    seat: Stream
    """The stream that seats the actor, as `council/<bin>.org`."""
    is_acting: bool = False
    """Whether they act in place of whoever holds the office (A27)."""

    @property
    def is_system(self) -> bool:
        return self.role == SYSTEM


class Act(msgspec.Struct, frozen=True, dict=True):
    """Who acts and when the act took place; `on` is the day in Kazakhstan."""

    actor: Actor
    at: datetime

    @cached_property
    def on(self) -> date:
        return local_day(self.at)


class Place(msgspec.Struct, frozen=True):
    """To whom an event belongs: owner, levels of education.

    `rule` is the rule of the order that this very aggregate stands under, as a
    document does; of all others the rule pack tells (`event_rules`).
    """

    owner: Bin
    levels: tuple[str, ...] = ()
    rule: str | None = None


class On(msgspec.Struct, frozen=True):
    """An event that a decision writes to another stream than its command's."""

    stream: Stream
    event: Event
