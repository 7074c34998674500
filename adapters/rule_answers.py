"""A rule of the order as its reader gets it: its words, and what it shapes here."""

import re

from msgspec import Struct

from domain.decider import Refusal
from domain.messages import COMMANDS
from domain.regulation.pack import CatalogueEntry, Rule, RulePack

_CITED = re.compile(r"\brules? ([0-9]+(?:(?:, | and )[0-9]+)*)|\(([0-9]+)\)")
_NUMBER = re.compile(r"[0-9]+")
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")


class RuleItem(Struct, frozen=True, kw_only=True):
    """A rule in words of our own, and the codes of the refusals that cite it."""

    number: str
    title: str
    summary: str
    codes: tuple[str, ...]


class RuleList(Struct, frozen=True, kw_only=True):
    """Every rule of the order, in one language."""

    rule_pack: str
    language: str
    items: tuple[RuleItem, ...]


class RuleRoute(Struct, frozen=True, kw_only=True):
    """The route that the rule lays down for a kind of document at a level.

    `bodies` are the kinds of bodies stage by stage, `approvers` who may approve.
    """

    profile: str
    kind: str
    level: str
    author: str
    basis: tuple[str, ...]
    bodies: tuple[tuple[str, ...], ...]
    approvers: tuple[str, ...]


class RuledCommand(Struct, frozen=True, kw_only=True):
    """A command whose description cites the rule, and which roles may give it."""

    type: str
    roles: tuple[str, ...]


class RuleRefusal(Struct, frozen=True, kw_only=True):
    """A refusal that cites the rule; `…` stands for what its context fills in."""

    code: str
    status: int
    text: str


class RuleAnswer(Struct, frozen=True, kw_only=True):
    """One rule whole, in one language."""

    rule_pack: str
    language: str
    number: str
    title: str
    summary: str
    routes: tuple[RuleRoute, ...]
    commands: tuple[RuledCommand, ...]
    refusals: tuple[RuleRefusal, ...]


def rule_list(pack: RulePack, language: str) -> RuleList:
    """Every rule, in the order of the order."""
    items = tuple(
        RuleItem(
            number=rule.number,
            title=rule.title.in_language(language),
            summary=rule.summary.in_language(language),
            codes=tuple(entry.code for entry in refusals_of(pack, rule)),
        )
        for rule in pack.rules.values()
    )
    return RuleList(rule_pack=pack.id, language=language, items=items)


def rule_answer(pack: RulePack, number: str, language: str) -> RuleAnswer:
    """One rule; RULE-UNKNOWN says which there are."""
    rule = pack.rules.get(number)
    if rule is None:
        known = list(pack.rules) or ["-"]
        raise Refusal(
            "RULE-UNKNOWN", number=number[:20], first=known[0], last=known[-1]
        )
    return RuleAnswer(
        rule_pack=pack.id,
        language=language,
        number=rule.number,
        title=rule.title.in_language(language),
        summary=rule.summary.in_language(language),
        routes=tuple(
            RuleRoute(
                profile=row.profile,
                kind=row.kind,
                level=row.level,
                author=row.author,
                basis=row.basis,
                bodies=tuple(stage.body_kinds for stage in row.stages),
                approvers=row.approvers,
            )
            for row in pack.routes
            if row.rule == rule.number
        ),
        commands=tuple(
            RuledCommand(type=tag, roles=pack.roles[tag])
            for tag in COMMANDS
            if rule.number in rules_cited_by(tag)
        ),
        refusals=tuple(
            RuleRefusal(
                code=entry.code,
                status=entry.status,
                text=_PLACEHOLDER.sub("…", entry.text(language, {})),
            )
            for entry in refusals_of(pack, rule)
        ),
    )


def refusals_of(pack: RulePack, rule: Rule) -> list[CatalogueEntry]:
    return [entry for entry in pack.errors.values() if entry.rule == rule.number]


def rules_cited_by(tag: str) -> set[str]:
    """The numbers of the rules that a command's description cites."""
    cited = _CITED.findall(COMMANDS[tag].__doc__ or "")
    return {number for one in cited for number in _NUMBER.findall(" ".join(one))}
