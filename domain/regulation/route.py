"""Which bodies must conclude on a document, in which order, and who approves it."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from domain.identifiers import Bin, CouncilId, Names, Stream
from domain.regulation.route_table import POSITIVE_NEEDED, RouteRow, StageRow

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
    disciplines and specialties; `owner` is whose body it is.
    """

    ref: Stream
    kind: str
    names: Names
    unit: Stream | None
    codes: frozenset[str]
    is_led: bool
    below_minimum: bool
    owner: Bin
    council_id: CouncilId | None = None


class Subject(Struct, frozen=True):
    """What of a document decides its route.

    `unit_path` runs from the author's unit to its topmost parent; empty where the
    author has no unit.
    """

    codes: frozenset[str]
    unit_path: tuple[Stream, ...]


class RouteBody(Struct, frozen=True):
    """A body of the frozen route: which, of what kind, whose, under which name.

    `needs` is POSITIVE, or CONSIDERED where any conclusion but RETURN will do.
    """

    body: Stream
    kind: str
    names: Names
    owner: Bin
    needs: str = POSITIVE_NEEDED
    council_id: CouncilId | None = None


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

    def stage(self, number: int | None) -> RouteStage | None:
        return next((stage for stage in self.stages if stage.no == number), None)

    def bodies(self) -> tuple[RouteBody, ...]:
        """Every body that must conclude, in the order of the stages."""
        return tuple(body for stage in self.stages for body in stage.bodies)


class NoRoute(Struct, frozen=True):
    """No route can be made: the refusal's code and what would help."""

    code: str
    context: dict[str, Any]  # JSON-shaped: it becomes a refusal's context


def resolve(
    row: RouteRow,
    subject: Subject,
    candidates: Sequence[Candidate],
    named_approvers: tuple[str, ...] = (),
) -> Route | NoRoute:
    """Freeze the route of a document from the bodies that exist now.

    A body below its minimum is skipped with its reason; a covering body that nobody
    leads stops the submission; a stage without bodies is skipped, down to the floor.
    `named_approvers` are those whom the organisation's charter names for the kind.
    """
    found = applying_stages(row, subject, candidates)
    if isinstance(found, NoRoute):
        return found
    stages, skipped = found
    route = Route(
        profile=row.profile,
        rule=row.rule,
        stages=stages,
        skipped=skipped,
        approver_roles=row.approvers_under(named_approvers),
    )
    return below_floor(row, route) or route


def applying_stages(
    row: RouteRow, subject: Subject, candidates: Sequence[Candidate]
) -> tuple[tuple[RouteStage, ...], tuple[SkippedStage, ...]] | NoRoute:
    """The stages that have a body, and what is left out and why."""
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
            bodies = tuple(
                RouteBody(b.ref, b.kind, b.names, b.owner, stage.needs, b.council_id)
                for b in able
            )
            stages.append(RouteStage(stage.stage, bodies))
        elif not applying:
            skipped.append(SkippedStage(stage.stage, NO_SUCH_BODY))
    return tuple(stages), tuple(skipped)


def replan_route(
    row: RouteRow,
    subject: Subject,
    candidates: Sequence[Candidate],
    old: Route,
    open_stage: int,
    gone: frozenset[Stream],
) -> Route | NoRoute:
    """The route from the bodies of now: nobody leaves it but who is gone (P30).

    Stages before the open one stay as they were; from there on, bodies that apply now
    join those that were asked before.
    """
    able = [body for body in candidates if body.ref not in gone]
    found = applying_stages(row, subject, able)
    if isinstance(found, NoRoute):
        return found
    fresh = {stage.no: stage.bodies for stage in found[0] if stage.no >= open_stage}
    asked = {stage.no: stage.bodies for stage in old.stages}
    stages = []
    for number in sorted({*asked, *fresh}):
        stay = tuple(b for b in asked.get(number, ()) if b.body not in gone)
        known = {body.body for body in stay}
        joining = tuple(b for b in fresh.get(number, ()) if b.body not in known)
        if stay or joining:
            stages.append(RouteStage(number, (*stay, *joining)))
    route = msgspec.structs.replace(old, stages=tuple(stages))
    in_route = {body.body for body in route.bodies()}
    skipped = [
        left
        for left in (
            *(left for left in old.skipped if left.no < open_stage),
            *(left for left in found[1] if left.no >= open_stage),
        )
        if (left.body not in in_route if left.body else not route.stage(left.no))
    ]
    route = msgspec.structs.replace(route, skipped=tuple(skipped))
    return below_floor(row, route) or route


def below_floor(row: RouteRow, route: Route) -> NoRoute | None:
    """Why a route has too few bodies or councils, None where it has enough."""
    required = route.bodies()
    councils = [body for body in required if body.kind in COUNCIL_KINDS]
    if len(required) >= row.min_bodies and len(councils) >= row.min_councils:
        return None
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
