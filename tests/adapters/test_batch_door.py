"""A batch through the door: many conclusions in one message, each with its outcome."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from adapters.demo.meetings import hash_of, variants
from adapters.orders import commands_of
from domain.decider import Refusal
from tests.adapters.http_door import JSON, Door, bearing, opened, refused
from tests.adapters.importing import Desk, outcomes
from tests.adapters.node_at_work import draft_plan

BATCH = "/v1/commands/document.record-batch-conclusion"
TAG = "document.record-batch-conclusion"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("node")
    with opened(folder) as door:
        yield door


def plans_in_review(door: Door, *numbers: int) -> list[dict[str, str]]:
    """Study plans before the commission, as a batch names them."""
    told = door.told
    found = []
    for number in numbers:
        document = draft_plan(told.teller, told.house, number)
        told.teller.give(told.house.deputy, "document.submit", document_id=document)
        texts = variants(f"Рабочий учебный план № {number}", 1)
        found.append({"document_id": document, "content_hash": hash_of(texts)})
    return found


def voted_on(door: Door, documents: list[dict[str, str]]) -> str:
    """A held meeting of the commission with the documents as one item."""
    teller, body = door.told.teller, door.told.house.bodies[0]
    one = {"meeting_id": teller.new_id()}
    plan = {**one, "body": body.ref, "planned_for": date.today()}
    teller.give(body.officer, "meeting.plan", **plan)
    teller.give(body.officer, "meeting.convene", **one)
    item = {**one, "kind": "DOCUMENT", "documents": documents, "motion": "POSITIVE"}
    teller.give(body.officer, "meeting.place-item", **item)
    teller.give(body.officer, "meeting.open", **one)
    for person in body.members:
        teller.give(body.officer, "meeting.record-arrival", **one, person_id=person)
    teller.give(body.officer, "meeting.open-vote", **one, item=1)
    tally = {"votes_for": len(body.members), "votes_against": 0, "abstained": 0}
    teller.give(body.officer, "meeting.close-vote", **one, item=1, **tally)
    teller.give(body.officer, "meeting.close", **one)
    return one["meeting_id"]


def batch_of(
    door: Door, meeting: str, documents: list[dict[str, str]]
) -> dict[str, object]:
    body = door.told.house.bodies[0]
    return {
        "command_id": str(uuid4()),
        "capacity": body.officer.capacity,
        "body": body.ref,
        "meeting_id": meeting,
        "item": 1,
        "documents": documents,
    }


def send(door: Door, batch: dict[str, object], **headers: str) -> list[Any]:
    officer = bearing(door.told, door.told.house.bodies[0].officer, **JSON)
    response = door.post(batch, BATCH, **{**officer, **headers})
    assert response.status_code == 200, response.text
    outcomes: list[Any] = response.json()["outcomes"]
    return outcomes


def test_each_document_of_a_batch_is_answered_by_itself(door: Door) -> None:
    first, second = plans_in_review(door, 11, 12)
    stranger = {"document_id": str(uuid4()), "content_hash": "0" * 64}
    meeting = voted_on(door, [first, second])
    batch = batch_of(door, meeting, [first, stranger, second])
    told = send(door, batch, **{"Accept-Language": "en"})
    assert [one["command_id"] for one in told] == [
        f"{batch['command_id']}/{number}" for number in (1, 2, 3)
    ]
    assert [one["refused"] and one["refused"]["code"] for one in told] == [
        None,
        "DOC-UNKNOWN",
        None,
    ]
    assert told[1]["accepted"] is None
    assert told[1]["refused"]["detail"].startswith("No such document")
    assert told[0]["accepted"]["stream"] == f"document/{first['document_id']}"
    assert told[0]["accepted"]["events"][0] == "document.conclusion-recorded.v1"


def test_a_batch_sent_again_has_one_effect(door: Door) -> None:
    documents = plans_in_review(door, 21, 22)
    batch = batch_of(door, voted_on(door, documents), documents)
    first, again = send(door, batch), send(door, batch)
    assert [one["accepted"]["repeated"] for one in again] == [True, True]
    position = [one["accepted"]["position"] for one in first]
    assert [one["accepted"]["position"] for one in again] == position


def test_a_batch_that_cannot_be_read_is_refused_as_a_whole(door: Door) -> None:
    none: dict[str, object] = batch_of(door, str(uuid4()), [])
    refused(door.post(none, BATCH), 422, "CMD-MALFORMED")
    numbered = {**none, "command_id": f"{uuid4()}/1"}
    refused(door.post(numbered, BATCH), 422, "CMD-MALFORMED")
    undated = {**none, "documents": [{"document_id": str(uuid4())}]}
    refused(door.post(undated, BATCH), 422, "CMD-MALFORMED")


def test_a_batch_in_a_file_is_told_of_command_by_command(door: Door) -> None:
    """As over HTTP: what one door has done, the other finds done."""
    first, second = plans_in_review(door, 31, 32)
    stranger = {"document_id": str(uuid4()), "content_hash": "0" * 64}
    documents = [first, stranger, second]
    batch = batch_of(door, voted_on(door, [first, second]), documents)
    unread = {**batch, "documents": []}
    file = b"\n".join(
        msgspec.json.encode({"type": TAG, **one}) for one in (unread, batch)
    )
    desk, officer = Desk(door.told.node), door.told.house.bodies[0].officer
    told = ["1 CMD-MALFORMED", "2 accepted", "2 DOC-UNKNOWN", "2 accepted"]
    assert outcomes(desk.imported(file, by=officer, dry_run=True)) == told
    reports = desk.imported(file, by=officer)
    assert outcomes(reports) == told
    assert [one.key for one in reports[1:]] == [
        f"document.record-conclusion {batch['command_id']}/{number}"
        for number in (1, 2, 3)
    ]
    again = send(door, batch)
    assert [one["accepted"] and one["accepted"]["repeated"] for one in again] == [
        True,
        None,
        True,
    ]


def test_every_door_reads_commands_and_batches_alike() -> None:
    with pytest.raises(Refusal, match="CMD-UNKNOWN"):
        commands_of("document.record-nothing", b"{}")
    with pytest.raises(Refusal, match="CMD-TOO-LARGE"):
        commands_of(TAG, b" " * 1_000_001)
    with pytest.raises(Refusal, match="CMD-MALFORMED"):
        commands_of(TAG, b'{"item": 1}')
