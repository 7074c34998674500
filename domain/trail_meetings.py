"""P9: a conclusion is what a held meeting of the body voted on this very text."""

from collections.abc import Iterator
from datetime import datetime

from domain.dates import local_day
from domain.document_events import (
    ConclusionRecorded,
    StageOpened,
)
from domain.document_parts import EM_UNIT, NEGATIVE
from domain.identifiers import Stream
from domain.meeting_events import (
    ItemPlaced,
    MeetingHeld,
    VoteAnnulled,
    VoteClosed,
    VoteOpened,
)
from domain.trail import Step, Steps
from domain.trail_verdicts import MEETING_HELD, Review, Verdict, verdict

FORMING = (".formed.", ".established.", ".carried-over.")
DISSOLVED = ".dissolved."


def conclusions_held(review: Review, steps: Steps) -> Iterator[Verdict]:
    """P9: a conclusion is what a held meeting of the body voted on this text."""
    for step, said in review.said():
        if said.body_kind == EM_UNIT:
            continue
        about = said.meeting_id or said.body
        yield verdict(MEETING_HELD, about, was_voted(step, said, review, steps), step)


def was_voted(
    step: Step, said: ConclusionRecorded, review: Review, steps: Steps
) -> bool:
    meeting = [
        one
        for one in steps
        if one.stream == f"meeting/{said.meeting_id}" and one.position < step.position
    ]
    held = [one for one in meeting if isinstance(one.event, MeetingHeld)]
    placed = [
        one.event
        for one in meeting
        if isinstance(one.event, ItemPlaced) and one.event.item == said.item
    ]
    vote: VoteClosed | None = None
    voted_at: datetime | None = None
    for one in meeting:
        if getattr(one.event, "item", None) != said.item:
            continue
        match one.event:
            case VoteOpened():
                voted_at = one.at
            case VoteClosed() as closed:
                vote = closed
            case VoteAnnulled():
                vote = None
    opened = [
        one.at
        for one in review.after
        if isinstance(one.event, StageOpened)
        and said.body in one.event.bodies
        and one.position < step.position
    ]
    if len(held) != 1 or len(placed) != 1 or vote is None or voted_at is None:
        return False
    (sitting,), (item,) = held, placed
    texts = {f"document/{one.document_id}": one.content_hash for one in item.documents}
    assert isinstance(sitting.event, MeetingHeld)
    conclusion = item.motion if vote.carried else NEGATIVE
    return (
        sitting.event.body == said.body == step.actor.seat
        and texts.get(step.stream) == said.content_hash == review.text
        and conclusion == said.conclusion
        and sitting.at <= step.at
        and bool(opened)
        and voted_at >= opened[-1]
        and existed(said.body, sitting, steps)
    )


def existed(body: Stream, sitting: Step, steps: Steps) -> bool:
    """Formed by the time of the meeting, and not dissolved before its day."""
    exists = False
    day = local_day(sitting.at)
    for one in steps:
        if one.stream != body:
            continue
        tag = one.event.tag
        if one.version == 1 or any(word in tag for word in FORMING):
            exists = exists or one.at <= sitting.at
        elif DISSOLVED in tag:
            is_later = one.position > sitting.position or local_day(one.at) > day
            exists = exists and is_later
    return exists
