"""Decisions as the command bus hands them to the event store, and a clock to turn."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from adapters.envelope import Decision, Denial, Draft

NODE_NAME = "local"
UNIVERSITY = "940140000385"
COLLEGE = "050440002267"
COUNCIL = f"council/{UNIVERSITY}.org"
OFFICE = f"office/{UNIVERSITY}.head"
SPRING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """Shows the time to which it was set."""

    def __init__(self) -> None:
        self.now = SPRING

    def __call__(self) -> datetime:
        return self.now


def draft(
    stream: str,
    version: int,
    *,
    tag: str = "council.established.v1",
    data: bytes = b'{"title":"Council"}',
    owner: str = UNIVERSITY,
    scope: str = "pub",
    levels: tuple[str, ...] = (),
    sets_kato: str | None = None,
    sets_levels: tuple[str, ...] | None = None,
    opens: str | None = None,
) -> Draft:
    return Draft(
        stream=stream,
        version=version,
        tag=tag,
        data=data,
        time=SPRING,
        owner=owner,
        scope=scope,
        levels=levels,
        rule="2",
        sets_kato=sets_kato,
        sets_levels=sets_levels,
        opens=opens,
    )


def decided(
    command: str,
    *drafts: Draft,
    reads: Mapping[str, int] | None = None,
    searches: Mapping[tuple[str, str], int] | None = None,
    digest: str = "d" * 64,
) -> Decision:
    """An accepted command; its id is made from a word."""
    return Decision(
        command_id=str(uuid5(NAMESPACE_URL, command)),
        command_tag="council.establish",
        command_owner=UNIVERSITY,
        stream=drafts[0].stream if drafts else COUNCIL,
        digest=digest,
        reads=reads or {},
        searches=searches or {},
        drafts=drafts,
        rule_pack="kz-583-2007",
        actor_id="8d7a4f5e-0c3b-4e55-9f0a-1b2c3d4e5f60",
        actor_org=UNIVERSITY,
        actor_role="HEAD",
        actor_capacity=f"{OFFICE}#1",
    )


def denied(
    command: str,
    code: str = "DOC-STATE",
    *,
    at: datetime = SPRING,
    reads: Mapping[str, int] | None = None,
    searches: Mapping[tuple[str, str], int] | None = None,
) -> Denial:
    """A refused command; its id is made from a word."""
    return Denial(
        command_id=str(uuid5(NAMESPACE_URL, command)),
        command_tag="document.approve",
        command_owner=UNIVERSITY,
        reads=reads or {},
        searches=searches or {},
        at=at,
        code=code,
        rule=None,
        rule_pack="kz-583-2007",
        actor="8d7a4f5e-0c3b-4e55-9f0a-1b2c3d4e5f60",
        actor_org=UNIVERSITY,
        stream="document/1",
        context={"state": "DRAFT", "allowed": ["READY"]},
    )
