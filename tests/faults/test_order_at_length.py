"""A hundred thousand events from eight processes, and not one out of order."""

import pytest

from tests.adapters.test_order_under_contention import (
    test_no_tailer_misses_or_misorders_an_event as in_order,
)
from tests.adapters.test_order_under_contention import (
    test_without_the_lock_tailers_do_miss_events as out_of_order,
)

EVENTS = 100_000
TAILERS = 3


@pytest.mark.faults
def test_no_tailer_misses_one_of_a_hundred_thousand(postgres_address: str) -> None:
    in_order(postgres_address, events=EVENTS, tailers=TAILERS)


@pytest.mark.faults
def test_without_the_lock_the_same_storm_is_out_of_order(postgres_address: str) -> None:
    out_of_order(postgres_address, events=EVENTS, tailers=TAILERS)
