"""An organisation: its registration, levels, charter and governing decisions."""

from domain import office
from domain.dates import Spell, most_at_once
from domain.decider import Decider, Event, On, Refusal
from domain.identifiers import Bin, CapacityId, PersonId
from domain.organisation_commands import (
    ActivateOrganisation,
    AssignDirectLeadership,
    AssignSupervision,
    CloseOrganisation,
    CorrectRegistration,
    DeclareLevels,
    MoveOrganisation,
    OrganisationCommand,
    RecordCharter,
    RecordGoverningDecision,
    RegisterOrganisation,
    RenameOrganisation,
    SetMethodistNumber,
    SuspendOrganisation,
)
from domain.organisation_events import (
    Charter,
    CharterRecorded,
    DirectLeadershipAssigned,
    GoverningDecisionRecorded,
    MethodistNumberSet,
    OrganisationActivated,
    OrganisationClosed,
    OrganisationSuspended,
    SupervisionAssigned,
)
from domain.organisation_registration import (
    correct,
    declare_levels,
    move,
    on_or_before_today,
    register,
    rename,
    require_levels,
    takes_effect,
)
from domain.organisation_state import Organisation, evolve, place
from domain.regulation.pack import RulePack
from domain.surroundings import Surroundings

MANDATE = "COUNCIL_MANDATE"
METHODIST_NUMBER = "METHODIST_NUMBER"
ACTING_APPOINTMENT = "ACTING_APPOINTMENT"
"""The registrar records this one: an organisation may have nobody else left."""
DECISION_KINDS = (MANDATE, METHODIST_NUMBER, ACTING_APPOINTMENT, "OTHER")


def decide(
    command: OrganisationCommand, state: Organisation | None, facts: Surroundings
) -> list[Event | On]:
    if state is not None and facts.act.at < state.last_act:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=state.last_act)
    match command, state:
        case RegisterOrganisation(), None:
            return register(command, facts)
        case RegisterOrganisation(), Organisation():
            raise Refusal("ORG-EXISTS", bin=command.bin)
        case _, None:
            raise Refusal("ORG-UNKNOWN", bin=command.bin)
        case _, Organisation(phase="CLOSED"):
            raise Refusal("ORG-STATE", state="CLOSED", bin=command.bin)
        case RenameOrganisation(), Organisation():
            return rename(command, state, facts)
        case MoveOrganisation(), Organisation():
            return move(command, state, facts)
        case CorrectRegistration(), Organisation():
            return correct(command, state, facts)
        case DeclareLevels(), Organisation(phase="REGISTERED" | "ACTIVE"):
            return declare_levels(command, state, facts)
        case ActivateOrganisation(), Organisation(phase="ACTIVE"):
            raise Refusal("ORG-STATE", state="ACTIVE", bin=command.bin)
        case ActivateOrganisation(), Organisation():
            require_levels(state.kind, state.levels, facts)
            return [OrganisationActivated()]
        case SuspendOrganisation(), Organisation(phase="ACTIVE"):
            return [OrganisationSuspended(act_no=command.act_no)]
        case CloseOrganisation(), Organisation():
            return [OrganisationClosed(act_no=command.act_no)]
        case _, Organisation(phase=phase) if phase != "ACTIVE":
            raise Refusal("ORG-STATE", state=phase, bin=command.bin)
        case RecordCharter(), Organisation():
            require_sound_clauses(command.clauses, facts.pack)
            since, _ = state.charters[-1]
            return [
                CharterRecorded(
                    number=command.number,
                    date=takes_effect(command.date, since, facts),
                    file_hash=command.file_hash,
                    clauses=command.clauses,
                )
            ]
        case RecordGoverningDecision(), Organisation():
            return record_decision(command, state, facts)
        case SetMethodistNumber(), Organisation():
            return set_methodist_number(command, state, facts)
        case AssignDirectLeadership(), Organisation():
            return assign_direct_leadership(command, facts)
        case AssignSupervision(), Organisation():
            return assign_supervision(command, facts)
    raise AssertionError(command)


