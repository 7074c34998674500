"""Stories of several schools, whose teachers come and go and whose leaders' terms end.

Everything may be tried by anybody; the laws look at what the log holds afterwards.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st

from domain.association_commands import (
    AcceptMember,
    ActivateAssociation,
    ApplyForMembership,
    AppointLeader,
    DissolveAssociation,
    ElectLeader,
    EstablishAssociation,
    LeaveAssociation,
    RemoveMember,
)
from domain.association_state import Association
from domain.decider import Command, Refusal
from domain.identifiers import Bin, CapacityId, PersonId, Stream
from domain.meeting_commands import PlanMeeting
from domain.staff import EndAppointment
from domain.staff_state import Staff
from tests.domain.given import SYMBAT, House, anew, appoint
from tests.domain.scenario import Hat, World, named, staff_hat
from tests.domain.schools import (
    ALGEBRA,
    ALGEBRAISTS,
    elect_leader,
    found_school,
    initiate,
    join,
    named_mo,
    staff_school,
)

ANOTHER_SCHOOL = Bin("990540000011")
PRIMARY = "primary"
TOKENS = (ALGEBRA, PRIMARY)
TEACHERS = (*ALGEBRAISTS, SYMBAT)
T = TypeVar("T")


@cache
def _schools() -> tuple[House, House]:
    """Two schools; the same people teach at both, some of them in two ways."""
    first = staff_school(found_school(World()))
    second = staff_school(found_school(first.world, ANOTHER_SCHOOL))
    for house in (first, second):
        appoint(house, SYMBAT, "TEACHER", ALGEBRA)
        for teacher in TEACHERS[1:]:
            appoint(house, teacher, "MASTER", "PRIMARY")
        initiate(house)
        fields: dict[str, object] = {"category": "PRIMARY", "discipline_code": None}
        initiate(house, association_id=PRIMARY, **fields)
    return first, second


class Story:
    """Two schools, an association of a subject and one of a category in each."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        world = _schools()[0].world.copy()
        self.world = world
        self.houses = [anew(house, world) for house in _schools()]
        # Acts may be dated back and still find their school registered.
        world.later(days=10)

    def told(self) -> World:
        for _ in range(self.draw(st.integers(10, 30))):
            house, token = self.pick(self.houses), self.pick(TOKENS)
            try:
                self.pick(STEPS)(self, house, token)
            except (Refusal, LookupError):
                continue
        return self.world

    def pick(self, options: Sequence[T]) -> T:
        """One of the options; LookupError where there is none."""
        if not options:
            raise LookupError("nothing to choose from")
        return self.draw(st.sampled_from(options))

    def attempt(self, hat: Hat, kind: type[Command], **fields: object) -> None:
        back = self.pick([0, 0, 0, 0, 5, 3 * 24 * 60])
        if back:
            fields["occurred_at"] = self.world.now - timedelta(minutes=back)
        self.world.give(hat, kind, **fields)

    def somebody(self, house: House, token: str) -> PersonId:
        """A member, an applicant, any teacher, or the deputy."""
        close = self.members(house, token)
        close += self.applicants(house, token)
        return self.pick([*close * 2, *TEACHERS, house.deputy.person])

    def teacher(self, house: House, who: PersonId) -> Hat:
        """In any of the person's appointments, mostly in one that runs."""
        state = self.world.state(Stream(f"staff/{house.bin}.{who}"))
        assert isinstance(state, Staff)
        running = [
            number
            for number, appointment in state.appointments.items()
            if appointment.spell.covers(self.world.now.date())
        ]
        number = self.pick([*running * 9, *state.appointments])
        return staff_hat(house.bin, who, number)

    def leader(self, house: House, token: str) -> Hat:
        """Whoever was ever made a leader of the association."""
        state = self.state(house, token)
        stream = f"association/{house.bin}.{token}"
        numbers = list(state.leaders)
        number = self.pick([*numbers, *numbers[-1:] * 3])
        capacity = CapacityId(f"{stream}#{number}")
        return Hat(state.leaders[number].person, house.bin, capacity)

    def state(self, house: House, token: str) -> Association:
        state = self.world.state(Stream(f"association/{house.bin}.{token}"))
        assert isinstance(state, Association)
        return state

    def manager(self, house: House, token: str) -> Hat:
        hats = [house.head, house.head, house.deputy, self.pick(self.houses).head]
        if self.state(house, token).leaders:
            hats.append(self.leader(house, token))
        return self.pick(hats)

    # What goes right, so that stories come to an end.

    def go_far(self, house: House, token: str) -> None:
        """Two to four teachers associate; with three they are established and led."""
        waiting = [w for w in TEACHERS if w not in self.members(house, token)]
        for who in waiting[: self.pick([3, 4, 0, 2])]:
            join(house, who, token=token)
        mo = named_mo(house, token)
        if self.state(house, token).phase == "INITIATED":
            self.world.give(house.head, EstablishAssociation, **mo)
        self.seat(house, token)
        self.world.give(house.head, ActivateAssociation, **mo)

    def go_far_too_late(self, house: House, token: str) -> None:
        """As many associate as are needed; one of them has gone before it stands."""
        waiting = [w for w in TEACHERS if w not in self.members(house, token)]
        join(house, *waiting[: 3 - len(self.members(house, token))], token=token)
        self.resign(house, token)
        self.world.later(days=self.pick([1, 10]))
        self.go_far(house, token)

    def seat(self, house: House, token: str) -> None:
        who = self.pick(self.members(house, token))
        if self.draw(st.booleans()):
            elect_leader(house, who, token)
        else:
            fields = {"person_id": who, "order_no": "1"}
            mo = named_mo(house, token)
            self.world.give(house.head, AppointLeader, **mo, **fields)

    def members(self, house: House, token: str) -> list[PersonId]:
        today = self.world.now.date()
        return [one.person_id for one in self.state(house, token).members_on(today)]

    def applicants(self, house: House, token: str) -> list[PersonId]:
        return [one.person_id for one in self.state(house, token).applications]

    # What anybody may try.

    def apply(self, house: House, token: str) -> None:
        hat = self.teacher(house, self.somebody(house, token))
        self.attempt(hat, ApplyForMembership, **named_mo(house, token))

    def accept(self, house: House, token: str) -> None:
        fields = {**named_mo(house, token), "person_id": self.somebody(house, token)}
        self.attempt(self.manager(house, token), AcceptMember, **fields)

    def leave(self, house: House, token: str) -> None:
        """A member goes, or somebody thinks better of an application."""
        hat = self.teacher(house, self.somebody(house, token))
        mo = named_mo(house, token)
        if hat.person not in self.members(house, token) and self.draw(st.booleans()):
            self.world.give(hat, ApplyForMembership, **mo)
        self.attempt(hat, LeaveAssociation, **mo)

    def remove(self, house: House, token: str) -> None:
        fields = {**named_mo(house, token), "person_id": self.somebody(house, token)}
        self.attempt(self.manager(house, token), RemoveMember, **fields)

    def establish(self, house: House, token: str) -> None:
        hat = self.manager(house, token)
        self.attempt(hat, EstablishAssociation, **named_mo(house, token))

    def elect(self, house: House, token: str) -> None:
        day = self.world.now.date() - timedelta(days=self.pick([0, 0, 1, 30]))
        election = {"date": day, "voters": self.pick([3, 2, 3, 4]), "votes_for": 2}
        who = self.somebody(house, token)
        fields: dict[str, object] = {"person_id": who, "election": election}
        if self.draw(st.booleans()):
            fields["term_end"] = day + timedelta(days=self.pick([364, 365, 730]))
        mo = named_mo(house, token)
        self.attempt(self.manager(house, token), ElectLeader, **mo, **fields)

    def appoint(self, house: House, token: str) -> None:
        fields = {"person_id": self.somebody(house, token), "order_no": "1"}
        mo = named_mo(house, token)
        self.attempt(self.manager(house, token), AppointLeader, **mo, **fields)

    def lead(self, house: House, token: str) -> None:
        """A leader of whenever plans a meeting, or accepts a member."""
        if not self.state(house, token).leaders:
            self.go_far(house, token)
        first = self.pick([Story.wait, Story.seat, Story.resign, None, None, None])
        if first is not None:
            first(self, house, token)
        leader = self.leader(house, token)
        if self.draw(st.booleans()):
            self.attempt(
                leader,
                PlanMeeting,
                meeting_id=named(f"meeting at {self.world.now}"),
                body=f"association/{house.bin}.{token}",
                planned_for=self.world.now.date(),
            )
            return
        mo, members = named_mo(house, token), self.members(house, token)
        who = self.pick([one for one in TEACHERS if one not in members])
        if who not in self.applicants(house, token):
            self.world.give(self.teacher(house, who), ApplyForMembership, **mo)
        self.attempt(leader, AcceptMember, **mo, person_id=who)

    def dissolve(self, house: House, token: str) -> None:
        hat = self.manager(house, token)
        self.attempt(hat, DissolveAssociation, **named_mo(house, token), act_no="1")

    # What changes in the schools meanwhile.

    def wait(self, _house: House, _token: str) -> None:
        self.world.later(days=self.pick([1, 30, 200, 364, 365, 366, 800]))

    def resign(self, house: House, token: str) -> None:
        leaders = [one.person for one in self.state(house, token).leaders.values()]
        who = self.pick([*leaders * 2, *self.members(house, token), *TEACHERS])
        hat = self.teacher(house, who)
        number = int(hat.capacity.rpartition("#")[2])
        last_day = self.world.now.date() - timedelta(days=self.pick([0, 1, 5]))
        ending = {"bin": house.bin, "person_id": who, "appointment": number}
        self.attempt(
            house.head, EndAppointment, **ending, valid_to=last_day, order_no="1"
        )

    def come(self, house: House, _token: str) -> None:
        post, code = self.pick([("TEACHER", ALGEBRA), ("MASTER", "PRIMARY")])
        first_day = self.world.now.date() + timedelta(days=self.pick([-2, 0, 3]))
        appoint(house, self.pick(TEACHERS), post, code, valid_from=first_day)


STEPS = (
    [Story.go_far] * 4
    + [Story.go_far_too_late] * 3
    + [Story.lead] * 6
    + [Story.wait, Story.apply, Story.accept, Story.seat] * 2
    + [Story.elect] * 4
    + [Story.establish, Story.resign, Story.leave] * 2
    + [Story.appoint, Story.remove, Story.come, Story.dissolve]
)


@st.composite
def associations(draw: st.DrawFn) -> World:
    """A world in which a story of two schools was told."""
    return Story(draw).told()
