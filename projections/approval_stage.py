"""The history of a document's reviews: one row per version, stage and body."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from domain.document_events import ConclusionRecorded, DocumentSubmitted, StageOpened
from projections.projection import Key, Projection, Recorded

WHOLE_STAGE = ""
"""The body key of a stage that was skipped whole: no body stands in it."""


class ApprovalStage(Struct, frozen=True, kw_only=True):
    """What one body did with one version; or why a stage was skipped.

    `round` counts submissions: one text may be submitted twice.
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
            planned = [
                (document, event.round, stage.no, body.body)
                for stage in event.route.stages
                for body in stage.bodies
            ]
            left_out = [
                (document, event.round, skipped.no, skipped.body or WHOLE_STAGE)
                for skipped in event.route.skipped
            ]
            return [*planned, *left_out]
        case StageOpened() as event:
            return [
                (document, event.round, event.stage_no, body) for body in event.bodies
            ]
        case ConclusionRecorded() as event:
            return [(document, event.round, event.stage_no, event.body)]
    return []


def fold(
    row: ApprovalStage | None, recorded: Recorded, key: Key
) -> ApprovalStage | None:
    match recorded.event:
        case DocumentSubmitted() as event:
            return planned_or_skipped(event, recorded, key)
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
    event: DocumentSubmitted, recorded: Recorded, key: Key
) -> ApprovalStage:
    document, round_no, stage_no, body = key
    row = ApprovalStage(
        document_id=str(document),
        round=int(round_no),
        stage_no=int(stage_no),
        body=str(body),
        org_bin=recorded.owner,
        version=event.version,
        last_position=recorded.position,
    )
    for stage in event.route.stages:
        for planned in stage.bodies:
            if (stage.no, planned.body) == (stage_no, body):
                return msgspec.structs.replace(
                    row,
                    body_kind=planned.kind,
                    body_name_ru=planned.names.ru,
                    body_name_kk=planned.names.kk,
                )
    reason = next(
        skipped.reason
        for skipped in event.route.skipped
        if (skipped.no, skipped.body or WHOLE_STAGE) == (stage_no, body)
    )
    return msgspec.structs.replace(row, skipped=True, skip_reason=reason)


APPROVAL_STAGE = Projection(
    name="approval_stage",
    row=ApprovalStage,
    key=("document_id", "round", "stage_no", "body"),
    keys=keys,
    fold=fold,
    indexes=(("org_bin",), ("body",)),
    aggregates=frozenset({"document"}),
)
