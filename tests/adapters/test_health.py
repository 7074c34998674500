"""What is not well is told apart, whoever tells it."""

import time

import msgspec
import pytest

from adapters.health import own_health, policies_part, seen_health
from adapters.http_routes.doors import Health
from adapters.jetstream.policies import PolicyStatus
from adapters.jetstream.projector import (
    BEHIND_EVENTS,
    STALE_SECONDS,
    ProjectorState,
    ProjectorStatus,
    ViewStatus,
)
from adapters.jetstream.relay import RelayState, RelayStatus
from adapters.policy_notes import PolicyNote
from adapters.watch import Seen

MANY = BEHIND_EVENTS + 10


def relay(state: RelayState = "waiting", published: int = 10) -> RelayStatus:
    return RelayStatus(state, published, 10, 0, None)


def projector(
    state: ProjectorState = "waiting", parked: tuple[str, ...] = ()
) -> ProjectorStatus:
    return ProjectorStatus(
        state, (ViewStatus(name="v", position=10, parked=parked),), 0, None
    )


def policy(
    lag: int = 0, waits_for: str | None = None, moved_at: float = 0.0
) -> PolicyStatus:
    return PolicyStatus(10 - lag, lag, waits_for, moved_at)


def words(health: Health) -> tuple[str, str, str, str, str]:
    parts = (health.store, health.bus, health.relay, health.views)
    store, bus, relaying, views = (part.state for part in parts)
    return health.status, store, bus, relaying, views


OWN = {
    "all well": (
        own_health(10, relay(), projector(), [policy()]),
        ("ready", "up", "up", "waiting", "waiting"),
    ),
    "store down": (
        own_health(None, relay(), projector(), [policy()]),
        ("down", "down", "up", "waiting", "waiting"),
    ),
    "bus down": (
        own_health(10, relay("bus-down"), projector("bus-down"), [policy()]),
        ("degraded", "up", "down", "bus-down", "bus-down"),
    ),
    "foreign message": (
        own_health(10, relay("bus-foreign"), projector(), [policy()]),
        ("degraded", "up", "foreign", "bus-foreign", "waiting"),
    ),
    "relay behind": (
        own_health(10 + MANY, relay("running"), projector(), [policy()]),
        ("degraded", "up", "up", "relay-behind", "waiting"),
    ),
    "relay stuck": (
        own_health(11, relay("running"), projector(), [policy()], relay_is_stuck=True),
        ("degraded", "up", "up", "stale", "waiting"),
    ),
    "another relay acts": (
        own_health(10, relay("standing-by"), projector(), [policy()]),
        ("ready", "up", "up", "standing-by", "waiting"),
    ),
    "view behind": (
        own_health(10, relay(), projector("view-behind"), [policy()]),
        ("degraded", "up", "up", "waiting", "view-behind"),
    ),
    "view stale": (
        own_health(10, relay(), projector("stale"), [policy()]),
        ("degraded", "up", "up", "waiting", "stale"),
    ),
    "a stream parked": (
        own_health(10, relay(), projector(parked=("council/1",)), [policy()]),
        ("degraded", "up", "up", "waiting", "parked"),
    ),
}


@pytest.mark.parametrize("trouble", OWN)
def test_a_node_tells_its_own_troubles_apart(trouble: str) -> None:
    health, told = OWN[trouble]
    assert words(health) == told


NOW = time.monotonic()
LONG_AGO = NOW - STALE_SECONDS - 60
WELL = Seen(
    logged=10,
    streamed=10,
    shown=10,
    policies=PolicyNote(10),
    stream_moved_at=NOW,
    views_moved_at=NOW + 3600,
    policies_moved_at=NOW + 3600,
)
SEEN: dict[str, tuple[dict[str, object], tuple[str, ...]]] = {
    "all well": ({}, ("ready", "up", "up", "waiting", "waiting")),
    "store down": (
        {"logged": None, "shown": None},
        ("down", "down", "up", "waiting", "store-down"),
    ),
    "bus down": (
        {"streamed": None},
        ("degraded", "up", "down", "bus-down", "waiting"),
    ),
    "foreign message": (
        {"streamed": 11, "shown": 11},
        ("degraded", "up", "foreign", "bus-foreign", "waiting"),
    ),
    "relay behind": (
        {"logged": 10 + MANY, "stream_moved_at": NOW + 3600},
        ("degraded", "up", "up", "relay-behind", "waiting"),
    ),
    "relay stale": (
        {"logged": 11, "stream_moved_at": LONG_AGO},
        ("degraded", "up", "up", "stale", "waiting"),
    ),
    "view behind": (
        {"logged": MANY + 10, "streamed": MANY + 10},
        ("degraded", "up", "up", "waiting", "view-behind"),
    ),
    "view stale": (
        {"shown": 9, "views_moved_at": LONG_AGO},
        ("degraded", "up", "up", "waiting", "stale"),
    ),
    "a stream parked": (
        {"parked": 1},
        ("degraded", "up", "up", "waiting", "parked"),
    ),
}


@pytest.mark.parametrize("trouble", SEEN)
def test_an_api_tells_apart_what_it_sees(trouble: str) -> None:
    changes, told = SEEN[trouble]
    assert words(seen_health(msgspec.structs.replace(WELL, **changes))) == told


POLICIES: dict[str, tuple[PolicyStatus | None, tuple[str, bool, str | None]]] = {
    "nothing to do": (policy(waits_for="view-behind"), ("waiting", True, None)),
    "at work": (policy(1, None, NOW), ("running", True, None)),
    "views behind": (policy(1, "view-behind", NOW), ("running", True, "view-behind")),
    "stuck": (policy(1, "view-parked", LONG_AGO), ("stale", False, "view-parked")),
    "far behind": (policy(MANY, None, NOW), ("policies-behind", False, None)),
    "no bus": (policy(0, "bus-down", NOW), ("bus-down", False, None)),
    "no store": (None, ("store-down", False, None)),
}


@pytest.mark.parametrize("trouble", POLICIES)
def test_a_policy_tells_what_it_waits_for(trouble: str) -> None:
    status, told = POLICIES[trouble]
    part = policies_part(status, NOW)
    assert (part.state, part.is_well, part.waits_for) == told


def test_a_policy_that_nobody_runs_is_seen() -> None:
    never = msgspec.structs.replace(
        WELL, policies=PolicyNote(), policies_moved_at=LONG_AGO
    )
    health = seen_health(never)
    assert (health.status, health.policies.state) == ("degraded", "stale")
    assert (health.policies.position, health.policies.lag) == (0, 10)
