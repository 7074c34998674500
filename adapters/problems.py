"""A refusal as its reader gets it: problem JSON (RFC 9457) in the asked language."""

import re
from typing import Any

from msgspec import Struct

from adapters.orders import Refused, refused
from domain.decider import Refusal
from domain.regulation.pack import LANGUAGES, CatalogueEntry, RulePack

CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 1

MAX_LANGUAGE_HEADER = 1_000

_RANGE = re.compile(r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)")
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
_IN_BRACKETS = re.compile(r" \[\{[a-z_]+\}\]")
_NAMED_AT_THE_END = re.compile(r": ?\{[a-z_]+\}(?=\.|$)")
_NEXT_SENTENCE = re.compile(r"(?<=\.) (?=[^\W\d_a-zа-я]|`)")


class Problem(Struct, frozen=True, kw_only=True):
    """Why nothing was done; `rule` is null where no rule of the order speaks.

    `type` leads to the entry of the catalogue, `context` holds what explains it.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    rule: str | None
    rule_pack: str
    context: dict[str, Any]  # JSON-shaped values
    command_id: str | None


def problem(refusal: Refused, pack: RulePack, language: str) -> Problem:
    """The problem that a refusal is, told in `language`."""
    entry = pack.errors[refusal.code]
    return Problem(
        type=address_of(refusal.code),
        title=title_of(entry, language),
        status=refusal.status,
        detail=entry.text(language, refusal.context),
        code=refusal.code,
        rule=refusal.rule,
        rule_pack=refusal.rule_pack,
        context=refusal.context,
        command_id=refusal.command_id or None,
    )


def problem_of(refusal: Refusal, pack: RulePack, language: str) -> Problem:
    """The same for a refusal at the door, before any command could be read."""
    return problem(refused(pack, refusal), pack, language)


def address_of(code: str) -> str:
    return f"/v1/errors/{code}"


def title_of(entry: CatalogueEntry, language: str) -> str:
    """The first sentence of a code without its context: always the same."""
    sentence = _NEXT_SENTENCE.split(entry.text(language, {}))[0]
    sentence = _IN_BRACKETS.sub("", sentence)
    return _PLACEHOLDER.sub("…", _NAMED_AT_THE_END.sub("", sentence))


def language_of(accept_language: str | None, default: str = "ru") -> str:
    """The language of the catalogue that `Accept-Language` likes best.

    A range that fits no language counts for nothing; q=0 rules a language out.
    """
    wishes = _wishes(accept_language or "")
    if not wishes:
        return default
    others = wishes.get("*", 0.0)
    liked = {language: wishes.get(language, others) for language in LANGUAGES}
    # Among equals the one named first, then the default.
    named = [*wishes, default, *LANGUAGES]
    best = max(LANGUAGES, key=lambda one: (liked[one], -named.index(one)))
    return best if liked[best] > 0 else default


def _wishes(header: str) -> dict[str, float]:
    """Quality by primary language, in the order of the header."""
    wishes: dict[str, float] = {}
    for item in header[:MAX_LANGUAGE_HEADER].split(","):
        wanted, *parameters = (part.strip() for part in item.split(";"))
        if not _RANGE.fullmatch(wanted):
            continue
        primary = wanted.partition("-")[0].lower()
        quality = _quality(parameters)
        if quality is not None:
            wishes[primary] = max(wishes.get(primary, 0.0), quality)
    return wishes


def _quality(parameters: list[str]) -> float | None:
    """The weight of a range: 1 where none is given, None where it is no weight."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            value = value.strip()
            return float(value) if _QUALITY.fullmatch(value) else None
    return 1.0
