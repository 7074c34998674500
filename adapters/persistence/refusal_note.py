"""A refused command as the auditor finds it, beside the log and never in it."""

from datetime import datetime

from msgspec import Struct


class RefusalNote(Struct, frozen=True, kw_only=True):
    """Who was refused what, when, and under which rule."""

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
    stream: str | None
    context: dict[str, object]
