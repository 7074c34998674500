"""The composition root: builds a node from its settings, runs it, and takes it down."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import msgspec
import structlog
from msgspec import Struct
from nats.aio.client import Client

from adapters.command_bus import CommandBus
from adapters.data_folder import DataFolder
from adapters.envelope import StoreUnavailable, recorded
from adapters.http_routes.doors import Doors, Health, Part
from adapters.identity import Identities, Issuer, NodeKey
from adapters.jetstream.connection import connect
from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.jetstream.identities import Identity, inbox_of, write_private
from adapters.jetstream.projector import Projector
from adapters.jetstream.relay import Relay
from adapters.jetstream.stream import ensure_stream, stream_name
from adapters.operators import Operators
from adapters.orders import Accepted
from adapters.persistence.content_store import SqliteContentStore
from adapters.persistence.event_store_sqlite import SqliteEventStore
from adapters.persistence.view_store_sqlite import SqliteViewStore
from adapters.projection_desk import ProjectionDesk
from adapters.queries import Queries
from adapters.settings import Settings
from adapters.views import AnyProjection
from domain.identifiers import CapacityId, CommandId, PersonId
from domain.node import GrantOperator, stream_of
from domain.regulation.pack import RulePack, rule_pack
from projections.approval_stage import APPROVAL_STAGE
from projections.approval_status import APPROVAL_STATUS
from projections.org_directory import ORG_DIRECTORY

log = structlog.get_logger()

PROJECTIONS: tuple[AnyProjection, ...] = (
    ORG_DIRECTORY,
    APPROVAL_STATUS,
    APPROVAL_STAGE,
)
WATCH_SECONDS = 0.2


class Operator(Struct, frozen=True):
    """The first REGISTRAR, whom the first start of a node makes."""

    person: PersonId
    capacity: CapacityId


class Node:
    """One node on one data folder: store, bus, relay, views."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pack: RulePack = rule_pack()
        self.folder = DataFolder(settings.data)
        self.folder.take()
        data = self.folder.path
        self.server = EmbeddedServer(data, settings.node)
        self.store = SqliteEventStore(
            data / "events.sqlite", settings.node, lambda: datetime.now(UTC)
        )
        self.content = SqliteContentStore(
            data / "content.sqlite", secret(data / "keys" / "content.key")
        )
        self.views = SqliteViewStore(data / "views.sqlite", PROJECTIONS)
        self.relay = Relay(self.store, lambda: self.connect("relay"), settings.node)
        self.projector = Projector(
            self.views,
            PROJECTIONS,
            recorded,
            lambda: self.connect("node"),
            settings.node,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self.bus = CommandBus(
            self.store, self.pack, settings.node, on_commit=self._committed
        )

    async def connect(self, identity: Identity) -> Client:
        """A connection to the bus as one of its identities."""
        return await connect(
            self.server.url(identity),
            name=f"adisteme-{self.settings.node}-{identity}",
            inbox=inbox_of(identity),
            trusts_subjects=identity == "relay",
        )

    def _committed(self, _position: int) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just ended
                self._loop.call_soon_threadsafe(self.relay.poke)

    def first_operator(self) -> Operator:
        """The node's first REGISTRAR, granted by the node itself at its first start."""
        path = self.folder.path / "operator.json"
        if path.exists():
            return msgspec.json.decode(path.read_bytes(), type=Operator)
        person = PersonId(str(uuid4()))
        granted = self.bus.handle_system(
            GrantOperator(
                command_id=CommandId(str(uuid4())),
                capacity=CapacityId(f"{stream_of(self.settings.node)}#0"),
                node=self.settings.node,
                person_id=person,
                role="REGISTRAR",
            )
        )
        if not isinstance(granted, Accepted):
            raise RuntimeError(f"the first operator was refused: {granted.code}")
        operator = Operator(person, CapacityId(f"{granted.stream}#{granted.version}"))
        write_private(path, msgspec.json.encode(operator))
        return operator

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Node"]:
        """Run bus, relay and projector; on leaving, finish what was begun."""
        self._loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        self.server.start()
        setting_up = await self.connect("node")
        await ensure_stream(setting_up, self.settings.node)
        await setting_up.close()
        self.bus.start()
        self.first_operator()
        tasks = [
            asyncio.create_task(self.relay.run(stop), name="relay"),
            asyncio.create_task(self.projector.run(stop), name="projector"),
            asyncio.create_task(self._watch_server(stop), name="server-watch"),
        ]
        try:
            yield self
        finally:
            await asyncio.to_thread(self.bus.close)
            stop.set()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch_server(self, stop: asyncio.Event) -> None:
        """Start the embedded server again when it has died."""
        while not stop.is_set():
            if not self.server.alive:
                log.warning("nats_server_died")
                try:
                    # In this thread: the server's life is tied to who forked it.
                    self.server.restart()
                except Exception:  # the outermost loop: try again
                    log.exception("nats_server_restart_failed")
                    await asyncio.sleep(1)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), WATCH_SECONDS)

    async def settled(self, seconds: float) -> bool:
        """Wait until the bus and the views have all that the store has."""
        return await self.projector.wait_for(self.store.position(), seconds)

    @property
    def stream_name(self) -> str:
        return stream_name(self.settings.node)

    def health(self) -> Health:
        """How the parts are; a store that cannot be asked is down."""
        relay, projector = self.relay.status(), self.projector.status()
        try:
            store = Part(state="up", is_well=True, position=self.store.position())
        except StoreUnavailable:
            store = Part(state="down", is_well=False)
        bus_down = relay.state in ("bus-down", "bus-foreign", "starting")
        shown = min(view.position for view in projector.views)
        return Health(
            store=store,
            bus=Part(state="down" if bus_down else "up", is_well=not bus_down),
            relay=Part(
                state=relay.state,
                is_well=not bus_down,
                position=relay.published,
                lag=relay.lag,
            ),
            views=Part(
                state=projector.state,
                is_well=projector.state in ("running", "waiting"),
                position=shown,
                lag=projector.waiting,
            ),
        )

    def close(self) -> None:
        self.server.stop()
        self.views.close()
        self.content.close()
        self.store.close()
        self.folder.release()


def doors_of(node: Node) -> Doors:
    """What the HTTP door needs, taken from a node."""
    key = NodeKey(node.folder.path / "keys", node.settings.node)
    further = node.settings.issuers
    issuers = (
        msgspec.json.decode(further.read_bytes(), type=list[Issuer]) if further else []
    )
    return Doors(
        submit=node.bus.submit,
        identities=Identities([key.as_issuer(), *issuers]),
        queries=Queries(node.views, node.projector.wait_for),
        content=node.content,
        refusals=node.store.refusals,
        roles_of=Operators(node.store, node.settings.node).roles_of,
        health=node.health,
        published=lambda position: node.relay.status().published >= position,
        pack=node.pack,
        jwks=key.jwks,
        projections=ProjectionDesk(
            node.views, [each.name for each in PROJECTIONS], node.store.position
        ),
    )


def secret(path: Path) -> bytes:
    """32 random bytes that only the node's user may read, made once."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, os.urandom(32))
    return path.read_bytes()
