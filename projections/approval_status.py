"""Where every document stands: its state, who must still conclude, who approved it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from domain.dates import first_instant
from domain.document_events import (
    ConclusionRecorded,
    DocumentAnnulled,
    DocumentApproved,
    DocumentCarriedOver,
    DocumentDrafted,
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
from domain.document_parts import NEGATIVE, POSITIVE, Variant
from domain.identifiers import Names
from domain.regulation.route import Route
from domain.regulation.route_table import CONSIDERED_NEEDED
from projections.projection import Key, Projection, Recorded


class RouteBodyRow(Struct, frozen=True):
    """A body of the frozen route; `conclusion` is its latest on this version.

    `needs` is POSITIVE, or CONSIDERED where any conclusion but RETURN will do;
    `owner` is the BIN of the organisation whose body it is.
    """

    stage_no: int
    body: str
    kind: str
    names: Names
    owner: str
    needs: str
    council_id: str | None = None
    conclusion: str | None = None

    @property
    def is_missing(self) -> bool:
        considered = self.needs == CONSIDERED_NEEDED and self.conclusion == NEGATIVE
        return self.conclusion != POSITIVE and not considered


class ApprovalStatus(Struct, frozen=True, kw_only=True):
    """One document. Names of organisations and days in state are joined in queries."""

    document_id: str
    series_id: str
    rule_pack: str
    rule_no: str
    kind: str
    level: str
    org_bin: str
    org_kato: str
    region_kato: str
    title_ru: str
    title_kk: str | None
    title_en: str | None
    languages: tuple[str, ...]
    discipline_code: str | None
    specialty_code: str | None
    academic_year: str | None
    author_kind: str
    author_unit_id: str | None
    author_person_id: str | None
    version: int
    content_hash: str
    basis_refs: tuple[str, ...]
    variants: tuple[Variant, ...] = ()
    state: str = "DRAFT"
    route_profile: str | None = None
    current_stage: int | None = None
    stages_total: int = 0
    route: tuple[RouteBodyRow, ...] = ()
    acting_bodies: tuple[str, ...] = ()
    missing_bodies: tuple[str, ...] = ()
    bodies_required: int = 0
    bodies_positive: int = 0
    bodies_negative: int = 0
    last_conclusion: str | None = None
    last_conclusion_at: datetime | None = None
    last_meeting_id: str | None = None
    return_count: int = 0
    returned_by: str | None = None
    returned_reason_refs: tuple[str, ...] = ()
    submitted_at: datetime | None = None
    ready_at: datetime | None = None
    approver_roles_allowed: tuple[str, ...] = ()
    approved_by_person_id: str | None = None
    approved_by_role: str | None = None
    approved_at: datetime | None = None
    approval_act_no: str | None = None
    signature_status: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    self_review_flag: bool = False
    carried_over: bool = False
    route_replans: int = 0
    superseded_by: str | None = None
    superseded_at: datetime | None = None
    annulled_by_person_id: str | None = None
    annulled_by_role: str | None = None
    annulled_at: datetime | None = None
    annulment_act_no: str | None = None
    state_since: datetime
    last_event_id: str
    last_event_type: str
    last_version: int
    last_position: int
    updated_at: datetime


def keys(recorded: Recorded) -> Sequence[Key]:
    # A request to a host is of a document, and stands in a stream of the host's.
    if recorded.stream.startswith("document/"):
        return [(recorded.stream.partition("/")[2],)]
    return []


def fold(
    row: ApprovalStatus | None, recorded: Recorded, _key: Key
) -> ApprovalStatus | None:
    if isinstance(recorded.event, DocumentDrafted):
        return drafted(recorded.event, recorded)
    if isinstance(recorded.event, DocumentCarriedOver):
        return carried_over(recorded.event, recorded)
    if row is None:
        return None
    changed = changes_of(row, recorded)
    if "state" in changed:
        changed["state_since"] = recorded.at
    if "route" in changed or "current_stage" in changed:
        changed.update(counts_of(row, changed))
    return msgspec.structs.replace(
        row,
        **changed,
        last_event_id=recorded.event_id,
        last_event_type=recorded.tag,
        last_version=recorded.version,
        last_position=recorded.position,
        updated_at=recorded.recorded_at,
    )


def drafted(event: DocumentDrafted, recorded: Recorded) -> ApprovalStatus:
    return ApprovalStatus(
        document_id=event.document_id,
        series_id=event.series_id,
        rule_pack=recorded.rule_pack,
        rule_no=event.rule,
        kind=event.kind,
        level=event.level,
        org_bin=event.bin,
        org_kato=recorded.kato,
        region_kato=recorded.kato[:2] + "0000000",
        title_ru=event.titles.ru,
        title_kk=event.titles.kk,
        title_en=event.titles.en,
        languages=tuple(variant.language for variant in event.variants),
        variants=event.variants,
        discipline_code=event.discipline_code,
        specialty_code=event.specialty_code,
        academic_year=event.academic_year,
        author_kind=event.author.kind,
        author_unit_id=event.author.unit_id,
        author_person_id=event.author.person_id,
        version=event.version,
        content_hash=event.content_hash,
        basis_refs=tuple(f"{b.kind}: {b.reference}" for b in event.basis_refs),
        state_since=recorded.at,
        last_event_id=recorded.event_id,
        last_event_type=recorded.tag,
        last_version=recorded.version,
        last_position=recorded.position,
        updated_at=recorded.recorded_at,
    )


def carried_over(event: DocumentCarriedOver, recorded: Recorded) -> ApprovalStatus:
    """Approved on the day of an act older than the register; no route was taken."""
    act = event.carried_over.act
    return ApprovalStatus(
        document_id=event.document_id,
        series_id=event.series_id,
        rule_pack=recorded.rule_pack,
        rule_no=event.rule,
        kind=event.kind,
        level=event.level,
        org_bin=event.bin,
        org_kato=recorded.kato,
        region_kato=recorded.kato[:2] + "0000000",
        title_ru=event.titles.ru,
        title_kk=event.titles.kk,
        title_en=event.titles.en,
        languages=tuple(variant.language for variant in event.variants),
        variants=event.variants,
        discipline_code=event.discipline_code,
        specialty_code=event.specialty_code,
        academic_year=event.academic_year,
        author_kind=event.author.kind,
        author_unit_id=None,
        author_person_id=None,
        version=event.version,
        content_hash=event.content_hash,
        basis_refs=(),
        state="APPROVED",
        approved_by_person_id=event.approver_person_id,
        approved_by_role=event.approver_role,
        approved_at=first_instant(act.date),
        approval_act_no=act.number,
        valid_from=event.valid_from,
        valid_to=event.valid_to,
        carried_over=True,
        state_since=recorded.at,
        last_event_id=recorded.event_id,
        last_event_type=recorded.tag,
        last_version=recorded.version,
        last_position=recorded.position,
        updated_at=recorded.recorded_at,
    )


def changes_of(row: ApprovalStatus, recorded: Recorded) -> dict[str, object]:
    """The columns that an event changes."""
    match recorded.event:
        case DocumentRevised() as event:
            return {
                "version": event.version,
                "content_hash": event.content_hash,
                "languages": tuple(variant.language for variant in event.variants),
                "variants": event.variants,
                "route": (),
            }
        case DocumentSubmitted() as event:
            return {
                "state": "IN_REVIEW",
                "route": route_rows(event.route, {}),
                "route_profile": event.route.profile,
                "stages_total": len(event.route.stages),
                "approver_roles_allowed": event.route.approver_roles,
                "submitted_at": recorded.at,
                "ready_at": None,
            }
        case RouteReplanned() as event:
            concluded = {body.body: body.conclusion for body in row.route}
            return {
                "route": route_rows(event.route, concluded),
                "stages_total": len(event.route.stages),
                "route_replans": row.route_replans + 1,
            }
        case StageOpened() as event:
            return {"current_stage": event.stage_no}
        case ConclusionRecorded() as event:
            route = tuple(
                msgspec.structs.replace(body, conclusion=event.conclusion)
                if body.body == event.body
                else body
                for body in row.route
            )
            return {
                "route": route,
                "last_conclusion": event.conclusion,
                "last_conclusion_at": recorded.at,
                "last_meeting_id": event.meeting_id,
            }
        case StagePassed():
            return {"current_stage": None}
        case DocumentReady():
            return {"state": "READY", "current_stage": None, "ready_at": recorded.at}
        case DocumentReturned() as event:
            return {
                "state": "RETURNED",
                "current_stage": None,
                "return_count": row.return_count + 1,
                "returned_by": event.body or event.role,
                "returned_reason_refs": event.reason_refs,
            }
        case DocumentApproved() as event:
            return {
                "state": "APPROVED",
                "approved_by_person_id": event.approver.person_id,
                "approved_by_role": event.approver.role,
                "approved_at": recorded.at,
                "approval_act_no": event.act_no,
                "valid_from": event.valid_from,
                "valid_to": event.valid_to,
                "signature_status": event.signature and event.signature.status,
                "self_review_flag": event.self_review,
            }
        case DocumentWithdrawn():
            return {"state": "WITHDRAWN", "current_stage": None}
        case DocumentSuperseded() as event:
            return {
                "state": "SUPERSEDED",
                "superseded_by": event.superseded_by,
                "superseded_at": recorded.at,
            }
        case DocumentAnnulled() as event:
            return {
                "state": "ANNULLED",
                "annulled_by_person_id": event.annulled_by.person_id,
                "annulled_by_role": event.annulled_by.role,
                "annulled_at": recorded.at,
                "annulment_act_no": event.act_no,
            }
    return {}


def route_rows(
    route: Route, concluded: Mapping[str, str | None]
) -> tuple[RouteBodyRow, ...]:
    """The bodies of a route, each with what it has concluded already."""
    return tuple(
        RouteBodyRow(
            stage.no,
            body.body,
            body.kind,
            body.names,
            body.owner,
            body.needs,
            body.council_id,
            concluded.get(body.body),
        )
        for stage in route.stages
        for body in stage.bodies
    )


def counts_of(row: ApprovalStatus, changed: dict[str, object]) -> dict[str, object]:
    """What follows from the route: who is missing, and whose turn it is."""
    after = msgspec.structs.replace(row, **changed)
    return {
        "bodies_required": len(after.route),
        "bodies_positive": sum(b.conclusion == POSITIVE for b in after.route),
        "bodies_negative": sum(
            b.conclusion not in (None, POSITIVE) for b in after.route
        ),
        "missing_bodies": tuple(b.body for b in after.route if b.is_missing),
        "acting_bodies": tuple(
            b.body
            for b in after.route
            if b.stage_no == after.current_stage and b.is_missing
        ),
    }


APPROVAL_STATUS = Projection(
    name="approval_status",
    row=ApprovalStatus,
    key=("document_id",),
    keys=keys,
    fold=fold,
    # Pages go by organisation and document, within a state or not.
    indexes=(
        ("org_bin", "document_id"),
        ("state", "org_bin", "document_id"),
        ("last_position",),
        ("kind",),
    ),
    aggregates=frozenset({"document"}),
)
