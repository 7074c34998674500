"""What becomes of a document apart from its route: declined, taken back, replaced."""

from domain import series
from domain.decider import Event, On, Refusal
from domain.document_approval import require_approver
from domain.document_authors import require_may_change
from domain.document_commands import (
    AnnulDocument,
    DeclineApproval,
    SupersedeDocument,
    WithdrawDocument,
)
from domain.document_events import (
    DocumentAnnulled,
    DocumentReturned,
    DocumentSuperseded,
    DocumentWithdrawn,
)
from domain.document_parts import Approver
from domain.document_state import (
    OPEN_PHASES,
    Document,
    require_order,
    require_phase,
)
from domain.surroundings import Surroundings, active_organisation, require_closed


def decline(
    command: DeclineApproval, state: Document, facts: Surroundings
) -> list[Event | On]:
    """Whoever may approve returns the document instead, for a reason."""
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


def withdraw(
    command: WithdrawDocument, state: Document, facts: Surroundings
) -> list[Event | On]:
    """Taken back, it leaves room for another of its series.

    By whoever may change it, and by the node where its organisation is closed.
    """
    if facts.act.actor.is_system:
        require_closed(state.bin, facts)
    else:
        require_may_change(state, facts)
        active_organisation(state.bin, facts)
    require_phase(state, *OPEN_PHASES)
    require_order(state, facts)
    return [
        DocumentWithdrawn(version=state.version, reason_ref=command.reason_ref),
        On(
            series.stream_of(state.series),
            series.SeriesRevisionWithdrawn(document_id=state.document),
        ),
    ]


def supersede(
    command: SupersedeDocument, state: Document, facts: Surroundings
) -> list[Event | On]:
    """A later document of the same series, itself approved, takes its place."""
    active_organisation(state.bin, facts)
    require_phase(state, "APPROVED")
    require_order(state, facts)
    later = facts.document(command.superseded_by)
    if (
        later is None
        or (later.owner, later.series) != (state.bin, state.series)
        or later.phase != "APPROVED"
        or later.approved_at is None
        or state.approved_at is None
        or later.approved_at <= state.approved_at
    ):
        raise Refusal("DOC-SUPERSEDE", superseded_by=command.superseded_by)
    if facts.act.at < later.approved_at:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=later.approved_at)
    return [
        DocumentSuperseded(
            document_id=state.document,
            series_id=state.series,
            bin=state.bin,
            kind=state.kind,
            level=state.level,
            version=state.version,
            superseded_by=command.superseded_by,
        )
    ]


def annul(
    command: AnnulDocument, state: Document, facts: Surroundings
) -> list[Event | On]:
    """The role that approves such documents undoes an approval, by an act."""
    require_approver(state, facts)
    active_organisation(state.bin, facts)
    require_phase(state, "APPROVED")
    require_order(state, facts)
    actor = facts.act.actor
    return [
        DocumentAnnulled(
            document_id=state.document,
            series_id=state.series,
            bin=state.bin,
            kind=state.kind,
            level=state.level,
            version=state.version,
            content_hash=state.content_hash,
            annulled_by=Approver(
                actor.person, actor.role, actor.capacity, actor.is_acting
            ),
            act_no=command.act_no,
            reason_ref=command.reason_ref,
        )
    ]
