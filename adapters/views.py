"""What is kept beside the rows of views: positions, parked events, skips, wishes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, Protocol

from msgspec import Struct

from projections.projection import Key, Projection, Row

AnyProjection = Projection[Any]  # Any: each view has rows of its own type

UNKNOWN_STREAM = "?"
"""Stands for the stream of an event that does not even tell it: each stands alone."""

_SHADOW = ".shadow"


class Standing(Struct, frozen=True):
    """Up to where a view is made; `revision` counts what changed it otherwise."""

    position: int
    revision: int


class Parked(Struct, frozen=True):
    """An event that waits; `error` is None where it waits for an earlier one only."""

    stream: str
    position: int
    record: bytes
    error: str | None


class ParkedStream(Struct, frozen=True, kw_only=True):
    """A stream of which a view shows nothing new: `position` is where it stopped."""

    view: str
    stream: str
    position: int
    events: int
    error: str | None


class Skipped(Struct, frozen=True, kw_only=True):
    """An event that a view leaves out, now and in every rebuild, and who said so."""

    view: str
    position: int
    reason: str
    by: str
    at: datetime


class Wish(Struct, frozen=True, kw_only=True):
    """What the projector is to do; `outcome` tells what came of it."""

    id: int = 0
    kind: Literal["rebuild", "retry", "skip"]
    view: str
    stream: str | None = None
    position: int | None = None
    reason: str | None = None
    by: str
    at: datetime
    outcome: str | None = None


class Views(Protocol):
    """Where rows and positions are kept, both in one transaction."""

    def standing(self, name: str) -> Standing: ...

    def load(
        self, projection: Projection[Row], keys: Sequence[Key]
    ) -> dict[Key, Row]: ...

    def save(
        self,
        projection: Projection[Row],
        before: int,
        after: int,
        rows: Mapping[Key, Row | None],
        *,
        revision: int | None = None,
        parked: Sequence[Parked] = (),
        unparked: str | None = None,
    ) -> bool:
        """Write rows (None: delete) and move the position from `before` to `after`.

        False, and nothing written, where the view is not at `before` and, if given,
        at `revision`. What was parked of the stream `unparked` gives way to `parked`,
        under a new revision.
        """
        ...

    def begin(self, projection: AnyProjection) -> None:
        """Make the view's table anew, empty and at position 0."""
        ...

    def swap(self, projection: AnyProjection, shadow: AnyProjection) -> bool:
        """Put the shadow, and what it has parked, in the place of the view.

        False, and nothing done, where the shadow is behind the view.
        """
        ...

    def parked(self, view: str, stream: str) -> list[Parked]: ...

    def parked_at(self, view: str, position: int) -> Parked | None: ...

    def parked_streams(self, view: str) -> list[ParkedStream]: ...

    def skip(self, skipped: Skipped) -> None: ...

    def skipped(self, view: str) -> list[Skipped]: ...

    def wish(self, wishes: Sequence[Wish]) -> list[int]: ...

    def open_wishes(self) -> list[Wish]: ...

    def find_wish(self, number: int) -> Wish | None: ...

    def finish_wish(self, number: int, outcome: str) -> None: ...


def shadow_of(projection: Projection[Row]) -> Projection[Row]:
    """The same view under the name of its rebuild."""
    return replace(projection, name=shadow_name(projection.name))


def shadow_name(name: str) -> str:
    return name + _SHADOW


def live_name(name: str) -> str:
    """The view's own name, also for its shadow."""
    return name.removesuffix(_SHADOW)
