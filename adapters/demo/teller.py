"""Gives the demo's commands to the bus, and keeps count of the answers."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from uuid import UUID

import msgspec
from msgspec import Struct

from adapters.orders import Accepted, Answer, Order, Refused, command_of
from domain.identifiers import NODE, PersonId


class Person(Struct, frozen=True):
    """Somebody who acts: a random id, an organisation, and the capacity they use."""

    id: str
    organisation: str
    capacity: str

    def seated(self, answer: Accepted, back: int = 0) -> "Person":
        """The same person in the seat that an answer gave, `back` events earlier."""
        capacity = f"{answer.stream}#{answer.version - back}"
        return Person(self.id, self.organisation, capacity)


class UnexpectedAnswer(Exception):
    """The story went another way than it was written."""


class Teller:
    """One for all institutions; safe to use from several threads."""

    def __init__(
        self,
        handle: Callable[[Order], Answer],
        registrar: Person,
        write_text: Callable[[str, str, str], str],
        seed: int,
    ) -> None:
        self._handle = handle
        self.registrar = registrar
        self._write_text = write_text
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self.commands = 0
        self.refusals: Counter[str] = Counter()
        self.refused_examples: dict[str, Refused] = {}

    def new_id(self) -> str:
        with self._lock:
            bits = self._random.getrandbits(128)
        return str(UUID(int=bits, version=4))

    def new_person(self, organisation: str) -> Person:
        return Person(self.new_id(), organisation, "")

    def text(self, organisation: str, kind: str, text: str) -> str:
        """Put free text where it belongs, and return its reference."""
        return self._write_text(organisation, text, kind)

    def give(self, actor: Person, tag: str, **fields: object) -> Accepted:
        """Give a command that the rules allow."""
        answer = self._give(actor, tag, fields)
        if not isinstance(answer, Accepted):
            raise UnexpectedAnswer(f"{tag} was refused: {answer.code} {answer.context}")
        return answer

    def give_in_vain(
        self, code: str, actor: Person, tag: str, **fields: object
    ) -> Refused:
        """Give a command that the rules refuse under `code`."""
        answer = self._give(actor, tag, fields)
        if not isinstance(answer, Refused) or answer.code != code:
            raise UnexpectedAnswer(f"{tag} was not refused with {code}: {answer}")
        with self._lock:
            self.refusals[code] += 1
            self.refused_examples.setdefault(code, answer)
        return answer

    def _give(self, actor: Person, tag: str, fields: dict[str, object]) -> Answer:
        body = {
            "command_id": self.new_id(),
            "capacity": actor.capacity,
            **fields,
        }
        command = command_of(tag, msgspec.json.encode(body))
        with self._lock:
            self.commands += 1
        return self._handle(
            Order(
                command=command,
                person=PersonId(actor.id),
                organisation=actor.organisation or NODE,
            )
        )
