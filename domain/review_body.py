"""A commission or a department: formed, led, below its minimum, dissolved."""

from datetime import date, datetime
from typing import Annotated, ClassVar, assert_never

import msgspec
from msgspec import Meta, Struct

from domain.dates import ONE_DAY, Spell, joined, left, local_day, members_on
from domain.decider import Command, Decider, Event, Mark, Place, Refusal
from domain.identifiers import (
    Bin,
    BodyId,
    Code,
    ContentRef,
    Names,
    Number,
    PersonId,
    Sha256,
    Stream,
    UnitId,
)
from domain.regulation.pack import QuorumRule
from domain.surroundings import (
    Election,
    OrganisationFacts,
    Surroundings,
    active_organisation,
)

COMMISSION = "COMMISSION"
DEPARTMENT = "DEPARTMENT"
CHAIR = "CHAIR"
DEPARTMENT_HEAD = "DEPARTMENT_HEAD"


def reference(owner: str, body_id: str) -> Stream:
    return Stream(f"review-body/{owner}.{body_id}")


Years = Annotated[int, Meta(ge=0, le=80)]


class UnitRegulation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A department's own regulation, approved as the charter provides (rule 11)."""

    number: Number
    date: date
    file_hash: Sha256
    approver_role: Code


class ReviewBodyFormed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.formed.v1"
    bin: Bin
    body_id: BodyId
    kind: str
    names: Names
    unit: Stream
    levels: tuple[str, ...]
    discipline_codes: tuple[str, ...]
    specialty_codes: tuple[str, ...]
    members: tuple[PersonId, ...]
    regulation: UnitRegulation | None
    quorum_rule: QuorumRule


