"""Who of a body is in office on a day: by election or act, and by a post there."""

from datetime import date
from typing import Protocol

from domain import staff
from domain.association_state import Association
from domain.council_state import Council
from domain.identifiers import Bin, PersonId, Stream
from domain.regulation.pack import RulePack
from domain.review_body_state import ReviewBody
from domain.staff import POSTS, Staff

Body = Council | ReviewBody | Association


class States(Protocol):
    """The folded state of any stream, None where it has no events."""

    def state(self, stream: Stream) -> object | None: ...


def members_in_office(
    states: States, pack: RulePack, body: Body, day: date
) -> tuple[PersonId, ...]:
    """The members of the day; whose appointment has ended is none, without an act."""
    members = (
        ((member.bin, member.person_id) for member in body.members_on(day))
        if isinstance(body, Association)
        else ((body.bin, person) for person in body.members_on(day))
    )
    fit = (
        person
        for organisation, person in members
        if holds_post(states, pack, body, organisation, person, day)
    )
    return tuple(dict.fromkeys(fit))


def holds_post(
    states: States,
    pack: RulePack,
    body: Body,
    organisation: Bin,
    person: PersonId,
    day: date,
) -> bool:
    """A reviewing body is of teachers and masters, a council of anybody employed.

    An association is of those who teach its subject, or are of its category.
    """
    state = states.state(staff.stream_of(organisation, person))
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
