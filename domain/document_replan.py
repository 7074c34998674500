"""The deputy plans a route anew where one of its bodies can conclude no more (A25)."""

from domain.decider import Event, On, Refusal
from domain.document_commands import ReplanRoute
from domain.document_events import RouteReplanned, StagePassed
from domain.document_route import candidates_of, next_step, opening, subject_of
from domain.document_state import Document, require_order, require_phase, suffices
from domain.regulation.route import (
    BELOW_MINIMUM,
    NoRoute,
    Route,
    RouteBody,
    SkippedStage,
    replan_route,
)
from domain.surroundings import BodyFacts, Surroundings, active_organisation

GONE = "GONE"
NOT_LED = "NOT_LED"
UNIT_CLOSED = "UNIT_CLOSED"


def replan(
    command: ReplanRoute, state: Document, facts: Surroundings
) -> list[Event | On]:
    """What bodies concluded stays, and so do all that can still conclude.

    Only a body that is awaited and unable leaves the route; whoever covers the
    document now joins it, unless its stage is already passed.
    """
    active_organisation(state.bin, facts)
    require_phase(state, "IN_REVIEW")
    require_order(state, facts)
    old, open_no = state.route, state.stage_no
    assert old is not None and open_no is not None
    dropped = tuple(unable_bodies(state, old, facts))
    if not dropped:
        awaited = [body.body for body in state.missing_bodies()]
        raise Refusal("DOC-REPLAN", bodies=awaited)
    row = facts.pack.route_row(state.kind, state.level, old.profile)
    assert row is not None
    gone = frozenset(left.body for left in dropped if left.body)
    subject, candidates = subject_of(state, facts), candidates_of(row, state, facts)
    route = replan_route(row, subject, candidates, old, open_no, gone)
    if isinstance(route, NoRoute):
        raise Refusal(route.code, **route.context)
    replanned = RouteReplanned(
        version=state.version,
        round=state.round,
        route=route,
        dropped=dropped,
        reasons_ref=command.reasons_ref,
    )
    return [replanned, *what_follows(state, old, route, open_no)]


def unable_bodies(
    state: Document, old: Route, facts: Surroundings
) -> list[SkippedStage]:
    """The awaited bodies that can conclude no more, each with its reason."""
    awaited = {body.body for body in state.missing_bodies()}
    return [
        SkippedStage(stage.no, reason, body.body)
        for stage in old.stages
        for body in stage.bodies
        if body.body in awaited and (reason := inability(body, state, facts))
    ]


def inability(body: RouteBody, state: Document, facts: Surroundings) -> str | None:
    """Why a body can conclude no more; None where it could then, or can today."""
    then = facts.body(body.body)
    if able(facts.body(body.body, facts.now), state) or able(then, state):
        return None
    if then is None:
        return GONE
    unit = facts.unit(then.unit) if then.unit else None
    if unit is not None and unit.is_closed:
        return UNIT_CLOSED
    if not then.exists or not then.serves(state.bin):
        return GONE
    return BELOW_MINIMUM if then.is_led else NOT_LED


def able(body: BodyFacts | None, state: Document) -> bool:
    return (
        body is not None
        and body.exists
        and body.serves(state.bin)
        and body.is_led
        and not body.below_minimum
    )


def what_follows(
    state: Document, old: Route, route: Route, open_no: int
) -> list[Event | On]:
    """The open stage goes on, with whoever joined it; or is passed, or is no more."""
    stage = route.stage(open_no)
    if stage is None:
        return next_step(state, state.round, route, after=open_no)
    if all(suffices(body, state.concluded.get(body.body)) for body in stage.bodies):
        passed = StagePassed(version=state.version, round=state.round, stage_no=open_no)
        return [passed, *next_step(state, state.round, route, after=open_no)]
    before = {body.body for body in old.bodies()}
    joined = [body for body in stage.bodies if body.body not in before]
    return opening(state, state.round, open_no, joined) if joined else []
