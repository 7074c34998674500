"""A commission or a department: formed, led, below its minimum, dissolved."""

from domain.decider import Event, On, Refusal
from domain.identifiers import BodyId, Stream
from domain.joint_commission import ask, form_joint, propose
from domain.review_body_commands import (
    AddMember,
    AppointDepartmentHead,
    AskOrganisation,
    DissolveBody,
    ElectChair,
    FormCommission,
    FormDepartment,
    FormJointCommission,
    InviteSpecialist,
    ProposeJointCommission,
    RemoveMember,
    ReviewBodyCommand,
)
from domain.review_body_events import (
    ReviewBodyDissolved,
    ReviewBodyFormed,
    UnitRegulation,
)
from domain.review_body_leaders import appoint_department_head, elect_chair
from domain.review_body_members import (
    add_member,
    invite,
    remove_member,
    require_participant,
)
from domain.review_body_state import (
    COMMISSION,
    DEPARTMENT,
    ReviewBody,
    reference,
)
from domain.surroundings import OrganisationFacts, Surroundings, active_organisation
from domain.teachers import is_teacher, require_levels, sound_quorum


def decide(
    command: ReviewBodyCommand, state: ReviewBody | None, facts: Surroundings
) -> list[Event | On]:
    is_of_members = isinstance(command, AddMember | RemoveMember)
    if is_of_members:
        require_participant(command.bin, state, facts)
    if state is not None and facts.act.at < state.last_act:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=state.last_act)
    organisation = active_organisation(command.bin, facts)
    if is_of_members:
        active_organisation(facts.act.actor.organisation, facts)
    match command, state:
        case ((FormCommission() | FormDepartment()), None):
            return [form(command, organisation, facts)]
        case ProposeJointCommission(), None:
            return propose(command, organisation, facts)
        case ((FormCommission() | FormDepartment() | ProposeJointCommission()), _):
            raise Refusal("BODY-EXISTS", body=reference(command.bin, command.body_id))
        case _, None:
            raise Refusal("BODY-UNKNOWN", body=reference(command.bin, command.body_id))
        case _, ReviewBody(phase="DISSOLVED"):
            raise Refusal("BODY-STATE", state="DISSOLVED")
        case DissolveBody(), ReviewBody():
            return [ReviewBodyDissolved(act_no=command.act_no)]
        case AskOrganisation(), ReviewBody():
            return ask(command, state, facts)
        case FormJointCommission(), ReviewBody(phase="PROPOSED"):
            return form_joint(state, organisation, facts)
        case FormJointCommission(), ReviewBody():
            raise Refusal("BODY-STATE", state=state.phase)
        case _, ReviewBody(phase="PROPOSED"):
            raise Refusal("BODY-STATE", state="PROPOSED")
        case AddMember(), ReviewBody():
            return [*add_member(command, state, facts)]
        case RemoveMember(), ReviewBody():
            return [*remove_member(command, state, facts)]
        case ElectChair(), ReviewBody():
            return [elect_chair(command, state, facts)]
        case AppointDepartmentHead(), ReviewBody():
            return [appoint_department_head(command, state, facts)]
        case InviteSpecialist(), ReviewBody():
            return [invite(command, state, facts)]
    raise AssertionError(command)


def form(
    command: FormCommission | FormDepartment,
    organisation: OrganisationFacts,
    facts: Surroundings,
) -> ReviewBodyFormed:
    """Rule 16: the right level, and three distinct teachers of the disciplines."""
    kind = COMMISSION if isinstance(command, FormCommission) else DEPARTMENT
    rule = facts.pack.review_bodies[kind]
    require_levels(kind, command.levels, organisation, facts)
    unit = Stream(f"unit/{command.bin}.{command.unit_id}")
    above = facts.unit(unit)
    if above is None or not above.is_active:
        raise Refusal("UNIT-UNKNOWN", unit_id=command.unit_id)
    regulation = command.regulation if isinstance(command, FormDepartment) else None
    if rule.regulation:
        require_regulation(regulation, command.body_id, organisation, facts)
    quorum = sound_quorum(command.quorum_rule, facts)
    members = tuple(dict.fromkeys(command.members))
    codes = command.discipline_codes
    eligible = [
        person for person in members if is_teacher(command.bin, person, codes, facts)
    ]
    if len(eligible) < rule.minimum:
        raise Refusal("R16-MIN-TEACHERS", minimum=rule.minimum, eligible=len(eligible))
    if len(eligible) < len(members):
        strangers = [person for person in members if person not in eligible]
        raise Refusal("BODY-NOT-STAFF", persons=strangers)
    return ReviewBodyFormed(
        bin=command.bin,
        body_id=command.body_id,
        kind=kind,
        names=command.names,
        unit=unit,
        levels=tuple(dict.fromkeys(command.levels)),
        discipline_codes=command.discipline_codes,
        specialty_codes=command.specialty_codes,
        members=members,
        regulation=regulation,
        quorum_rule=quorum,
    )


def require_regulation(
    regulation: UnitRegulation | None,
    body_id: BodyId,
    organisation: OrganisationFacts,
    facts: Surroundings,
) -> None:
    """Rule 11: approved as the charter provides, before the department works by it."""
    allowed = organisation.regulation_approvers
    allowed = allowed or facts.pack.default_regulation_approvers
    if regulation is None or regulation.approver_role not in allowed:
        raise Refusal("R11-NO-REGULATION", unit_id=body_id, approvers=allowed)
    if regulation.date > facts.act.on:
        raise Refusal("CMD-FUTURE", date=regulation.date, act=facts.act.on)
