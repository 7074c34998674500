"""Roles in processes of their own on PostgreSQL: nothing is lost, nothing doubled."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.roles import NodeInRoles
from tests.faults.storm import SEED, Tally, weather
from tests.postgres_server import PostgresServer

ROUNDS = 6
LONGEST, OUTAGE = 15.0, 30.0
SHORT = 3.0

PARTS = ("api", "relay", "project", "nats", "PostgreSQL")
ROUND = {
    **dict.fromkeys((f"{part} killed" for part in PARTS), 2),
    **dict.fromkeys((f"{part} frozen" for part in PARTS), 1),
    **dict.fromkeys(("nats down", "PostgreSQL down", "JetStream full"), 1),
    "project woken and killed": 4,
}
TENTH = {
    **dict.fromkeys((f"{part} killed" for part in PARTS), 1),
    **dict.fromkeys(("relay frozen", "PostgreSQL frozen"), 1),
    **dict.fromkeys(("nats down", "PostgreSQL down", "JetStream full"), 1),
    "project woken and killed": 2,
}


def storm(
    folder: Path,
    postgres: PostgresServer,
    rounds: int,
    plan: Mapping[str, int],
    longest: float,
    outage: float,
) -> Tally:
    tally = Tally("PostgreSQL, roles and bus in processes of their own")
    for number in range(rounds):
        node = NodeInRoles(folder / f"round-{number}", postgres, longest, outage)
        try:
            node.start()
            weather(node, plan, SEED + number, tally)
        finally:
            node.end()
    tally.show()
    return tally


def test_a_tenth_of_the_storm_loses_and_doubles_nothing(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    faults = storm(tmp_path, postgres, 1, TENTH, SHORT, SHORT).faults
    assert faults == sum(TENTH.values())


@pytest.mark.faults
def test_the_storm_loses_and_doubles_nothing(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    assert storm(tmp_path, postgres, ROUNDS, ROUND, LONGEST, OUTAGE).faults >= 100
