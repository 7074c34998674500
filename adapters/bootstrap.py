"""The composition root: builds a node from its settings, runs it, and takes it down."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Literal, get_args
from uuid import uuid4

import msgspec
import structlog
from msgspec import Struct
from nats.aio.client import Client
from nats.errors import Error as NatsError

from adapters.command_bus import CommandBus
from adapters.counting import Counting
from adapters.data_folder import DataFolder
from adapters.envelope import StoreUnavailable, recorded
from adapters.explanations import Explanations
from adapters.health import own_health, seen_health
from adapters.http_routes.doors import Doors, Health
from adapters.identity import Identities, Issuer, NodeKey
from adapters.jetstream.connection import connect
from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.jetstream.external_server import ExternalServer
from adapters.jetstream.identities import Identity, inbox_of, write_private
from adapters.jetstream.policies import PolicyRunner
from adapters.jetstream.projector import Projector
from adapters.jetstream.relay import Relay, always
from adapters.jetstream.stream import ensure_stream, stream_name
from adapters.operators import Operators
from adapters.orders import Accepted
from adapters.persistence.event_store_postgres import PostgresEventStore
from adapters.policy_notes import farthest_behind
from adapters.projection_desk import ProjectionDesk
from adapters.queries import Queries
from adapters.settings import Settings
from adapters.stores import open_stores
from adapters.views import AnyProjection
from adapters.watch import Watch
from adapters.work_queries import WorkQueries
from domain.identifiers import CapacityId, CommandId, PersonId
from domain.node import AUDITOR, REGISTRAR, GrantOperator, stream_of
from domain.policies import POLICIES
from domain.regulation.pack import RulePack, rule_pack
from projections.approval_stage import APPROVAL_STAGE
from projections.approval_status import APPROVAL_STATUS
from projections.meeting_calendar import MEETING_CALENDAR
from projections.org_directory import ORG_DIRECTORY
from projections.review_desk import REVIEW_DESK
from projections.staff_registry import STAFF_REGISTRY

log = structlog.get_logger()

PROJECTIONS: tuple[AnyProjection, ...] = (
    ORG_DIRECTORY,
    APPROVAL_STATUS,
    APPROVAL_STAGE,
    REVIEW_DESK,
    MEETING_CALENDAR,
    STAFF_REGISTRY,
)
WATCH_SECONDS = 0.2


Role = Literal["all", "api", "relay", "project", "policy"]
ROLES: tuple[Role, ...] = get_args(Role)
LEASE_SECONDS = 3.0
RETRY_SECONDS = 0.5


class RoleRefused(Exception):
    """A role needs what the settings do not give; the message says what."""


class Operator(Struct, frozen=True):
    """The first REGISTRAR, whom the first start of a node makes; and an AUDITOR.

    They are two, so that a token that may register reads nothing but what is public.
    """

    person: PersonId
    capacity: CapacityId
    auditor: PersonId | None = None


class Node:
    """One node, or a role of it: all, or `api`, `relay`, `project`, `policy` alone.

    On SQLite one process does everything; PostgreSQL and a NATS server of its own
    let each role run in a process of its own, and in several.
    """

    def __init__(self, settings: Settings, role: Role = "all") -> None:
        require_parts(settings, role)
        self.settings = settings
        self.role = role
        self.pack: RulePack = rule_pack()
        self.folder = DataFolder(settings.data)
        # What answers over HTTP holds the folder, so that others find it there.
        if role in ("all", "api"):
            self.folder.take()
        else:
            self.folder.make()
        try:
            self._build()
        except BaseException:
            self.folder.release()
            raise

    def _build(self) -> None:
        settings, data = self.settings, self.folder.path
        self.server: EmbeddedServer | ExternalServer
        if settings.bus is not None and settings.bus_identities is not None:
            self.server = ExternalServer(settings.bus, settings.bus_identities)
        else:
            self.server = EmbeddedServer(data, settings.node)
        self._stores = open_stores(
            data,
            settings.database,
            settings.node,
            secret(data / "keys" / "content.key"),
            PROJECTIONS,
        )
        self.store = self._stores.events
        self.content = self._stores.content
        self.views = self._stores.views
        self.relay = Relay(
            self.store, lambda: self.connect("relay"), settings.node, self._may_relay()
        )
        self.projector = Projector(
            self.views,
            PROJECTIONS,
            recorded,
            lambda: self.connect("node"),
            settings.node,
        )
        self.watch = Watch(
            self.store.position,
            lambda: farthest_behind(self.store, [each.name for each in POLICIES]),
            self.views,
            [each.name for each in PROJECTIONS],
            lambda: self.connect("node"),
            settings.node,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self.bus = CommandBus(
            self.store, self.pack, settings.node, on_commit=self._committed
        )
        self.policies = [
            PolicyRunner(
                policy,
                self.store,
                self.views,
                self.bus.submit,
                lambda: self.connect("node"),
                settings.node,
            )
            for policy in POLICIES
        ]

    def _may_relay(self) -> Callable[[], bool]:
        store, holder = self.store, str(uuid4())
        if isinstance(store, PostgresEventStore):
            return lambda: store.hold("relay", holder, LEASE_SECONDS)
        return always

    async def connect(self, identity: Identity) -> Client:
        """A connection to the bus as one of its identities."""
        return await connect(
            self.server.url(identity),
            name=f"adisteme-{self.settings.node}-{identity}",
            inbox=inbox_of(identity),
            trusts_subjects=identity == "relay",
        )

    def _committed(self, _position: int) -> None:
        poke = self.relay.poke if self.role == "all" else self.watch.poke
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just ended
                self._loop.call_soon_threadsafe(poke)

    def first_operator(self) -> Operator | None:
        """The node's first REGISTRAR, granted by the node itself at its first start.

        With it the AUDITOR who reads for the command line. None where another folder
        holds the note of who they are.
        """
        path = self.folder.path / "operator.json"
        stream = stream_of(self.settings.node)
        if self.store.head(stream):
            if not path.exists():
                return None
            operator = msgspec.json.decode(path.read_bytes(), type=Operator)
        else:
            # Written down first: a note without a grant is mended by the next start.
            operator = Operator(PersonId(str(uuid4())), CapacityId(f"{stream}#1"))
            write_private(path, msgspec.json.encode(operator))
            if not self._granted(operator.person, REGISTRAR, expected_version=0):
                path.unlink()
                raise RoleRefused("the first operator was granted elsewhere meanwhile")
        if operator.auditor is None:
            auditor = PersonId(str(uuid4()))
            if not self._granted(auditor, AUDITOR):
                raise RoleRefused("the first auditor was refused")
            operator = msgspec.structs.replace(operator, auditor=auditor)
            write_private(path, msgspec.json.encode(operator))
        return operator

    def _granted(
        self, person: PersonId, role: str, expected_version: int | None = None
    ) -> bool:
        answer = self.bus.handle_system(
            GrantOperator(
                command_id=CommandId(str(uuid4())),
                capacity=CapacityId(f"{stream_of(self.settings.node)}#0"),
                node=self.settings.node,
                person_id=person,
                role=role,
                expected_version=expected_version,
            )
        )
        return isinstance(answer, Accepted)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Node"]:
        """Run the parts of the role; on leaving, finish what was begun."""
        self._loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        tasks: list[asyncio.Task[None]] = []
        gives_commands = self.role in ("all", "api", "policy")
        self.server.start()
        if gives_commands:
            self.bus.start()
        try:
            if self.role in ("all", "api"):
                self.first_operator()
            if self.role in ("all", "relay"):
                await self._have_stream()
            tasks += [asyncio.create_task(work) for work in self._works(stop)]
            yield self
        finally:
            if gives_commands:
                await asyncio.to_thread(self.bus.close)
            stop.set()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _works(self, stop: asyncio.Event) -> Iterator[Coroutine[None, None, None]]:
        if self.role in ("all", "relay"):
            yield self.relay.run(stop)
        if self.role in ("all", "project"):
            yield self.projector.run(stop)
        if self.role in ("all", "policy"):
            yield from (policy.run(stop) for policy in self.policies)
        if self.role in ("api", "policy"):
            yield self.watch.run(stop)
        if isinstance(self.server, EmbeddedServer):
            yield self._watch_server(self.server, stop)

    async def _have_stream(self) -> None:
        """Make the stream; a bus that is not there yet is waited for."""
        while True:
            try:
                nc = await self.connect("node")
                try:
                    return await ensure_stream(nc, self.settings.node)
                finally:
                    await nc.close()
            except (NatsError, OSError, TimeoutError) as error:
                log.warning("stream_not_made", error=repr(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def _watch_server(self, server: EmbeddedServer, stop: asyncio.Event) -> None:
        """Start the embedded server again when it has died, or stores nothing.

        After a write that failed, as on a full disk, a nats-server stores nothing more,
        whatever room there is, and does not even say so.
        """
        while not stop.is_set():
            stores_nothing = self.relay.is_stuck
            if not server.alive or stores_nothing:
                self.relay.is_stuck = False
                log.warning(
                    "nats_server_stores_nothing"
                    if stores_nothing
                    else "nats_server_died"
                )
                try:
                    # In this thread: the server's life is tied to who forked it.
                    server.restart()
                except Exception:  # the outermost loop: try again
                    log.exception("nats_server_restart_failed")
                    await asyncio.sleep(1)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), WATCH_SECONDS)

    async def wait_for(self, position: int, timeout: float) -> bool:
        """Wait until all views show a position; False when they do not in time."""
        if self.role == "api":
            return await self.watch.wait_for(position, timeout)
        return await self.projector.wait_for(position, timeout)

    def published(self, position: int) -> bool:
        """Tell whether the bus has all up to a position, as far as is known here."""
        if self.role == "api":
            return self.watch.published(position)
        return self.relay.status().published >= position

    async def settled(self, seconds: float) -> bool:
        """Wait until the bus and the views have all that the store has."""
        return await self.wait_for(self.store.position(), seconds)

    @property
    def stream_name(self) -> str:
        return stream_name(self.settings.node)

    def health(self) -> Health:
        """How the parts are; a store that cannot be asked is down."""
        if self.role == "api":
            return seen_health(self.watch.seen)
        try:
            logged: int | None = self.store.position()
        except StoreUnavailable:
            logged = None
        return own_health(
            logged,
            self.relay.status(),
            self.projector.status(),
            [policy.status() for policy in self.policies],
            relay_is_stuck=self.relay.is_stuck,
        )

    def close(self) -> None:
        self.server.stop()
        self._stores.close()
        self.folder.release()


def require_parts(settings: Settings, role: Role) -> None:
    """Refuse settings that do not belong together, saying what is missing."""
    if (settings.bus is None) != (settings.bus_identities is None):
        raise RoleRefused(
            "ADISTEME_BUS and ADISTEME_BUS_IDENTITIES go together; "
            "`adisteme bus config` writes the identities"
        )
    if role != "all" and settings.database is None:
        raise RoleRefused(
            f"SQLite serves one process, which does everything: --role {role} needs "
            "ADISTEME_DATABASE, the address of a PostgreSQL database"
        )
    if role != "all" and settings.bus is None:
        raise RoleRefused(
            f"--role {role} needs a NATS server that all roles share: set ADISTEME_BUS "
            "and ADISTEME_BUS_IDENTITIES"
        )


def doors_of(node: Node) -> Doors:
    """What the HTTP door needs, taken from a node."""
    key = NodeKey(node.folder.path / "keys", node.settings.node)
    queries = Queries(node.views, node.wait_for, node.pack)
    return Doors(
        submit=node.bus.submit,
        identities=known_identities(node.settings, key),
        queries=queries,
        streams=node.store,
        explanations=Explanations(node.store, node.views, node.pack),
        work=WorkQueries(queries, node.views, node.store, node.pack),
        counting=Counting(queries, node.views, node.pack, node.store.count_refusals),
        content=node.content,
        refusals=node.store.refusals,
        roles_of=Operators(node.store, node.settings.node).roles_of,
        health=node.health,
        published=node.published,
        pack=node.pack,
        jwks=key.jwks,
        projections=ProjectionDesk(
            node.views, [each.name for each in PROJECTIONS], node.store.position
        ),
    )


def known_identities(settings: Settings, key: NodeKey) -> Identities:
    """Who may issue tokens for the node: itself, and the issuers of its settings."""
    further = settings.issuers
    issuers = (
        msgspec.json.decode(further.read_bytes(), type=list[Issuer]) if further else []
    )
    return Identities([key.as_issuer(), *issuers])


def secret(path: Path) -> bytes:
    """32 random bytes that only the node's user may read, made once."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, os.urandom(32))
    return path.read_bytes()
