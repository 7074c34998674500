"""Appointments of an organisation's staff, each a dated spell under its order."""

from collections.abc import Sequence
from datetime import date

import msgspec
from msgspec import Struct

from domain.staff import AppointmentEnded, StaffAppointed, capacity_id
from projections.projection import Key, Projection, Recorded


class StaffRow(Struct, frozen=True, kw_only=True):
    """One appointment, named by the capacity that it gives."""

    capacity: str
    org_bin: str
    person_id: str
    post: str
    unit: str | None
    valid_from: date
    valid_to: date | None
    order_no: str
    last_position: int


def keys(recorded: Recorded) -> Sequence[Key]:
    match recorded.event:
        case StaffAppointed() as event:
            number = recorded.version
            return [(capacity_id(event.bin, event.person_id, number),)]
        case AppointmentEnded() as event:
            return [(f"{recorded.stream}#{event.appointment}",)]
    return []


def fold(row: StaffRow | None, recorded: Recorded, key: Key) -> StaffRow | None:
    match recorded.event:
        case StaffAppointed() as event:
            return StaffRow(
                capacity=str(key[0]),
                org_bin=event.bin,
                person_id=event.person_id,
                post=event.post,
                unit=event.unit,
                valid_from=event.spell.valid_from,
                valid_to=event.spell.valid_to,
                order_no=event.order_no,
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
