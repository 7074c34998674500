"""The killed node again and again, each round on a folder of its own."""

from pathlib import Path

import pytest

from tests.acceptance.test_killed_node import (
    test_a_node_and_its_bus_killed_under_load_lose_and_double_nothing as one_round,
)


@pytest.mark.faults
@pytest.mark.parametrize("round_number", range(10))
def test_no_round_of_kills_loses_or_doubles(tmp_path: Path, round_number: int) -> None:
    one_round(tmp_path / str(round_number))
