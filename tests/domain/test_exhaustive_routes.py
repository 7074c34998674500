"""Everything that can be done to a document, held against the order's own table.

For every kind, level and profile, and every choice of at most three bodies: no path
leads to an approval that the order forbids, and at least one to an approval wherever
the order allows any. The bound is two rounds; every role and every body acts, in and
out of its turn.
"""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from domain.messages import COMMANDS
from domain.regulation.pack import rule_pack
from tests.domain.expected_routes import (
    AUTHOR_OF,
    BASIS_OF,
    DEFAULT,
    KAZAKH,
    LEVELS,
    RULE_OF,
    RUSSIAN,
    ExpectedRoute,
    every_route,
    expected_route,
)
from tests.domain.grounds import Body
from tests.domain.route_model import Model
from tests.domain.route_search import Search, Tally
from tests.domain.route_steps import EXPLORED, one_of_each_shape, subsets

PACK = rule_pack()
SHIPPED = [
    route
    for route in every_route()
    if PACK.route_row(route.kind, route.level, route.profile) is not None
]
READ_OTHERWISE = {
    (RUSSIAN, "19"),
    (RUSSIAN, "20"),
    (KAZAKH, "18"),
    (KAZAKH, "20"),
}
"""Where a profile differs from the default, and freezes another route."""

FIRST_OF_RULE = {rule: kind for kind, rule in reversed(RULE_OF.items())}

NOT_SEARCHED = {
    "document.create": "every search begins with a draft",
    "document.replan-route": "in a search no body is gone; tests of its own replan",
    "document.supersede": "it takes two documents of a series",
}
"""Commands of a document that no search tries, each for its reason."""


def named(route: ExpectedRoute) -> str:
    return f"{route.kind}-{route.level}-{route.profile}"


def test_every_row_of_the_pack_is_expected_and_none_is_missing() -> None:
    rows = {(row.kind, row.level, row.profile) for row in PACK.routes}
    kinds, profiles = ({row[n] for row in rows} for n in (0, 2))
    assert kinds <= set(RULE_OF), f"no expectation of {kinds - set(RULE_OF)}"
    expected = {(each.kind, each.level, each.profile) for each in every_route()}
    assert rows == {one for one in expected if one[0] in kinds and one[2] in profiles}
    assert PACK.default_profile == DEFAULT and PACK.levels == LEVELS


def test_every_command_of_a_document_is_searched() -> None:
    of_documents = {tag for tag in COMMANDS if tag.startswith("document.")}
    assert sorted(of_documents - EXPLORED - set(NOT_SEARCHED)) == []
    assert sorted({*EXPLORED, *NOT_SEARCHED} - of_documents) == []


@pytest.mark.parametrize("route", SHIPPED, ids=named)
def test_a_row_says_who_writes_on_what_basis_and_who_approves(
    route: ExpectedRoute,
) -> None:
    row = PACK.route_row(route.kind, route.level, route.profile)
    assert row is not None
    assert (row.rule, row.author) == (route.rule, AUTHOR_OF[route.rule])
    assert set(row.basis) == BASIS_OF[route.rule]
    assert set(row.approvers) == route.approvers


def required_by_code(route: ExpectedRoute, bodies: tuple[Body, ...]) -> set[str]:
    """The bodies of the route that the code freezes; its stages are the expected."""
    state = Search(route, bodies).submitted()
    kinds = [body.kind for body in bodies]
    if not route.reaches_floor([k for k in kinds if route.stage_of(k) is not None]):
        assert state == route.floor, (state, kinds)
        return set()
    frozen = {s.no: {b.body for b in s.bodies} for s in state.route.stages}
    expected: dict[int, set[str]] = {}
    for body in bodies:
        stage = route.stage_of(body.kind)
        if stage is not None:
            expected.setdefault(stage, set()).add(body.ref)
    assert frozen == expected
    assert list(frozen) == sorted(frozen)
    assert set(state.route.approver_roles) == route.approvers
    assert (state.route.profile, state.route.rule) == (route.profile, route.rule)
    skipped = {skip.no for skip in state.route.skipped}
    assert skipped == {n for n, ks in enumerate(route.stages, 1) if ks} - set(frozen)
    return set().union(*frozen.values())


