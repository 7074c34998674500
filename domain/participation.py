"""An organisation takes part in another's joint commission, or leaves (rule 16)."""

from collections.abc import Sequence
from datetime import date

from domain.dates import ONE_DAY
from domain.decider import Event, On, Refusal
from domain.identifiers import PersonId, Stream
from domain.participation_commands import (
    ArrangeParticipation,
    ConsentToParticipation,
    EndParticipation,
    ParticipationCommand,
    RefuseParticipation,
)
from domain.participation_events import (
    ParticipationArranged,
    ParticipationConsented,
    ParticipationEnded,
    ParticipationRefused,
)
from domain.participation_state import Participation
from domain.review_body_events import (
    BodyMemberAdded,
    BodyMemberRemoved,
    OrganisationDeclined,
    OrganisationJoined,
    OrganisationLeft,
)
from domain.review_body_state import reference
from domain.surroundings import JointFacts, Member, Surroundings, active_organisation
from domain.teachers import crossing, require_teachers

ALLOWED_IN: dict[type[ParticipationCommand], str] = {
    ConsentToParticipation: "REQUESTED",
    RefuseParticipation: "REQUESTED",
    ArrangeParticipation: "CONSENTED",
    EndParticipation: "CONSENTED",
}


def decide(
    command: ParticipationCommand, state: Participation | None, facts: Surroundings
) -> list[Event | On]:
    """What is said is written twice: to the organisation, and to the commission."""
    active_organisation(command.bin, facts)
    body = reference(command.host, command.body_id)
    joint = facts.joint(body)
    if state is None or joint is None:
        raise Refusal("PARTICIPATION-UNKNOWN", body=body)
    if state.phase != ALLOWED_IN[type(command)]:
        raise Refusal("PARTICIPATION-STATE", state=state.phase)
    rests_on = max(state.last_act, joint.last_act)
    if facts.act.at < rests_on:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=rests_on)
    match command:
        case EndParticipation():
            return end(command, joint, body, facts)
        case _ if joint.phase == "DISSOLVED":
            raise Refusal("BODY-STATE", state="DISSOLVED")
        case ConsentToParticipation():
            return consent(command, joint, body, facts)
        case RefuseParticipation():
            refused = ParticipationRefused(body=body, reason_ref=command.reason_ref)
            declined = OrganisationDeclined(organisation=command.bin)
            return [refused, On(body, declined)]
        case ArrangeParticipation():
            if joint.phase != "FORMED":
                raise Refusal("BODY-STATE", state=joint.phase)
            return arrange(command, joint, body, facts)
    raise AssertionError(command)


def consent(
    command: ConsentToParticipation,
    joint: JointFacts,
    body: Stream,
    facts: Surroundings,
) -> list[Event | On]:
    members = newcomers(command, command.members, joint, facts)
    day = facts.act.on
    consented = ParticipationConsented(body=body, members=members, valid_from=day)
    joined = OrganisationJoined(
        organisation=command.bin, members=members, valid_from=day
    )
    minimum = after_joining(command, members, joint, body, facts)
    return [consented, *(On(body, event) for event in (joined, *minimum))]


def arrange(
    command: ArrangeParticipation, joint: JointFacts, body: Stream, facts: Surroundings
) -> list[Event | On]:
    members = newcomers(command, command.person_ids, joint, facts)
    day = facts.act.on
    arranged = ParticipationArranged(body=body, members=members, valid_from=day)
    added = [
        BodyMemberAdded(organisation=command.bin, person_id=person, valid_from=day)
        for person in members
    ]
    minimum = after_joining(command, members, joint, body, facts)
    return [arranged, *(On(body, event) for event in (*added, *minimum))]


def newcomers(
    command: ParticipationCommand,
    persons: Sequence[PersonId],
    joint: JointFacts,
    facts: Surroundings,
) -> tuple[PersonId, ...]:
    """Distinct teachers of the organisation and of the discipline, no members yet."""
    distinct = tuple(dict.fromkeys(persons))
    if not distinct:
        raise Refusal("R16-JOINT-SCOPE", organisations=[command.bin])
    known = {member.person for member in joint.members}
    for person in distinct:
        if person in known:
            raise Refusal("BODY-MEMBER-EXISTS", person_id=person)
    codes = (*joint.disciplines, *joint.specialties)
    require_teachers(command.bin, distinct, codes, facts)
    return distinct


def after_joining(
    command: ParticipationCommand,
    members: Sequence[PersonId],
    joint: JointFacts,
    body: Stream,
    facts: Surroundings,
) -> list[Event]:
    if joint.phase != "FORMED":
        return []
    before = facts.members(body, facts.act.on)
    after = [*before, *(Member(person, command.bin) for person in members)]
    return crossing(joint.kind, before, after, facts)


def end(
    command: EndParticipation, joint: JointFacts, body: Stream, facts: Surroundings
) -> list[Event | On]:
    """Its members leave with it; a commission that is over is not told."""
    last_day = facts.act.on - ONE_DAY
    ended = ParticipationEnded(body=body, valid_to=last_day, act_no=command.act_no)
    if joint.phase == "DISSOLVED":
        return [ended]
    told: list[Event] = [*departures(command, joint, last_day)]
    told.append(OrganisationLeft(organisation=command.bin, valid_to=last_day))
    if joint.phase == "FORMED":
        before = facts.members(body, facts.act.on)
        after = [member for member in before if member.organisation != command.bin]
        told += crossing(joint.kind, before, after, facts)
    return [ended, *(On(body, event) for event in told)]


def departures(
    command: EndParticipation, joint: JointFacts, last_day: date
) -> list[Event]:
    return [
        BodyMemberRemoved(
            organisation=command.bin, person_id=member.person, valid_to=last_day
        )
        for member in joint.members
        if member.organisation == command.bin
    ]
