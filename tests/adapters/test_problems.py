"""Problem JSON: one shape for every code, in the language that was asked for."""

import msgspec
import pytest

from adapters.orders import MAX_ITEMS, MAX_TEXT, Refused, refused
from adapters.problems import language_of, problem, problem_of
from domain.decider import Refusal
from domain.identifiers import Names
from domain.regulation.pack import LANGUAGES, rule_pack

PACK = rule_pack()
COUNCIL = Names(ru="Учёный совет", kk="Ғылыми кеңес")
WHOSE = "council/240190000123.org"


def test_a_refusal_names_code_rule_and_what_explains_it() -> None:
    given = Refusal(
        "R19-NOT-ALL-POSITIVE", bodies=[COUNCIL], body_refs=[WHOSE], stage=4
    )
    told = problem(refused(PACK, given, "8f14"), PACK, "kk")
    assert msgspec.to_builtins(told) == {
        "type": "/v1/errors/R19-NOT-ALL-POSITIVE",
        "title": "Барлық органның және кеңестің оң қорытындысы қажет; жоқ: … (19-т.).",
        "status": 409,
        "detail": (
            "Барлық органның және кеңестің оң қорытындысы қажет; жоқ: Ғылыми кеңес "
            "[council/240190000123.org] (19-т.)."
        ),
        "code": "R19-NOT-ALL-POSITIVE",
        "rule": "19",
        "rule_pack": "kz-583-2007",
        "context": {
            "bodies": [{"ru": "Учёный совет", "kk": "Ғылыми кеңес", "en": None}],
            "body_refs": [WHOSE],
            "stage": 4,
        },
        "command_id": "8f14",
    }


def test_a_code_of_no_rule_has_no_rule_and_at_the_door_no_command() -> None:
    told = problem_of(Refusal("ACTOR-TOKEN", reason="expired"), PACK, "en")
    assert (told.rule, told.command_id, told.status) == (None, None, 401)
    assert told.detail == "No valid token: expired."
    assert told.title == "No valid token."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", PACK.errors)
def test_every_code_has_a_title_that_never_varies(code: str, language: str) -> None:
    empty = problem_of(Refusal(code), PACK, language)
    filled = problem_of(Refusal(code, state="OPEN", bin="1", item=2), PACK, language)
    assert empty.title == filled.title
    assert empty.title and "{" not in empty.title
    assert len(empty.title) < 120


def test_what_the_refused_one_sent_is_not_sent_back_at_length() -> None:
    given = Refusal("CMD-MALFORMED", reason="x" * 1_000_000)
    told = problem_of(given, PACK, "ru")
    assert len(told.context["reason"]) == MAX_TEXT + 1
    assert len(told.detail) < MAX_TEXT + 100
    inner = Refusal("ORG-CHARTER", values=[{"name": "x" * 9_000}] * 9_000, known=("y",))
    again = Refusal("ORG-CHARTER", **refused(PACK, inner).context)
    for one in (inner, again):  # it is told as it was kept
        context = problem_of(one, PACK, "kk").context
        assert len(context["values"]) == MAX_ITEMS + 1
        assert len(context["values"][0]["name"]) == MAX_TEXT + 1
        assert list(context["known"]) == ["y"]


def test_an_unknown_language_gets_russian() -> None:
    told = problem(
        Refused(
            command_id="",
            code="DOC-HASH",
            rule=None,
            rule_pack=PACK.id,
            status=409,
            context={},
        ),
        PACK,
        "de",
    )
    assert told.detail == "Указана не та редакция, которая сейчас у документа."


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "ru"),
        ("", "ru"),
        ("kk", "kk"),
        ("KK-kz", "kk"),
        ("kk-Cyrl-KZ", "kk"),
        ("en-GB,en;q=0.9,ru;q=0.8", "en"),
        ("de,fr;q=0.9,kk;q=0.1", "kk"),
        ("de, fr", "ru"),
        ("ru;q=0.5, kk;q=0.7, en;q=0.6", "kk"),
        ("en;q=0.7,kk;q=0.7", "en"),
        ("kk;q=0.7,en;q=0.7", "kk"),
        ("*", "ru"),
        ("*;q=0.5, en;q=0.1", "ru"),
        ("ru;q=0, *", "kk"),
        ("ru;q=0, kk;q=0, *", "en"),
        ("ru;q=0, kk;q=0, en;q=0", "ru"),
        ("ru;q=0", "ru"),
        ("en-US;q=0.3, en;q=0.9, ru;q=0.5", "en"),
        ("en;q=2, kk;q=0.1", "kk"),
        ("en;q=nan, kk;q=0.1", "kk"),
        ("en;q=, kk;q=0.1", "kk"),
        ("en ; q = 0.2 , kk ; Q=0.3", "kk"),
        (";;;,,,q=1", "ru"),
        ("ru\x00,kk", "kk"),
        ("kk" + ",x" * 100_000, "kk"),
    ],
)
def test_the_best_liked_language_is_chosen(header: str | None, expected: str) -> None:
    assert language_of(header) == expected
