"""Sixteen senders who repeat a command under its id until it is acknowledged."""

import random
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import msgspec
from msgspec import Struct

from adapters.demo.institutions import synthetic_bin

SENDERS = 16
HOUSES = 4
ANSWER_SECONDS = 5.0
PAUSE_SECONDS = 0.1
"""Mean pause of a sender between two commands."""

ABANDONED = 0.05
REPEATED = 0.05

Fields = dict[str, Any]  # JSON-shaped values


class Acceptance(Struct, frozen=True, kw_only=True):
    """What the node answered to a command that it took."""

    command_id: str
    stream: str
    version: int
    position: int
    events: tuple[str, ...]
    repeated: bool


class Actor(Struct, frozen=True):
    """Who sends: with which token, in which capacity."""

    token: str
    capacity: str


class House(Struct, frozen=True):
    """An organisation with a head, whose feeds several senders share."""

    bin: str
    head: Actor


class Refused(AssertionError):
    """A command was refused that no rule refuses."""


class _Ended(Exception):
    """The load ends; what was not acknowledged is left as it is."""


class Load:
    """Gives commands until `finish`; `acknowledged` and `tried` are what it knows."""

    def __init__(
        self,
        address: Callable[[], str | None],
        registrar: Actor,
        token_of: Callable[[str, str], str],
        seed: int,
    ) -> None:
        self._address = address
        self._registrar = registrar
        self._token_of = token_of
        self._random = random.Random(seed)
        self._serials = count(1)
        self._end = threading.Event()
        self._abort = threading.Event()
        self._lock = threading.Lock()
        self.acknowledged: dict[str, Acceptance] = {}
        self.tried: set[str] = set()
        self.failures: list[BaseException] = []
        self.repeats = 0
        sender = _Sender(self, self._random.randrange(2**32))
        self.houses = [sender.build_house() for _ in range(HOUSES)]
        seeds = [self._random.randrange(2**32) for _ in range(SENDERS)]
        self._threads = [
            threading.Thread(target=self._send, args=(seed,)) for seed in seeds
        ]
        for thread in self._threads:
            thread.start()

    def _send(self, seed: int) -> None:
        try:
            sender = _Sender(self, seed)
            while not self._end.is_set():
                sender.tell()
        except _Ended:
            return
        except BaseException as failure:  # told by the thread of the test
            self.failures.append(failure)

    def require_well(self) -> None:
        for failure in self.failures:
            raise failure

    def await_more(self, wanted: int, seconds: float) -> None:
        """Wait for further acknowledgements: nobody helps the node but itself."""
        target = len(self.acknowledged) + wanted
        end = time.monotonic() + seconds
        while len(self.acknowledged) < target:
            self.require_well()
            assert time.monotonic() < end, f"no answers for {seconds:.0f} s"
            time.sleep(0.005)

    def finish(self, seconds: float) -> None:
        """Let every sender come to the end of its story, within a bound."""
        self._end.set()
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        self.require_well()
        assert not any(thread.is_alive() for thread in self._threads)

    def abort(self) -> None:
        """End at once, acknowledged or not."""
        self._abort.set()
        self._end.set()
        for thread in self._threads:
            thread.join()

    def serial(self) -> int:
        with self._lock:
            return next(self._serials)

    def registrar(self) -> Actor:
        return self._registrar

    def actor(self, person: str, organisation: str, capacity: str) -> Actor:
        return Actor(self._token_of(person, organisation), capacity)

    def address(self) -> str | None:
        if self._abort.is_set():
            raise _Ended
        return self._address()


