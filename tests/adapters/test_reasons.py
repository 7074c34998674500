"""The reasons within refusals speak the language of the refusal."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import adapters
import domain
from adapters import identity
from adapters.answers import DocumentQuery, OrganisationQuery, RefusalQuery, read_query
from adapters.command_examples import EXAMPLES
from adapters.http_routes.content import text_in
from adapters.orders import command_of
from adapters.paging import read_cursor
from adapters.problems import problem_of
from domain.decider import Refusal
from domain.regulation.pack import rule_pack
from domain.regulation.reasons import reason_in, reasons

PACK = rule_pack()
FOREIGN = ("ru", "kk")
MACHINE_WORDS = {"JSON", "UTF", "RFC"}
FROM_DECODERS = {"str(error)", "reason"}
"""What is no constant: a decoder's message, and identity's own constants."""


def arguments() -> Iterator[ast.expr]:
    """What every Refusal of the program is given as its reason."""
    for package in (adapters, domain):
        for path in sorted(Path(next(iter(package.__path__))).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refusal":
                    yield from (k.value for k in node.keywords if k.arg == "reason")


def written_out(node: ast.expr) -> str | None:
    match node:
        case ast.Constant():
            return str(node.value)
        case ast.JoinedStr():
            parts = [p.value if isinstance(p, ast.Constant) else 7 for p in node.values]
            return "".join(map(str, parts))
    return None


def passed() -> set[str]:
    """Every reason of the program's own; what varies in one is here a number."""
    written = {text for node in arguments() if (text := written_out(node)) is not None}
    of_tokens = {
        getattr(identity, node.args[0].id)
        for node in ast.walk(ast.parse(Path(identity.__file__).read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "_refusal"
        and isinstance(node.args[0], ast.Name)
    }
    return {str(one) for one in written | of_tokens}


def foreign_words(text: str) -> list[str]:
    """Latin words outside of code and addresses."""
    bare = re.sub(r"`[^`]*`", "", text)
    return [w for w in re.findall(r"[A-Za-z]{2,}", bare) if w not in MACHINE_WORDS]


def told(refusal: Refusal) -> Iterator[str]:
    for language in FOREIGN:
        yield problem_of(refusal, PACK, language).detail


def test_what_is_passed_as_a_reason_is_a_constant_or_a_decoders_message() -> None:
    others = {ast.unparse(node) for node in arguments() if written_out(node) is None}
    assert others == FROM_DECODERS
    assert len(passed()) > 15


@pytest.mark.parametrize("reason", sorted(passed()))
def test_every_reason_that_is_passed_is_told_in_every_language(reason: str) -> None:
    for language in FOREIGN:
        said = reason_in(language, reason)
        assert re.search(r"[а-яәіңғүұқөһ]", said), said
        assert foreign_words(said.replace("U+0000", "")) == []
    assert reason_in("en", reason) == reason


def test_no_reason_stands_in_the_table_twice() -> None:
    english = [one.en for one in reasons()]
    assert len(set(english)) == len(english)


@pytest.mark.parametrize(
    ("code", "context"),
    [
        ("ACTOR-TOKEN", {"reason": "expired"}),
        ("ACTOR-CAPACITY", {"reason": "of somebody else"}),
        ("MEETING-ITEM", {"item": 1, "reason": "vote is open or over"}),
        ("QUERY-MALFORMED", {"reason": "Expected `int` <= 200 - at `$.limit`"}),
        ("CMD-MALFORMED", {"reason": "no such time - at `$.occurred_at`"}),
    ],
)
def test_a_refusal_keeps_its_reason_for_machines_and_tells_it_to_people(
    code: str, context: dict[str, Any]
) -> None:
    for detail in told(Refusal(code, **context)):
        assert foreign_words(detail) == []
    kept = problem_of(Refusal(code, **context), PACK, "kk").context
    assert kept == context


def test_what_a_sender_wrote_is_not_taken_for_a_reason() -> None:
    text = "Object contains unknown field `expired`"
    assert reason_in("ru", text) == "неизвестное поле `expired`"
    assert reason_in("ru", "of nothing known") == "of nothing known"


MISFITS: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**70,
    1.5,
    "",
    "x" * 600,
    "2026-13-01",
    "2026-02-30T10:00:00",
    "2026-02-20T10:00:00",
    [],
    ["x"] * 5,
    {},
    {"colour": 1},
)


def broken(whole: Any) -> Iterator[Any]:
    """A JSON value with a misfit in each of its places, and each member left out."""
    yield from MISFITS
    if isinstance(whole, dict):
        yield {**whole, "colour": 1}
        for name, value in whole.items():
            yield {k: v for k, v in whole.items() if k != name}
            for other in broken(value):
                yield {**whole, name: other}
    elif isinstance(whole, list) and whole:
        for other in broken(whole[0]):
            yield [other, *whole[1:]]


@pytest.mark.parametrize("tag", EXAMPLES)
def test_no_broken_command_is_told_of_in_english(tag: str) -> None:
    for body in broken(EXAMPLES[tag]):
        refused_in_no_english(tag, msgspec.json.encode(body))


@given(st.binary(max_size=60), st.integers(0, 400))
@example(b"\xff", 0)
@example(b'{"a":"\xff"}', 0)
@example(b"[" * 100_000, 0)
@example(b'{"bin":"\\u0000"}', 0)
@example(b'{"capacity":"\\ud800"}', 0)
def test_no_bytes_are_refused_in_english(body: bytes, cut: int) -> None:
    whole = msgspec.json.encode(EXAMPLES["document.create"])
    for given_body in (body, whole[:cut] + body, whole[:cut]):
        refused_in_no_english("document.create", given_body)


def refused_in_no_english(tag: str, body: bytes) -> None:
    try:
        command_of(tag, body)
    except Refusal as refusal:
        for detail in told(refusal):
            assert foreign_words(detail) == [], refusal.context


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (DocumentQuery, [("limit", "0")]),
        (DocumentQuery, [("limit", "x")]),
        (DocumentQuery, [("limit", "1"), ("limit", "2")]),
        (DocumentQuery, [("state", "draft")]),
        (DocumentQuery, [("order", "sideways")]),
        (DocumentQuery, [("colour", "red")]),
        (OrganisationQuery, [("region", "7")]),
        (OrganisationQuery, [("after", "9" * 30)]),
        (RefusalQuery, [("code", "'; --")]),
    ],
)
def test_no_question_is_refused_in_english(
    kind: type[msgspec.Struct], given: list[tuple[str, str]]
) -> None:
    with pytest.raises(Refusal) as caught:
        read_query(kind, given)
    for detail in told(caught.value):
        assert foreign_words(detail) == [], caught.value.context


def test_no_text_or_cursor_is_refused_in_english() -> None:
    with pytest.raises(Refusal) as text:
        text_in(b'{"kind": "9", "text": ""}')
    with pytest.raises(Refusal) as cursor:
        read_cursor("bin", "%%%")
    for refusal in (text.value, cursor.value):
        for detail in told(refusal):
            assert foreign_words(detail) == [], refusal.context
