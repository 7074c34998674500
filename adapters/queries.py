"""What may be asked of documents and organisations, and what of it whom it is shown."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from adapters.answers import (
    BodyAnswer,
    DocumentAnswer,
    DocumentFilter,
    DocumentPage,
    DocumentQuery,
    OrganisationPage,
    OrganisationQuery,
    StageAnswer,
)
from adapters.audiences import DOCUMENT_COLUMNS, STAGE_COLUMNS, shown_to
from adapters.paging import ORDERS, next_cursor, read_cursor, values_of
from adapters.selecting import PUBLIC_STATES, READY, Scalar, Selecting, Views
from adapters.viewing import Audience, Viewer, operator
from domain.dates import local_day
from domain.decider import Refusal
from domain.identifiers import NODE, is_synthetic, owner_in
from domain.regulation.pack import RulePack
from domain.regulation.supervision import areas_of
from projections.approval_stage import APPROVAL_STAGE, ApprovalStage
from projections.approval_status import APPROVAL_STATUS, ApprovalStatus, RouteBodyRow
from projections.org_directory import ORG_DIRECTORY, OrganisationRow
from projections.projection import Key
from projections.review_desk import REVIEW_DESK, ReviewDesk

PATIENCE = 5.0
"""Seconds to wait for a position before saying that the views are behind."""

HISTORY = ("round", "stage_no", "body")
HISTORY_PAGE = 500
ACTIVE = "ACTIVE"

WaitFor = Callable[[int, float], Awaitable[bool]]


class Queries:
    """Answers from the views; an unknown and a hidden document look the same."""

    def __init__(
        self,
        views: Views,
        wait_for: WaitFor,
        pack: RulePack,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        patience: float = PATIENCE,
    ) -> None:
        self._views = views
        self._wait_for = wait_for
        self._pack = pack
        self._clock = clock
        self._patience = patience
        self._selecting = Selecting(views, clock)

    async def settle(self, after: int | None) -> None:
        """Wait until the views show a position, so that one reads one's own write."""
        if after is not None and not await self._wait_for(after, self._patience):
            raise Refusal("QUERY-BEHIND", after=after)

    def viewer(self, organisation: str, roles: Collection[str] = ()) -> Viewer:
        """For whom to answer: what an organisation supervises, what a person may."""
        if organisation == NODE:
            return operator(roles)
        row = self._views.get(ORG_DIRECTORY, (organisation,))
        if row is None or row.state != ACTIVE:
            return Viewer(organisation)
        ladder = self._pack.supervision
        return Viewer(organisation, areas_of(ladder, row.kind, row.kato))

    def documents(
        self,
        viewer: Viewer,
        query: DocumentQuery,
        keep: Callable[[ApprovalStatus], bool] = lambda _row: True,
    ) -> DocumentPage:
        """A page of what the viewer may see, and of that what `keep` says."""
        position = self._views.position(APPROVAL_STATUS.name)
        rows = self._visible(viewer, query, keep)
        page = rows[: query.limit]
        organisations, desks = self._joined(page)
        answers = (self._answer(viewer, row, organisations, desks) for row in page)
        return DocumentPage(
            items=tuple(answer for answer in answers if answer is not None),
            next=next_cursor(query.order, page, len(rows) > query.limit),
            position=position,
        )

    def document(self, viewer: Viewer, document_id: str) -> DocumentAnswer:
        """One document; with its history, as far as it is for the viewer."""
        row, audience = self.standing(viewer, document_id)
        organisations, desks = self._joined([row])
        answer = self._answer(viewer, row, organisations, desks)
        assert answer is not None
        if audience < Audience.REVIEWER:
            return answer
        history = self._history(row.document_id)
        stages = tuple(
            stage_answer(stage, viewer, audience)
            for stage in history
            if audience > Audience.REVIEWER or viewer.owns(owner_in(stage.body))
        )
        return msgspec.structs.replace(answer, stages=stages)

    def standing(
        self, viewer: Viewer, document_id: str
    ) -> tuple[ApprovalStatus, Audience]:
        """A document and how the viewer stands to it; QUERY-UNKNOWN where they do not.

        A hidden document and none at all look the same.
        """
        row = self._views.get(APPROVAL_STATUS, (document_id,))
        if row is not None:
            organisations, desks = self._joined([row])
            audience = audience_of(viewer, row, organisations, desks)
            if audience is not None:
                return row, audience
        raise Refusal("QUERY-UNKNOWN", id=document_id[:100])

    def seen(self, viewer: Viewer, rows: Sequence[ApprovalStatus]) -> set[str]:
        """Those of the documents that the viewer may see as they are now."""
        organisations, desks = self._joined(rows)
        return {
            row.document_id
            for row in rows
            if audience_of(viewer, row, organisations, desks) is not None
        }

    def tallied(
        self, viewer: Viewer, query: DocumentFilter, by: Sequence[str]
    ) -> list[tuple[tuple[str | None, ...], int]]:
        """How many documents there are for each combination of columns `by`."""
        return self._selecting.tally(viewer, query, by)

    def reviewed_files(self, viewer: Viewer, sha256: str) -> list[str]:
        """The owners of the file, where it is a text before a body of the viewer."""
        return [
            row.org_bin
            for row in self._selecting.reviewed(viewer)
            if any(variant.sha256 == sha256 for variant in row.variants)
        ]

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
        self,
        viewer: Viewer,
        query: DocumentQuery,
        keep: Callable[[ApprovalStatus], bool],
    ) -> list[ApprovalStatus]:
        """One row more than the page holds."""
        order = ORDERS[query.order]
        select = self._selecting.of(viewer, query, order)
        after: tuple[Any, ...] | None = read_cursor(query.order, query.cursor)
        found: list[ApprovalStatus] = []
        while True:
            batch = select(after, query.limit + 1)
            found += [row for row in batch if keep(row)]
            if len(batch) <= query.limit or len(found) > query.limit:
                return found[: query.limit + 1]
            after = values_of(batch[-1], order)

    def _joined(
        self, rows: Sequence[ApprovalStatus]
    ) -> tuple[dict[Key, OrganisationRow], dict[Key, ReviewDesk]]:
        owners = sorted({row.org_bin for row in rows})
        documents = [(row.document_id,) for row in rows]
        return (
            self._views.load(ORG_DIRECTORY, [(owner,) for owner in owners]),
            self._views.load(REVIEW_DESK, documents),
        )

    def _history(self, document_id: str) -> tuple[ApprovalStage, ...]:
        rows: list[ApprovalStage] = []
        after: tuple[Scalar, ...] | None = None
        where = {"document_id": document_id}
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
        organisations: dict[Key, OrganisationRow],
        desks: dict[Key, ReviewDesk],
    ) -> DocumentAnswer | None:
        """The row with what is joined to it, less what the viewer may not see."""
        audience = audience_of(viewer, row, organisations, desks)
        if audience is None:
            return None
        organisation = organisations.get((row.org_bin,))
        today = local_day(self._clock())
        bodies = {body.body: body for body in row.route}
        columns: dict[str, Any] = {  # each of the type of its field
            **msgspec.structs.asdict(row),
            "audience": audience.name,
            "org_name_ru": organisation.name_ru if organisation else None,
            "org_name_kk": organisation.name_kk if organisation else None,
            "org_synthetic": is_synthetic(row.org_bin),
            "days_in_state": max(0, (today - local_day(row.state_since)).days),
            "missing_bodies": _bodies(bodies[one] for one in row.missing_bodies),
            "next_bodies": _bodies(bodies[one] for one in row.acting_bodies),
            "next_roles": row.approver_roles_allowed if row.state == READY else (),
        }
        shown = shown_to(DOCUMENT_COLUMNS, audience)
        return DocumentAnswer(
            **{name: columns[name] for name in shown if name in columns}
        )


