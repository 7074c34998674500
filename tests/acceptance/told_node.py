"""A served node on a folder in which something has already happened."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from adapters.bootstrap import Operator
from domain.identifiers import CapacityId, PersonId
from tests.acceptance.served_node import ServedNode
from tests.adapters.node_at_work import HOME, at_work

CONTENT_KEY = bytes(32)
"""As the store of `at_work` has it."""


class ToldNode(Struct, frozen=True):
    """Where it is served; tokens and capacities by role; what is there to be found."""

    url: str
    tokens: Mapping[str, str]
    capacities: Mapping[str, str]
    bin: str
    approved: str
    in_review: str
    remarks: str
    body: str


@contextmanager
def told_node(folder: Path) -> Iterator[ToldNode]:
    """Tell the story of HOME into a data folder, then serve it in a process."""
    data = folder / "data"
    data.mkdir(parents=True)
    with at_work(data) as told:
        people = {
            "registrar": told.registrar,
            "auditor": told.auditor,
            "head": told.house.head,
            "stranger": told.stranger,
        }
        tokens = {role: told.node.token(person) for role, person in people.items()}
        remarks = told.node.content.put_text(HOME.bin, "Уточнить часы", "remarks")
        operator = Operator(
            PersonId(told.registrar.id), CapacityId(told.registrar.capacity)
        )
    (data / "keys" / "content.key").write_bytes(CONTENT_KEY)
    (data / "operator.json").write_bytes(msgspec.json.encode(operator))
    node = ServedNode(data)
    try:
        yield ToldNode(
            url=node.start().url,
            tokens=tokens,
            capacities={role: person.capacity for role, person in people.items()},
            bin=HOME.bin,
            approved=told.approved,
            in_review=told.in_review,
            remarks=remarks,
            body=told.house.bodies[0].ref,
        )
    finally:
        node.stop()
