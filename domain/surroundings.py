"""What a decision may ask about other aggregates, as small frozen facts."""

from collections.abc import Sequence
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
    Sha256,
    Stream,
    UnitId,
)
from domain.regulation.pack import QuorumRule, RulePack


class Post(Struct, frozen=True):
    """An appointment of staff: who, as what, where, for which disciplines, how long."""

    person: PersonId
    post: str
    unit: Stream | None
    disciplines: tuple[str, ...]
    spell: Spell
    capacity: CapacityId


class Election(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How somebody was elected: when, by how many voters, with how many votes."""

    date: date
    voters: int
    votes_for: int

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


class OrganisationFacts(Struct, frozen=True):
    """An organisation as others see it at the instant of an act."""

    bin: Bin
    kind: str
    names: Names
    kato: Kato
    levels: tuple[str, ...]
    phase: str
    regulation_approvers: tuple[str, ...]
    mandates: dict[DecisionId, Mandate]
    methodist_number: int | None
    governing_decisions: tuple[DecisionId, ...]


class UnitFacts(Struct, frozen=True):
    """A unit: its kind, its parent unit if any, whether it was active then."""

    ref: Stream
    owner: Bin
    kind: str
    names: Names
    parent: Stream | None
    is_active: bool
    levels: tuple[str, ...]


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
    council_id: CouncilId | None = None
    participants: tuple[Bin, ...] = ()
    """Whom a joint commission serves, its host included; empty for an own body."""

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


class DocumentFacts(Struct, frozen=True):
    """A document's current text, and who wrote it."""

    document: DocumentId
    owner: Bin
    version: int
    content_hash: Sha256
    author_person: PersonId | None
    is_in_review: bool


class ItemFacts(Struct, frozen=True):
    """What a meeting made of an agenda item.

    `is_held` speaks of the meeting; `carried` is None while no vote stands.
    `voted_at` is when the standing vote was opened.
    """

    meeting: MeetingId
    body: Stream
    item: int
    held_on: date | None
    held_at: datetime | None
    is_held: bool
    document: DocumentId | None
    content_hash: Sha256 | None
    motion: str | None
    carried: bool | None
    voted_at: datetime | None
    votes_for: int
    votes_against: int
    votes_abstained: int


class Surroundings(Protocol):
    """The facts that arrive with a command; every look becomes part of its read set.

    Answers speak of the date of the act. A missing aggregate is None or empty.
    """

    @property
    def act(self) -> Act: ...

    @property
    def pack(self) -> RulePack: ...

    @property
    def stream(self) -> Stream: ...

    def organisation(self, owner: Bin) -> OrganisationFacts | None: ...

    def posts(self, owner: Bin, person: PersonId) -> Sequence[Post]: ...

    def seats(self, owner: Bin, office: str) -> Sequence[Spell]: ...

    def unit(self, ref: Stream) -> UnitFacts | None: ...

    def body(self, ref: Stream) -> BodyFacts | None: ...

    def members(self, body: Stream, day: date) -> Sequence[PersonId]: ...

    def reviewing_bodies(self, owner: Bin) -> Sequence[BodyOutline]: ...

    def item(self, meeting: MeetingId, item: int) -> ItemFacts | None: ...

    def document(self, document: DocumentId) -> DocumentFacts | None: ...

    def last_minutes_number(self, body: Stream, year: int) -> int: ...


def active_organisation(owner: Bin, facts: Surroundings) -> OrganisationFacts:
    """The organisation that acts, or a refusal: it must be ACTIVE at that instant."""
    organisation = facts.organisation(owner)
    if organisation is None:
        raise Refusal("ORG-UNKNOWN", bin=owner)
    if organisation.phase != "ACTIVE":
        raise Refusal("ORG-STATE", state=organisation.phase, bin=owner)
    return organisation
