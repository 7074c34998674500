"""A node behind a real HTTP server, and what tests ask of its answers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import uvicorn
from litestar import Litestar

from adapters.demo.teller import Person
from adapters.explanations import Explanations
from adapters.http_api import create_app
from adapters.http_routes.doors import Doors, Health, Part
from tests.adapters.node_at_work import HOME, NodeAtWork, Told, at_work

WELL = Part(state="running", is_well=True)
ILL = Part(state="down", is_well=False)
CREATE = "/v1/commands/unit.create"
JSON = {"Content-Type": "application/json"}
PROBLEM = "application/problem+json"


class Switches:
    """What the test says of the parts that it does not run."""

    def __init__(self) -> None:
        self.health = Health(
            store=WELL, bus=WELL, relay=WELL, views=WELL, policies=WELL
        )
        self.published = True


def doors_of(node: NodeAtWork, switches: Switches) -> Doors:
    return Doors(
        submit=node.bus.submit,
        identities=node.identities,
        queries=node.queries,
        streams=node.store,
        explanations=Explanations(node.store, node.views, node.pack),
        work=node.work,
        counting=node.counting,
        content=node.content,
        refusals=node.store.refusals,
        roles_of=node.operators.roles_of,
        health=lambda: switches.health,
        published=lambda _position: switches.published,
        pack=node.pack,
        jwks=node.key.jwks,
        projections=node.desk,
    )


@contextmanager
def served(app: Litestar) -> Iterator[httpx.Client]:
    """A client of the application, which a real server serves on a free port."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def bearing(told: Told, person: Person, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {told.node.token(person)}", **headers}


class Door:
    """The server, who may be told of it, and its client."""

    def __init__(self, told: Told, client: httpx.Client, switches: Switches) -> None:
        self.told = told
        self.client = client
        self.switches = switches
        self.head = bearing(told, told.house.head, **JSON)
        self.stranger = bearing(told, told.stranger)
        self.auditor = bearing(told, told.auditor)

    def unit(self, **changed: object) -> dict[str, object]:
        """A command of the head that the rules allow, once for each unit_id."""
        return {
            "command_id": str(uuid4()),
            "capacity": self.told.house.head.capacity,
            "bin": HOME.bin,
            "unit_id": f"u{uuid4().hex[:12]}",
            "kind": "DIVISION",
            "names": {"ru": "Отделение связи"},
            **changed,
        }

    def post(
        self, body: bytes | dict[str, object], path: str = CREATE, **headers: str
    ) -> httpx.Response:
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return self.client.post(path, content=content, headers={**self.head, **headers})


@contextmanager
def opened(folder: Path) -> Iterator[Door]:
    """A node in which something has happened, behind its door."""
    switches = Switches()
    with (
        at_work(folder) as told,
        served(create_app(doors_of(told.node, switches))) as client,
    ):
        yield Door(told, client, switches)


def refused(response: httpx.Response, status: int, code: str) -> Any:  # JSON object
    """Check that an answer is a problem of this code, and return it."""
    assert response.headers["content-type"] == PROBLEM, response.text
    told = response.json()
    assert (response.status_code, told["code"]) == (status, code), told
    assert told["status"] == status
    assert told["type"] == f"/v1/errors/{code}"
    assert told["rule_pack"] == "kz-583-2007"
    rule = code[1:].partition("-")[0]
    assert told["rule"] == (rule if rule.isdecimal() else None)
    assert told["title"] and told["detail"] and isinstance(told["context"], dict)
    assert "command_id" in told
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "no-store"
    assert "Traceback" not in response.text and "site-packages" not in response.text
    if status == 401:
        assert response.headers["www-authenticate"] == "Bearer"
    if status == 503:
        assert int(response.headers["retry-after"]) >= 1
    return told
