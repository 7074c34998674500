"""Each role of a node in a process of its own: PostgreSQL, one bus, several relays."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from adapters.demo.institutions import synthetic_bin
from tests.acceptance.served_roles import ServedRoles
from tests.postgres_server import PostgresServer

BOUND_SECONDS = 20.0


@pytest.fixture
def roles(tmp_path: Path, postgres_address: str) -> Iterator[ServedRoles]:
    roles = ServedRoles(tmp_path / "node", postgres_address)
    try:
        yield roles
    finally:
        roles.end_all()


class Client:
    """Registers organisations at the api, as the first REGISTRAR."""

    def __init__(self, roles: ServedRoles) -> None:
        token, self._capacity = roles.token()
        self._http = httpx.Client(
            base_url=roles.running().url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )

    def register(self, number: int) -> Any:  # the JSON of the answer
        answer = self._http.post(
            "/v1/commands/organisation.register",
            json={
                "command_id": str(uuid4()),
                "capacity": self._capacity,
                "bin": synthetic_bin(number),
                "names": {"ru": f"Университет {number}"},
                "kind": "UNIVERSITY",
                "kato": "750000000",
            },
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def shown(self, after: int) -> int:
        """How many organisations the views show once they show a position."""
        answer = self._http.get(f"/v1/organisations?after={after}&limit=200")
        assert answer.status_code == 200, answer.text
        return len(answer.json()["items"])

    def health(self) -> Any:  # the JSON of the answer
        return self._http.get("/health/ready").json()

    def until(self, is_so: Callable[[Any], bool]) -> Any:
        """The health once it is so; it must become so within a bound."""
        end = time.monotonic() + BOUND_SECONDS
        while not is_so(health := self.health()):
            assert time.monotonic() < end, health
            time.sleep(0.05)
        return health


def test_roles_in_processes_of_their_own_carry_a_command_to_a_view(
    roles: ServedRoles,
) -> None:
    migrated = roles.adisteme("migrate")
    assert migrated.returncode == 0, migrated.stderr
    again = roles.adisteme("migrate")
    assert again.stdout == migrated.stdout
    roles.start_all()
    client = Client(roles)
    answers = [client.register(number) for number in range(1, 6)]
    assert client.shown(answers[-1]["position"]) == 5
    last = answers[-1]["position"]
    health = client.until(lambda h: h["relay"]["position"] == last)
    assert health["status"] == "ready"
    audit = roles.adisteme("bus", "audit", "--json")
    assert audit.returncode == 0, audit.stdout + audit.stderr
    assert json.loads(audit.stdout)["stream_end"] == health["store"]["position"] == last
    for name in ("api", "relay", "project", "policy"):
        assert roles.end(name) == 0, roles.log(name)


def test_what_is_down_is_told_apart_and_comes_back_by_itself(
    roles: ServedRoles,
) -> None:
    roles.start_all()
    client = Client(roles)
    client.register(1)
    client.until(lambda h: h["status"] == "ready")

    roles.kill("nats")
    health = client.until(lambda h: h["bus"]["state"] == "down")
    assert health["status"] == "degraded"
    assert health["store"]["state"] == "up"
    taken = client.register(2)
    assert taken["published"] is False
    roles.start("nats")
    assert client.shown(taken["position"]) == 2
    client.until(lambda h: h["status"] == "ready")

    roles.kill("project")
    taken = client.register(3)
    client.until(lambda h: h["relay"]["position"] == h["store"]["position"])
    assert client.until(lambda h: h["views"]["lag"] > 0)["bus"]["state"] == "up"
    roles.start("project")
    assert client.shown(taken["position"]) == 3

    roles.kill("relay")
    taken = client.register(4)
    client.until(lambda h: h["relay"]["lag"] > 0)
    roles.start("relay")
    assert client.shown(taken["position"]) == 4


def test_a_role_that_starts_before_its_database_waits_for_it(
    roles: ServedRoles, postgres: PostgresServer
) -> None:
    roles.start_all()
    client = Client(roles)
    client.until(lambda h: h["status"] == "ready")
    roles.kill("relay")
    postgres.kill()
    try:
        roles.start("relay")
        wait_for_log(roles, "relay", "store_awaited")
    finally:
        postgres.start()
    client.until(lambda h: h["store"]["state"] == "up")
    assert client.shown(client.register(1)["position"]) == 1


def wait_for_log(roles: ServedRoles, name: str, word: str) -> None:
    end = time.monotonic() + BOUND_SECONDS
    while word not in roles.log(name):
        assert time.monotonic() < end, roles.log(name)
        time.sleep(0.05)


def test_another_relay_takes_over_from_one_that_was_killed_or_stopped(
    roles: ServedRoles,
) -> None:
    roles.start_all()
    client = Client(roles)
    client.shown(client.register(1)["position"])
    roles.start("relay-2")
    roles.signal("relay", signal.SIGSTOP)
    assert client.shown(client.register(2)["position"]) == 2
    roles.signal("relay", signal.SIGCONT)
    roles.kill("relay-2")
    assert client.shown(client.register(3)["position"]) == 3


def test_a_role_without_what_it_needs_says_so(tmp_path: Path) -> None:
    roles = ServedRoles(tmp_path / "node", "")
    refused = roles.adisteme("serve", "--role", "relay")
    assert refused.returncode == 1
    assert "SQLite serves one process" in refused.stderr
    assert "ADISTEME_DATABASE" in refused.stderr
