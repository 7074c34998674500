"""Every code of the catalogue: provoked through the bus or a door, and read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import adapters
from adapters.demo.institutions import synthetic_bin
from adapters.orders import Refused
from adapters.problems import problem
from domain.regulation.pack import LANGUAGES, rule_pack
from tests.adapters.http_door import Door, opened, refused
from tests.adapters.importing import desk_in
from tests.adapters.provocations_at_doors import AT_DOORS
from tests.adapters.turned_bus import TurnedBus, turned_bus
from tests.domain.provocations import PROVOCATIONS, provocation_of
from tests.domain.provoking import Attempt
from tests.domain.scenario import ONE_MINUTE
from tests.domain.test_catalogue import codes_of_routes, written_codes

PACK = rule_pack()
OF_DECISIONS = sorted(written_codes() | codes_of_routes(PACK) | {"CMD-STALE"})
"""What a decision may refuse; a stale version, the bus refuses before it."""

LATER_RULES = {
    *("5", "7", "8", "9", "13", "15", "22"),
    *("24", "28", "29", "33", "34", "35", "36"),
}
"""Whose codes the catalogue already holds, while no command yet raises them."""


def codes_of_doors(folder: str = "") -> set[str]:
    """The codes that stand in the text of the adapters, or in a folder of them."""
    found: set[str] = set()
    for path in sorted(Path(next(iter(adapters.__path__)), folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update({node.value} & set(PACK.errors))
    return found


OF_IMPORTS = sorted(c for c in codes_of_doors("importing") if c.startswith("IMPORT-"))
OF_DOORS = sorted(codes_of_doors() - set(OF_DECISIONS) - set(OF_IMPORTS))


def test_every_code_that_a_command_may_raise_has_a_provocation() -> None:
    assert [code for code in OF_DECISIONS if provocation_of(code) is None] == []


def test_every_code_that_a_door_may_raise_has_a_provocation() -> None:
    assert sorted(set(OF_DOORS) - set(AT_DOORS)) == []


def test_no_provocation_is_of_a_code_that_nothing_raises() -> None:
    assert sorted(set(PROVOCATIONS) - set(OF_DECISIONS)) == []
    assert sorted(set(AT_DOORS) - set(OF_DOORS)) == []


def test_a_code_that_nothing_raises_is_of_a_rule_that_is_not_built() -> None:
    unraised = set(PACK.errors) - {*OF_DECISIONS, *OF_DOORS, *OF_IMPORTS}
    assert sorted(c for c in unraised if PACK.errors[c].rule not in LATER_RULES) == []


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[TurnedBus]:
    with turned_bus(tmp_path / "log.sqlite") as one:
        yield one


def as_json(value: object) -> Any:  # what JSON makes of it
    return msgspec.json.decode(msgspec.json.encode(value))


def refused_by(bus: TurnedBus, attempt: Attempt) -> Refused:
    """Tell the history, then give the command: refused, noted, and nothing written."""
    world = attempt.world
    bus.retell(world)
    assert bus.store.position() == len(world.log)
    heads = {entry.stream: world.version(entry.stream) for entry in world.log}
    before = sum(bus.store.count_refusals().values())
    answer = bus.give(attempt.hat, attempt.command, world.now + ONE_MINUTE)
    assert isinstance(answer, Refused), answer
    assert bus.store.position() == len(world.log)
    assert {stream: bus.store.head(stream) for stream in heads} == heads
    assert sum(bus.store.count_refusals().values()) == before + 1
    note = bus.store.refusals(limit=1)[0]
    assert (note.code, note.rule, note.rule_pack) == (
        answer.code,
        answer.rule,
        answer.rule_pack,
    )
    assert (note.command_id, note.command_tag) == (
        attempt.command.command_id,
        attempt.command.tag,
    )
    assert (note.actor, note.actor_org) == (
        attempt.hat.person,
        attempt.hat.organisation,
    )
    assert note.context == as_json(answer.context)
    return answer


def require_told(answer: Refused, code: str) -> None:
    """The code asked for, under its rule, and readable in every language."""
    ruled = re.match(r"R([0-9]+)-", code)
    rule = ruled.group(1) if ruled else None
    assert (answer.code, answer.rule, answer.rule_pack, answer.status) == (
        code,
        rule,
        PACK.id,
        PACK.errors[code].status,
    )
    assert 400 <= answer.status < 500
    details = set()
    for language in LANGUAGES:
        told = problem(answer, PACK, language)
        for text in (told.title, told.detail):
            assert text and not set("{}") & set(text), (code, language, text)
        details.add(told.detail)
    assert len(details) == len(LANGUAGES)


@pytest.mark.parametrize("code", OF_DECISIONS)
def test_a_refusal_is_provoked_through_the_bus(code: str, bus: TurnedBus) -> None:
    provoke = provocation_of(code)
    if provoke is None:
        pytest.fail(f"{code} has no provocation in tests/domain/provocations.py")
    require_told(refused_by(bus, provoke()), code)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("node")) as one:
        yield one


@pytest.mark.parametrize("code", OF_DOORS)
def test_a_refusal_is_provoked_at_the_door(
    code: str, door: Door, tmp_path: Path
) -> None:
    if code not in AT_DOORS:
        pytest.fail(f"{code} has no row in tests/adapters/provocations_at_doors.py")
    before = door.told.node.store.position()
    details = set()
    for language in LANGUAGES:
        response = AT_DOORS[code](door, tmp_path / language, language)
        told = refused(response, PACK.errors[code].status, code)
        assert response.headers["content-language"] == language
        for text in (told["title"], told["detail"]):
            assert text and not set("{}") & set(text), (code, language, text)
        details.add(told["detail"])
    assert len(details) == len(LANGUAGES)
    assert door.told.node.store.position() == before


HEADER = "bin,name_ru,kind,kato,levels"
SCHOOL = f"{synthetic_bin(71_001)},Школа,SCHOOL,750000000,SECONDARY"
IN_A_FILE = {
    "IMPORT-LINE": (f"{synthetic_bin(71_002)},,SCHOOL,750000000,SECONDARY",),
    "IMPORT-IIN": ("850101300123,Школа,SCHOOL,750000000,SECONDARY",),
    "IMPORT-DIFFERS": (SCHOOL, SCHOOL.replace("Школа", "Лицей")),
}
"""The third column: rows of a file of organisations, of which the last is refused."""


@pytest.mark.parametrize("code", OF_IMPORTS)
def test_a_refusal_is_provoked_by_an_imported_line(code: str, tmp_path: Path) -> None:
    if code not in IN_A_FILE:
        pytest.fail(f"{code} has no row in IN_A_FILE")
    details = set()
    for language in LANGUAGES:
        folder = tmp_path / language
        folder.mkdir()
        with desk_in(folder) as desk:
            *before, wrong = IN_A_FILE[code]
            for row in before:
                desk.imported(f"{HEADER}\n{row}\n".encode())
            position = desk.node.store.position()
            file = f"{HEADER}\n{wrong}\n".encode()
            (report,) = desk.imported(file, language=language)
            assert (report.code, desk.node.store.position()) == (code, position)
            detail = report.text
            assert detail and not set("{}") & set(detail), (code, language, detail)
            details.add(detail)
    assert len(details) == len(LANGUAGES)
