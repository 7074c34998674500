"""Policies of a running node do what events call for: all of it, and once."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from adapters.bootstrap import PROJECTIONS, Node
from adapters.command_bus import CommandBus
from adapters.envelope import open_record
from adapters.jetstream.policies import PolicyRunner
from adapters.persistence.event_store_postgres import PostgresEventStore
from adapters.persistence.event_store_sqlite import SqliteEventStore
from adapters.persistence.postgres_database import PostgresDatabase
from adapters.persistence.view_store_sqlite import SqliteViewStore
from adapters.policy_notes import PolicyNote
from adapters.policy_questions import NotYet, page_of, revisions
from adapters.settings import Settings
from adapters.views import Parked, Wish
from domain.identifiers import Bin
from domain.organisation_events import OrganisationSuspended
from domain.policies import CLOSING, OpenDocuments, Policy, UnheldMeetings
from domain.regulation.pack import rule_pack
from projections.approval_status import APPROVAL_STATUS
from projections.meeting_calendar import MEETING_CALENDAR
from tests.acceptance.served_roles import ServedRoles
from tests.adapters.bus import eventually
from tests.adapters.closing import (
    Closing,
    Log,
    assert_all_ended_once,
    registrar_of,
    tell_closing,
)
from tests.adapters.node_at_work import AWAY, HOME, NODE, NodeAtWork, at_work
from tests.faults.processes import eventually as in_time

ALL = 1_000_000
SECONDS = 60.0


@contextmanager
def a_bus(store: SqliteEventStore | PostgresEventStore) -> Iterator[CommandBus]:
    bus = CommandBus(store, rule_pack(), NODE)
    bus.start()
    try:
        yield bus
    finally:
        bus.close()


def closed_in(data: Path, documents: int = 30) -> Closing:
    """Tell the closing into a folder on which no node runs yet."""
    data.mkdir(parents=True, exist_ok=True)
    store = SqliteEventStore(data / "events.sqlite", NODE, lambda: datetime.now(UTC))
    try:
        with a_bus(store) as bus:
            return tell_closing(bus, documents)
    finally:
        store.close()


@asynccontextmanager
async def running(data: Path, *further: Policy) -> AsyncIterator[Node]:
    node = Node(Settings(data=data))
    try:
        node.policies += [
            PolicyRunner(
                policy,
                node.store,
                node.views,
                node.bus.submit,
                lambda: node.connect("node"),
                NODE,
            )
            for policy in further
        ]
        async with node.running():
            yield node
    finally:
        node.close()


async def answered(node: Node, position: int, policy: str = "closing") -> None:
    def is_answered() -> bool:
        return node.store.policy_note(policy).position >= position

    await eventually(is_answered)


def log_of(node: Node) -> Log:
    return Log(node.store.records(0, ALL))


def states(node: Node, closing: Closing) -> tuple[set[str], set[str], str]:
    """The states of what was open, documents and meetings, and of what was spared."""
    documents = node.views.load(APPROVAL_STATUS, [(one,) for one in closing.documents])
    meetings = node.views.load(MEETING_CALENDAR, [(one,) for one in closing.meetings])
    spared = node.views.get(APPROVAL_STATUS, (closing.spared,))
    assert len(documents) == len(closing.documents) and spared is not None
    return (
        {row.state for row in documents.values()},
        {row.state for row in meetings.values()},
        spared.state,
    )


def test_closing_ends_what_is_open_and_a_rebuild_ends_nothing_more(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with running(tmp_path) as node:
            told = await asyncio.to_thread(tell_closing, node.bus)
            await answered(node, told.at)
            assert_all_ended_once(log_of(node), told)
            assert await node.settled(SECONDS)
            assert states(node, told) == ({"WITHDRAWN"}, {"NOT_HELD"}, "DRAFT")
            assert node.store.refusals(role="SYSTEM") == []
            await eventually(lambda: not node.health().policies.lag)
            assert node.health().policies.is_well

            before = node.store.position()
            numbers = node.views.wish(
                [
                    Wish(kind="rebuild", view=each.name, by="Ann", at=datetime.now(UTC))
                    for each in PROJECTIONS
                ]
            )

            def is_rebuilt() -> bool:
                wishes = map(node.views.find_wish, numbers)
                return all(wish and wish.outcome for wish in wishes)

            await eventually(is_rebuilt)
            after = await asyncio.to_thread(registrar_of, node.bus)
            await answered(node, before + 1)
            assert after and node.store.position() == before + 1

    asyncio.run(scenario())


@pytest.mark.parametrize("answers", [1, 14, 33])
def test_a_kill_anywhere_loses_and_doubles_nothing(
    tmp_path: Path, answers: int
) -> None:
    """After the first answer, between two pages, after the last and before the note."""
    told = closed_in(tmp_path)
    process = subprocess.run(
        [sys.executable, "-m", "tests.adapters.policy_process", tmp_path, str(answers)],
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()

    async def scenario() -> None:
        async with running(tmp_path) as node:
            ended = len(log_of(node).by_stream("document.withdrawn.v1"))
            assert ended <= len(told.documents)
            await answered(node, told.at)
            assert_all_ended_once(log_of(node), told)

    asyncio.run(scenario())


def test_two_at_once_on_one_store_end_everything_once(
    tmp_path: Path, postgres_address: str
) -> None:
    store = PostgresEventStore(
        PostgresDatabase(postgres_address), NODE, lambda: datetime.now(UTC)
    )
    roles = ServedRoles(tmp_path / "node", postgres_address)
    try:
        with a_bus(store) as bus:
            told = tell_closing(bus)
        twins = ("policy", "policy-2")
        for part in ("nats", "relay", *twins):
            roles.start(part)

        def are_both_at_work() -> bool:
            return all("node_working" in roles.log(part) for part in twins)

        in_time(are_both_at_work, SECONDS, "the policies did not start")
        # Until there are views to ask, both wait at the closing.
        roles.start("project")

        def is_answered() -> bool:
            return store.policy_note("closing").position >= told.at

        in_time(is_answered, SECONDS, "the closing was not answered")
        # Gently: what was begun is finished.
        assert [roles.end(part) for part in twins] == [0, 0]
        assert_all_ended_once(Log(store.records(0, ALL)), told)
    finally:
        roles.end_all()
        store.close()


SUSPENDING = Policy(
    "suspending",
    frozenset({OrganisationSuspended}),
    CLOSING.asks,
    CLOSING.proposes,
)


def test_what_a_policy_was_refused_is_seen_and_passed_by(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path, SUSPENDING) as node:
            told = await asyncio.to_thread(tell_closing, node.bus, 3)
            suspended = await asyncio.to_thread(
                told.teller.give,
                told.teller.registrar,
                "organisation.suspend",
                bin=AWAY.bin,
                act_no="1",
            )
            await answered(node, suspended.position, "suspending")
            (note,) = node.store.refusals(role="SYSTEM")
            assert note.code == "ORG-STATE"
            assert note.stream == f"document/{told.spared}"
            assert (note.actor_role, note.cause) == (
                "SYSTEM",
                f"local.{suspended.position}",
            )

    asyncio.run(scenario())


# What views must show before they are asked.

QUESTIONS = (OpenDocuments(Bin(HOME.bin)), UnheldMeetings(Bin(HOME.bin)))


def reason_of(node: NodeAtWork, position: int) -> str | None:
    _, payload = node.store.records(position - 1, 1)[0]
    record = open_record(payload)
    owned = msgspec.structs.replace(record, source=f"/nodes/local/orgs/{HOME.bin}")
    try:
        revisions(node.views, QUESTIONS, owned)
    except NotYet as hindrance:
        return hindrance.reason
    return None


def park(views: SqliteViewStore, record: bytes) -> None:
    at = views.standing(APPROVAL_STATUS.name).position
    parked = Parked(f"document/{at}", at, record, "KeyError()")
    assert views.save(APPROVAL_STATUS, at, at, {}, parked=[parked])


def test_views_are_asked_once_they_show_the_event_and_hold_nothing_back(
    tmp_path: Path,
) -> None:
    with at_work(tmp_path) as told:
        node = told.node
        shown = node.store.position()
        assert reason_of(node, shown) is None
        told.teller.give(told.house.deputy, "document.submit", document_id=told.draft)
        assert reason_of(node, shown + 1) == "view-behind"
        node.show()
        assert reason_of(node, shown + 1) is None
        of = {open_record(one).owner: one for _, one in node.store.records(0, ALL)}
        park(node.views, of[AWAY.bin])
        assert reason_of(node, shown + 1) is None
        node.show()
        registrar_of(node.bus)
        node.show()
        park(node.views, of[HOME.bin])
        assert reason_of(node, shown + 1) == "view-parked"


def test_pages_hold_each_open_document_once(tmp_path: Path) -> None:
    with at_work(tmp_path) as told:
        wanted = {told.in_review, told.draft}
        for size in (1, 2, 500):
            found: list[object] = []
            after = None
            while True:
                page, after = page_of(told.node.views, QUESTIONS[0], after, size)
                if after is None:
                    break
                assert 0 < len(page) <= size
                found += page
            assert len(found) == len(wanted)
            assert {one.document for one in found} == wanted  # type: ignore[attr-defined]


def test_a_clock_that_is_behind_the_event_is_waited_for(tmp_path: Path) -> None:
    told = closed_in(tmp_path, 1)
    behind: list[timedelta] = [timedelta(hours=1)]

    def clock() -> datetime:
        return datetime.now(UTC) - behind[0]

    async def scenario() -> None:
        node = Node(Settings(data=tmp_path))
        runner = PolicyRunner(
            CLOSING,
            node.store,
            node.views,
            node.bus.submit,
            lambda: node.connect("node"),
            NODE,
            clock,
        )
        node.policies = [runner]
        try:
            async with node.running():
                await eventually(lambda: runner.status().waits_for == "clock-behind")
                behind[0] = timedelta()
                await answered(node, told.at)
                assert_all_ended_once(log_of(node), told)
        finally:
            node.close()

    asyncio.run(scenario())


@pytest.fixture(params=["sqlite", "postgres"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[SqliteEventStore | PostgresEventStore]:
    def now() -> datetime:
        return datetime.now(UTC)

    make: dict[str, Callable[[], SqliteEventStore | PostgresEventStore]] = {
        "sqlite": lambda: SqliteEventStore(tmp_path / "events.sqlite", NODE, now),
        "postgres": lambda: PostgresEventStore(
            PostgresDatabase(request.getfixturevalue("postgres_address")), NODE, now
        ),
    }
    one = make[request.param]()
    yield one
    one.close()


def test_a_note_never_goes_back(
    store: SqliteEventStore | PostgresEventStore,
) -> None:
    assert store.policy_note("closing") == PolicyNote(0, None)
    for given, kept in (
        (PolicyNote(5, "view-behind"), PolicyNote(5, "view-behind")),
        (PolicyNote(5), PolicyNote(5)),
        (PolicyNote(4, "clock-behind"), PolicyNote(5)),
        (PolicyNote(9), PolicyNote(9)),
    ):
        store.note_policy("closing", given)
        assert store.policy_note("closing") == kept
    assert store.policy_note("another") == PolicyNote(0, None)
