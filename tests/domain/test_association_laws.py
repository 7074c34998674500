"""P11 and P15 of associations, over schools where anything may be tried by anybody."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import combinations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from domain.association_events import (
    AssociationDissolved,
    AssociationEstablished,
    AssociationInitiated,
    LeaderAppointed,
    LeaderElected,
    Member,
    MemberJoined,
    MemberLeft,
    MembershipApplied,
)
from domain.association_state import Association
from domain.dates import Spell
from domain.decider import Event
from domain.staff_events import AppointmentEnded, StaffAppointed
from tests.domain.associating import associations
from tests.domain.invariants import Log
from tests.domain.reviewing import convene
from tests.domain.scenario import Entry, World
from tests.domain.schools import ASKAR, MO, a_school, elect_leader

LAWS = settings(
    deadline=None,
    max_examples=150,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TEACHING = ("TEACHER", "MASTER")


def teaches(log: Log, who: Member, code: str, day: date) -> bool:
    """Whether staff orders of this log have the person teach it there that day."""
    stream = f"staff/{who.bin}.{who.person_id}"
    spells: dict[int, Spell] = {}
    for entry in log:
        if entry.stream != stream:
            continue
        match entry.event:
            case StaffAppointed() as order:
                if order.post in TEACHING and code in order.discipline_codes:
                    spells[entry.mark.version] = order.spell
            case AppointmentEnded() as order:
                if order.appointment in spells:
                    spells[order.appointment] = order.spell
    return any(spell.covers(day) for spell in spells.values())


def belonging(log: Log, stream: str) -> set[Member]:
    """Who joined the association by an application of their own, and has not left."""
    members: set[Member] = set()
    for entry in log:
        if entry.stream != stream:
            continue
        match entry.event:
            case MemberJoined() as joined:
                own = [e for e in log if e.stream == stream][joined.own_application - 1]
                assert isinstance(own.event, MembershipApplied)
                assert own.event.member == joined.member
                assert own.actor.person == joined.member.person_id
                members.add(joined.member)
            case MemberLeft(member=member):
                members.discard(member)
    return members


def subject_of(log: Log, stream: str) -> str:
    first = next(e.event for e in log if e.stream == stream)
    assert isinstance(first, AssociationInitiated)
    return first.discipline_code


def in_office(log: Log, stream: str, day: date) -> set[str]:
    code = subject_of(log, stream)
    return {
        member.person_id
        for member in belonging(log, stream)
        if teaches(log, member, code, day)
    }


def p11(log: Log) -> None:
    """Established with three distinct members who teach the subject there that day."""
    for n, entry in enumerate(log):
        formed = entry.event
        if not isinstance(formed, AssociationEstablished):
            continue
        members = {member.person_id for member in formed.members}
        assert len(members) == len(formed.members) >= 3
        assert {member.bin for member in formed.members} == {formed.host}
        assert members == in_office(log[:n], entry.stream, entry.mark.on)


def led(log: Log) -> Iterator[tuple[int, Entry, LeaderElected | LeaderAppointed]]:
    for n, entry in enumerate(log):
        if isinstance(entry.event, LeaderElected | LeaderAppointed):
            yield n, entry, entry.event


def a_year_from(first_day: date) -> date:
    """The last day of the year that starts on a day."""
    leaps = (first_day.month, first_day.day) == (2, 29)
    start = first_day.replace(day=28) if leaps else first_day
    return start.replace(year=start.year + 1) - timedelta(days=1)


def p15(log: Log) -> None:
    """A leader is a member, for a year, alone in office, and acts in that year only."""
    for n, entry, leader in led(log):
        assert leader.term_start == entry.mark.on
        assert leader.term_end == a_year_from(leader.term_start)
        members = in_office(log[:n], entry.stream, entry.mark.on)
        assert leader.person_id in members
        if isinstance(leader, LeaderAppointed):
            assert entry.actor.role == leader.by.role == "HEAD"
            assert f"association/{leader.by.bin}." in entry.stream
    alone_in_office(log)
    acting_in_term(log)


def alone_in_office(log: Log) -> None:
    world = World()
    for entry in log:
        world.retell(entry)
    for stream in {entry.stream for _, entry, _ in led(log)}:
        state = world.state(stream)
        assert isinstance(state, Association)
        spells = [
            leader.spell
            for leader in state.leaders.values()
            if leader.spell.covers(leader.spell.valid_from)
        ]
        assert not any(a.overlaps(b) for a, b in combinations(spells, 2))


def acting_in_term(log: Log) -> None:
    """Who acted as a leader was in term, not followed and not gone by then."""
    chosen = {f"{e.stream}#{e.mark.version}": (n, leader) for n, e, leader in led(log)}
    for n, entry in enumerate(log):
        if entry.actor.role != "LEADER":
            continue
        day = entry.mark.on
        seated, term = chosen[entry.actor.capacity]
        assert seated < n and term.person_id == entry.actor.person
        assert term.term_start <= day <= term.term_end
        leader = Member(bin=entry.actor.organisation, person_id=term.person_id)
        assert teaches(log[:n], leader, subject_of(log, entry.actor.seat), day)
        for later in log[seated + 1 : n]:
            if later.stream != entry.actor.seat:
                continue
            match later.event:
                case LeaderElected() | LeaderAppointed() as next_one:
                    assert day < next_one.term_start
                case MemberLeft(member=member, valid_to=last_day):
                    assert member.person_id != term.person_id or day <= last_day
                case AssociationDissolved():
                    assert day < later.mark.on


@LAWS
@given(associations())
def test_p11_an_association_is_formed_by_three_members_who_teach_there(
    world: World,
) -> None:
    p11(world.log)


@LAWS
@given(associations())
def test_p15_a_leader_serves_a_year_alone_and_acts_in_it_only(world: World) -> None:
    p15(world.log)


def test_the_stories_reach_terms_that_end_and_members_who_are_too_few() -> None:
    reached: Counter[str] = Counter()

    @settings(LAWS, max_examples=200, derandomize=True)
    @given(associations())
    def tell(world: World) -> None:
        reached.update(entry.event.tag for entry in world.log)
        reached.update(world.refusals)
        reached.update(
            f"{e.stream.partition('/')[0]} by LEADER"
            for e in world.log
            if e.actor.role == "LEADER"
        )

    tell()
    for wanted in (
        "association.established.v1",
        "association.activated.v1",
        "association.leader-elected.v1",
        "association.leader-appointed.v1",
        "association.member-left.v1",
        "association.application-withdrawn.v1",
        "association.dissolved.v1",
        "association by LEADER",
        "meeting by LEADER",
        "R24-CONSENT",
        "R26-MIN-TEACHERS",
        "R30-APPOINTER",
        "R30-ELIGIBLE",
        "R30-EXPIRED",
        "ACTOR-CAPACITY",
        "ACTOR-SCOPE",
        "ASSOC-ELECTION",
        "ASSOC-MEMBER",
        "CMD-BEFORE",
    ):
        assert reached[wanted] > 0, (wanted, reached)


# A law that cannot fail is no law: each one must notice a log that was forged.


def a_led_association() -> list[Entry]:
    house = a_school()
    convene(house, MO)
    house.world.later(days=30)
    elect_leader(house, ASKAR)
    convene(house, MO)
    return list(house.world.log)


def told(log: list[Entry], kind: type[Event], **changes: object) -> list[Entry]:
    """The log with the last event of a kind told in another way."""
    place = max(n for n, entry in enumerate(log) if isinstance(entry.event, kind))
    event = msgspec.structs.replace(log[place].event, **changes)
    forged = msgspec.structs.replace(log[place], event=event)
    return [*log[:place], forged, *log[place + 1 :]]


def before(log: list[Entry], kind: type[Event], moved: type[Event]) -> list[Entry]:
    """The log in which the last event of a kind stands before the first of another."""
    place = max(n for n, entry in enumerate(log) if isinstance(entry.event, moved))
    goal = min(n for n, entry in enumerate(log) if isinstance(entry.event, kind))
    rest = [entry for n, entry in enumerate(log) if n != place]
    return [*rest[:goal], log[place], *rest[goal:]]


def dismissed(log: list[Entry]) -> list[Entry]:
    """The log in which nobody was in office for longer than a day."""
    forged = []
    for entry in log:
        if isinstance(entry.event, StaffAppointed) and entry.event.post == "TEACHER":
            first = entry.event.spell.valid_from
            spell = Spell(valid_from=first, valid_to=first)
            event = msgspec.structs.replace(entry.event, spell=spell)
            entry = msgspec.structs.replace(entry, event=event)
        forged.append(entry)
    return forged


def late(log: list[Entry], days: int) -> list[Entry]:
    """The log in which the last meeting was planned so many days later."""
    last = log[-1]
    mark = msgspec.structs.replace(last.mark, at=last.mark.at + timedelta(days=days))
    return [*log[:-1], msgspec.structs.replace(last, mark=mark)]


def by_the_old_leader(log: list[Entry]) -> list[Entry]:
    """The log in which the last meeting was planned by who led before."""
    first, _ = (leader for _, _, leader in led(log))
    number = next(e.mark.version for _, e, _ in led(log))
    actor = msgspec.structs.replace(
        log[-1].actor, person=first.person_id, capacity=f"{MO}#{number}"
    )
    return [*log[:-1], msgspec.structs.replace(log[-1], actor=actor)]


def members_of(log: list[Entry]) -> tuple[Member, ...]:
    formed = next(e.event for e in log if isinstance(e.event, AssociationEstablished))
    return formed.members


def of_members(log: list[Entry], members: tuple[Member, ...]) -> list[Entry]:
    return told(log, AssociationEstablished, members=members)


FORGERIES: list[tuple[Callable[[Log], None], Callable[[list[Entry]], list[Entry]]]] = [
    (p11, lambda log: told(log, AssociationEstablished, members=members_of(log)[:2])),
    (
        p11,
        lambda log: told(log, AssociationEstablished, members=members_of(log)[:1] * 3),
    ),
    (p11, lambda log: before(log, MemberJoined, AssociationEstablished)),
    (p11, dismissed),
    (p15, dismissed),
    (p15, lambda log: told(log, LeaderElected, term_end=date(2027, 2, 12))),
    (p15, lambda log: told(log, LeaderElected, term_start=date(2026, 2, 10))),
    (p15, lambda log: told(log, LeaderElected, person_id="somebody")),
    (p15, lambda log: late(log, 365)),
    (p15, by_the_old_leader),
]


@pytest.mark.parametrize(("law", "forge"), FORGERIES)
def test_a_law_notices_a_log_that_was_forged(
    law: Callable[[Log], None], forge: Callable[[list[Entry]], list[Entry]]
) -> None:
    log = a_led_association()
    law(log)
    with pytest.raises((AssertionError, StopIteration)):
        law(forge(log))


@pytest.mark.parametrize(
    ("first_day", "last_day"),
    [
        (date(2026, 1, 12), date(2027, 1, 11)),
        (date(2027, 3, 1), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2029, 2, 27)),
        (date(2027, 2, 28), date(2028, 2, 27)),
    ],
)
def test_the_law_knows_how_long_a_year_is(first_day: date, last_day: date) -> None:
    assert a_year_from(first_day) == last_day
