"""What a read model is: keys an event touches, and a fold over each of its rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

from domain.decider import Event


class Recorded(Struct, frozen=True, kw_only=True, gc=False):
    """An event as it stands in the log: what was recorded, where, when and by whom.

    `at` is the time of the act, `recorded_at` when it entered the log (both UTC).
    """

    event: Event
    event_id: str
    tag: str
    stream: str
    version: int
    position: int
    owner: str
    kato: str
    level: str
    rule: str | None
    rule_pack: str
    at: datetime
    recorded_at: datetime
    actor_person: str
    actor_organisation: str
    actor_role: str
    command_id: str


Row = TypeVar("Row", bound=Struct)
Key = tuple[str | int, ...]


@dataclass(frozen=True)
class Projection(Generic[Row]):
    """A read model as a pure fold.

    `row` is the frozen Struct of a stored row; `key` names its fields that identify
    it, in the order of the tuples that `keys` returns. `fold` returns the row after
    the event, or None where no row remains. A stored row folds the events of one
    aggregate. `indexes` name the groups of columns that queries filter by.
    `aggregates` name those whose events it folds; None: it is shown every event.
    `ignored` are tags of theirs that leave every row as it is: they are not decoded.
    """

    name: str
    row: type[Row]
    key: tuple[str, ...]
    keys: Callable[[Recorded], Sequence[Key]]
    fold: Callable[[Row | None, Recorded, Key], Row | None]
    indexes: tuple[tuple[str, ...], ...] = ()
    aggregates: frozenset[str] | None = None
    ignored: frozenset[str] = frozenset()

    def concerns(self, tag: str | None) -> bool:
        """Whether it is shown events under a tag; None stands for an unreadable one."""
        if tag is None or self.aggregates is None:
            return tag not in self.ignored
        return tag.partition(".")[0] in self.aggregates and tag not in self.ignored
