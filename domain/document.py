"""A document on its way: drafted, submitted, concluded on, approved or returned."""

from domain.decider import Decider, Event, Refusal
from domain.document_approval import approve, require_approver
from domain.document_commands import (
    ApproveDocument,
    CreateDocument,
    DeclineApproval,
    DocumentCommand,
    RecordConclusion,
    ReviseContent,
    SubmitDocument,
    WithdrawDocument,
)
from domain.document_drafting import create, require_one_file_a_language
from domain.document_events import DocumentReturned, DocumentRevised, DocumentWithdrawn
from domain.document_parts import content_hash
from domain.document_review import record_conclusion
from domain.document_route import submit
from domain.document_state import (
    Document,
    evolve,
    is_author,
    place,
    require_order,
    require_phase,
)
from domain.surroundings import Surroundings, active_organisation


def decide(
    command: DocumentCommand, state: Document | None, facts: Surroundings
) -> list[Event]:
    if isinstance(command, CreateDocument):
        if state is not None:
            raise Refusal("DOC-EXISTS", document_id=command.document_id)
        return create(command, facts)
    if state is None:
        raise Refusal("DOC-UNKNOWN", document_id=command.document_id)
    match command:
        case ReviseContent():
            active_organisation(state.bin, facts)
            require_phase(state, "DRAFT", "RETURNED")
            require_order(state, facts)
            require_one_file_a_language(command.variants)
            return [
                DocumentRevised(
                    version=state.version + 1,
                    content_hash=content_hash(command.variants),
                    variants=command.variants,
                )
            ]
        case SubmitDocument():
            active_organisation(state.bin, facts)
            require_phase(state, "DRAFT", "RETURNED")
            require_order(state, facts)
            return submit(command, state, facts)
        case RecordConclusion():
            return record_conclusion(command, state, facts)
        case ApproveDocument():
            return approve(command, state, facts)
        case DeclineApproval():
            require_approver(state, facts)
            active_organisation(state.bin, facts)
            require_phase(state, "READY")
            require_order(state, facts)
            return [
                DocumentReturned(
                    version=state.version,
                    round=state.round,
                    stage_no=None,
                    body=None,
                    role=facts.act.actor.role,
                    reason_refs=(command.reason_ref,),
                )
            ]
        case WithdrawDocument():
            actor = facts.act.actor
            if actor.role != "HEAD" and not is_author(state, actor.person):
                raise Refusal("DOC-AUTHOR-ONLY", role=actor.role)
            require_phase(state, "DRAFT", "IN_REVIEW", "READY", "RETURNED")
            require_order(state, facts)
            return [
                DocumentWithdrawn(version=state.version, reason_ref=command.reason_ref)
            ]
    raise AssertionError(command)


DOCUMENT = Decider(decide, evolve, place)