def require_sound_clauses(clauses: Charter, pack: RulePack) -> None:
    """A profile that the pack has; approvers who may approve, and leave somebody."""
    profile = clauses.route_profile or pack.default_profile
    if profile not in pack.profiles():
        raise Refusal(
            "ORG-CHARTER", clause="route_profile", given=profile, known=pack.profiles()
        )
    for clause, named in {
        "regulation_approvers": clauses.regulation_approvers,
        "general_documentation_approvers": clauses.general_documentation_approvers,
    }.items():
        rows = [
            row
            for row in pack.routes
            if row.profile == profile and row.charter_clause == clause
        ]
        known = [
            role
            for role in pack.approving_posts
            if all(row.approvers_under((role,)) for row in rows)
        ]
        if not set(named) <= set(known):
            raise Refusal("ORG-CHARTER", clause=clause, given=named, known=known)


def record_decision(
    command: RecordGoverningDecision, state: Organisation, facts: Surroundings
) -> list[Event | On]:
    actor = facts.act.actor
    if actor.role == "REGISTRAR" and command.kind != ACTING_APPOINTMENT:
        allowed = ("HEAD@own", "DEPUTY_HEAD_EM@own")
        raise Refusal("ACTOR-ROLE", role=actor.role, allowed=allowed)
    if command.kind not in DECISION_KINDS:
        raise Refusal("ORG-DECISION-KIND", kind=command.kind, known=DECISION_KINDS)
    if command.decision_id in state.decisions:
        raise Refusal("ORG-DECISION-EXISTS", decision_id=command.decision_id)
    mandate = command.mandate
    if (command.kind == MANDATE) != (mandate is not None):
        raise Refusal("R14-MANDATE", decision_id=command.decision_id, kind=command.kind)
    if mandate and not mandate.is_sound:
        raise Refusal("R14-MANDATE", decision_id=command.decision_id, mandate=mandate)
    if (command.kind == METHODIST_NUMBER) != (command.inputs is not None):
        raise Refusal("ORG-INPUTS", decision_id=command.decision_id, kind=command.kind)
    return [
        GoverningDecisionRecorded(
            decision_id=command.decision_id,
            kind=command.kind,
            number=command.number,
            date=on_or_before_today(command.date, facts),
            file_hash=command.file_hash,
            mandate=mandate,
            inputs=command.inputs,
        )
    ]


def set_methodist_number(
    command: SetMethodistNumber, state: Organisation, facts: Surroundings
) -> list[Event | On]:
    """Rule 12: by the latest decision, and never fewer than are in office."""
    decision = state.decisions.get(command.decision_id)
    if decision is None or decision.inputs is None or command.number < 0:
        raise Refusal("ORG-NO-DECISION", decision_id=command.decision_id)
    if state.numbered_by:
        latest = state.decisions[state.numbered_by[-1]]
        if command.decision_id in state.numbered_by or decision.date < latest.date:
            raise Refusal("ORG-DECISION-SPENT", decision_id=command.decision_id)
    seats = facts.seats(command.bin, office.METHODISTS)
    appointed = most_at_once(seats, Spell(valid_from=facts.act.on))
    if appointed > command.number:
        raise Refusal("R12-HEADCOUNT", number=command.number, appointed=appointed)
    return [
        MethodistNumberSet(
            decision_id=command.decision_id,
            number=command.number,
            inputs=decision.inputs,
        )
    ]


def assign_direct_leadership(
    command: AssignDirectLeadership, facts: Surroundings
) -> list[Event | On]:
    """Rule 14: direct leadership belongs to the deputy head."""
    return [
        DirectLeadershipAssigned(
            person_id=command.person_id,
            appointment_id=deputy_capacity(command.bin, command.person_id, facts),
        )
    ]


def assign_supervision(
    command: AssignSupervision, facts: Surroundings
) -> list[Event | On]:
    """Rule 31: deputy heads lead by the disciplines that they supervise."""
    return [
        SupervisionAssigned(
            person_id=command.person_id,
            appointment_id=deputy_capacity(command.bin, command.person_id, facts),
            discipline_codes=tuple(dict.fromkeys(command.discipline_codes)),
        )
    ]


def deputy_capacity(owner: Bin, person: PersonId, facts: Surroundings) -> CapacityId:
    """The office of a deputy head that the person holds, or acts in, on this day."""
    needed = facts.pack.direct_leadership_post
    for post in facts.posts(owner, person):
        if post.post == needed:
            return post.capacity
    raise Refusal("R14-DEPUTY", person_id=person, needed=needed)


ORGANISATION = Decider(decide, evolve, place)
