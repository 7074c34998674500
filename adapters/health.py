"""What is well and what is not, told apart, from what each part says of itself."""

import time
from collections.abc import Sequence

from adapters.http_routes.doors import Health, Part
from adapters.jetstream.policies import PolicyStatus
from adapters.jetstream.projector import (
    BEHIND_EVENTS,
    STALE_SECONDS,
    ProjectorStatus,
)
from adapters.jetstream.relay import RelayStatus
from adapters.watch import Seen

WELL = ("running", "waiting", "standing-by")


def own_health(
    logged: int | None,
    relay: RelayStatus,
    projector: ProjectorStatus,
    policies: Sequence[PolicyStatus],
    *,
    relay_is_stuck: bool = False,
) -> Health:
    """Of a node whose relay, projector and policies run in this process."""
    store = store_part(logged)
    bus = {"bus-down": "down", "starting": "down", "bus-foreign": "foreign"}
    word = bus.get(relay.state, "up")
    lag = max(0, (logged or relay.logged) - relay.published)
    flowing: str = relay.state
    if relay_is_stuck:
        flowing = "stale"
    elif relay.state == "running" and lag > BEHIND_EVENTS:
        flowing = "relay-behind"
    parked = sum(len(view.parked) for view in projector.views)
    state = "parked" if parked and projector.state in WELL else projector.state
    return Health(
        store=store,
        bus=Part(state=word, is_well=word == "up"),
        relay=Part(
            state=flowing,
            is_well=flowing in WELL,
            position=relay.published,
            lag=lag,
        ),
        views=Part(
            state=state,
            is_well=state in WELL,
            position=min(view.position for view in projector.views),
            lag=projector.waiting,
            parked=parked,
        ),
        policies=policies_part(
            min(policies, key=lambda policy: policy.position), time.monotonic()
        ),
    )


def seen_health(seen: Seen) -> Health:
    """Of a process that sees the others by what they have done."""
    now = time.monotonic()
    logged, streamed, shown = seen.logged, seen.streamed, seen.shown
    bus = "down" if streamed is None else "up"
    if streamed is not None and logged is not None and streamed > logged:
        bus = "foreign"
    relay_lag = max(0, (logged or 0) - (streamed or 0))
    relay = flow(relay_lag, now - seen.stream_moved_at, "relay-behind")
    if bus != "up":
        relay = f"bus-{bus}"
    views_lag = max(0, (streamed or 0) - (shown or 0))
    views = flow(views_lag, now - seen.views_moved_at, "view-behind")
    if shown is None:
        views = "store-down"
    elif views in WELL and seen.parked:
        views = "parked"
    return Health(
        store=store_part(logged),
        bus=Part(state=bus, is_well=bus == "up"),
        relay=Part(
            state=relay, is_well=relay in WELL, position=streamed, lag=relay_lag
        ),
        views=Part(
            state=views,
            is_well=views in WELL,
            position=shown,
            lag=views_lag,
            parked=seen.parked,
        ),
        policies=policies_part(
            PolicyStatus(
                seen.policies.position,
                max(0, (streamed or 0) - seen.policies.position),
                seen.policies.waits_for,
                seen.policies_moved_at,
            )
            if seen.policies
            else None,
            now,
        ),
    )


def policies_part(farthest: PolicyStatus | None, now: float) -> Part:
    """Of the policy that is farthest behind; None where the store cannot tell."""
    if farthest is None:
        return Part(state="store-down", is_well=False)
    lag, waits_for = farthest.lag, farthest.waits_for
    state = flow(lag, now - farthest.moved_at, "policies-behind")
    if waits_for in ("bus-down", "store-down", "starting"):
        state = waits_for
    return Part(
        state=state,
        is_well=state in WELL,
        position=farthest.position,
        lag=lag,
        waits_for=waits_for if lag else None,
    )


def store_part(logged: int | None) -> Part:
    if logged is None:
        return Part(state="down", is_well=False)
    return Part(state="up", is_well=True, position=logged)


def flow(lag: int, still_for: float, behind: str) -> str:
    """How a part is that has `lag` events to go and has not moved for some seconds."""
    if not lag:
        return "waiting"
    if still_for > STALE_SECONDS:
        return "stale"
    return behind if lag > BEHIND_EVENTS else "running"
