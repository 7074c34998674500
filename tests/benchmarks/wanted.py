"""What each row must reach, and what we want of it."""

from typing import Literal, NamedTuple

from tests.benchmarks.row import Row


class Wanted(NamedTuple):
    """`floor` must be reached, `goal` is wanted; both of one field of the row."""

    field: Literal["value", "ratio"]
    is_least: bool
    floor: float
    goal: float

    def reaches(self, figure: float, line: float) -> bool:
        return figure >= line if self.is_least else figure <= line


WANTED = {
    "commands_sqlite": Wanted("ratio", True, 3, 6),
    "commands_pg": Wanted("ratio", True, 5, 10),
    "relay": Wanted("ratio", True, 1.2, 1.6),
    "projection": Wanted("ratio", True, 0.3, 0.6),
    "rebuild": Wanted("ratio", True, 0.4, 0.8),
    "rebuild_sqlite": Wanted("ratio", True, 0.4, 0.8),
    "visible_50_p50": Wanted("value", False, 10, 3),
    "visible_300_p50": Wanted("value", False, 10, 3),
    "visible_50_p99": Wanted("value", False, float("inf"), 8),
    "visible_300_p99": Wanted("value", False, float("inf"), 8),
    "growth_rebuild_100k": Wanted("ratio", False, 1.3, 1.3),
    "growth_command_100k": Wanted("ratio", False, 1.3, 1.3),
    "growth_rebuild_1m": Wanted("ratio", False, 1.3, 1.3),
    "growth_command_1m": Wanted("ratio", False, 1.3, 1.3),
    "staff": Wanted("ratio", False, 1.3, 1.3),
}


def verdict(row: Row) -> str:
    """Whether a row reaches what is wanted, in a few words for the table."""
    wanted = WANTED[row.name]
    figure = row.value if wanted.field == "value" else row.ratio
    if not wanted.reaches(figure, wanted.floor):
        return f"BELOW THE FLOOR {wanted.floor:g}"
    if not wanted.reaches(figure, wanted.goal):
        return f"short of {wanted.goal:g}"
    return "yes"
