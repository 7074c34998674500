"""The second column: codes that belong to a door, and what provokes them there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from adapters.command_bus import CommandBus
from adapters.envelope import open_record
from adapters.http_api import create_app
from adapters.http_routes import exchange
from adapters.http_routes.doors import Doors, Health
from adapters.orders import MAX_COMMAND_BYTES
from adapters.persistence.event_store_sqlite import SqliteEventStore
from domain.identifiers import ContentRef
from tests.adapters.http_door import CREATE, JSON, Door, bearing, doors_of, served
from tests.adapters.node_at_work import HOME
from tests.adapters.raw_http import command_head, said

Provoked = Callable[[Door, Path, str], httpx.Response]
"""The door of a node at work, an empty folder, and the language of the answer."""


def in_language(language: str) -> dict[str, str]:
    return {"Accept-Language": language}


def asked(path: str, method: str = "GET") -> Provoked:
    """A question of the head of HOME."""
    return lambda door, _folder, language: door.client.request(
        method, path, headers={**door.head, **in_language(language)}
    )


def wished(path: str, body: object) -> Provoked:
    """What the registrar wishes of the projections."""

    def provoke(door: Door, _folder: Path, language: str) -> httpx.Response:
        registrar = bearing(door.told, door.told.registrar, **JSON)
        headers = {**registrar, **in_language(language)}
        return door.client.post(f"/v1/projections{path}", headers=headers, json=body)

    return provoke


def sent(body: bytes, path: str = CREATE, **headers: str) -> Provoked:
    return lambda door, _folder, language: door.post(
        body, path, **headers, **in_language(language)
    )


def without_a_token(door: Door, _folder: Path, language: str) -> httpx.Response:
    return door.client.get("/v1/documents", headers=in_language(language))


def under_a_used_id(door: Door, _folder: Path, language: str) -> httpx.Response:
    """The id of a command of the same organisation, with another content."""
    records = (open_record(one) for _, one in door.told.node.store.records(0, 100_000))
    used = [record.commandid for record in records if record.actororg == HOME.bin]
    return door.post(door.unit(command_id=used[-1]), **in_language(language))


def erased(door: Door, _folder: Path, language: str) -> httpx.Response:
    text = b'{"kind": "remarks", "text": "%s"}' % language.encode()
    kept = door.post(text, "/v1/content").json()["ref"]
    door.told.node.content.erase(ContentRef(kept))
    headers = {**door.head, **in_language(language)}
    return door.client.get(f"/v1/content/{kept}", headers=headers)


def behind(doors: Doors, door: Door, path: str, language: str) -> httpx.Response:
    """What the same node answers when something of it is otherwise."""
    with served(create_app(doors)) as client:
        headers = {**in_language(language)}
        if path == CREATE:
            return client.post(path, headers={**door.head, **headers}, json=door.unit())
        return client.get(path, headers={**door.auditor, **headers})


def with_a_bug(door: Door, _folder: Path, language: str) -> httpx.Response:
    def broken() -> Health:
        raise RuntimeError("a bug")

    doors = replace(doors_of(door.told.node, door.switches), health=broken)
    return behind(doors, door, "/health/ready", language)


def with_a_full_bus(door: Door, _folder: Path, language: str) -> httpx.Response:
    node = door.told.node
    full = CommandBus(node.store, node.pack, "local", max_waiting=0)
    doors = replace(doors_of(node, door.switches), submit=full.submit)
    return behind(doors, door, CREATE, language)


@contextmanager
def a_closed_store(folder: Path) -> Iterator[SqliteEventStore]:
    folder.mkdir()
    store = SqliteEventStore(folder / "log.sqlite", "local", lambda: datetime.now(UTC))
    store.close()
    yield store


def with_the_store_down(door: Door, folder: Path, language: str) -> httpx.Response:
    with a_closed_store(folder) as store:
        bus = CommandBus(store, door.told.node.pack, "local")
        bus.start()
        doors = replace(doors_of(door.told.node, door.switches), submit=bus.submit)
        try:
            return behind(doors, door, CREATE, language)
        finally:
            bus.close()


def asked_of_no_store(door: Door, folder: Path, language: str) -> httpx.Response:
    with a_closed_store(folder) as store:
        doors = doors_of(door.told.node, door.switches)
        doors = replace(doors, refusals=store.refusals)
        return behind(doors, door, "/v1/refusals", language)


def with_a_slow_body(door: Door, _folder: Path, language: str) -> httpx.Response:
    patience, exchange.BODY_SECONDS = exchange.BODY_SECONDS, 0.2
    head = command_head(door, "Content-Length: 900", f"Accept-Language: {language}")
    try:
        told = said(door, head + b"{")
    finally:
        exchange.BODY_SECONDS = patience
    first, _, rest = told.partition(b"\r\n")
    fields, _, content = rest.partition(b"\r\n\r\n")
    headers = [
        (name, value)
        for name, _, value in (one.partition(b": ") for one in fields.split(b"\r\n"))
    ]
    return httpx.Response(int(first.split()[1]), headers=headers, content=content)


NO_FILE = "/v1/content/sha256:" + "0" * 64

AT_DOORS: dict[str, Provoked] = {
    "ACTOR-TOKEN": without_a_token,
    "CMD-UNKNOWN": sent(b"{}", "/v1/commands/unit.demolish"),
    "CMD-MALFORMED": sent(b"{"),
    "CMD-TOO-LARGE": sent(b" " * (MAX_COMMAND_BYTES + 1)),
    "CMD-TOO-SLOW": with_a_slow_body,
    "CMD-ENCODING": sent(b"{}", **{"Content-Encoding": "gzip"}),
    "CMD-MEDIA-TYPE": sent(b"{}", **{"Content-Type": "text/plain"}),
    "CMD-ID-REUSED": under_a_used_id,
    "CMD-BUSY": with_a_full_bus,
    "CMD-STORE-DOWN": with_the_store_down,
    "CMD-FAILED": with_a_bug,
    "CONTENT-UNKNOWN": asked(NO_FILE),
    "CONTENT-ERASED": erased,
    "RULE-UNKNOWN": asked("/v1/rules/583"),
    "QUERY-UNKNOWN": asked("/v1/nowhere"),
    "QUERY-MALFORMED": asked("/v1/documents?limit=0"),
    "QUERY-METHOD": asked("/v1/documents", "DELETE"),
    "QUERY-ROLE": asked("/v1/refusals"),
    "QUERY-BEHIND": asked("/v1/documents?after=9000000"),
    "QUERY-STORE-DOWN": asked_of_no_store,
    "VIEW-UNKNOWN": wished("/unheard-of/rebuild", {}),
    "VIEW-NOT-PARKED": wished("/parked/retry", {"stream": "document/2"}),
}
