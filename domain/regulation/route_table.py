"""The route table: one row for every profile, kind of document and level.

It is written down compactly: what the rules ask once, and by profile what differs.
"""

from collections.abc import Iterator
from itertools import product

import msgspec
from msgspec import Struct

POSITIVE_NEEDED = "POSITIVE"
CONSIDERED_NEEDED = "CONSIDERED"
"""Any conclusion but RETURN will do: the body has considered the document."""


class StageRow(Struct, frozen=True):
    """One stage: which kinds of body, when such a body applies, what it must say.

    `needs` is POSITIVE (a negative conclusion returns the document) or CONSIDERED.
    """

    stage: int
    body_kinds: tuple[str, ...]
    required_when: str
    needs: str = POSITIVE_NEEDED


class RouteRow(Struct, frozen=True):
    """The route of one kind of document at one level under one profile.

    `charter_clause` names the clause of a charter that may say who approves: it
    narrows `approvers` (A10), or replaces them (rule 11).
    """

    profile: str
    kind: str
    level: str
    rule: str
    author: str
    basis: tuple[str, ...]
    stages: tuple[StageRow, ...]
    min_bodies: int
    min_councils: int
    approvers: tuple[str, ...]
    charter_clause: str | None = None
    charter_replaces: bool = False

    def approvers_under(self, named: tuple[str, ...]) -> tuple[str, ...]:
        """Who approves where the clause of the charter names these, none if silent."""
        if not named:
            return self.approvers
        if self.charter_replaces:
            return named
        return tuple(role for role in self.approvers if role in named)


class StageByLevel(Struct, frozen=True, forbid_unknown_fields=True):
    """A stage of the order: the kinds of body by level of education."""

    stage: int
    required_when: str
    body_kinds: dict[str, tuple[str, ...]]


class RuleOfRoute(Struct, frozen=True, forbid_unknown_fields=True):
    """What one rule of the order asks for its kinds of document, at every level."""

    rule: str
    kinds: tuple[str, ...]
    author: str
    basis: tuple[str, ...]
    stages: tuple[int, ...]
    min_bodies: int
    min_councils: int
    approvers: tuple[str, ...]
    charter_clause: str | None = None
    charter_replaces: bool = False


class Difference(Struct, frozen=True, forbid_unknown_fields=True):
    """How a profile reads a rule: other stages, other approvers, what need be said."""

    stages: tuple[int, ...] | None = None
    approvers: tuple[str, ...] | None = None
    considered_stages: tuple[int, ...] = ()


class RouteTable(Struct, frozen=True, forbid_unknown_fields=True):
    """The file `routes.json` of a rule pack; profiles list what differs, by rule."""

    stages: tuple[StageByLevel, ...]
    rules: tuple[RuleOfRoute, ...]
    profiles: dict[str, dict[str, Difference]]

    def rows(self, levels: tuple[str, ...]) -> Iterator[RouteRow]:
        """Every row, written out."""
        for profile, rule in product(self.profiles, self.rules):
            difference = self.profiles[profile].get(rule.rule, Difference())
            for kind, level in product(rule.kinds, levels):
                yield self._row(profile, rule, difference, kind, level)

    def _row(
        self,
        profile: str,
        rule: RuleOfRoute,
        difference: Difference,
        kind: str,
        level: str,
    ) -> RouteRow:
        numbers = rule.stages if difference.stages is None else difference.stages
        considered = difference.considered_stages
        return RouteRow(
            profile=profile,
            kind=kind,
            level=level,
            rule=rule.rule,
            author=rule.author,
            basis=rule.basis,
            stages=tuple(
                StageRow(
                    stage.stage,
                    stage.body_kinds[level],
                    stage.required_when,
                    CONSIDERED_NEEDED if stage.stage in considered else POSITIVE_NEEDED,
                )
                for stage in self.stages
                if stage.stage in numbers and level in stage.body_kinds
            ),
            min_bodies=rule.min_bodies,
            min_councils=rule.min_councils,
            approvers=difference.approvers or rule.approvers,
            charter_clause=rule.charter_clause,
            charter_replaces=rule.charter_replaces,
        )


def route_rows(table: bytes, levels: tuple[str, ...]) -> tuple[RouteRow, ...]:
    """The rows of a route table in JSON; ValidationError where it is none."""
    return tuple(msgspec.json.decode(table, type=RouteTable).rows(levels))
