"""Who may give which command: every seat of a whole story tries every command.

The table is `roles.json`. What it does not let through, the bus refuses with 403 and
nothing is written; what it lets through is accepted at least once for each of its rows.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from msgspec import Struct

from adapters.demo.institutions import synthetic_bin
from adapters.orders import Refused
from domain.decider import Command
from domain.identifiers import NODE, Bin, CapacityId, Names, PersonId, Stream
from domain.messages import COMMANDS, owner_of, stream_of
from domain.regulation.pack import rule_pack
from tests.adapters.turned_bus import turned_bus
from tests.domain.closing import ended_by_the_node
from tests.domain.given import (
    ALMATY,
    DEPARTMENT,
    LAWYERS,
    NEW_YEAR,
    ROZA,
    SYMBAT,
    UNIVERSITY_COUNCIL,
    House,
    a_university,
    open_unit,
)
from tests.domain.reviewing import SALTED, conclude, convene, draft, submit
from tests.domain.saga import a_saga
from tests.domain.scenario import ONE_MINUTE, THE_NODE, Hat, World, person
from tests.domain.schools import ASKAR, DINARA, ILYAS, KAMILA, MO, a_school, named_mo
from tests.domain.seats import Seat, rows_that_let, seats_in

PACK = rule_pack()
CABINET = Bin(synthetic_bin(583))
FAR_AWAY = Bin(synthetic_bin(584))
REGISTRAR = Hat(ROZA, NODE, CapacityId("node/local#1"))
AUDITOR = person("Askar, auditor")
HIDING = ("DOC-UNKNOWN",)
"""Codes by which others learn no more than that there is nothing for them."""

SPOKEN_OF_ELSEWHERE = {
    "unit.approve-regulation": "who approves a regulation, the charter says (rule 11)",
    "organisation.record-governing-decision": "a registrar records acting in office",
}
"""Commands whose decision has more to say of roles than the table, and why."""

CLASSES = ("stranger", "own staff", "cabinet", "auditor", "registrar")


class Moment(Struct, frozen=True):
    """A command of the saga, and the world just before it was accepted."""

    world: World
    command: Command


def others_at_work() -> World:
    """What the saga tells of a council, a commission, a registrar; here of others."""
    house = a_university()
    a_lively_meeting(house, DEPARTMENT, LAWYERS)
    convene(house, UNIVERSITY_COUNCIL).does(COMMANDS["meeting.call-off"])
    house.world.give(
        house.officer(DEPARTMENT),
        COMMANDS["review-body.invite-specialist"],
        bin=house.bin,
        body_id="civil-law",
        person_id=SYMBAT,
        category="RESEARCHER",
    )
    open_unit(house, "mathematics", "FACULTY")
    declare = COMMANDS["organisation.declare-levels"]
    house.world.give(house.head, declare, bin=house.bin, levels=["HE", "TVE"])
    return house.world


def a_leader_at_work() -> World:
    """The leader of a school's association does all that leaders may."""
    house = a_school()
    a_lively_meeting(house, MO, (ASKAR, DINARA, KAMILA))
    document = draft(house)
    submit(house, document)
    conclude(house, document, MO)
    give, leader = house.world.give, house.officer(MO)
    give(house.teacher(ILYAS), COMMANDS["association.apply"], **named_mo(house))
    accept = {**named_mo(house), "person_id": ILYAS}
    give(leader, COMMANDS["association.accept-member"], **accept)
    sitting = convene(house, MO)
    sitting.does(COMMANDS["meeting.place-item"], kind="OTHER")
    sitting.open()
    sitting.vote(1, 3)
    sitting.close()
    vote = {"meeting_id": sitting.meeting, "item": 1}
    give(leader, COMMANDS["association.dissolve"], **named_mo(house), **vote)
    return house.world


def a_lively_meeting(house: House, body: Stream, members: Sequence[PersonId]) -> None:
    """With a recusal, a departure, an annulled vote, a postponed item and minutes."""
    first, second, last = members[0], members[1], members[-1]
    sitting = convene(house, body)
    sitting.place(draft(house))
    sitting.does(COMMANDS["meeting.place-item"], kind="OTHER")
    sitting.open(*members)
    sitting.does(COMMANDS["meeting.recuse"], item=1, person_id=first)
    sitting.vote(1, 1, 1)
    sitting.does(COMMANDS["meeting.annul-vote"], item=1, reason_ref=SALTED)
    sitting.vote(1, 2)
    sitting.does(COMMANDS["meeting.record-departure"], person_id=last)
    sitting.does(COMMANDS["meeting.postpone-item"], item=2)
    sitting.close()
    minutes = {"minutes_ref": SALTED, "signed_by": [second, last]}
    sitting.does(COMMANDS["meeting.minute"], **minutes)
    convene(house, body).does(COMMANDS["meeting.call-off"])


@cache
def moments() -> tuple[Moment, ...]:
    found = []
    stories = (others_at_work(), a_leader_at_work(), ended_by_the_node(), a_saga())
    for told in stories:
        world = World(told.pack)
        for at, hat, command in told.accepted:
            world.now = at - ONE_MINUTE
            found.append(Moment(world.copy(), command))
            world.obey(hat, command)
    return tuple(found)


