"""Nothing is said that the rule pack does not know: codes, roles, scopes, routes."""

import ast
import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from inspect import getmembers, isclass
from pathlib import Path
from typing import Any

import pytest

import domain
from domain.decider import Command, Event
from domain.document_commands import ApproveDocument
from domain.messages import AGGREGATES, COMMANDS, EVENTS, SCOPES, STREAM_OF, kind_of
from domain.regulation.pack import RulePack, build_pack, rule_pack
from domain.review_body_commands import FormCommission
from domain.staff import POSTS
from tests.domain.given import (
    COLLEGE,
    COMMISSION,
    WELDERS,
    WELDING,
    a_staffed_college_under,
    a_university_under,
    appoint,
    form_commission,
)
from tests.domain.reviewing import APPROVAL, a_ready, approve
from tests.domain.scenario import person

PACK = rule_pack()
VERA = person("Vera, teacher of welding")
RULED_BY_CODE = re.compile(r"^R([0-9]+)-[A-Z-]+$")
EVERY_RULE = ("AUTHOR", "APPROVER")
"""What a document of any rule may be refused for, whatever its row says."""
WITH_STAGES = ("STAGE", "NOT-ALL-POSITIVE")
"""What a document that bodies must conclude on may be refused for."""


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(Path(next(iter(domain.__path__))).rglob("*.py")):
        yield path, ast.parse(path.read_text())


def first_arguments() -> Iterator[ast.expr]:
    """What every Refusal and NoRoute of the domain is raised with."""
    for _, tree in sources():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("Refusal", "NoRoute")
            ):
                yield node.args[0]


