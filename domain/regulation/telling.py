"""What happened, told in one line: templates and words in three languages."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct

from domain.decider import Event
from domain.identifiers import Names
from domain.regulation.pack import LANGUAGES, shown

_NESTED = {
    "spell": "",
    "votes": "",
    "approver": "approver_",
    "annulled_by": "annulled_by_",
}


class Told(Struct, frozen=True):
    """A text in the three languages of the catalogue."""

    ru: str
    kk: str
    en: str

    def in_language(self, language: str) -> str:
        return {"kk": self.kk, "en": self.en}.get(language, self.ru)


class Telling(Struct, frozen=True):
    """A template for each stored name of an event, and the words for its codes."""

    events: dict[str, Told]
    words: dict[str, Told]

    def word(self, code: str, language: str) -> str:
        """A code as a reader wants to see it; itself where no word is known."""
        return self.words[code].in_language(language) if code in self.words else code

    def of(self, event: Event, names: Mapping[str, Names], about: str) -> Told:
        """One line on an event; `names` are those of bodies, by stream.

        `about` is the stream of the body that the event concerns, where there is one.
        """
        fields = {"body": about, **fields_of(event)}
        template = self.events.get(event.tag)
        lines = {
            language: event.tag
            if template is None
            else self._filled(template.in_language(language), fields, names, language)
            for language in LANGUAGES
        }
        return Told(**lines)

    def _filled(
        self,
        text: str,
        fields: Mapping[str, Any],  # JSON-shaped values
        names: Mapping[str, Names],
        language: str,
    ) -> str:
        def word(value: object) -> str:
            if isinstance(value, list | tuple):
                return ", ".join(word(one) for one in value) or "-"
            if isinstance(value, bool):
                return self.word(str(value).lower(), language)
            if isinstance(value, str) and value in names:
                return names[value].in_language(language)
            if isinstance(value, str):
                return self.word(value, language) or "-"
            return shown(value, language)

        for name, value in fields.items():
            text = text.replace("{" + name + "}", word(value))
        return text


def fields_of(event: Event) -> dict[str, Any]:  # JSON-shaped values
    """The fields that a template may name; some inner ones with the name of theirs."""
    fields: dict[str, Any] = msgspec.to_builtins(event)
    for name, prefix in _NESTED.items():
        inner = fields.get(name)
        if isinstance(inner, dict):
            fields |= {prefix + key: value for key, value in inner.items()}
    if "dropped" in fields:
        bodies = (one["body"] for one in fields["dropped"])
        fields["dropped_bodies"] = [body for body in bodies if body]
    return fields


@cache
def telling() -> Telling:
    """The templates that ship with the program."""
    raw = (files("domain.regulation") / "telling.json").read_bytes()
    return msgspec.json.decode(raw, type=Telling)
