"""Bad input of every sort at the command door: a clear answer with its code, no change.

How large, how deep and in which encoding a body may be is asked of the transport
elsewhere; here the JSON is sound, and what it says is not.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from msgspec.structs import fields

from adapters.command_examples import EXAMPLES
from adapters.demo.institutions import synthetic_bin
from adapters.demo.teller import Person
from domain.messages import COMMANDS
from tests.adapters.hostile import (
    Sending,
    by_head,
    creating,
    drafting,
    require_unmoved,
    send,
)
from tests.adapters.http_door import Door, opened, refused
from tests.adapters.node_at_work import AWAY, HOME

NEW_BIN = synthetic_bin(77_001)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("node")) as one:
        yield one


# What no command looks like.


def posting(door: Door, tag: str, body: dict[str, Any]) -> Sending:
    path = f"/v1/commands/{tag}"
    return lambda: door.client.post(path, json=body, headers=door.head)


def wrongly_typed(value: object) -> object:
    return "text" if isinstance(value, dict | list) else {"a": [1]}


@pytest.mark.parametrize("tag", COMMANDS)
def test_a_field_of_the_wrong_type_is_refused_by_its_name(door: Door, tag: str) -> None:
    for field, value in EXAMPLES[tag].items():
        wrong = posting(door, tag, {**EXAMPLES[tag], field: wrongly_typed(value)})
        told = require_unmoved(door, wrong, 422, "CMD-MALFORMED")
        assert field in told["detail"], told


@pytest.mark.parametrize("tag", COMMANDS)
def test_no_id_or_text_ends_with_a_line_feed(door: Door, tag: str) -> None:
    """It would look like another one in every list, and be none."""
    texts = {k: v for k, v in EXAMPLES[tag].items() if isinstance(v, str)}
    assert {"command_id", "capacity"} <= set(texts)
    for field, value in texts.items():
        longer = posting(door, tag, {**EXAMPLES[tag], field: f"{value}\n"})
        require_unmoved(door, longer, 422, "CMD-MALFORMED")


@pytest.mark.parametrize("tag", COMMANDS)
def test_what_is_kept_of_a_refused_command_is_short(door: Door, tag: str) -> None:
    """However long its texts are: its stream is indexed, its context told again."""
    store = door.told.node.store
    (before,) = store.refusals(limit=1)
    for field, value in EXAMPLES[tag].items():
        if isinstance(value, str):
            longer = posting(door, tag, {**EXAMPLES[tag], field: value * 300})
            assert longer().status_code >= 400
    for note in store.refusals(limit=99):
        if note.id > before.id:
            assert len(note.stream or "") < 300
            assert len(msgspec.json.encode(note.context)) < 3_000


@pytest.mark.parametrize("number", [2**53, 2**64, 10**4_000])
def test_what_is_written_is_a_number_that_every_reader_can_hold(
    door: Door, number: int
) -> None:
    for tag, place in (
        ("council.elect-member", ("election", "voters")),
        ("review-body.elect-chair", ("election", "votes_for")),
        ("association.elect-leader", ("election", "voters")),
        ("organisation.set-methodist-number", ("number",)),
    ):
        body = json.loads(json.dumps(EXAMPLES[tag]))
        inner = body[place[0]] if len(place) > 1 else body
        inner[place[-1]] = number
        require_unmoved(door, posting(door, tag, body), 422, "CMD-MALFORMED")


@pytest.mark.parametrize("tag", COMMANDS)
def test_a_field_that_no_command_has_is_refused_by_its_name(
    door: Door, tag: str
) -> None:
    more = posting(door, tag, {**EXAMPLES[tag], "is_approved": True})
    told = require_unmoved(door, more, 422, "CMD-MALFORMED")
    assert "is_approved" in told["detail"]


@pytest.mark.parametrize("tag", COMMANDS)
def test_a_field_that_a_command_needs_is_missed_by_its_name(
    door: Door, tag: str
) -> None:
    needed = [field.name for field in fields(COMMANDS[tag]) if field.required]
    assert {"command_id", "capacity"} <= set(needed)
    for name in needed:
        less = {key: value for key, value in EXAMPLES[tag].items() if key != name}
        told = require_unmoved(door, posting(door, tag, less), 422, "CMD-MALFORMED")
        assert name in told["detail"]


@pytest.mark.parametrize("tag", ["unit.demolish", "", "document", "document.approve."])
def test_a_command_that_nobody_knows(door: Door, tag: str) -> None:
    path = f"/v1/commands/{tag}"
    response = door.client.post(path, json={}, headers=door.head)
    if tag:
        refused(response, 422, "CMD-UNKNOWN")
    else:
        refused(response, 404, "QUERY-UNKNOWN")


# What is said of organisations.


def registering(door: Door, **changed: Any) -> Sending:
    fields: dict[str, Any] = {
        "bin": NEW_BIN,
        "names": {"ru": "Колледж"},
        "kind": "COLLEGE",
        "kato": "751310000",
    }
    return lambda: send(
        door, door.told.registrar, "organisation.register", **{**fields, **changed}
    )


@pytest.mark.parametrize("off", range(1, 10))
def test_a_bin_with_any_other_check_digit(door: Door, off: int) -> None:
    wrong = NEW_BIN[:11] + str((int(NEW_BIN[11]) + off) % 10)
    require_unmoved(door, registering(door, bin=wrong), 422, "ORG-BIN")


NO_BINS = ("750101300583", "000000000000", "999999999999", "", "12345", "../../etc")


@pytest.mark.parametrize("number", [*NO_BINS, "9401400003850", "node"])
def test_a_number_that_is_no_bin(door: Door, number: str) -> None:
    require_unmoved(door, registering(door, bin=number), 422, "ORG-BIN")


def test_a_bin_that_comes_twice(door: Door) -> None:
    require_unmoved(door, registering(door, bin=HOME.bin), 409, "ORG-EXISTS")


@pytest.mark.parametrize("kato", ["000000000", "990000000", "091310000", "200000000"])
def test_a_kato_of_no_region(door: Door, kato: str) -> None:
    require_unmoved(door, registering(door, kato=kato), 422, "ORG-KATO")


def test_a_kind_of_organisation_that_nobody_knows(door: Door) -> None:
    require_unmoved(door, registering(door, kind="ACADEMY"), 422, "ORG-KIND")


# What is said of units, levels, bodies and meetings.


def test_a_unit_cannot_be_its_own_parent(door: Door) -> None:
    own = creating(door, unit_id="own", parent="own")
    require_unmoved(door, own, 409, "UNIT-PARENT")


def test_units_cannot_be_made_into_a_cycle(door: Door) -> None:
    """The parent must work before its child is made, so the circle never closes."""
    first = creating(door, unit_id="first", parent="second")
    require_unmoved(door, first, 409, "UNIT-PARENT")
    assert creating(door, unit_id="second")().status_code == 200
    require_unmoved(door, first, 409, "UNIT-PARENT")
    again = creating(door, unit_id="second", parent="division")
    require_unmoved(door, again, 409, "UNIT-EXISTS")


def test_a_unit_of_another_organisation_is_no_parent(door: Door) -> None:
    foreign = creating(door, parent=f"{AWAY.bin}.adm")
    require_unmoved(door, foreign, 422, "CMD-MALFORMED")


@pytest.mark.parametrize("level", ["HE", "PSE", "SECONDARY"])
def test_a_level_that_the_organisation_does_not_run(door: Door, level: str) -> None:
    require_unmoved(door, creating(door, levels=[level]), 409, "R2-LEVEL")
    document = drafting(door, level=level)
    require_unmoved(door, document, 409, "R2-LEVEL")


def test_a_level_that_no_kind_of_this_organisation_may_run(door: Door) -> None:
    declared = by_head(door, "organisation.declare-levels", levels=["HE"])
    require_unmoved(door, declared, 409, "R2-LEVEL")
    nothing = by_head(door, "organisation.declare-levels", levels=["KINDERGARTEN"])
    require_unmoved(door, nothing, 409, "R2-LEVEL")


def meeting_of_the_council(door: Door) -> tuple[Person, str]:
    officer = door.told.house.bodies[-1].officer
    meeting = str(uuid4())
    body = door.told.house.bodies[-1].ref
    today = date.today().isoformat()
    planned = {"body": body, "planned_for": today}
    answer = send(door, officer, "meeting.plan", meeting_id=meeting, **planned)
    assert answer.status_code == 200, answer.text
    return officer, meeting


def test_a_document_comes_once_before_a_meeting(door: Door) -> None:
    officer, meeting = meeting_of_the_council(door)
    document = str(uuid4())
    assert drafting(door, document_id=document)().status_code == 200
    state: Any = door.told.node.store.read(f"document/{document}")[0].data
    text = httpx.Response(200, content=bytes(state)).json()["content_hash"]

    def place() -> httpx.Response:
        return send(
            door,
            officer,
            "meeting.place-item",
            meeting_id=meeting,
            kind="DOCUMENT",
            documents=[{"document_id": document, "content_hash": text}],
            motion="POSITIVE",
        )

    assert place().status_code == 200
    require_unmoved(door, place, 409, "MEETING-DOCUMENT-TWICE")


def test_a_body_that_nobody_leads_takes_no_document(tmp_path: Path) -> None:
    with opened(tmp_path) as door:
        house = door.told.house
        formed = by_head(
            door,
            "review-body.form-commission",
            body_id="nobodys",
            names={"ru": "Комиссия"},
            levels=list(HOME.levels[:1]),
            members=list(house.bodies[0].members),
            specialty_codes=[house.specialty],
            unit_id=house.author_unit,
        )
        answer = formed()
        assert answer.status_code == 200, answer.text
        told = require_unmoved(
            door,
            lambda: send(
                door, house.deputy, "document.submit", document_id=door.told.draft
            ),
            409,
            "BODY-NOT-LED",
        )
        assert told["context"]["bodies"] == [f"review-body/{HOME.bin}.nobodys"]
