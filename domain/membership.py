"""Who of a body is in office on a day: by election or act, and by a post there."""

from datetime import date, datetime
from typing import Protocol

from domain import organisation_state as organisations
from domain import staff_state as staff
from domain.association_state import Association
from domain.council_state import Council
from domain.identifiers import Bin, Stream
from domain.organisation_state import Organisation
from domain.regulation.pack import RulePack
from domain.review_body_state import JOINT_COMMISSION, ReviewBody
from domain.staff import POSTS
from domain.staff_state import Staff
from domain.surroundings import Member

Body = Council | ReviewBody | Association


class States(Protocol):
    """The folded state of any stream, None where it has no events."""

    def state(self, stream: Stream) -> object | None: ...


def members_in_office(
    states: States, pack: RulePack, body: Body, day: date, at: datetime
) -> tuple[Member, ...]:
    """The members of the day; whose appointment has ended is none, without an act.

    To a joint commission belong the members of those who take part in it at `at`.
    """
    members = appointed_members(body, day)
    if isinstance(body, ReviewBody):
        taking_part = {body.bin, *participants(states, body, day, at)}
        members = tuple(m for m in members if m.organisation in taking_part)
    return tuple(
        member for member in members if holds_post(states, pack, body, member, day)
    )


def appointed_members(body: Body, day: date) -> tuple[Member, ...]:
    """Whom election, appointment or admission made a member, in a post or not."""
    match body:
        case Council():
            return tuple(Member(person, body.bin) for person in body.members_on(day))
        case Association():
            return tuple(Member(m.person_id, m.bin) for m in body.members_on(day))
    return body.members_on(day)


def participants(
    states: States, body: Body, day: date, at: datetime
) -> tuple[Bin, ...]:
    """Whom a joint commission serves, its host included; nobody for an own body.

    Who is suspended or closed at `at` is not served.
    """
    if not isinstance(body, ReviewBody) or body.kind != JOINT_COMMISSION:
        return ()
    return tuple(one for one in body.organisations_on(day) if active(states, one, at))


def active(states: States, organisation: Bin, at: datetime) -> bool:
    state = states.state(organisations.stream_of(organisation))
    return isinstance(state, Organisation) and state.phase_at(at) == "ACTIVE"


def holds_post(
    states: States,
    pack: RulePack,
    body: Body,
    member: Member,
    day: date,
) -> bool:
    """A reviewing body is of teachers and masters, a council of anybody employed.

    An association is of those who teach its subject, or are of its category.
    """
    state = states.state(staff.stream_of(member.organisation, member.person))
    wanted = POSTS if isinstance(body, Council) else pack.counted_posts
    return isinstance(state, Staff) and any(
        appointment.post in wanted
        and appointment.spell.covers(day)
        and (
            not isinstance(body, Association)
            or body.discipline in appointment.disciplines
        )
        for appointment in state.appointments.values()
    )
