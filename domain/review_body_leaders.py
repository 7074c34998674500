"""Rule 17: who leads a commission or a department."""

from domain.dates import is_spent, local_day
from domain.decider import Refusal
from domain.review_body_commands import AppointDepartmentHead, ElectChair
from domain.review_body_events import ChairElected, DepartmentHeadAppointed
from domain.review_body_state import CHAIR, DEPARTMENT_HEAD, ReviewBody
from domain.surroundings import Member, Surroundings


def elect_chair(
    command: ElectChair, state: ReviewBody, facts: Surroundings
) -> ChairElected:
    """Rule 17: elected, from the commission's own teachers and masters.

    The candidate was a member in office when elected, and still is; no more voters
    than there were members then.
    """
    if facts.pack.review_bodies[state.kind].led_by != CHAIR:
        raise Refusal("R17-DEPARTMENT-HEAD", kind=state.kind)
    if command.person_id in state.invited:
        raise Refusal("R17-EXTERNAL", person_id=command.person_id)
    election = command.election
    assert state.opened_at is not None
    if election is not None and election.date < local_day(state.opened_at):
        raise Refusal("CMD-BEFORE", act=election.date, rests_on=state.opened_at)
    member = state.member_on(command.person_id, facts.act.on)
    posts = [
        post.post
        for post in facts.posts(
            member.organisation if member else state.bin, command.person_id
        )
        if post.post in facts.pack.counted_posts
    ]
    then = facts.members(facts.stream, election.date) if election else ()
    led = [(leader.member, leader.spell) for leader in state.leaders.values()]
    if (
        member is None
        or not posts
        or election is None
        or not election.is_won
        or election.date > facts.act.on
        or member not in then
        or election.voters > len(then)
        or is_spent(election.date, member, led)
    ):
        raise Refusal(
            "R17-CHAIR",
            person_id=command.person_id,
            is_member=member is not None,
            is_teacher=bool(posts),
            members_then=len(then),
            election=election,
        )
    return ChairElected(
        body_id=state.body_id,
        organisation=member.organisation,
        person_id=member.person,
        staff_kind=posts[0],
        experience_years=command.experience_years,
        reasons_ref=command.reasons_ref,
        election=election,
        valid_from=facts.act.on,
    )


def appoint_department_head(
    command: AppointDepartmentHead, state: ReviewBody, facts: Surroundings
) -> DepartmentHeadAppointed:
    """Rule 17: a department is led by its head, who works in it."""
    if facts.pack.review_bodies[state.kind].led_by != DEPARTMENT_HEAD:
        raise Refusal("R17-CHAIR", kind=state.kind)
    member = Member(command.person_id, state.bin)
    if member not in facts.members(facts.stream, facts.act.on):
        raise Refusal("R17-DEPARTMENT-HEAD", person_id=command.person_id)
    return DepartmentHeadAppointed(
        body_id=state.body_id,
        person_id=command.person_id,
        order_no=command.order_no,
        valid_from=facts.act.on,
    )
