"""What may be asked of a methodical council."""

from typing import ClassVar

from domain.decider import Command
from domain.identifiers import Bin, CouncilId, DecisionId, Names, PersonId, UnitId
from domain.surroundings import Election


class EstablishCouncil(Command, frozen=True, kw_only=True):
    """Establish a council on a mandate of the governing council (rule 14).

    `key` is `org`, `um` or the id of the unit it serves.
    """

    tag: ClassVar[str] = "council.establish"
    bin: Bin
    key: UnitId
    council_id: CouncilId
    title: Names
    mandate_decision_id: DecisionId | None = None
    distinct_from_pedagogical_council: bool = False


class ElectMember(Command, frozen=True, kw_only=True):
    """Record the election of a member to a seat of the mandate (rule 14)."""

    tag: ClassVar[str] = "council.elect-member"
    bin: Bin
    key: UnitId
    person_id: PersonId
    election: Election | None = None


class RemoveMember(Command, frozen=True, kw_only=True):
    """Remove a member from office."""

    tag: ClassVar[str] = "council.remove-member"
    bin: Bin
    key: UnitId
    person_id: PersonId


class ConstituteCouncil(Command, frozen=True, kw_only=True):
    """Let the council work: its seats are filled, chair and secretary chosen."""

    tag: ClassVar[str] = "council.constitute"
    bin: Bin
    key: UnitId
    chair: PersonId
    secretary: PersonId


class DissolveCouncil(Command, frozen=True, kw_only=True):
    """Dissolve the council by a decision of the governing council."""

    tag: ClassVar[str] = "council.dissolve"
    bin: Bin
    key: UnitId
    decision_id: DecisionId


CouncilCommand = (
    EstablishCouncil | ElectMember | RemoveMember | ConstituteCouncil | DissolveCouncil
)
