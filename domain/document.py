"""A document on its way: drafted, submitted, concluded on, approved or returned."""

from domain.decider import Event, On, Refusal
from domain.document_approval import approve
from domain.document_authors import require_may_change
from domain.document_commands import (
    AnnulDocument,
    ApproveDocument,
    CreateDocument,
    DeclineApproval,
    DocumentCommand,
    RecordConclusion,
    ReplanRoute,
    ReviseContent,
    SubmitDocument,
    SupersedeDocument,
    WithdrawDocument,
)
from domain.document_drafting import create, require_one_file_a_language
from domain.document_ending import annul, decline, supersede, withdraw
from domain.document_events import DocumentRevised
from domain.document_parts import content_hash
from domain.document_replan import replan
from domain.document_review import record_conclusion
from domain.document_route import submit
from domain.document_state import (
    Document,
    require_order,
    require_phase,
)
from domain.surroundings import Surroundings, active_organisation


def decide(
    command: DocumentCommand, state: Document | None, facts: Surroundings
) -> list[Event | On]:
    if isinstance(command, CreateDocument):
        if state is not None:
            raise Refusal("DOC-EXISTS", document_id=command.document_id)
        return create(command, facts)
    if state is None:
        raise Refusal("DOC-UNKNOWN", document_id=command.document_id)
    match command:
        case ReviseContent():
            require_may_change(state, facts)
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
            require_may_change(state, facts)
            active_organisation(state.bin, facts)
            require_phase(state, "DRAFT", "RETURNED")
            require_order(state, facts)
            return submit(command, state, facts)
        case RecordConclusion():
            return record_conclusion(command, state, facts)
        case ApproveDocument():
            return approve(command, state, facts)
        case ReplanRoute():
            return replan(command, state, facts)
        case DeclineApproval():
            return decline(command, state, facts)
        case WithdrawDocument():
            return withdraw(command, state, facts)
        case SupersedeDocument():
            return supersede(command, state, facts)
        case AnnulDocument():
            return annul(command, state, facts)
    raise AssertionError(command)
