"""What a decision may ask about other aggregates, as small frozen facts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Protocol

from msgspec import Meta, Struct

from domain.dates import Spell
from domain.decider import Act, Refusal
from domain.identifiers import (
    Bin,
    CapacityId,
    Code,
    CouncilId,
    DecisionId,
    DocumentId,
    Kato,
    MeetingId,
    Names,
    PersonId,
    SeriesId,
    Sha256,
    Stream,
    UnitId,
)
from domain.regulation.pack import QuorumRule, RulePack

CLOSED = "CLOSED"


class Post(Struct, frozen=True):
    """An appointment of staff: who, as what, where, for which disciplines, how long.

    `is_acting`: in place of whoever holds the post, by a governing decision (A27).
    """

    person: PersonId
    post: str
    unit: Stream | None
    disciplines: tuple[str, ...]
    spell: Spell
    capacity: CapacityId
    is_acting: bool = False


class Election(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How somebody was elected: when, by how many voters, with how many votes."""

    date: date
    voters: Annotated[int, Meta(ge=0, le=1_000_000)]
    votes_for: Annotated[int, Meta(ge=0, le=1_000_000)]

    @property
    def is_won(self) -> bool:
        return 0 < self.votes_for <= self.voters < 2 * self.votes_for


class Mandate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a governing council fixes for a methodical council (rule 14).

    `council` is the key of the council: `org`, `um` or a unit id.
    """

    council: UnitId
    seats_min: int
    seats_max: int
    powers: tuple[Code, ...]
    term_months: Annotated[int, Meta(ge=1, le=1200)] | None = None
    quorum: QuorumRule | None = None

    @property
    def is_sound(self) -> bool:
        """It fixes a composition and powers, by which the council could ever decide."""
        return (
            1 <= self.seats_min <= self.seats_max <= 1000
            and bool(self.powers)
            and (self.quorum is None or self.quorum.can_be_met)
        )


class GoverningDecision(Struct, frozen=True):
    """A decision of the organisation's council; its mandate, where it gives one."""

    kind: str
    date: date
    mandate: Mandate | None


class OrganisationFacts(Struct, frozen=True):
    """An organisation as others see it at the instant of an act.

    Once it is CLOSED it is so for acts of any date: nothing more is begun in it.
    `methodist_numbers` holds each number with the date of the decision that set it.
    """

    bin: Bin
    kind: str
    names: Names
    kato: Kato
    levels: tuple[str, ...]
    phase: str
    regulation_approvers: tuple[str, ...]
    methodist_numbers: tuple[tuple[date, int], ...]
    registered_on: date
    general_documentation_approvers: tuple[str, ...] = ()
    route_profile: str | None = None

    def approvers_named_by(self, clause: str | None) -> tuple[str, ...]:
        """Whom a clause of the charter names as approvers, none where it is silent."""
        named = {
            "regulation_approvers": self.regulation_approvers,
            "general_documentation_approvers": self.general_documentation_approvers,
        }
        return named[clause] if clause else ()


class UnitFacts(Struct, frozen=True):
    """A unit: its kind, its parent unit if any, whether it was active then.

    A unit that is neither active nor closed waits for its regulation (rule 11).
    """

    ref: Stream
    owner: Bin
    kind: str
    names: Names
    parent: Stream | None
    is_active: bool
    levels: tuple[str, ...]
    is_closed: bool
    last_act: datetime


class Member(Struct, frozen=True):
    """A person in a body, for the organisation that they belong to it from."""

    person: PersonId
    organisation: Bin


class BodyOutline(Struct, frozen=True, kw_only=True):
    """A reviewing body by what it is: council, commission, department, EM unit.

    Enough to say whether a document concerns it; who is in office is in `BodyFacts`.
    `council_id` tells a council from the one that stood here before it.
    """

    ref: Stream
    owner: Bin
    kind: str
    names: Names
    levels: tuple[str, ...]
    unit: Stream | None
    disciplines: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    exists: bool
    opened_at: datetime
    last_act: datetime
    council_id: CouncilId | None = None
    participants: tuple[Bin, ...] = ()
    """Whom a joint commission serves, its host included; empty for an own body."""

    def serves(self, organisation: Bin) -> bool:
        """Whether it concludes on documents of this organisation."""
        return organisation in (self.participants or (self.owner,))

    @property
    def codes(self) -> frozenset[str]:
        return frozenset((*self.disciplines, *self.specialties))


