"""The desk: what operators see of projections, and the wishes they leave there."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal, Protocol

from msgspec import Meta, Struct

from adapters.answers import Position
from adapters.views import Parked, ParkedStream, Skipped, Wish, shadow_name
from domain.decider import Refusal

ALL = "all"

Stream = Annotated[str, Meta(min_length=1, max_length=300)]
ViewName = Annotated[str, Meta(min_length=1, max_length=100)]
Reason = Annotated[str, Meta(min_length=1, max_length=1000)]


class RetryWish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fold what is parked of a stream again, in every view or in one."""

    stream: Stream
    view: ViewName | None = None


class SkipWish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Leave a parked event out, now and in every rebuild, and fold what follows it."""

    position: Position
    reason: Reason
    view: ViewName | None = None


class RebuildAnswer(Struct, frozen=True, kw_only=True):
    """How far a rebuild is on its way to `target`."""

    position: int
    target: int


class ProjectionAnswer(Struct, frozen=True, kw_only=True):
    """A view: `lag` counts events of the log that it does not show yet.

    `parked` counts the streams that wait, `skipped` the events that are left out.
    `rebuild` is null where none is wished.
    """

    name: str
    state: Literal["current", "behind"]
    position: int
    lag: int
    parked: int
    skipped: int
    rebuild: RebuildAnswer | None


class ProjectionList(Struct, frozen=True, kw_only=True):
    """Every view of the node."""

    items: tuple[ProjectionAnswer, ...]


class ParkedList(Struct, frozen=True, kw_only=True):
    """The streams that wait, by view and position; those of `?` did not tell theirs."""

    items: tuple[ParkedStream, ...]


class WishList(Struct, frozen=True, kw_only=True):
    """Wishes; `outcome` is null until the projector has carried one out."""

    items: tuple[Wish, ...]


class Notes(Protocol):
    """What the view store keeps beside the rows."""

    def position(self, name: str) -> int: ...

    def parked_streams(self, view: str) -> list[ParkedStream]: ...

    def parked(self, view: str, stream: str) -> list[Parked]: ...

    def parked_at(self, view: str, position: int) -> Parked | None: ...

    def skipped(self, view: str) -> list[Skipped]: ...

    def wish(self, wishes: Sequence[Wish]) -> list[int]: ...

    def open_wishes(self) -> list[Wish]: ...

    def find_wish(self, number: int) -> Wish | None: ...


class ProjectionDesk:
    """Works on the view store alone, so it serves beside a projector elsewhere."""

    def __init__(
        self,
        notes: Notes,
        names: Sequence[str],
        log_position: Callable[[], int],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._notes = notes
        self._names = tuple(names)
        self._log_position = log_position
        self._clock = clock

    def all(self) -> ProjectionList:
        end, wished = self._log_position(), self._rebuilds()
        return ProjectionList(
            items=tuple(self._answer(name, end, wished) for name in self._names)
        )

    def one(self, name: str) -> ProjectionAnswer:
        self._known(name)
        return self._answer(name, self._log_position(), self._rebuilds())

    def parked(self) -> ParkedList:
        return ParkedList(
            items=tuple(
                stream
                for name in self._names
                for stream in self._notes.parked_streams(name)
            )
        )

    def wish(self, number: str) -> Wish:
        found = None
        if number.isdecimal() and len(number) < 16:
            found = self._notes.find_wish(int(number))
        if found is None:
            raise Refusal("QUERY-UNKNOWN", id=number[:100])
        return found

    def rebuild(self, name: str, by: str) -> WishList:
        """Wish that a view, or `all`, be made anew; what is wished stays one wish."""
        names = self._names if name == ALL else (self._known(name),)
        wished = self._rebuilds()
        fresh = [
            Wish(kind="rebuild", view=each, by=by, at=self._clock())
            for each in names
            if each not in wished
        ]
        return self._wished(fresh, [wished[each] for each in names if each in wished])

    def retry(self, wish: RetryWish, by: str) -> WishList:
        return self._wished(
            [
                Wish(
                    kind="retry", view=name, stream=wish.stream, by=by, at=self._clock()
                )
                for name in self._views_of(wish.view)
                if self._notes.parked(name, wish.stream)
            ],
            where=wish.stream,
        )

    def skip(self, wish: SkipWish, by: str) -> WishList:
        return self._wished(
            [
                Wish(
                    kind="skip",
                    view=name,
                    position=wish.position,
                    reason=wish.reason,
                    by=by,
                    at=self._clock(),
                )
                for name in self._views_of(wish.view)
                if self._notes.parked_at(name, wish.position)
            ],
            where=str(wish.position),
        )

    def _wished(
        self,
        fresh: Sequence[Wish],
        already: Sequence[Wish] = (),
        where: str | None = None,
    ) -> WishList:
        if not fresh and where is not None:
            raise Refusal("VIEW-NOT-PARKED", where=where)
        numbers = self._notes.wish(fresh) if fresh else []
        found = [self._notes.find_wish(number) for number in numbers]
        return WishList(items=(*already, *(wish for wish in found if wish)))

    def _views_of(self, name: str | None) -> tuple[str, ...]:
        return self._names if name is None else (self._known(name),)

    def _known(self, name: str) -> str:
        if name not in self._names:
            raise Refusal("VIEW-UNKNOWN", view=name[:100], known=self._names)
        return name

    def _rebuilds(self) -> dict[str, Wish]:
        return {
            wish.view: wish
            for wish in self._notes.open_wishes()
            if wish.kind == "rebuild"
        }

    def _answer(self, name: str, end: int, wished: dict[str, Wish]) -> ProjectionAnswer:
        position = self._notes.position(name)
        rebuild = None
        if name in wished:
            reached = self._notes.position(shadow_name(name))
            rebuild = RebuildAnswer(position=reached, target=max(position, end))
        return ProjectionAnswer(
            name=name,
            state="behind" if position < end else "current",
            position=position,
            lag=max(0, end - position),
            parked=len(self._notes.parked_streams(name)),
            skipped=len(self._notes.skipped(name)),
            rebuild=rebuild,
        )
