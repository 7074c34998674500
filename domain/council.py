"""A methodical council: mandated, elected, constituted, in term, dissolved."""

from domain.council_commands import (
    ConstituteCouncil,
    CouncilCommand,
    DissolveCouncil,
    ElectMember,
    EstablishCouncil,
    RemoveMember,
)
from domain.council_events import (
    CouncilChairSeated,
    CouncilConstituted,
    CouncilDissolved,
    CouncilEstablished,
    CouncilMemberElected,
    CouncilMemberRemoved,
    CouncilSecretarySeated,
)
from domain.council_state import KIND_OF_KEY, Council
from domain.dates import ONE_DAY, last_day_of_term, local_day
from domain.decider import Event, Refusal
from domain.identifiers import Stream, UnitId
from domain.surroundings import OrganisationFacts, Surroundings, active_organisation


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
            decision = facts.governing_decision(command.bin, command.decision_id)
            if decision is None:
                raise Refusal("ORG-NO-DECISION", decision_id=command.decision_id)
            opened_on = local_day(state.opened_at)
            if decision.date < opened_on:
                raise Refusal("CMD-BEFORE", act=decision.date, rests_on=opened_on)
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
    kind, unit, levels = place_of(command.key, organisation, facts)
    decision = command.mandate_decision_id
    taken = facts.governing_decision(command.bin, decision) if decision else None
    mandate = taken.mandate if taken else None
    if decision is None or mandate is None or mandate.council != command.key:
        raise Refusal("R14-MANDATE", decision_id=decision, council=command.key)
    distinct = command.distinct_from_pedagogical_council
    require_distinct(distinct, command.key, organisation, facts)
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


def place_of(
    key: UnitId, organisation: OrganisationFacts, facts: Surroundings
) -> tuple[str, Stream | None, tuple[str, ...]]:
    """Of a council its kind, and where it serves an active unit that and its levels."""
    kind = KIND_OF_KEY.get(key, "UNIT_COUNCIL")
    if kind != "UNIT_COUNCIL":
        return kind, None, ()
    unit = Stream(f"unit/{organisation.bin}.{key}")
    served = facts.unit(unit)
    if served is None or not served.is_active:
        raise Refusal("UNIT-UNKNOWN", unit_id=key)
    return kind, unit, served.levels


def require_distinct(
    is_distinct: bool, key: UnitId, organisation: OrganisationFacts, facts: Surroundings
) -> None:
    """Rule 32: it does not repeat what the pedagogical council does."""
    needing = facts.pack.council_levels_needing_distinct_scope
    if not is_distinct and set(organisation.levels) & set(needing):
        raise Refusal("R32-DUPLICATE", council=key)


def elect(command: ElectMember, state: Council, facts: Surroundings) -> list[Event]:
    """Rule 14: members are elected, within the seats of the mandate."""
    election = command.election
    if election is None or not election.is_won or election.date > facts.act.on:
        raise Refusal("R14-NOT-ELECTED", person_id=command.person_id, election=election)
    if election.date < local_day(state.opened_at):
        raise Refusal("CMD-BEFORE", act=election.date, rests_on=state.opened_at)
    # Who is elected in one term for the next takes the seat when the first is over.
    term = state.term_on(election.date)
    first_day = election.date
    if term is not None and term.valid_to and term.valid_to < facts.act.on:
        first_day = term.valid_to + ONE_DAY
    # Whoever was a member on the first day held a seat then; and whose appointment
    # has ended keeps the seat until somebody removes them.
    members = state.members_between(first_day, facts.act.on)
    if command.person_id in members:
        raise Refusal("BODY-MEMBER-EXISTS", person_id=command.person_id)
    # An election seats once: whoever took the seat by it needs another one.
    spells = state.members.get(command.person_id, ())
    if any(spell.valid_from >= election.date for spell in spells):
        raise Refusal("R14-NOT-ELECTED", person_id=command.person_id, election=election)
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
            valid_from=first_day,
        )
    ]


def constitute(
    command: ConstituteCouncil, state: Council, facts: Surroundings
) -> list[Event]:
    """Seats filled up to the mandate's minimum; chair and secretary are in office."""
    day = facts.act.on
    members = [member.person for member in facts.members(facts.stream, day)]
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
