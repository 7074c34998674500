"""What must hold of a node when the dust has settled, whatever was done to it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from adapters.bootstrap import PROJECTIONS
from adapters.envelope import CloudEvent, open_record, recorded
from adapters.views import AnyProjection
from projections.projection import Key
from tests.faults.load import Acceptance

Message = tuple[int, bytes]
Rows = dict[Key, Struct]


class Remains(Struct, frozen=True):
    """What a node kept: its log, its stream by sequence, and its views."""

    log: Sequence[Message]
    stream: Sequence[Message]
    views: Mapping[str, Rows]


CHECKS = (
    "every acknowledged command is in the store exactly once, as it was answered",
    "nothing that was not acknowledged is there twice, nothing is there unsent",
    "positions and versions have no gap",
    "feed numbers have no gap, feed by feed",
    "the stream equals the log byte for byte",
    "the views equal a rebuild from the log",
)


def assert_whole(
    remains: Remains, acknowledged: Mapping[str, Acceptance], tried: Collection[str]
) -> None:
    """Hold what is kept against what the senders know; see CHECKS."""
    records = [open_record(payload) for _position, payload in remains.log]
    assert_numbered(remains.log, records)
    assert_commands_once(records, acknowledged, tried)
    assert len(remains.stream) == len(remains.log)
    assert list(remains.stream) == list(remains.log)
    for projection in PROJECTIONS:
        expected = rebuilt(projection, remains.log)
        shown = remains.views[projection.name]
        assert shown.keys() == expected.keys(), projection.name
        differing = [key for key in expected if shown[key] != expected[key]]
        assert not differing, (projection.name, differing)


def assert_numbered(log: Sequence[Message], records: Sequence[CloudEvent]) -> None:
    wanted = list(range(1, len(log) + 1))
    assert [position for position, _ in log] == wanted
    assert [record.sequence for record in records] == wanted
    versions: dict[str, int] = defaultdict(int)
    feeds: dict[str, int] = defaultdict(int)
    for record in records:
        versions[record.subject] += 1
        feeds[record.feed] += 1
        assert record.streamversion == versions[record.subject], record.subject
        assert record.feedseq == feeds[record.feed], record.feed


def assert_commands_once(
    records: Sequence[CloudEvent],
    acknowledged: Mapping[str, Acceptance],
    tried: Collection[str],
) -> None:
    written: dict[str, list[CloudEvent]] = defaultdict(list)
    for record in records:
        if record.actorrole != "SYSTEM":
            written[record.commandid].append(record)
    lost = acknowledged.keys() - written.keys()
    assert not lost, f"acknowledged and not in the store: {sorted(lost)}"
    unsent = written.keys() - set(tried)
    assert not unsent, f"in the store and never sent: {sorted(unsent)}"
    for command_id, events in written.items():
        # One commit writes a command: twice would be two runs of positions, and a
        # tag twice, for no command of the load writes two events of one tag.
        first = events[0].sequence
        assert [event.sequence - first for event in events] == list(range(len(events)))
        tags = [event.tag for event in events]
        assert len(set(tags)) == len(tags), (command_id, tags)
        answer = acknowledged.get(command_id)
        if answer is not None:
            assert list(answer.events) == tags
            assert answer.position == events[-1].sequence
            assert answer.stream in [event.subject for event in events]


def rebuilt(projection: AnyProjection, log: Sequence[Message]) -> Rows:
    """The rows of a view as its fold alone makes them of the log."""
    rows: dict[Key, Struct | None] = {}
    for _position, payload in log:
        event = recorded(payload)
        if not projection.concerns(event.tag):
            continue
        for key in projection.keys(event):
            rows[key] = projection.fold(rows.get(key), event, key)
    return {key: row for key, row in rows.items() if row is not None}


def keyed(projection: AnyProjection, rows: Sequence[Struct]) -> Rows:
    return {tuple(getattr(row, name) for name in projection.key): row for row in rows}
