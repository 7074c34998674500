"""Rule 16: teachers of the same disciplines from several organisations."""

from collections.abc import Collection

from domain.decider import Event, On, Refusal
from domain.identifiers import Bin, BodyId, Names
from domain.participation_events import ParticipationRequested, stream_of
from domain.review_body_commands import (
    AskOrganisation,
    ProposeJointCommission,
)
from domain.review_body_events import (
    Delegation,
    JointCommissionFormed,
    JointCommissionProposed,
    OrganisationAsked,
)
from domain.review_body_state import JOINT_COMMISSION, ReviewBody
from domain.surroundings import (
    OrganisationFacts,
    Surroundings,
    active_organisation,
)
from domain.teachers import (
    is_teacher,
    require_levels,
    require_teachers,
    sound_quorum,
)


def propose(
    command: ProposeJointCommission, host: OrganisationFacts, facts: Surroundings
) -> list[Event | On]:
    """The host names its own teachers, and asks the other organisations."""
    rule = facts.pack.review_bodies[JOINT_COMMISSION]
    require_levels(JOINT_COMMISSION, command.levels, host, facts)
    codes = (*command.discipline_codes, *command.specialty_codes)
    asked = tuple(dict.fromkeys(command.organisations))
    everybody = {host.bin, *asked}
    if not codes or not command.members or len(everybody) < rule.organisations:
        raise Refusal("R16-JOINT-SCOPE", organisations=sorted(everybody))
    for organisation in asked:
        require_partner(organisation, host.bin, command.levels, facts)
    quorum = sound_quorum(command.quorum_rule, facts)
    members = tuple(dict.fromkeys(command.members))
    require_teachers(host.bin, members, codes, facts)
    proposed = JointCommissionProposed(
        bin=host.bin,
        body_id=command.body_id,
        kind=JOINT_COMMISSION,
        names=command.names,
        levels=tuple(dict.fromkeys(command.levels)),
        discipline_codes=command.discipline_codes,
        specialty_codes=command.specialty_codes,
        members=members,
        organisations=asked,
        quorum_rule=quorum,
    )
    requests = [
        request(
            organisation,
            host.bin,
            command.body_id,
            command.names,
            proposed.levels,
            command.discipline_codes,
            command.specialty_codes,
        )
        for organisation in asked
    ]
    return [proposed, *requests]


def require_partner(
    organisation: Bin, host: Bin, levels: Collection[str], facts: Surroundings
) -> None:
    """Another organisation, which teaches at one of the levels of the commission."""
    found = active_organisation(organisation, facts)
    if organisation == host or set(levels).isdisjoint(found.levels):
        raise Refusal("R16-JOINT-SCOPE", organisations=[organisation])


def request(
    organisation: Bin,
    host: Bin,
    body_id: BodyId,
    names: Names,
    levels: tuple[str, ...],
    disciplines: tuple[str, ...],
    specialties: tuple[str, ...],
) -> On:
    """What the other organisation reads in its own feed."""
    return On(
        stream_of(organisation, host, body_id),
        ParticipationRequested(
            bin=organisation,
            host=host,
            body_id=body_id,
            names=names,
            levels=levels,
            discipline_codes=disciplines,
            specialty_codes=specialties,
        ),
    )


def ask(
    command: AskOrganisation, state: ReviewBody, facts: Surroundings
) -> list[Event | On]:
    """One more, or again one that refused or left."""
    if state.kind != JOINT_COMMISSION:
        raise Refusal("R16-JOINT-SCOPE", organisations=[command.organisation])
    require_partner(command.organisation, state.bin, state.levels, facts)
    taking_part = state.organisations_on(facts.act.on)
    if command.organisation in (*state.asked, *taking_part):
        raise Refusal("PARTICIPATION-ASKED", organisation=command.organisation)
    asked = OrganisationAsked(organisation=command.organisation)
    requested = request(
        command.organisation,
        state.bin,
        state.body_id,
        state.names,
        state.levels,
        state.disciplines,
        state.specialties,
    )
    return [asked, requested]


def form_joint(
    state: ReviewBody, host: OrganisationFacts, facts: Surroundings
) -> list[Event | On]:
    """Of those who have consented: enough organisations, enough teachers in office."""
    rule = facts.pack.review_bodies[JOINT_COMMISSION]
    require_levels(JOINT_COMMISSION, state.levels, host, facts)
    united = [
        delegation
        for organisation in state.organisations_on(facts.act.on)
        if (delegation := delegation_of(organisation, state, facts)).members
    ]
    if len(united) < rule.organisations:
        names = [one.organisation for one in united]
        raise Refusal("R16-JOINT-SCOPE", organisations=names)
    eligible = sum(len(one.members) for one in united)
    if eligible < rule.minimum:
        raise Refusal("R16-MIN-TEACHERS", minimum=rule.minimum, eligible=eligible)
    return [
        JointCommissionFormed(
            bin=state.bin,
            body_id=state.body_id,
            kind=state.kind,
            names=state.names,
            levels=state.levels,
            discipline_codes=state.disciplines,
            specialty_codes=state.specialties,
            organisations=tuple(united),
            quorum_rule=state.quorum,
        )
    ]


def delegation_of(
    organisation: Bin, state: ReviewBody, facts: Surroundings
) -> Delegation:
    """Whom an organisation has named that is still a teacher there; none if closed."""
    found = facts.organisation(organisation)
    is_active = found is not None and found.phase == "ACTIVE"
    codes = (*state.disciplines, *state.specialties)
    members = tuple(
        member.person
        for member in state.members_on(facts.act.on)
        if is_active
        and member.organisation == organisation
        and is_teacher(organisation, member.person, codes, facts)
    )
    return Delegation(organisation=organisation, members=members)
