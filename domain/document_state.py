"""A document as its events leave it."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

import msgspec
from msgspec import Struct

from domain.dates import first_instant
from domain.decider import Mark, Place, Refusal
from domain.document_events import (
    ConclusionRecorded,
    DocumentAnnulled,
    DocumentApproved,
    DocumentCarriedOver,
    DocumentDrafted,
    DocumentEvent,
    DocumentReady,
    DocumentReturned,
    DocumentRevised,
    DocumentSubmitted,
    DocumentSuperseded,
    DocumentWithdrawn,
    RouteReplanned,
    StageOpened,
    StagePassed,
)
from domain.document_parts import NEGATIVE, POSITIVE, Author, Basis, Variant
from domain.identifiers import (
    Bin,
    DocumentId,
    MeetingId,
    Names,
    PersonId,
    SeriesId,
    Sha256,
    Stream,
    UnitId,
)
from domain.regulation.route import Route, RouteBody, RouteStage
from domain.regulation.route_table import CONSIDERED_NEEDED
from domain.surroundings import Surroundings

OPEN_PHASES = ("DRAFT", "IN_REVIEW", "READY", "RETURNED")
"""In which a document is on its way: neither approved nor taken back."""


def stream_of(document: str) -> Stream:
    return Stream(f"document/{document}")


def unit_stream(owner: Bin, unit_id: UnitId) -> Stream:
    return Stream(f"unit/{owner}.{unit_id}")


class Document(Struct, frozen=True):
    """DRAFT, IN_REVIEW, READY, APPROVED, SUPERSEDED, ANNULLED, RETURNED or WITHDRAWN.

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
    opened: dict[Stream, datetime] = {}
    """When the stage of a body was opened to it, in this round."""
    concluded: dict[Stream, str] = {}
    cited: dict[Stream, tuple[MeetingId, int]] = {}
    """The meeting and item that each conclusion comes from."""
    round: int = 0
    carried_over: bool = False
    approved_at: datetime | None = None

    def stage(self) -> RouteStage | None:
        return self.route.stage(self.stage_no) if self.route else None

    def missing_bodies(self) -> tuple[RouteBody, ...]:
        """The bodies of the frozen route that have not said what it needs of them."""
        bodies = self.route.bodies() if self.route else ()
        return tuple(b for b in bodies if not suffices(b, self.concluded.get(b.body)))


def suffices(body: RouteBody, conclusion: str | None) -> bool:
    """Whether the route needs nothing more of a body that concluded so."""
    if conclusion == POSITIVE:
        return True
    return conclusion == NEGATIVE and body.needs == CONSIDERED_NEEDED


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
    if isinstance(event, DocumentCarriedOver):
        return carried_over(event, mark)
    assert state is not None
    return msgspec.structs.replace(
        state, last_act=mark.at, **changes_of(state, event, mark)
    )


def carried_over(event: DocumentCarriedOver, mark: Mark) -> Document:
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
        basis=(),
        version=event.version,
        content_hash=event.content_hash,
        variants=event.variants,
        drafted_by=None,
        last_act=mark.at,
        phase="APPROVED",
        approved_at=first_instant(event.carried_over.act.date),
        carried_over=True,
    )


def changes_of(
    state: Document, event: DocumentEvent, mark: Mark
) -> Mapping[str, object]:
    """What an event changes of the document."""
    match event:
        case DocumentDrafted() | DocumentCarriedOver():
            raise AssertionError("a document begins once")
        case DocumentRevised():
            return {
                "version": event.version,
                "content_hash": event.content_hash,
                "variants": event.variants,
                "concluded": {},
                "cited": {},
            }
        case DocumentSubmitted():
            return {
                "phase": "IN_REVIEW",
                "route": event.route,
                "round": event.round,
                "opened": {},
                "concluded": {},
                "cited": {},
            }
        case StageOpened():
            opened = dict.fromkeys(event.bodies, mark.at)
            return {"stage_no": event.stage_no, "opened": {**state.opened, **opened}}
        case ConclusionRecorded():
            return concluded_by(event, state)
        case StagePassed():
            return {"stage_no": None}
        case DocumentReady():
            return {"phase": "READY", "stage_no": None}
        case DocumentReturned():
            return {"phase": "RETURNED", "stage_no": None}
        case DocumentApproved():
            return {"phase": "APPROVED", "approved_at": mark.at}
        case DocumentWithdrawn():
            return {"phase": "WITHDRAWN", "stage_no": None}
        case RouteReplanned():
            return {"route": event.route}
        case DocumentSuperseded():
            return {"phase": "SUPERSEDED"}
        case DocumentAnnulled():
            return {"phase": "ANNULLED"}
    assert_never(event)


def concluded_by(event: ConclusionRecorded, state: Document) -> Mapping[str, object]:
    """The last word of a body counts, with the item that it comes from."""
    cited = dict(state.cited)
    if event.meeting_id is not None and event.item is not None:
        cited[event.body] = (event.meeting_id, event.item)
    return {
        "concluded": {**state.concluded, event.body: event.conclusion},
        "cited": cited,
    }


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
