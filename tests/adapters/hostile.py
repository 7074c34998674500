"""Commands at the HTTP door that must be refused, and nothing written."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

from adapters.demo.teller import Person
from tests.adapters.http_door import JSON, Door, refused
from tests.adapters.node_at_work import HOME

HASH = "5f" * 32
UNIT = {"unit_id": "forged", "kind": "DIVISION", "names": {"ru": "Отделение"}}

Sending = Callable[[], httpx.Response]


def send(
    door: Door,
    person: Person,
    tag: str,
    /,
    token: str | None = None,
    **fields: Any,  # JSON-shaped
) -> httpx.Response:
    """A command as `person`, under their own token unless another one is given."""
    body = {"command_id": str(uuid4()), "capacity": person.capacity, **fields}
    bearer = token or door.told.node.token(person)
    headers = {"Authorization": f"Bearer {bearer}", **JSON}
    return door.client.post(f"/v1/commands/{tag}", json=body, headers=headers)


def require_unmoved(
    door: Door, give: Sending, status: int, code: str
) -> Any:  # the problem
    """The command is refused under the code, and nothing is written."""
    store = door.told.node.store
    before = store.position()
    told = refused(give(), status, code)
    assert store.position() == before
    return told


def sending(
    door: Door,
    person: Person,
    tag: str,
    /,
    **fields: Any,  # JSON-shaped values
) -> Sending:
    return lambda: send(door, person, tag, **fields)


def by_head(door: Door, tag: str, /, **fields: Any) -> Sending:  # JSON-shaped
    return sending(door, door.told.house.head, tag, **{"bin": HOME.bin, **fields})


def creating(door: Door, **changed: object) -> Sending:
    fields: dict[str, object] = {
        "unit_id": f"u{uuid4().hex[:12]}",
        "kind": "DIVISION",
        "names": {"ru": "Отделение"},
    }
    return by_head(door, "unit.create", **{**fields, **changed})


def drafting(door: Door, **changed: object) -> Sending:
    house = door.told.house
    fields: dict[str, object] = {
        "document_id": str(uuid4()),
        "kind": "WORKING_STUDY_PLAN",
        "level": HOME.levels[0],
        "author": {"kind": "UNIT", "unit_id": house.author_unit},
        "titles": {"ru": "План"},
        "variants": [
            {"language": "ru", "media_type": "application/pdf", "sha256": HASH}
        ],
        "specialty_code": house.specialty,
        "basis_refs": [
            {"kind": "STATE_STANDARD", "reference": "1"},
            {"kind": "TYPICAL_STUDY_PLAN", "reference": "2"},
        ],
    }
    return by_head(door, "document.create", **{**fields, **changed})
