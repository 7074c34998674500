"""One process on SQLite and its nats-server: nothing they suffer loses or doubles."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.sqlite_node import SqliteNode
from tests.faults.storm import SEED, Tally, weather

ROUNDS = 6
LONGEST, SHORT = 15.0, 3.0

ROUND = {
    "node killed": 5,
    "node killed in its start": 2,
    "nats-server killed": 5,
    "node frozen": 1,
    "nats-server frozen": 1,
    "disk full for the node": 1,
    "disk full for nats-server": 1,
    "disk full for both": 1,
}
TENTH = {**dict.fromkeys(ROUND, 1), "node killed": 2, "nats-server killed": 2}


def storm(folder: Path, rounds: int, plan: Mapping[str, int], longest: float) -> Tally:
    tally = Tally("SQLite, one process and its nats-server")
    for number in range(rounds):
        node = SqliteNode(folder / f"round-{number}", longest)
        try:
            node.start()
            weather(node, plan, SEED + number, tally)
        finally:
            node.end()
    tally.show()
    return tally


def test_a_tenth_of_the_storm_loses_and_doubles_nothing(tmp_path: Path) -> None:
    assert storm(tmp_path, 1, TENTH, SHORT).faults == sum(TENTH.values())


@pytest.mark.faults
def test_the_storm_loses_and_doubles_nothing(tmp_path: Path) -> None:
    assert storm(tmp_path, ROUNDS, ROUND, LONGEST).faults >= 100
