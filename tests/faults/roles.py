"""A node on PostgreSQL, its roles and its bus in processes of their own, and faults."""

import asyncio
import random
import re
import signal
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx

from adapters.bootstrap import PROJECTIONS
from adapters.identity import NodeKey
from adapters.jetstream.identities import url_from
from adapters.persistence.postgres_database import PostgresDatabase
from adapters.persistence.view_store_postgres import PostgresViewStore
from adapters.stores import open_events
from domain.identifiers import PersonId
from tests.acceptance.served_roles import ServedRoles
from tests.faults.checks import Remains, keyed
from tests.faults.load import Actor
from tests.faults.processes import eventually
from tests.faults.reading import stream_of
from tests.faults.sqlite_node import ALL, note_of
from tests.faults.storm import Fault
from tests.postgres_server import PostgresServer

PARTS = ("nats", "relay", "relay-2", "project", "project-2", "policy", "api")


class NodeInRoles:
    """Two relays, two projectors, and one of all else.

    `longest` bounds a SIGSTOP, `outage` is how long bus or store are down. Whatever
    is killed is started again at once, as systemd would.
    """

    def __init__(
        self, folder: Path, postgres: PostgresServer, longest: float, outage: float
    ) -> None:
        self._postgres = postgres
        self._database = postgres.fresh_database()
        self._longest = longest
        self._outage = outage
        self._roles = ServedRoles(folder, self._database)

    def start(self) -> None:
        migrated = self._roles.adisteme("migrate")
        assert migrated.returncode == 0, migrated.stderr
        for part in PARTS:
            self._roles.start(part)

    def address(self) -> str | None:
        running = note_of(self._roles.data)
        return running.url if running else None

    def registrar(self) -> Actor:
        return Actor(*self._roles.token())

    def token_of(self, person: str, organisation: str) -> str:
        key = NodeKey(self._roles.data / "keys", "local")
        return key.issue(PersonId(person), organisation, timedelta(days=1))

    def faults(self) -> Mapping[str, Fault]:
        parts = ("api", "relay", "project", "policy", "nats")
        return {
            **{f"{part} killed": partial(self._kill, part) for part in parts},
            **{f"{part} frozen": partial(self._freeze, part) for part in parts},
            "project woken and killed": self._wake_and_kill,
            "PostgreSQL killed": self._kill_postgres,
            "PostgreSQL frozen": self._freeze_postgres,
            "nats down": self._nats_down,
            "PostgreSQL down": self._postgres_down,
            "JetStream full": self._fill_jetstream,
        }

    def _one_of(self, part: str, chance: random.Random) -> str:
        twins = part in ("relay", "project")
        return chance.choice((part, f"{part}-2")) if twins else part

    def _kill(self, part: str, chance: random.Random) -> str:
        self._kill_by_name(self._one_of(part, chance))
        return "started again"

    def _kill_by_name(self, name: str) -> None:
        self._roles.kill(name)
        self._roles.start(name)

    def _freeze(self, part: str, chance: random.Random) -> str:
        name = self._one_of(part, chance)
        return self._frozen(
            lambda: self._roles.signal(name, signal.SIGSTOP),
            lambda: self._roles.signal(name, signal.SIGCONT),
            chance,
        )

    def _wake_and_kill(self, chance: random.Random) -> str:
        """Let an outrun projector do one thing more, and nothing to mend it."""
        name = self._one_of("project", chance)
        seconds = chance.uniform(0.5, 2)
        self._roles.signal(name, signal.SIGSTOP)
        time.sleep(seconds)
        self._roles.signal(name, signal.SIGCONT)
        time.sleep(chance.uniform(0, 0.05))
        self._kill_by_name(name)
        return f"after {seconds:.1f} s"

    def _freeze_postgres(self, chance: random.Random) -> str:
        return self._frozen(self._postgres.freeze, self._postgres.thaw, chance)

    def _frozen(
        self,
        freeze: Callable[[], None],
        thaw: Callable[[], None],
        chance: random.Random,
    ) -> str:
        seconds = chance.uniform(1, self._longest)
        freeze()
        time.sleep(seconds)
        thaw()
        return f"woken after {seconds:.1f} s"

    def _kill_postgres(self, _chance: random.Random) -> str:
        self._postgres.kill()
        self._postgres.start()
        return "started again"

    def _nats_down(self, _chance: random.Random) -> str:
        self._roles.kill("nats")
        time.sleep(self._outage)
        self._roles.start("nats")
        return f"back after {self._outage:.0f} s"

    def _postgres_down(self, _chance: random.Random) -> str:
        self._postgres.kill()
        time.sleep(self._outage)
        self._postgres.start()
        return f"back after {self._outage:.0f} s"

    def _fill_jetstream(self, chance: random.Random) -> str:
        """Start the server again with hardly any room, and later with all of it."""
        configuration = self._roles.folder / "nats" / "nats.conf"
        roomy = configuration.read_text()
        tight = re.sub(
            r'("?store_dir"?)', r'"max_file_store": 65536, \1', roomy, count=1
        )
        assert tight != roomy
        seconds = chance.uniform(2, 5)
        try:
            configuration.write_text(tight)
            self._roles.kill("nats")
            self._roles.start("nats")
            time.sleep(seconds)
        finally:
            configuration.write_text(roomy)
        self._roles.kill("nats")
        self._roles.start("nats")
        return f"room after {seconds:.1f} s"

    def wait_until_level(self, seconds: float) -> None:
        told: list[str] = []

        def is_level() -> bool:
            try:
                answer = httpx.get(f"{self.address()}/health/ready", timeout=5)
            except httpx.HTTPError:
                return False
            told[:] = [answer.text]
            health = answer.json()
            reached = {health[part]["position"] for part in ("store", "relay", "views")}
            return health["status"] == "ready" and len(reached) == 1

        try:
            eventually(is_level, seconds, "bus and views have not caught up")
        except AssertionError as error:
            logs = "\n".join(self._roles.log(part)[-1500:] for part in PARTS[1:])
            raise AssertionError(f"{error}: {told}\n{logs}") from error

    def remains(self) -> Remains:
        """Stop all roles, and read what PostgreSQL and the bus kept."""
        for part in PARTS[1:]:
            self._roles.end(part)
        identities = Path(self._roles.environment["ADISTEME_BUS_IDENTITIES"])
        bus = url_from(identities, "node", self._roles.environment["ADISTEME_BUS"])
        store = open_events(self._roles.data, self._database, "local")
        database = PostgresDatabase(self._database)
        try:
            views = PostgresViewStore(database, PROJECTIONS)
            return Remains(
                log=store.records(0, ALL),
                stream=asyncio.run(stream_of(bus, "local")),
                views={
                    each.name: keyed(each, views.select(each, {}, each.key, None, ALL))
                    for each in PROJECTIONS
                },
            )
        finally:
            database.close()
            store.close()

    def end(self) -> None:
        self._roles.end_all()
        self._postgres.start()
        self._postgres.thaw()
