"""What the command line starts: the demo, a serving node, a question to a node."""

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import httpx
import msgspec
import structlog
import uvicorn
from litestar import Litestar
from msgspec import Struct
from rich.console import Console

from adapters.bootstrap import Node, Operator, Role, doors_of, known_identities
from adapters.data_folder import running_node
from adapters.envelope import StoreUnavailable
from adapters.http_api import create_app
from adapters.http_routes.doors import Doors, Health, Part
from adapters.identity import Identities, NodeKey, UnusableKey
from adapters.settings import Settings
from domain.identifiers import NODE, PersonId

log = structlog.get_logger()

SETTLE_SECONDS = 60.0
CONNECTIONS = httpx.Limits(max_connections=64, max_keepalive_connections=64)
ISSUER_FAILURES = (OSError, msgspec.MsgspecError, ValueError, UnusableKey)
STOP_SECONDS = 10.0
STORE_SECONDS = 60.0


Told = TypeVar("Told")


class NoAnswer(Exception):
    """The node cannot be asked; the message says what to do."""


class Question(Struct, frozen=True):
    """A request to a node: `given` is the body of a POST, the parameters of a GET.

    `is_command`: a capacity that is not given is the first REGISTRAR's.
    """

    method: str
    path: str
    bearer: str | None
    language: str
    given: Mapping[str, object]
    is_command: bool = True


Ask = Callable[[Question], Awaitable[httpx.Response]]


class IssuedToken(Struct, frozen=True):
    """A token; `capacity` where it is the first REGISTRAR's."""

    token: str
    capacity: str | None


def of_demo(settings: Settings, demo_wanted: bool) -> Settings:
    """The same settings for the demo's folder, `<data>/demo`."""
    if not demo_wanted:
        return settings
    return msgspec.structs.replace(
        settings,
        data=settings.data / "demo",
        database=None,
        bus=None,
        bus_identities=None,
    )


def operator_of(settings: Settings) -> Operator | None:
    """The first REGISTRAR of the node on a folder, None where there is no node."""
    path = settings.data / "operator.json"
    if not path.exists():
        return None
    return msgspec.json.decode(path.read_bytes(), type=Operator)


def issue_token(
    settings: Settings, person: str | None, organisation: str | None, days: int
) -> IssuedToken | None:
    """A token of the node's own key, without a person that of its first REGISTRAR.

    None where the folder holds no node.
    """
    operator = operator_of(settings)
    if operator is None:
        return None
    key = NodeKey(settings.data / "keys", settings.node)
    lifetime = timedelta(days=days)
    if person is None or organisation is None:
        token = key.issue(operator.person, "node", lifetime)
        return IssuedToken(token, operator.capacity)
    return IssuedToken(key.issue(PersonId(person), organisation, lifetime), None)


def auditor_token(settings: Settings, days: int = 1) -> IssuedToken | None:
    """A token of the node's own AUDITOR; None where the folder knows of none."""
    operator = operator_of(settings)
    if operator is None or operator.auditor is None:
        return None
    return issue_token(settings, operator.auditor, NODE, days)


def ask(settings: Settings, question: Question) -> httpx.Response:
    """Ask the running node; where none runs, start one for the question alone."""

    async def once(ask: Ask) -> httpx.Response:
        return await ask(question)

    return asyncio.run(talk(settings, once))


async def talk(settings: Settings, script: Callable[[Ask], Awaitable[Told]]) -> Told:
    """Hold a conversation with the running node, or with one started for it."""
    running = running_node(settings.data)
    if running is None:
        return await talk_briefly(settings, script)
    async with httpx.AsyncClient(
        base_url=running.url, timeout=30, limits=CONNECTIONS
    ) as client:
        try:
            return await script(asking(settings, client))
        except httpx.HTTPError as error:
            raise NoAnswer(
                f"the node at {running.url} does not answer: {error!r}"
            ) from error


async def talk_briefly(
    settings: Settings, script: Callable[[Ask], Awaitable[Told]]
) -> Told:
    node = Node(settings)
    try:
        async with node.running():
            await node.settled(SETTLE_SECONDS)
            app: Any = app_of(node)  # httpx and Litestar type ASGI apart
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://node"
            ) as client:
                return await script(asking(settings, client))
    finally:
        node.close()


def asking(settings: Settings, client: httpx.AsyncClient) -> Ask:
    async def ask(question: Question) -> httpx.Response:
        return await client.send(request_of(client, settings, question))

    return ask


def request_of(
    client: httpx.AsyncClient, settings: Settings, question: Question
) -> httpx.Request:
    """The HTTP request; without a token the node's AUDITOR asks, its REGISTRAR acts."""
    lacks_capacity = question.is_command and not question.given.get("capacity")
    needs_operator = question.bearer is None or lacks_capacity
    issued = issue_token(settings, None, None, 1) if needs_operator else None
    if issued is not None and question.method == "GET":
        issued = auditor_token(settings) or issued
    proof = question.bearer or (issued.token if issued else "")
    headers = {
        "Authorization": f"Bearer {proof}",
        "Accept-Language": question.language,
    }
    if question.method == "GET":
        parameters = {name: str(value) for name, value in question.given.items()}
        return client.build_request(
            "GET", question.path, params=parameters, headers=headers
        )
    body = dict(question.given)
    if question.is_command and not body.get("capacity") and issued is not None:
        body["capacity"] = issued.capacity
    return client.build_request(
        question.method, question.path, json=body, headers=headers
    )


def identities_of(settings: Settings) -> Identities:
    """Whom the node on the folder believes; NoAnswer where that cannot be read."""
    try:
        return known_identities(
            settings, NodeKey(settings.data / "keys", settings.node)
        )
    except ISSUER_FAILURES as error:
        raise unusable_issuers(settings, error) from error


