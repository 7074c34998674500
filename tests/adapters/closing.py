"""A college with much that is open is closed, beside a neighbour that goes on."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import uuid4

from msgspec import Struct

from adapters.command_bus import CommandBus
from adapters.demo.buildings import build
from adapters.demo.house import register
from adapters.demo.teller import Person, Teller
from adapters.envelope import CloudEvent, open_record
from adapters.orders import Accepted
from domain.identifiers import CommandId, PersonId
from domain.node import GrantOperator
from tests.adapters.node_at_work import AWAY, HOME, NODE, NODE_SEAT, draft_plan

SALTED = "salted:" + "a1" * 32
DOCUMENTS = 30
WITHDRAWN = "document.withdrawn.v1"
NOT_HELD = "meeting.not-held.v1"


class Closing(Struct, frozen=True):
    """What was open of HOME at position `at`, that of the closing.

    `spared` of AWAY is open and stays so.
    """

    teller: Teller
    at: int
    documents: Sequence[str]
    meetings: Sequence[str]
    spared: str

    @property
    def streams(self) -> set[str]:
        documents = {f"document/{one}" for one in self.documents}
        return documents | {f"meeting/{one}" for one in self.meetings}


def registrar_of(bus: CommandBus) -> Person:
    person = PersonId(str(uuid4()))
    granted = bus.handle_system(
        GrantOperator(
            command_id=CommandId(str(uuid4())),
            capacity=NODE_SEAT,
            node=NODE,
            person_id=person,
            role="REGISTRAR",
        )
    )
    assert isinstance(granted, Accepted)
    return Person(person, "node", f"{granted.stream}#{granted.version}")


def tell_closing(bus: CommandBus, documents: int = DOCUMENTS) -> Closing:
    registrar = registrar_of(bus)
    teller = Teller(bus.handle, registrar, lambda *_: SALTED, seed=583)
    house = build(teller, HOME, register(teller, HOME))
    neighbour = build(teller, AWAY, register(teller, AWAY))
    drafted = [draft_plan(teller, house, number) for number in range(documents)]
    for document in drafted[::3]:
        teller.give(house.deputy, "document.submit", document_id=document)
    meetings = []
    for step in range(3):
        meeting, officer = teller.new_id(), house.bodies[0].officer
        told = {"body": house.bodies[0].ref, "planned_for": date.today()}
        teller.give(officer, "meeting.plan", meeting_id=meeting, **told)
        for name in ("meeting.convene", "meeting.open")[:step]:
            teller.give(officer, name, meeting_id=meeting)
        meetings.append(meeting)
    spared = draft_plan(teller, neighbour, 1)
    closed = teller.give(registrar, "organisation.close", bin=HOME.bin, act_no="9")
    return Closing(teller, closed.position, drafted, meetings, spared)


class Log:
    """A log as it can be read: records after a position, with their numbers."""

    def __init__(self, records: Sequence[tuple[int, bytes]]) -> None:
        self.records = [open_record(payload) for _, payload in records]

    def by_stream(self, *tags: str) -> Mapping[str, list[CloudEvent]]:
        found: dict[str, list[CloudEvent]] = {}
        for record in self.records:
            if record.tag in tags:
                found.setdefault(record.subject, []).append(record)
        return found


def assert_all_ended_once(log: Log, closing: Closing) -> None:
    """Everything open of HOME, nothing else, each once and because of the closing."""
    cause = log.records[closing.at - 1]
    assert cause.tag == "organisation.closed.v1"
    ended = log.by_stream(WITHDRAWN, NOT_HELD)
    assert set(ended) == closing.streams
    for records in ended.values():
        (record,) = records
        assert record.causationid == cause.id
        assert record.correlationid == cause.correlationid
        assert (record.actorrole, record.actororg) == ("SYSTEM", "node")
    after = [record.tag for record in log.records[closing.at :]]
    # Each withdrawal leaves room in its series.
    assert len(after) == 2 * len(closing.documents) + len(closing.meetings)
