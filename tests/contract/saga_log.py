"""The story in which every event occurs, given to a real bus over a real store."""

from datetime import datetime
from pathlib import Path

from adapters.command_bus import CommandBus
from adapters.orders import Accepted, Order
from adapters.persistence.event_store_sqlite import SqliteEventStore
from tests.domain.saga import a_saga
from tests.domain.scenario import THE_NODE


def saga_log(folder: Path) -> list[bytes]:
    """The records that the story leaves in the log, the same bytes every time."""
    world = a_saga()
    now: list[datetime] = [at for at, _, _ in world.accepted][:1]
    store = SqliteEventStore(folder / "log.sqlite", "local", lambda: now[0])
    bus = CommandBus(store, world.pack, "local", clock=lambda: now[0])
    bus.start()
    try:
        for now[0], hat, command in world.accepted:
            order = Order(
                command=command,
                person=hat.person,
                organisation=hat.organisation,
                is_system=hat == THE_NODE,
            )
            answer = bus.handle(order)
            assert isinstance(answer, Accepted), answer
    finally:
        bus.close()
    log = [record for _, record in store.records(0, 100_000)]
    store.close()
    return log
