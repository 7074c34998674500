"""Rules 24 to 26: who applies, is accepted, leaves, and who counts as a member."""

from collections.abc import Sequence
from datetime import date

from domain.association_commands import (
    AcceptMember,
    EstablishAssociation,
    LeaveAssociation,
    RemoveMember,
)
from domain.association_events import (
    ApplicationWithdrawn,
    AssociationEstablished,
    Member,
    MemberJoined,
    MemberLeft,
    MembershipApplied,
)
from domain.association_state import Association
from domain.dates import ONE_DAY
from domain.decider import Event, Refusal
from domain.identifiers import PersonId
from domain.surroundings import OrganisationFacts, Surroundings


def in_office(facts: Surroundings, day: date | None = None) -> Sequence[PersonId]:
    """The persons who are members that day and teach there what the members teach."""
    members = facts.members(facts.stream, day or facts.act.on)
    return tuple(dict.fromkeys(member.person for member in members))


def apply(state: Association, facts: Surroundings) -> list[Event]:
    """Rule 24: nobody is made a member who did not ask to be one."""
    member = Member(bin=state.bin, person_id=facts.act.actor.person)
    require_no_member(member, state, facts)
    if member in state.applications:
        raise Refusal("ASSOC-APPLIED", person_id=member.person_id)
    require_teacher(member, state, facts)
    return [
        MembershipApplied(
            association_id=state.association_id,
            member=member,
            category=state.category,
        )
    ]


def accept(
    command: AcceptMember, state: Association, facts: Surroundings
) -> list[Event]:
    member = Member(bin=state.bin, person_id=command.person_id)
    require_no_member(member, state, facts)
    application = state.applications.get(member)
    if application is None:
        raise Refusal("R24-CONSENT", person_id=member.person_id)
    require_teacher(member, state, facts)
    return [
        MemberJoined(
            association_id=state.association_id,
            member=member,
            category=state.category,
            own_application=application,
            valid_from=facts.act.on,
        )
    ]


def require_no_member(member: Member, state: Association, facts: Surroundings) -> None:
    if member in state.members_on(facts.act.on):
        raise Refusal("BODY-MEMBER-EXISTS", person_id=member.person_id)


def require_teacher(member: Member, state: Association, facts: Surroundings) -> None:
    """A member holds a post of the association's subject or category."""
    counted = facts.pack.counted_posts
    if not any(
        post.post in counted and state.discipline in post.disciplines
        for post in facts.posts(member.bin, member.person_id)
    ):
        raise Refusal(
            "ASSOC-MEMBER",
            person_id=member.person_id,
            category=state.category,
            discipline_code=state.discipline,
        )


def leave(
    command: LeaveAssociation | RemoveMember, state: Association, facts: Surroundings
) -> list[Event]:
    """The member goes by their own wish, or is removed; today they are gone."""
    by_own_wish = isinstance(command, LeaveAssociation)
    actor = facts.act.actor
    person = command.person_id if isinstance(command, RemoveMember) else actor.person
    member = Member(bin=state.bin, person_id=person)
    if by_own_wish and member in state.applications:
        return [
            ApplicationWithdrawn(association_id=state.association_id, member=member)
        ]
    if member not in state.members_on(facts.act.on):
        raise Refusal("BODY-NO-MEMBER", person_id=person)
    return [
        MemberLeft(
            association_id=state.association_id,
            member=member,
            by_own_wish=by_own_wish,
            valid_to=facts.act.on - ONE_DAY,
        )
    ]


def establish(
    _command: EstablishAssociation,
    state: Association,
    organisation: OrganisationFacts,
    facts: Surroundings,
) -> list[Event]:
    """Rule 26: three distinct teachers of one subject or category (A16)."""
    members = in_office(facts)
    minimum = facts.pack.association_kinds[state.kind].minimum
    if len(members) < minimum:
        raise Refusal(
            "R26-MIN-TEACHERS",
            minimum=minimum,
            eligible=len(members),
            discipline_code=state.discipline,
        )
    return [
        AssociationEstablished(
            association_id=state.association_id,
            kind=state.kind,
            level=state.level,
            category=state.category,
            discipline_code=state.discipline,
            host=state.bin,
            members=tuple(Member(bin=state.bin, person_id=who) for who in members),
            area_kato=organisation.kato,
        )
    ]
