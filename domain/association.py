"""A voluntary association of teachers: initiated, established, active, dissolved."""

from domain.association_commands import (
    AcceptMember,
    ActivateAssociation,
    ApplyForMembership,
    AppointLeader,
    AssociationCommand,
    DissolveAssociation,
    ElectLeader,
    EstablishAssociation,
    InitiateAssociation,
    LeaveAssociation,
    RemoveMember,
)
from domain.association_events import (
    AssociationActivated,
    AssociationDissolved,
    AssociationInitiated,
)
from domain.association_leaders import appoint, elect, require_appointer
from domain.association_members import (
    accept,
    apply,
    establish,
    in_office,
    leave,
)
from domain.association_state import LEADER, Association
from domain.decider import Event, Refusal
from domain.surroundings import OrganisationFacts, Surroundings, active_organisation

EXISTING = ("INITIATED", "ESTABLISHED", "ACTIVE")

ALLOWED_IN: dict[type[AssociationCommand], tuple[str, ...]] = {
    ApplyForMembership: EXISTING,
    AcceptMember: EXISTING,
    LeaveAssociation: EXISTING,
    RemoveMember: EXISTING,
    EstablishAssociation: ("INITIATED",),
    ElectLeader: ("ESTABLISHED", "ACTIVE"),
    AppointLeader: ("ESTABLISHED", "ACTIVE"),
    ActivateAssociation: ("ESTABLISHED",),
    DissolveAssociation: EXISTING,
}


def decide(
    command: AssociationCommand, state: Association | None, facts: Surroundings
) -> list[Event]:
    if isinstance(command, InitiateAssociation):
        if state is not None:
            raise Refusal("ASSOC-EXISTS", association=facts.stream)
        return initiate(command, active_organisation(command.bin, facts), facts)
    if state is None:
        raise Refusal("ASSOC-UNKNOWN", association=facts.stream)
    require_right(command, state, facts)
    organisation = active_organisation(command.bin, facts)
    allowed = ALLOWED_IN[type(command)]
    if state.phase not in allowed:
        raise Refusal("ASSOC-STATE", state=state.phase, allowed=allowed)
    if facts.act.at < state.last_act:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=state.last_act)
    match command:
        case ApplyForMembership():
            return apply(state, facts)
        case AcceptMember():
            return accept(command, state, facts)
        case LeaveAssociation() | RemoveMember():
            return leave(command, state, facts)
        case EstablishAssociation():
            return establish(command, state, organisation, facts)
        case ElectLeader():
            return elect(command, state, facts)
        case AppointLeader():
            return appoint(command, state, facts)
        case ActivateAssociation():
            if state.leader_on(facts.act.on) not in in_office(facts):
                raise Refusal("BODY-NOT-LED", bodies=[facts.stream])
            return [AssociationActivated(association_id=state.association_id)]
        case DissolveAssociation():
            return dissolve(command, state, facts)
    raise AssertionError(command)


def require_right(
    command: AssociationCommand, state: Association, facts: Surroundings
) -> None:
    """A leader acts for their own association, and nobody appoints but who may."""
    actor = facts.act.actor
    if actor.role == LEADER and actor.seat != facts.stream:
        raise Refusal("ACTOR-BODY", body=facts.stream, capacity=actor.capacity)
    if isinstance(command, AppointLeader):
        require_appointer(state, facts)


def initiate(
    command: InitiateAssociation, organisation: OrganisationFacts, facts: Surroundings
) -> list[Event]:
    """Rules 2 and 25: a level of the host, a category that has associations."""
    kinds = facts.pack.association_kinds
    rule = kinds.get(command.kind)
    if rule is None:
        raise Refusal("ASSOC-KIND", kind=command.kind, known=tuple(kinds))
    allowed = tuple(level for level in rule.levels if level in organisation.levels)
    if command.level not in allowed:
        raise Refusal("R2-LEVEL", levels=command.level, allowed=allowed)
    if command.category not in rule.categories:
        known = tuple(rule.categories)
        raise Refusal("R25-CATEGORY", category=command.category, known=known)
    code = rule.categories[command.category]
    subject = command.discipline_code
    if (code is None) == (subject is None):
        raise Refusal("ASSOC-SUBJECT", category=command.category, subject=subject)
    return [
        AssociationInitiated(
            association_id=command.association_id,
            bin=command.bin,
            kind=command.kind,
            level=command.level,
            category=command.category,
            discipline_code=str(code or subject),
            names=command.names,
            quorum_rule=facts.pack.default_quorum,
        )
    ]


def dissolve(
    command: DissolveAssociation, state: Association, facts: Surroundings
) -> list[Event]:
    """The creator's act, or the vote of the members: one of the two, not both."""
    vote = (command.meeting_id, command.item)
    by_vote = None not in vote and command.act_no is None
    by_act = vote == (None, None) and command.act_no is not None
    if not by_vote and (not by_act or facts.act.actor.role == LEADER):
        raise Refusal("ASSOC-DISSOLUTION", act_no=command.act_no, item=command.item)
    if by_vote:
        require_vote(command, facts)
    return [
        AssociationDissolved(
            association_id=state.association_id,
            act_no=command.act_no,
            meeting_id=command.meeting_id,
            item=command.item,
        )
    ]


def require_vote(command: DissolveAssociation, facts: Surroundings) -> None:
    """The members carried the item, which is no document, in a held meeting."""
    assert command.meeting_id is not None and command.item is not None
    found = facts.item(command.meeting_id, command.item)
    if (
        found is None
        or found.body != facts.stream
        or found.documents
        or not found.carried
        or found.held_at is None
    ):
        raise Refusal(
            "MEETING-NOT-HELD", meeting_id=command.meeting_id, item=command.item
        )
    if facts.act.at < found.held_at:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=found.held_at)
