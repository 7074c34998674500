"""A real bus for tests, and a small stand-in for the log."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
)
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import msgspec
from msgspec import Struct
from nats.aio.client import Client

from adapters.envelope import Decision, Draft, open_record, seal
from adapters.jetstream.connection import Connect, connect
from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.jetstream.identities import Identity, inbox_of
from adapters.jetstream.stream import ensure_stream, stream_name
from domain.decider import Event
from projections.projection import Recorded

NODE = "test"
STREAM = stream_name(NODE)
OWNER = "940140000385"
MORNING = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)
BOUND_SECONDS = 20.0

_DECISION = Decision(
    command_id="00000000-0000-0000-0000-000000000001",
    command_tag="council.elect-member",
    command_owner=OWNER,
    stream=f"council/{OWNER}.org",
    digest="0",
    reads={},
    searches={},
    drafts=(),
    rule_pack="order-583",
    actor_id="person",
    actor_org=OWNER,
    actor_role="HEAD",
    actor_capacity="office/940140000385.head#1",
)


def sealed(position: int, scope: str = "pub", feed_number: int | None = None) -> bytes:
    """The record of the numbered event."""
    draft = Draft(
        stream=f"council/{OWNER}.u{position % 7}",
        version=position,
        tag="council.member-elected.v1",
        data=msgspec.json.encode({"number": position}),
        time=MORNING,
        owner=OWNER,
        scope=scope,
        levels=("HE",),
        rule=None,
    )
    return seal(
        draft,
        _DECISION,
        node=NODE,
        position=position,
        feed_number=feed_number or position,
        recorded_at=MORNING,
        kato="751310000",
        owner_levels=("HE",),
    )


class ListLog:
    """A log in memory: what was appended, at positions without gaps."""

    def __init__(self, count: int = 0) -> None:
        self.content: list[bytes] = []
        self.grow(count)

    def grow(self, count: int) -> None:
        start = len(self.content) + 1
        self.content.extend(sealed(number) for number in range(start, start + count))

    def position(self) -> int:
        return len(self.content)

    def records(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        return list(enumerate(self.content[after : after + limit], start=after + 1))


class MemberElected(Event, frozen=True):
    """Somebody was elected; tests know them by number."""

    tag: ClassVar[str] = "council.member-elected.v1"

    number: int


def recorded(payload: bytes) -> Recorded:
    record = open_record(payload)
    return Recorded(
        event=msgspec.json.decode(record.data, type=MemberElected),
        event_id=record.id,
        tag=record.tag,
        stream=record.subject,
        version=record.streamversion,
        position=record.sequence,
        owner=record.owner,
        kato=record.kato,
        level=record.level,
        rule=None,
        rule_pack=record.rulepack,
        at=record.time,
        recorded_at=record.recordedtime,
        actor_person=record.actorid,
        actor_organisation=record.actororg,
        actor_role=record.actorrole,
        command_id=record.commandid,
    )


@contextmanager
def running_server(data: Path, port: int | None = None) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(data, NODE, port)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def connector(server: EmbeddedServer, identity: Identity) -> Connect:
    async def make() -> Client:
        return await connect(
            server.url(identity), name=identity, inbox=inbox_of(identity)
        )

    return make


@asynccontextmanager
async def connected(
    server: EmbeddedServer, identity: Identity
) -> AsyncIterator[Client]:
    nc = await connector(server, identity)()
    try:
        yield nc
    finally:
        await nc.close()


@asynccontextmanager
async def stream_made(server: EmbeddedServer) -> AsyncIterator[Client]:
    """A connection of the node, with its stream there."""
    async with connected(server, "node") as nc:
        await ensure_stream(nc, NODE)
        yield nc


@asynccontextmanager
async def while_running(
    *runs: Callable[[asyncio.Event], Awaitable[None]],
) -> AsyncIterator[None]:
    """Run until the block ends; an error of a run is an error of the test."""
    stop = asyncio.Event()
    tasks = [asyncio.ensure_future(run(stop)) for run in runs]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), BOUND_SECONDS)


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        while not condition():
            await asyncio.sleep(0.005)


class Message(Struct, frozen=True):
    """A message as it is stored."""

    subject: str
    seq: int
    data: bytes = b""
    hdrs: bytes = b""

    @property
    def header_lines(self) -> list[str]:
        return self.hdrs.decode().split("\r\n")


class _Answer(Struct, frozen=True):
    message: Message


class _State(Struct, frozen=True):
    last_seq: int


class _Info(Struct, frozen=True):
    state: _State


async def stored(nc: Client) -> list[Message]:
    """Everything in the stream, asked for one by one and not through our reader."""
    info = await nc.request(f"$JS.API.STREAM.INFO.{STREAM}", timeout=5)
    last = msgspec.json.decode(info.data, type=_Info).state.last_seq
    messages: list[Message] = []
    for start in range(1, last + 1, 500):
        answers = await asyncio.gather(
            *(
                nc.request(
                    f"$JS.API.STREAM.MSG.GET.{STREAM}",
                    msgspec.json.encode({"seq": sequence}),
                    timeout=5,
                )
                for sequence in range(start, min(start + 500, last + 1))
            )
        )
        messages += [
            msgspec.json.decode(answer.data, type=_Answer).message for answer in answers
        ]
    return messages


async def assert_stream_is_log(nc: Client, log: ListLog) -> None:
    messages = await stored(nc)
    assert [message.seq for message in messages] == list(range(1, len(log.content) + 1))
    assert [message.data for message in messages] == log.content
