"""A commission or a department: formed, led, below its minimum, dissolved."""

from datetime import date

from domain.dates import ONE_DAY, local_day
from domain.decider import Decider, Event, Refusal
from domain.identifiers import Bin, BodyId, PersonId, Stream
from domain.review_body_commands import (
    AddMember,
    AppointDepartmentHead,
    DissolveBody,
    ElectChair,
    FormCommission,
    FormDepartment,
    InviteSpecialist,
    RemoveMember,
    ReviewBodyCommand,
)
from domain.review_body_events import (
    BodyFellBelowMinimum,
    BodyMemberAdded,
    BodyMemberRemoved,
    BodyReachedMinimum,
    ChairElected,
    DepartmentHeadAppointed,
    ReviewBodyDissolved,
    ReviewBodyFormed,
    SpecialistInvited,
    UnitRegulation,
)
from domain.review_body_state import (
    CHAIR,
    COMMISSION,
    DEPARTMENT,
    DEPARTMENT_HEAD,
    ReviewBody,
    evolve,
    place,
    reference,
)
from domain.surroundings import OrganisationFacts, Surroundings, active_organisation


def decide(
    command: ReviewBodyCommand, state: ReviewBody | None, facts: Surroundings
) -> list[Event]:
    if state is not None and facts.act.at < state.last_act:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=state.last_act)
    organisation = active_organisation(command.bin, facts)
    match command, state:
        case ((FormCommission() | FormDepartment()), None):
            return form(command, organisation, facts)
        case ((FormCommission() | FormDepartment()), ReviewBody()):
            raise Refusal("BODY-EXISTS", body=reference(command.bin, command.body_id))
        case _, None:
            raise Refusal("BODY-UNKNOWN", body=reference(command.bin, command.body_id))
        case _, ReviewBody(dissolved_on=date()):
            raise Refusal("BODY-STATE", state="DISSOLVED")
        case AddMember(), ReviewBody():
            return add_member(command, state, facts)
        case RemoveMember(), ReviewBody():
            return remove_member(command, state, facts)
        case ElectChair(), ReviewBody():
            return elect_chair(command, state, facts)
        case AppointDepartmentHead(), ReviewBody():
            return appoint_department_head(command, state, facts)
        case InviteSpecialist(), ReviewBody():
            return invite(command, state, facts)
        case DissolveBody(), ReviewBody():
            return [ReviewBodyDissolved(act_no=command.act_no)]
    raise AssertionError(command)


