"""How many documents there are of a kind, and what an auditor looks at first."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.queries import Queries
from adapters.selecting import PUBLIC_STATES, Views
from adapters.viewing import Viewer
from adapters.work_answers import (
    ApprovalGroup,
    AuditSummary,
    RuleRefusals,
    Tally,
    TallyQuery,
    TallyRow,
)
from domain.decider import Refusal
from domain.regulation.pack import RulePack
from projections.approval_status import APPROVAL_STATUS
from projections.org_directory import ORG_DIRECTORY

TALLIED = {
    "organisation": "org_bin",
    "region": "org_bin",
    "level": "level",
    "kind": "kind",
    "state": "state",
    "profile": "route_profile",
    "approver": "approved_by_role",
}


class Counting:
    """Counts documents by what they have in common, within what one may see."""

    def __init__(
        self,
        queries: Queries,
        views: Views,
        pack: RulePack,
        refusals: Callable[[], Mapping[str, int]],
    ) -> None:
        self._queries = queries
        self._views = views
        self._pack = pack
        self._refusals = refusals

    def tally(self, viewer: Viewer, query: TallyQuery) -> Tally:
        """Counts of documents by what they have in common."""
        by = tuple(dict.fromkeys(query.by.split(",")))
        unknown = [name for name in by if name not in TALLIED]
        if unknown:
            raise Refusal("QUERY-MALFORMED", reason=f"by: unknown {unknown[0]}")
        columns = [TALLIED[name] for name in by]
        counts: dict[tuple[str | None, ...], int] = {}
        found = self._queries.tallied(viewer, query, columns)
        regions = self._regions(found, by)
        for values, count in found:
            shown = tuple(
                regions.get(value or "") if name == "region" else value
                for name, value in zip(by, values, strict=True)
            )
            counts[shown] = counts.get(shown, 0) + count
        rows: list[dict[str, Any]] = [  # each of the type of its field
            {**dict(zip(by, values, strict=True)), "count": count}
            for values, count in counts.items()
        ]
        return Tally(by=by, items=tuple(TallyRow(**row) for row in rows))

    def summary(self) -> AuditSummary:
        """Approvals held against the rule pack, and refusals by rule."""
        # What was approved on paper before the register took no route here.
        states: dict[str, Any] = {"state": PUBLIC_STATES, "carried_over": False}
        columns = ("route_profile", "kind", "level", "approved_by_role")
        groups = [
            ApprovalGroup(
                profile=profile,
                kind=kind or "",
                level=level or "",
                approver=role,
                count=count,
                is_allowed=self._may_approve(profile, kind, level, role),
            )
            for (profile, kind, level, role), count in self._views.tally(
                APPROVAL_STATUS, columns, states
            )
        ]
        reviewed = self._views.tally(
            APPROVAL_STATUS, ("state",), {**states, "self_review_flag": True}
        )
        refused = sorted(self._refusals().items())
        return AuditSummary(
            wrong_role=sum(one.count for one in groups if not one.is_allowed),
            self_reviewed=sum(count for _, count in reviewed),
            approvals=tuple(groups),
            refusals=tuple(
                RuleRefusals(code=code, rule=self._pack.errors[code].rule, count=count)
                for code, count in refused
            ),
        )

    def _regions(
        self, found: Sequence[tuple[tuple[str | None, ...], int]], by: Sequence[str]
    ) -> dict[str, str]:
        """The region of each organisation counted, as it is now."""
        if "region" not in by:
            return {}
        place = by.index("region")
        owners = sorted({values[place] or "" for values, _ in found})
        rows = self._views.load(ORG_DIRECTORY, [(owner,) for owner in owners])
        return {row.bin: row.region_kato for row in rows.values()}

    def _may_approve(
        self, profile: str | None, kind: str | None, level: str | None, role: str | None
    ) -> bool:
        profile = profile or self._pack.default_profile
        row = self._pack.route_row(kind or "", level or "", profile)
        return row is not None and role in row.approvers
