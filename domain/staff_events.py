"""What happens to a person's appointments in one organisation."""

from typing import ClassVar

from domain.dates import Spell
from domain.decider import Event
from domain.identifiers import Bin, DecisionId, PersonId, Stream


class StaffAppointed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "staff.appointed.v1"
    bin: Bin
    person_id: PersonId
    post: str
    unit: Stream | None
    discipline_codes: tuple[str, ...]
    spell: Spell
    order_no: str


class ActingAppointed(Event, frozen=True, kw_only=True):
    """Somebody acts in `post` for the spell, by a governing decision (A27)."""

    tag: ClassVar[str] = "staff.acting-appointed.v1"
    bin: Bin
    person_id: PersonId
    post: str
    decision_id: DecisionId
    spell: Spell


class AppointmentEnded(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "staff.appointment-ended.v1"
    appointment: int
    spell: Spell
    order_no: str


StaffEvent = StaffAppointed | ActingAppointed | AppointmentEnded
