"""What happens to an organisation, as its stream tells it."""

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from domain.decider import Event
from domain.identifiers import (
    Bin,
    CapacityId,
    DecisionId,
    Kato,
    Names,
    PersonId,
    Sha256,
)
from domain.surroundings import Mandate

CouncilRef = Annotated[
    str, Meta(pattern=r"^council/[0-9]{12}\.[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")
]


class Charter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Clauses of a charter that the rules lean on (11, A10, A21).

    `um_council` approves the chairs of the organisation's associations, as
    `council/<bin>.um`; it may be another organisation's. `route_profile` is how the
    organisation reads the order, as `order583-ru`.
    """

    regulation_approvers: tuple[str, ...] = ()
    general_documentation_approvers: tuple[str, ...] = ()
    um_council: CouncilRef | None = None
    route_profile: str | None = None


Count = Annotated[int, Meta(ge=0, le=10_000_000)]


class MethodistInputs(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the number of methodists rests on (rule 12): counts, no formula (A4)."""

    specialties: Count
    specialisations: Count
    learners: Count
    teachers: Count


class OrganisationRegistered(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.registered.v1"
    bin: Bin
    names: Names
    kind: str
    kato: Kato
    synthetic: bool


class OrganisationRenamed(Event, frozen=True, kw_only=True):
    """The names from `valid_from` on, by the act that gave them."""

    tag: ClassVar[str] = "organisation.renamed.v1"
    names: Names
    valid_from: date
    act_no: str


class OrganisationMoved(Event, frozen=True, kw_only=True):
    """The territory from `valid_from` on, by the act of the move."""

    tag: ClassVar[str] = "organisation.moved.v1"
    kato: Kato
    valid_from: date
    act_no: str


class RegistrationCorrected(Event, frozen=True, kw_only=True):
    """What was entered wrongly, as it should have been; null: that was right."""

    tag: ClassVar[str] = "organisation.registration-corrected.v1"
    names: Names | None
    kato: Kato | None
    kind: str | None
    act_no: str
    date: date


class LevelsDeclared(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.levels-declared.v1"
    levels: tuple[str, ...]


class OrganisationActivated(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.activated.v1"


class OrganisationSuspended(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.suspended.v1"
    act_no: str


class OrganisationClosed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.closed.v1"
    act_no: str


class CharterRecorded(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.charter-recorded.v1"
    number: str
    date: date
    file_hash: Sha256
    clauses: Charter


class GoverningDecisionRecorded(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.governing-decision-recorded.v1"
    decision_id: DecisionId
    kind: str
    number: str
    date: date
    file_hash: Sha256
    mandate: Mandate | None
    inputs: MethodistInputs | None


class MethodistNumberSet(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.methodist-number-set.v1"
    decision_id: DecisionId
    number: int
    inputs: MethodistInputs


class DirectLeadershipAssigned(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.direct-leadership-assigned.v1"
    person_id: PersonId
    appointment_id: CapacityId


class SupervisionAssigned(Event, frozen=True, kw_only=True):
    """The disciplines that a deputy head supervises from now on (rule 31)."""

    tag: ClassVar[str] = "organisation.supervision-assigned.v1"
    person_id: PersonId
    appointment_id: CapacityId
    discipline_codes: tuple[str, ...]


OrganisationEvent = (
    OrganisationRegistered
    | OrganisationRenamed
    | OrganisationMoved
    | RegistrationCorrected
    | LevelsDeclared
    | OrganisationActivated
    | OrganisationSuspended
    | OrganisationClosed
    | CharterRecorded
    | GoverningDecisionRecorded
    | MethodistNumberSet
    | DirectLeadershipAssigned
    | SupervisionAssigned
)
