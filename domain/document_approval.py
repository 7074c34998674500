"""The approver that the rule names approves a document, or declines."""

from domain import office, series
from domain.dates import local_day
from domain.decider import Event, On, Refusal
from domain.document_commands import ApproveDocument
from domain.document_events import DocumentApproved
from domain.document_parts import (
    UNIT_REGULATION,
    UNVERIFIED,
    Approver,
    GivenSignature,
    Signature,
)
from domain.document_route import profile_of
from domain.document_state import (
    Document,
    is_author,
    require_order,
    require_phase,
    unit_stream,
)
from domain.series import SeriesRevisionApproved
from domain.surroundings import Surroundings, active_organisation
from domain.unit import RegulationApproved


def require_approver(state: Document, facts: Surroundings) -> None:
    """Rules 11, 18 to 21: the role that the frozen route names, in office here.

    In office on the date of the act and still today: who has left can date nothing
    back, and no head can while somebody acts as head.
    """
    roles = state.route.approver_roles if state.route else approvers_now(state, facts)
    actor = facts.act.actor
    if actor.role not in roles or actor.organisation != state.bin:
        raise Refusal(f"R{state.rule}-APPROVER", role=actor.role, allowed=roles)
    today = local_day(facts.now)
    posts = facts.posts(state.bin, actor.person, today)
    acting = () if actor.is_acting else facts.seats(state.bin, office.ACTING_HEAD)
    if actor.role == "HEAD" and any(seat.covers(today) for seat in acting):
        raise Refusal(
            f"R{state.rule}-APPROVER",
            role=actor.role,
            allowed=roles,
            reason="somebody acts in their place",
            today=today,
        )
    if actor.capacity not in [post.capacity for post in posts]:
        raise Refusal(
            f"R{state.rule}-APPROVER",
            role=actor.role,
            allowed=roles,
            reason="no longer in office",
            today=today,
        )


def approvers_now(state: Document, facts: Surroundings) -> tuple[str, ...]:
    """Who would approve, should the document be submitted today."""
    organisation = facts.organisation(state.bin)
    assert organisation is not None
    profile = profile_of(organisation, facts.pack)
    row = facts.pack.route_row(state.kind, state.level, profile)
    if row is None:
        return ()
    return row.approvers_under(organisation.approvers_named_by(row.charter_clause))


def approve(
    command: ApproveDocument, state: Document, facts: Surroundings
) -> list[Event | On]:
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
    require_validity(command, facts)
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
            approver=Approver(
                actor.person, actor.role, actor.capacity, actor.is_acting
            ),
            act_no=command.act_no,
            valid_from=command.valid_from,
            valid_to=command.valid_to,
            signature=kept(command.signature),
            self_review=is_author(state, actor.person),
        ),
        On(
            series.stream_of(state.series),
            SeriesRevisionApproved(
                series_id=state.series,
                bin=state.bin,
                kind=state.kind,
                level=state.level,
                document_id=state.document,
            ),
        ),
        *regulation_of_unit(command, state, facts),
    ]


def require_validity(command: ApproveDocument, facts: Surroundings) -> None:
    """It ends after it begins, and not before it was approved."""
    last = command.valid_to
    if last is not None and (last < command.valid_from or last < facts.act.on):
        raise Refusal(
            "DOC-DATES",
            valid_from=command.valid_from,
            valid_to=last,
            approved_on=facts.act.on,
        )


def regulation_of_unit(
    command: ApproveDocument, state: Document, facts: Surroundings
) -> list[On]:
    """Rule 11: to approve a unit's regulation is to approve it for the unit."""
    if state.kind != UNIT_REGULATION or state.author.unit_id is None:
        return []
    ref = unit_stream(state.bin, state.author.unit_id)
    unit = facts.unit(ref)
    if unit is None or unit.is_closed:
        raise Refusal("UNIT-STATE", state="CLOSED", unit_id=state.author.unit_id)
    if facts.act.at < unit.last_act:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=unit.last_act)
    return [
        On(
            ref,
            RegulationApproved(
                number=command.act_no,
                date=facts.act.on,
                file_hash=state.content_hash,
                approver_role=facts.act.actor.role,
                document_id=state.document,
            ),
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
