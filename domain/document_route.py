"""A document is sent on its route, which is frozen from the bodies of that day."""

from collections.abc import Sequence

from domain import review_request
from domain.decider import Event, On, Refusal
from domain.document_authors import require_working_unit
from domain.document_commands import SubmitDocument
from domain.document_events import (
    DocumentReady,
    DocumentSubmitted,
    ReviewRequested,
    StageOpened,
)
from domain.document_state import Document, unit_stream
from domain.identifiers import Stream
from domain.regulation.pack import RulePack
from domain.regulation.route import (
    Candidate,
    NoRoute,
    Route,
    RouteBody,
    Subject,
    concerns,
    resolve,
)
from domain.regulation.route_table import RouteRow
from domain.surroundings import (
    BodyFacts,
    OrganisationFacts,
    Surroundings,
    active_organisation,
)


def submit(
    command: SubmitDocument, state: Document, facts: Surroundings
) -> list[Event | On]:
    """Freeze the route from the bodies of today; the basis must be stated."""
    organisation = active_organisation(state.bin, facts)
    profile = profile_of(organisation, facts.pack)
    if command.profile not in (None, profile):
        raise Refusal("DOC-PROFILE", given=command.profile, profile=profile)
    row = facts.pack.route_row(state.kind, state.level, profile)
    if row is None or state.level not in organisation.levels:
        raise Refusal("R2-LEVEL", levels=state.level, allowed=organisation.levels)
    require_working_unit(row.rule, row.kind, state.bin, state.author, facts)
    stated = {basis.kind for basis in state.basis}
    missing = [kind for kind in row.basis if kind not in stated]
    if missing:
        raise Refusal(f"R{row.rule}-BASIS", missing=missing)
    named = organisation.approvers_named_by(row.charter_clause)
    bodies = candidates_of(row, state, facts)
    route = resolve(row, subject_of(state, facts), bodies, named)
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
        *next_step(state, state.round + 1, route, after=0),
    ]


def profile_of(organisation: OrganisationFacts, pack: RulePack) -> str:
    """How the organisation reads the order: as its charter says, else by default."""
    return organisation.route_profile or pack.default_profile


def subject_of(state: Document, facts: Surroundings) -> Subject:
    codes = {state.discipline_code, state.specialty_code} - {None}
    return Subject(frozenset(map(str, codes)), unit_path(state, facts))


def candidates_of(
    row: RouteRow, state: Document, facts: Surroundings
) -> list[Candidate]:
    """The bodies that conclude on this document by a row of the route table.

    Only of the bodies that the document concerns does it matter who is in office.
    """
    subject = subject_of(state, facts)
    return [
        candidate(body)
        for outline in facts.reviewing_bodies(state.bin)
        if outline.serves(state.bin)
        if not outline.levels or state.level in outline.levels
        if concerns(row, outline, subject)
        if (body := facts.body(outline.ref)) is not None
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
        owner=body.owner,
        council_id=body.council_id,
    )


def unit_path(state: Document, facts: Surroundings) -> tuple[Stream, ...]:
    """From the author's unit up to its topmost parent."""
    ref: Stream | None = None
    if state.author.unit_id is not None:
        ref = unit_stream(state.bin, state.author.unit_id)
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


def next_step(
    state: Document, round_no: int, route: Route, after: int
) -> list[Event | On]:
    """Open the stage that follows stage `after`, or say that the document is ready."""
    for stage in route.stages:
        if stage.no > after:
            return opening(state, round_no, stage.no, stage.bodies)
    return [DocumentReady(version=state.version, round=round_no)]


def opening(
    state: Document, round_no: int, stage_no: int, bodies: Sequence[RouteBody]
) -> list[Event | On]:
    """Open a stage to bodies; the host of another organisation's is asked for it."""
    opened = StageOpened(
        version=state.version,
        round=round_no,
        stage_no=stage_no,
        bodies=tuple(body.body for body in bodies),
    )
    return [
        opened,
        *(
            On(
                review_request.stream_of(state.document, body.owner),
                ReviewRequested(
                    document_id=state.document,
                    bin=state.bin,
                    host=body.owner,
                    body=body.body,
                    titles=state.titles,
                    kind=state.kind,
                    rule=state.rule,
                    level=state.level,
                    version=state.version,
                    round=round_no,
                    stage_no=stage_no,
                    content_hash=state.content_hash,
                    variants=state.variants,
                ),
            )
            for body in bodies
            if body.owner != state.bin
        ),
    ]
