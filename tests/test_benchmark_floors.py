"""The table of benchmarks marks what falls short."""

import msgspec

from tests.benchmarks.row import Row
from tests.benchmarks.wanted import WANTED, verdict

COMMANDS = Row("commands_pg", 1000, "commands/s", 100, 10.0, "")
SHOWN = Row("visible_50_p50", 3.0, "ms", 1, 3.0, "")
STAFF = Row("staff", 1.3, "ms", 1, 1.3, "")


def test_a_ratio_is_held_to_its_floor_and_to_what_is_wanted() -> None:
    assert verdict(COMMANDS) == "yes"
    assert verdict(msgspec.structs.replace(COMMANDS, ratio=9.99)) == "short of 10"
    assert verdict(msgspec.structs.replace(COMMANDS, ratio=4.99)).startswith("BELOW")


def test_a_delay_is_held_to_milliseconds_whatever_its_ratio() -> None:
    assert verdict(SHOWN) == "yes"
    assert verdict(msgspec.structs.replace(SHOWN, value=3.01)) == "short of 3"
    assert verdict(msgspec.structs.replace(SHOWN, value=10.01)).startswith("BELOW")


def test_growth_may_not_pass_its_line() -> None:
    assert verdict(STAFF) == "yes"
    assert verdict(msgspec.structs.replace(STAFF, ratio=1.31)).startswith("BELOW")


def test_no_floor_is_beyond_what_is_wanted() -> None:
    for wanted in WANTED.values():
        assert wanted.reaches(wanted.goal, wanted.floor)
