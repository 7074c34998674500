"""A document that was approved before the register, as it enters it."""

from domain.carry_over_events import OldDocument
from domain.decider import On, Refusal
from domain.document_events import DocumentCarriedOver
from domain.document_parts import Author, content_hash
from domain.identifiers import SeriesId, Stream
from domain.provenance import Provenance
from domain.regulation.route_table import RouteRow
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
    languages = [variant.language for variant in old.variants]
    if len(set(languages)) < len(languages):
        raise Refusal("DOC-VARIANTS", languages=languages)
    if old.valid_to is not None and old.valid_to < old.valid_from:
        raise Refusal("DOC-DATES", valid_from=old.valid_from, valid_to=old.valid_to)
    if facts.document(old.document_id) is not None:
        raise Refusal("DOC-EXISTS", document_id=old.document_id)
    event = DocumentCarriedOver(
        document_id=old.document_id,
        series_id=old.series_id or SeriesId(old.document_id),
        bin=organisation.bin,
        kind=old.kind,
        rule=row.rule,
        level=old.level,
        author=Author(kind=row.author),
        titles=old.titles,
        specialty_code=old.specialty_code,
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
    return [On(Stream(f"document/{old.document_id}"), event)]


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
