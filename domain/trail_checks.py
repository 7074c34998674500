"""A document's chain held against the order: verdicts recomputed from its events."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import msgspec

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
from domain.document_parts import content_hash
from domain.document_state import suffices
from domain.identifiers import owner_in
from domain.trail import Step, Steps, document_steps
from domain.trail_meetings import conclusions_held
from domain.trail_verdicts import (
    AFTERWARDS,
    APPROVER_IN_OFFICE,
    APPROVER_ROLE,
    BEFORE_THE_REGISTER,
    BODY_POSITIVE,
    CARRIED_OVER,
    STAGE_ORDER,
    TEXT_UNCHANGED,
    Review,
    Verdict,
    last_review,
    verdict,
)


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
