"""What is judged of a document's chain: its last review, clause by clause."""

from typing import Literal

from msgspec import Struct

from domain.document_events import (
    ConclusionRecorded,
    DocumentApproved,
    DocumentSubmitted,
)
from domain.regulation.route import Route
from domain.trail import Step, Steps, route_in

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
