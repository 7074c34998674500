"""A commission or a department as its events leave it."""

from datetime import date, datetime
from typing import assert_never

import msgspec
from msgspec import Struct

from domain.dates import ONE_DAY, Spell, joined, left, members_on
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
    ReviewBodyDissolved,
    ReviewBodyEvent,
    ReviewBodyFormed,
    SpecialistInvited,
)

COMMISSION = "COMMISSION"
DEPARTMENT = "DEPARTMENT"
CHAIR = "CHAIR"
DEPARTMENT_HEAD = "DEPARTMENT_HEAD"


def reference(owner: str, body_id: str) -> Stream:
    return Stream(f"review-body/{owner}.{body_id}")


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
        case ChairElected() | ChairCarriedOver():
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
    return Place(state.bin, state.levels)
