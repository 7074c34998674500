"""What a view ignores: events that would leave every row of it as it is."""

from msgspec import Struct

from adapters.bootstrap import PROJECTIONS
from domain.messages import EVENTS
from projections.projection import Key
from tests.domain.saga import a_saga
from tests.projections.folded import recorded


def test_an_ignored_event_would_change_no_row() -> None:
    log = a_saga().log
    seen: set[str] = set()
    for projection in PROJECTIONS:
        rows: dict[Key, Struct | None] = {}
        for position, entry in enumerate(log, start=1):
            told = recorded(entry, position, "")
            for key in projection.keys(told):
                before = rows.get(key)
                rows[key] = projection.fold(before, told, key)
                if told.tag in projection.ignored:
                    seen.add(told.tag)
                    assert rows[key] == before, (projection.name, told.tag)
    assert seen == {tag for projection in PROJECTIONS for tag in projection.ignored}


def test_only_known_events_of_its_aggregates_are_ignored_by_a_view() -> None:
    for projection in PROJECTIONS:
        assert projection.ignored <= EVENTS.keys()
        aggregates = {tag.partition(".")[0] for tag in projection.ignored}
        assert aggregates <= (projection.aggregates or aggregates)