def with_others(moment: Moment) -> World:
    """The same world with a cabinet, a college that is far away, and an auditor."""
    world = moment.world.copy()
    if world.version(Stream("node/local")) == 0:
        grant = COMMANDS["node.grant-operator"]
        world.give(THE_NODE, grant, node="local", person_id=ROZA, role="REGISTRAR")
    settle(world, CABINET, "METHOD_CABINET", ())
    settle(world, FAR_AWAY, "COLLEGE", ("TVE",))
    world.give(
        THE_NODE,
        COMMANDS["node.grant-operator"],
        node="local",
        person_id=AUDITOR,
        role="AUDITOR",
    )
    return world


def settle(world: World, owner: Bin, kind: str, levels: Sequence[str]) -> None:
    """Register an organisation with a head, a deputy and a teacher."""

    def give(tag: str, **fields: object) -> None:
        world.give(REGISTRAR, COMMANDS[tag], bin=owner, **fields)

    names = Names(ru=f"Организация {owner}")
    give("organisation.register", names=names, kind=kind, kato=ALMATY)
    give("organisation.declare-levels", levels=levels)
    give("organisation.activate")
    for post in ("HEAD", "DEPUTY_HEAD_EM", "TEACHER"):
        give(
            "staff.appoint",
            person_id=person(f"{post} of {owner}"),
            post=post,
            valid_from=NEW_YEAR,
            order_no="1-к",
        )


def class_of(seat: Seat, owner: str) -> str:
    if seat.hat.organisation == NODE:
        return seat.role.lower()
    if seat.hat.organisation == CABINET:
        return "cabinet"
    return "own staff" if seat.hat.organisation == owner else "stranger"


def busiest_moment_of(tag: str) -> Moment:
    """When the command was given among the most people of its own house."""

    def own_people(moment: Moment) -> int:
        state = moment.world.state(stream_of(moment.command))
        owner = owner_of(moment.command, state)
        return sum(s.hat.organisation == owner for s in seats_in(moment.world))

    return max((m for m in moments() if m.command.tag == tag), key=own_people)


def in_vain() -> Iterator[tuple[str, Sequence[str]]]:
    """By command the classes of people of whom somebody has to try it in vain."""
    for tag, rows in PACK.roles.items():
        refused = ["stranger", "cabinet"]
        refused += ["own staff"] * ("STAFF@own" not in rows)
        refused += [c for c in ("auditor", "registrar") if c.upper() not in rows]
        yield tag, refused


@pytest.mark.parametrize("tag", COMMANDS)
def test_nobody_gives_a_command_that_the_table_does_not_let_them(
    tag: str, tmp_path: Path
) -> None:
    moment = busiest_moment_of(tag)
    world = with_others(moment)
    owner = owner_of(moment.command, world.state(stream_of(moment.command)))
    tried: dict[str, int] = dict.fromkeys(CLASSES, 0)
    with turned_bus(tmp_path / "log.sqlite") as bus:
        bus.retell(world)
        for number, seat in enumerate(seats_in(world)):
            if rows_that_let(world, seat, moment.command):
                continue
            command = seat.giving(moment.command, number)
            answer = bus.give(seat.hat, command, world.now + ONE_MINUTE)
            assert isinstance(answer, Refused), (seat, answer)
            kind = class_of(seat, owner)
            is_hidden = kind not in ("own staff", owner) and answer.code in HIDING
            told = (answer.status, answer.code[:6])
            assert is_hidden or told == (403, "ACTOR-"), (seat, answer)
            tried[kind] = tried.get(kind, 0) + 1
        assert bus.store.position() == len(world.log)
    present = {class_of(seat, owner) for seat in seats_in(world)}
    assert {"stranger", "cabinet", "auditor", "registrar"} <= present
    for kind in {*dict(in_vain())[tag]} & present:
        assert tried[kind] > 0, f"no {kind} tried {tag}"


def test_every_row_of_the_table_lets_somebody_through() -> None:
    missing = {(tag, row) for tag, rows in PACK.roles.items() for row in rows}
    for moment in moments():
        wanted = {row for tag, row in missing if tag == moment.command.tag}
        for number, seat in enumerate(seats_in(moment.world) if wanted else ()):
            rows = wanted & set(rows_that_let(moment.world, seat, moment.command))
            command = seat.giving(moment.command, number)
            if rows and moment.world.copy().tries(seat.hat, command) is None:
                missing -= {(moment.command.tag, row) for row in rows}
    assert sorted(missing) == []


def test_whom_the_table_lets_through_is_never_told_that_it_does_not() -> None:
    refused = set()
    for moment in moments():
        for number, seat in enumerate(seats_in(moment.world)):
            if rows_that_let(moment.world, seat, moment.command):
                command = seat.giving(moment.command, number)
                code = moment.world.copy().tries(seat.hat, command)
                if code in ("ACTOR-ROLE", "ACTOR-SCOPE"):
                    refused.add((moment.command.tag, seat.role))
    assert {tag for tag, _ in refused} <= set(SPOKEN_OF_ELSEWHERE)
