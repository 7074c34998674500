"""What the node answers about itself, in the shapes that its description shows."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from adapters.http_routes.doors import Health, Part
from domain.regulation.pack import CatalogueEntry


class Liveness(Struct, frozen=True, kw_only=True):
    """The process answers; whether it can work, `/health/ready` tells."""

    status: str


class HealthAnswer(Struct, frozen=True, kw_only=True):
    """`status` is ready, degraded (commands are still taken) or down."""

    status: str
    store: Part
    bus: Part
    relay: Part
    views: Part
    policies: Part
    command_door: Part


class RefusalAnswer(Struct, frozen=True, kw_only=True):
    """A command that was refused: who, what, when, and under which rule.

    `actor_role` is SYSTEM where the node itself acted, because of the event `cause`;
    null where the capacity did not prove to be the actor's.
    """

    id: int
    at: datetime
    command_tag: str
    command_id: str | None
    owner: str | None
    code: str
    rule: str | None
    rule_pack: str | None
    actor: str | None
    actor_org: str | None
    actor_role: str | None
    cause: str | None
    stream: str | None
    context: dict[str, Any]  # JSON-shaped values


class RefusalPage(Struct, frozen=True, kw_only=True):
    """Refusals, the newest first; `next` is the `before` of the following page."""

    items: tuple[RefusalAnswer, ...]
    next: int | None


class Catalogue(Struct, frozen=True, kw_only=True):
    """Every reason for refusal, with its text in three languages."""

    rule_pack: str
    items: tuple[CatalogueEntry, ...]


def health_answer(health: Health) -> HealthAnswer:
    return HealthAnswer(
        status=health.status,
        store=health.store,
        bus=health.bus,
        relay=health.relay,
        views=health.views,
        policies=health.policies,
        command_door=health.command_door,
    )
