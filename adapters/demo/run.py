"""Runs the demo on a node of its own and counts what became of it."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from msgspec import Struct

from adapters.demo.associations import joint_commission
from adapters.demo.buildings import build
from adapters.demo.documents import STUDY_PLAN, kinds_at, study_plan, take_through
from adapters.demo.house import House, register
from adapters.demo.institutions import (
    Institution,
    colleges,
    higher_colleges,
    schools,
    universities,
)
from adapters.demo.teller import Teller

BUILT_UNIVERSITIES = 8
TELLERS = 4
SUBSCRIBER_SECONDS = 60


class SubscriberReport(Struct, frozen=True):
    """What the independent subscriber says it saw."""

    seen: int
    last_sequence: int
    types: int
    organisations: int
    feeds: int
    reopened: int
    broken_promises: tuple[str, ...]


class JointConclusion(Struct, frozen=True, kw_only=True):
    """What a joint commission said on a document of one of those it serves."""

    host: str
    organisation: str
    document_id: str
    conclusion: str | None
    votes_for: int | None


class DemoReport(Struct, frozen=True, kw_only=True):
    """The demo in numbers; `lag` is what the views have not yet shown.

    `approved_by_kind` counts approvals by kind of document and level of education.
    """

    organisations: int
    documents: int
    approved: int
    joint_conclusions: tuple[JointConclusion, ...]
    approved_by_kind: dict[str, dict[str, int]]
    refused: dict[str, int]
    commands: int
    events_stored: int
    events_on_bus: int
    events_seen_by_subscriber: int
    approval_rows: int
    lag: int
    subscriber: SubscriberReport
    data: str

    @property
    def is_whole(self) -> bool:
        """Nothing lost and nothing double between store, bus, subscriber and views."""
        counts = {
            self.events_stored,
            self.events_on_bus,
            self.events_seen_by_subscriber,
        }
        return (
            len(counts) == 1
            and self.lag == 0
            and self.approval_rows == self.documents
            and not self.subscriber.broken_promises
        )


class IndependentSubscriber:
    """The subscriber as a process of its own, which knows only the contract."""

    def __init__(self, url: str, stream: str) -> None:
        script = Path(__file__).with_name("subscriber.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script), url, stream],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def finish(self) -> SubscriberReport:
        """Let it read to the end of the stream, and take its report."""
        try:
            out, _ = self._process.communicate(timeout=SUBSCRIBER_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        return msgspec.json.decode(out, type=SubscriberReport)

    def end(self) -> None:
        """End it where the demo ends early."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def tell(teller: Teller, progress: Callable[[str], None]) -> int:
    """Give every command of the demo; return how many documents were taken through."""
    showing_all = [universities()[0], colleges()[0], *higher_colleges(), *schools()]
    everybody = [*universities(), *colleges(), *higher_colleges(), *schools()]
    built = {one.bin for one in (*universities()[:BUILT_UNIVERSITIES], *colleges())}
    all_kinds = {one.bin for one in showing_all}

    houses: dict[str, House] = {}

    def one(institution: Institution) -> int:
        head = register(teller, institution)
        if institution.bin not in built | all_kinds:
            return 0
        house = houses[institution.bin] = build(teller, institution, head)
        if institution.bin in all_kinds:
            return every_kind(teller, house)
        for troubled in (True, False):
            study_plan(teller, house, troubled=troubled)
        return 2

    documents = 0
    with ThreadPoolExecutor(TELLERS) as pool:
        for done, count in enumerate(pool.map(one, everybody), start=1):
            documents += count
            progress(f"{done} of {len(everybody)} institutions")
    _, host, guest, *_ = (houses[college.bin] for college in colleges())
    for house in joint_commission(teller, host, guest):
        study_plan(teller, house, troubled=False)
        documents += 1
    strangers_are_refused(teller, everybody)
    return documents


def every_kind(teller: Teller, house: House) -> int:
    """Every kind of document at every level of a house; study plans meet trouble."""
    taken = 0
    for level in house.institution.levels:
        for kind in kinds_at(level):
            troubled = kind == STUDY_PLAN
            take_through(teller, house, kind, level, troubled=troubled)
            taken += 1
    return taken


def strangers_are_refused(teller: Teller, everybody: list[Institution]) -> None:
    """The registrar registers, and may not appoint a council; nor registers twice."""
    first = everybody[0]
    teller.give_in_vain(
        "ORG-EXISTS",
        teller.registrar,
        "organisation.register",
        bin=first.bin,
        names={"ru": first.name_ru},
        kind=first.kind,
        kato=first.kato,
    )
    teller.give_in_vain(
        "ACTOR-ROLE",
        teller.registrar,
        "unit.create",
        bin=first.bin,
        unit_id="stranger",
        kind="FACULTY",
        names={"ru": "Чужой факультет"},
    )
