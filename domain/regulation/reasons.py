"""The reasons that refusals carry, said in the languages of the catalogue."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


class Reason(Struct, frozen=True):
    """A reason as it stands in a refusal's context, `en`, and what others read.

    A placeholder, as `{field}`, stands for what varies and is told as it was given;
    `{what}` stands for another reason.
    """

    en: str
    ru: str
    kk: str


@cache
def reasons() -> tuple[Reason, ...]:
    """Every reason; of two that fit the one that comes first counts."""
    raw = (files("domain.regulation") / "reasons.json").read_bytes()
    return msgspec.json.decode(raw, type=tuple[Reason, ...])


def reason_in(language: str, text: str) -> str:
    """The reason in `language`; one that is not of the table stays as it is."""
    if language == "en":
        return text
    for reason, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            parts = found.groupdict()
            if "what" in parts:
                parts["what"] = reason_in(language, parts["what"])
            return _filled(reason.kk if language == "kk" else reason.ru, parts)
    return text


def _filled(template: str, parts: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda place: parts[place[1]], template)


@cache
def _patterns() -> tuple[tuple[Reason, re.Pattern[str]], ...]:
    return tuple((reason, _pattern(reason.en)) for reason in reasons())


def _pattern(template: str) -> re.Pattern[str]:
    pieces = _PLACEHOLDER.split(template)
    literal, names = pieces[::2], pieces[1::2]
    text = re.escape(literal[0])
    for name, following in zip(names, literal[1:], strict=True):
        text += f"(?P<{name}>.*?)" + re.escape(following)
    return re.compile(text, re.DOTALL)
