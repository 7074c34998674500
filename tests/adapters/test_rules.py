"""The rules of the order, told in three languages through every door."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from adapters.rule_answers import rule_answer, rule_list, rules_cited_by
from domain.decider import Refusal
from domain.messages import COMMANDS
from domain.regulation.pack import LANGUAGES, Rule, rule_pack
from tests.adapters.http_door import Door, opened, refused
from tests.adapters.test_cli import adisteme, wrong

PACK = rule_pack()
NUMBERS = [str(number) for number in range(1, 37)]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("node")) as one:
        yield one


def words(rule: Rule) -> Iterator[str]:
    for names in (rule.title, rule.summary):
        for language in LANGUAGES:
            yield getattr(names, language) or ""


def test_every_rule_is_there_in_the_order_of_the_order() -> None:
    assert list(PACK.rules) == NUMBERS
    assert [rule.number for rule in PACK.rules.values()] == NUMBERS


@pytest.mark.parametrize("number", NUMBERS)
def test_a_rule_speaks_three_languages_of_its_own(number: str) -> None:
    told = list(words(PACK.rules[number]))
    assert all(text.strip() for text in told)
    assert len(set(told)) == len(told)
    for text, language in zip(told, LANGUAGES * 2, strict=True):
        assert bool(re.search("[А-Яа-я]", text)) == (language != "en")


def test_no_two_rules_say_the_same() -> None:
    told = [text for rule in PACK.rules.values() for text in words(rule)]
    assert len(set(told)) == len(told)


def test_every_code_and_route_and_description_cites_a_rule_that_exists() -> None:
    cited = {entry.rule for entry in PACK.errors.values() if entry.rule is not None}
    assert len(cited) > 20
    cited |= {row.rule for row in PACK.routes}
    for tag in COMMANDS:
        cited |= rules_cited_by(tag)
    assert cited <= set(PACK.rules)


def test_a_rule_names_what_it_shapes() -> None:
    plan = rule_answer(PACK, "19", "en")
    assert {route.kind for route in plan.routes} == {"WORKING_STUDY_PLAN"}
    assert {route.level for route in plan.routes} == set(PACK.levels)
    assert {route.approvers for route in plan.routes} == {("HEAD",)}
    codes = {one.code for one in plan.refusals}
    assert codes == {code for code in PACK.errors if code.startswith("R19-")}
    assert all("{" not in one.text for one in plan.refusals)
    number = rule_answer(PACK, "12", "kk")
    roles = {one.type: one.roles for one in number.commands}
    assert roles["organisation.set-methodist-number"] == ("HEAD@own",)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", ["0", "37", "", "01", "19 ", "x" * 1000])
def test_a_rule_that_is_none_is_told_with_those_there_are(
    number: str, language: str
) -> None:
    with pytest.raises(Refusal) as caught:
        rule_answer(PACK, number, language)
    context = dict(caught.value.context)
    told = PACK.errors[caught.value.code].text(language, context)
    assert "36" in told and len(told) < 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_rules_over_http_speak_the_language_that_is_asked_for(
    door: Door, language: str
) -> None:
    headers = {"Accept-Language": language}
    for path, expected in (
        ("/v1/rules", rule_list(PACK, language)),
        ("/v1/rules/20", rule_answer(PACK, "20", language)),
    ):
        found = door.client.get(path, headers=headers)
        assert found.headers["content-language"] == language
        assert found.headers["vary"] == "Accept-Language"
        assert found.content == msgspec.json.encode(expected)
    unknown = door.client.get("/v1/rules/37", headers=headers)
    assert refused(unknown, 404, "RULE-UNKNOWN")["context"]["last"] == "36"
    assert unknown.headers["content-language"] == language


def test_rules_on_the_command_line(tmp_path: Path) -> None:
    table = adisteme(tmp_path, "rules", "--lang", "kk")
    assert table.returncode == 0 and "Әдіскерлер саны" in table.stdout
    listed = adisteme(tmp_path, "rules", "--json")
    assert [rule["number"] for rule in json.loads(listed.stdout)["items"]] == NUMBERS
    one = adisteme(tmp_path, "rules", "16", "--lang", "en")
    assert "R16-MIN-TEACHERS" in one.stdout
    assert "review-body.form-commission" in one.stdout
    wrong(adisteme(tmp_path, "rules", "37", "--lang", "en"), 1, "rules 1 to 36")
    as_json = adisteme(tmp_path, "rules", "37", "--json")
    assert as_json.returncode == 1
    assert json.loads(as_json.stdout)["code"] == "RULE-UNKNOWN"
