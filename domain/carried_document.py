"""A document that was approved before the register, as it enters it."""

from domain.carry_over_events import OldDocument
from domain.decider import On, Refusal
from domain.document_drafting import (
    require_consecutive_years,
    require_one_file_a_language,
)
from domain.document_events import DocumentCarriedOver
from domain.document_parts import Author, content_hash
from domain.document_state import stream_of
from domain.identifiers import SeriesId, in_latin
from domain.provenance import Provenance
from domain.regulation.route_table import RouteRow
from domain.series import SeriesRevisionApproved
from domain.series import stream_of as series_stream
from domain.surroundings import OrganisationFacts, Surroundings


def carried(
    old: OldDocument,
    provenance: Provenance,
    organisation: OrganisationFacts,
    facts: Surroundings,
) -> list[On]:
    """Approved as it was: of a kind and level, and by a role, that the order knows."""
    rows = rows_of(old, organisation, facts)
    row = rows[0]
    roles = tuple(dict.fromkeys(role for each in rows for role in each.approvers))
    if old.approver_role not in roles:
        raise Refusal(f"R{row.rule}-APPROVER", role=old.approver_role, allowed=roles)
    require_one_file_a_language(old.variants)
    require_consecutive_years(old.academic_year)
    if old.valid_to is not None and old.valid_to < old.valid_from:
        raise Refusal("DOC-DATES", valid_from=old.valid_from, valid_to=old.valid_to)
    if facts.document(old.document_id) is not None:
        raise Refusal("DOC-EXISTS", document_id=old.document_id)
    series = old.series_id or SeriesId(old.document_id)
    found = facts.series(series)
    own = (organisation.bin, old.kind, old.level)
    if found is not None and (found.owner, found.kind, found.level) != own:
        raise Refusal("DOC-SERIES", series_id=series)
    event = DocumentCarriedOver(
        document_id=old.document_id,
        series_id=series,
        bin=organisation.bin,
        kind=old.kind,
        rule=row.rule,
        level=old.level,
        author=Author(kind=row.author),
        titles=old.titles,
        specialty_code=old.specialty_code and in_latin(old.specialty_code),
        discipline_code=old.discipline_code,
        academic_year=old.academic_year,
        version=1,
        content_hash=content_hash(old.variants),
        variants=old.variants,
        approver_role=old.approver_role,
        approver_person_id=old.approver_person_id,
        valid_from=old.valid_from,
        valid_to=old.valid_to,
        carried_over=provenance,
    )
    joined = SeriesRevisionApproved(
        series_id=series,
        bin=organisation.bin,
        kind=old.kind,
        level=old.level,
        document_id=old.document_id,
    )
    return [On(stream_of(old.document_id), event), On(series_stream(series), joined)]


def rows_of(
    old: OldDocument, organisation: OrganisationFacts, facts: Surroundings
) -> list[RouteRow]:
    """The rows of the kind at the level, in whatever way the order was read then."""
    known = facts.pack.document_kinds()
    if old.kind not in known:
        raise Refusal("DOC-KIND", kind=old.kind, known=known)
    rows = [
        row
        for row in facts.pack.routes
        if (row.kind, row.level) == (old.kind, old.level)
    ]
    if not rows or old.level not in organisation.levels:
        raise Refusal("R2-LEVEL", levels=old.level, allowed=organisation.levels)
    return rows