class BodyMemberAdded(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.member-added.v1"
    person_id: PersonId
    valid_from: date


class BodyMemberRemoved(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.member-removed.v1"
    person_id: PersonId
    valid_to: date


class BodyFellBelowMinimum(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.fell-below-minimum.v1"
    members: int
    minimum: int


class BodyReachedMinimum(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.reached-minimum.v1"
    members: int
    minimum: int


class ChairElected(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.chair-elected.v1"
    body_id: BodyId
    person_id: PersonId
    staff_kind: str
    experience_years: Years
    reasons_ref: ContentRef | None
    election: Election
    valid_from: date


class DepartmentHeadAppointed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.department-head-appointed.v1"
    body_id: BodyId
    person_id: PersonId
    order_no: str
    valid_from: date


class SpecialistInvited(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.specialist-invited.v1"
    person_id: PersonId
    category: str


class ReviewBodyDissolved(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.dissolved.v1"
    act_no: str


ReviewBodyEvent = (
    ReviewBodyFormed
    | BodyMemberAdded
    | BodyMemberRemoved
    | BodyFellBelowMinimum
    | BodyReachedMinimum
    | ChairElected
    | DepartmentHeadAppointed
    | SpecialistInvited
    | ReviewBodyDissolved
)


class FormCommission(Command, frozen=True, kw_only=True):
    """Form a subject or cycle commission of three or more teachers (rule 16)."""

    tag: ClassVar[str] = "review-body.form-commission"
    bin: Bin
    body_id: BodyId
    names: Names
    levels: tuple[str, ...]
    members: tuple[PersonId, ...]
    discipline_codes: tuple[Code, ...] = ()
    specialty_codes: tuple[Code, ...] = ()
    unit_id: UnitId = UnitId("adm")
    quorum_rule: QuorumRule | None = None


class FormDepartment(Command, frozen=True, kw_only=True):
    """Form a department of three or more teachers, with its regulation (16, 11)."""

    tag: ClassVar[str] = "review-body.form-department"
    bin: Bin
    body_id: BodyId
    names: Names
    levels: tuple[str, ...]
    members: tuple[PersonId, ...]
    regulation: UnitRegulation | None = None
    discipline_codes: tuple[Code, ...] = ()
    specialty_codes: tuple[Code, ...] = ()
    unit_id: UnitId = UnitId("adm")
    quorum_rule: QuorumRule | None = None


class AddMember(Command, frozen=True, kw_only=True):
    """Add a teacher or master of the organisation."""

    tag: ClassVar[str] = "review-body.add-member"
    bin: Bin
    body_id: BodyId
    person_id: PersonId


class RemoveMember(Command, frozen=True, kw_only=True):
    """Remove a member; below its minimum the body takes no new documents."""

    tag: ClassVar[str] = "review-body.remove-member"
    bin: Bin
    body_id: BodyId
    person_id: PersonId


class ElectChair(Command, frozen=True, kw_only=True):
    """Record the election of a commission's chair from its members (rule 17)."""

    tag: ClassVar[str] = "review-body.elect-chair"
    bin: Bin
    body_id: BodyId
    person_id: PersonId
    experience_years: Years
    reasons_ref: ContentRef | None = None
    election: Election | None = None


class AppointDepartmentHead(Command, frozen=True, kw_only=True):
    """Appoint the head of a department (rule 17)."""

    tag: ClassVar[str] = "review-body.appoint-department-head"
    bin: Bin
    body_id: BodyId
    person_id: PersonId
    order_no: Number


class InviteSpecialist(Command, frozen=True, kw_only=True):
    """Engage a researcher, pedagogue or enterprise specialist (rule 17)."""

    tag: ClassVar[str] = "review-body.invite-specialist"
    bin: Bin
    body_id: BodyId
    person_id: PersonId
    category: str


class DissolveBody(Command, frozen=True, kw_only=True):
    """Dissolve the body by an act of the management."""

    tag: ClassVar[str] = "review-body.dissolve"
    bin: Bin
    body_id: BodyId
    act_no: Number


ReviewBodyCommand = (
    FormCommission
    | FormDepartment
    | AddMember
    | RemoveMember
    | ElectChair
    | AppointDepartmentHead
    | InviteSpecialist
    | DissolveBody
)


class Leader(Struct, frozen=True):
    """Chair or head of department, from a day to the day before the next one's."""

    person: PersonId
    role: str
    spell: Spell

    def ended(self, last_day: date) -> "Leader":
        return Leader(self.person, self.role, self.spell.ended(last_day))


class ReviewBody(Struct, frozen=True):
    """FORMED, LED or DISSOLVED; members and leaders as dated spells."""

    bin: Bin
    body_id: BodyId
    kind: str
    names: Names
    unit: Stream
    levels: tuple[str, ...]
    disciplines: tuple[str, ...]
    specialties: tuple[str, ...]
    quorum: QuorumRule
    members: dict[PersonId, tuple[Spell, ...]]
    opened_at: datetime
    last_act: datetime
    invited: tuple[PersonId, ...] = ()
    leaders: dict[int, Leader] = {}
    below_minimum: bool = False
    dissolved_on: date | None = None

    def members_on(self, day: date) -> tuple[PersonId, ...]:
        return members_on(self.members, day)

    def is_led_on(self, day: date) -> bool:
        members = self.members_on(day)
        return self.exists_on(day) and any(
            leader.spell.covers(day) and leader.person in members
            for leader in self.leaders.values()
        )

    def exists_on(self, day: date) -> bool:
        return self.dissolved_on is None or day < self.dissolved_on


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


def evolve(state: ReviewBody | None, event: ReviewBodyEvent, mark: Mark) -> ReviewBody:
    day = mark.on
    if isinstance(event, ReviewBodyFormed):
        return ReviewBody(
            event.bin,
            event.body_id,
            event.kind,
            event.names,
            event.unit,
            event.levels,
            event.discipline_codes,
            event.specialty_codes,
            event.quorum_rule,
            {person: (Spell(valid_from=day),) for person in event.members},
            mark.at,
            mark.at,
        )
    assert state is not None
    replace = msgspec.structs.replace
    state = replace(state, last_act=mark.at)
    match event:
        case BodyMemberAdded():
            members = joined(state.members, event.person_id, event.valid_from)
            invited = tuple(p for p in state.invited if p != event.person_id)
            return replace(state, members=members, invited=invited)
        case BodyMemberRemoved():
            members = left(state.members, event.person_id, event.valid_to)
            leaders = {
                number: leader.ended(event.valid_to)
                if leader.person == event.person_id
                else leader
                for number, leader in state.leaders.items()
            }
            return replace(state, members=members, leaders=leaders)
        case BodyFellBelowMinimum():
            return replace(state, below_minimum=True)
        case BodyReachedMinimum():
            return replace(state, below_minimum=False)
        case ChairElected():
            first_day = event.valid_from
            return with_leader(state, event.person_id, CHAIR, first_day, mark)
        case DepartmentHeadAppointed():
            first_day = event.valid_from
            return with_leader(state, event.person_id, DEPARTMENT_HEAD, first_day, mark)
        case SpecialistInvited():
            return replace(state, invited=(*state.invited, event.person_id))
        case ReviewBodyDissolved():
            return replace(state, dissolved_on=day)
    assert_never(event)


def with_leader(
    state: ReviewBody, person: PersonId, role: str, day: date, mark: Mark
) -> ReviewBody:
    """The new leader follows the old one, whose spell ends the day before."""
    leaders = {
        number: leader.ended(day - ONE_DAY) for number, leader in state.leaders.items()
    }
    leaders[mark.version] = Leader(person, role, Spell(valid_from=day))
    return msgspec.structs.replace(state, leaders=leaders)


def place(state: ReviewBody) -> Place:
    return Place(state.bin, state.levels, "16")


REVIEW_BODY = Decider(decide, evolve, place)
