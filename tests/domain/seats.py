"""Every seat of a world, and what the table of roles says of it."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from domain.decider import SYSTEM, Command
from domain.identifiers import NODE, CapacityId, Stream
from domain.messages import kind_of, owner_of, stream_of
from domain.rights import seated
from tests.domain.scenario import THE_NODE, Hat, World


class Seat(Struct, frozen=True):
    """Somebody in a capacity, with the role that it gives them."""

    hat: Hat
    role: str

    @property
    def stream(self) -> Stream:
        return Stream(self.hat.capacity.partition("#")[0])

    def giving(self, command: Command, number: int) -> Command:
        """The same command, given anew by this seat."""
        return replace(
            command,
            command_id=f"29000000-0000-4000-8000-{number:012x}",
            capacity=self.hat.capacity,
        )


def seats_in(world: World) -> Iterator[Seat]:
    """Whoever was ever seated by an event, and the node itself."""
    yield Seat(THE_NODE, SYSTEM)
    for stream in sorted({entry.stream for entry in world.log}):
        for number in range(1, world.version(stream) + 1):
            found = seated(world.state(stream), number)
            if found is not None:
                person, role, owner, _ = found
                capacity = CapacityId(f"{stream}#{number}")
                yield Seat(Hat(person, owner, capacity), role)


def parties(world: World, body: Stream, owner: str) -> set[str]:
    """Who takes part in a body: its owner, and who was asked or has joined."""
    state: Any = world.state(body)  # a reviewing body's, if any
    joined = getattr(state, "organisations", None) or ()
    asked = getattr(state, "asked", None) or ()
    return {owner, *joined, *asked}


def rows_that_let(world: World, seat: Seat, command: Command) -> list[str]:
    """The rows of the table under which this seat may give the command here."""
    stream = stream_of(command)
    state: Any = world.state(stream)  # of any aggregate
    owner = owner_of(command, state)
    body = getattr(command, "body", None) or getattr(state, "body", None) or stream
    rows = []
    for row in world.pack.roles[command.tag]:
        role, _, whose = row.partition("@")
        by_staff = role == "STAFF" and kind_of(seat.stream) == "staff"
        is_there = {
            "": seat.hat.organisation == NODE,
            "own": seat.hat.organisation == owner or not owner,
            "body": seat.stream == body,
            "participant": seat.hat.organisation in parties(world, body, owner),
        }[whose]
        if (seat.role == role or by_staff) and is_there:
            rows.append(row)
    return rows
