"""An office of an organisation: head, methodists, those acting; spell by spell."""

from typing import ClassVar, assert_never

from msgspec import Struct

from domain.dates import Spell
from domain.decider import Event, Mark, Place
from domain.identifiers import Bin, CapacityId, PersonId, Stream

HEAD = "head"
METHODISTS = "methodists"


def acting_in(post: str) -> str:
    """The register of those who act in a post, as `acting-deputy-head-em` (A27)."""
    return "acting-" + post.lower().replace("_", "-")


ACTING_HEAD = acting_in("HEAD")


def stream_of(owner: str, office: str) -> Stream:
    return Stream(f"office/{owner}.{office}")


class OfficeSeated(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "office.seated.v1"
    bin: Bin
    office: str
    person_id: PersonId
    appointment_id: CapacityId
    spell: Spell


class OfficeVacated(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "office.vacated.v1"
    appointment_id: CapacityId
    spell: Spell


OfficeEvent = OfficeSeated | OfficeVacated


class Office(Struct, frozen=True):
    """The spells in one office, by the capacity id of the appointment."""

    bin: Bin
    seats: dict[str, Spell]


def evolve(state: Office | None, event: OfficeEvent, _mark: Mark) -> Office:
    match event:
        case OfficeSeated():
            seats = {
                **(state.seats if state else {}),
                event.appointment_id: event.spell,
            }
            return Office(event.bin, seats)
        case OfficeVacated():
            assert state is not None
            return Office(state.bin, {**state.seats, event.appointment_id: event.spell})
    assert_never(event)


def place(state: Office) -> Place:
    return Place(state.bin)
