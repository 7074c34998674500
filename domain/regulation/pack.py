"""A rule pack: one regulation as data, with its texts, routes, roles and minima."""

from collections.abc import Collection
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Protocol

import msgspec
from msgspec import Meta, Struct

from domain.decider import Event
from domain.identifiers import Names, Title
from domain.regulation.reasons import reason_in
from domain.regulation.route_table import RouteRow, route_rows
from domain.regulation.supervision import SupervisionRow

LANGUAGES = ("ru", "kk", "en")
DEFAULT_PACK = "kz-583-2007"


class CatalogueEntry(Struct, frozen=True):
    """A reason for refusal: code, rule (None where no rule speaks), status, texts."""

    code: str
    rule: str | None
    status: int
    en: str
    ru: str
    kk: str

    def text(self, language: str, context: "dict[str, Any]") -> str:
        """The sentence in `language`, its placeholders filled from `context`."""
        template = {"ru": self.ru, "kk": self.kk, "en": self.en}.get(language, self.ru)
        for name, value in context.items():
            text = shown(value, language)
            if name == "reason":
                text = reason_in(language, text)
            template = template.replace("{" + name + "}", text)
        return template


def shown(value: object, language: str) -> str:
    """A value of a refusal's context as a reader of `language` wants to see it."""
    if isinstance(value, Names):
        return value.in_language(language)
    if isinstance(value, dict) and "ru" in value:
        return str(value.get(language) or value["ru"])
    if isinstance(value, list | tuple):
        return ", ".join(shown(one, language) for one in value) or "-"
    return "-" if value is None else str(value)


Share = tuple[Annotated[int, Meta(ge=0, le=1000)], Annotated[int, Meta(ge=1, le=1000)]]
"""A fraction that must be exceeded: numerator and denominator."""


class QuorumRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Quorum: present exceed n/d of the members in office; majority: of the entitled.

    `regulation` names the text that says so: the body's own, or the default (A28).
    """

    regulation: Title
    quorum: Share
    majority: Share
    recused_count_as_present: bool = True

    @property
    def can_be_met(self) -> bool:
        """Everybody together exceed both shares, as more than 1/1 never can be."""
        return all(share[0] < share[1] for share in (self.quorum, self.majority))


class OfOrganisation(Protocol):
    """Somebody of an organisation."""

    @property
    def organisation(self) -> str: ...


class ReviewBodyRule(Struct, frozen=True):
    """What rule 16 and 17 ask of a commission or department.

    At least `minimum` members, from at least so many `organisations`.
    """

    levels: tuple[str, ...]
    minimum: int
    regulation: bool
    led_by: str
    organisations: int = 1

    def is_met_by(self, members: Collection[OfOrganisation]) -> bool:
        organisations = {member.organisation for member in members}
        return len(members) >= self.minimum and len(organisations) >= self.organisations


class LeaderRule(Struct, frozen=True):
    """Who may choose the leader of an association, and for how long (rule 30)."""

    elected: bool
    appointed_by: tuple[str, ...]
    term_months: int


class AssociationRule(Struct, frozen=True):
    """What rules 24 to 30 ask of a kind of association.

    `categories` tells by which code of their appointments the members of a category
    are counted; None is the subject that the association names (A16). `body_kind` is
    what it is among the bodies that review documents.
    """

    levels: tuple[str, ...]
    minimum: int
    categories: dict[str, str | None]
    leader: LeaderRule
    body_kind: str


class EventRule(Struct, frozen=True):
    """The rule that an event carries out, where its fields say what `where` says."""

    rule: str
    where: dict[str, str] = {}

    def speaks_of(self, event: Event) -> bool:
        return all(getattr(event, name) == value for name, value in self.where.items())


class Rule(Struct, frozen=True):
    """A rule of the order in words of our own: what it is about, and what it asks."""

    number: str
    title: Names
    summary: Names


class RulePack(Struct, frozen=True):
    """One regulation. Nothing of it stands in code."""

    id: str
    title: Names
    legal_basis: str
    repeals: str
    default_profile: str
    default_language: str
    levels: tuple[str, ...]
    levels_by_organisation_kind: dict[str, tuple[str, ...]]
    required_level_by_organisation_kind: dict[str, str]
    unit_kinds: tuple[str, ...]
    unit_kinds_without_regulation: tuple[str, ...]
    default_regulation_approvers: tuple[str, ...]
    review_bodies: dict[str, ReviewBodyRule]
    association_kinds: dict[str, AssociationRule]
    counted_posts: tuple[str, ...]
    external_categories: tuple[str, ...]
    pedagogical_posts: tuple[str, ...]
    unit_kinds_of_methodists: tuple[str, ...]
    acting_posts: tuple[str, ...]
    direct_leadership_post: str
    approving_posts: tuple[str, ...]
    document_leaders: tuple[str, ...]
    drafting_posts: tuple[str, ...]
    council_levels_needing_distinct_scope: tuple[str, ...]
    default_quorum: QuorumRule
    supervision: tuple[SupervisionRow, ...]
    event_rules: dict[str, tuple[EventRule, ...]]
    roles: dict[str, tuple[str, ...]]
    routes: tuple[RouteRow, ...]
    errors: dict[str, CatalogueEntry]
    rules: dict[str, Rule] = {}

    def route_row(self, kind: str, level: str, profile: str) -> RouteRow | None:
        """The row of the route table, or None where the kind has none at the level."""
        for row in self.routes:
            if row.kind == kind and row.level == level and row.profile == profile:
                return row
        return None

    def rule_of_event(self, event: Event) -> str | None:
        """The rule that an event carries out, None where no rule speaks of it.

        What is said of the event itself comes before what is said of its aggregate.
        """
        name = event.tag.rpartition(".")[0]
        for key in (name, name.partition(".")[0]):
            for row in self.event_rules.get(key, ()):
                if row.speaks_of(event):
                    return row.rule
        return None

    def document_kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.kind for row in self.routes))

    def profiles(self) -> tuple[str, ...]:
        """The ways in which the order may be read, each with rows of its own."""
        return tuple(dict.fromkeys(row.profile for row in self.routes))


def build_pack(
    header: bytes,
    roles: bytes,
    routes: bytes,
    errors: bytes,
    common_errors: bytes,
    rules: bytes = b"[]",
) -> RulePack:
    """Read a pack from its JSON files; the common errors belong to every pack."""
    catalogue = [
        *msgspec.json.decode(errors, type=list[CatalogueEntry]),
        *msgspec.json.decode(common_errors, type=list[CatalogueEntry]),
    ]
    document = msgspec.json.decode(header)
    document["roles"] = msgspec.json.decode(roles)
    document["routes"] = route_rows(routes, tuple(document["levels"]))
    document["rules"] = {
        rule.number: msgspec.to_builtins(rule)
        for rule in msgspec.json.decode(rules, type=list[Rule])
    }
    document["errors"] = {entry.code: msgspec.to_builtins(entry) for entry in catalogue}
    return msgspec.convert(document, RulePack)


@cache
def rule_pack(pack_id: str = DEFAULT_PACK) -> RulePack:
    """The pack that ships under `pack_id`; KeyError where there is none."""
    root = files("domain.regulation")
    folder = root / pack_id.replace("-", "_")
    if not folder.is_dir():
        raise KeyError(pack_id)
    return build_pack(
        (folder / "pack.json").read_bytes(),
        (folder / "roles.json").read_bytes(),
        (folder / "routes.json").read_bytes(),
        (folder / "errors.json").read_bytes(),
        (root / "errors.json").read_bytes(),
        (folder / "rules.json").read_bytes(),
    )
