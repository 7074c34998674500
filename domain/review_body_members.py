"""Who comes into a commission or department, and who leaves it."""

from domain.dates import ONE_DAY
from domain.decider import Event, Refusal
from domain.identifiers import Bin
from domain.review_body_commands import AddMember, InviteSpecialist, RemoveMember
from domain.review_body_events import (
    BodyMemberAdded,
    BodyMemberRemoved,
    SpecialistInvited,
)
from domain.review_body_state import (
    CHAIR,
    DEPARTMENT_HEAD,
    JOINT_COMMISSION,
    ReviewBody,
)
from domain.surroundings import Member, Surroundings
from domain.teachers import crossing, require_teachers


def require_participant(
    owner: Bin, state: ReviewBody | None, facts: Surroundings
) -> None:
    """Everybody sends and recalls their own people only."""
    day = facts.act.on
    allowed = state.organisations_on(day) if state is not None else (owner,)
    sender = facts.act.actor.organisation
    if sender not in allowed:
        raise Refusal("ACTOR-SCOPE", organisation=sender, owner=owner)


def add_member(
    command: AddMember, state: ReviewBody, facts: Surroundings
) -> list[Event]:
    day = facts.act.on
    sender = facts.act.actor.organisation
    if state.member_on(command.person_id, day) is not None:
        raise Refusal("BODY-MEMBER-EXISTS", person_id=command.person_id)
    require_teachers(sender, (command.person_id,), codes_of(state), facts)
    member = Member(command.person_id, sender)
    before = facts.members(facts.stream, day)
    added = BodyMemberAdded(
        organisation=sender, person_id=member.person, valid_from=day
    )
    return [added, *crossing(state.kind, before, (*before, member), facts)]


def codes_of(state: ReviewBody) -> tuple[str, ...]:
    """What a member teaches; a joint commission may name specialties alone."""
    if state.kind == JOINT_COMMISSION:
        return (*state.disciplines, *state.specialties)
    return state.disciplines


def remove_member(
    command: RemoveMember, state: ReviewBody, facts: Surroundings
) -> list[Event]:
    """Whose appointment has ended may still be removed; nothing is counted down."""
    day = facts.act.on
    member = Member(command.person_id, facts.act.actor.organisation)
    if member not in state.members_on(day):
        raise Refusal("BODY-NO-MEMBER", person_id=command.person_id)
    removed = BodyMemberRemoved(
        organisation=member.organisation,
        person_id=member.person,
        valid_to=day - ONE_DAY,
    )
    before = facts.members(facts.stream, day)
    after = [other for other in before if other != member]
    return [removed, *crossing(state.kind, before, after, facts)]


def invite(
    command: InviteSpecialist, state: ReviewBody, facts: Surroundings
) -> SpecialistInvited:
    """Rule 17: outsiders may be engaged; they never count and never lead."""
    actor = facts.act.actor
    if actor.role in (CHAIR, DEPARTMENT_HEAD) and actor.seat != facts.stream:
        raise Refusal("ACTOR-BODY", body=facts.stream, capacity=actor.capacity)
    known = facts.pack.external_categories
    if command.category not in known:
        raise Refusal("BODY-CATEGORY", category=command.category, known=known)
    is_member = state.member_on(command.person_id, facts.act.on) is not None
    if is_member or command.person_id in state.invited:
        raise Refusal("BODY-MEMBER-EXISTS", person_id=command.person_id)
    return SpecialistInvited(person_id=command.person_id, category=command.category)