class BodyFacts(BodyOutline, frozen=True, kw_only=True):
    """A reviewing body at the date of an act, with its people.

    `members` are in office that day, elected or added and in a post that counts;
    `is_led` tells whether it can give conclusions, `below_minimum` whether it may take
    no new document.
    """

    quorum: QuorumRule
    members: tuple[PersonId, ...] = ()
    invited: tuple[PersonId, ...] = ()
    is_led: bool
    below_minimum: bool = False


class JointFacts(Struct, frozen=True):
    """A joint commission, PROPOSED, FORMED or DISSOLVED, as those asked see it.

    `members` are the members of the day, in office or not.
    """

    phase: str
    kind: str
    disciplines: tuple[str, ...]
    specialties: tuple[str, ...]
    members: tuple[Member, ...]
    last_act: datetime


class DocumentFacts(Struct, frozen=True):
    """A document's current text, who wrote it, and where it stands.

    `asked` are the bodies that its open stage is open to; `approved_at` is the date
    of the act of approval.
    """

    document: DocumentId
    owner: Bin
    series: SeriesId
    phase: str
    version: int
    content_hash: Sha256
    author_person: PersonId | None
    asked: tuple[Stream, ...]
    approved_at: datetime | None


class SeriesFacts(Struct, frozen=True):
    """Whose a series of documents is, of what kind, and which of it is on its way.

    `free_since` is when the last one on its way was decided or taken back.
    """

    owner: Bin
    kind: str
    level: str
    open_document: DocumentId | None
    free_since: datetime | None


class ItemFacts(Struct, frozen=True):
    """What a meeting made of an agenda item.

    `is_held` speaks of the meeting; `carried` is None while no vote stands;
    `documents` are those of the item, each with the text that was voted on.
    `voted_at` is when the standing vote was opened.
    """

    meeting: MeetingId
    body: Stream
    item: int
    held_on: date | None
    held_at: datetime | None
    is_held: bool
    documents: Mapping[DocumentId, Sha256]
    motion: str | None
    carried: bool | None
    voted_at: datetime | None
    votes_for: int
    votes_against: int
    votes_abstained: int


class Surroundings(Protocol):
    """The facts that arrive with a command; every look becomes part of its read set.

    Answers speak of the date of the act. A missing aggregate is None or empty. `now`
    is when the command is decided, in UTC: never before the act.
    """

    @property
    def act(self) -> Act: ...

    @property
    def now(self) -> datetime: ...

    @property
    def pack(self) -> RulePack: ...

    @property
    def stream(self) -> Stream: ...

    def organisation(self, owner: Bin) -> OrganisationFacts | None: ...

    def governing_decision(
        self, owner: Bin, decision: DecisionId
    ) -> GoverningDecision | None:
        """A decision of the organisation's council, taken by the day of the act."""

    def posts(
        self, owner: Bin, person: PersonId, on: date | None = None
    ) -> Sequence[Post]:
        """The appointments in force on a day, where it is not that of the act."""
        ...

    def seats(self, owner: Bin, office: str) -> Sequence[Spell]: ...

    def unit(self, ref: Stream) -> UnitFacts | None: ...

    def body(self, ref: Stream, at: datetime | None = None) -> BodyFacts | None:
        """A body at a moment, where it is not that of the act."""
        ...

    def joint(self, ref: Stream) -> JointFacts | None: ...

    def members(self, body: Stream, day: date) -> Sequence[Member]: ...

    def reviewing_bodies(self, owner: Bin) -> Sequence[BodyOutline]: ...

    def item(self, meeting: MeetingId, item: int) -> ItemFacts | None: ...

    def document(self, document: DocumentId) -> DocumentFacts | None: ...

    def series(self, series: SeriesId) -> SeriesFacts | None: ...

    def last_minutes_number(self, body: Stream, year: int) -> int: ...


def active_organisation(owner: Bin, facts: Surroundings) -> OrganisationFacts:
    """The organisation that acts, or a refusal: it must be ACTIVE at that instant."""
    organisation = facts.organisation(owner)
    if organisation is None:
        raise Refusal("ORG-UNKNOWN", bin=owner)
    if organisation.phase != "ACTIVE":
        raise Refusal("ORG-STATE", state=organisation.phase, bin=owner)
    return organisation


def require_closed(owner: Bin, facts: Surroundings) -> None:
    """What is open of an organisation ends without its people once it is CLOSED."""
    organisation = facts.organisation(owner)
    if organisation is None:
        raise Refusal("ORG-UNKNOWN", bin=owner)
    if organisation.phase != CLOSED:
        raise Refusal("ORG-STATE", state=organisation.phase, bin=owner)