def form(
    command: FormCommission | FormDepartment,
    organisation: OrganisationFacts,
    facts: Surroundings,
) -> list[Event]:
    """Rule 16: the right level, and three distinct teachers of the disciplines."""
    kind = COMMISSION if isinstance(command, FormCommission) else DEPARTMENT
    rule = facts.pack.review_bodies[kind]
    if not command.levels or not set(command.levels) <= set(organisation.levels):
        raise Refusal("R2-LEVEL", levels=command.levels, allowed=organisation.levels)
    if not set(command.levels) <= set(rule.levels):
        raise Refusal("R16-LEVEL", levels=command.levels, allowed=rule.levels)
    unit = Stream(f"unit/{command.bin}.{command.unit_id}")
    above = facts.unit(unit)
    if above is None or not above.is_active:
        raise Refusal("UNIT-UNKNOWN", unit_id=command.unit_id)
    regulation = command.regulation if isinstance(command, FormDepartment) else None
    if rule.regulation:
        require_regulation(regulation, command.body_id, organisation, facts)
    quorum = command.quorum_rule or facts.pack.default_quorum
    if not quorum.can_be_met:
        raise Refusal("BODY-QUORUM", quorum=quorum.quorum, majority=quorum.majority)
    members = tuple(dict.fromkeys(command.members))
    eligible = [
        person for person in members if is_teacher(command.bin, person, command, facts)
    ]
    if len(eligible) < rule.minimum:
        raise Refusal("R16-MIN-TEACHERS", minimum=rule.minimum, eligible=len(eligible))
    if len(eligible) < len(members):
        strangers = [person for person in members if person not in eligible]
        raise Refusal("BODY-NOT-STAFF", persons=strangers)
    return [
        ReviewBodyFormed(
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
    ]


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


def is_teacher(
    owner: Bin,
    person: PersonId,
    body: FormCommission | FormDepartment | ReviewBody,
    facts: Surroundings,
) -> bool:
    """A teacher or master in office, of a discipline of the body if it has any."""
    wanted = set(
        body.disciplines if isinstance(body, ReviewBody) else body.discipline_codes
    )
    return any(
        post.post in facts.pack.counted_posts
        and (not wanted or bool(wanted & set(post.disciplines)))
        for post in facts.posts(owner, person)
    )


def add_member(
    command: AddMember, state: ReviewBody, facts: Surroundings
) -> list[Event]:
    day = facts.act.on
    members = state.members_on(day)
    if command.person_id in members:
        raise Refusal("BODY-MEMBER-EXISTS", person_id=command.person_id)
    if not is_teacher(state.bin, command.person_id, state, facts):
        raise Refusal("BODY-NOT-STAFF", persons=[command.person_id])
    added = BodyMemberAdded(person_id=command.person_id, valid_from=day)
    minimum = facts.pack.review_bodies[state.kind].minimum
    if state.below_minimum and len(members) + 1 >= minimum:
        return [added, BodyReachedMinimum(members=len(members) + 1, minimum=minimum)]
    return [added]


def remove_member(
    command: RemoveMember, state: ReviewBody, facts: Surroundings
) -> list[Event]:
    members = state.members_on(facts.act.on)
    if command.person_id not in members:
        raise Refusal("BODY-NO-MEMBER", person_id=command.person_id)
    last_day = facts.act.on - ONE_DAY
    removed = BodyMemberRemoved(person_id=command.person_id, valid_to=last_day)
    minimum = facts.pack.review_bodies[state.kind].minimum
    remaining = len(members) - 1
    if remaining < minimum and not state.below_minimum:
        return [removed, BodyFellBelowMinimum(members=remaining, minimum=minimum)]
    return [removed]


def elect_chair(
    command: ElectChair, state: ReviewBody, facts: Surroundings
) -> list[Event]:
    """Rule 17: elected, from the commission's own teachers and masters."""
    if facts.pack.review_bodies[state.kind].led_by != CHAIR:
        raise Refusal("R17-DEPARTMENT-HEAD", kind=state.kind)
    if command.person_id in state.invited:
        raise Refusal("R17-EXTERNAL", person_id=command.person_id)
    members = state.members_on(facts.act.on)
    posts = [
        post.post
        for post in facts.posts(state.bin, command.person_id)
        if post.post in facts.pack.counted_posts
    ]
    election = command.election
    if (
        command.person_id not in members
        or not posts
        or election is None
        or not election.is_won
        or election.voters > len(members)
        or election.date > facts.act.on
    ):
        raise Refusal(
            "R17-CHAIR",
            person_id=command.person_id,
            is_member=command.person_id in members,
            is_teacher=bool(posts),
            election=election,
        )
    if election.date < local_day(state.opened_at):
        raise Refusal("CMD-BEFORE", act=election.date, rests_on=state.opened_at)
    return [
        ChairElected(
            body_id=state.body_id,
            person_id=command.person_id,
            staff_kind=posts[0],
            experience_years=command.experience_years,
            reasons_ref=command.reasons_ref,
            election=election,
            valid_from=facts.act.on,
        )
    ]


def appoint_department_head(
    command: AppointDepartmentHead, state: ReviewBody, facts: Surroundings
) -> list[Event]:
    """Rule 17: a department is led by its head, who works in it."""
    if facts.pack.review_bodies[state.kind].led_by != DEPARTMENT_HEAD:
        raise Refusal("R17-CHAIR", kind=state.kind)
    in_office = bool(facts.posts(state.bin, command.person_id))
    if not in_office or command.person_id not in state.members_on(facts.act.on):
        raise Refusal("R17-DEPARTMENT-HEAD", person_id=command.person_id)
    return [
        DepartmentHeadAppointed(
            body_id=state.body_id,
            person_id=command.person_id,
            order_no=command.order_no,
            valid_from=facts.act.on,
        )
    ]


def invite(
    command: InviteSpecialist, state: ReviewBody, facts: Surroundings
) -> list[Event]:
    """Rule 17: outsiders may be engaged; they never count and never lead."""
    actor = facts.act.actor
    if actor.role in (CHAIR, DEPARTMENT_HEAD) and actor.seat != facts.stream:
        raise Refusal("ACTOR-BODY", body=facts.stream, capacity=actor.capacity)
    known = facts.pack.external_categories
    if command.category not in known:
        raise Refusal("BODY-CATEGORY", category=command.category, known=known)
    if command.person_id in (*state.members_on(facts.act.on), *state.invited):
        raise Refusal("BODY-MEMBER-EXISTS", person_id=command.person_id)
    return [SpecialistInvited(person_id=command.person_id, category=command.category)]


REVIEW_BODY = Decider(decide, evolve, place)
