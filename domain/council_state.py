"""A methodical council as its events leave it."""

from datetime import date, datetime
from typing import assert_never

import msgspec
from msgspec import Struct

from domain.council_events import (
    CouncilCarriedOver,
    CouncilChairSeated,
    CouncilConstituted,
    CouncilDissolved,
    CouncilEstablished,
    CouncilEvent,
    CouncilMemberElected,
    CouncilMemberRemoved,
    CouncilSecretarySeated,
)
from domain.dates import ONE_DAY, Spell, joined, left, members_on
from domain.decider import Mark, Place
from domain.identifiers import Bin, CouncilId, Names, PersonId, Stream, UnitId
from domain.regulation.pack import QuorumRule

KIND_OF_KEY = {"org": "ORG_COUNCIL", "um": "UM_COUNCIL"}


def reference(owner: str, key: str) -> Stream:
    """`council/<bin>.org`, `council/<bin>.um` or `council/<bin>.<unit>`."""
    return Stream(f"council/{owner}.{key}")


class Seat(Struct, frozen=True):
    """Chair or secretary, found by the number of the event that seated them."""

    person: PersonId
    role: str
    spell: Spell

    def ended(self, last_day: date) -> "Seat":
        return Seat(self.person, self.role, self.spell.ended(last_day))


class Council(Struct, frozen=True):
    """MANDATED, ACTIVE or DISSOLVED; its term may have ended by a given day."""

    bin: Bin
    key: UnitId
    kind: str
    council_id: CouncilId
    unit: Stream | None
    title: Names
    seats_min: int
    seats_max: int
    quorum: QuorumRule
    levels: tuple[str, ...]
    opened_at: datetime
    last_act: datetime
    phase: str = "MANDATED"
    terms: tuple[Spell, ...] = ()
    members: dict[PersonId, tuple[Spell, ...]] = {}
    seats: dict[int, Seat] = {}
    term_months: int | None = None
    dissolved_on: date | None = None

    def members_on(self, day: date) -> tuple[PersonId, ...]:
        return members_on(self.members, day)

    def members_between(self, first: date, last: date) -> tuple[PersonId, ...]:
        """Who was in office on the first or the last of these days."""
        both = (*self.members_on(first), *self.members_on(last))
        return tuple(dict.fromkeys(both))

    def exists_on(self, day: date) -> bool:
        return self.dissolved_on is None or day < self.dissolved_on

    def in_term_on(self, day: date) -> bool:
        return any(term.covers(day) for term in self.terms)

    def is_led_on(self, day: date) -> bool:
        in_office = self.members_on(day)
        return (
            self.exists_on(day)
            and self.in_term_on(day)
            and any(
                seat.role == "CHAIR"
                and seat.spell.covers(day)
                and seat.person in in_office
                for seat in self.seats.values()
            )
        )


def evolve(state: Council | None, event: CouncilEvent, mark: Mark) -> Council:
    if isinstance(event, CouncilEstablished):
        return Council(
            event.bin,
            event.key,
            event.kind,
            event.council_id,
            event.unit,
            event.title,
            event.seats_min,
            event.seats_max,
            event.quorum_rule,
            event.levels,
            mark.at,
            mark.at,
            term_months=event.term_months,
        )
    if isinstance(event, CouncilCarriedOver):
        return carried_over(event, mark)
    assert state is not None
    replace = msgspec.structs.replace
    state = replace(state, last_act=mark.at)
    match event:
        case CouncilMemberElected():
            members = joined(state.members, event.person_id, event.valid_from)
            return replace(state, members=members)
        case CouncilMemberRemoved():
            members = left(state.members, event.person_id, event.valid_to)
            seats = {
                number: seat.ended(event.valid_to)
                if seat.person == event.person_id
                else seat
                for number, seat in state.seats.items()
            }
            return replace(state, members=members, seats=seats)
        case CouncilConstituted():
            term = Spell(valid_from=event.valid_from, valid_to=event.term_end)
            return replace(state, phase="ACTIVE", terms=(*state.terms, term))
        case CouncilChairSeated():
            return seated(state, "CHAIR", event.person_id, event.valid_from, mark)
        case CouncilSecretarySeated():
            return seated(state, "SECRETARY", event.person_id, event.valid_from, mark)
        case CouncilDissolved():
            return replace(state, phase="DISSOLVED", dissolved_on=mark.on)
    assert_never(event)


def carried_over(event: CouncilCarriedOver, mark: Mark) -> Council:
    """In office since the term began; on record here from now on."""
    since = Spell(valid_from=event.term.valid_from)
    return Council(
        event.bin,
        event.key,
        event.kind,
        event.council_id,
        event.unit,
        event.title,
        event.seats_min,
        event.seats_max,
        event.quorum_rule,
        event.levels,
        mark.at,
        mark.at,
        phase="ACTIVE",
        terms=(event.term,),
        members={person: (since,) for person in event.members},
        term_months=event.term_months,
    )


def seated(
    state: Council, role: str, person: PersonId, first_day: date, mark: Mark
) -> Council:
    """The new holder follows the old one, whose spell ends the day before."""
    seats = {
        number: seat.ended(first_day - ONE_DAY) if seat.role == role else seat
        for number, seat in state.seats.items()
    }
    seats[mark.version] = Seat(person, role, Spell(valid_from=first_day))
    return msgspec.structs.replace(state, seats=seats)


def place(state: Council) -> Place:
    return Place(state.bin, state.levels)
