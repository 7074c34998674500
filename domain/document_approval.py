"""The approver that the rule names approves a document, or declines."""

from domain.decider import Event, Refusal
from domain.document_commands import ApproveDocument
from domain.document_events import DocumentApproved
from domain.document_parts import UNVERIFIED, Approver, GivenSignature, Signature
from domain.document_state import Document, is_author, require_order, require_phase
from domain.surroundings import Surroundings, active_organisation


def require_approver(state: Document, facts: Surroundings) -> None:
    """Rules 18 to 21: the role that the frozen route names, in office here today."""
    pack = facts.pack
    row = pack.route_row(state.kind, state.level, pack.default_profile)
    roles = state.route.approver_roles if state.route else row.approvers if row else ()
    actor = facts.act.actor
    if actor.role not in roles or actor.organisation != state.bin:
        raise Refusal(f"R{state.rule}-APPROVER", role=actor.role, allowed=roles)


def approve(
    command: ApproveDocument, state: Document, facts: Surroundings
) -> list[Event]:
    """Approve what every body of the route found positive, by the role of the rule."""
    require_approver(state, facts)
    active_organisation(state.bin, facts)
    missing = state.missing_bodies()
    if state.phase == "IN_REVIEW" or (state.phase == "READY" and missing):
        raise Refusal(
            f"R{state.rule}-NOT-ALL-POSITIVE",
            bodies=[body.names for body in missing],
            body_refs=[body.body for body in missing],
            stage=state.stage_no,
        )
    require_phase(state, "READY")
    require_order(state, facts)
    if command.valid_to is not None and command.valid_to < command.valid_from:
        raise Refusal(
            "DOC-DATES", valid_from=command.valid_from, valid_to=command.valid_to
        )
    actor = facts.act.actor
    return [
        DocumentApproved(
            document_id=state.document,
            series_id=state.series,
            bin=state.bin,
            kind=state.kind,
            level=state.level,
            titles=state.titles,
            specialty_code=state.specialty_code,
            discipline_code=state.discipline_code,
            academic_year=state.academic_year,
            version=state.version,
            round=state.round,
            content_hash=state.content_hash,
            variants=state.variants,
            approver=Approver(actor.person, actor.role, actor.capacity),
            act_no=command.act_no,
            valid_from=command.valid_from,
            valid_to=command.valid_to,
            signature=kept(command.signature),
            self_review=is_author(state, actor.person),
        )
    ]


def kept(given: GivenSignature | None) -> Signature | None:
    """The signature of an approval; nobody but the node says that it is good."""
    if given is None:
        return None
    return Signature(
        format=given.format,
        cms_ref=given.cms_ref,
        tsp_ref=given.tsp_ref,
        ocsp_ref=given.ocsp_ref,
        status=UNVERIFIED,
    )