@cache
def written_codes() -> frozenset[str]:
    """The codes that stand in the domain's text, word for word."""
    return frozenset(
        node.value
        for node in first_arguments()
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@cache
def made_codes() -> frozenset[str]:
    """The codes that are made of a route's rule, as the template `R{}-AUTHOR`."""
    return frozenset(
        "".join(
            part.value
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
            else "{}"
            for part in node.values
        )
        for node in first_arguments()
        if isinstance(node, ast.JoinedStr)
    )


def codes_of_routes(pack: RulePack) -> set[str]:
    """Every code that the documents of a pack's routes may be refused under."""
    codes: set[str] = set()
    for row in pack.routes:
        codes.update(f"R{row.rule}-{end}" for end in EVERY_RULE)
        if row.stages:
            codes.update(f"R{row.rule}-{end}" for end in WITH_STAGES)
            codes.add(f"R{row.rule}-{'NO-COUNCIL' if row.min_councils else 'NO-BODY'}")
        if row.basis:
            codes.add(f"R{row.rule}-BASIS")
    return codes


def test_every_code_that_is_raised_stands_in_the_catalogue() -> None:
    raised = written_codes() | codes_of_routes(PACK)
    assert len(written_codes()) > 50
    assert sorted(raised - set(PACK.errors)) == []


def test_no_code_stands_in_the_catalogue_twice() -> None:
    root = files("domain.regulation")
    entries = [
        *json.loads((root / "errors.json").read_bytes()),
        *json.loads((root / "kz_583_2007" / "errors.json").read_bytes()),
    ]
    assert len(entries) == len(PACK.errors)


def test_the_codes_made_of_a_rule_are_the_ones_that_this_test_expands() -> None:
    # `R{}-{}` is the floor of a route: NO-COUNCIL or NO-BODY.
    expected = {f"R{{}}-{end}" for end in (*EVERY_RULE, *WITH_STAGES, "BASIS", "{}")}
    assert made_codes() == expected


def test_only_the_resolver_hands_its_code_over_unnamed() -> None:
    unnamed = [
        ast.unparse(node)
        for node in first_arguments()
        if not isinstance(node, ast.Constant | ast.JoinedStr)
    ]
    assert set(unnamed) == {"route.code"}


@pytest.mark.parametrize("code", PACK.errors)
def test_a_code_speaks_three_languages_and_cites_its_own_rule(code: str) -> None:
    entry = PACK.errors[code]
    assert entry.code == code
    assert all(text.strip() for text in (entry.en, entry.ru, entry.kk))
    ruled = RULED_BY_CODE.match(code)
    assert entry.rule == (ruled.group(1) if ruled else None)
    assert 400 <= entry.status < 600
    placeholders = [set(re.findall(r"\{(\w+)\}", t)) for t in (entry.ru, entry.kk)]
    assert placeholders == [set(re.findall(r"\{(\w+)\}", entry.en))] * 2


@pytest.mark.parametrize("rule", ["18", "19", "20", "21"])
def test_a_wrong_approver_is_forbidden_and_a_missing_body_a_conflict(rule: str) -> None:
    assert PACK.errors[f"R{rule}-APPROVER"].status == 403
    assert PACK.errors[f"R{rule}-NOT-ALL-POSITIVE"].status == 409


def test_no_command_lacks_a_row_of_roles_and_no_row_a_command() -> None:
    assert sorted(PACK.roles) == sorted(COMMANDS)


def test_the_rows_of_roles_name_roles_that_somebody_can_have() -> None:
    of_bodies = {"CHAIR", "SECRETARY", "DEPARTMENT_HEAD", "LEADER"}
    for entries in PACK.roles.values():
        assert entries
        for entry in entries:
            role, _, whose = entry.partition("@")
            known = {
                "own": {*POSTS, "STAFF"},
                "participant": set(POSTS),
                "body": of_bodies,
                "": {"REGISTRAR", "AUDITOR", "SYSTEM"},
            }
            assert role in known[whose], entry


def classes_of(kind: type[Any]) -> set[type[Any]]:  # commands or events
    """Every message class that a module of the domain defines under a tag."""
    found: set[type[Any]] = set()
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        members = getmembers(importlib.import_module(module.name), isclass)
        found.update(
            one for _, one in members if issubclass(one, kind) and hasattr(one, "tag")
        )
    return found


def test_every_event_has_a_scope_and_every_scope_an_event() -> None:
    assert classes_of(Event) == set(SCOPES) == set(EVENTS.values())
    assert len(EVENTS) == len(SCOPES)
    assert set(SCOPES.values()) == {"pub", "own"}


def test_every_command_has_a_stream() -> None:
    assert classes_of(Command) == set(STREAM_OF) == set(COMMANDS.values())
    assert len(COMMANDS) == len(STREAM_OF)


@pytest.mark.parametrize("tag", EVENTS)
def test_an_events_name_begins_with_its_aggregate_and_ends_in_a_version(
    tag: str,
) -> None:
    aggregate, name, version = tag.split(".")
    assert aggregate in AGGREGATES
    module = f"domain.{aggregate.replace('-', '_')}"
    assert EVENTS[tag].__module__ in (module, f"{module}_events")
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
    assert re.fullmatch(r"v[1-9]", version)


@pytest.mark.parametrize("tag", COMMANDS)
def test_a_commands_name_begins_with_an_aggregate_that_decides(tag: str) -> None:
    aggregate, _, verb = tag.partition(".")
    assert AGGREGATES[kind_of(f"{aggregate}/x")].decide is not None
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", verb)


def test_every_kind_of_organisation_body_and_unit_of_the_pack_is_consistent() -> None:
    levels = set(PACK.levels)
    for allowed in PACK.levels_by_organisation_kind.values():
        assert set(allowed) <= levels
    for kind, needed in PACK.required_level_by_organisation_kind.items():
        assert needed in PACK.levels_by_organisation_kind[kind]
    for rule in PACK.review_bodies.values():
        assert set(rule.levels) <= levels and rule.minimum > 0
    reviewing = {k for row in PACK.routes for s in row.stages for k in s.body_kinds}
    for association in PACK.association_kinds.values():
        assert set(association.levels) <= levels and association.minimum > 0
        assert association.categories and association.body_kind in reviewing
        leader = association.leader
        assert leader.elected or leader.appointed_by
        assert set(leader.appointed_by) <= set(POSTS) and leader.term_months > 0
    assert set(PACK.counted_posts) <= set(POSTS)
    assert PACK.direct_leadership_post in POSTS
    approving = set(PACK.approving_posts)
    assert approving <= set(POSTS)
    assert {role for row in PACK.routes for role in row.approvers} <= approving
    assert {*PACK.document_leaders, *PACK.drafting_posts} <= set(POSTS)


def another_pack() -> RulePack:
    """The successor of the order: the deputy approves plans, five make a commission."""
    root = files("domain.regulation")
    folder = root / "kz_583_2007"
    header = json.loads((folder / "pack.json").read_bytes())
    header["id"] = "kz-253-2023"
    header["review_bodies"]["COMMISSION"]["minimum"] = 5
    routes = json.loads((folder / "routes.json").read_bytes())
    rule = next(rule for rule in routes["rules"] if rule["rule"] == "19")
    rule["approvers"] = ["DEPUTY_HEAD_EM"]
    rule["stages"].remove(3)
    return build_pack(
        json.dumps(header).encode(),
        (folder / "roles.json").read_bytes(),
        json.dumps(routes).encode(),
        (folder / "errors.json").read_bytes(),
        (root / "errors.json").read_bytes(),
    )


def test_under_another_pack_the_deputy_approves_the_study_plan() -> None:
    house = a_university_under(another_pack())
    document = a_ready(house)
    refused = house.world.refuses(
        "R19-APPROVER", house.head, ApproveDocument, document_id=document, **APPROVAL
    )
    assert refused == {"role": "HEAD", "allowed": ("DEPUTY_HEAD_EM",)}
    assert approve(house, document, house.deputy)
    assert [e for e in house.world.log if getattr(e.event, "stage_no", 0) == 3] == []


def test_under_another_pack_five_teachers_make_a_commission() -> None:
    house = a_staffed_college_under(another_pack())
    refused = house.world.refuses(
        "R16-MIN-TEACHERS",
        house.head,
        FormCommission,
        bin=COLLEGE,
        body_id="welding",
        names={"ru": "Комиссия"},
        levels=["TVE"],
        members=WELDERS,
    )
    assert refused == {"minimum": 5, "eligible": 4}
    appoint(house, VERA, "TEACHER", WELDING)
    form_commission(house, "welding", (*WELDERS, VERA))
    assert house.world.events(COMMISSION)


def test_both_packs_stand_beside_each_other() -> None:
    other = another_pack()
    assert other.id != PACK.id
    assert codes_of_routes(other) <= set(other.errors)
    plan = PACK.route_row("WORKING_STUDY_PLAN", "HE", PACK.default_profile)
    assert plan is not None and plan.approvers == ("HEAD",)


def test_a_pack_that_does_not_ship_is_unknown() -> None:
    with pytest.raises(KeyError):
        rule_pack("kz-946-2004")
