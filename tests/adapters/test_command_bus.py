"""The command bus over a real store: batches, repeats, conflicts, bounds, outages."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from adapters.command_bus import MAX_BATCH, CommandBus
from adapters.demo.institutions import synthetic_bin
from adapters.envelope import (
    CommandRecord,
    Denial,
    Outcome,
    Stale,
    StoreUnavailable,
    Verdict,
)
from adapters.orders import Accepted, Answer, Order, Refused, command_of
from adapters.persistence.event_store_sqlite import SqliteEventStore
from domain.identifiers import CapacityId, CommandId, PersonId
from domain.node import GrantOperator
from domain.regulation.pack import rule_pack

REGISTRAR = PersonId("11111111-1111-4111-8111-111111111111")
FIRST_GRANT = CapacityId("node/local#1")


class Gate:
    """A real store whose appends wait while the gate is shut, and are counted."""

    def __init__(self, store: SqliteEventStore) -> None:
        self.store = store
        self.batches: list[int] = []
        self.arrived = threading.Event()
        self._open = threading.Event()
        self._open.set()
        self.read, self.owned = store.read, store.owned

    def append(
        self, verdicts: Sequence[Verdict]
    ) -> Sequence[Outcome | Denial | Stale | CommandRecord]:
        self.batches.append(len(verdicts))
        self.arrived.set()
        assert self._open.wait(20)
        return self.store.append(verdicts)

    @contextmanager
    def shut(self) -> Iterator[None]:
        self.arrived.clear()
        self._open.clear()
        try:
            yield
        finally:
            self.open()

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


def open_store(path: Path) -> SqliteEventStore:
    return SqliteEventStore(path, "local", lambda: datetime.now(UTC), patience=0.2)


@pytest.fixture
def store(path: Path) -> Iterator[SqliteEventStore]:
    store = open_store(path)
    with started(CommandBus(store, rule_pack(), "local")) as bus:
        assert isinstance(grant(bus), Accepted)
    yield store
    store.close()


@contextmanager
def started(bus: CommandBus) -> Iterator[CommandBus]:
    bus.start()
    try:
        yield bus
    finally:
        bus.close()


def grant(bus: CommandBus) -> Answer:
    return bus.handle_system(
        GrantOperator(
            command_id=CommandId(str(uuid4())),
            capacity=CapacityId("node/local#0"),
            node="local",
            person_id=REGISTRAR,
            role="REGISTRAR",
        )
    )


def order(tag: str, command_id: str | None = None, **fields: object) -> Order:
    body = {
        "command_id": command_id or str(uuid4()),
        "capacity": FIRST_GRANT,
        **fields,
    }
    command = command_of(tag, msgspec.json.encode(body))
    return Order(command=command, person=REGISTRAR, organisation="node")


def register(number: int, command_id: str | None = None, name: str = "КазУ") -> Order:
    return order(
        "organisation.register",
        command_id,
        bin=synthetic_bin(number),
        names={"ru": name},
        kind="UNIVERSITY",
        kato="750000000",
    )


def declare(number: int, *levels: str, expected: int | None = None) -> Order:
    return order(
        "organisation.declare-levels",
        bin=synthetic_bin(number),
        levels=levels,
        expected_version=expected,
    )


def test_what_waits_is_committed_together(store: SqliteEventStore) -> None:
    gate = Gate(store)
    with started(CommandBus(gate, rule_pack(), "local")) as bus:
        with gate.shut():
            first = bus.submit(register(1))
            assert gate.arrived.wait(10)
            later = [bus.submit(register(number)) for number in range(2, 66)]
        answers = [future.result() for future in (first, *later)]
    assert all(isinstance(answer, Accepted) for answer in answers)
    assert gate.batches[0] == 1
    assert gate.batches[1] > 1


def test_a_batch_has_a_bound(store: SqliteEventStore) -> None:
    gate = Gate(store)
    bus = CommandBus(gate, rule_pack(), "local")
    waiting = [bus.submit(declare(1, "HE")) for _ in range(2 * MAX_BATCH)]
    with started(bus):
        for future in waiting:
            future.result()
    assert gate.batches[0] == max(gate.batches) == MAX_BATCH


def test_a_refusal_in_a_batch_touches_nobody_else(store: SqliteEventStore) -> None:
    gate = Gate(store)
    with started(CommandBus(gate, rule_pack(), "local")) as bus:
        with gate.shut():
            bus.submit(register(1))
            assert gate.arrived.wait(10)
            given = [
                bus.submit(one)
                for one in (
                    register(2),
                    register(1),
                    declare(3, "HE"),
                    declare(2, "HE"),
                    register(3),
                )
            ]
        answers = [future.result() for future in given]
    codes = [a.code if isinstance(a, Refused) else None for a in answers]
    assert codes == [None, "ORG-EXISTS", "ORG-UNKNOWN", None, None]
    assert store.count_refusals() == {"ORG-EXISTS": 1, "ORG-UNKNOWN": 1}


def test_the_same_command_many_times_at_once_leaves_one_effect(
    store: SqliteEventStore,
) -> None:
    command_id = str(uuid4())
    with (
        started(CommandBus(store, rule_pack(), "local")) as bus,
        ThreadPoolExecutor(16) as threads,
    ):
        before = store.position()
        repeats = [
            threads.submit(bus.handle, register(1, command_id)) for _ in range(51)
        ]
        answers = [future.result() for future in repeats]
    accepted = [answer for answer in answers if isinstance(answer, Accepted)]
    assert len(accepted) == len(answers)
    assert sorted(answer.repeated for answer in accepted) == [False] + [True] * 50
    assert len({answer.position for answer in accepted}) == 1
    assert store.position() == accepted[0].position > before


def test_a_repeat_is_known_after_a_restart_and_other_content_is_refused(
    store: SqliteEventStore, path: Path
) -> None:
    command_id = str(uuid4())
    with started(CommandBus(store, rule_pack(), "local")) as bus:
        first = bus.handle(register(1, command_id))
    assert isinstance(first, Accepted)
    with (
        closing(open_store(path)) as opened,
        started(CommandBus(opened, rule_pack(), "local")) as bus,
    ):
        again = bus.handle(register(1, command_id))
        other = bus.handle(register(1, command_id, name="АлмУ"))
    assert again == msgspec.structs.replace(first, repeated=True)
    assert isinstance(other, Refused)
    assert other.code == "CMD-ID-REUSED"


def test_two_buses_over_one_log_never_decide_on_what_the_other_changed(
    store: SqliteEventStore, path: Path
) -> None:
    """Each folds and caches for itself; the read set brings every conflict to light."""
    with (
        closing(open_store(path)) as opened,
        started(CommandBus(store, rule_pack(), "local")) as one,
        started(CommandBus(opened, rule_pack(), "local")) as two,
        ThreadPoolExecutor(8) as threads,
    ):
        for number in range(1, 30):
            registrations = [
                threads.submit(bus.handle, register(number))
                for bus in (one, two, one, two)
            ]
            answers = [future.result() for future in registrations]
            codes = sorted(a.code for a in answers if isinstance(a, Refused))
            assert codes == ["ORG-EXISTS"] * 3
            version = 1
            moves = [
                threads.submit(bus.handle, declare(number, level, expected=version))
                for bus, level in ((one, "HE"), (two, "HE"))
            ]
            outcomes = [future.result() for future in moves]
            stale = [a for a in outcomes if isinstance(a, Refused)]
            assert [(a.code, a.context["current"]) for a in stale] == [("CMD-STALE", 2)]


def test_beyond_the_bound_a_command_is_refused_at_once_and_not_taken(
    store: SqliteEventStore,
) -> None:
    gate = Gate(store)
    bus = CommandBus(gate, rule_pack(), "local", max_waiting=4)
    with started(bus):
        with gate.shut():
            given = [bus.submit(register(1))]
            assert gate.arrived.wait(10)
            given += [bus.submit(register(number)) for number in range(2, 8)]
            refused = [future.result() for future in given[4:]]
        taken = [future.result() for future in given[:4]]
    assert [a.code for a in refused if isinstance(a, Refused)] == ["CMD-BUSY"] * 3
    assert {a.status for a in refused if isinstance(a, Refused)} == {503}
    assert all(isinstance(answer, Accepted) for answer in taken)
    assert [store.head(f"organisation/{synthetic_bin(n)}") for n in range(1, 8)] == [
        *[1] * 4,
        *[0] * 3,
    ]


def test_a_sender_that_gave_up_before_its_turn_leaves_nothing(
    store: SqliteEventStore,
) -> None:
    gate = Gate(store)
    bus = CommandBus(gate, rule_pack(), "local")
    waiting, other = bus.submit(register(2)), bus.submit(register(3))
    assert waiting.cancel()
    with gate.shut(), started(bus):
        assert gate.arrived.wait(10)
        assert not other.cancel()
        gate.open()
        assert isinstance(other.result(), Accepted)
    assert store.head(f"organisation/{synthetic_bin(2)}") == 0


def test_closing_finishes_what_was_taken_and_refuses_the_rest(
    store: SqliteEventStore,
) -> None:
    gate = Gate(store)
    bus = CommandBus(gate, rule_pack(), "local")
    bus.start()
    with gate.shut():
        taken = [bus.submit(register(1))]
        assert gate.arrived.wait(10)
        taken += [bus.submit(register(number)) for number in range(2, 20)]
        closing_bus = threading.Thread(target=bus.close)
        closing_bus.start()
        late = bus.submit(register(99))
        while not isinstance(answer := late.result(), Refused):
            taken.append(late)
            late = bus.submit(register(99, str(uuid4())))
    closing_bus.join()
    assert answer.code == "CMD-BUSY"
    assert all(isinstance(f.result(), Accepted | Refused) for f in taken)
    assert store.head(f"organisation/{synthetic_bin(19)}") == 1


def test_a_store_that_is_down_refuses_and_the_bus_goes_on_by_itself(
    store: SqliteEventStore, path: Path
) -> None:
    with started(CommandBus(store, rule_pack(), "local")) as bus:
        command_id = str(uuid4())
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            refused = bus.handle(register(1, command_id))
        accepted = bus.handle(register(1, command_id))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.status) == ("CMD-STORE-DOWN", 503)
    assert accepted.__class__ is Accepted
    assert not getattr(accepted, "repeated", True)


class LosesAnAnswer(Gate):
    """The commit comes about, but its answer does not arrive, once."""

    lost = False

    def append(
        self, verdicts: Sequence[Verdict]
    ) -> Sequence[Outcome | Denial | Stale | CommandRecord]:
        answers = super().append(verdicts)
        if not self.lost:
            self.lost = True
            raise StoreUnavailable("the connection broke before the answer")
        return answers


def test_a_commit_whose_answer_was_lost_is_found_by_its_record(
    store: SqliteEventStore,
) -> None:
    with started(CommandBus(LosesAnAnswer(store), rule_pack(), "local")) as bus:
        answer = bus.handle(register(1))
        again = bus.handle(declare(1, "HE"))
    assert isinstance(answer, Accepted)
    assert isinstance(again, Accepted)
    assert store.position() == again.position == answer.position + 1
