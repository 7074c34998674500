"""Which bodies must conclude on a document, in which order, and who approves it."""

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct

from domain.identifiers import Names, Stream
from domain.regulation.pack import RouteRow, StageRow

COUNCIL_KINDS = ("UNIT_COUNCIL", "ORG_COUNCIL")
NO_SUCH_BODY = "NO_SUCH_BODY"
BELOW_MINIMUM = "BELOW_MINIMUM"


class Coverage(Protocol):
    """What of a body decides whether it belongs to the route of a document."""

    @property
    def kind(self) -> str: ...

    @property
    def unit(self) -> Stream | None: ...

    @property
    def codes(self) -> frozenset[str]: ...


class Candidate(Struct, frozen=True):
    """A body that exists when a document is submitted.

    `unit` is the unit a council serves or a commission belongs to; `codes` are its
    disciplines and specialties.
    """

    ref: Stream
    kind: str
    names: Names
    unit: Stream | None
    codes: frozenset[str]
    is_led: bool
    below_minimum: bool


class Subject(Struct, frozen=True):
    """What of a document decides its route.

    `unit_path` runs from the author's unit to its topmost parent; empty where the
    author has no unit.
    """

    codes: frozenset[str]
    unit_path: tuple[Stream, ...]


class RouteBody(Struct, frozen=True):
    """A body of the frozen route: which, of what kind, under which name."""

    body: Stream
    kind: str
    names: Names


class RouteStage(Struct, frozen=True):
    """Stage `no` of the route; every body must be positive before the next opens."""

    no: int
    bodies: tuple[RouteBody, ...]


class SkippedStage(Struct, frozen=True):
    """A stage, or one body of it, that the route leaves out, and why."""

    no: int
    reason: str
    body: Stream | None = None


class Route(Struct, frozen=True):
    """The snapshot that is frozen into the document when it is submitted."""

    profile: str
    rule: str
    stages: tuple[RouteStage, ...]
    skipped: tuple[SkippedStage, ...]
    approver_roles: tuple[str, ...]
    negative_returns: bool


class NoRoute(Struct, frozen=True):
    """No route can be made: the refusal's code and what would help."""

    code: str
    context: dict[str, Any]  # JSON-shaped: it becomes a refusal's context


def resolve(
    row: RouteRow, subject: Subject, candidates: Sequence[Candidate]
) -> Route | NoRoute:
    """Freeze the route of a document from the bodies that exist now.

    A body below its minimum is skipped with its reason; a covering body that nobody
    leads stops the submission; a stage without bodies is skipped, down to the floor.
    """
    stages: list[RouteStage] = []
    skipped: list[SkippedStage] = []
    for stage in row.stages:
        applying = [body for body in candidates if applies(stage, body, subject)]
        able = [body for body in applying if not body.below_minimum]
        unled = [body.ref for body in able if not body.is_led]
        if unled:
            return NoRoute("BODY-NOT-LED", {"bodies": unled, "stage": stage.stage})
        skipped.extend(
            SkippedStage(stage.stage, BELOW_MINIMUM, body.ref)
            for body in applying
            if body.below_minimum
        )
        if able:
            bodies = tuple(RouteBody(b.ref, b.kind, b.names) for b in able)
            stages.append(RouteStage(stage.stage, bodies))
        elif not applying:
            skipped.append(SkippedStage(stage.stage, NO_SUCH_BODY))
    required = [body for stage in stages for body in stage.bodies]
    councils = [body for body in required if body.kind in COUNCIL_KINDS]
    if len(required) < row.min_bodies or len(councils) < row.min_councils:
        floor = "NO-COUNCIL" if row.min_councils else "NO-BODY"
        return NoRoute(
            f"R{row.rule}-{floor}",
            {
                "bodies": len(required),
                "councils": len(councils),
                "needed_bodies": row.min_bodies,
                "needed_councils": row.min_councils,
                "hint_rules": ["14", "16", "32"],
            },
        )
    return Route(
        profile=row.profile,
        rule=row.rule,
        stages=tuple(stages),
        skipped=tuple(skipped),
        approver_roles=row.approvers,
        negative_returns=row.negative_returns,
    )


def concerns(row: RouteRow, body: Coverage, subject: Subject) -> bool:
    """Tell whether a body belongs to any stage of the route of this document."""
    return any(applies(stage, body, subject) for stage in row.stages)


def applies(stage: StageRow, body: Coverage, subject: Subject) -> bool:
    """Tell whether a body belongs to a stage of the route of this document."""
    if body.kind not in stage.body_kinds:
        return False
    match stage.required_when:
        case "EXISTS":
            return True
        case "EXISTS_AND_COVERS":
            author_unit = subject.unit_path[:1]
            return bool(body.codes & subject.codes) or (
                body.unit is not None and body.unit in author_unit
            )
        case "AUTHOR_UNIT_OR_ITS_PARENT_HAS_ONE":
            return body.unit in subject.unit_path
    raise ValueError(f"a route table knows no condition {stage.required_when!r}")
