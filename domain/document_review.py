"""Bodies conclude on a document, stage by stage, or return it."""

from datetime import datetime

from domain.decider import Event, On, Refusal
from domain.document_commands import RecordConclusion
from domain.document_events import ConclusionRecorded, DocumentReturned, StagePassed
from domain.document_parts import CONCLUSIONS, EM_UNIT, NEGATIVE, Votes
from domain.document_route import next_step
from domain.document_state import Document, require_order, require_phase, suffices
from domain.identifiers import Stream
from domain.regulation.route import RouteStage
from domain.surroundings import Surroundings, active_organisation


def record_conclusion(
    command: RecordConclusion, state: Document, facts: Surroundings
) -> list[Event | On]:
    """A body of the open stage, by its own officer, on this very text."""
    kind = body_kind(command.body, state)
    require_asked(command.body, state, facts)
    require_officer(command, kind, state, facts)
    active_organisation(state.bin, facts)
    require_phase(state, "IN_REVIEW")
    stage = state.stage()
    assert stage is not None
    if command.body not in [body.body for body in stage.bodies]:
        raise Refusal(f"R{state.rule}-STAGE", body=command.body, stage=stage.no)
    if command.content_hash != state.content_hash:
        raise Refusal("DOC-HASH", current=state.content_hash)
    require_order(state, facts)
    if kind == EM_UNIT:
        conclusion, votes = unit_conclusion(command, facts), None
        if state.concluded.get(command.body) == conclusion:
            raise Refusal("DOC-CONCLUDED", body=command.body, conclusion=conclusion)
    else:
        conclusion, votes = meeting_conclusion(command, state, facts)
    recorded = ConclusionRecorded(
        version=state.version,
        round=state.round,
        stage_no=stage.no,
        body=command.body,
        body_kind=kind,
        conclusion=conclusion,
        meeting_id=command.meeting_id,
        item=command.item,
        votes=votes,
        remarks_ref=command.remarks_ref,
        content_hash=state.content_hash,
    )
    return [recorded, *consequences(recorded, state, stage, facts)]


def body_kind(ref: Stream, state: Document) -> str:
    for body in state.route.bodies() if state.route else ():
        if body.body == ref:
            return body.kind
    return EM_UNIT if ref.startswith("unit/") else ""


def require_asked(body: Stream, state: Document, facts: Surroundings) -> None:
    """Another organisation learns of a document only where its body is asked."""
    actor = facts.act.actor
    if actor.organisation == state.bin:
        return
    asked = state.route.bodies() if state.route else ()
    if actor.seat != body or body not in [one.body for one in asked]:
        raise Refusal("DOC-UNKNOWN", document_id=state.document)


def require_officer(
    command: RecordConclusion, kind: str, state: Document, facts: Surroundings
) -> None:
    """A methodical unit acts through its methodist or the head, others by officers."""
    actor = facts.act.actor
    if kind == EM_UNIT:
        in_unit = any(
            post.capacity == actor.capacity and post.unit == command.body
            for post in facts.posts(state.bin, actor.person)
        )
        allowed = actor.role == "HEAD" or (actor.role == "METHODIST" and in_unit)
    else:
        allowed = actor.seat == command.body
    if not allowed:
        raise Refusal("ACTOR-BODY", body=command.body, capacity=actor.capacity)


def unit_conclusion(command: RecordConclusion, facts: Surroundings) -> str:
    """What the unit says itself, as long as it is active."""
    unit = facts.body(command.body)
    if unit is None or not unit.exists:
        raise Refusal("BODY-UNKNOWN", body=command.body)
    if command.conclusion not in CONCLUSIONS:
        raise Refusal("DOC-CONCLUSION", given=command.conclusion, known=CONCLUSIONS)
    return command.conclusion


def meeting_conclusion(
    command: RecordConclusion, state: Document, facts: Surroundings
) -> tuple[str, Votes]:
    """The conclusion is what the held meeting made of the motion, with its tally."""
    found = None
    if command.meeting_id is not None and command.item is not None:
        found = facts.item(command.meeting_id, command.item)
    if (
        found is None
        or not found.is_held
        or found.held_at is None
        or found.body != command.body
        or state.document not in found.documents
        or found.carried is None
        or found.motion is None
        or found.voted_at is None
    ):
        raise Refusal(
            "MEETING-NOT-HELD", meeting_id=command.meeting_id, item=command.item
        )
    if found.documents[state.document] != state.content_hash:
        raise Refusal("DOC-HASH", current=state.content_hash)
    if facts.act.at < found.held_at:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=found.held_at)
    require_body_then(command.body, found.held_at, state, facts)
    # What was voted before the stage opened, or in an earlier round, counts no more.
    opened_at = state.opened[command.body]
    if found.voted_at < opened_at:
        raise Refusal("CMD-BEFORE", act=found.voted_at, rests_on=opened_at)
    require_later_vote(command.body, found.voted_at, state, facts)
    conclusion = found.motion if found.carried else NEGATIVE
    if command.conclusion not in (None, conclusion):
        raise Refusal("DOC-CONCLUSION", given=command.conclusion, voted=conclusion)
    votes = Votes(found.votes_for, found.votes_against, found.votes_abstained)
    return conclusion, votes


def require_body_then(
    ref: Stream, held_at: datetime, state: Document, facts: Surroundings
) -> None:
    """When it met, the body existed and concluded for the document's organisation."""
    body = facts.body(ref, held_at)
    if body is None or not body.exists or not body.serves(state.bin):
        raise Refusal("BODY-UNKNOWN", body=ref)


def require_later_vote(
    body: Stream, voted_at: datetime, state: Document, facts: Surroundings
) -> None:
    """While its stage is open, a body replaces what it said by a later vote only."""
    cited = state.cited.get(body)
    before = facts.item(*cited) if cited else None
    if before is not None and before.voted_at and voted_at <= before.voted_at:
        raise Refusal("DOC-CONCLUDED", body=body, conclusion=state.concluded[body])


def consequences(
    recorded: ConclusionRecorded,
    state: Document,
    stage: RouteStage,
    facts: Surroundings,
) -> list[Event | On]:
    """What does not suffice returns; the last one that does passes the stage."""
    route = state.route
    assert route is not None
    said = {**state.concluded, recorded.body: recorded.conclusion}
    concluding = next(body for body in stage.bodies if body.body == recorded.body)
    if not suffices(concluding, recorded.conclusion):
        return [
            DocumentReturned(
                version=state.version,
                round=state.round,
                stage_no=stage.no,
                body=recorded.body,
                role=facts.act.actor.role,
                reason_refs=(recorded.remarks_ref,) if recorded.remarks_ref else (),
            )
        ]
    if not all(suffices(body, said.get(body.body)) for body in stage.bodies):
        return []
    passed = StagePassed(version=state.version, round=state.round, stage_no=stage.no)
    return [passed, *next_step(state, state.round, route, after=stage.no)]
