"""Who operates the node today, read from its own stream and never from a token."""

from collections.abc import Callable
from datetime import UTC, datetime

from adapters.reading import StreamSource
from domain.dates import local_day
from domain.decider import Mark
from domain.identifiers import PersonId
from domain.messages import decode
from domain.node import Node, NodeEvent, evolve, stream_of


class Operators:
    """The roles that grants in force give, as REGISTRAR or AUDITOR."""

    def __init__(
        self,
        source: StreamSource,
        node: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._source = source
        self._stream = stream_of(node)
        self._clock = clock

    def roles_of(self, person: PersonId) -> frozenset[str]:
        """The roles of a person on this day; StoreUnavailable where none can tell."""
        state: Node | None = None
        for record in self._source.read(self._stream):
            event = decode(record.tag, record.data)
            assert isinstance(event, NodeEvent)
            mark = Mark(record.streamversion, record.time, PersonId(record.actorid))
            state = evolve(state, event, mark)
        today = local_day(self._clock())
        return frozenset(
            grant.role
            for grant in (state.grants.values() if state else ())
            if grant.person == person and grant.spell.covers(today)
        )
