"""A refused command as the auditor finds it, beside the log and never in it."""

from datetime import datetime

from msgspec import Struct


class RefusalNote(Struct, frozen=True, kw_only=True):
    """Who was refused what, when, and under which rule.

    `actor_role` is None where the capacity did not prove to be the actor's; `cause`
    is the event that a policy answered to.
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
    context: dict[str, object]
