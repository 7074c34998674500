"""What may be asked of an organisation's registration, charter and decisions."""

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta

from domain.decider import Command
from domain.identifiers import (
    Bin,
    Code,
    DecisionId,
    Kato,
    Names,
    Number,
    PersonId,
    Sha256,
)
from domain.organisation_events import Charter, MethodistInputs
from domain.surroundings import Mandate


class RegisterOrganisation(Command, frozen=True, kw_only=True):
    """Enter an organisation under its BIN; its administration unit comes with it."""

    tag: ClassVar[str] = "organisation.register"
    bin: Annotated[str, Meta(max_length=40)]  # whether it is a BIN, is decided
    names: Names
    kind: str
    kato: Kato


class RenameOrganisation(Command, frozen=True, kw_only=True):
    """Enter the names that an act gave the organisation, from a day on."""

    tag: ClassVar[str] = "organisation.rename"
    bin: Bin
    names: Names
    valid_from: date
    act_no: Number


class MoveOrganisation(Command, frozen=True, kw_only=True):
    """Enter the territory that the organisation moved to, from a day on."""

    tag: ClassVar[str] = "organisation.move"
    bin: Bin
    kato: Kato
    valid_from: date
    act_no: Number


class CorrectRegistration(Command, frozen=True, kw_only=True):
    """Put right what was entered wrongly: names, territory or kind.

    The entry that stands now is corrected from its first day on; a rename or a move
    is no correction. The kind changes only while the declared levels allow it.
    """

    tag: ClassVar[str] = "organisation.correct-registration"
    bin: Bin
    act_no: Number
    date: date
    names: Names | None = None
    kato: Kato | None = None
    kind: str | None = None


class DeclareLevels(Command, frozen=True, kw_only=True):
    """Say which levels of education the organisation runs (rule 2)."""

    tag: ClassVar[str] = "organisation.declare-levels"
    bin: Bin
    levels: tuple[str, ...]


class ActivateOrganisation(Command, frozen=True, kw_only=True):
    """Let a registered or suspended organisation act."""

    tag: ClassVar[str] = "organisation.activate"
    bin: Bin


class SuspendOrganisation(Command, frozen=True, kw_only=True):
    """Stop an organisation from acting until it is activated again."""

    tag: ClassVar[str] = "organisation.suspend"
    bin: Bin
    act_no: Number


class CloseOrganisation(Command, frozen=True, kw_only=True):
    """Close an organisation for good."""

    tag: ClassVar[str] = "organisation.close"
    bin: Bin
    act_no: Number


class RecordCharter(Command, frozen=True, kw_only=True):
    """Record the clauses of the charter that the rules lean on."""

    tag: ClassVar[str] = "organisation.record-charter"
    bin: Bin
    number: Number
    date: date
    file_hash: Sha256
    clauses: Charter


class RecordGoverningDecision(Command, frozen=True, kw_only=True):
    """Record a decision of the organisation's council; rule 14 needs one of a mandate.

    `kind` is COUNCIL_MANDATE (with `mandate`), METHODIST_NUMBER (with the `inputs`
    that the council weighed, rule 12), ACTING_APPOINTMENT or OTHER.
    """

    tag: ClassVar[str] = "organisation.record-governing-decision"
    bin: Bin
    decision_id: DecisionId
    kind: str
    number: Number
    date: date
    file_hash: Sha256
    mandate: Mandate | None = None
    inputs: MethodistInputs | None = None


class SetMethodistNumber(Command, frozen=True, kw_only=True):
    """Set how many methodists the EM units may have, by a decision of its own (12)."""

    tag: ClassVar[str] = "organisation.set-methodist-number"
    bin: Bin
    decision_id: DecisionId
    number: Annotated[int, Meta(le=10_000_000)]


class AssignDirectLeadership(Command, frozen=True, kw_only=True):
    """Name the deputy head who directly leads methodical work (rule 14)."""

    tag: ClassVar[str] = "organisation.assign-direct-leadership"
    bin: Bin
    person_id: PersonId


class AssignSupervision(Command, frozen=True, kw_only=True):
    """Say which disciplines a deputy head supervises, in place of earlier ones (31)."""

    tag: ClassVar[str] = "organisation.assign-supervision"
    bin: Bin
    person_id: PersonId
    discipline_codes: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=500)]


OrganisationCommand = (
    RegisterOrganisation
    | RenameOrganisation
    | MoveOrganisation
    | CorrectRegistration
    | DeclareLevels
    | ActivateOrganisation
    | SuspendOrganisation
    | CloseOrganisation
    | RecordCharter
    | RecordGoverningDecision
    | SetMethodistNumber
    | AssignDirectLeadership
    | AssignSupervision
)
