"""The appointments of one person in one organisation, as their events leave them."""

from datetime import datetime
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.dates import Spell
from domain.decider import Mark, Place
from domain.identifiers import Bin, CapacityId, PersonId, Stream
from domain.staff_events import (
    ActingAppointed,
    AppointmentEnded,
    StaffAppointed,
    StaffEvent,
)


def stream_of(owner: str, person: str) -> Stream:
    return Stream(f"staff/{owner}.{person}")


def capacity_id(owner: str, person: str, number: int) -> CapacityId:
    return CapacityId(f"{stream_of(owner, person)}#{number}")


class Appointment(Struct, frozen=True):
    """A post for a spell; `is_acting`: in place of whoever holds it (A27)."""

    post: str
    unit: Stream | None
    disciplines: tuple[str, ...]
    spell: Spell
    made_at: datetime
    is_acting: bool = False


class Staff(Struct, frozen=True):
    """All appointments of the person here, by their number in the stream."""

    bin: Bin
    person: PersonId
    appointments: dict[int, Appointment]
    version: int


def evolve(state: Staff | None, event: StaffEvent, mark: Mark) -> Staff:
    held = dict(state.appointments) if state else {}
    match event:
        case StaffAppointed():
            held[mark.version] = Appointment(
                event.post, event.unit, event.discipline_codes, event.spell, mark.at
            )
            return Staff(event.bin, event.person_id, held, mark.version)
        case ActingAppointed():
            held[mark.version] = Appointment(
                event.post, None, (), event.spell, mark.at, is_acting=True
            )
            return Staff(event.bin, event.person_id, held, mark.version)
        case AppointmentEnded():
            assert state is not None
            old = held[event.appointment]
            held[event.appointment] = replace(old, spell=event.spell)
            return Staff(state.bin, state.person, held, mark.version)
    assert_never(event)


def place(state: Staff) -> Place:
    return Place(state.bin)
