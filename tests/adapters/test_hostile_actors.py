"""Who speaks in vain at the command door: strangers, thieves and forgers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from adapters.demo.teller import Person
from adapters.http_api import create_app
from adapters.identity import Identities, Issuer, NodeKey
from domain.identifiers import PersonId
from tests.adapters.hostile import UNIT, Sending, require_unmoved, send, sending
from tests.adapters.http_door import Door, doors_of, opened, refused, served
from tests.adapters.node_at_work import AWAY, HOME

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("node")) as one:
        yield one


def creating_at_home(door: Door, person: Person, token: str | None = None) -> Sending:
    fields: dict[str, Any] = {"bin": HOME.bin, "token": token, **UNIT}
    return sending(door, person, "unit.create", **fields)


def test_an_actor_of_another_organisation(door: Door) -> None:
    foreign = creating_at_home(door, door.told.stranger)
    require_unmoved(door, foreign, 403, "ACTOR-SCOPE")


@pytest.mark.parametrize("whose", ["head", "deputy"])
def test_a_capacity_that_is_somebody_elses(door: Door, whose: str) -> None:
    borrowed: Person = getattr(door.told.house, whose)
    thief = Person(door.told.stranger.id, AWAY.bin, borrowed.capacity)
    stolen = creating_at_home(door, thief)
    require_unmoved(door, stolen, 403, "ACTOR-CAPACITY")


NOBODYS = ("council/{bin}.org#999", "staff/x#1", "unit/{bin}.adm#1")


@pytest.mark.parametrize("capacity", NOBODYS)
def test_a_capacity_that_nobody_holds(door: Door, capacity: str) -> None:
    head = door.told.house.head
    nobody = Person(head.id, HOME.bin, capacity.format(bin=HOME.bin))
    made_up = creating_at_home(door, nobody)
    require_unmoved(door, made_up, 403, "ACTOR-CAPACITY")


def tokens(door: Door) -> dict[str, str]:
    """Tokens that say what the head's own token says, and are not sound."""
    key, head = door.told.node.key, door.told.house.head
    sound = door.told.node.token(head)
    first, payload, signature = sound.split(".")
    other = door.told.node.token(door.told.stranger)
    claims = jwt.decode(sound, options={"verify_signature": False})
    turned = "A" if signature[5] != "A" else "B"
    other_bit = signature[:5] + turned + signature[6:]
    return {
        "expired": key.issue(PersonId(head.id), HOME.bin, -HOUR),
        "cut": sound[:-4],
        "without a signature": f"{first}.{payload}.",
        "with another signature": f"{first}.{payload}.{other.split('.')[2]}",
        "with a turned bit": f"{first}.{payload}.{other_bit}",
        "of another payload": f"{first}.{other.split('.')[1]}.{signature}",
        "unsigned": jwt.encode(claims, "", algorithm="none"),
        "under a secret": jwt.encode(claims, "x" * 40, algorithm="HS256"),
    }


FORGED = (
    "expired",
    "cut",
    "without a signature",
    "with another signature",
    "with a turned bit",
    "of another payload",
    "unsigned",
    "under a secret",
)


@pytest.mark.parametrize("how", FORGED)
def test_a_token_that_is_not_sound(door: Door, how: str) -> None:
    forged = creating_at_home(door, door.told.house.head, tokens(door)[how])
    require_unmoved(door, forged, 401, "ACTOR-TOKEN")


def test_an_issuer_speaks_for_its_own_organisation_alone(
    door: Door, tmp_path: Path
) -> None:
    node, head = door.told.node, door.told.house.head
    theirs = NodeKey(tmp_path / "keys", "https://id.away.kz")
    issuer = Issuer(theirs.issuer, theirs.jwks(), bin=AWAY.bin)
    identities = Identities([node.key.as_issuer(), issuer])
    doors = replace(doors_of(node, door.switches), identities=identities)
    with served(create_app(doors)) as client:
        behind = Door(door.told, client, door.switches)
        unit = {"kind": "DIVISION", "names": {"ru": "x"}}
        for person, owner, status in (
            (head, HOME.bin, 401),
            (door.told.registrar, "node", 401),
            (door.told.stranger, AWAY.bin, 200),
        ):
            token = theirs.issue(PersonId(person.id), owner, HOUR)
            answer = send(
                behind,
                person,
                "unit.create",
                token=token,
                bin=AWAY.bin,
                unit_id="theirs",
                **unit,
            )
            if status == 200:
                assert answer.status_code == 200, answer.text
            else:
                told = refused(answer, 401, "ACTOR-TOKEN")
                reason = "issuer of another organisation"
                assert told["context"] == {"reason": reason}
