"""A document's chain held against the order: verdicts recomputed from its events."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal

import msgspec
from msgspec import Struct

from domain.dates import Spell, local_day
from domain.decider import Event
from domain.document_events import (
    ConclusionRecorded,
    DocumentApproved,
    DocumentReady,
    DocumentSubmitted,
    StageOpened,
    StagePassed,
)
from domain.document_parts import EM_UNIT, NEGATIVE, content_hash
from domain.document_state import suffices
from domain.identifiers import Stream, owner_in
from domain.meeting_events import (
    ItemPlaced,
    MeetingHeld,
    VoteAnnulled,
    VoteClosed,
    VoteOpened,
)
from domain.regulation.route import Route
from domain.trail import Step, Steps, document_steps, route_in

Outcome = Literal["HOLDS", "BROKEN", "OPEN"]

BODY_POSITIVE = "BODY-POSITIVE"
STAGE_ORDER = "STAGE-ORDER"
TEXT_UNCHANGED = "TEXT-UNCHANGED"
MEETING_HELD = "MEETING-HELD"
APPROVER_ROLE = "APPROVER-ROLE"
APPROVER_IN_OFFICE = "APPROVER-IN-OFFICE"
CLAUSES = (
    BODY_POSITIVE,
    STAGE_ORDER,
    TEXT_UNCHANGED,
    MEETING_HELD,
    APPROVER_ROLE,
    APPROVER_IN_OFFICE,
)


CARRIED_OVER = "CARRIED-OVER"
"""Stands alone, in place of all clauses."""

BEFORE_THE_REGISTER = "document.carried-over."
FORMING = (".formed.", ".established.", ".carried-over.")
DISSOLVED = ".dissolved."
AFTERWARDS = ("document.superseded.", "document.annulled.")
"""All that may happen to an approved document."""


class Verdict(Struct, frozen=True, kw_only=True):
    """Whether one clause holds: of `about`, a body, stage, meeting or office.

    OPEN where the document has not come so far; `position` is the event that
    settles it.
    """

    clause: str
    rule: str | None
    about: str | None
    outcome: Outcome
    position: int | None = None


class Review(Struct, frozen=True):
    """The last submission, what followed it, and the approval where there is one."""

    submitted: Step
    route: Route
    after: tuple[Step, ...]
    approval: Step | None

    @property
    def text(self) -> str:
        assert isinstance(self.submitted.event, DocumentSubmitted)
        return self.submitted.event.content_hash

    def said(self) -> list[tuple[Step, ConclusionRecorded]]:
        return [
            (step, step.event)
            for step in self.after
            if isinstance(step.event, ConclusionRecorded)
        ]


def verdicts(steps: Steps) -> tuple[Verdict, ...]:
    """All clauses, over the whole chain of one document in order of position.

    `steps` hold the document's stream, the meetings cited, the bodies asked and the
    appointment of the approver.
    """
    own = document_steps(steps)
    if own and own[0].event.tag.startswith(BEFORE_THE_REGISTER):
        # Approved on paper before there was a register: no route was taken here.
        rule = getattr(own[0].event, "rule", None)
        one = verdict(CARRIED_OVER, None, True, own[0])
        return (msgspec.structs.replace(one, rule=rule),)
    review = last_review(own)
    if review is None:
        return ()
    rule = review.route.rule
    found: list[Verdict] = []
    checks: Sequence[Callable[[Review, Steps], Iterator[Verdict]]] = (
        bodies_positive,
        stages_in_order,
        text_unchanged,
        conclusions_held,
        approver_fits,
    )
    for check in checks:
        found += check(review, steps)
    return tuple(msgspec.structs.replace(one, rule=rule) for one in found)


def last_review(steps: Steps) -> Review | None:
    starts = [
        place
        for place, step in enumerate(steps)
        if isinstance(step.event, DocumentSubmitted)
    ]
    approval = next((s for s in steps if isinstance(s.event, DocumentApproved)), None)
    if not starts:
        return None
    submitted = steps[starts[-1]]
    after = tuple(steps[starts[-1] + 1 :])
    routes = [route_in(step.event) for step in (submitted, *after)]
    route = [one for one in routes if one is not None][-1]
    return Review(submitted, route, after, approval)


def verdict(
    clause: str,
    about: str | None,
    holds: bool | None,
    step: Step | None = None,
) -> Verdict:
    """`holds` None: the document has not come so far."""
    outcome: Outcome = "OPEN" if holds is None else "HOLDS" if holds else "BROKEN"
    return Verdict(
        clause=clause,
        rule=None,
        about=about,
        outcome=outcome,
        position=step.position if step else None,
    )


def bodies_positive(review: Review, _steps: Steps) -> Iterator[Verdict]:
    """P1: each body said what the route needs of it, on the very text submitted."""
    end = review.approval.position if review.approval else None
    for stage in review.route.stages:
        for body in stage.bodies:
            before = [
                (step, said)
                for step, said in review.said()
                if said.body == body.body and (end is None or step.position < end)
            ]
            step, last = before[-1] if before else (None, None)
            is_enough = (
                last is not None
                and suffices(body, last.conclusion)
                and last.content_hash == review.text
            )
            open_yet = review.approval is None and not is_enough
            yield verdict(
                BODY_POSITIVE, body.body, None if open_yet else is_enough, step
            )


def stages_in_order(review: Review, _steps: Steps) -> Iterator[Verdict]:
    """P6: a stage opens after the one before it was passed, conclusions in theirs."""
    order = [stage.no for stage in review.route.stages]
    opened: dict[int, Step] = {}
    passed: dict[int, Step] = {}
    strays: set[int] = set()
    for step in review.after:
        match step.event:
            case StageOpened(stage_no=number):
                earlier = [one for one in order if one < number]
                if any(one not in passed for one in earlier):
                    strays.add(number)
                opened[number] = step
            case StagePassed(stage_no=number):
                if number not in opened:
                    strays.add(number)
                passed[number] = step
            case ConclusionRecorded(stage_no=number):
                if number not in opened or number in passed:
                    strays.add(number)
            case DocumentReady() | DocumentApproved():
                strays |= {one for one in order if one not in passed}
    acts = [step.at for step, _ in review.said()]
    is_in_time = all(one <= other for one, other in pairwise(acts))
    for number in order:
        is_over = number in passed
        holds = number not in strays and is_in_time
        open_yet = holds and not is_over and review.approval is None
        yield verdict(
            STAGE_ORDER,
            str(number),
            None if open_yet else holds and is_over,
            passed.get(number),
        )


def text_unchanged(review: Review, steps: Steps) -> Iterator[Verdict]:
    """P8: the text approved is the one submitted, and its hash is that of its files."""
    submitted = review.submitted.event
    assert isinstance(submitted, DocumentSubmitted)
    is_true = content_hash(submitted.variants) == submitted.content_hash
    approval = review.approval
    if approval is None:
        yield verdict(TEXT_UNCHANGED, review.text, is_true, review.submitted)
        return
    approved = approval.event
    assert isinstance(approved, DocumentApproved)
    drafted, *others = document_steps(steps)
    later = [step.event.tag for step in others if step.position > approval.position]
    holds = (
        is_true
        and is_same_document(drafted.event, approved)
        and (approved.content_hash, approved.version)
        == (submitted.content_hash, submitted.version)
        and content_hash(approved.variants) == approved.content_hash
        and approval.position > review.submitted.position
        and all(tag.startswith(AFTERWARDS) for tag in later)
    )
    yield verdict(TEXT_UNCHANGED, approved.content_hash, holds, approval)


def is_same_document(drafted: Event, approved: DocumentApproved) -> bool:
    """The approval speaks of the document that was drafted."""
    named = ("document_id", "series_id", "bin", "kind", "level")
    return all(getattr(drafted, n, None) == getattr(approved, n) for n in named)


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


def approver_fits(review: Review, steps: Steps) -> Iterator[Verdict]:
    """P2, P3: the role that the route names, in office there that day."""
    approval = review.approval
    if approval is None:
        yield verdict(APPROVER_ROLE, None, None)
        yield verdict(APPROVER_IN_OFFICE, None, None)
        return
    approved = approval.event
    assert isinstance(approved, DocumentApproved)
    who = approved.approver
    fits = who.role in review.route.approver_roles and who.role == approval.actor.role
    yield verdict(APPROVER_ROLE, who.role, fits, approval)
    seat, _, number = who.appointment_id.partition("#")
    seated = in_office(seat, int(number), approval, steps)
    holds = seated is not None and (
        (seated.post, seated.bin, seated.person_id)
        == (who.role, approved.bin, who.person_id)
        and owner_in(seat) == approved.bin
    )
    yield verdict(APPROVER_IN_OFFICE, who.appointment_id, holds, approval)


def in_office(
    seat: str, number: int, approval: Step, steps: Steps
) -> Any | None:  # the event that seated, whatever its kind
    """Who was seated by that event, where the spell covers the day of the approval."""
    seated: Any = None
    spell: Spell | None = None
    for one in steps:
        if one.stream != seat or one.position >= approval.position:
            continue
        is_end = getattr(one.event, "appointment", None) == number
        if one.version == number:
            seated = one.event
        if one.version == number or is_end:
            spell = getattr(one.event, "spell", None)
    covers = spell is not None and spell.covers(local_day(approval.at))
    return seated if covers else None


def is_sound(found: Sequence[Verdict]) -> bool:
    """No clause is broken."""
    return all(one.outcome != "BROKEN" for one in found)
