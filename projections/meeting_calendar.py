"""Meetings of bodies: when, in what state, with which documents on the agenda."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from domain.meeting_events import (
    DocumentOnAgenda,
    ItemPlaced,
    ItemPostponed,
    MeetingConvened,
    MeetingHeld,
    MeetingMinuted,
    MeetingNotHeld,
    MeetingOpened,
    MeetingPlanned,
    MemberArrived,
    MemberDeparted,
    MemberRecused,
    VoteAnnulled,
    VoteClosed,
    VoteOpened,
)
from projections.projection import Key, Projection, Recorded

NOT_YET_OVER = ("PLANNED", "CONVENED", "OPEN")
OVER = ("HELD", "MINUTED")
"""States of a meeting; one that was not held is neither."""


class AgendaItem(Struct, frozen=True):
    """An item of an agenda; `carried` is None while no vote stands."""

    item: int
    kind: str
    documents: tuple[DocumentOnAgenda, ...] = ()
    motion: str | None = None
    postponed: bool = False
    carried: bool | None = None


class MeetingRow(Struct, frozen=True, kw_only=True):
    """One meeting. `documents` are those on its agenda that were not postponed."""

    meeting_id: str
    org_bin: str
    body: str
    body_kind: str
    planned_for: date
    state: str
    held_at: datetime | None = None
    minutes_no: int | None = None
    minutes_year: int | None = None
    items: tuple[AgendaItem, ...] = ()
    documents: tuple[str, ...] = ()
    last_position: int


def keys(recorded: Recorded) -> Sequence[Key]:
    if recorded.tag.startswith("meeting."):
        return [(recorded.stream.partition("/")[2],)]
    return []


def fold(row: MeetingRow | None, recorded: Recorded, key: Key) -> MeetingRow | None:
    event = recorded.event
    if isinstance(event, MeetingPlanned):
        return MeetingRow(
            meeting_id=str(key[0]),
            org_bin=recorded.owner,
            body=event.body,
            body_kind=event.body_kind,
            planned_for=event.planned_for,
            state="PLANNED",
            last_position=recorded.position,
        )
    if row is None:
        return None
    changed = changes_of(row, recorded)
    if not changed:
        return row
    if "items" in changed:
        after = msgspec.structs.replace(row, **changed)
        items = (item for item in after.items if not item.postponed)
        listed = (one.document_id for item in items for one in item.documents)
        changed["documents"] = tuple(dict.fromkeys(listed))
    return msgspec.structs.replace(row, **changed, last_position=recorded.position)


def changes_of(row: MeetingRow, recorded: Recorded) -> dict[str, object]:
    match recorded.event:
        case MeetingConvened():
            return {"state": "CONVENED"}
        case MeetingOpened():
            return {"state": "OPEN"}
        case MeetingHeld():
            return {"state": "HELD", "held_at": recorded.at}
        case MeetingNotHeld():
            return {"state": "NOT_HELD"}
        case MeetingMinuted() as event:
            return {
                "state": "MINUTED",
                "minutes_no": event.number,
                "minutes_year": event.year,
            }
        case ItemPlaced() as event:
            item = AgendaItem(
                event.item,
                event.kind,
                event.documents,
                event.motion,
            )
            return {"items": (*row.items, item)}
        case ItemPostponed() as event:
            return with_item(row, event.item, postponed=True)
        case VoteClosed() as event:
            return with_item(row, event.item, carried=event.carried)
        case VoteAnnulled() as event:
            return with_item(row, event.item, carried=None)
    return {}


def with_item(row: MeetingRow, number: int, **changes: object) -> dict[str, object]:
    items = tuple(
        msgspec.structs.replace(item, **changes) if item.item == number else item
        for item in row.items
    )
    return {"items": items}


MEETING_CALENDAR = Projection(
    name="meeting_calendar",
    row=MeetingRow,
    key=("meeting_id",),
    keys=keys,
    fold=fold,
    indexes=(("body", "state"), ("org_bin", "planned_for")),
    aggregates=frozenset({"meeting"}),
    ignored=frozenset(
        event.tag
        for event in (MemberArrived, MemberDeparted, MemberRecused, VoteOpened)
    ),
)
