"""Rules 2 and 18 to 21: a document is drafted by the author its rule names."""

from collections.abc import Sequence

from domain.decider import Event, On, Refusal
from domain.document_authors import require_author, require_may_draft
from domain.document_commands import CreateDocument
from domain.document_events import DocumentDrafted
from domain.document_parts import Variant, content_hash
from domain.document_route import profile_of
from domain.identifiers import SeriesId, in_latin
from domain.series import SeriesRevisionOpened, stream_of
from domain.surroundings import Surroundings, active_organisation


def create(command: CreateDocument, facts: Surroundings) -> list[Event | On]:
    """Rules 2, 11, 18 to 21: a kind at a level it has, by the author its rule names."""
    require_may_draft(command, facts)
    organisation = active_organisation(command.bin, facts)
    pack = facts.pack
    if command.kind not in pack.document_kinds():
        known = pack.document_kinds()
        raise Refusal("DOC-KIND", kind=command.kind, known=known)
    row = pack.route_row(command.kind, command.level, profile_of(organisation, pack))
    if row is None or command.level not in organisation.levels:
        raise Refusal("R2-LEVEL", levels=command.level, allowed=organisation.levels)
    author = command.author
    require_author(row.rule, row.kind, row.author, command.bin, author, facts)
    require_one_file_a_language(command.variants)
    require_consecutive_years(command.academic_year)
    series = command.series_id or SeriesId(command.document_id)
    require_place_in_series(series, command, facts)
    return [
        DocumentDrafted(
            document_id=command.document_id,
            series_id=series,
            bin=command.bin,
            kind=command.kind,
            rule=row.rule,
            level=command.level,
            author=author,
            titles=command.titles,
            discipline_code=command.discipline_code,
            specialty_code=command.specialty_code and in_latin(command.specialty_code),
            academic_year=command.academic_year,
            basis_refs=command.basis_refs,
            legal_basis=command.legal_basis,
            version=1,
            content_hash=content_hash(command.variants),
            variants=command.variants,
        ),
        On(
            stream_of(series),
            SeriesRevisionOpened(
                series_id=series,
                bin=command.bin,
                kind=row.kind,
                level=row.level,
                document_id=command.document_id,
            ),
        ),
    ]


def require_place_in_series(
    series: SeriesId, command: CreateDocument, facts: Surroundings
) -> None:
    """One open revision a series, which is one kind of document of one organisation."""
    found = facts.series(series)
    if found is None:
        return
    # A series of somebody else is told of no more than one that does not fit.
    own = (command.bin, command.kind, command.level)
    if (found.owner, found.kind, found.level) != own:
        raise Refusal("DOC-SERIES", series_id=series)
    if found.open_document is not None:
        open_one = found.open_document
        raise Refusal("DOC-SERIES-OPEN", series_id=series, document_id=open_one)
    if found.free_since is not None and facts.act.at < found.free_since:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=found.free_since)


def require_one_file_a_language(variants: Sequence[Variant]) -> None:
    languages = [variant.language for variant in variants]
    if len(set(languages)) < len(languages):
        raise Refusal("DOC-VARIANTS", languages=languages)


def require_consecutive_years(academic_year: str | None) -> None:
    """`2026-2027`: the second year is the one after the first."""
    if academic_year is None:
        return
    first, _, second = academic_year.partition("-")
    if int(second) != int(first) + 1:
        raise Refusal("DOC-YEAR", academic_year=academic_year)
