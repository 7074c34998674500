"""What happens between an organisation and a joint commission of another's."""

from datetime import date
from typing import ClassVar

from domain.decider import Event
from domain.identifiers import Bin, BodyId, ContentRef, Names, Number, PersonId, Stream


def stream_of(owner: str, host: str, body_id: str) -> Stream:
    """`participation/<bin>.<host>.<body_id>`, owned by who is asked."""
    return Stream(f"participation/{owner}.{host}.{body_id}")


class ParticipationRequested(Event, frozen=True, kw_only=True):
    """A host asks for the organisation's teachers of these codes (rule 16)."""

    tag: ClassVar[str] = "participation.requested.v1"
    bin: Bin
    host: Bin
    body_id: BodyId
    names: Names
    levels: tuple[str, ...]
    discipline_codes: tuple[str, ...]
    specialty_codes: tuple[str, ...]


class ParticipationConsented(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "participation.consented.v1"
    body: Stream
    members: tuple[PersonId, ...]
    valid_from: date


class ParticipationRefused(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "participation.refused.v1"
    body: Stream
    reason_ref: ContentRef | None


class ParticipationArranged(Event, frozen=True, kw_only=True):
    """More teachers of the organisation work in the commission (rule 16)."""

    tag: ClassVar[str] = "participation.arranged.v1"
    body: Stream
    members: tuple[PersonId, ...]
    valid_from: date


class ParticipationEnded(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "participation.ended.v1"
    body: Stream
    valid_to: date
    act_no: Number


ParticipationEvent = (
    ParticipationRequested
    | ParticipationConsented
    | ParticipationRefused
    | ParticipationArranged
    | ParticipationEnded
)
