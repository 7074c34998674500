"""What people at work ask beside documents: bodies, meetings, offices, counts."""

from datetime import date, datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from adapters.answers import Cursor, Days, DocumentFilter, PageSize, Position, Token
from domain.identifiers import Bin, DocumentId, Stream

Grouping = Annotated[str, Meta(pattern=r"^[a-z]+(,[a-z]+){0,6}$")]


class BodyQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose bodies: of `org`, without it of one's own organisation; or one `body`."""

    org: Bin | None = None
    body: Stream | None = None


class OfficerAnswer(Struct, frozen=True, kw_only=True):
    """Who leads a body today, or keeps its papers, and in which capacity."""

    role: str
    person_id: str
    capacity: str
    valid_from: date
    valid_to: date | None


class BodyRegistryAnswer(Struct, frozen=True, kw_only=True):
    """A reviewing body as it is today.

    `minimum` is how many members it needs; `term_end` the last day of a council's
    term, null where it has none.
    """

    body: str
    org_bin: str
    kind: str
    name_ru: str
    name_kk: str | None
    unit: str | None
    levels: tuple[str, ...]
    members: int
    minimum: int | None
    is_led: bool
    below_minimum: bool
    term_end: date | None
    officers: tuple[OfficerAnswer, ...]


class BodyList(Struct, frozen=True, kw_only=True):
    """The bodies that exist today."""

    items: tuple[BodyRegistryAnswer, ...]


class MeetingQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which meetings of one's own bodies, by day; `org` is for the auditor.

    `unconcluded`: held, with a document whose conclusion nobody has entered yet.
    """

    org: Bin | None = None
    body: Stream | None = None
    state: Token | None = None
    document: DocumentId | None = None
    unconcluded: bool = False
    limit: PageSize = 50
    cursor: Cursor | None = None
    after: Position | None = None


class AgendaDocument(Struct, frozen=True, kw_only=True):
    """A document on an agenda, with the text that stands there.

    `is_current`: it still has this text. `awaits`: it still waits for what this body
    concludes. Of another organisation's, `state` is null and neither is told once it
    lies before this body no more, until it is public.
    """

    document_id: str
    content_hash: str
    title_ru: str | None
    title_kk: str | None
    state: str | None
    is_current: bool
    awaits: bool


class AgendaAnswer(Struct, frozen=True, kw_only=True):
    """An item of an agenda, and the documents that it is about."""

    item: int
    kind: str
    motion: str | None
    postponed: bool
    carried: bool | None
    documents: tuple[AgendaDocument, ...]


class MeetingAnswer(Struct, frozen=True, kw_only=True):
    """A meeting of a body, with its agenda."""

    meeting_id: str
    org_bin: str
    body: str
    body_kind: str
    planned_for: date
    state: str
    held_at: datetime | None
    minutes_no: int | None
    minutes_year: int | None
    items: tuple[AgendaAnswer, ...]


class MeetingPage(Struct, frozen=True, kw_only=True):
    """Meetings by day; `next` asks for what follows, null at the end."""

    items: tuple[MeetingAnswer, ...]
    next: str | None
    position: int


class OfficeQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Terms are shown that end within so many days."""

    ending_within: Days = 30
    after: Position | None = None


class OfficeAnswer(Struct, frozen=True, kw_only=True):
    """An appointment: of a leading post, or one that ends soon.

    Whoever acts in a post does so by a governing decision, and not by an order.
    """

    capacity: str
    person_id: str
    post: str
    unit: str | None
    valid_from: date
    valid_to: date | None
    order_no: str | None
    decision_id: str | None


class TermAnswer(Struct, frozen=True, kw_only=True):
    """A body whose term, or that of an officer, ends soon or is over."""

    body: str
    name_ru: str
    name_kk: str | None
    role: str | None
    person_id: str | None
    last_day: date


class OfficesAnswer(Struct, frozen=True, kw_only=True):
    """Offices of an organisation: its methodists against their number (rule 12)."""

    org_bin: str
    methodist_number: int | None
    methodists_appointed: int
    offices: tuple[OfficeAnswer, ...]
    terms: tuple[TermAnswer, ...]


class TallyQuery(DocumentFilter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which documents, counted `by` organisation, region, level, kind, state, profile,
    approver: one or more, with commas between them."""

    by: Grouping = "state"
    after: Position | None = None


class TallyRow(Struct, frozen=True, kw_only=True):
    """How many documents have these values in common."""

    count: int
    organisation: str | UnsetType = UNSET
    region: str | UnsetType | None = UNSET
    level: str | UnsetType = UNSET
    kind: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    profile: str | UnsetType | None = UNSET
    approver: str | UnsetType | None = UNSET


class Tally(Struct, frozen=True, kw_only=True):
    """Counts of one scope: what one supervises, else what is one's own."""

    by: tuple[str, ...]
    items: tuple[TallyRow, ...]


class ApprovalGroup(Struct, frozen=True, kw_only=True):
    """Approvals of one kind and level under one profile, by one role."""

    profile: str | None
    kind: str
    level: str
    approver: str | None
    count: int
    is_allowed: bool


class RuleRefusals(Struct, frozen=True, kw_only=True):
    """How often commands were refused under a code; `rule` null: under none."""

    code: str
    rule: str | None
    count: int


class AuditSummary(Struct, frozen=True, kw_only=True):
    """What an auditor looks at first; `wrong_role` must be 0."""

    wrong_role: int
    self_reviewed: int
    approvals: tuple[ApprovalGroup, ...]
    refusals: tuple[RuleRefusals, ...]