def audience_of(
    viewer: Viewer,
    row: ApprovalStatus,
    organisations: dict[Key, OrganisationRow],
    desks: dict[Key, ReviewDesk],
) -> Audience | None:
    """How a viewer stands to a document; None: it is not for them.

    Where the document belongs is where its organisation is now.
    """
    if viewer.owns(row.org_bin):
        return Audience.OWN
    organisation = organisations.get((row.org_bin,))
    if viewer.supervises(organisation.kato if organisation else None, row.level):
        return Audience.SUPERVISOR
    desk = desks.get((row.document_id,))
    if desk is not None and viewer.organisation in desk.hosts:
        return Audience.REVIEWER
    return Audience.PUBLIC if row.state in PUBLIC_STATES else None


def stage_answer(
    stage: ApprovalStage, viewer: Viewer, audience: Audience
) -> StageAnswer:
    """What a body did, less what is not for the viewer."""
    is_own = bool(stage.body) and viewer.owns(owner_in(stage.body))
    shown = shown_to(STAGE_COLUMNS, Audience.OWN if is_own else audience)
    return StageAnswer(**{name: getattr(stage, name) for name in shown})


def _bodies(rows: Iterable[RouteBodyRow]) -> tuple[BodyAnswer, ...]:
    return tuple(
        BodyAnswer(
            body=row.body,
            kind=row.kind,
            owner=row.owner,
            needs=row.needs,
            stage_no=row.stage_no,
            name_ru=row.names.ru,
            name_kk=row.names.kk,
            conclusion=row.conclusion,
        )
        for row in rows
    )
