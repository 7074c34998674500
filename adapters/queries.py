"""What may be asked of the views, and what of it whom it is shown to."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from adapters.answers import (
    BodyAnswer,
    DocumentAnswer,
    DocumentPage,
    DocumentQuery,
    OrganisationPage,
    OrganisationQuery,
)
from adapters.paging import ORDERS, next_cursor, read_cursor, values_of
from domain.dates import local_day
from domain.decider import Refusal
from domain.identifiers import is_synthetic
from projections.approval_stage import APPROVAL_STAGE, ApprovalStage
from projections.approval_status import APPROVAL_STATUS, ApprovalStatus, RouteBodyRow
from projections.org_directory import ORG_DIRECTORY, OrganisationRow
from projections.projection import Key, Projection, Row

APPROVED = "APPROVED"
READY = "READY"
PATIENCE = 5.0
"""Seconds to wait for a position before saying that the views are behind."""

HISTORY = ("round", "stage_no", "body")
HISTORY_PAGE = 500

PUBLIC_COLUMNS = tuple(
    field.name for field in msgspec.structs.fields(DocumentAnswer) if field.required
)
"""What anybody may see of an approved document: no author, no votes, no remarks."""

Scalar = str | int | float | bool | date | datetime | None
Where = Mapping[str, Scalar | Sequence[Scalar]]
WaitFor = Callable[[int, float], Awaitable[bool]]


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


class Viewer(Struct, frozen=True):
    """For whom a question is answered: one of an organisation, or of the node.

    `sees_all`: REGISTRAR or AUDITOR of the node, by a grant in force.
    """

    organisation: str
    sees_all: bool = False

    def owns(self, organisation: str) -> bool:
        return self.sees_all or self.organisation == organisation


class Queries:
    """Answers from the views; an unknown and a hidden document look the same."""

    def __init__(
        self,
        views: Views,
        wait_for: WaitFor,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        patience: float = PATIENCE,
    ) -> None:
        self._views = views
        self._wait_for = wait_for
        self._clock = clock
        self._patience = patience

    async def settle(self, after: int | None) -> None:
        """Wait until the views show a position, so that one reads one's own write."""
        if after is not None and not await self._wait_for(after, self._patience):
            raise Refusal("QUERY-BEHIND", after=after)

    def documents(self, viewer: Viewer, query: DocumentQuery) -> DocumentPage:
        """A page of what the viewer may see."""
        wanted = {
            "org_bin": query.org,
            "kind": query.kind,
            "state": query.state,
            "level": query.level,
            "acting_bodies__has": query.body,
        }
        where = {name: value for name, value in wanted.items() if value is not None}
        position = self._views.position(APPROVAL_STATUS.name)
        rows = self._visible(viewer, where, query)
        page = rows[: query.limit]
        organisations = self._organisations_of(page)
        return DocumentPage(
            items=tuple(
                self._answer(viewer, row, organisations.get((row.org_bin,)))
                for row in page
            ),
            next=next_cursor(query.order, page, len(rows) > query.limit),
            position=position,
        )

    def document(self, viewer: Viewer, document_id: str) -> DocumentAnswer:
        """One document; with its history for those whose own it is."""
        row = self._views.get(APPROVAL_STATUS, (document_id,))
        if row is None or not (row.state == APPROVED or viewer.owns(row.org_bin)):
            raise Refusal("QUERY-UNKNOWN", id=document_id[:100])
        organisation = self._views.get(ORG_DIRECTORY, (row.org_bin,))
        answer = self._answer(viewer, row, organisation)
        if not viewer.owns(row.org_bin):
            return answer
        return msgspec.structs.replace(answer, stages=self._history(row))

    def organisations(self, query: OrganisationQuery) -> OrganisationPage:
        """A page of the directory, which anybody may read."""
        wanted = {
            "region_kato": query.region and query.region[:2] + "0000000",
            "kind": query.kind,
            "levels__has": query.level,
        }
        where = {name: value for name, value in wanted.items() if value is not None}
        position = self._views.position(ORG_DIRECTORY.name)
        after = read_cursor("bin", query.cursor)
        rows = self._views.select(
            ORG_DIRECTORY, where, ORDERS["bin"], after, query.limit + 1
        )
        page = rows[: query.limit]
        return OrganisationPage(
            items=tuple(page),
            next=next_cursor("bin", page, len(rows) > query.limit),
            position=position,
        )

    def organisation(self, bin_number: str) -> OrganisationRow:
        row = self._views.get(ORG_DIRECTORY, (bin_number,))
        if row is None:
            raise Refusal("QUERY-UNKNOWN", id=bin_number[:100])
        return row

    def _visible(
        self, viewer: Viewer, where: Where, query: DocumentQuery
    ) -> list[ApprovalStatus]:
        """One row more than the page holds, of one's own and of what is approved."""
        order = ORDERS[query.order]
        after = read_cursor(query.order, query.cursor)

        def select(narrowed: Where) -> list[ApprovalStatus]:
            return self._views.select(
                APPROVAL_STATUS, narrowed, order, after, query.limit + 1
            )

        if viewer.owns(query.org or ""):
            return select(where)
        found: list[ApprovalStatus] = []
        if query.org is None:
            found += select({**where, "org_bin": viewer.organisation})
        if query.state in (None, APPROVED):
            found += select({**where, "state": APPROVED})
        once = {row.document_id: row for row in found}
        ordered = sorted(once.values(), key=lambda row: values_of(row, order))
        return ordered[: query.limit + 1]

    def _organisations_of(
        self, rows: Sequence[ApprovalStatus]
    ) -> dict[Key, OrganisationRow]:
        owners = sorted({row.org_bin for row in rows})
        return self._views.load(ORG_DIRECTORY, [(owner,) for owner in owners])

    def _history(self, row: ApprovalStatus) -> tuple[ApprovalStage, ...]:
        where = {"document_id": row.document_id}
        rows: list[ApprovalStage] = []
        after: tuple[Scalar, ...] | None = None
        while True:
            more = self._views.select(
                APPROVAL_STAGE, where, HISTORY, after, HISTORY_PAGE
            )
            rows += more
            if len(more) < HISTORY_PAGE:
                return tuple(rows)
            after = values_of(rows[-1], HISTORY)

    def _answer(
        self,
        viewer: Viewer,
        row: ApprovalStatus,
        organisation: OrganisationRow | None,
    ) -> DocumentAnswer:
        """The row with what is joined to it, less what the viewer may not see."""
        today = local_day(self._clock())
        bodies = {body.body: body for body in row.route}
        columns: dict[str, Any] = {  # each of the type of its field
            **msgspec.structs.asdict(row),
            "org_name_ru": organisation.name_ru if organisation else None,
            "org_name_kk": organisation.name_kk if organisation else None,
            "org_synthetic": is_synthetic(row.org_bin),
            "days_in_state": max(0, (today - local_day(row.state_since)).days),
            "missing_bodies": _bodies(bodies[one] for one in row.missing_bodies),
            "next_bodies": _bodies(bodies[one] for one in row.acting_bodies),
            "next_roles": row.approver_roles_allowed if row.state == READY else (),
        }
        shown = (
            DocumentAnswer.__struct_fields__
            if viewer.owns(row.org_bin)
            else PUBLIC_COLUMNS
        )
        return DocumentAnswer(
            **{name: columns[name] for name in shown if name in columns}
        )


def _bodies(rows: Iterable[RouteBodyRow]) -> tuple[BodyAnswer, ...]:
    return tuple(
        BodyAnswer(
            body=row.body,
            kind=row.kind,
            stage_no=row.stage_no,
            name_ru=row.names.ru,
            name_kk=row.names.kk,
            conclusion=row.conclusion,
        )
        for row in rows
    )
