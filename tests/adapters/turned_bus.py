"""A real command bus over a real store, whose clock is turned by the test."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from adapters.command_bus import CommandBus
from adapters.orders import Accepted, Answer, Order
from adapters.persistence.event_store_sqlite import SqliteEventStore
from domain.decider import Command
from domain.regulation.pack import RulePack, rule_pack
from tests.domain.scenario import MONDAY, THE_NODE, Hat, World


class TurnedBus:
    """Takes the commands of a story at the times at which the story gave them."""

    def __init__(self, path: Path, pack: RulePack) -> None:
        self.now = MONDAY
        self.store = SqliteEventStore(path, "local", lambda: self.now)
        self.bus = CommandBus(self.store, pack, "local", clock=lambda: self.now)
        self.bus.start()

    def give(self, hat: Hat, command: Command, at: datetime) -> Answer:
        self.now = at
        return self.bus.handle(order_of(hat, command))

    def give_at_once(
        self, hat: Hat, commands: Sequence[Command], at: datetime
    ) -> list[Answer]:
        """Give all before any of them is answered."""
        self.now = at
        given = [self.bus.submit(order_of(hat, command)) for command in commands]
        return [future.result() for future in given]

    def retell(self, world: World) -> None:
        """Give everything that was accepted in a story; it is accepted here too."""
        for at, hat, command in world.accepted:
            answer = self.give(hat, command, at)
            assert isinstance(answer, Accepted), (command, answer)

    def close(self) -> None:
        self.bus.close()
        self.store.close()


def order_of(hat: Hat, command: Command) -> Order:
    return Order(
        command=command,
        person=hat.person,
        organisation=hat.organisation,
        is_system=hat == THE_NODE,
    )


@contextmanager
def turned_bus(path: Path, pack: RulePack | None = None) -> Iterator[TurnedBus]:
    one = TurnedBus(path, pack or rule_pack())
    try:
        yield one
    finally:
        one.close()
