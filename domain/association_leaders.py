"""Rule 30: who leads an association of teachers, elected or appointed for a year."""

from datetime import date

from domain.association_commands import AppointLeader, ElectLeader
from domain.association_events import Appointer, LeaderAppointed, LeaderElected
from domain.association_members import in_office
from domain.association_state import Association
from domain.dates import is_spent, last_day_of_term
from domain.decider import Event, Refusal
from domain.surroundings import Election, Surroundings


def require_appointer(state: Association, facts: Surroundings) -> None:
    """Appointed by the role that the rule names for associations of this kind."""
    allowed = facts.pack.association_kinds[state.kind].leader.appointed_by
    role = facts.act.actor.role
    if role not in allowed:
        raise Refusal("R30-APPOINTER", role=role, allowed=allowed)


def elect(command: ElectLeader, state: Association, facts: Surroundings) -> list[Event]:
    """Elected by the members, from the members."""
    leader = facts.pack.association_kinds[state.kind].leader
    if not leader.elected:
        raise Refusal(
            "R30-APPOINTER", role=facts.act.actor.role, allowed=leader.appointed_by
        )
    require_eligible(command, facts)
    election = require_election(command, state, facts)
    term_end = require_term(command, state, facts)
    return [
        LeaderElected(
            association_id=state.association_id,
            person_id=command.person_id,
            election=election,
            reasons_ref=command.reasons_ref,
            term_start=facts.act.on,
            term_end=term_end,
        )
    ]


def appoint(
    command: AppointLeader, state: Association, facts: Surroundings
) -> list[Event]:
    require_eligible(command, facts)
    term_end = require_term(command, state, facts)
    actor = facts.act.actor
    return [
        LeaderAppointed(
            association_id=state.association_id,
            person_id=command.person_id,
            by=Appointer(bin=actor.organisation, role=actor.role),
            order_no=command.order_no,
            reasons_ref=command.reasons_ref,
            term_start=facts.act.on,
            term_end=term_end,
        )
    ]


def require_eligible(command: ElectLeader | AppointLeader, facts: Surroundings) -> None:
    """From the teachers of the association: a member in office that day."""
    if command.person_id not in in_office(facts):
        raise Refusal("R30-ELIGIBLE", person_id=command.person_id)


def require_election(
    command: ElectLeader, state: Association, facts: Surroundings
) -> Election:
    """Won by a member among the members in office on its day; good for one year."""
    election = command.election
    members = in_office(facts, election.date) if election else ()
    led = [(one.person, one.spell) for one in state.leaders.values()]
    if (
        election is None
        or not election.is_won
        or election.voters > len(members)
        or election.date > facts.act.on
        or command.person_id not in members
        or is_spent(election.date, command.person_id, led)
    ):
        raise Refusal("ASSOC-ELECTION", election=election, members=len(members))
    return election


def require_term(
    command: ElectLeader | AppointLeader, state: Association, facts: Surroundings
) -> date:
    """One year from the day of the act, its last day included (A18)."""
    months = facts.pack.association_kinds[state.kind].leader.term_months
    term_end = last_day_of_term(facts.act.on, months)
    assert term_end is not None
    if command.term_end not in (None, term_end):
        raise Refusal(
            "R30-TERM",
            given=command.term_end,
            term_start=facts.act.on,
            term_end=term_end,
        )
    return term_end