def app_of(node: Node) -> Litestar:
    """The HTTP door of a node; NoAnswer where its further issuers cannot be read."""
    return create_app(usable_doors(node))


def usable_doors(node: Node) -> Doors:
    try:
        return doors_of(node)
    except ISSUER_FAILURES as error:
        raise unusable_issuers(node.settings, error) from error


def unusable_issuers(settings: Settings, error: Exception) -> NoAnswer:
    return NoAnswer(f"ADISTEME_ISSUERS: {settings.issuers} cannot be used: {error}")


def run_migrate(settings: Settings) -> Operator | None:
    """Bring the stores to the newest schema; return the first REGISTRAR."""
    node = Node(settings)
    try:
        node.bus.start()
        try:
            return node.first_operator()
        finally:
            node.bus.close()
    finally:
        node.close()


def once_the_store_answers(settings: Settings, role: Role) -> Node:
    """The node; a database that is starting, too, is waited for, within a bound."""
    until = time.monotonic() + STORE_SECONDS
    while True:
        try:
            return Node(settings, role)
        except StoreUnavailable as error:
            if settings.database is None or time.monotonic() > until:
                raise
            log.warning("store_awaited", role=role, error=str(error))
            time.sleep(1)


def run_serve(
    settings: Settings, *, demo_wanted: bool, port: int | None, role: Role
) -> None:
    """Serve until SIGINT or SIGTERM."""
    chosen = of_demo(settings, demo_wanted)
    if port is not None:
        chosen = msgspec.structs.replace(chosen, port=port)
    node = once_the_store_answers(chosen, role)
    try:
        asyncio.run(serve(node) if role in ("all", "api") else work(node))
    finally:
        node.close()


class Server(uvicorn.Server):
    """uvicorn, with its signals left to the node, which has more to put down."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]  # uvicorn's own shape
        yield


def listening(settings: Settings) -> socket.socket:
    """The address, taken before anything is started; NoAnswer where it is not free."""
    host, port = settings.host, settings.port
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=2048)
        # Connections inherit it. asyncio sets it only where a socket says that it is
        # TCP's, which this one does not; an answer then waits 40 ms for its body.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        raise NoAnswer(
            f"cannot listen on {host} port {port}: {error.strerror}; choose another "
            "with --port, ADISTEME_PORT or ADISTEME_HOST"
        ) from error


def until_signalled() -> asyncio.Task[object]:
    """What ends with SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return loop.create_task(stop.wait())


async def work(node: Node) -> None:
    """Do the work of a role that answers nobody, until SIGINT or SIGTERM."""
    stopped = until_signalled()
    running = asyncio.create_task(run_until(node, stopped))
    await asyncio.wait({stopped, running}, return_when=asyncio.FIRST_COMPLETED)
    if stopped.done() and not running.done():
        log.info("node_stopping", role=node.role)
        await asyncio.wait({running}, timeout=STOP_SECONDS)
        running.cancel()
    await asyncio.gather(running, return_exceptions=stopped.done())


async def run_until(node: Node, stopped: asyncio.Task[object]) -> None:
    async with node.running():
        log.info("node_working", role=node.role, data=str(node.folder.path))
        await asyncio.wait({stopped})


async def serve(node: Node) -> None:
    listener = listening(node.settings)
    waiting = until_signalled()
    settings = node.settings
    doors = usable_doors(node)
    async with node.running(), taking_commands_from_the_bus(node, doors) as told:
        config = uvicorn.Config(
            create_app(told),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=10,
        )
        server = Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.02)
        if serving.done():
            raise NoAnswer("the HTTP server could not be started; the log says why")
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        url = f"http://{host}:{listener.getsockname()[1]}"
        node.folder.announce(url)
        log.info("node_serving", url=url, data=str(node.folder.path))
        say_how_to_look(node, url)
        await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
        log.info("node_stopping")
        server.should_exit = True
        await serving


@contextlib.asynccontextmanager
async def taking_commands_from_the_bus(
    node: Node, doors: Doors
) -> AsyncIterator[Doors]:
    """Answer commands over NATS meanwhile; at the end, those that have come.

    The doors it gives are those that it got, with this one in their health.
    """
    # Imported here: FastStream takes as long as all the rest, and only this needs it.
    from adapters.jetstream.command_door import CommandDoor

    door = CommandDoor(doors.submit, doors.identities, doors.published, doors.pack)
    stop = asyncio.Event()
    serving = asyncio.create_task(door.serve(node.server.url("node"), stop))

    def health() -> Health:
        part = Part(state=door.state, is_well=door.state != "down")
        return msgspec.structs.replace(doors.health(), command_door=part)

    try:
        yield replace(doors, health=health)
    finally:
        stop.set()
        await asyncio.gather(serving, return_exceptions=True)


def say_how_to_look(node: Node, url: str) -> None:
    """Tell a person what to type next; machines read the log."""
    console = Console()
    if not console.is_terminal:
        return
    flag = " --demo" if node.folder.path.name == "demo" else ""
    console.print(
        f"\n[bold]The node answers at {url}[/bold]\n"
        f"  look:     curl {url}/health/ready\n"
        f"            .venv/bin/adisteme show documents{flag}\n"
        f"            {url}/schema/openapi.json\n"
        f"  command:  .venv/bin/adisteme schema contract   (every command)\n"
        f"            .venv/bin/adisteme do organisation.register{flag} --json FILE\n"
        f"  token:    .venv/bin/adisteme token{flag}\n"
        "  stop:     Ctrl-C\n"
    )
