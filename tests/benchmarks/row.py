"""One measured figure beside its baseline."""

from msgspec import Struct


class Row(Struct, frozen=True):
    """`ratio` is value to baseline, taken in the same run; `how` says what both did."""

    name: str
    value: float
    unit: str
    baseline: float
    ratio: float
    how: str
