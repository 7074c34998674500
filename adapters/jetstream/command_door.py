"""The NATS door: a command asked for by request is answered as over HTTP."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Literal

import msgspec
import structlog
from faststream.nats import NatsBroker, NatsMessage
from faststream.nats.response import NatsResponse
from faststream.response import Response
from nats.aio.client import Client
from nats.errors import Error as NatsError
from structlog.typing import FilteringBoundLogger

from adapters.answering import LoopAnswers
from adapters.envelope import StoreUnavailable
from adapters.identity import Identities
from adapters.jetstream.declared import Answering, declare_commands
from adapters.jetstream.identities import inbox_of
from adapters.jetstream.stream import LANGUAGE_HEADER, TOKEN_HEADER, TRACE_HEADER
from adapters.orders import (
    Answer,
    Order,
    Refused,
    commands_of,
    refused,
    sound_trace,
)
from adapters.outcomes import Outcome, batch_answer, outcomes_of
from adapters.problems import CONTENT_TYPE as PROBLEM_JSON
from adapters.problems import language_of, problem
from domain.decider import Refusal
from domain.messages import BATCHES
from domain.regulation.pack import RulePack

TYPE_HEADER = "content-type"
"""As FastStream writes it; NATS tells `Content-Type` from it."""

JSON = "application/json"
DoorState = Literal["starting", "running", "down"]

STOP_SECONDS = 5.0
RETRY_SECONDS = 0.5

log: FilteringBoundLogger = structlog.get_logger()


@dataclass
class CommandDoor:
    """What is needed of a node to answer commands, and how the door is."""

    submit: "Callable[[Order], Future[Answer]]"
    identities: Identities
    published: Callable[[int], bool]
    pack: RulePack
    _client: Client | None = None
    _was_tried: bool = False

    @property
    def state(self) -> DoorState:
        """`running` while commands can come; `starting` until it was first tried."""
        if self._client is not None and self._client.is_connected:
            return "running"
        return "down" if self._was_tried else "starting"

    async def serve(self, url: str, stop: asyncio.Event) -> None:
        """Answer what comes until `stop`; a bus that is not there is waited for."""
        while not stop.is_set():
            closed = asyncio.Event()
            serving = asyncio.create_task(self._open(url, closed))
            ends = [serving, asyncio.create_task(stop.wait())]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for task in ends:
                task.cancel()
            told = (await asyncio.gather(*ends, return_exceptions=True))[0]
            self._was_tried = True
            if not stop.is_set():
                log.warning("command_door_closed", error=repr(told))
                await asyncio.sleep(RETRY_SECONDS)

    async def _open(self, url: str, closed: asyncio.Event) -> None:
        """Answer until the connection is given up, or whoever awaits this gives up."""
        broker = self.broker(url, closed)
        client: Client = await broker.connect()
        try:
            await broker.start()
            self._client, self._was_tried = client, True
            await closed.wait()
        finally:
            self._client = None
            # What is in hand is answered first; without a bus that is refused.
            with contextlib.suppress(NatsError):
                await broker.stop()
            if not client.is_closed:
                await client.close()

    def broker(self, url: str, closed: asyncio.Event) -> NatsBroker:
        """A broker that answers every type of command; `closed`: it gave up."""

        async def give_up() -> None:
            closed.set()

        broker = NatsBroker(
            url,
            name="adisteme-commands",
            inbox_prefix=inbox_of("node"),
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            graceful_timeout=STOP_SECONDS,
            closed_cb=give_up,
            apply_types=False,
            logger=None,
        )
        declare_commands(broker, self._answering())
        return broker

    def _answering(self) -> Answering:
        answers = LoopAnswers(self.submit)

        async def answer(tag: str, message: NatsMessage) -> Response:
            """What became of a command; FastStream answers no exception."""
            try:
                orders = self._orders(tag, message)
                told = await outcomes_of(orders, answers, self.published, self.pack)
            except Refusal as refusal:
                told = [refused(self.pack, refusal)]
            except StoreUnavailable as error:
                log.error("store_unavailable", command=tag, error=str(error))
                told = [refused(self.pack, Refusal("CMD-STORE-DOWN"))]
            # The outermost loop: a bug fails its command, and the door stays open.
            except Exception as error:
                log.error("command_failed", command=tag, exc_info=error)
                told = [refused(self.pack, Refusal("CMD-FAILED"))]
            else:
                if tag in BATCHES:
                    language = self._language_of(message)
                    return reply(batch_answer(told, self.pack, language), JSON)
            return self._reply(told[0], message)

        return answer

    def _orders(self, tag: str, message: NatsMessage) -> list[Order]:
        claims = self.identities.of_header(message.headers.get(TOKEN_HEADER))
        # An account is let publish under its own organisation only.
        if message.path["org"] != claims.organisation:
            raise Refusal(
                "ACTOR-TOKEN", reason="the subject names another organisation"
            )
        return [
            Order(
                command=command,
                person=claims.person,
                organisation=claims.organisation,
                traceparent=sound_trace(message.headers.get(TRACE_HEADER, "")),
            )
            for command in commands_of(tag, message.body)
        ]

    def _language_of(self, message: NatsMessage) -> str:
        asked = message.headers.get(LANGUAGE_HEADER)
        return language_of(asked, self.pack.default_language)

    def _reply(self, told: Outcome, message: NatsMessage) -> NatsResponse:
        if not isinstance(told, Refused):
            return reply(told, JSON)
        language = self._language_of(message)
        body = problem(told, self.pack, language)
        return reply(body, PROBLEM_JSON, {"Content-Language": language})


def reply(
    body: object, media_type: str, headers: Mapping[str, str] | None = None
) -> NatsResponse:
    told = {TYPE_HEADER: media_type, **(headers or {})}
    return NatsResponse(msgspec.json.encode(body), headers=told)
