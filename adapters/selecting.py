"""Which rows a question about documents reaches, by how the asker stands to them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import MINYEAR, date, datetime, time, timedelta
from typing import Any, Protocol

from adapters.answers import DocumentFilter, DocumentQuery
from adapters.audiences import DOCUMENT_COLUMNS
from adapters.paging import values_of
from adapters.viewing import Audience, Viewer
from domain.dates import KAZAKHSTAN
from domain.identifiers import owner_in
from projections.approval_status import APPROVAL_STATUS, ApprovalStatus
from projections.org_directory import ORG_DIRECTORY
from projections.projection import Key, Projection, Row
from projections.review_desk import REVIEW_DESK

APPROVED = "APPROVED"
READY = "READY"
PUBLIC_STATES = (APPROVED, "SUPERSEDED", "ANNULLED")
"""What was approved once is public for good."""

ALL = 1_000_000
EARLIEST = date(MINYEAR + 1, 1, 1)
"""Of days before it, the first moment falls off the calendar in another zone."""

Scalar = str | int | float | bool | date | datetime | None
Where = Mapping[str, Scalar | Sequence[Scalar]]
Narrowed = dict[str, Scalar | Sequence[Scalar]]
Select = Callable[[tuple[Any, ...] | None, int], list[ApprovalStatus]]
Scope = tuple[str, Audience, Narrowed]

FILTERS: dict[str, tuple[str, str]] = {
    "org": ("org_bin", "org_bin"),
    "kind": ("kind", "kind"),
    "state": ("state", "state"),
    "level": ("level", "level"),
    "rule": ("rule_no", "rule_no"),
    "academic_year": ("academic_year", "academic_year"),
    "self_review": ("self_review_flag", "self_review_flag"),
    "profile": ("route_profile", "route_profile"),
    "author": ("author_person_id", "author_person_id"),
    "unit": ("author_unit_id", "author_unit_id"),
    "body": ("acting_bodies__has", "next_bodies"),
    "awaits": ("missing_bodies__has", "missing_bodies"),
    "approver": ("approver_roles_allowed__has", "approver_roles_allowed"),
    "older_than": ("state_since__until", "state_since"),
}
"""Filters: the condition that each is, and the column that it tells of."""


class Views(Protocol):
    """Rows of the read models, by key and by query."""

    def position(self, name: str) -> int: ...

    def load(
        self, projection: Projection[Row], keys: Sequence[Key]
    ) -> dict[Key, Row]: ...

    def get(self, projection: Projection[Row], key: Key) -> Row | None: ...

    def select(
        self,
        projection: Projection[Row],
        where: Where,
        order: Sequence[str],
        after: Sequence[Scalar] | None,
        limit: int,
    ) -> list[Row]: ...

    def tally(
        self, projection: Projection[Any], by: Sequence[str], where: Where
    ) -> list[tuple[tuple[str | None, ...], int]]: ...


class Selecting:
    """Turns a question into conditions, one for each way to stand to a document."""

    def __init__(self, views: Views, clock: Callable[[], datetime]) -> None:
        self._views = views
        self._clock = clock

    def of(self, viewer: Viewer, query: DocumentFilter, order: Sequence[str]) -> Select:
        """What reads the rows after a place, each once, in order."""
        wheres = [where for _, _, where in self._scopes(viewer, query)]

        def select(after: tuple[Any, ...] | None, limit: int) -> list[ApprovalStatus]:
            once: dict[str, ApprovalStatus] = {}
            for where in wheres:
                for row in self._views.select(
                    APPROVAL_STATUS, where, order, after, limit
                ):
                    once[row.document_id] = row
            ordered = sorted(once.values(), key=lambda row: values_of(row, order))
            return ordered[:limit]

        return select

    def tally(
        self, viewer: Viewer, query: DocumentFilter, by: Sequence[str]
    ) -> list[tuple[tuple[str | None, ...], int]]:
        """Counts of one scope, so that nothing counts twice.

        Without a word on it: what is supervised where something is, else one's own.
        To count by a column is to see it.
        """
        wanted = query.scope or ("supervised" if viewer.areas else "own")
        least = max(DOCUMENT_COLUMNS[column] for column in by)
        counts: dict[tuple[str | None, ...], int] = {}
        for name, audience, where in self._scopes(viewer, query):
            if name == wanted and least <= audience:
                for values, count in self._views.tally(APPROVAL_STATUS, by, where):
                    counts[values] = counts.get(values, 0) + count
        return sorted(counts.items(), key=lambda one: [v or "" for v in one[0]])

    def reviewed(self, viewer: Viewer) -> list[ApprovalStatus]:
        """All that lies before bodies of the viewer's organisation, of others."""
        keys = [(one,) for one in self._before(viewer)]
        return list(self._views.load(APPROVAL_STATUS, keys).values())

    def organisations_in(self, kato: str) -> list[str]:
        """The organisations whose KATO begins so, as they are now."""
        where = {"region_kato": kato[:2] + "0000000"}
        rows = self._views.select(ORG_DIRECTORY, where, ("bin",), None, ALL)
        return [row.bin for row in rows if row.kato.startswith(kato)]

    def _scopes(self, viewer: Viewer, query: DocumentFilter) -> list[Scope]:
        base = self._filters(query)
        if base is None:
            return []
        if viewer.is_auditor:
            scopes: list[Scope] = [("own", Audience.OWN, base)]
            if query.scope == "public":
                scopes = list(self._public(base))
            return scopes
        found = [
            *self._own(viewer, base),
            *self._supervised(viewer, base),
            *self._reviewed(viewer, base),
            *self._public(base),
        ]
        return [
            (name, audience, where)
            for name, audience, where in found
            if query.scope in (None, name) and may_ask(viewer, query, audience)
        ]

    def _filters(self, query: DocumentFilter) -> Narrowed | None:
        """The conditions of the filters; None where nothing can match."""
        where: Narrowed = {
            condition: value
            for name, (condition, _) in FILTERS.items()
            if (value := getattr(query, name)) is not None
        }
        for bound, midnight in days_asked(query):
            where[f"approved_at__{bound}"] = midnight
        now = self._clock()
        if query.older_than is not None:
            where["state_since__until"] = now - timedelta(days=query.older_than)
        if query.stage_older_than is not None:
            opened = now - timedelta(days=query.stage_older_than)
            late = self._views.select(
                REVIEW_DESK, {"opened_at__until": opened}, ("document_id",), None, ALL
            )
            where["document_id"] = [row.document_id for row in late]
        states = ["IN_REVIEW"] if asks_of_the_route(query) else None
        inside = query.territory and self.organisations_in(prefix_of(query.territory))
        return narrowed(narrowed(where, "state", states), "org_bin", inside)

    def _own(self, viewer: Viewer, base: Narrowed) -> Iterator[Scope]:
        where = narrowed(base, "org_bin", [viewer.organisation])
        if where is not None:
            yield "own", Audience.OWN, where

    def _supervised(self, viewer: Viewer, base: Narrowed) -> Iterator[Scope]:
        for area in viewer.areas:
            within = [
                one
                for one in self.organisations_in(area.kato)
                if one != viewer.organisation
            ]
            where = narrowed(base, "org_bin", within)
            where = narrowed(where, "level", area.levels)
            if where is not None:
                yield "supervised", Audience.SUPERVISOR, where

    def _reviewed(self, viewer: Viewer, base: Narrowed) -> Iterator[Scope]:
        before = self._before(viewer)
        where = narrowed(base, "document_id", before) if before else None
        if where is not None:
            yield "reviewed", Audience.REVIEWER, where

    def _public(self, base: Narrowed) -> Iterator[Scope]:
        for state in PUBLIC_STATES:  # one by one: each is read in the order of pages
            where = narrowed(base, "state", [state])
            if where is not None:
                yield "public", Audience.PUBLIC, where

    def _before(self, viewer: Viewer) -> list[str]:
        where = {"hosts__has": viewer.organisation}
        rows = self._views.select(REVIEW_DESK, where, ("document_id",), None, ALL)
        return [row.document_id for row in rows]


