"""A commission or a department as its events leave it."""

from datetime import date, datetime
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.dates import ONE_DAY, Spell, joined, left, local_day, members_on
from domain.decider import Mark, Place
from domain.identifiers import Bin, BodyId, Names, PersonId, Stream
from domain.regulation.pack import QuorumRule
from domain.review_body_events import (
    BodyFellBelowMinimum,
    BodyMemberAdded,
    BodyMemberRemoved,
    BodyReachedMinimum,
    ChairCarriedOver,
    ChairElected,
    DepartmentHeadAppointed,
    JointCommissionFormed,
    JointCommissionProposed,
    OrganisationAsked,
    OrganisationDeclined,
    OrganisationJoined,
    OrganisationLeft,
    ReviewBodyDissolved,
    ReviewBodyEvent,
    ReviewBodyFormed,
    SpecialistInvited,
)
from domain.surroundings import Member

COMMISSION = "COMMISSION"
JOINT_COMMISSION = "JOINT_COMMISSION"
DEPARTMENT = "DEPARTMENT"
CHAIR = "CHAIR"
DEPARTMENT_HEAD = "DEPARTMENT_HEAD"


def reference(owner: str, body_id: str) -> Stream:
    return Stream(f"review-body/{owner}.{body_id}")


class Leader(Struct, frozen=True):
    """Chair or head of department, from a day to the day before the next one's."""

    member: Member
    role: str
    spell: Spell

    def ended(self, last_day: date) -> "Leader":
        return Leader(self.member, self.role, self.spell.ended(last_day))


class ReviewBody(Struct, frozen=True):
    """PROPOSED, FORMED or DISSOLVED; members and leaders as dated spells.

    Only a joint commission is proposed, and has `participants` beside its host; `asked`
    are those who have not answered yet.
    """

    bin: Bin
    body_id: BodyId
    kind: str
    names: Names
    unit: Stream | None
    levels: tuple[str, ...]
    disciplines: tuple[str, ...]
    specialties: tuple[str, ...]
    quorum: QuorumRule
    members: dict[Member, tuple[Spell, ...]]
    last_act: datetime
    opened_at: datetime | None = None
    participants: dict[Bin, tuple[Spell, ...]] = {}
    asked: tuple[Bin, ...] = ()
    invited: tuple[PersonId, ...] = ()
    leaders: dict[int, Leader] = {}
    dissolved_on: date | None = None

    @property
    def phase(self) -> str:
        if self.dissolved_on is not None:
            return "DISSOLVED"
        return "PROPOSED" if self.opened_at is None else "FORMED"

    def members_on(self, day: date) -> tuple[Member, ...]:
        return members_on(self.members, day)

    def member_on(self, person: PersonId, day: date) -> Member | None:
        """The person as a member that day, in office or not: of which organisation."""
        return next((m for m in self.members_on(day) if m.person == person), None)

    def organisations_on(self, day: date) -> tuple[Bin, ...]:
        """Whose teachers it unites that day: its owner first, then who takes part."""
        return (self.bin, *members_on(self.participants, day))

    def leader_on(self, day: date) -> Member | None:
        """Who is chair or head of department that day, in office or not."""
        return next(
            (
                leader.member
                for leader in self.leaders.values()
                if leader.spell.covers(day)
            ),
            None,
        )

    def exists_at(self, moment: datetime) -> bool:
        day = local_day(moment)
        return (
            self.opened_at is not None
            and self.opened_at <= moment
            and (self.dissolved_on is None or day < self.dissolved_on)
        )


def evolve(state: ReviewBody | None, event: ReviewBodyEvent, mark: Mark) -> ReviewBody:
    day = mark.on
    if isinstance(event, ReviewBodyFormed):
        return replace(first(event, event.unit, event.members, mark), opened_at=mark.at)
    if isinstance(event, JointCommissionProposed):
        return replace(
            first(event, None, event.members, mark), asked=event.organisations
        )
    assert state is not None
    state = replace(state, last_act=mark.at)
    match event:
        case OrganisationAsked():
            return replace(state, asked=(*state.asked, event.organisation))
        case OrganisationJoined():
            members = state.members
            for person in event.members:
                member = Member(person, event.organisation)
                members = joined(members, member, event.valid_from)
            return replace(
                answered(state, event.organisation),
                members=members,
                participants=joined(
                    state.participants, event.organisation, event.valid_from
                ),
            )
        case OrganisationDeclined():
            return answered(state, event.organisation)
        case OrganisationLeft():
            participants = left(state.participants, event.organisation, event.valid_to)
            return replace(state, participants=participants)
        case JointCommissionFormed():
            spells = (Spell(valid_from=day),)
            united = {
                Member(person, one.organisation): spells
                for one in event.organisations
                for person in one.members
            }
            return replace(state, opened_at=mark.at, members=united)
        case BodyMemberAdded():
            member = Member(event.person_id, event.organisation)
            members = joined(state.members, member, event.valid_from)
            invited = tuple(p for p in state.invited if p != event.person_id)
            return replace(state, members=members, invited=invited)
        case BodyMemberRemoved():
            member = Member(event.person_id, event.organisation)
            members = left(state.members, member, event.valid_to)
            leaders = {
                number: leader.ended(event.valid_to)
                if leader.member == member
                else leader
                for number, leader in state.leaders.items()
            }
            return replace(state, members=members, leaders=leaders)
        case BodyFellBelowMinimum() | BodyReachedMinimum():
            return state
        case ChairElected():
            member = Member(event.person_id, event.organisation)
            return with_leader(state, member, CHAIR, event.valid_from, mark)
        case ChairCarriedOver():
            member = Member(event.person_id, state.bin)
            return with_leader(state, member, CHAIR, event.valid_from, mark)
        case DepartmentHeadAppointed():
            member = Member(event.person_id, state.bin)
            return with_leader(state, member, DEPARTMENT_HEAD, event.valid_from, mark)
        case SpecialistInvited():
            return replace(state, invited=(*state.invited, event.person_id))
        case ReviewBodyDissolved():
            return replace(state, dissolved_on=day)
    assert_never(event)


def first(
    event: ReviewBodyFormed | JointCommissionProposed,
    unit: Stream | None,
    members: tuple[PersonId, ...],
    mark: Mark,
) -> ReviewBody:
    spells = (Spell(valid_from=mark.on),)
    return ReviewBody(
        event.bin,
        event.body_id,
        event.kind,
        event.names,
        unit,
        event.levels,
        event.discipline_codes,
        event.specialty_codes,
        event.quorum_rule,
        {Member(person, event.bin): spells for person in members},
        mark.at,
    )


def answered(state: ReviewBody, organisation: Bin) -> ReviewBody:
    return replace(
        state, asked=tuple(one for one in state.asked if one != organisation)
    )


def with_leader(
    state: ReviewBody, member: Member, role: str, day: date, mark: Mark
) -> ReviewBody:
    """The new leader follows the old one, whose spell ends the day before."""
    leaders = {
        number: leader.ended(day - ONE_DAY) for number, leader in state.leaders.items()
    }
    leaders[mark.version] = Leader(member, role, Spell(valid_from=day))
    return replace(state, leaders=leaders)


def place(state: ReviewBody) -> Place:
    return Place(state.bin, state.levels)
