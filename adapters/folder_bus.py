"""The store and the bus of a data folder, whether its node runs or not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from nats.aio.client import Client

from adapters.data_folder import DataFolder, FolderInUse
from adapters.jetstream.connection import connect
from adapters.jetstream.embedded_server import EmbeddedServer
from adapters.jetstream.identities import Identity, inbox_of, url_from
from adapters.jetstream.server_configuration import address_in
from adapters.jetstream.stream import stream_name
from adapters.persistence.event_store_postgres import PostgresEventStore
from adapters.persistence.event_store_sqlite import SqliteEventStore
from adapters.settings import Settings
from adapters.stores import open_events


class NoNode(Exception):
    """The folder holds no node; the message says so."""


class FolderBus(Struct, frozen=True):
    """What there is to compare and to mend; `node_runs` tells who fills the stream."""

    store: SqliteEventStore | PostgresEventStore
    node: str
    identities: Path
    address: str
    node_runs: bool

    @property
    def stream(self) -> str:
        return stream_name(self.node)

    async def connect(self, identity: Identity) -> Client:
        return await connect(
            url_from(self.identities, identity, self.address),
            name=f"adisteme-{self.node}-bus-{identity}",
            inbox=inbox_of(identity),
            trusts_subjects=identity == "relay",
        )


@contextmanager
def bus_of_folder(settings: Settings) -> Iterator[FolderBus]:
    """Open it beside a running node, or start its server where none runs.

    A bus that is a server of its own is taken as it is.
    NoNode where the folder holds none; ServerFailed where the server does not start.
    """
    if settings.bus is not None and settings.bus_identities is not None:
        with _store(settings) as store:
            yield FolderBus(
                store=store,
                node=settings.node,
                identities=settings.bus_identities,
                address=settings.bus,
                node_runs=True,
            )
        return
    log = settings.data / "events.sqlite"
    if settings.database is None and not log.exists():
        raise NoNode(f"{settings.data} holds no node yet; start one with `serve`")
    folder = DataFolder(settings.data)
    try:
        folder.take()
    except FolderInUse:
        with _opened(settings, node_runs=True) as bus:
            yield bus
        return
    server = EmbeddedServer(folder.path, settings.node)
    try:
        server.start()
        with _opened(settings, node_runs=False) as bus:
            yield bus
    finally:
        server.stop()
        folder.release()


@contextmanager
def _opened(settings: Settings, *, node_runs: bool) -> Iterator[FolderBus]:
    folder = settings.data / "nats"
    with _store(settings) as store:
        yield FolderBus(
            store=store,
            node=settings.node,
            identities=folder / "identities.json",
            address=address_in(folder / "nats.conf"),
            node_runs=node_runs,
        )


@contextmanager
def _store(settings: Settings) -> Iterator[SqliteEventStore | PostgresEventStore]:
    store = open_events(settings.data, settings.database, settings.node)
    try:
        yield store
    finally:
        store.close()
