"""Reviewing bodies as a decision sees them: in outline, and with those in office."""

import msgspec

from domain.association_state import Association
from domain.council_state import Council
from domain.decider import Act
from domain.identifiers import Stream
from domain.membership import States, members_in_office, participants
from domain.regulation.pack import RulePack
from domain.review_body_state import JOINT_COMMISSION, ReviewBody
from domain.surroundings import BodyFacts, BodyOutline
from domain.unit import Unit

EM_UNIT = "EM_UNIT"


def outline_of(
    ref: Stream, states: States, pack: RulePack, act: Act
) -> BodyOutline | None:
    """What a body is and whom it serves, without a look at any member."""
    state = states.state(ref)
    match state:
        case Council():
            served = states.state(state.unit) if state.unit else None
            return BodyOutline(
                ref=ref,
                owner=state.bin,
                kind=state.kind,
                names=state.title,
                levels=state.levels,
                unit=state.unit,
                exists=state.exists_on(act.on)
                and state.opened_at <= act.at
                and (not isinstance(served, Unit) or served.is_active_at(act.at)),
                opened_at=state.opened_at,
                last_act=state.last_act,
                council_id=state.council_id,
            )
        case ReviewBody() if state.opened_at is not None:
            taking_part = participants(states, state, act.on, act.at)
            is_hosted = state.kind != JOINT_COMMISSION or state.bin in taking_part
            return BodyOutline(
                ref=ref,
                owner=state.bin,
                kind=state.kind,
                names=state.names,
                levels=state.levels,
                unit=state.unit,
                disciplines=state.disciplines,
                specialties=state.specialties,
                exists=state.exists_at(act.at) and is_hosted,
                opened_at=state.opened_at,
                last_act=state.last_act,
                participants=taking_part,
            )
        case Association():
            # It reviews what is of its subject, whatever unit wrote it.
            return BodyOutline(
                ref=ref,
                owner=state.bin,
                kind=pack.association_kinds[state.kind].body_kind,
                names=state.names,
                levels=(state.level,),
                unit=None,
                disciplines=(state.discipline,),
                exists=state.is_active_at(act.at, act.on),
                opened_at=state.activated_at or state.last_act,
                last_act=state.last_act,
            )
        case Unit(kind=kind) if kind == EM_UNIT:
            return BodyOutline(
                ref=ref,
                owner=state.bin,
                kind=state.kind,
                names=state.names,
                levels=state.levels,
                unit=ref,
                exists=state.is_active_at(act.at),
                opened_at=state.opened_at or state.last_act,
                last_act=state.last_act,
            )
    return None


def in_full(
    outline: BodyOutline, states: States, pack: RulePack, act: Act
) -> BodyFacts:
    """The body with its members in office on the day of the act, and its leader."""
    known = msgspec.structs.asdict(outline)
    state = states.state(outline.ref)
    if not isinstance(state, Council | ReviewBody | Association):
        # A methodical unit concludes without a meeting, by its methodist or the head.
        return BodyFacts(**known, quorum=pack.default_quorum, is_led=outline.exists)
    members = members_in_office(states, pack, state, act.on, act.at)
    persons = tuple(member.person for member in members)
    if isinstance(state, Council):
        return BodyFacts(
            **known,
            quorum=state.quorum,
            members=persons,
            is_led=outline.exists
            and state.in_term_on(act.on)
            and state.leader_on(act.on) in persons,
        )
    if isinstance(state, Association):
        minimum = pack.association_kinds[state.kind].minimum
        return BodyFacts(
            **known,
            quorum=state.quorum,
            members=persons,
            is_led=outline.exists and state.leader_on(act.on) in persons,
            below_minimum=len(persons) < minimum,
        )
    return BodyFacts(
        **known,
        quorum=state.quorum,
        members=persons,
        invited=state.invited,
        is_led=outline.exists and state.leader_on(act.on) in members,
        below_minimum=not pack.review_bodies[state.kind].is_met_by(members),
    )
