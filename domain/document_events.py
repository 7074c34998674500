"""What happens to a document."""

from datetime import date
from typing import ClassVar

from domain.decider import Event
from domain.document_parts import Approver, Author, Basis, Signature, Variant, Votes
from domain.identifiers import (
    Bin,
    ContentRef,
    DocumentId,
    MeetingId,
    Names,
    PersonId,
    SeriesId,
    Sha256,
    Stream,
)
from domain.provenance import Provenance
from domain.regulation.route import Route, SkippedStage


class DocumentDrafted(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "document.drafted.v1"
    document_id: DocumentId
    series_id: SeriesId
    bin: Bin
    kind: str
    rule: str
    level: str
    author: Author
    titles: Names
    discipline_code: str | None
    specialty_code: str | None
    academic_year: str | None
    basis_refs: tuple[Basis, ...]
    legal_basis: tuple[str, ...]
    version: int
    content_hash: Sha256
    variants: tuple[Variant, ...]


class DocumentRevised(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "document.revised.v1"
    version: int
    content_hash: Sha256
    variants: tuple[Variant, ...]


class DocumentSubmitted(Event, frozen=True, kw_only=True):
    """`round` counts submissions: one text may be submitted twice."""

    tag: ClassVar[str] = "document.submitted.v1"
    version: int
    round: int
    content_hash: Sha256
    variants: tuple[Variant, ...]
    route: Route


class StageOpened(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "document.stage-opened.v1"
    version: int
    round: int
    stage_no: int
    bodies: tuple[Stream, ...]


class ReviewRequested(Event, frozen=True, kw_only=True):
    """A stage opened for a joint commission of another organisation, the `host`.

    It belongs to the host, so that it stands in its feed, and says by itself what is
    to be concluded on: `bin` is the organisation whose document it is.
    """

    tag: ClassVar[str] = "document.review-requested.v1"
    document_id: DocumentId
    bin: Bin
    host: Bin
    body: Stream
    titles: Names
    kind: str
    rule: str
    level: str
    version: int
    round: int
    stage_no: int
    content_hash: Sha256
    variants: tuple[Variant, ...]


class RouteReplanned(Event, frozen=True, kw_only=True):
    """The route as it is from now on; `dropped` are the bodies that left it, and why.

    What was concluded stays. Where the open stage is not passed by this, it goes on;
    bodies that join it are opened to by an event of their own.
    """

    tag: ClassVar[str] = "document.route-replanned.v1"
    version: int
    round: int
    route: Route
    dropped: tuple[SkippedStage, ...]
    reasons_ref: ContentRef


class ConclusionRecorded(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "document.conclusion-recorded.v1"
    version: int
    round: int
    stage_no: int
    body: Stream
    body_kind: str
    conclusion: str
    meeting_id: MeetingId | None
    item: int | None
    votes: Votes | None
    remarks_ref: ContentRef | None
    content_hash: Sha256


class StagePassed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "document.stage-passed.v1"
    version: int
    round: int
    stage_no: int


class DocumentReady(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "document.ready.v1"
    version: int
    round: int


class DocumentReturned(Event, frozen=True, kw_only=True):
    """Returned by a `body` of a stage, or declined by the approver in `role`."""

    tag: ClassVar[str] = "document.returned.v1"
    version: int
    round: int
    stage_no: int | None
    body: Stream | None
    role: str
    reason_refs: tuple[ContentRef, ...]


class DocumentApproved(Event, frozen=True, kw_only=True):
    """Public, so it says by itself what was approved; drafts and routes are not."""

    tag: ClassVar[str] = "document.approved.v1"
    document_id: DocumentId
    series_id: SeriesId
    bin: Bin
    kind: str
    level: str
    titles: Names
    specialty_code: str | None
    discipline_code: str | None
    academic_year: str | None
    version: int
    round: int
    content_hash: Sha256
    variants: tuple[Variant, ...]
    approver: Approver
    act_no: str
    valid_from: date
    valid_to: date | None
    signature: Signature | None
    self_review: bool


class DocumentCarriedOver(Event, frozen=True, kw_only=True):
    """Approved before the register, and entered by head and registrar together."""

    tag: ClassVar[str] = "document.carried-over.v1"
    document_id: DocumentId
    series_id: SeriesId
    bin: Bin
    kind: str
    rule: str
    level: str
    author: Author
    titles: Names
    specialty_code: str | None
    discipline_code: str | None
    academic_year: str | None
    version: int
    content_hash: Sha256
    variants: tuple[Variant, ...]
    approver_role: str
    approver_person_id: PersonId | None
    valid_from: date
    valid_to: date | None
    carried_over: Provenance


class DocumentWithdrawn(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "document.withdrawn.v1"
    version: int
    reason_ref: ContentRef | None


class DocumentSuperseded(Event, frozen=True, kw_only=True):
    """A later document of the same series, approved, stands in its place."""

    tag: ClassVar[str] = "document.superseded.v1"
    document_id: DocumentId
    series_id: SeriesId
    bin: Bin
    kind: str
    level: str
    version: int
    superseded_by: DocumentId


class DocumentAnnulled(Event, frozen=True, kw_only=True):
    """The approval is undone by an act of the role that the route names."""

    tag: ClassVar[str] = "document.annulled.v1"
    document_id: DocumentId
    series_id: SeriesId
    bin: Bin
    kind: str
    level: str
    version: int
    content_hash: Sha256
    annulled_by: Approver
    act_no: str
    reason_ref: ContentRef


DocumentEvent = (
    DocumentDrafted
    | DocumentRevised
    | DocumentSubmitted
    | StageOpened
    | ConclusionRecorded
    | StagePassed
    | DocumentReady
    | DocumentReturned
    | DocumentApproved
    | DocumentCarriedOver
    | DocumentWithdrawn
    | RouteReplanned
    | DocumentSuperseded
    | DocumentAnnulled
)
