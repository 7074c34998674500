"""An association as its events leave it."""

from datetime import date, datetime
from typing import assert_never

import msgspec
from msgspec import Struct

from domain.association_events import (
    ApplicationWithdrawn,
    AssociationActivated,
    AssociationDissolved,
    AssociationEstablished,
    AssociationEvent,
    AssociationInitiated,
    LeaderAppointed,
    LeaderElected,
    Member,
    MemberJoined,
    MemberLeft,
    MembershipApplied,
)
from domain.dates import ONE_DAY, Spell, joined, left, members_on
from domain.decider import Mark, Place
from domain.identifiers import AssociationId, Bin, Names, PersonId, Stream
from domain.regulation.pack import QuorumRule

LEADER = "LEADER"


def reference(owner: str, association_id: str) -> Stream:
    return Stream(f"association/{owner}.{association_id}")


class Leader(Struct, frozen=True):
    """In office for a term, unless somebody follows or the leader leaves before."""

    person: PersonId
    role: str
    spell: Spell
    term_end: date

    def until(self, last_day: date) -> "Leader":
        """The same leader, who goes on that day at the latest."""
        assert self.spell.valid_to is not None
        spell = Spell(
            valid_from=self.spell.valid_from,
            valid_to=min(last_day, self.spell.valid_to),
        )
        return Leader(self.person, self.role, spell, self.term_end)

    def has_served_the_term(self, day: date) -> bool:
        return self.spell.valid_to == self.term_end < day


class Association(Struct, frozen=True):
    """INITIATED, ESTABLISHED, ACTIVE or DISSOLVED; members and leaders as spells."""

    bin: Bin
    association_id: AssociationId
    kind: str
    level: str
    category: str
    discipline: str
    names: Names
    quorum: QuorumRule
    last_act: datetime
    phase: str = "INITIATED"
    applications: dict[Member, int] = {}
    """Who has applied and waits, with the number of the application."""
    members: dict[Member, tuple[Spell, ...]] = {}
    leaders: dict[int, Leader] = {}
    activated_at: datetime | None = None
    dissolved_on: date | None = None

    def members_on(self, day: date) -> tuple[Member, ...]:
        """Who belonged to it that day, whether in office or not."""
        return members_on(self.members, day)

    def leader_on(self, day: date) -> PersonId | None:
        """Who leads in term that day, in office or not."""
        return next(
            (one.person for one in self.leaders.values() if one.spell.covers(day)),
            None,
        )

    def is_active_at(self, at: datetime, day: date) -> bool:
        return (
            self.activated_at is not None
            and self.activated_at <= at
            and (self.dissolved_on is None or day < self.dissolved_on)
        )


def evolve(
    state: Association | None, event: AssociationEvent, mark: Mark
) -> Association:
    if isinstance(event, AssociationInitiated):
        return Association(
            event.bin,
            event.association_id,
            event.kind,
            event.level,
            event.category,
            event.discipline_code,
            event.names,
            event.quorum_rule,
            mark.at,
        )
    assert state is not None
    replace = msgspec.structs.replace
    state = replace(state, last_act=mark.at)
    match event:
        case MembershipApplied():
            applications = {**state.applications, event.member: mark.version}
            return replace(state, applications=applications)
        case ApplicationWithdrawn():
            return replace(state, applications=without(state, event.member))
        case MemberJoined():
            members = joined(state.members, event.member, event.valid_from)
            applications = without(state, event.member)
            return replace(state, members=members, applications=applications)
        case MemberLeft():
            members = left(state.members, event.member, event.valid_to)
            leaders = {
                number: leader.until(event.valid_to)
                if leader.person == event.member.person_id
                else leader
                for number, leader in state.leaders.items()
            }
            return replace(state, members=members, leaders=leaders)
        case AssociationEstablished():
            return replace(state, phase="ESTABLISHED")
        case AssociationActivated():
            return replace(state, phase="ACTIVE", activated_at=mark.at)
        case LeaderElected() | LeaderAppointed():
            return led_by(state, event, mark)
        case AssociationDissolved():
            return replace(state, phase="DISSOLVED", dissolved_on=mark.on)
    assert_never(event)


def without(state: Association, member: Member) -> dict[Member, int]:
    """The applications that wait, but for the member's."""
    return {who: n for who, n in state.applications.items() if who != member}


def led_by(
    state: Association, event: LeaderElected | LeaderAppointed, mark: Mark
) -> Association:
    """The new leader follows the old one, who goes the day before at the latest."""
    leaders = {
        number: leader.until(event.term_start - ONE_DAY)
        for number, leader in state.leaders.items()
    }
    spell = Spell(valid_from=event.term_start, valid_to=event.term_end)
    leaders[mark.version] = Leader(event.person_id, LEADER, spell, event.term_end)
    return msgspec.structs.replace(state, leaders=leaders)


def place(state: Association) -> Place:
    return Place(state.bin, (state.level,))