@pytest.mark.parametrize("route", SHIPPED, ids=named)
def test_p30_a_route_is_the_expected_one_and_grows_with_every_body(
    route: ExpectedRoute,
) -> None:
    required = {
        frozenset(body.ref for body in bodies): required_by_code(route, bodies)
        for bodies in subsets(route.level, 3)
    }
    for fewer, few in required.items():
        for more, many in required.items():
            if fewer < more:
                assert few <= many


def reaches_approval(route: ExpectedRoute, bodies: tuple[Body, ...]) -> bool:
    kinds = [body.kind for body in bodies]
    return route.reaches_floor([k for k in kinds if route.stage_of(k) is not None])


def search_all(
    route: ExpectedRoute,
    choices: list[tuple[Body, ...]],
    rounds: int,
    *,
    is_thorough: bool = False,
) -> Tally:
    whole = Tally()
    for bodies in choices:
        found = Search(route, bodies, is_thorough=is_thorough).run(rounds)
        assert (found.approvals > 0) == reaches_approval(route, bodies), bodies
        whole.add(found)
    return whole


def bounds() -> Iterator[tuple[ExpectedRoute, int]]:
    """Two rounds for the first kind of each rule and reading, one for its likenesses.

    Where a profile reads a rule as the default does, the route is the same, which is
    proved above for every choice of bodies.
    """
    for route in SHIPPED:
        is_first = FIRST_OF_RULE[route.rule] == route.kind
        if (route.profile, route.rule) in READ_OTHERWISE and is_first:
            yield route, 2
        elif route.profile == DEFAULT:
            yield route, 2 if is_first else 1


@pytest.mark.parametrize("level", LEVELS)
def test_no_path_leads_to_a_forbidden_approval_and_one_to_every_allowed(
    level: str,
) -> None:
    whole, searches = Tally(), 0
    for route, rounds in bounds():
        if route.level == level:
            choices = one_of_each_shape(route, 3)
            searches += len(choices)
            whole.add(search_all(route, choices, rounds))
    assert whole.approvals > 0
    print(f"\n{level}: {searches} searches, {whole}")


@pytest.mark.faults
@pytest.mark.parametrize("route", SHIPPED, ids=named)
def test_the_same_for_every_choice_of_bodies_and_for_three_rounds(
    route: ExpectedRoute,
) -> None:
    choices = list(subsets(route.level, 3))
    whole = search_all(route, choices, 3, is_thorough=True)
    whole.add(search_all(route, one_of_each_shape(route, 4), 2, is_thorough=True))
    print(f"\n{named(route)}: {whole}")


PLAN = expected_route("WORKING_STUDY_PLAN", "HE", DEFAULT)
WRONG_READINGS = {
    "the deputy too approves": replace(PLAN, approvers=frozenset({"DEPUTY_HEAD_EM"})),
    "the department is not asked": replace(PLAN, stages=((), *PLAN.stages[1:])),
    "the department comes after the faculty": replace(
        PLAN, stages=(PLAN.stages[1], PLAN.stages[0], *PLAN.stages[2:])
    ),
    "to have considered is enough": replace(
        PLAN, considered_is_enough=frozenset({"DEPARTMENT"})
    ),
}


@pytest.mark.parametrize("wrong", WRONG_READINGS)
def test_a_search_notices_where_order_and_code_disagree(wrong: str) -> None:
    bodies = next(
        choice
        for choice in subsets("HE", 2)
        if [body.kind for body in choice] == ["DEPARTMENT", "UNIT_COUNCIL"]
    )
    Search(PLAN, bodies).run(1)
    with pytest.raises(AssertionError):
        Search(WRONG_READINGS[wrong], bodies).run(1)


def test_the_model_counts_what_it_was_built_for() -> None:
    """A known small search: one council, one round."""
    (council,) = (
        choice
        for choice in subsets("HE", 1)
        if [body.kind for body in choice] == ["ORG_COUNCIL"]
    )
    model = Model(PLAN, ("ORG_COUNCIL",), "DEPUTY_HEAD_EM")
    assert model.required() == [0] and model.has_floor()
    found = Search(PLAN, council).run(1)
    # A draft, in review, ready, returned in two ways or declined: each may also be
    # withdrawn, but from ready and from declined that is the same. And approved,
    # and annulled.
    assert (found.states, found.approvals) == (6 + 5 + 2, 1)
