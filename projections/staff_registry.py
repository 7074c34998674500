"""Appointments of an organisation's staff, each a dated spell under its order."""

from collections.abc import Sequence
from datetime import date

import msgspec
from msgspec import Struct

from domain.staff_events import ActingAppointed, AppointmentEnded, StaffAppointed
from projections.projection import Key, Projection, Recorded

LEADING_POSTS = ("HEAD", "DEPUTY_HEAD_EM", "METHODIST")
"""The posts that rule 3 defines: who leads the methodical work of an organisation."""


class StaffRow(Struct, frozen=True, kw_only=True):
    """One appointment, named by the capacity that it gives.

    Whoever acts in a post does so by a governing decision, and not by an order.
    """

    capacity: str
    org_bin: str
    person_id: str
    post: str
    unit: str | None
    valid_from: date
    valid_to: date | None
    order_no: str | None
    decision_id: str | None
    last_position: int


def keys(recorded: Recorded) -> Sequence[Key]:
    match recorded.event:
        case StaffAppointed() | ActingAppointed():
            return [(f"{recorded.stream}#{recorded.version}",)]
        case AppointmentEnded() as event:
            return [(f"{recorded.stream}#{event.appointment}",)]
    return []


def fold(row: StaffRow | None, recorded: Recorded, key: Key) -> StaffRow | None:
    match recorded.event:
        case (StaffAppointed() | ActingAppointed()) as event:
            return StaffRow(
                capacity=str(key[0]),
                org_bin=event.bin,
                person_id=event.person_id,
                post=event.post,
                unit=None if isinstance(event, ActingAppointed) else event.unit,
                valid_from=event.spell.valid_from,
                valid_to=event.spell.valid_to,
                order_no=None if isinstance(event, ActingAppointed) else event.order_no,
                decision_id=event.decision_id
                if isinstance(event, ActingAppointed)
                else None,
                last_position=recorded.position,
            )
        case AppointmentEnded() as event if row is not None:
            return msgspec.structs.replace(
                row, valid_to=event.spell.valid_to, last_position=recorded.position
            )
    return row


STAFF_REGISTRY = Projection(
    name="staff_registry",
    row=StaffRow,
    key=("capacity",),
    keys=keys,
    fold=fold,
    indexes=(("org_bin", "post"),),
    aggregates=frozenset({"staff"}),
)
