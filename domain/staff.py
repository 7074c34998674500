"""The appointments of one person in one organisation, as dated spells."""

from datetime import date
from typing import ClassVar, assert_never

from msgspec import Struct

from domain import office
from domain.dates import Spell, most_at_once
from domain.decider import Command, Decider, Event, Mark, On, Place, Refusal
from domain.identifiers import Bin, CapacityId, Code, Number, PersonId, Stream, UnitId
from domain.surroundings import Surroundings, active_organisation

POSTS = ("HEAD", "DEPUTY_HEAD_EM", "METHODIST", "TEACHER", "MASTER", "SPECIALIST")
OFFICE_OF_POST = {"HEAD": office.HEAD, "METHODIST": office.METHODISTS}


def stream_of(owner: str, person: str) -> Stream:
    return Stream(f"staff/{owner}.{person}")


class StaffAppointed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "staff.appointed.v1"
    bin: Bin
    person_id: PersonId
    post: str
    unit: Stream | None
    discipline_codes: tuple[str, ...]
    spell: Spell
    order_no: str


class AppointmentEnded(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "staff.appointment-ended.v1"
    appointment: int
    spell: Spell
    order_no: str


StaffEvent = StaffAppointed | AppointmentEnded


class AppointStaff(Command, frozen=True, kw_only=True):
    """Appoint a person to a post, from a day on; one HEAD at a time."""

    tag: ClassVar[str] = "staff.appoint"
    bin: Bin
    person_id: PersonId
    post: str
    valid_from: date
    order_no: Number
    valid_to: date | None = None
    unit_id: UnitId | None = None
    discipline_codes: tuple[Code, ...] = ()


class EndAppointment(Command, frozen=True, kw_only=True):
    """End an appointment, named by its number in the person's stream."""

    tag: ClassVar[str] = "staff.end-appointment"
    bin: Bin
    person_id: PersonId
    appointment: int
    valid_to: date
    order_no: Number


StaffCommand = AppointStaff | EndAppointment


class Appointment(Struct, frozen=True):
    post: str
    unit: Stream | None
    disciplines: tuple[str, ...]
    spell: Spell


class Staff(Struct, frozen=True):
    """All appointments of the person here, by their number in the stream."""

    bin: Bin
    person: PersonId
    appointments: dict[int, Appointment]
    version: int


def decide(
    command: StaffCommand, state: Staff | None, facts: Surroundings
) -> list[Event | On]:
    if facts.organisation(command.bin) is None:
        raise Refusal("ORG-UNKNOWN", bin=command.bin)
    match command:
        case AppointStaff():
            active_organisation(command.bin, facts)
            return appoint(command, state, facts)
        case EndAppointment():
            return end(command, state, facts)
    assert_never(command)


def appoint(
    command: AppointStaff, state: Staff | None, facts: Surroundings
) -> list[Event | On]:
    if command.post not in POSTS:
        raise Refusal("STAFF-POST", post=command.post, known=POSTS)
    if command.valid_to is not None and command.valid_to < command.valid_from:
        raise Refusal(
            "STAFF-DATES", valid_from=command.valid_from, valid_to=command.valid_to
        )
    spell = Spell(valid_from=command.valid_from, valid_to=command.valid_to)
    unit = None
    if command.unit_id is not None:
        unit = Stream(f"unit/{command.bin}.{command.unit_id}")
        place_of_work = facts.unit(unit)
        if place_of_work is None or not place_of_work.is_active:
            raise Refusal("UNIT-UNKNOWN", unit_id=command.unit_id)
    held = state.appointments.values() if state else ()
    for other in held:
        if (other.post, other.unit) == (command.post, unit) and (
            other.spell.overlaps(spell)
        ):
            raise Refusal("STAFF-OVERLAP", post=command.post, spell=other.spell)
    appointed = StaffAppointed(
        bin=command.bin,
        person_id=command.person_id,
        post=command.post,
        unit=unit,
        discipline_codes=command.discipline_codes,
        spell=spell,
        order_no=command.order_no,
    )
    name = OFFICE_OF_POST.get(command.post)
    if name is None:
        return [appointed]
    require_room(name, spell, command, facts)
    number = (state.version if state else 0) + 1
    return [
        appointed,
        On(
            office.stream_of(command.bin, name),
            office.OfficeSeated(
                bin=command.bin,
                office=name,
                person_id=command.person_id,
                appointment_id=capacity_id(command.bin, command.person_id, number),
                spell=spell,
            ),
        ),
    ]


def require_room(
    name: str, spell: Spell, command: AppointStaff, facts: Surroundings
) -> None:
    """One head at a time; as many methodists as the council set (rule 12)."""
    seats = facts.seats(command.bin, name)
    if name == office.HEAD:
        taken = [seat for seat in seats if seat.overlaps(spell)]
        if taken:
            raise Refusal("STAFF-HEAD-TAKEN", spells=taken)
        return
    organisation = facts.organisation(command.bin)
    number = organisation.methodist_number if organisation else None
    appointed = most_at_once(seats, spell)
    if appointed + 1 > (number or 0):
        raise Refusal("R12-HEADCOUNT", number=number or 0, appointed=appointed)


def end(
    command: EndAppointment, state: Staff | None, facts: Surroundings
) -> list[Event | On]:
    appointment = state.appointments.get(command.appointment) if state else None
    if (
        appointment is None
        or not appointment.spell.covers(command.valid_to)
        or appointment.spell.valid_to == command.valid_to
    ):
        raise Refusal("STAFF-NO-APPOINTMENT", appointment=command.appointment)
    spell = Spell(valid_from=appointment.spell.valid_from, valid_to=command.valid_to)
    ended = AppointmentEnded(
        appointment=command.appointment, spell=spell, order_no=command.order_no
    )
    name = OFFICE_OF_POST.get(appointment.post)
    if name is None:
        return [ended]
    capacity = capacity_id(command.bin, command.person_id, command.appointment)
    vacated = office.OfficeVacated(appointment_id=capacity, spell=spell)
    return [ended, On(office.stream_of(command.bin, name), vacated)]


def capacity_id(owner: str, person: str, number: int) -> CapacityId:
    return CapacityId(f"{stream_of(owner, person)}#{number}")


def evolve(state: Staff | None, event: StaffEvent, mark: Mark) -> Staff:
    match event:
        case StaffAppointed():
            appointment = Appointment(
                event.post, event.unit, event.discipline_codes, event.spell
            )
            held = {**(state.appointments if state else {}), mark.version: appointment}
            return Staff(event.bin, event.person_id, held, mark.version)
        case AppointmentEnded():
            assert state is not None
            old = state.appointments[event.appointment]
            ended = Appointment(old.post, old.unit, old.disciplines, event.spell)
            held = {**state.appointments, event.appointment: ended}
            return Staff(state.bin, state.person, held, mark.version)
    assert_never(event)


def place(state: Staff) -> Place:
    return Place(state.bin)


STAFF = Decider(decide, evolve, place)
