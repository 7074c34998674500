"""Who leads whose methodical work: the ladder of rules 5 and 22, as areas."""

from collections.abc import Sequence

from msgspec import Struct

REGION = "REGION"
RAION = "RAION"

_DIGITS = {REGION: 2, RAION: 4}
_NO_RAION = "00"


class SupervisionRow(Struct, frozen=True):
    """Organisations of these kinds and this tier lead these levels in their area.

    The tier is that of the organisation's KATO: a region, or a raion or city in it.
    """

    rule: str
    kinds: tuple[str, ...]
    tier: str
    levels: tuple[str, ...]


class Area(Struct, frozen=True):
    """Levels of education within a territory: the KATO codes that begin with `kato`."""

    rule: str
    kato: str
    levels: tuple[str, ...]

    def covers(self, kato: str, level: str) -> bool:
        return level in self.levels and kato.startswith(self.kato)


def tier_of(kato: str) -> str:
    """The third and fourth digit name a raion or city; without them it is a region."""
    return REGION if kato[2:4] == _NO_RAION else RAION


def areas_of(
    ladder: Sequence[SupervisionRow], kind: str, kato: str
) -> tuple[Area, ...]:
    """What an organisation of a kind and territory supervises; for most, nothing."""
    tier = tier_of(kato)
    return tuple(
        Area(row.rule, kato[: _DIGITS[tier]], row.levels)
        for row in ladder
        if kind in row.kinds and row.tier == tier
    )
