"""What may be asked of a document."""

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from domain.decider import Batch, Command
from domain.document_parts import Author, Basis, GivenSignature, Variants
from domain.identifiers import (
    Bin,
    Code,
    CodeAsWritten,
    CommandId,
    ContentRef,
    DocumentId,
    MeetingId,
    Names,
    Number,
    SeriesId,
    Sha256,
    Stream,
)


class DocumentCommand(Command, frozen=True, kw_only=True):
    """What every command of a document names: the document, by the sender's own id."""

    document_id: DocumentId


class CreateDocument(DocumentCommand, frozen=True, kw_only=True):
    """Draft a document of a kind that the order names, at one level of education."""

    tag: ClassVar[str] = "document.create"
    bin: Bin
    kind: str
    level: str
    author: Author
    titles: Names
    variants: Variants
    series_id: SeriesId | None = None
    discipline_code: Code | None = None
    specialty_code: CodeAsWritten | None = None
    academic_year: Annotated[str, Meta(pattern=r"^20[0-9]{2}-20[0-9]{2}$")] | None = (
        None
    )
    basis_refs: tuple[Basis, ...] = ()
    legal_basis: tuple[Annotated[str, Meta(max_length=300)], ...] = ()


class ReviseContent(DocumentCommand, frozen=True, kw_only=True):
    """Put a new text in place of the old one; earlier conclusions are void (A24)."""

    tag: ClassVar[str] = "document.revise"
    variants: Variants


class SubmitDocument(DocumentCommand, frozen=True, kw_only=True):
    """Send the document on its route, which is frozen now (section 6.2)."""

    tag: ClassVar[str] = "document.submit"
    profile: str | None = None


class RecordConclusion(DocumentCommand, frozen=True, kw_only=True):
    """Record what a body of the current stage concluded.

    A council, commission or department cites its held meeting and the agenda item;
    a methodical unit gives its `conclusion` itself.
    """

    tag: ClassVar[str] = "document.record-conclusion"
    body: Stream
    content_hash: Sha256
    meeting_id: MeetingId | None = None
    item: int | None = None
    conclusion: str | None = None
    remarks_ref: ContentRef | None = None


class ConcludedDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One document of a batch, with the text that the body concluded on."""

    document_id: DocumentId
    content_hash: Sha256
    remarks_ref: ContentRef | None = None


class RecordBatchConclusion(Batch, frozen=True, kw_only=True):
    """Record what a body concluded on many documents of one agenda item (rule 20).

    The k-th document's is `document.record-conclusion` under `<command_id>/<k>`.
    """

    tag: ClassVar[str] = "document.record-batch-conclusion"
    body: Stream
    meeting_id: MeetingId
    item: int
    documents: Annotated[
        tuple[ConcludedDocument, ...], Meta(min_length=1, max_length=500)
    ]


class ApproveDocument(DocumentCommand, frozen=True, kw_only=True):
    """Approve the document by the act of the role that its rule names."""

    tag: ClassVar[str] = "document.approve"
    act_no: Number
    valid_from: date
    valid_to: date | None = None
    signature: GivenSignature | None = None


class DeclineApproval(DocumentCommand, frozen=True, kw_only=True):
    """Return a document that is ready, for a reason, instead of approving it."""

    tag: ClassVar[str] = "document.decline"
    reason_ref: ContentRef


class WithdrawDocument(DocumentCommand, frozen=True, kw_only=True):
    """Take the document back, before it is approved."""

    tag: ClassVar[str] = "document.withdraw"
    reason_ref: ContentRef | None = None


class ReplanRoute(DocumentCommand, frozen=True, kw_only=True):
    """Plan the route anew where a body of it is gone or unable to conclude (A25)."""

    tag: ClassVar[str] = "document.replan-route"
    reasons_ref: ContentRef


class SupersedeDocument(DocumentCommand, frozen=True, kw_only=True):
    """Say that a later approved document of the series stands in this one's place."""

    tag: ClassVar[str] = "document.supersede"
    superseded_by: DocumentId


class AnnulDocument(DocumentCommand, frozen=True, kw_only=True):
    """Undo an approval, by the act of the role that approves such documents."""

    tag: ClassVar[str] = "document.annul"
    act_no: Number
    reason_ref: ContentRef


def conclusions_of(batch: RecordBatchConclusion) -> list[Command]:
    """The commands that a batch of conclusions is."""
    return [
        RecordConclusion(
            command_id=CommandId(f"{batch.command_id}/{number}"),
            capacity=batch.capacity,
            occurred_at=batch.occurred_at,
            document_id=one.document_id,
            body=batch.body,
            content_hash=one.content_hash,
            meeting_id=batch.meeting_id,
            item=batch.item,
            remarks_ref=one.remarks_ref,
        )
        for number, one in enumerate(batch.documents, start=1)
    ]
