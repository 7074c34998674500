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
from domain.dates import ONE_DAY, Membership, Spell, joined, left, members_on
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

    def term_on(self, day: date) -> Spell | None:
        return next((term for term in self.terms if term.covers(day)), None)

    def in_term_on(self, day: date) -> bool:
        return self.term_on(day) is not None

    def leader_on(self, day: date) -> PersonId | None:
        """Who sits in the chair that day, in office or not."""
        return next(
            (
                seat.person
                for seat in self.seats.values()
                if seat.role == "CHAIR" and seat.spell.covers(day)
            ),
            None,
        )


def evolve(state: Council | None, event: CouncilEvent, mark: Mark) -> Council:
    if isinstance(event, CouncilEstablished):
        return opened(event, mark)
    if isinstance(event, CouncilCarriedOver):
        return carried_over(event, mark)
    assert state is not None
    replace = msgspec.structs.replace
    state = replace(state, last_act=mark.at)
    match event:
        case CouncilMemberElected():
            members = joined(state.members, event.person_id, event.valid_from)
            running = state.term_on(event.valid_from)
            return replace(state, members=until_end_of(running, members))
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
            terms, members = (*state.terms, term), until_end_of(term, state.members)
            return replace(state, phase="ACTIVE", terms=terms, members=members)
        case CouncilChairSeated():
            return seated(state, "CHAIR", event.person_id, event.valid_from, mark)
        case CouncilSecretarySeated():
            return seated(state, "SECRETARY", event.person_id, event.valid_from, mark)
        case CouncilDissolved():
            return replace(state, phase="DISSOLVED", dissolved_on=mark.on)
    assert_never(event)


def opened(event: CouncilEstablished | CouncilCarriedOver, mark: Mark) -> Council:
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


def carried_over(event: CouncilCarriedOver, mark: Mark) -> Council:
    """In office for the term that began before; on record here from now on."""
    return msgspec.structs.replace(
        opened(event, mark),
        phase="ACTIVE",
        terms=(event.term,),
        members={person: (event.term,) for person in event.members},
    )


def until_end_of(
    term: Spell | None, members: Membership[PersonId]
) -> dict[PersonId, tuple[Spell, ...]]:
    """Nobody is elected for longer than the term."""
    last_day = term.valid_to if term else None
    if last_day is None:
        return dict(members)
    return {
        person: tuple(spell.ended(last_day) for spell in spells)
        for person, spells in members.items()
    }


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
