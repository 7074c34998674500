"""Who is appointed to what in an organisation, who acts in whose place, until when."""

from datetime import date
from typing import ClassVar, assert_never

from domain import office
from domain.dates import Spell, in_force
from domain.decider import Command, Event, On, Refusal
from domain.identifiers import Bin, Code, DecisionId, Number, PersonId, Stream, UnitId
from domain.staff_events import ActingAppointed, AppointmentEnded, StaffAppointed
from domain.staff_state import Staff, capacity_id
from domain.surroundings import (
    OrganisationFacts,
    Surroundings,
    UnitFacts,
    active_organisation,
)

POSTS = ("HEAD", "DEPUTY_HEAD_EM", "METHODIST", "TEACHER", "MASTER", "SPECIALIST")
METHODIST = "METHODIST"
OFFICE_OF_POST = {"HEAD": office.HEAD, METHODIST: office.METHODISTS}
ACTING_APPOINTMENT = "ACTING_APPOINTMENT"


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


class AppointActing(Command, frozen=True, kw_only=True):
    """Let a person act as HEAD or DEPUTY_HEAD_EM for a period, by a decision (A27).

    The decision is a governing one of kind ACTING_APPOINTMENT. For the period the
    person has the capacity of the post. An acting head stands in for a head who is
    away or whose seat is vacant: a head in office does not act on those days, so that
    there is one head at a time. End it early by `staff.end-appointment`.
    """

    tag: ClassVar[str] = "staff.appoint-acting"
    bin: Bin
    person_id: PersonId
    post: str
    decision_id: DecisionId
    valid_from: date
    valid_to: date


class EndAppointment(Command, frozen=True, kw_only=True):
    """End an appointment, named by its number in the person's stream."""

    tag: ClassVar[str] = "staff.end-appointment"
    bin: Bin
    person_id: PersonId
    appointment: int
    valid_to: date
    order_no: Number


StaffCommand = AppointStaff | AppointActing | EndAppointment


def decide(
    command: StaffCommand, state: Staff | None, facts: Surroundings
) -> list[Event | On]:
    match command:
        case AppointStaff():
            organisation = active_organisation(command.bin, facts)
            return appoint(command, state, organisation, facts)
        case AppointActing():
            organisation = active_organisation(command.bin, facts)
            return appoint_acting(command, state, organisation, facts)
        case EndAppointment():
            return end(command, state, facts)
    assert_never(command)


def appoint(
    command: AppointStaff,
    state: Staff | None,
    organisation: OrganisationFacts,
    facts: Surroundings,
) -> list[Event | On]:
    if command.post not in POSTS:
        raise Refusal("STAFF-POST", post=command.post, known=POSTS)
    spell = spell_of(command)
    unit = place_of_work(command, facts)
    unit_ref = unit.ref if unit else None
    require_post_free(command.post, unit_ref, spell, state)
    if command.post == METHODIST:
        require_pedagogue(command.person_id, unit, spell, state, facts)
        require_headcount(command.bin, spell, organisation, facts)
    name = OFFICE_OF_POST.get(command.post)
    if name == office.HEAD:
        require_no_head(command.bin, spell, facts)
    appointed = StaffAppointed(
        bin=command.bin,
        person_id=command.person_id,
        post=command.post,
        unit=unit_ref,
        discipline_codes=command.discipline_codes,
        spell=spell,
        order_no=command.order_no,
    )
    if name is None:
        return [appointed]
    return [appointed, seated(name, spell, command, state)]


def spell_of(command: AppointStaff | AppointActing) -> Spell:
    if command.valid_to is not None and command.valid_to < command.valid_from:
        raise Refusal(
            "STAFF-DATES", valid_from=command.valid_from, valid_to=command.valid_to
        )
    return Spell(valid_from=command.valid_from, valid_to=command.valid_to)


def place_of_work(command: AppointStaff, facts: Surroundings) -> UnitFacts | None:
    if command.unit_id is None:
        return None
    unit = facts.unit(Stream(f"unit/{command.bin}.{command.unit_id}"))
    if unit is None or not unit.is_active:
        raise Refusal("UNIT-UNKNOWN", unit_id=command.unit_id)
    return unit


def require_post_free(
    post: str, unit: Stream | None, spell: Spell, state: Staff | None
) -> None:
    """Nobody holds one post in one place twice at once, acting or not."""
    for other in state.appointments.values() if state else ():
        if (other.post, other.unit) == (post, unit) and other.spell.overlaps(spell):
            raise Refusal("STAFF-OVERLAP", post=post, spell=other.spell)


def require_no_head(owner: Bin, spell: Spell, facts: Surroundings) -> None:
    """One head at a time, whether appointed or acting."""
    seats = (
        *facts.seats(owner, office.HEAD),
        *facts.seats(owner, office.ACTING_HEAD),
    )
    taken = [seat for seat in seats if seat.overlaps(spell)]
    if taken:
        raise Refusal("STAFF-HEAD-TAKEN", spells=taken)


