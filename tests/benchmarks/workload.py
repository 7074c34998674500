"""Commands as institutions give them: plans drafted, revised, sent on, taken back."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from adapters.demo.buildings import build
from adapters.demo.house import House, register
from adapters.demo.institutions import colleges
from adapters.demo.meetings import variants
from adapters.demo.teller import Person, Teller
from adapters.orders import Accepted, Answer, Order, command_of
from domain.identifiers import CapacityId, CommandId, PersonId
from domain.node import GrantOperator

SENDERS = 64
REGISTRAR = PersonId("11111111-1111-4111-8111-111111111111")
GRANT = GrantOperator(
    command_id=CommandId("00000000-0000-4000-8000-000000000001"),
    capacity=CapacityId("node/local#0"),
    node="local",
    person_id=REGISTRAR,
    role="REGISTRAR",
)


def built(handle: Callable[[Order], Answer]) -> tuple[Teller, House]:
    """A college with its units, bodies and offices, as the demo builds it."""
    registrar = Person(REGISTRAR, "node", "node/local#1")
    teller = Teller(handle, registrar, lambda *_: "", seed=64)
    college = colleges()[0]
    return teller, build(teller, college, register(teller, college))


def orders_of_a_sender(teller: Teller, house: House, documents: int) -> list[Order]:
    """Five commands for each document, each resting on the one before."""
    return [
        order
        for number in range(documents)
        for order in life_of_a_plan(teller, house, number)
    ]


def life_of_a_plan(teller: Teller, house: House, number: int) -> list[Order]:
    document = teller.new_id()
    owner = house.institution.bin
    drafted: dict[str, object] = {
        "bin": owner,
        "kind": "WORKING_STUDY_PLAN",
        "level": house.institution.levels[0],
        "author": {"kind": "UNIT", "unit_id": house.author_unit},
        "titles": {"ru": f"Рабочий учебный план № {number}"},
        "variants": variants(document, 1),
        "specialty_code": house.specialty,
        "academic_year": "2026-2027",
        "basis_refs": [
            {"kind": "STATE_STANDARD", "reference": "ГОСО 2022"},
            {"kind": "TYPICAL_STUDY_PLAN", "reference": "ТУП"},
        ],
    }
    steps: tuple[tuple[str, dict[str, object]], ...] = (
        ("document.create", drafted),
        ("document.revise", {"variants": variants(document, 2)}),
        ("document.revise", {"variants": variants(document, 3)}),
        ("document.submit", {}),
        ("document.withdraw", {}),
    )
    return [
        order_of(house.deputy, teller.new_id(), tag, {"document_id": document, **more})
        for tag, more in steps
    ]


def order_of(
    who: Person, command_id: str, tag: str, fields: dict[str, object]
) -> Order:
    body = {"command_id": command_id, "capacity": who.capacity, **fields}
    command = command_of(tag, msgspec.json.encode(body))
    return Order(
        command=command, person=PersonId(who.id), organisation=who.organisation
    )


async def send_all(
    give: Callable[[Order], Awaitable[Answer]], orders: list[list[Order]]
) -> None:
    """Every sender gives its next command when the last was answered."""

    async def send(own: list[Order]) -> None:
        for order in own:
            answer = await give(order)
            assert isinstance(answer, Accepted), answer

    await asyncio.gather(*(send(own) for own in orders))
