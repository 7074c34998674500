"""The NATS door on a real bus: a request in, and always exactly one answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import msgspec
import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import NoRespondersError

from adapters.command_examples import BATCH_EXAMPLES
from adapters.jetstream.command_door import CommandDoor
from adapters.jetstream.declared import AT_ONCE, MAX_WAITING_BYTES
from adapters.jetstream.stream import ensure_stream
from adapters.orders import MAX_COMMAND_BYTES, Answer, Refused
from tests.adapters.bus import while_running
from tests.adapters.institution_bus import InstitutionBus, institution_bus
from tests.adapters.node_at_work import AWAY, HOME, NODE, Told, at_work

SUBJECT = f"adisteme.cmd.{HOME.bin}.unit.create"
SECONDS = 20.0


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with at_work(tmp_path_factory.mktemp("node")) as one:
        yield one


def door_of(told: Told) -> CommandDoor:
    return CommandDoor(
        submit=told.node.bus.submit,
        identities=told.node.identities,
        published=lambda _position: False,
        pack=told.node.pack,
    )


def unit(told: Told, **changed: object) -> dict[str, object]:
    return {
        "command_id": str(uuid4()),
        "capacity": told.house.head.capacity,
        "bin": HOME.bin,
        "unit_id": f"u{uuid4().hex[:12]}",
        "kind": "DIVISION",
        "names": {"ru": "Отделение связи"},
        **changed,
    }


class Asker:
    """The institution, which asks and is answered."""

    def __init__(self, told: Told, client: Client) -> None:
        self.told = told
        self.client = client
        self.headers = {
            "Authorization": f"Bearer {told.node.token(told.house.head)}",
            "Accept-Language": "en",
        }

    async def ask(
        self,
        body: bytes | dict[str, object],
        subject: str = SUBJECT,
        changed: Mapping[str, str | None] | None = None,
    ) -> Msg:
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        given = {**self.headers, **(changed or {})}
        sent = {name: text for name, text in given.items() if text is not None}
        return await self.client.request(
            subject, content, timeout=SECONDS, headers=sent
        )

    async def ready(self) -> None:
        """Ask until somebody answers."""
        async with asyncio.timeout(SECONDS):
            while True:
                try:
                    await self.ask(b"{}")
                except NoRespondersError:
                    await asyncio.sleep(0.02)
                else:
                    return


@asynccontextmanager
async def asking(told: Told, bus: InstitutionBus) -> AsyncIterator[Asker]:
    async def quiet(_error: Exception) -> None:
        return None

    client = await nats.connect(
        bus.url,
        error_cb=quiet,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.05,
        allow_reconnect=True,
    )
    try:
        yield Asker(told, client)
    finally:
        await client.close()


Scenario = Callable[[Asker, InstitutionBus], Awaitable[None]]


def with_doors(
    folder: Path, told: Told, scenario: Scenario, *doors: CommandDoor
) -> None:
    """Have the scenario ask while the doors, or one, are open."""

    async def run(bus: InstitutionBus) -> None:
        def served(door: CommandDoor) -> Callable[[asyncio.Event], Awaitable[None]]:
            return lambda stop: door.serve(bus.url_of("node"), stop)

        opened = doors or (door_of(told),)
        async with while_running(*map(served, opened)), asking(told, bus) as asker:
            await asker.ready()
            await scenario(asker, bus)

    with institution_bus(folder, NODE, HOME.bin) as bus:
        asyncio.run(run(bus))


def refused(answer: Msg, status: int, code: str) -> dict[str, object]:
    problem: dict[str, object] = msgspec.json.decode(answer.data)
    assert (problem["status"], problem["code"]) == (status, code), problem
    assert answer.headers is not None
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.data.decode()
    return problem


def test_a_command_is_answered_as_over_http_and_its_repeat_too(
    tmp_path: Path, told: Told
) -> None:
    async def scenario(asker: Asker, _bus: InstitutionBus) -> None:
        command = unit(told)
        answer = await asker.ask(command)
        assert answer.headers is not None
        assert answer.headers["content-type"] == "application/json"
        first = msgspec.json.decode(answer.data)
        assert first == {
            "command_id": command["command_id"],
            "stream": f"unit/{HOME.bin}.{command['unit_id']}",
            "version": 1,
            "position": told.node.store.position(),
            "events": ["unit.created.v1"],
            "published": False,
            "repeated": False,
        }
        again = msgspec.json.decode((await asker.ask(command)).data)
        assert again == {**first, "repeated": True}
        other = await asker.ask({**command, "kind": "BRANCH"})
        refused(other, 422, "CMD-ID-REUSED")

    with_doors(tmp_path, told, scenario)


def test_a_refusal_cites_its_rule_in_the_asked_language(
    tmp_path: Path, told: Told
) -> None:
    async def scenario(asker: Asker, _bus: InstitutionBus) -> None:
        for language, word in (("en", "kind"), ("kk", "Бөлімше"), (None, "подразд")):
            command = unit(told, kind="LABORATORY")
            answer = await asker.ask(command, changed={"Accept-Language": language})
            problem = refused(answer, 422, "R10-UNIT-KIND")
            assert problem["rule"] == "10" and word in str(problem["detail"])
            assert problem["command_id"] == command["command_id"]

    with_doors(tmp_path, told, scenario)


def test_who_does_not_prove_who_they_are_gets_nothing(
    tmp_path: Path, told: Told
) -> None:
    async def scenario(asker: Asker, _bus: InstitutionBus) -> None:
        position = told.node.store.position()
        for token in (None, "", "Bearer", "Bearer x", "Basic eDp5", "Bearer a.b.c"):
            answer = await asker.ask(unit(told), changed={"Authorization": token})
            refused(answer, 401, "ACTOR-TOKEN")
        # The token of another organisation, under the subject of this one.
        foreign = f"Bearer {told.node.token(told.stranger)}"
        answer = await asker.ask(unit(told), changed={"Authorization": foreign})
        refused(answer, 401, "ACTOR-TOKEN")
        other = unit(told, capacity=told.stranger.capacity)
        refused(await asker.ask(other), 403, "ACTOR-CAPACITY")
        assert told.node.store.position() == position

    with_doors(tmp_path, told, scenario)


def test_a_body_that_is_no_command_is_refused_and_the_next_one_taken(
    tmp_path: Path, told: Told
) -> None:
    async def scenario(asker: Asker, _bus: InstitutionBus) -> None:
        for body in (
            b"",
            b"null",
            b"{}",
            b"\xff\xfe",
            b'{"command_id": "\\ud800"}',
            b"[" * 500_000,
            b'{"x": ' + b"[" * 400_000 + b"]" * 400_000 + b"}",
            b"\x00" * 1000,
        ):
            refused(await asker.ask(body), 422, "CMD-MALFORMED")
        large = b" " * (MAX_COMMAND_BYTES + 1)
        refused(await asker.ask(large), 413, "CMD-TOO-LARGE")
        dated = unit(told, occurred_at="0001-01-01T00:00:00+14:00")
        refused(await asker.ask(dated), 422, "CMD-MALFORMED")
        assert b'"repeated":false' in (await asker.ask(unit(told))).data

    with_doors(tmp_path, told, scenario)


def test_a_batch_is_answered_command_by_command(tmp_path: Path, told: Told) -> None:
    subject = f"adisteme.cmd.{HOME.bin}.document.record-batch-conclusion"

    async def scenario(asker: Asker, _bus: InstitutionBus) -> None:
        example = BATCH_EXAMPLES["document.record-batch-conclusion"]
        batch = {**example, "capacity": told.house.head.capacity}
        del batch["occurred_at"]
        outcomes = msgspec.json.decode((await asker.ask(batch, subject)).data)
        assert [one["command_id"] for one in outcomes["outcomes"]] == [
            f"{example['command_id']}/{number}" for number in (1, 2)
        ]
        for one in outcomes["outcomes"]:
            assert one["accepted"] is None and one["refused"]["status"] in (403, 409)
        refused(await asker.ask(b"{}", subject), 422, "CMD-MALFORMED")

    with_doors(tmp_path, told, scenario)


def test_an_unknown_command_is_told_at_once_that_nobody_answers(
    tmp_path: Path, told: Told
) -> None:
    async def scenario(asker: Asker, _bus: InstitutionBus) -> None:
        for name in ("unit.demolish", "unit", "unit.create.now"):
            with pytest.raises(NoRespondersError):
                await asker.ask(b"{}", f"adisteme.cmd.{HOME.bin}.{name}")

    with_doors(tmp_path, told, scenario)


def test_a_bug_is_answered_and_shows_nothing_of_itself(
    tmp_path: Path, told: Told
) -> None:
    def broken(_order: object) -> None:
        raise RuntimeError("password=hunter2")

    async def scenario(asker: Asker, _bus: InstitutionBus) -> None:
        answer = await asker.ask(unit(told))
        refused(answer, 500, "CMD-FAILED")
        assert b"hunter2" not in answer.data

    door = replace(door_of(told), submit=broken)  # type: ignore[arg-type]  # broken
    with_doors(tmp_path, told, scenario, door)


def test_a_flood_of_one_type_is_bounded_and_keeps_no_other_out(
    tmp_path: Path, told: Told
) -> None:
    """What does not fit goes unanswered; what was taken is answered after all."""
    flood, padding = 200, " " * 200_000
    given: list[Future[Answer]] = []
    done = Refused(
        command_id="x",
        code="CMD-BUSY",
        rule=None,
        rule_pack=told.node.pack.id,
        status=503,
        context={},
    )
    is_over = False

    def submit(_order: object) -> "Future[Answer]":
        future: Future[Answer] = Future()
        given.append(future)
        if is_over:
            future.set_result(done)
        return future

    async def scenario(asker: Asker, _bus: InstitutionBus) -> None:
        nonlocal is_over
        answered: list[bytes] = []

        async def take(message: Msg) -> None:
            answered.append(message.data)

        inbox = asker.client.new_inbox()
        await asker.client.subscribe(inbox, cb=take)
        body = msgspec.json.encode(unit(told)) + padding.encode()
        for _ in range(flood):
            await asker.client.publish(SUBJECT, body, inbox, headers=asker.headers)
        # A later one of another type is answered meanwhile: all of the flood is there.
        other = f"adisteme.cmd.{HOME.bin}.unit.close"
        refused(await asker.ask(b"{}", other), 422, "CMD-MALFORMED")
        async with asyncio.timeout(SECONDS):
            while len(given) < AT_ONCE:
                await asyncio.sleep(0.02)
        is_over = True
        for future in given[:AT_ONCE]:
            future.set_result(done)
        async with asyncio.timeout(SECONDS):
            while not AT_ONCE < len(given) == len(answered):
                await asyncio.sleep(0.02)
        refused(await asker.ask(body), 503, "CMD-BUSY")
        fitting = MAX_WAITING_BYTES // len(padding)
        assert AT_ONCE <= len(answered) <= 2 * AT_ONCE + fitting < flood

    door = replace(door_of(told), submit=submit)
    with_doors(tmp_path, told, scenario, door)


def test_two_processes_share_the_commands_and_each_is_answered_once(
    tmp_path: Path, told: Told
) -> None:
    taken: list[list[str]] = [[], []]

    def door(number: int) -> CommandDoor:
        def submit(order):  # type: ignore[no-untyped-def]  # as the bus's own
            taken[number].append(order.command.command_id)
            return told.node.bus.submit(order)

        return replace(door_of(told), submit=submit)

    async def scenario(asker: Asker, _bus: InstitutionBus) -> None:
        async with asyncio.timeout(SECONDS):
            while not all(taken):
                await asker.ask(unit(told))
        commands = [unit(told) for _ in range(64)]
        answers = await asyncio.gather(*map(asker.ask, commands))
        told_ids = [msgspec.json.decode(one.data)["command_id"] for one in answers]
        assert told_ids == [one["command_id"] for one in commands]
        assert not set(taken[0]) & set(taken[1])
        assert {*taken[0], *taken[1]} >= set(told_ids)

    with_doors(tmp_path, told, scenario, door(0), door(1))


async def shows(door: CommandDoor, state: str) -> None:
    async with asyncio.timeout(SECONDS):
        while door.state != state:
            await asyncio.sleep(0.02)


def test_the_door_opens_when_the_bus_comes_and_again_after_it_died(
    tmp_path: Path, told: Told
) -> None:
    async def run(bus: InstitutionBus) -> None:
        door = door_of(told)
        await shows(door, "starting")
        async with while_running(lambda stop: door.serve(bus.url_of("node"), stop)):
            for _ in range(2):
                bus.start()
                async with asking(told, bus) as asker:
                    await asker.ready()
                    assert b'"stream"' in (await asker.ask(unit(told))).data
                await shows(door, "running")
                bus.kill()
                await shows(door, "down")

    bus = InstitutionBus(tmp_path, NODE, HOME.bin)
    try:
        asyncio.run(run(bus))
    finally:
        bus.kill()


def test_an_institution_reaches_its_own_subjects_and_never_the_stream(
    tmp_path: Path, told: Told
) -> None:
    async def scenario(asker: Asker, bus: InstitutionBus) -> None:
        node = await nats.connect(bus.url_of("node"), inbox_prefix="_INBOX_NODE")
        await ensure_stream(node, NODE)
        # The answer would be an event, were it published where the asker wishes.
        event = f"adisteme.ev.pub.75.7513.he.{HOME.bin}.unit.created"
        await asker.client.publish(
            SUBJECT, msgspec.json.encode(unit(told)), event, asker.headers
        )
        await asker.ask(unit(told))
        with pytest.raises(TimeoutError):
            await asker.client.request(
                f"adisteme.cmd.{AWAY.bin}.unit.create", b"{}", timeout=0.3
            )
        info = await node.request(f"$JS.API.STREAM.INFO.ADISTEME_{NODE.upper()}")
        assert msgspec.json.decode(info.data)["state"]["messages"] == 0
        await node.close()

    with_doors(tmp_path, told, scenario)
