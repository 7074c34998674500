"""What may be asked of a commission or a department."""

from typing import ClassVar

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
    """Form a department of three or more teachers, with its regulation (16, 11)."""

    tag: ClassVar[str] = "review-body.form-department"
    bin: Bin
    body_id: BodyId
    names: Names
    levels: tuple[str, ...]
    members: tuple[PersonId, ...]
    regulation: UnitRegulation | None = None
    discipline_codes: tuple[Code, ...] = ()
    specialty_codes: tuple[Code, ...] = ()
    unit_id: UnitId = UnitId("adm")
    quorum_rule: QuorumRule | None = None


class AddMember(Command, frozen=True, kw_only=True):
    """Add a teacher or master of the organisation."""

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
    | AddMember
    | RemoveMember
    | ElectChair
    | AppointDepartmentHead
    | InviteSpecialist
    | DissolveBody
)
