"""Rules 2 and 18 to 21: a document is drafted by the author its rule names."""

from collections.abc import Sequence

from domain.decider import Event, Refusal
from domain.document_commands import CreateDocument
from domain.document_events import DocumentDrafted
from domain.document_parts import TEACHER_AUTHOR, UNIT_AUTHOR, Variant, content_hash
from domain.identifiers import SeriesId, Stream
from domain.regulation.pack import RouteRow
from domain.surroundings import Surroundings, active_organisation


def create(command: CreateDocument, facts: Surroundings) -> list[Event]:
    """Rules 2 and 18 to 21: a kind at a level it has, by the author its rule names."""
    organisation = active_organisation(command.bin, facts)
    pack = facts.pack
    if command.kind not in pack.document_kinds():
        known = pack.document_kinds()
        raise Refusal("DOC-KIND", kind=command.kind, known=known)
    row = pack.route_row(command.kind, command.level, pack.default_profile)
    if row is None or command.level not in organisation.levels:
        raise Refusal("R2-LEVEL", levels=command.level, allowed=organisation.levels)
    require_author(command, row, facts)
    require_one_file_a_language(command.variants)
    return [
        DocumentDrafted(
            document_id=command.document_id,
            series_id=command.series_id or SeriesId(command.document_id),
            bin=command.bin,
            kind=command.kind,
            rule=row.rule,
            level=command.level,
            author=command.author,
            titles=command.titles,
            discipline_code=command.discipline_code,
            specialty_code=command.specialty_code,
            academic_year=command.academic_year,
            basis_refs=command.basis_refs,
            legal_basis=command.legal_basis,
            version=1,
            content_hash=content_hash(command.variants),
            variants=command.variants,
        )
    ]


def require_one_file_a_language(variants: Sequence[Variant]) -> None:
    languages = [variant.language for variant in variants]
    if len(set(languages)) < len(languages):
        raise Refusal("DOC-VARIANTS", languages=languages)


def require_author(command: CreateDocument, row: RouteRow, facts: Surroundings) -> None:
    """Rules 18 and 19 want a unit of the organisation, 20 and 21 a teacher of it."""
    author = command.author
    refused = Refusal(f"R{row.rule}-AUTHOR", author=author, needed=row.author)
    if author.kind != row.author:
        raise refused
    if row.author == UNIT_AUTHOR:
        if author.unit_id is None:
            raise refused
        unit = facts.unit(Stream(f"unit/{command.bin}.{author.unit_id}"))
        if unit is None or not unit.is_active:
            raise refused
    elif row.author == TEACHER_AUTHOR:
        counted = facts.pack.counted_posts
        if author.person_id is None or not any(
            post.post in counted for post in facts.posts(command.bin, author.person_id)
        ):
            raise refused
