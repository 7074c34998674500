"""What became of a file: a report for each line, and the sum of them."""

from collections import Counter
from typing import Literal

from msgspec import Struct

from adapters.importing.kinds import Difference

Outcome = Literal["accepted", "unchanged", "differs", "refused"]


class LineReport(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one line.

    `accepted`: something was written for it; `unchanged`: all of it was there;
    `differs`: something else is there, and was left; `refused`: under `code` and
    `rule`, for the reason that `text` tells, at the command `command`. `key` is the
    natural key of a row, or the type and stream of a command.
    """

    line: int
    outcome: Outcome
    key: str | None = None
    code: str | None = None
    rule: str | None = None
    text: str | None = None
    command: str | None = None
    differences: tuple[Difference, ...] = ()


class Summary:
    """Counts what became of the lines."""

    def __init__(self) -> None:
        self.lines = 0
        self.outcomes: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()

    def add(self, report: LineReport) -> None:
        self.lines += 1
        self.outcomes[report.outcome] += 1
        if report.code is not None:
            self.codes[report.code] += 1

    @property
    def is_well(self) -> bool:
        return not self.outcomes["refused"] and not self.outcomes["differs"]
