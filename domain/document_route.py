"""A document is sent on its route, which is frozen from the bodies of that day."""

from domain.decider import Event, Refusal
from domain.document_commands import SubmitDocument
from domain.document_events import DocumentReady, DocumentSubmitted, StageOpened
from domain.document_state import Document
from domain.identifiers import Stream
from domain.regulation.route import (
    Candidate,
    NoRoute,
    Route,
    Subject,
    concerns,
    resolve,
)
from domain.surroundings import BodyFacts, Surroundings


def submit(
    command: SubmitDocument, state: Document, facts: Surroundings
) -> list[Event]:
    """Freeze the route from the bodies of today; the basis must be stated."""
    profile = command.profile or facts.pack.default_profile
    row = facts.pack.route_row(state.kind, state.level, profile)
    if row is None:
        rows = [row for row in facts.pack.routes if row.profile == profile]
        allowed = [row.level for row in rows if row.kind == state.kind]
        raise Refusal("R2-LEVEL", levels=state.level, allowed=allowed, profile=profile)
    stated = {basis.kind for basis in state.basis}
    missing = [kind for kind in row.basis if kind not in stated]
    if missing:
        raise Refusal(f"R{row.rule}-BASIS", missing=missing)
    codes = {state.discipline_code, state.specialty_code} - {None}
    subject = Subject(frozenset(map(str, codes)), unit_path(state, facts))
    # Only of the bodies that the document concerns does it matter who is in office.
    bodies = [
        candidate(body)
        for outline in facts.reviewing_bodies(state.bin)
        if not outline.levels or state.level in outline.levels
        if concerns(row, outline, subject)
        if (body := facts.body(outline.ref)) is not None
    ]
    route = resolve(row, subject, bodies)
    if isinstance(route, NoRoute):
        raise Refusal(route.code, **route.context)
    return [
        DocumentSubmitted(
            version=state.version,
            round=state.round + 1,
            content_hash=state.content_hash,
            variants=state.variants,
            route=route,
        ),
        *next_step(state.version, state.round + 1, route, after=0),
    ]


def candidate(body: BodyFacts) -> Candidate:
    return Candidate(
        ref=body.ref,
        kind=body.kind,
        names=body.names,
        unit=body.unit,
        codes=body.codes,
        is_led=body.is_led,
        below_minimum=body.below_minimum,
    )


def unit_path(state: Document, facts: Surroundings) -> tuple[Stream, ...]:
    """From the author's unit up to its topmost parent."""
    ref: Stream | None = None
    if state.author.unit_id is not None:
        ref = Stream(f"unit/{state.bin}.{state.author.unit_id}")
    elif state.author.person_id is not None:
        # The main unit is where the author teaches, whatever else they do elsewhere.
        counted = facts.pack.counted_posts
        posts = facts.posts(state.bin, state.author.person_id)
        teaching_first = sorted(posts, key=lambda post: post.post not in counted)
        units = (post.unit for post in teaching_first if post.unit is not None)
        ref = next(units, None)
    path: list[Stream] = []
    while ref is not None:
        unit = facts.unit(ref)
        if unit is None:
            break
        path.append(ref)
        ref = unit.parent
    return tuple(path)


def next_step(version: int, round_no: int, route: Route, after: int) -> list[Event]:
    """Open the stage that follows stage `after`, or say that the document is ready."""
    for stage in route.stages:
        if stage.no > after:
            return [
                StageOpened(
                    version=version,
                    round=round_no,
                    stage_no=stage.no,
                    bodies=tuple(body.body for body in stage.bodies),
                )
            ]
    return [DocumentReady(version=version, round=round_no)]
