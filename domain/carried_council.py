"""A council that sat before the register, as it enters it with its term running."""

from domain.carry_over_events import OldCouncil
from domain.council import place_of, require_distinct
from domain.council_events import (
    CouncilCarriedOver,
    CouncilChairSeated,
    CouncilSecretarySeated,
)
from domain.council_state import reference
from domain.dates import Spell, last_day_of_term
from domain.decider import On, Refusal
from domain.provenance import Provenance
from domain.surroundings import OrganisationFacts, Surroundings


def carried(
    old: OldCouncil,
    provenance: Provenance,
    organisation: OrganisationFacts,
    facts: Surroundings,
) -> list[On]:
    """Its mandate is an act of before, in place of a decision recorded here (14)."""
    owner, mandate = organisation.bin, old.mandate
    council = reference(owner, mandate.council)
    kind, unit, levels = place_of(mandate.council, organisation, facts)
    if not mandate.is_sound:
        raise Refusal("R14-MANDATE", decision_id=None, mandate=mandate)
    term = require_running_term(old, provenance, facts)
    require_composition(old, organisation, facts)
    if facts.body(council) is not None:
        raise Refusal("COUNCIL-EXISTS", council=council)
    day = facts.act.on
    entered = CouncilCarriedOver(
        council_id=old.council_id,
        bin=owner,
        key=mandate.council,
        kind=kind,
        unit=unit,
        title=old.title,
        seats_min=mandate.seats_min,
        seats_max=mandate.seats_max,
        powers=mandate.powers,
        term_months=mandate.term_months,
        quorum_rule=mandate.quorum or facts.pack.default_quorum,
        levels=levels,
        distinct_from_pedagogical_council=old.distinct_from_pedagogical_council,
        members=old.members,
        chair=old.chair,
        secretary=old.secretary,
        term=term,
        carried_over=provenance,
    )
    chair = CouncilChairSeated(
        council_id=old.council_id, person_id=old.chair, valid_from=day
    )
    secretary = CouncilSecretarySeated(
        council_id=old.council_id, person_id=old.secretary, valid_from=day
    )
    return [On(council, event) for event in (entered, chair, secretary)]


def require_running_term(
    old: OldCouncil, provenance: Provenance, facts: Surroundings
) -> Spell:
    """It sits on this day, since a day not before its mandate."""
    if old.valid_from < provenance.act.date:
        raise Refusal("CMD-BEFORE", act=old.valid_from, rests_on=provenance.act.date)
    last_day = last_day_of_term(old.valid_from, old.mandate.term_months)
    term = Spell(valid_from=old.valid_from, valid_to=last_day)
    if not term.covers(facts.act.on):
        raise Refusal(
            "CARRY-TERM", valid_from=old.valid_from, valid_to=last_day, day=facts.act.on
        )
    return term


def require_composition(
    old: OldCouncil, organisation: OrganisationFacts, facts: Surroundings
) -> None:
    """As many as the mandate says, each once and in office; officers are members."""
    members, mandate = old.members, old.mandate
    if len(set(members)) < len(members) or not (
        mandate.seats_min <= len(members) <= mandate.seats_max
    ):
        raise Refusal(
            "COUNCIL-SEATS",
            seats_min=mandate.seats_min,
            seats_max=mandate.seats_max,
            members=len(set(members)),
        )
    strangers = [one for one in (old.chair, old.secretary) if one not in members]
    if strangers or old.chair == old.secretary:
        raise Refusal("COUNCIL-OFFICERS", persons=strangers or [old.chair])
    absent = [one for one in members if not facts.posts(organisation.bin, one)]
    if absent:
        raise Refusal("BODY-NOT-STAFF", persons=absent)
    distinct = old.distinct_from_pedagogical_council
    require_distinct(distinct, mandate.council, organisation, facts)
