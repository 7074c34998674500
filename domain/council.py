"""A methodical council: mandated, elected, constituted, in term, dissolved."""

from datetime import date, datetime
from typing import ClassVar, assert_never

import msgspec
from msgspec import Struct

from domain.dates import (
    ONE_DAY,
    Spell,
    joined,
    last_day_of_term,
    left,
    local_day,
    members_on,
)
from domain.decider import Command, Decider, Event, Mark, Place, Refusal
from domain.identifiers import (
    Bin,
    CouncilId,
    DecisionId,
    Names,
    PersonId,
    Stream,
    UnitId,
)
from domain.regulation.pack import QuorumRule
from domain.surroundings import (
    Election,
    OrganisationFacts,
    Surroundings,
    active_organisation,
)

ORGANISATION_KEY = "org"
UM_KEY = "um"
KIND_OF_KEY = {ORGANISATION_KEY: "ORG_COUNCIL", UM_KEY: "UM_COUNCIL"}


def reference(owner: str, key: str) -> Stream:
    """`council/<bin>.org`, `council/<bin>.um` or `council/<bin>.<unit>`."""
    return Stream(f"council/{owner}.{key}")


class CouncilEstablished(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "council.established.v1"
    council_id: CouncilId
    bin: Bin
    key: UnitId
    kind: str
    unit: Stream | None
    title: Names
    mandate_decision_id: DecisionId
    seats_min: int
    seats_max: int
    powers: tuple[str, ...]
    term_months: int | None
    quorum_rule: QuorumRule
    levels: tuple[str, ...]
    distinct_from_pedagogical_council: bool


class CouncilMemberElected(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "council.member-elected.v1"
    council_id: CouncilId
    person_id: PersonId
    election: Election
    seat: int
    valid_from: date


class CouncilMemberRemoved(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "council.member-removed.v1"
    council_id: CouncilId
    person_id: PersonId
    valid_to: date


class CouncilConstituted(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "council.constituted.v1"
    council_id: CouncilId
    valid_from: date
    term_end: date | None


class CouncilChairSeated(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "council.chair-seated.v1"
    council_id: CouncilId
    person_id: PersonId
    valid_from: date


class CouncilSecretarySeated(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "council.secretary-seated.v1"
    council_id: CouncilId
    person_id: PersonId
    valid_from: date


class CouncilDissolved(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "council.dissolved.v1"
    council_id: CouncilId
    decision_id: DecisionId


CouncilEvent = (
    CouncilEstablished
    | CouncilMemberElected
    | CouncilMemberRemoved
    | CouncilConstituted
    | CouncilChairSeated
    | CouncilSecretarySeated
    | CouncilDissolved
)


class EstablishCouncil(Command, frozen=True, kw_only=True):
    """Establish a council on a mandate of the governing council (rule 14).

    `key` is `org`, `um` or the id of the unit it serves.
    """

    tag: ClassVar[str] = "council.establish"
    bin: Bin
    key: UnitId
    council_id: CouncilId
    title: Names
    mandate_decision_id: DecisionId | None = None
    distinct_from_pedagogical_council: bool = False


class ElectMember(Command, frozen=True, kw_only=True):
    """Record the election of a member to a seat of the mandate (rule 14)."""

    tag: ClassVar[str] = "council.elect-member"
    bin: Bin
    key: UnitId
    person_id: PersonId
    election: Election | None = None


class RemoveMember(Command, frozen=True, kw_only=True):
    """Remove a member from office."""

    tag: ClassVar[str] = "council.remove-member"
    bin: Bin
    key: UnitId
    person_id: PersonId


class ConstituteCouncil(Command, frozen=True, kw_only=True):
    """Let the council work: its seats are filled, chair and secretary chosen."""

    tag: ClassVar[str] = "council.constitute"
    bin: Bin
    key: UnitId
    chair: PersonId
    secretary: PersonId


class DissolveCouncil(Command, frozen=True, kw_only=True):
    """Dissolve the council by a decision of the governing council."""

    tag: ClassVar[str] = "council.dissolve"
    bin: Bin
    key: UnitId
    decision_id: DecisionId


CouncilCommand = (
    EstablishCouncil | ElectMember | RemoveMember | ConstituteCouncil | DissolveCouncil
)


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


def decide(
    command: CouncilCommand, state: Council | None, facts: Surroundings
) -> list[Event]:
    if state is not None and facts.act.at < state.last_act:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=state.last_act)
    organisation = active_organisation(command.bin, facts)
    match command, state:
        case EstablishCouncil(), (None | Council(phase="DISSOLVED")):
            if state is not None and command.council_id == state.council_id:
                raise Refusal("COUNCIL-ID-USED", council_id=command.council_id)
            return establish(command, organisation, facts)
        case EstablishCouncil(), Council():
            raise Refusal("COUNCIL-EXISTS", council=facts.stream)
        case _, None:
            raise Refusal("BODY-UNKNOWN", body=facts.stream)
        case _, Council(phase="DISSOLVED"):
            raise Refusal("BODY-STATE", state="DISSOLVED")
        case ElectMember(), Council():
            return elect(command, state, facts)
        case RemoveMember(), Council():
            if command.person_id not in state.members_on(facts.act.on):
                raise Refusal("BODY-NO-MEMBER", person_id=command.person_id)
            return [
                CouncilMemberRemoved(
                    council_id=state.council_id,
                    person_id=command.person_id,
                    valid_to=facts.act.on - ONE_DAY,
                )
            ]
        case ConstituteCouncil(), Council():
            return constitute(command, state, facts)
        case DissolveCouncil(), Council():
            if command.decision_id not in organisation.governing_decisions:
                raise Refusal("ORG-NO-DECISION", decision_id=command.decision_id)
            return [
                CouncilDissolved(
                    council_id=state.council_id, decision_id=command.decision_id
                )
            ]
    raise AssertionError(command)


def establish(
    command: EstablishCouncil, organisation: OrganisationFacts, facts: Surroundings
) -> list[Event]:
    """Rule 14: the governing council fixes order, composition and powers."""
    kind = KIND_OF_KEY.get(command.key, "UNIT_COUNCIL")
    unit = None
    levels: tuple[str, ...] = ()
    if kind == "UNIT_COUNCIL":
        unit = Stream(f"unit/{command.bin}.{command.key}")
        served = facts.unit(unit)
        if served is None or not served.is_active:
            raise Refusal("UNIT-UNKNOWN", unit_id=command.key)
        levels = served.levels
    decision = command.mandate_decision_id
    mandate = organisation.mandates.get(decision) if decision else None
    if decision is None or mandate is None or mandate.council != command.key:
        raise Refusal("R14-MANDATE", decision_id=decision, council=command.key)
    distinct = command.distinct_from_pedagogical_council
    needing = facts.pack.council_levels_needing_distinct_scope
    if not distinct and set(organisation.levels) & set(needing):
        raise Refusal("R32-DUPLICATE", council=command.key)
    return [
        CouncilEstablished(
            council_id=command.council_id,
            bin=command.bin,
            key=command.key,
            kind=kind,
            unit=unit,
            title=command.title,
            mandate_decision_id=decision,
            seats_min=mandate.seats_min,
            seats_max=mandate.seats_max,
            powers=mandate.powers,
            term_months=mandate.term_months,
            quorum_rule=mandate.quorum or facts.pack.default_quorum,
            levels=levels,
            distinct_from_pedagogical_council=distinct,
        )
    ]


def elect(command: ElectMember, state: Council, facts: Surroundings) -> list[Event]:
    """Rule 14: members are elected, within the seats of the mandate."""
    election = command.election
    if election is None or not election.is_won or election.date > facts.act.on:
        raise Refusal("R14-NOT-ELECTED", person_id=command.person_id, election=election)
    if election.date < local_day(state.opened_at):
        raise Refusal("CMD-BEFORE", act=election.date, rests_on=state.opened_at)
    # Whoever was in office on the day of the election held a seat then.
    members = state.members_between(election.date, facts.act.on)
    if command.person_id in members:
        raise Refusal("BODY-MEMBER-EXISTS", person_id=command.person_id)
    if len(members) >= state.seats_max:
        raise Refusal("COUNCIL-SEATS", seats_max=state.seats_max, members=len(members))
    if not facts.posts(state.bin, command.person_id):
        raise Refusal("BODY-NOT-STAFF", persons=[command.person_id])
    return [
        CouncilMemberElected(
            council_id=state.council_id,
            person_id=command.person_id,
            election=election,
            seat=len(members) + 1,
            valid_from=election.date,
        )
    ]


def constitute(
    command: ConstituteCouncil, state: Council, facts: Surroundings
) -> list[Event]:
    """Seats filled up to the mandate's minimum; chair and secretary are members."""
    day = facts.act.on
    members = state.members_on(day)
    if len(members) < state.seats_min:
        raise Refusal("COUNCIL-SEATS", seats_min=state.seats_min, members=len(members))
    strangers = [
        person for person in (command.chair, command.secretary) if person not in members
    ]
    if strangers or command.chair == command.secretary:
        raise Refusal("COUNCIL-OFFICERS", persons=strangers or [command.chair])
    officers: list[Event] = [
        CouncilChairSeated(
            council_id=state.council_id, person_id=command.chair, valid_from=day
        ),
        CouncilSecretarySeated(
            council_id=state.council_id, person_id=command.secretary, valid_from=day
        ),
    ]
    # New officers do not prolong the term that the mandate fixed.
    if state.in_term_on(day):
        return officers
    constituted = CouncilConstituted(
        council_id=state.council_id,
        valid_from=day,
        term_end=last_day_of_term(day, state.term_months),
    )
    return [constituted, *officers]


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
    return Place(state.bin, state.levels, "14")


COUNCIL = Decider(decide, evolve, place)
