"""`make bench`: prints a table of ratios and writes bench.json."""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import msgspec
from rich.console import Console

from adapters.command_bus import CommandBus
from adapters.demo.institutions import synthetic_bin
from adapters.orders import Accepted, Order, command_of
from adapters.persistence.event_store_sqlite import SqliteEventStore
from adapters.tables import show_table
from domain.identifiers import CapacityId, CommandId, PersonId
from domain.node import GrantOperator
from domain.regulation.pack import rule_pack

ROUNDS = 3
COMMANDS = 400


def registrations(person: PersonId, first_serial: int) -> list[Order]:
    return [
        Order(
            command=command_of(
                "organisation.register",
                msgspec.json.encode(
                    {
                        "command_id": str(uuid4()),
                        "capacity": "node/local#1",
                        "bin": synthetic_bin(first_serial + serial),
                        "names": {"ru": "Университет"},
                        "kind": "UNIVERSITY",
                        "kato": "750000000",
                    }
                ),
            ),
            person=person,
            organisation="node",
        )
        for serial in range(COMMANDS)
    ]


def one_by_one(bus: CommandBus, orders: list[Order]) -> None:
    for order in orders:
        assert isinstance(bus.handle(order), Accepted)


def together(bus: CommandBus, orders: list[Order]) -> None:
    for future in [bus.submit(order) for order in orders]:
        assert isinstance(future.result(), Accepted)


def measured(
    way: Callable[[CommandBus, list[Order]], None], person: PersonId, folder: Path
) -> float:
    """Commands per second on a store of its own."""
    store = SqliteEventStore(
        folder / f"{uuid4()}.sqlite", "local", lambda: datetime.now(UTC)
    )
    bus = CommandBus(store, rule_pack(), "local")
    bus.start()
    bus.handle_system(
        GrantOperator(
            command_id=CommandId(str(uuid4())),
            capacity=CapacityId("node/local#0"),
            node="local",
            person_id=person,
            role="REGISTRAR",
        )
    )
    orders = registrations(person, 1)
    began = time.perf_counter()
    way(bus, orders)
    took = time.perf_counter() - began
    bus.close()
    store.close()
    return COMMANDS / took


def main() -> None:
    person = PersonId(str(uuid4()))
    with tempfile.TemporaryDirectory() as name:
        pairs = [
            (
                measured(one_by_one, person, Path(name)),
                measured(together, person, Path(name)),
            )
            for _ in range(ROUNDS)
        ]
    baseline = statistics.median(pair[0] for pair in pairs)
    ours = statistics.median(pair[1] for pair in pairs)
    rows = [
        {
            "name": "group_commit_sqlite",
            "value": round(ours),
            "unit": "commands/s",
            "baseline": round(baseline),
            "ratio": round(ours / baseline, 2),
            "how": f"{COMMANDS} waiting commands in group commits, against the same "
            f"one by one; interleaved, medians of {ROUNDS}",
        }
    ]
    Path("bench.json").write_bytes(msgspec.json.format(msgspec.json.encode(rows)))
    columns = ("name", "value", "unit", "baseline", "ratio", "how")
    show_table(Console(), "Benchmarks", columns, [list(r.values()) for r in rows])


if __name__ == "__main__":
    main()
