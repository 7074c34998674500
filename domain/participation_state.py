"""An organisation's part in a joint commission, as its events leave it."""

from datetime import datetime
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.decider import Mark, Place
from domain.identifiers import Bin, Stream
from domain.participation_events import (
    ParticipationArranged,
    ParticipationConsented,
    ParticipationEnded,
    ParticipationEvent,
    ParticipationRefused,
    ParticipationRequested,
)
from domain.review_body_state import reference


class Participation(Struct, frozen=True):
    """REQUESTED, CONSENTED, REFUSED or ENDED; who refused or left may be asked again.

    From when to when the organisation took part is with the commission itself.
    """

    bin: Bin
    body: Stream
    levels: tuple[str, ...]
    last_act: datetime
    phase: str = "REQUESTED"
    has_consented: bool = False


def evolve(
    state: Participation | None, event: ParticipationEvent, mark: Mark
) -> Participation:
    if isinstance(event, ParticipationRequested):
        body = reference(event.host, event.body_id)
        consented = state is not None and state.has_consented
        return Participation(
            event.bin, body, event.levels, mark.at, has_consented=consented
        )
    assert state is not None
    state = replace(state, last_act=mark.at)
    match event:
        case ParticipationConsented():
            return replace(state, phase="CONSENTED", has_consented=True)
        case ParticipationRefused():
            return replace(state, phase="REFUSED")
        case ParticipationArranged():
            return state
        case ParticipationEnded():
            return replace(state, phase="ENDED")
    assert_never(event)


def place(state: Participation) -> Place:
    return Place(state.bin, state.levels)
