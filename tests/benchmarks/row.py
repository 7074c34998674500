"""One line of the table that `make bench` prints."""

from msgspec import Struct


class Row(Struct, frozen=True):
    """What was measured, and the baseline of the same run it is held against."""

    name: str
    value: float
    unit: str
    baseline: float
    ratio: float
    how: str