def require_pedagogue(
    person: PersonId,
    unit: UnitFacts | None,
    spell: Spell,
    state: Staff | None,
    facts: Surroundings,
) -> None:
    """Rule 3: a methodist is pedagogical staff of the organisation.

    The staff of a methodical unit are methodists (rule 12), so there the appointment
    itself makes one; elsewhere it takes a pedagogical post that the person holds, or
    has held, here by the first day.
    """
    pack = facts.pack
    if unit is not None and unit.kind in pack.unit_kinds_of_methodists:
        return
    for held in state.appointments.values() if state else ():
        is_earlier = held.spell.valid_from <= spell.valid_from
        if held.post in pack.pedagogical_posts and is_earlier:
            return
    raise Refusal("R3-METHODIST", person_id=person, posts=pack.pedagogical_posts)


def require_headcount(
    owner: Bin, spell: Spell, organisation: OrganisationFacts, facts: Surroundings
) -> None:
    """Rule 12: on every day as many methodists as the decision of that day allows.

    No decision allows any before its own date.
    """
    seats = [
        seat for seat in facts.seats(owner, office.METHODISTS) if seat.overlaps(spell)
    ]
    numbers = ((date.min, 0), *organisation.methodist_numbers)
    # The count only grows on a first day, and the number only changes on a decision's.
    days = {spell.valid_from, *(seat.valid_from for seat in seats)}
    days.update(day for day, _ in numbers)
    for day in sorted(day for day in days if spell.covers(day)):
        number = in_force(numbers, day)
        appointed = sum(seat.covers(day) for seat in seats)
        if appointed + 1 > number:
            raise Refusal("R12-HEADCOUNT", number=number, appointed=appointed, day=day)


def appoint_acting(
    command: AppointActing,
    state: Staff | None,
    organisation: OrganisationFacts,
    facts: Surroundings,
) -> list[Event | On]:
    """A27: by a governing decision, not before it, and one on any day."""
    known = facts.pack.acting_posts
    if command.post not in known:
        raise Refusal("STAFF-POST", post=command.post, known=known)
    spell = spell_of(command)
    decision = facts.governing_decision(command.bin, command.decision_id)
    if decision is None or decision.kind != ACTING_APPOINTMENT:
        raise Refusal("ORG-NO-DECISION", decision_id=command.decision_id)
    if command.valid_from < decision.date:
        raise Refusal("CMD-BEFORE", act=command.valid_from, rests_on=decision.date)
    require_post_free(command.post, None, spell, state)
    name = office.acting_in(command.post)
    taken = [seat for seat in facts.seats(command.bin, name) if seat.overlaps(spell)]
    if taken:
        raise Refusal("STAFF-ACTING-TAKEN", post=command.post, spells=taken)
    appointed = ActingAppointed(
        bin=command.bin,
        person_id=command.person_id,
        post=command.post,
        decision_id=command.decision_id,
        spell=spell,
    )
    return [appointed, seated(name, spell, command, state)]


def seated(
    name: str, spell: Spell, command: AppointStaff | AppointActing, state: Staff | None
) -> On:
    """The seat in the register of the office, under the capacity it gives."""
    number = (state.version if state else 0) + 1
    return On(
        office.stream_of(command.bin, name),
        office.OfficeSeated(
            bin=command.bin,
            office=name,
            person_id=command.person_id,
            appointment_id=capacity_id(command.bin, command.person_id, number),
            spell=spell,
        ),
    )


def end(
    command: EndAppointment, state: Staff | None, facts: Surroundings
) -> list[Event | On]:
    """People also leave a suspended organisation, but none that is closed."""
    organisation = facts.organisation(command.bin)
    if organisation is None:
        raise Refusal("ORG-UNKNOWN", bin=command.bin)
    if organisation.phase not in ("ACTIVE", "SUSPENDED"):
        raise Refusal("ORG-STATE", state=organisation.phase, bin=command.bin)
    appointment = state.appointments.get(command.appointment) if state else None
    if (
        appointment is None
        or not appointment.spell.covers(command.valid_to)
        or appointment.spell.valid_to == command.valid_to
    ):
        raise Refusal("STAFF-NO-APPOINTMENT", appointment=command.appointment)
    if facts.act.at < appointment.made_at:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=appointment.made_at)
    spell = Spell(valid_from=appointment.spell.valid_from, valid_to=command.valid_to)
    ended = AppointmentEnded(
        appointment=command.appointment, spell=spell, order_no=command.order_no
    )
    name = OFFICE_OF_POST.get(appointment.post)
    if appointment.is_acting:
        name = office.acting_in(appointment.post)
    if name is None:
        return [ended]
    capacity = capacity_id(command.bin, command.person_id, command.appointment)
    vacated = office.OfficeVacated(appointment_id=capacity, spell=spell)
    return [ended, On(office.stream_of(command.bin, name), vacated)]
