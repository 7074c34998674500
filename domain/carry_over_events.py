"""What happens to a proposal to carry older history over into the register."""

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from domain.decider import Event
from domain.document_parts import Variants
from domain.identifiers import (
    Bin,
    CarryOverId,
    Code,
    ContentRef,
    CouncilId,
    DocumentId,
    Names,
    PersonId,
    SeriesId,
    Stream,
)
from domain.provenance import OldAct
from domain.review_body_events import Years
from domain.surroundings import Mandate


class OldDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document that was approved before; who approved it where that is known."""

    document_id: DocumentId
    kind: str
    level: str
    titles: Names
    variants: Variants
    approver_role: Code
    valid_from: date
    valid_to: date | None = None
    approver_person_id: PersonId | None = None
    series_id: SeriesId | None = None
    discipline_code: Code | None = None
    specialty_code: Code | None = None
    academic_year: Annotated[str, Meta(pattern=r"^20[0-9]{2}-20[0-9]{2}$")] | None = (
        None
    )


class OldCouncil(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A council that sits since `valid_from`, as its mandate fixed it then.

    `mandate.council` is the key of the council: `org`, `um` or a unit id.
    """

    council_id: CouncilId
    title: Names
    mandate: Mandate
    members: Annotated[tuple[PersonId, ...], Meta(min_length=1, max_length=1000)]
    chair: PersonId
    secretary: PersonId
    valid_from: date
    distinct_from_pedagogical_council: bool = False


class OldChair(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who was elected chair of a commission before it was entered here."""

    body: Stream
    person_id: PersonId
    experience_years: Years


class DocumentProposed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "carry-over.document-proposed.v1"
    bin: Bin
    carry_over_id: CarryOverId
    act: OldAct
    document: OldDocument


class CouncilProposed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "carry-over.council-proposed.v1"
    bin: Bin
    carry_over_id: CarryOverId
    act: OldAct
    council: OldCouncil


class ChairProposed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "carry-over.chair-proposed.v1"
    bin: Bin
    carry_over_id: CarryOverId
    act: OldAct
    chair: OldChair


class CarryOverConfirmed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "carry-over.confirmed.v1"
    proposed_by: PersonId


class CarryOverRejected(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "carry-over.rejected.v1"
    reason_ref: ContentRef


CarryOverEvent = (
    DocumentProposed
    | CouncilProposed
    | ChairProposed
    | CarryOverConfirmed
    | CarryOverRejected
)
