"""The history of a document's reviews: one row per version, stage and body."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from domain.document_events import (
    ConclusionRecorded,
    DocumentSubmitted,
    RouteReplanned,
    StageOpened,
)
from domain.regulation.route import Route, RouteBody, SkippedStage
from projections.projection import Key, Projection, Recorded

JOINT_COMMISSION = "JOINT_COMMISSION"
WHOLE_STAGE = ""
"""The body key of a stage that was skipped whole: no body stands in it."""


class ApprovalStage(Struct, frozen=True, kw_only=True):
    """What one body did with one version; or why a stage or a body was skipped.

    `round` counts submissions: one text may be submitted twice. `body_org` is the BIN
    of the organisation whose body it is; `needs` what the route asks of it, POSITIVE
    or CONSIDERED.
    """

    document_id: str
    round: int
    stage_no: int
    body: str
    org_bin: str
    version: int | None
    body_kind: str | None = None
    body_name_ru: str | None = None
    body_name_kk: str | None = None
    body_org: str | None = None
    is_joint: bool = False
    council_id: str | None = None
    needs: str | None = None
    opened_at: datetime | None = None
    conclusion: str | None = None
    concluded_at: datetime | None = None
    meeting_id: str | None = None
    item: int | None = None
    votes_for: int | None = None
    votes_against: int | None = None
    votes_abstained: int | None = None
    remarks_ref: str | None = None
    conclusion_hash: str | None = None
    skipped: bool = False
    skip_reason: str | None = None
    last_position: int


def keys(recorded: Recorded) -> Sequence[Key]:
    document = recorded.stream.partition("/")[2]
    match recorded.event:
        case DocumentSubmitted() as event:
            return keys_of(document, event.round, event.route, ())
        case RouteReplanned() as event:
            # A stage that was left out has no row of its own once a body stands in it.
            whole: list[Key] = [
                (document, event.round, stage.no, WHOLE_STAGE)
                for stage in event.route.stages
            ]
            bodies = keys_of(document, event.round, event.route, event.dropped)
            return [*bodies, *whole]
        case StageOpened() as event:
            return [
                (document, event.round, event.stage_no, body) for body in event.bodies
            ]
        case ConclusionRecorded() as event:
            return [(document, event.round, event.stage_no, event.body)]
    return []


def keys_of(
    document: str, round_no: int, route: Route, dropped: Sequence[SkippedStage]
) -> list[Key]:
    """Every body of a route, what it leaves out, and who left it; each once."""
    planned = [
        (document, round_no, stage.no, body.body)
        for stage in route.stages
        for body in stage.bodies
    ]
    left_out = [
        (document, round_no, left.no, left.body or WHOLE_STAGE)
        for left in (*route.skipped, *dropped)
    ]
    return list(dict.fromkeys([*planned, *left_out]))


def fold(
    row: ApprovalStage | None, recorded: Recorded, key: Key
) -> ApprovalStage | None:
    match recorded.event:
        case DocumentSubmitted() as event:
            return planned_or_skipped(None, event, event.route.skipped, recorded, key)
        case RouteReplanned() as event:
            left_out = (*event.dropped, *event.route.skipped)
            return planned_or_skipped(row, event, left_out, recorded, key)
        case StageOpened() if row is not None:
            return msgspec.structs.replace(
                row, opened_at=recorded.at, last_position=recorded.position
            )
        case ConclusionRecorded() as event if row is not None:
            votes = event.votes
            return msgspec.structs.replace(
                row,
                conclusion=event.conclusion,
                concluded_at=recorded.at,
                meeting_id=event.meeting_id,
                item=event.item,
                votes_for=votes.votes_for if votes else None,
                votes_against=votes.votes_against if votes else None,
                votes_abstained=votes.abstained if votes else None,
                remarks_ref=event.remarks_ref,
                conclusion_hash=event.content_hash,
                last_position=recorded.position,
            )
    return row


def planned_or_skipped(
    row: ApprovalStage | None,
    event: DocumentSubmitted | RouteReplanned,
    left_out: Sequence[SkippedStage],
    recorded: Recorded,
    key: Key,
) -> ApprovalStage | None:
    """The row of a body or stage under a new route; what it has done already stays."""
    document, round_no, stage_no, body = key
    if body == WHOLE_STAGE and event.route.stage(int(stage_no)) is not None:
        return None
    row = row or ApprovalStage(
        document_id=str(document),
        round=int(round_no),
        stage_no=int(stage_no),
        body=str(body),
        org_bin=recorded.owner,
        version=event.version,
        last_position=recorded.position,
    )
    row = msgspec.structs.replace(
        row, skipped=False, skip_reason=None, last_position=recorded.position
    )
    for stage in event.route.stages:
        for planned in stage.bodies:
            if (stage.no, planned.body) == (stage_no, body):
                return of_body(row, planned)
    reason = next(
        left.reason
        for left in left_out
        if (left.no, left.body or WHOLE_STAGE) == (stage_no, body)
    )
    return msgspec.structs.replace(row, skipped=True, skip_reason=reason)


def of_body(row: ApprovalStage, body: RouteBody) -> ApprovalStage:
    return msgspec.structs.replace(
        row,
        body_kind=body.kind,
        body_name_ru=body.names.ru,
        body_name_kk=body.names.kk,
        body_org=body.owner,
        is_joint=body.kind == JOINT_COMMISSION,
        council_id=body.council_id,
        needs=body.needs,
    )


APPROVAL_STAGE = Projection(
    name="approval_stage",
    row=ApprovalStage,
    key=("document_id", "round", "stage_no", "body"),
    keys=keys,
    fold=fold,
    indexes=(("org_bin",), ("body",)),
    aggregates=frozenset({"document"}),
)
