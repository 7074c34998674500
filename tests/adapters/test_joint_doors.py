"""What the host of a joint commission and its guests learn of each other."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from msgspec import Struct

from adapters.demo.associations import joint_commission
from adapters.demo.buildings import build
from adapters.demo.documents import conclude_on
from adapters.demo.house import House, register
from adapters.demo.institutions import colleges
from adapters.demo.meetings import hash_of, variants
from adapters.demo.teller import Person
from tests.adapters.http_door import Door, bearing, opened
from tests.adapters.node_at_work import AWAY, draft_plan


class Joint(Struct, frozen=True):
    """A plan of the guest that the host's joint commission is asked to conclude on."""

    door: Door
    host: House
    guest: House
    plan: str
    texts: list[dict[str, str]]

    def ask(self, person: Person, path: str) -> Any:  # the JSON of the answer
        answer = self.door.client.get(path, headers=bearing(self.door.told, person))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def agenda(self, person: Person) -> dict[str, Any]:
        """The plan, as it stands on the agenda that it was placed on."""
        found = self.ask(person, f"/v1/meetings?document={self.plan}")["items"]
        (one,) = [d for m in found for item in m["items"] for d in item["documents"]]
        shown: dict[str, Any] = one
        return shown

    def conclude(self, *, against: bool) -> None:
        conclude_on(
            self.door.told.teller,
            self.guest.bodies[0],
            self.plan,
            self.texts,
            against=against,
        )
        self.door.told.node.show()


@pytest.fixture
def joint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Joint]:
    with opened(tmp_path_factory.mktemp("node")) as door:
        told = door.told
        guest = build(told.teller, AWAY, told.stranger)
        host, guest = joint_commission(told.teller, told.house, guest)
        plan = draft_plan(told.teller, guest, 1)
        told.teller.give(guest.deputy, "document.submit", document_id=plan)
        told.node.show()
        yield Joint(door, host, guest, plan, variants("Рабочий учебный план № 1", 1))


def test_a_host_reads_how_a_document_stands_while_it_lies_before_its_body(
    joint: Joint,
) -> None:
    """Later, only what stands in its own request and its own minutes."""
    host, guest = joint.host.head, joint.guest.head
    path = f"/v1/documents/{joint.plan}"
    assert joint.ask(host, path)["audience"] == "REVIEWER"
    joint.conclude(against=True)
    refusing = joint.door.client.get(path, headers=bearing(joint.door.told, host))
    assert refusing.status_code == 404
    shown = joint.agenda(host)
    assert shown["title_ru"] and shown["content_hash"]
    assert (shown["state"], shown["is_current"], shown["awaits"]) == (
        None,
        False,
        False,
    )
    assert joint.ask(guest, path)["state"] == "RETURNED"
    assert joint.agenda(joint.door.told.auditor)["state"] == "RETURNED"


def test_a_trail_tells_nothing_of_a_host_but_what_is_public_or_on_the_document(
    joint: Joint,
) -> None:
    told, third = joint.door.told, colleges()[4]
    give = told.teller.give
    head = register(told.teller, third)
    body = {"body_id": "welding"}
    asked = {"bin": joint.host.institution.bin, **body, "organisation": third.bin}
    give(joint.host.head, "review-body.ask-organisation", **asked)
    declined = {"bin": third.bin, "host": joint.host.institution.bin, **body}
    give(head, "participation.refuse", **declined)
    joint.conclude(against=False)
    path = f"/v1/audit/trail/{joint.plan}"
    own = joint.ask(joint.guest.head, path)
    whole = joint.ask(told.auditor, path)
    assert own["is_sound"] and own["verdicts"] == whole["verdicts"]
    types = {
        who: {entry["type"] for entry in trail["entries"]}
        for who, trail in (("own", own), ("auditor", whole))
    }
    of_the_host = {
        "review-body.joint-proposed.v1",
        "review-body.organisation-asked.v1",
        "review-body.organisation-declined.v1",
    }
    assert types["auditor"] - types["own"] == of_the_host
    assert {"document.review-requested.v1", "meeting.vote-closed.v1"} <= types["own"]
    assert third.bin not in str(own)


def test_a_trail_names_no_other_document_of_an_item(joint: Joint) -> None:
    """One vote of a joint commission may be on texts of several organisations."""
    told, give = joint.door.told, joint.door.told.teller.give
    theirs = draft_plan(told.teller, joint.host, 2)
    give(joint.host.deputy, "document.submit", document_id=theirs)
    body, meeting = joint.guest.bodies[0], {"meeting_id": told.teller.new_id()}
    texts = {joint.plan: joint.texts, theirs: variants("Рабочий учебный план № 2", 1)}
    listed = [
        {"document_id": document, "content_hash": hash_of(text)}
        for document, text in texts.items()
    ]
    day = date.today()
    give(body.officer, "meeting.plan", **meeting, body=body.ref, planned_for=day)
    give(body.officer, "meeting.convene", **meeting)
    item = {**meeting, "kind": "DOCUMENT", "motion": "POSITIVE"}
    give(body.officer, "meeting.place-item", **item, documents=listed)
    give(body.officer, "meeting.open", **meeting)
    for member in body.members:
        give(body.officer, "meeting.record-arrival", **meeting, person_id=member)
    vote = {"votes_for": len(body.members), "votes_against": 0, "abstained": 0}
    give(body.officer, "meeting.open-vote", **meeting, item=1)
    give(body.officer, "meeting.close-vote", **meeting, item=1, **vote)
    give(body.officer, "meeting.close", **meeting)
    said = {"body": body.ref, **meeting, "item": 1}
    give(body.officer, "document.record-conclusion", **said, **listed[0])
    told.node.show()
    path = f"/v1/audit/trail/{joint.plan}"
    assert theirs not in str(joint.ask(joint.guest.head, path))
    assert joint.plan in str(joint.ask(joint.guest.head, path)["entries"])
    assert theirs in str(joint.ask(told.auditor, path))
