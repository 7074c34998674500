"""A node without its bus: real store, deciding, views and content, and its people."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from msgspec import Struct

from adapters.command_bus import CommandBus
from adapters.counting import Counting
from adapters.demo.buildings import build
from adapters.demo.documents import study_plan
from adapters.demo.house import House, register
from adapters.demo.institutions import Institution, colleges
from adapters.demo.meetings import variants
from adapters.demo.teller import Person, Teller
from adapters.envelope import recorded
from adapters.identity import Identities, NodeKey
from adapters.operators import Operators
from adapters.orders import Accepted
from adapters.persistence.content_store import SqliteContentStore
from adapters.persistence.event_store_sqlite import SqliteEventStore
from adapters.persistence.view_store_sqlite import SqliteViewStore
from adapters.projection_desk import ProjectionDesk
from adapters.queries import Queries
from adapters.work_queries import WorkQueries
from domain.identifiers import CapacityId, CommandId, PersonId
from domain.node import GrantOperator
from domain.regulation.pack import rule_pack
from projections.approval_stage import APPROVAL_STAGE
from projections.approval_status import APPROVAL_STATUS
from projections.meeting_calendar import MEETING_CALENDAR
from projections.org_directory import ORG_DIRECTORY
from projections.projection import Projection
from projections.review_desk import REVIEW_DESK
from projections.staff_registry import STAFF_REGISTRY

NODE = "local"
NODE_SEAT = CapacityId(f"node/{NODE}#0")
HOME, AWAY = colleges()[:2]
PROJECTIONS: tuple[Projection[Any], ...] = (  # each has a row type of its own
    ORG_DIRECTORY,
    APPROVAL_STATUS,
    APPROVAL_STAGE,
    REVIEW_DESK,
    MEETING_CALENDAR,
    STAFF_REGISTRY,
)


class NodeAtWork:
    """What was given to the bus shows in the views once `show` was called."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime.now(UTC)
        self.pack = rule_pack()
        self.store = SqliteEventStore(
            folder / "events.sqlite", NODE, lambda: datetime.now(UTC)
        )
        self.views = SqliteViewStore(folder / "views.sqlite", PROJECTIONS)
        self.content = SqliteContentStore(folder / "content.sqlite", bytes(32))
        self.bus = CommandBus(self.store, self.pack, NODE)
        self.key = NodeKey(folder / "keys", NODE)
        self.identities = Identities([self.key.as_issuer()])
        self.operators = Operators(self.store, NODE)
        self.queries = Queries(
            self.views, self.wait_for, self.pack, clock=lambda: self.now, patience=0.3
        )

        self.work = WorkQueries(self.queries, self.views, self.store, self.pack)
        self.counting = Counting(
            self.queries, self.views, self.pack, self.store.count_refusals
        )
        self.desk = ProjectionDesk(
            self.views, [each.name for each in PROJECTIONS], self.store.position
        )

    async def wait_for(self, position: int, timeout: float) -> bool:
        end = time.monotonic() + timeout
        while self.views.position(APPROVAL_STATUS.name) < position:
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.01)
        return True

    def operator(self, role: str) -> Person:
        """A new person whom the node itself grants a role."""
        person = PersonId(str(uuid4()))
        granted = self.bus.handle_system(
            GrantOperator(
                command_id=CommandId(str(uuid4())),
                capacity=NODE_SEAT,
                node=NODE,
                person_id=person,
                role=role,
            )
        )
        assert isinstance(granted, Accepted)
        return Person(person, "node", f"{granted.stream}#{granted.version}")

    def token(self, person: Person) -> str:
        return self.key.issue(
            PersonId(person.id), person.organisation, timedelta(hours=1)
        )

    def show(self) -> int:
        """Fold what is new in the store into the views; the position they show."""
        for projection in PROJECTIONS:
            before = self.views.position(projection.name)
            events = [recorded(entry) for _, entry in self.store.records(before, 9999)]
            touched = [key for event in events for key in projection.keys(event)]
            rows: dict[Any, Any] = dict(self.views.load(projection, touched))
            for event in events:
                for key in projection.keys(event):
                    rows[key] = projection.fold(rows.get(key), event, key)
            self.views.save(projection, before, self.store.position(), rows)
        return self.store.position()

    def close(self) -> None:
        self.bus.close()
        self.store.close()
        self.views.close()
        self.content.close()


class Told(Struct, frozen=True):
    """What has happened at HOME; AWAY is registered and has a head."""

    node: NodeAtWork
    teller: Teller
    house: House
    registrar: Person
    auditor: Person
    stranger: Person
    approved: str
    in_review: str
    draft: str


def draft_plan(teller: Teller, house: House, number: int) -> str:
    """A study plan that its unit has drafted and not yet submitted."""
    document = teller.new_id()
    title = f"Рабочий учебный план № {number}"
    teller.give(
        house.deputy,
        "document.create",
        document_id=document,
        bin=house.institution.bin,
        kind="WORKING_STUDY_PLAN",
        level=house.institution.levels[0],
        author={"kind": "UNIT", "unit_id": house.author_unit},
        titles={"ru": title},
        variants=variants(title, 1),
        specialty_code=house.specialty,
        basis_refs=[
            {"kind": "STATE_STANDARD", "reference": "ГОСО 2022"},
            {"kind": "TYPICAL_STUDY_PLAN", "reference": "ТУП"},
        ],
    )
    return document


@contextmanager
def at_work(folder: Path) -> Iterator[Told]:
    node = NodeAtWork(folder)
    node.bus.start()
    try:
        yield tell(node, HOME, AWAY)
    finally:
        node.close()


def tell(node: NodeAtWork, home: Institution, away: Institution) -> Told:
    registrar, auditor = node.operator("REGISTRAR"), node.operator("AUDITOR")
    teller = Teller(node.bus.handle, registrar, node.content.put_text, seed=583)
    house = build(teller, home, register(teller, home))
    stranger = register(teller, away)
    approved = study_plan(teller, house, troubled=True)
    in_review = draft_plan(teller, house, 2)
    teller.give(house.deputy, "document.submit", document_id=in_review)
    draft = draft_plan(teller, house, 3)
    node.show()
    return Told(
        node, teller, house, registrar, auditor, stranger, approved, in_review, draft
    )
