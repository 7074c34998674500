"""What happens to an association: its members, its leaders, its beginning and end."""

from datetime import date
from typing import ClassVar

from msgspec import Struct

from domain.decider import Event
from domain.identifiers import (
    AssociationId,
    Bin,
    ContentRef,
    Kato,
    MeetingId,
    Names,
    PersonId,
)
from domain.regulation.pack import QuorumRule
from domain.surroundings import Election


class Member(Struct, frozen=True, kw_only=True):
    """Who belongs to an association: a person, of the organisation they work in."""

    bin: Bin
    person_id: PersonId


class Appointer(Struct, frozen=True, kw_only=True):
    """Which organisation appointed a leader, through whom."""

    bin: Bin
    role: str


class AssociationInitiated(Event, frozen=True, kw_only=True):
    """`discipline_code` is the subject, or what the category is counted by (A16)."""

    tag: ClassVar[str] = "association.initiated.v1"
    association_id: AssociationId
    bin: Bin
    kind: str
    level: str
    category: str
    discipline_code: str
    names: Names
    quorum_rule: QuorumRule


class MembershipApplied(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "association.membership-applied.v1"
    association_id: AssociationId
    member: Member
    category: str


class ApplicationWithdrawn(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "association.application-withdrawn.v1"
    association_id: AssociationId
    member: Member


class MemberJoined(Event, frozen=True, kw_only=True):
    """`own_application` is the number of the member's application in this stream."""

    tag: ClassVar[str] = "association.member-joined.v1"
    association_id: AssociationId
    member: Member
    category: str
    own_application: int
    valid_from: date


class MemberLeft(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "association.member-left.v1"
    association_id: AssociationId
    member: Member
    by_own_wish: bool
    valid_to: date


class AssociationEstablished(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "association.established.v1"
    association_id: AssociationId
    kind: str
    level: str
    category: str
    discipline_code: str
    host: Bin
    members: tuple[Member, ...]
    area_kato: Kato


class AssociationActivated(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "association.activated.v1"
    association_id: AssociationId


class LeaderElected(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "association.leader-elected.v1"
    association_id: AssociationId
    person_id: PersonId
    election: Election
    reasons_ref: ContentRef | None
    term_start: date
    term_end: date


class LeaderAppointed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "association.leader-appointed.v1"
    association_id: AssociationId
    person_id: PersonId
    by: Appointer
    order_no: str
    reasons_ref: ContentRef | None
    term_start: date
    term_end: date


class AssociationDissolved(Event, frozen=True, kw_only=True):
    """By an act of the creator, or by what the members decided in a meeting."""

    tag: ClassVar[str] = "association.dissolved.v1"
    association_id: AssociationId
    act_no: str | None
    meeting_id: MeetingId | None
    item: int | None


AssociationEvent = (
    AssociationInitiated
    | MembershipApplied
    | ApplicationWithdrawn
    | MemberJoined
    | MemberLeft
    | AssociationEstablished
    | AssociationActivated
    | LeaderElected
    | LeaderAppointed
    | AssociationDissolved
)
