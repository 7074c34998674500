"""What happens to a methodical council."""

from datetime import date
from typing import ClassVar

from domain.dates import Spell
from domain.decider import Event
from domain.identifiers import (
    Bin,
    CouncilId,
    DecisionId,
    Names,
    PersonId,
    Stream,
    UnitId,
)
from domain.provenance import Provenance
from domain.regulation.pack import QuorumRule
from domain.surroundings import Election


class CouncilEstablished(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "council.established.v1"
    council_id: CouncilId
    bin: Bin
    key: UnitId
    kind: str
    unit: Stream | None
    title: Names
    mandate_decision_id: DecisionId
    seats_min: int
    seats_max: int
    powers: tuple[str, ...]
    term_months: int | None
    quorum_rule: QuorumRule
    levels: tuple[str, ...]
    distinct_from_pedagogical_council: bool


class CouncilCarriedOver(Event, frozen=True, kw_only=True):
    """A council that sat before the register, entered by head and registrar together.

    Its mandate is the act that `carried_over` names; its officers are seated next.
    """

    tag: ClassVar[str] = "council.carried-over.v1"
    council_id: CouncilId
    bin: Bin
    key: UnitId
    kind: str
    unit: Stream | None
    title: Names
    seats_min: int
    seats_max: int
    powers: tuple[str, ...]
    term_months: int | None
    quorum_rule: QuorumRule
    levels: tuple[str, ...]
    distinct_from_pedagogical_council: bool
    members: tuple[PersonId, ...]
    chair: PersonId
    secretary: PersonId
    term: Spell
    carried_over: Provenance


class CouncilMemberElected(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "council.member-elected.v1"
    council_id: CouncilId
    person_id: PersonId
    election: Election
    seat: int
    valid_from: date


class CouncilMemberRemoved(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "council.member-removed.v1"
    council_id: CouncilId
    person_id: PersonId
    valid_to: date


class CouncilConstituted(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "council.constituted.v1"
    council_id: CouncilId
    valid_from: date
    term_end: date | None


class CouncilChairSeated(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "council.chair-seated.v1"
    council_id: CouncilId
    person_id: PersonId
    valid_from: date


class CouncilSecretarySeated(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "council.secretary-seated.v1"
    council_id: CouncilId
    person_id: PersonId
    valid_from: date


class CouncilDissolved(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "council.dissolved.v1"
    council_id: CouncilId
    decision_id: DecisionId


CouncilEvent = (
    CouncilEstablished
    | CouncilCarriedOver
    | CouncilMemberElected
    | CouncilMemberRemoved
    | CouncilConstituted
    | CouncilChairSeated
    | CouncilSecretarySeated
    | CouncilDissolved
)
