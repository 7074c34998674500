"""A document as its events leave it."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

import msgspec
from msgspec import Struct

from domain.decider import Mark, Place, Refusal
from domain.document_events import (
    ConclusionRecorded,
    DocumentApproved,
    DocumentDrafted,
    DocumentEvent,
    DocumentReady,
    DocumentReturned,
    DocumentRevised,
    DocumentSubmitted,
    DocumentWithdrawn,
    StageOpened,
    StagePassed,
)
from domain.document_parts import POSITIVE, Author, Basis, Variant
from domain.identifiers import (
    Bin,
    DocumentId,
    Names,
    PersonId,
    SeriesId,
    Sha256,
    Stream,
)
from domain.regulation.route import Route, RouteBody, RouteStage
from domain.surroundings import Surroundings


def stream_of(document: str) -> Stream:
    return Stream(f"document/{document}")


class Document(Struct, frozen=True):
    """DRAFT, IN_REVIEW, READY, APPROVED, RETURNED or WITHDRAWN.

    `concluded` holds the conclusions on the text now submitted, by body;
    `stage_no` is the open stage.
    """

    document: DocumentId
    series: SeriesId
    bin: Bin
    kind: str
    rule: str
    level: str
    author: Author
    titles: Names
    discipline_code: str | None
    specialty_code: str | None
    academic_year: str | None
    basis: tuple[Basis, ...]
    version: int
    content_hash: Sha256
    variants: tuple[Variant, ...]
    drafted_by: PersonId | None
    last_act: datetime
    phase: str = "DRAFT"
    route: Route | None = None
    stage_no: int | None = None
    stage_opened_at: datetime | None = None
    concluded: dict[Stream, str] = {}
    round: int = 0

    def stage(self) -> RouteStage | None:
        stages = self.route.stages if self.route else ()
        return next((s for s in stages if s.no == self.stage_no), None)

    def missing_bodies(self) -> tuple[RouteBody, ...]:
        """The bodies of the frozen route whose conclusion is not positive."""
        stages = self.route.stages if self.route else ()
        return tuple(
            body
            for stage in stages
            for body in stage.bodies
            if self.concluded.get(body.body) != POSITIVE
        )


def evolve(state: Document | None, event: DocumentEvent, mark: Mark) -> Document:
    if isinstance(event, DocumentDrafted):
        return Document(
            document=event.document_id,
            series=event.series_id,
            bin=event.bin,
            kind=event.kind,
            rule=event.rule,
            level=event.level,
            author=event.author,
            titles=event.titles,
            discipline_code=event.discipline_code,
            specialty_code=event.specialty_code,
            academic_year=event.academic_year,
            basis=event.basis_refs,
            version=event.version,
            content_hash=event.content_hash,
            variants=event.variants,
            drafted_by=mark.by,
            last_act=mark.at,
        )
    assert state is not None
    return msgspec.structs.replace(
        state, last_act=mark.at, **changes_of(state, event, mark)
    )


def changes_of(
    state: Document, event: DocumentEvent, mark: Mark
) -> Mapping[str, object]:
    """What an event changes of the document."""
    match event:
        case DocumentDrafted():
            raise AssertionError("a document is drafted once")
        case DocumentRevised():
            return {
                "version": event.version,
                "content_hash": event.content_hash,
                "variants": event.variants,
                "concluded": {},
            }
        case DocumentSubmitted():
            return {
                "phase": "IN_REVIEW",
                "route": event.route,
                "round": event.round,
                "concluded": {},
            }
        case StageOpened():
            return {"stage_no": event.stage_no, "stage_opened_at": mark.at}
        case ConclusionRecorded():
            return {"concluded": {**state.concluded, event.body: event.conclusion}}
        case StagePassed():
            return {"stage_no": None}
        case DocumentReady():
            return {"phase": "READY"}
        case DocumentReturned():
            return {"phase": "RETURNED", "stage_no": None}
        case DocumentApproved():
            return {"phase": "APPROVED"}
        case DocumentWithdrawn():
            return {"phase": "WITHDRAWN", "stage_no": None}
    assert_never(event)


def place(state: Document) -> Place:
    return Place(state.bin, (state.level,), state.rule)


def require_phase(state: Document, *allowed: str) -> None:
    if state.phase not in allowed:
        raise Refusal("DOC-STATE", state=state.phase, allowed=allowed)


def require_order(state: Document, facts: Surroundings) -> None:
    """Dates of acts are monotone along what they rest on."""
    if facts.act.at < state.last_act:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=state.last_act)


def is_author(state: Document, person: PersonId) -> bool:
    return person in (state.author.person_id, state.drafted_by)