def days_asked(query: DocumentFilter) -> Iterator[tuple[str, datetime]]:
    """The first and the last moment of the days of approval asked for."""
    if query.approved_since is not None:
        first = max(query.approved_since, EARLIEST)
        yield "since", datetime.combine(first, time.min, KAZAKHSTAN)
    if query.approved_until is not None:
        last = query.approved_until
        yield "until", datetime.combine(last, time.max, KAZAKHSTAN)


def prefix_of(kato: str) -> str:
    """The digits that all codes within a territory begin with."""
    for digits in (2, 4):
        if not kato[digits:].strip("0"):
            return kato[:digits]
    return kato


def may_ask(viewer: Viewer, query: DocumentFilter, audience: Audience) -> bool:
    """A filter tells of its column, so it is only for those who may see that."""
    needed = {name: DOCUMENT_COLUMNS[column] for name, (_, column) in FILTERS.items()}
    needed["stage_older_than"] = needed["to_replan"] = Audience.SUPERVISOR
    needed["on_agenda"] = Audience.OWN
    if query.body is not None and viewer.organisation == owner_in(query.body):
        needed["body"] = needed["on_agenda"] = Audience.REVIEWER
    return all(
        least <= audience
        for name, least in needed.items()
        if getattr(query, name, None) is not None
    )


def asks_of_the_route(query: DocumentFilter) -> bool:
    """Whether only documents are asked for whose route can, or cannot, go on."""
    return isinstance(query, DocumentQuery) and query.to_replan is not None


def narrowed(
    where: Narrowed | None, column: str, allowed: Sequence[str] | None
) -> Narrowed | None:
    """The same conditions with a column among `allowed`; None where none is left.

    Without `allowed` every value is.
    """
    if where is None or allowed is None:
        return where
    given = where.get(column)
    wanted = set(given if isinstance(given, list) else [given])
    left = [one for one in allowed if given is None or one in wanted]
    return {**where, column: left} if left else None
