"""The territories: which region and raion codes are known, and as of when."""

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from domain.identifiers import Kato


class Territory(Struct, frozen=True):
    """A region or raion of the classifier; raions are known by their Russian name."""

    code: Kato
    kind: str
    ru: str
    kk: str | None = None
    en: str | None = None


class Classifier(Struct, frozen=True):
    """One edition of the classifier, with the day it was taken."""

    as_of: str
    source: str
    regions: tuple[Territory, ...]
    raions: tuple[Territory, ...]


@cache
def classifier() -> Classifier:
    """The edition that ships."""
    raw = (files("domain.regulation") / "kato.json").read_bytes()
    return msgspec.json.decode(raw, type=Classifier)


@cache
def _region_prefixes() -> frozenset[str]:
    return frozenset(region.code[:2] for region in classifier().regions)


def is_known(kato: str) -> bool:
    """Tell whether the first two digits of a 9-digit code name a region."""
    return kato[:2] in _region_prefixes()


def subject_tokens(kato: str) -> tuple[str, str]:
    """Region and raion tokens of a subject: `75`, `7513`; no raion gives `7500`."""
    return kato[:2], kato[:4]
