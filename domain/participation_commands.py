"""What an organisation says to a joint commission of another's."""

from typing import ClassVar

from domain.decider import Command
from domain.identifiers import Bin, BodyId, ContentRef, Number, PersonId


class ConsentToParticipation(Command, frozen=True, kw_only=True):
    """Take part, with these teachers and masters of the organisation."""

    tag: ClassVar[str] = "participation.consent"
    bin: Bin
    host: Bin
    body_id: BodyId
    members: tuple[PersonId, ...]


class RefuseParticipation(Command, frozen=True, kw_only=True):
    """Take no part; the host may ask again."""

    tag: ClassVar[str] = "participation.refuse"
    bin: Bin
    host: Bin
    body_id: BodyId
    reason_ref: ContentRef | None = None


class ArrangeParticipation(Command, frozen=True, kw_only=True):
    """Let more teachers work in a joint commission that stands (rule 16)."""

    tag: ClassVar[str] = "participation.arrange"
    bin: Bin
    host: Bin
    body_id: BodyId
    person_ids: tuple[PersonId, ...]


class EndParticipation(Command, frozen=True, kw_only=True):
    """Take no part any longer; the organisation's members leave with it."""

    tag: ClassVar[str] = "participation.end"
    bin: Bin
    host: Bin
    body_id: BodyId
    act_no: Number


ParticipationCommand = (
    ConsentToParticipation
    | RefuseParticipation
    | ArrangeParticipation
    | EndParticipation
)