class _Sender:
    def __init__(self, load: Load, seed: int) -> None:
        self._load = load
        self._random = random.Random(seed)
        self._client = httpx.Client(timeout=ANSWER_SECONDS)

    def tell(self) -> None:
        """One story: an organisation is registered, or a document is written."""
        if self._random.random() < 0.3:
            self._register()
        else:
            self._write(self._random.choice(self._load.houses))

    def build_house(self) -> House:
        registrar = self._load.registrar()
        bin_number, person = self._register(abandon=False), self._new_id()
        seated = self._give(
            "staff.appoint",
            registrar,
            bin=bin_number,
            person_id=person,
            post="HEAD",
            valid_from=str(date.today() - timedelta(days=365)),
            order_no="1",
        )
        head = self._load.actor(person, bin_number, f"{seated.stream}#{seated.version}")
        return House(bin_number, head)

    def _register(self, *, abandon: bool = True) -> str:
        registrar = self._load.registrar()
        bin_number = synthetic_bin(self._load.serial())
        fields: Fields = {
            "names": {"ru": f"Университет {bin_number}"},
            "kind": "UNIVERSITY",
            "kato": "750000000",
        }
        if abandon and self._random.random() < ABANDONED:
            self._try_once("organisation.register", registrar, bin=bin_number, **fields)
            return bin_number
        self._give("organisation.register", registrar, bin=bin_number, **fields)
        levels = ["HE"]
        self._give(
            "organisation.declare-levels", registrar, bin=bin_number, levels=levels
        )
        self._give("organisation.activate", registrar, bin=bin_number)
        return bin_number

    def _write(self, house: House) -> None:
        document = self._new_id()
        fields: Fields = {
            "document_id": document,
            "bin": house.bin,
            "kind": "WORKING_STUDY_PLAN",
            "level": "HE",
            "author": {"kind": "UNIT", "unit_id": "adm"},
            "titles": {"ru": "План", "kk": "Жоспар"},
            "variants": self._variants(),
            "specialty_code": "6B06102",
            "academic_year": "2026-2027",
            "basis_refs": [
                {"kind": kind, "reference": "2022"}
                for kind in ("STATE_STANDARD", "TYPICAL_STUDY_PLAN")
            ],
        }
        if self._random.random() < ABANDONED:
            self._try_once("document.create", house.head, **fields)
            return
        self._give("document.create", house.head, **fields)
        for _ in range(self._random.randrange(4)):
            self._give(
                "document.revise",
                house.head,
                document_id=document,
                variants=self._variants(),
            )

    def _variants(self) -> list[Fields]:
        return [
            {
                "language": language,
                "media_type": "application/pdf",
                "sha256": sha256(self._random.randbytes(8)).hexdigest(),
            }
            for language in ("ru", "kk")
        ]

    def _new_id(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def _give(self, tag: str, actor: Actor, **fields: object) -> Acceptance:
        """Repeat a command until it is acknowledged, and sometimes once more."""
        body = self._body(actor, fields)
        answer = self._until_acknowledged(tag, actor, body)
        self._load.acknowledged[answer.command_id] = answer
        if self._random.random() < REPEATED:
            again = self._until_acknowledged(tag, actor, body)
            assert again == msgspec.structs.replace(answer, repeated=True)
            self._load.repeats += 1
        return answer

    def _try_once(self, tag: str, actor: Actor, **fields: object) -> None:
        """Send a command and walk away, whatever becomes of it."""
        answer = self._attempt(tag, actor, self._body(actor, fields))
        if answer is not None:
            self._load.acknowledged[answer.command_id] = answer

    def _body(self, actor: Actor, fields: Fields) -> Fields:
        time.sleep(self._random.expovariate(1 / PAUSE_SECONDS))
        command_id = self._new_id()
        self._load.tried.add(command_id)
        return {"command_id": command_id, "capacity": actor.capacity, **fields}

    def _until_acknowledged(self, tag: str, actor: Actor, body: Fields) -> Acceptance:
        while True:
            answer = self._attempt(tag, actor, body)
            if answer is not None:
                return answer
            time.sleep(0.05)

    def _attempt(self, tag: str, actor: Actor, body: Fields) -> Acceptance | None:
        address = self._load.address()
        if address is None:
            return None
        try:
            answer = self._client.post(
                f"{address}/v1/commands/{tag}",
                json=body,
                headers={"Authorization": f"Bearer {actor.token}"},
            )
        except httpx.HTTPError:
            return None
        if answer.status_code == 503:
            return None
        if answer.status_code != 200:
            raise Refused(f"{tag} {body}: {answer.status_code} {answer.text}")
        return msgspec.json.decode(answer.content, type=Acceptance)
