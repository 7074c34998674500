"""What happens to a commission or a department."""

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from domain.decider import Event
from domain.identifiers import (
    Bin,
    BodyId,
    Code,
    ContentRef,
    Names,
    Number,
    PersonId,
    Sha256,
    Stream,
)
from domain.provenance import Provenance
from domain.regulation.pack import QuorumRule
from domain.surroundings import Election

Years = Annotated[int, Meta(ge=0, le=80)]


class UnitRegulation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A department's own regulation, approved as the charter provides (rule 11)."""

    number: Number
    date: date
    file_hash: Sha256
    approver_role: Code


class ReviewBodyFormed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.formed.v1"
    bin: Bin
    body_id: BodyId
    kind: str
    names: Names
    unit: Stream
    levels: tuple[str, ...]
    discipline_codes: tuple[str, ...]
    specialty_codes: tuple[str, ...]
    members: tuple[PersonId, ...]
    regulation: UnitRegulation | None
    quorum_rule: QuorumRule


class Delegation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organisation in a joint commission, and its teachers there."""

    organisation: Bin
    members: tuple[PersonId, ...]


class JointCommissionProposed(Event, frozen=True, kw_only=True):
    """The host asks other organisations for their teachers; `members` are its own."""

    tag: ClassVar[str] = "review-body.joint-proposed.v1"
    bin: Bin
    body_id: BodyId
    kind: str
    names: Names
    levels: tuple[str, ...]
    discipline_codes: tuple[str, ...]
    specialty_codes: tuple[str, ...]
    members: tuple[PersonId, ...]
    organisations: tuple[Bin, ...]
    quorum_rule: QuorumRule


class OrganisationAsked(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.organisation-asked.v1"
    organisation: Bin


class OrganisationJoined(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.organisation-joined.v1"
    organisation: Bin
    members: tuple[PersonId, ...]
    valid_from: date


class OrganisationDeclined(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.organisation-declined.v1"
    organisation: Bin


class OrganisationLeft(Event, frozen=True, kw_only=True):
    """Its members leave the commission with it."""

    tag: ClassVar[str] = "review-body.organisation-left.v1"
    organisation: Bin
    valid_to: date


class JointCommissionFormed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.joint-formed.v1"
    bin: Bin
    body_id: BodyId
    kind: str
    names: Names
    levels: tuple[str, ...]
    discipline_codes: tuple[str, ...]
    specialty_codes: tuple[str, ...]
    organisations: tuple[Delegation, ...]
    quorum_rule: QuorumRule


class BodyMemberAdded(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.member-added.v1"
    organisation: Bin
    person_id: PersonId
    valid_from: date


class BodyMemberRemoved(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.member-removed.v1"
    organisation: Bin
    person_id: PersonId
    valid_to: date


class BodyFellBelowMinimum(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.fell-below-minimum.v1"
    members: int
    minimum: int
    organisations: int


class BodyReachedMinimum(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.reached-minimum.v1"
    members: int
    minimum: int
    organisations: int


class ChairElected(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.chair-elected.v1"
    body_id: BodyId
    organisation: Bin
    person_id: PersonId
    staff_kind: str
    experience_years: Years
    reasons_ref: ContentRef | None
    election: Election
    valid_from: date


class ChairCarriedOver(Event, frozen=True, kw_only=True):
    """A chair elected before, entered by head and registrar together."""

    tag: ClassVar[str] = "review-body.chair-carried-over.v1"
    person_id: PersonId
    experience_years: Years
    valid_from: date
    carried_over: Provenance


class DepartmentHeadAppointed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.department-head-appointed.v1"
    body_id: BodyId
    person_id: PersonId
    order_no: str
    valid_from: date


class SpecialistInvited(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.specialist-invited.v1"
    person_id: PersonId
    category: str


class ReviewBodyDissolved(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "review-body.dissolved.v1"
    act_no: str


ReviewBodyEvent = (
    ReviewBodyFormed
    | JointCommissionProposed
    | OrganisationAsked
    | OrganisationJoined
    | OrganisationDeclined
    | OrganisationLeft
    | JointCommissionFormed
    | BodyMemberAdded
    | BodyMemberRemoved
    | BodyFellBelowMinimum
    | BodyReachedMinimum
    | ChairElected
    | ChairCarriedOver
    | DepartmentHeadAppointed
    | SpecialistInvited
    | ReviewBodyDissolved
)
