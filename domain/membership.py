"""Who of a body is in office on a day: by election or act, and by a post there."""

from datetime import date
from typing import Protocol

from domain import staff
from domain.council_state import Council
from domain.identifiers import Bin, PersonId, Stream
from domain.regulation.pack import RulePack
from domain.review_body_state import ReviewBody
from domain.staff import POSTS, Staff


class States(Protocol):
    """The folded state of any stream, None where it has no events."""

    def state(self, stream: Stream) -> object | None: ...


def members_in_office(
    states: States, pack: RulePack, body: Council | ReviewBody, day: date
) -> tuple[PersonId, ...]:
    """The members of the day; whose appointment has ended is none, without an act."""
    return tuple(
        person
        for person in body.members_on(day)
        if holds_post(states, pack, body, body.bin, person, day)
    )


def holds_post(
    states: States,
    pack: RulePack,
    body: Council | ReviewBody,
    organisation: Bin,
    person: PersonId,
    day: date,
) -> bool:
    """A reviewing body is of teachers and masters, a council of anybody employed."""
    state = states.state(staff.stream_of(organisation, person))
    wanted = pack.counted_posts if isinstance(body, ReviewBody) else POSTS
    return isinstance(state, Staff) and any(
        appointment.post in wanted and appointment.spell.covers(day)
        for appointment in state.appointments.values()
    )
