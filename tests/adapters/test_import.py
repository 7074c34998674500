"""Import: what the lines of a file become, once, twice and as a dry run."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.demo.institutions import synthetic_bin
from adapters.entry import Question
from adapters.importing import giving
from adapters.importing.giving import GivenUp, Taken, over_http
from adapters.importing.records import Record
from adapters.importing.report import LineReport
from adapters.importing.run import in_lanes
from adapters.orders import Acceptance
from adapters.problems import Problem, problem_of
from domain.decider import Refusal
from domain.regulation.pack import rule_pack
from tests.adapters.importing import Desk, desk_in, outcomes

SCHOOLS = [synthetic_bin(number) for number in (1, 2, 3)]
SCHOOL = SCHOOLS[0]
HEADER = "bin,name_ru,kind,kato,levels\n"
HEAD = str(uuid4())
TEACHER = str(uuid4())
DIGEST = "ab" * 32


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as one:
        yield one


def table(*rows: str, header: str = HEADER) -> bytes:
    return (header + "\n".join(rows) + "\n").encode()


def school(number: int, name: str = "Школа", levels: str = "SECONDARY") -> str:
    return f"{SCHOOLS[number]},{name},SCHOOL,750000000,{levels}"


def lines(*objects: dict[str, Any]) -> bytes:
    return b"\n".join(msgspec.json.encode(one) for one in objects)


def staff_row(person: str, post: str, **more: Any) -> dict[str, Any]:
    row = {"bin": SCHOOL, "person_id": person, "post": post, "order_no": "1-к"}
    return {**row, "valid_from": "2026-09-01", **more}


def unit_row(unit_id: str, **more: Any) -> dict[str, Any]:
    row = {"bin": SCHOOL, "unit_id": unit_id, "kind": "DIVISION", "name_ru": "Отдел"}
    return {**row, **more}


REGULATION = {
    "regulation_number": "7",
    "regulation_date": "2026-09-01",
    "regulation_sha256": DIGEST,
}


def with_a_head(desk: Desk) -> Any:  # the head, in office
    desk.imported(table(school(0)))
    desk.imported(lines(staff_row(HEAD, "HEAD")))
    return desk.head_of(SCHOOL, HEAD)


def test_an_organisation_is_registered_with_its_levels_and_active(desk: Desk) -> None:
    assert outcomes(desk.imported(table(school(0), school(1)))) == [
        "2 accepted",
        "3 accepted",
    ]
    assert sorted(desk.given) == [
        "organisation.activate",
        "organisation.activate",
        "organisation.declare-levels",
        "organisation.declare-levels",
        "organisation.register",
        "organisation.register",
    ]


def test_the_same_again_is_unchanged_and_nothing_is_given(desk: Desk) -> None:
    first = desk.imported(table(school(0)))
    position, given = desk.node.store.position(), len(desk.given)
    again = desk.imported(table(school(0), school(0)))
    assert [one.outcome for one in first] == ["accepted"]
    assert [one.outcome for one in again] == ["unchanged", "unchanged"]
    assert again[0].key == SCHOOL
    assert (desk.node.store.position(), len(desk.given)) == (position, given)


def test_what_is_there_otherwise_differs_and_is_left(desk: Desk) -> None:
    desk.imported(table(school(0)))
    position = desk.node.store.position()
    (report,) = desk.imported(
        table(f"{SCHOOL},Лицей,COLLEGE,710000000,TVE"), language="ru"
    )
    assert (report.outcome, report.code) == ("differs", "IMPORT-DIFFERS")
    assert {one.column: (one.here, one.file) for one in report.differences} == {
        "name_ru": ("Школа", "Лицей"),
        "kind": ("SCHOOL", "COLLEGE"),
        "kato": ("750000000", "710000000"),
        "levels": (["SECONDARY"], ["TVE"]),
    }
    assert report.text is not None and "name_ru, kind, kato, levels" in report.text
    assert desk.node.store.position() == position


def test_a_bin_twice_in_a_file_is_one_organisation(desk: Desk) -> None:
    reports = desk.imported(table(school(0), school(0), school(0, "Другая")))
    assert [one.outcome for one in reports] == ["accepted", "unchanged", "differs"]


@pytest.mark.parametrize("done", [1, 2])
def test_a_row_that_was_cut_short_is_gone_on_with(desk: Desk, done: int) -> None:
    commands: list[dict[str, Any]] = [
        {
            "type": "organisation.register",
            "bin": SCHOOL,
            "names": {"ru": "Школа"},
            "kind": "SCHOOL",
            "kato": "750000000",
        },
        {"type": "organisation.declare-levels", "bin": SCHOOL, "levels": ["SECONDARY"]},
    ]
    desk.imported(lines(*commands[:done]))
    desk.given.clear()
    assert outcomes(desk.imported(table(school(0)))) == ["2 accepted"]
    rest = ["organisation.declare-levels", "organisation.activate"]
    assert desk.given == rest[done - 1 :]


def test_an_import_never_wakes_what_was_suspended(desk: Desk) -> None:
    desk.imported(table(school(0)))
    suspend = {"type": "organisation.suspend", "bin": SCHOOL, "act_no": "3"}
    assert outcomes(desk.imported(lines(suspend))) == ["1 accepted"]
    (report,) = desk.imported(table(school(0)))
    assert report.outcome == "differs"
    assert [(one.column, one.here) for one in report.differences] == [
        ("state", "SUSPENDED")
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("240190000124,Школа,SCHOOL,750000000,SECONDARY", "ORG-BIN"),
        ("1,Школа,SCHOOL,750000000,SECONDARY", "ORG-BIN"),
        (f"{SCHOOL},Школа,SCHOOL,990000000,SECONDARY", "ORG-KATO"),
        (f"{SCHOOL},Школа,CASTLE,750000000,SECONDARY", "ORG-KIND"),
        (f"{SCHOOL},Школа,SCHOOL,750000000,HE", "R2-LEVEL"),
        (f"{SCHOOL},{'x' * 501},SCHOOL,750000000,SECONDARY", "CMD-MALFORMED"),
        (f"{SCHOOL},Школа,SCHOOL,7,SECONDARY", "CMD-MALFORMED"),
        (f"{SCHOOL},,SCHOOL,750000000,SECONDARY", "IMPORT-LINE"),
        ("850101300123,Школа,SCHOOL,750000000,SECONDARY", "IMPORT-IIN"),
    ],
)
def test_what_is_refused_costs_no_other_line(desk: Desk, row: str, code: str) -> None:
    reports = desk.imported(table(row, school(1)), language="kk")
    assert [(one.line, one.code or one.outcome) for one in reports] == [
        (2, code),
        (3, "accepted"),
    ]
    assert reports[0].text
    assert reports[0].rule == ("2" if code == "R2-LEVEL" else None)
    assert "850101300123" not in msgspec.json.encode(reports).decode()


def test_staff_and_units_follow_with_the_rights_of_a_head(desk: Desk) -> None:
    head = with_a_head(desk)
    units = lines(
        unit_row("division", **REGULATION),
        unit_row("office", parent="division", levels=["SECONDARY"]),
    )
    assert outcomes(desk.imported(units)) == ["1 ACTOR-ROLE", "2 ACTOR-ROLE"]
    assert outcomes(desk.imported(units, by=head)) == ["1 accepted", "2 accepted"]
    staff = lines(
        staff_row(TEACHER, "TEACHER", unit_id="division", discipline_codes=["M1"]),
        staff_row(TEACHER, "TEACHER", unit_id="office"),
    )
    assert outcomes(desk.imported(staff, by=head)) == ["1 accepted", "2 UNIT-UNKNOWN"]
    again = [*desk.imported(units, by=head), *desk.imported(staff, by=head)]
    assert [one.code or one.outcome for one in again] == [
        "unchanged",
        "unchanged",
        "unchanged",
        "UNIT-UNKNOWN",
    ]


@pytest.mark.parametrize(
    ("changed", "column", "here", "wanted"),
    [
        ({"name_ru": "Иной"}, "name_ru", "Отдел", "Иной"),
        ({"name_kk": "Бөлім"}, "name_kk", None, "Бөлім"),
        ({"kind": "FACULTY"}, "kind", "DIVISION", "FACULTY"),
        ({"parent": "above"}, "parent", None, "above"),
        ({"levels": ["SECONDARY"]}, "levels", [], ["SECONDARY"]),
        ({"regulation_number": "8"}, "regulation_number", "7", "8"),
        (
            {"regulation_date": "2026-09-02"},
            "regulation_date",
            "2026-09-01",
            "2026-09-02",
        ),
    ],
)
def test_a_unit_differs_by_each_of_its_columns(
    desk: Desk, changed: dict[str, Any], column: str, here: Any, wanted: Any
) -> None:
    head = with_a_head(desk)
    desk.imported(lines(unit_row("division", **REGULATION)), by=head)
    row = unit_row("division", **{**REGULATION, **changed})
    (report,) = desk.imported(lines(row), by=head)
    assert report.outcome == "differs"
    assert [(d.column, d.here, d.file) for d in report.differences] == [
        (column, here, wanted)
    ]


def test_a_regulation_that_comes_later_activates_the_unit(desk: Desk) -> None:
    head = with_a_head(desk)
    desk.imported(lines(unit_row("division")), by=head)
    desk.given.clear()
    rows = lines(unit_row("division", **REGULATION))
    assert outcomes(desk.imported(rows, by=head)) == ["1 accepted"]
    assert desk.given == ["unit.approve-regulation", "unit.activate"]


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"valid_to": "2027-06-30"}, "valid_to"),
        ({"discipline_codes": ["M1"]}, "discipline_codes"),
        ({"order_no": "2-к"}, "order_no"),
    ],
)
def test_an_appointment_differs_by_each_of_its_columns(
    desk: Desk, changed: dict[str, Any], column: str
) -> None:
    desk.imported(table(school(0)))
    desk.imported(lines(staff_row(TEACHER, "TEACHER")))
    rows = lines(staff_row(TEACHER, "TEACHER", **changed))
    (report,) = desk.imported(rows)
    assert [one.column for one in report.differences] == [column]
    assert report.key == f"{SCHOOL} {TEACHER} TEACHER - 2026-09-01"


def test_an_appointment_that_ended_is_not_made_again(desk: Desk) -> None:
    desk.imported(table(school(0)))
    rows = lines(staff_row(TEACHER, "TEACHER"))
    desk.imported(rows)
    end = {
        "type": "staff.end-appointment",
        "bin": SCHOOL,
        "person_id": TEACHER,
        "appointment": 1,
        "valid_to": "2026-10-01",
        "order_no": "9",
    }
    assert outcomes(desk.imported(lines(end))) == ["1 accepted"]
    (report,) = desk.imported(rows)
    assert [(d.column, d.here) for d in report.differences] == [
        ("valid_to", "2026-10-01")
    ]


def test_a_person_is_named_by_a_random_id_only(desk: Desk) -> None:
    desk.imported(table(school(0)))
    for person in ("Иванов", "850101300123", "8f14e45f-ceea-167a-9b36-85010130012a"):
        (report,) = desk.imported(lines(staff_row(person, "TEACHER")), kind="staff")
        assert report.code in ("CMD-MALFORMED", "IMPORT-IIN")
        assert "850101300123" not in str(report)


def test_commands_come_as_they_are_and_have_one_effect(desk: Desk) -> None:
    register = {
        "type": "organisation.register",
        "bin": SCHOOL,
        "names": {"ru": "Школа"},
        "kind": "SCHOOL",
        "kato": "750000000",
    }
    own = {**register, "command_id": str(uuid4()), "bin": SCHOOLS[1]}
    file = lines(register, register, own, own)
    assert outcomes(desk.imported(file)) == [
        "1 accepted",
        "2 unchanged",
        "3 accepted",
        "4 unchanged",
    ]
    other = {**own, "kind": "PRESCHOOL"}
    reports = desk.imported(
        lines(register, other, {"type": "no.such"}, {"type": 1}, {"bin": SCHOOL})
    )
    assert [one.code or one.outcome for one in reports] == [
        "unchanged",
        "CMD-ID-REUSED",
        "CMD-UNKNOWN",
        "IMPORT-LINE",
        "IMPORT-LINE",
    ]


def test_what_a_later_line_rests_on_is_decided_first(desk: Desk) -> None:
    """A line that names no organisation waits for all before it, and holds up all
    after it."""
    auditor = {
        "type": "node.grant-operator",
        "node": "local",
        "person_id": HEAD,
        "role": "REGISTRAR",
    }
    granted = {
        "type": "organisation.register",
        "bin": SCHOOL,
        "names": {"ru": "Школа"},
        "kind": "SCHOOL",
        "kato": "750000000",
    }
    steps: list[dict[str, Any]] = [
        granted,
        {"type": "organisation.declare-levels", "bin": SCHOOL, "levels": ["SECONDARY"]},
        auditor,
        {"type": "organisation.activate", "bin": SCHOOL},
    ]
    for dry_run in (True, False):
        found = desk.imported(lines(*steps), dry_run=dry_run)
        assert [one.outcome for one in found] == ["accepted"] * 4
    assert desk.given == [step["type"] for step in steps]


def test_a_dry_run_writes_nothing_and_sees_its_own_lines(desk: Desk) -> None:
    position = desk.node.store.position()
    file = table(school(0), school(0), school(0, "Иная"), school(1, levels="HE"))
    tried = desk.imported(file, dry_run=True)
    assert [one.outcome for one in tried] == [
        "accepted",
        "unchanged",
        "differs",
        "refused",
    ]
    assert desk.node.store.position() == position
    assert desk.node.store.refusals() == []
    assert desk.imported(file) == tried


ROWS = st.lists(
    st.tuples(
        st.sampled_from([*SCHOOLS, "240190000124", "x"]),
        st.sampled_from(["Школа", "Лицей", ""]),
        st.sampled_from(["SCHOOL", "COLLEGE", "EMPLOYER"]),
        st.sampled_from(["750000000", "990000000"]),
        st.sampled_from(["SECONDARY", "TVE", ""]),
    ).map(",".join),
    max_size=12,
)


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ROWS, ROWS, st.sampled_from([1, 8]))
def test_a_dry_run_says_what_the_import_then_does(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[str],
    rows: list[str],
    at_once: int,
) -> None:
    with desk_in(tmp_path_factory.mktemp("node")) as desk:
        desk.imported(table(*before))
        tried = desk.imported(table(*rows), dry_run=True, at_once=at_once)
        assert desk.imported(table(*rows), at_once=at_once) == tried
        position = desk.node.store.position()
        again = desk.imported(table(*rows), at_once=at_once)
        assert "accepted" not in [one.outcome for one in again]
        assert desk.node.store.position() == position


def test_a_dry_run_has_its_measure(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving, "MAX_TRIAL", 4)
    with pytest.raises(GivenUp, match="4 commands"):
        desk.imported(table(school(0), school(1)), dry_run=True, at_once=1)


def test_many_lines_are_under_way_and_each_organisation_keeps_its_order() -> None:
    under_way: set[str] = set()
    most: list[int] = []
    done: list[int] = []

    async def report(record: Record) -> LineReport:
        number, values = record
        assert isinstance(values, dict)
        name = values["bin"]
        assert name not in under_way
        under_way.add(name)
        most.append(len(under_way))
        for _ in range(number % 7):
            await asyncio.sleep(0)
        under_way.remove(name)
        done.append(number)
        return LineReport(line=number, outcome="accepted")

    records: Iterator[Record] = iter([(n, {"bin": str(n % 5)}) for n in range(300)])

    async def numbers() -> AsyncIterator[int]:
        async for one in in_lanes(records, report, 4):
            yield one.line

    async def all_of_them() -> list[int]:
        return [number async for number in numbers()]

    assert asyncio.run(all_of_them()) == list(range(300))
    assert max(most) == 4
    assert done != list(range(300))


@pytest.mark.parametrize(("busy", "taken"), [(2, True), (1000, False)])
def test_a_node_with_too_much_waiting_is_asked_again_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, busy: int, taken: bool
) -> None:
    monkeypatch.setattr(giving, "RETRY_SECONDS", 0)
    acceptance = Acceptance(
        command_id="1",
        stream="unit/1",
        version=1,
        position=1,
        events=(),
        published=True,
        repeated=False,
    )
    too_much = problem_of(Refusal("CMD-BUSY"), rule_pack(), "en")
    asked: list[Question] = []

    async def ask(question: Question) -> httpx.Response:
        asked.append(question)
        is_busy = len(asked) <= busy
        content = msgspec.json.encode(too_much if is_busy else acceptance)
        return httpx.Response(503 if is_busy else 200, content=content)

    async def given() -> Taken | Problem:
        return await over_http(ask, "token", "en")("unit.create", {"a": 1})

    assert asyncio.run(given()) == (Taken(repeated=False) if taken else too_much)
    assert len(asked) == (busy + 1 if taken else giving.MAX_TRIES)
    assert len(set(map(str, asked))) == 1
