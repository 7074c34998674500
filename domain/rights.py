"""Who acts: the capacity a command names, and whether its role may give it."""

from datetime import date, datetime

from domain import office
from domain.association_state import Association
from domain.council_state import Council
from domain.dates import Spell, local_day
from domain.decider import Actor, Refusal
from domain.identifiers import NODE, Bin, CapacityId, PersonId, Stream
from domain.membership import States, holds_post
from domain.node import Node
from domain.office import Office
from domain.regulation.pack import RulePack
from domain.review_body_state import ReviewBody
from domain.staff import POSTS
from domain.staff_state import Staff
from domain.surroundings import Member


def actor_in(
    states: States,
    pack: RulePack,
    capacity: CapacityId,
    person: PersonId,
    organisation: str,
    at: datetime,
) -> Actor:
    """The person in the named capacity at the date of the act, or a refusal.

    Subject, token and appointment must agree on the person and the organisation. Who
    sits in a body does so while in a post there.
    """
    seat, _, number = capacity.rpartition("#")
    stream = Stream(seat)
    state = states.state(stream)
    found = seated(state, int(number))
    # Whether another organisation has given it to anybody is not for strangers.
    if found is None or found[2] != organisation:
        raise Refusal("ACTOR-CAPACITY", capacity=capacity, reason="unknown")
    holder, role, owner, spell = found
    if holder != person:
        raise Refusal("ACTOR-CAPACITY", capacity=capacity, reason="of somebody else")
    day = local_day(at)
    require_term(state, int(number), day)
    in_post = not isinstance(state, Council | ReviewBody | Association) or holds_post(
        states, pack, state, Member(holder, owner), day
    )
    if not spell.covers(day) or not in_post:
        raise Refusal(
            "ACTOR-CAPACITY",
            capacity=capacity,
            reason="not in force",
            valid_from=spell.valid_from,
            valid_to=spell.valid_to,
            act=day,
        )
    is_acting = is_acting_in(states, stream, int(number))
    if not is_acting:
        require_not_stood_in_for(states, owner, role, capacity, day)
    return Actor(person, owner, role, capacity, stream, is_acting)


def is_acting_in(states: States, stream: Stream, number: int) -> bool:
    state = states.state(stream)
    return isinstance(state, Staff) and state.appointments[number].is_acting


def require_not_stood_in_for(
    states: States, owner: Bin, role: str, capacity: CapacityId, day: date
) -> None:
    """There is one head at a time: while somebody acts as head, the head does not."""
    if role != "HEAD":
        return
    register = states.state(office.stream_of(owner, office.ACTING_HEAD))
    if isinstance(register, Office) and any(
        spell.covers(day) for spell in register.seats.values()
    ):
        raise Refusal(
            "ACTOR-CAPACITY", capacity=capacity, reason="somebody acts in their place"
        )


def require_term(state: object | None, number: int, day: date) -> None:
    """Rule 30: a leader who has served the year does nothing more as a leader."""
    if isinstance(state, Association):
        leader = state.leaders[number]
        if leader.has_served_the_term(day):
            raise Refusal("R30-EXPIRED", term_end=leader.term_end, act=day)


def seated(
    state: object | None, number: int
) -> tuple[PersonId, str, Bin, Spell] | None:
    """Who was seated by event `number` of a stream: person, role, owner, spell."""
    match state:
        case Staff():
            appointment = state.appointments.get(number)
            if appointment is not None:
                spell = appointment.spell
                return state.person, appointment.post, state.bin, spell
        case Council():
            seat = state.seats.get(number)
            if seat is not None:
                return seat.person, seat.role, state.bin, seat.spell
        case ReviewBody():
            leader = state.leaders.get(number)
            if leader is not None:
                # The chair of a joint commission may be of any participant.
                member = leader.member
                return member.person, leader.role, member.organisation, leader.spell
        case Association():
            chosen = state.leaders.get(number)
            if chosen is not None:
                return chosen.person, chosen.role, state.bin, chosen.spell
        case Node():
            grant = state.grants.get(number)
            if grant is not None:
                return grant.person, grant.role, NODE, grant.spell
    return None


def require_role(pack: RulePack, command: str, actor: Actor, owner: str) -> None:
    """Refuse unless the closed table lets this role of this organisation command.

    `HEAD@own` is the head of the owner; `CHAIR@body` an officer of a body and
    `HEAD@participant` a head of who takes part in one (which, the decision asks);
    `STAFF@own` any appointment of the owner; a bare role is the
    node's. What does not exist has no owner: the decision says that it is unknown.
    """
    for entry in pack.roles[command]:
        role, _, whose = entry.partition("@")
        matches = actor.role == role or (role == "STAFF" and actor.role in POSTS)
        if not matches:
            continue
        if not whose:
            if actor.organisation == NODE:
                return
        elif (
            whose in ("body", "participant") or actor.organisation == owner or not owner
        ):
            return
    roles = {entry.partition("@")[0] for entry in pack.roles[command]}
    if actor.role in roles or ("STAFF" in roles and actor.role in POSTS):
        raise Refusal("ACTOR-SCOPE", organisation=actor.organisation, owner=owner)
    raise Refusal("ACTOR-ROLE", role=actor.role, allowed=pack.roles[command])
