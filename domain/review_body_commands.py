"""What may be asked of a commission or a department."""

from typing import Annotated, ClassVar

from msgspec import Meta

from domain.decider import Command
from domain.identifiers import (
    Bin,
    BodyId,
    Code,
    ContentRef,
    Names,
    Number,
    PersonId,
    UnitId,
)
from domain.regulation.pack import QuorumRule
from domain.review_body_events import UnitRegulation, Years
from domain.surroundings import Election


class FormCommission(Command, frozen=True, kw_only=True):
    """Form a subject or cycle commission of three or more teachers (rule 16)."""

    tag: ClassVar[str] = "review-body.form-commission"
    bin: Bin
    body_id: BodyId
    names: Names
    levels: tuple[str, ...]
    members: tuple[PersonId, ...]
    discipline_codes: tuple[Code, ...] = ()
    specialty_codes: tuple[Code, ...] = ()
    unit_id: UnitId = UnitId("adm")
    quorum_rule: QuorumRule | None = None


class FormDepartment(Command, frozen=True, kw_only=True):
    """Form a department of a unit: three or more teachers, a regulation (16, 11)."""

    tag: ClassVar[str] = "review-body.form-department"
    bin: Bin
    body_id: BodyId
    names: Names
    levels: tuple[str, ...]
    members: tuple[PersonId, ...]
    unit_id: UnitId
    regulation: UnitRegulation | None = None
    discipline_codes: tuple[Code, ...] = ()
    specialty_codes: tuple[Code, ...] = ()
    quorum_rule: QuorumRule | None = None


class ProposeJointCommission(Command, frozen=True, kw_only=True):
    """Ask other organisations for teachers of the same disciplines (rule 16).

    `members` are the host's own; `organisations` the BINs of those that are asked.
    """

    tag: ClassVar[str] = "review-body.propose-joint"
    bin: Bin
    body_id: BodyId
    names: Names
    levels: tuple[str, ...]
    members: tuple[PersonId, ...]
    organisations: Annotated[tuple[Bin, ...], Meta(max_length=50)]
    discipline_codes: tuple[Code, ...] = ()
    specialty_codes: tuple[Code, ...] = ()
    quorum_rule: QuorumRule | None = None


class AskOrganisation(Command, frozen=True, kw_only=True):
    """Ask one more organisation to take part in a joint commission."""

    tag: ClassVar[str] = "review-body.ask-organisation"
    bin: Bin
    body_id: BodyId
    organisation: Bin


class FormJointCommission(Command, frozen=True, kw_only=True):
    """Form the commission of those who have consented (rule 16)."""

    tag: ClassVar[str] = "review-body.form-joint"
    bin: Bin
    body_id: BodyId


class AddMember(Command, frozen=True, kw_only=True):
    """Add a teacher or master of the sender's organisation.

    To a joint commission every participant adds its own people only.
    """

    tag: ClassVar[str] = "review-body.add-member"
    bin: Bin
    body_id: BodyId
    person_id: PersonId


class RemoveMember(Command, frozen=True, kw_only=True):
    """Remove a member; below its minimum the body takes no new documents."""

    tag: ClassVar[str] = "review-body.remove-member"
    bin: Bin
    body_id: BodyId
    person_id: PersonId


class ElectChair(Command, frozen=True, kw_only=True):
    """Record the election of a commission's chair from its members (rule 17)."""

    tag: ClassVar[str] = "review-body.elect-chair"
    bin: Bin
    body_id: BodyId
    person_id: PersonId
    experience_years: Years
    reasons_ref: ContentRef | None = None
    election: Election | None = None


class AppointDepartmentHead(Command, frozen=True, kw_only=True):
    """Appoint the head of a department (rule 17)."""

    tag: ClassVar[str] = "review-body.appoint-department-head"
    bin: Bin
    body_id: BodyId
    person_id: PersonId
    order_no: Number


class InviteSpecialist(Command, frozen=True, kw_only=True):
    """Engage a researcher, pedagogue or enterprise specialist (rule 17)."""

    tag: ClassVar[str] = "review-body.invite-specialist"
    bin: Bin
    body_id: BodyId
    person_id: PersonId
    category: str


class DissolveBody(Command, frozen=True, kw_only=True):
    """Dissolve the body by an act of the management."""

    tag: ClassVar[str] = "review-body.dissolve"
    bin: Bin
    body_id: BodyId
    act_no: Number


ReviewBodyCommand = (
    FormCommission
    | FormDepartment
    | ProposeJointCommission
    | AskOrganisation
    | FormJointCommission
    | AddMember
    | RemoveMember
    | ElectChair
    | AppointDepartmentHead
    | InviteSpecialist
    | DissolveBody
)
