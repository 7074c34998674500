"""A storm: faults at random moments under load, and what is held afterwards."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Protocol

from tests.faults.checks import CHECKS, Remains, assert_whole
from tests.faults.load import Actor, Load

SEED = int(os.environ.get("STORM_SEED", "583"))
RECOVERY_SECONDS = 60.0
LEVEL_SECONDS = 60.0

Fault = Callable[[random.Random], str]
"""Does it, mends what does not mend itself, and says in a word how."""


class Topology(Protocol):
    """The processes of a node, and what can be done to them."""

    def address(self) -> str | None: ...

    def registrar(self) -> Actor: ...

    def token_of(self, person: str, organisation: str) -> str: ...

    def faults(self) -> Mapping[str, Fault]: ...

    def wait_until_level(self, seconds: float) -> None:
        """Wait until stream and views have all of the log, by themselves."""
        ...

    def remains(self) -> Remains: ...

    def end(self) -> None:
        """End every process that is left, whatever state it is in."""
        ...


class Tally:
    """How many faults of each kind there were, and what was checked after them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._faults: Counter[str] = Counter()
        self._rounds = self._commands = self._events = self._repeats = 0
        self._began = time.monotonic()

    @property
    def faults(self) -> int:
        return self._faults.total()

    def strike(self, kind: str, how: str, answered: int) -> None:
        self._faults[kind] += 1
        seconds = time.monotonic() - self._began
        print(f"{seconds:8.1f} s  {kind:<28} {how:<26} {answered:>6} acknowledged")

    def round_ends(self, load: Load, remains: Remains) -> None:
        self._rounds += 1
        self._commands += len(load.acknowledged)
        self._repeats += load.repeats
        self._events += len(remains.log)

    def show(self) -> None:
        seconds = time.monotonic() - self._began
        print(f"\n{self._name}: {self.faults} faults in {seconds:.0f} s, seed {SEED}")
        for kind, number in sorted(self._faults.items()):
            print(f"  {number:>5}  {kind}")
        print(
            f"checked after each of {self._rounds} rounds, over {self._commands} "
            f"acknowledged commands ({self._repeats} of them sent again after the "
            f"answer) and {self._events} events:"
        )
        for check in CHECKS:
            print(f"  - {check}")


def weather(
    topology: Topology, plan: Mapping[str, int], seed: int, tally: Tally
) -> None:
    """One round: `plan[kind]` faults of each kind in random order, then the checks."""
    chance = random.Random(seed)
    kinds = [kind for kind, number in plan.items() for _ in range(number)]
    chance.shuffle(kinds)
    faults = topology.faults()
    load = Load(
        topology.address,
        topology.registrar(),
        topology.token_of,
        chance.getrandbits(32),
    )
    try:
        for kind in kinds:
            load.await_more(chance.randint(1, 80), RECOVERY_SECONDS)
            time.sleep(chance.uniform(0, 0.2))  # any moment, not that of an answer
            how = faults[kind](chance)
            tally.strike(kind, how, len(load.acknowledged))
        load.await_more(50, RECOVERY_SECONDS)
        load.finish(RECOVERY_SECONDS)
    finally:
        load.abort()
    topology.wait_until_level(LEVEL_SECONDS)
    remains = topology.remains()
    assert_whole(remains, load.acknowledged, load.tried)
    tally.round_ends(load, remains)
