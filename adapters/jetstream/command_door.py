"""The NATS door: a command asked for by request is answered as over HTTP."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

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
    acceptance,
    command_of,
    refused,
    sound_trace,
)
from adapters.problems import CONTENT_TYPE as PROBLEM_JSON
from adapters.problems import language_of, problem
from domain.decider import Refusal
from domain.regulation.pack import RulePack

TYPE_HEADER = "content-type"
"""As FastStream writes it; NATS tells `Content-Type` from it."""

JSON = "application/json"
OTHER_SUBJECT = "the subject names another organisation"
STOP_SECONDS = 5.0
RETRY_SECONDS = 0.5

log: FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True)
class CommandDoor:
    """What is needed of a node to answer commands."""

    submit: "Callable[[Order], Future[Answer]]"
    identities: Identities
    published: Callable[[int], bool]
    pack: RulePack

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
            if not stop.is_set():
                log.warning("command_door_closed", error=repr(told))
                await asyncio.sleep(RETRY_SECONDS)

    async def _open(self, url: str, closed: asyncio.Event) -> None:
        """Answer until the connection is given up, or whoever awaits this gives up."""
        broker = self.broker(url, closed)
        client: Client = await broker.connect()
        try:
            await broker.start()
            await closed.wait()
        finally:
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
            command_id = ""
            try:
                order = self._order(tag, message)
                command_id = order.command.command_id
                told = await answers.ask(order)
            except Refusal as refusal:
                told = refused(self.pack, refusal, command_id)
            except StoreUnavailable as error:
                log.error("store_unavailable", command=tag, error=str(error))
                told = refused(self.pack, Refusal("CMD-STORE-DOWN"), command_id)
            # The outermost loop: a bug fails its command, and the door stays open.
            except Exception as error:
                log.error("command_failed", command=tag, exc_info=error)
                told = refused(self.pack, Refusal("CMD-FAILED"), command_id)
            return self._reply(told, message)

        return answer

    def _order(self, tag: str, message: NatsMessage) -> Order:
        claims = self.identities.of_header(message.headers.get(TOKEN_HEADER))
        # An account is let publish under its own organisation only.
        if message.path["org"] != claims.organisation:
            raise Refusal("ACTOR-TOKEN", reason=OTHER_SUBJECT)
        return Order(
            command=command_of(tag, message.body),
            person=claims.person,
            organisation=claims.organisation,
            traceparent=sound_trace(message.headers.get(TRACE_HEADER, "")),
        )

    def _reply(self, answer: Answer, message: NatsMessage) -> NatsResponse:
        if isinstance(answer, Refused):
            asked = message.headers.get(LANGUAGE_HEADER)
            language = language_of(asked, self.pack.default_language)
            body: object = problem(answer, self.pack, language)
            headers = {TYPE_HEADER: PROBLEM_JSON, "Content-Language": language}
        else:
            published = self.published(answer.position)
            body = acceptance(answer, published=published)
            headers = {TYPE_HEADER: JSON}
        return NatsResponse(msgspec.json.encode(body), headers=headers)
