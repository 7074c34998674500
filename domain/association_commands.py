"""What may be asked of an association."""

from datetime import date
from typing import ClassVar

from domain.decider import Command
from domain.identifiers import (
    AssociationId,
    Bin,
    Code,
    ContentRef,
    MeetingId,
    Names,
    Number,
    PersonId,
)
from domain.surroundings import Election


class AssociationCommand(Command, frozen=True, kw_only=True):
    """What every command of an association names: its host, and its token there."""

    bin: Bin
    association_id: AssociationId


class InitiateAssociation(AssociationCommand, frozen=True, kw_only=True):
    """Begin an association of a kind, for one category of teachers (rule 25).

    `discipline_code` is the subject, where the category is of teachers of a subject.
    """

    tag: ClassVar[str] = "association.initiate"
    kind: str
    level: str
    category: str
    names: Names
    discipline_code: Code | None = None


class ApplyForMembership(AssociationCommand, frozen=True, kw_only=True):
    """Apply for oneself: who asks is who acts (rule 24)."""

    tag: ClassVar[str] = "association.apply"


class AcceptMember(AssociationCommand, frozen=True, kw_only=True):
    """Accept somebody who has applied."""

    tag: ClassVar[str] = "association.accept-member"
    person_id: PersonId


class LeaveAssociation(AssociationCommand, frozen=True, kw_only=True):
    """Leave by one's own wish, or take one's application back."""

    tag: ClassVar[str] = "association.leave"


class RemoveMember(AssociationCommand, frozen=True, kw_only=True):
    """End somebody's membership."""

    tag: ClassVar[str] = "association.remove-member"
    person_id: PersonId


class EstablishAssociation(AssociationCommand, frozen=True, kw_only=True):
    """Establish the association: it has as many members as rule 26 asks."""

    tag: ClassVar[str] = "association.establish"


class ActivateAssociation(AssociationCommand, frozen=True, kw_only=True):
    """Let the association work: it is led."""

    tag: ClassVar[str] = "association.activate"


class LeaderCommand(AssociationCommand, frozen=True, kw_only=True):
    """A leader's term starts on the day of the act, for one year (rule 30).

    `term_end`, where the sender states it, must be the last day of that year.
    """

    person_id: PersonId
    reasons_ref: ContentRef | None = None
    term_end: date | None = None


class ElectLeader(LeaderCommand, frozen=True, kw_only=True):
    """Record whom the members elected to lead them (rule 30)."""

    tag: ClassVar[str] = "association.elect-leader"
    election: Election | None = None


class AppointLeader(LeaderCommand, frozen=True, kw_only=True):
    """Appoint a leader from the members (rule 30)."""

    tag: ClassVar[str] = "association.appoint-leader"
    order_no: Number


class DissolveAssociation(AssociationCommand, frozen=True, kw_only=True):
    """Dissolve by an act of the creator, or as the members voted in a held meeting."""

    tag: ClassVar[str] = "association.dissolve"
    act_no: Number | None = None
    meeting_id: MeetingId | None = None
    item: int | None = None
