"""What a provocation is: a history, and the command that is refused after it."""

from collections.abc import Callable

from msgspec import Struct

from domain.decider import Command
from domain.messages import COMMANDS
from tests.domain.given import (
    House,
)
from tests.domain.scenario import Hat, World


class Attempt(Struct, frozen=True):
    """A history, and the command that is refused after it."""

    world: World
    hat: Hat
    command: Command


Provocation = Callable[[], Attempt]


def tried(house: House, hat: Hat, tag: str, /, **fields: object) -> Attempt:
    command = house.world.command(hat, COMMANDS[tag], **fields)
    return Attempt(house.world, hat, command)


def by_head(house: House, tag: str, /, **fields: object) -> Attempt:
    return tried(house, house.head, tag, bin=house.bin, **fields)


def by_registrar(house: House, tag: str, /, **fields: object) -> Attempt:
    return tried(house, house.registrar, tag, **{"bin": house.bin, **fields})
