"""The resolver: which bodies a document must pass, by section 6 of the rule pack."""

from collections.abc import Sequence

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.identifiers import Bin, Names, Stream
from domain.regulation.pack import rule_pack
from domain.regulation.route import (
    BELOW_MINIMUM,
    COUNCIL_KINDS,
    NO_SUCH_BODY,
    Candidate,
    NoRoute,
    Route,
    Subject,
    applies,
    resolve,
)
from domain.regulation.route_table import RouteRow

PACK = rule_pack()
HOST = Bin("940140000385")
FACULTY = Stream("unit/940140000385.law")
INSTITUTE = Stream("unit/940140000385.humanities")
ELSEWHERE = Stream("unit/940140000385.physics")
SUBJECT = Subject(frozenset({"0421"}), (FACULTY, INSTITUTE))


def body(
    kind: str,
    name: str = "",
    unit: Stream | None = None,
    codes: Sequence[str] = (),
    *,
    is_led: bool = True,
    below_minimum: bool = False,
) -> Candidate:
    ref = Stream(f"body/{name or kind.lower().replace('_', '-')}")
    named = Names(ru=str(ref))
    return Candidate(
        ref, kind, named, unit, frozenset(codes), is_led, below_minimum, HOST
    )


FULL_HOUSE = (
    body("ASSOCIATION_MO", codes=["0421"]),
    body("COMMISSION", codes=["0421"]),
    body("JOINT_COMMISSION", codes=["0421"]),
    body("DEPARTMENT", unit=FACULTY),
    body("UNIT_COUNCIL", "faculty-council", unit=FACULTY),
    body("UNIT_COUNCIL", "institute-council", unit=INSTITUTE),
    body("EM_UNIT"),
    body("ORG_COUNCIL"),
    body("UM_COUNCIL"),
)
FIRST = {
    "SECONDARY": ("association-mo",),
    "TVE": ("commission", "joint-commission"),
    "PSE": ("joint-commission", "department"),
    "HE": ("department",),
}
COUNCILS = ("faculty-council", "institute-council")
KINDS = {
    "GENERAL_EM_DOCUMENTATION": ("18", "UNIT", ("HEAD", "DEPUTY_HEAD_EM"), (), 0),
    "WORKING_STUDY_PLAN": (
        "19",
        "UNIT",
        ("HEAD",),
        ("STATE_STANDARD", "TYPICAL_STUDY_PLAN"),
        1,
    ),
    "WORKING_CURRICULUM": (
        "20",
        "TEACHER",
        ("DEPUTY_HEAD_EM",),
        ("TYPICAL_CURRICULUM",),
        1,
    ),
    "LESSON_PLAN": ("20", "TEACHER", ("DEPUTY_HEAD_EM",), ("TYPICAL_CURRICULUM",), 1),
    "METHODICAL_GUIDELINES": ("21", "TEACHER", ("DEPUTY_HEAD_EM",), (), 0),
    "METHODICAL_RECOMMENDATIONS": ("21", "TEACHER", ("DEPUTY_HEAD_EM",), (), 0),
}
TABLE = [(kind, level) for kind in KINDS for level in FIRST]


def row_of(kind: str, level: str = "HE", profile: str | None = None) -> RouteRow:
    row = PACK.route_row(kind, level, profile or PACK.default_profile)
    assert row is not None
    return row


def stages_of(route: Route) -> dict[int, tuple[str, ...]]:
    return {
        stage.no: tuple(b.body.partition("/")[2] for b in stage.bodies)
        for stage in route.stages
    }


@pytest.mark.parametrize("profile", PACK.profiles())
def test_every_profile_has_a_row_for_every_kind_at_every_level(profile: str) -> None:
    assert PACK.profiles() == ("order583-default", "order583-ru", "order583-kk")
    rows = [(row.kind, row.level) for row in PACK.routes if row.profile == profile]
    regulations = [("UNIT_REGULATION", level) for level in FIRST]
    assert sorted(rows) == sorted([*TABLE, *regulations]) and len(rows) == 28


def test_a_stage_of_a_kind_is_at_a_level_what_the_level_has() -> None:
    for row in PACK.routes:
        assert all(stage.body_kinds for stage in row.stages)
        assert [stage.stage for stage in row.stages] == sorted(
            {stage.stage for stage in row.stages}
        )


def needs_of(kind: str, profile: str) -> dict[int, str]:
    """What each stage of a full house needs of its bodies."""
    route = resolve(row_of(kind, "TVE", profile), SUBJECT, FULL_HOUSE)
    assert isinstance(route, Route)
    return {stage.no: stage.bodies[0].needs for stage in route.stages}


POSITIVE, CONSIDERED = "POSITIVE", "CONSIDERED"
PROFILES = {
    "order583-default": {
        "18": {1: POSITIVE, 2: POSITIVE, 4: POSITIVE},
        "19": {1: POSITIVE, 2: POSITIVE, 3: POSITIVE, 4: POSITIVE},
        "20": {2: POSITIVE, 4: POSITIVE},
        "21": {1: POSITIVE, 2: POSITIVE, 4: POSITIVE},
    },
    "order583-ru": {
        "18": {1: POSITIVE, 2: POSITIVE, 4: POSITIVE},
        "19": {1: CONSIDERED, 2: POSITIVE, 3: CONSIDERED, 4: POSITIVE},
        "20": {2: CONSIDERED, 4: CONSIDERED},
        "21": {1: POSITIVE, 2: POSITIVE, 4: POSITIVE},
    },
    "order583-kk": {
        "18": {1: POSITIVE, 2: POSITIVE, 4: POSITIVE},
        "19": {1: POSITIVE, 2: POSITIVE, 3: POSITIVE, 4: POSITIVE},
        "20": {2: POSITIVE},
        "21": {1: POSITIVE, 2: POSITIVE, 4: POSITIVE},
    },
}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_profile_says_what_each_stage_needs(kind: str, profile: str) -> None:
    assert needs_of(kind, profile) == PROFILES[profile][KINDS[kind][0]]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", KINDS)
def test_only_the_kazakh_text_leaves_rule_18_to_the_deputy(
    kind: str, profile: str
) -> None:
    usual = KINDS[kind][2]
    is_narrow = profile == "order583-kk" and kind == "GENERAL_EM_DOCUMENTATION"
    expected = ("DEPUTY_HEAD_EM",) if is_narrow else usual
    assert row_of(kind, "HE", profile).approvers == expected


def test_a_charter_narrows_rule_18_and_replaces_who_approves_a_regulation() -> None:
    general = row_of("GENERAL_EM_DOCUMENTATION")
    assert general.approvers_under(()) == ("HEAD", "DEPUTY_HEAD_EM")
    assert general.approvers_under(("DEPUTY_HEAD_EM",)) == ("DEPUTY_HEAD_EM",)
    regulation = row_of("UNIT_REGULATION")
    assert regulation.approvers_under(()) == ("HEAD",)
    assert regulation.approvers_under(("DEPUTY_HEAD_EM",)) == ("DEPUTY_HEAD_EM",)
    route = resolve(general, SUBJECT, FULL_HOUSE, ("HEAD",))
    assert isinstance(route, Route) and route.approver_roles == ("HEAD",)


@pytest.mark.parametrize("level", FIRST)
def test_a_regulation_passes_no_body_and_needs_none(level: str) -> None:
    for bodies in ((), FULL_HOUSE):
        route = resolve(row_of("UNIT_REGULATION", level), SUBJECT, bodies)
        assert isinstance(route, Route)
        assert (route.stages, route.skipped) == ((), ())


@pytest.mark.parametrize(("kind", "level"), TABLE)
def test_a_full_house_gives_every_stage_of_the_row(kind: str, level: str) -> None:
    rule, author, approvers, basis, councils = KINDS[kind]
    row = row_of(kind, level)
    assert (row.rule, row.author, row.basis) == (rule, author, basis)
    assert (row.min_bodies, row.min_councils) == (1, councils)
    expected = {1: FIRST[level], 2: COUNCILS, 3: ("em-unit",), 4: ("org-council",)}
    if rule != "19":
        del expected[3]
    if rule == "20":
        del expected[1]
    route = resolve(row, SUBJECT, FULL_HOUSE)
    assert isinstance(route, Route)
    assert stages_of(route) == expected
    assert (route.rule, route.approver_roles, route.skipped) == (rule, approvers, ())


@pytest.mark.parametrize(("kind", "level"), TABLE)
def test_an_empty_house_gives_no_route_and_says_what_would_help(
    kind: str, level: str
) -> None:
    rule, councils = KINDS[kind][0], KINDS[kind][4]
    refused = resolve(row_of(kind, level), SUBJECT, ())
    assert refused == NoRoute(
        f"R{rule}-{'NO-COUNCIL' if councils else 'NO-BODY'}",
        {
            "bodies": 0,
            "councils": 0,
            "needed_bodies": 1,
            "needed_councils": councils,
            "hint_rules": ["14", "16", "32"],
        },
    )


@pytest.mark.parametrize(("kind", "level"), TABLE)
def test_one_council_is_enough_for_a_route(kind: str, level: str) -> None:
    route = resolve(row_of(kind, level), SUBJECT, (body("ORG_COUNCIL"),))
    assert isinstance(route, Route)
    assert stages_of(route) == {4: ("org-council",)}
    assert {skipped.reason for skipped in route.skipped} == {NO_SUCH_BODY}


@pytest.mark.parametrize("level", FIRST)
def test_commission_and_methodical_unit_alone_are_no_council(level: str) -> None:
    bodies = [b for b in FULL_HOUSE if b.kind not in COUNCIL_KINDS]
    refused = resolve(row_of("WORKING_STUDY_PLAN", level), SUBJECT, bodies)
    assert isinstance(refused, NoRoute)
    assert refused.code == "R19-NO-COUNCIL"
    assert refused.context["councils"] == 0 and refused.context["bodies"] > 0


def test_a_department_covers_by_code_or_by_the_authors_unit() -> None:
    stage = row_of("WORKING_STUDY_PLAN").stages[0]
    assert applies(stage, body("DEPARTMENT", codes=["0421", "0533"]), SUBJECT)
    assert applies(stage, body("DEPARTMENT", unit=FACULTY), SUBJECT)
    assert not applies(stage, body("DEPARTMENT", unit=INSTITUTE), SUBJECT)
    assert not applies(stage, body("DEPARTMENT", codes=["0533"]), SUBJECT)
    assert not applies(stage, body("COMMISSION", codes=["0421"]), SUBJECT)


def test_councils_of_the_unit_path_apply_and_others_do_not() -> None:
    stage = row_of("WORKING_STUDY_PLAN").stages[1]
    assert applies(stage, body("UNIT_COUNCIL", unit=FACULTY), SUBJECT)
    assert applies(stage, body("UNIT_COUNCIL", unit=INSTITUTE), SUBJECT)
    assert not applies(stage, body("UNIT_COUNCIL", unit=ELSEWHERE), SUBJECT)
    nowhere = Subject(SUBJECT.codes, ())
    assert not applies(stage, body("UNIT_COUNCIL", unit=FACULTY), nowhere)


def test_a_condition_that_no_table_knows_is_a_bug() -> None:
    stage = replace(row_of("LESSON_PLAN").stages[0], required_when="PERHAPS")
    with pytest.raises(ValueError, match="PERHAPS"):
        applies(stage, body("UNIT_COUNCIL", unit=FACULTY), SUBJECT)


def test_a_covering_body_that_nobody_leads_stops_the_route() -> None:
    unled = body("DEPARTMENT", unit=FACULTY, is_led=False)
    refused = resolve(
        row_of("WORKING_STUDY_PLAN"), SUBJECT, (unled, body("ORG_COUNCIL"))
    )
    assert refused == NoRoute("BODY-NOT-LED", {"bodies": [unled.ref], "stage": 1})


def test_a_body_that_does_not_cover_may_be_without_a_leader() -> None:
    unled = body("DEPARTMENT", unit=ELSEWHERE, is_led=False)
    route = resolve(row_of("WORKING_STUDY_PLAN"), SUBJECT, (unled, *FULL_HOUSE))
    assert isinstance(route, Route) and route.skipped == ()


@pytest.mark.parametrize("is_led", [True, False])
def test_a_body_below_its_minimum_is_skipped_with_the_reason(is_led: bool) -> None:
    small = body("DEPARTMENT", unit=FACULTY, is_led=is_led, below_minimum=True)
    route = resolve(row_of("WORKING_STUDY_PLAN"), SUBJECT, (small, body("ORG_COUNCIL")))
    assert isinstance(route, Route)
    skipped = [(s.no, s.reason, s.body) for s in route.skipped]
    assert skipped == [
        (1, BELOW_MINIMUM, small.ref),
        (2, NO_SUCH_BODY, None),
        (3, NO_SUCH_BODY, None),
    ]
    assert stages_of(route) == {4: ("org-council",)}


KINDS_OF_BODY = sorted({b.kind for b in FULL_HOUSE})
BODIES = st.builds(
    body,
    st.sampled_from(KINDS_OF_BODY),
    st.uuids().map(str),
    st.sampled_from([None, FACULTY, INSTITUTE, ELSEWHERE]),
    st.lists(st.sampled_from(["0421", "0533"]), max_size=2),
    is_led=st.sampled_from([True, True, True, False]),
    below_minimum=st.sampled_from([False, False, False, True]),
)
HOUSES = st.lists(BODIES, max_size=8)
ROWS = st.sampled_from(PACK.routes)
SUBJECTS = st.sampled_from(
    [SUBJECT, Subject(frozenset(), (FACULTY,)), Subject(SUBJECT.codes, ())]
)
LAWS = settings(deadline=None, max_examples=200, database=None)


def required(route: Route) -> set[tuple[int, str]]:
    return {(stage.no, b.body) for stage in route.stages for b in stage.bodies}


@LAWS
@given(ROWS, SUBJECTS, HOUSES, BODIES)
def test_p30_another_applicable_body_never_shortens_the_route(
    row: RouteRow, subject: Subject, house: list[Candidate], another: Candidate
) -> None:
    before = resolve(row, subject, house)
    after = resolve(row, subject, [*house, another])
    event(f"{type(before).__name__}, then {type(after).__name__}")
    fits = any(applies(stage, another, subject) for stage in row.stages)
    if isinstance(before, Route) and isinstance(after, Route):
        assert required(before) <= required(after)
        grows = fits and not another.below_minimum
        assert len(required(after)) - len(required(before)) == grows
    elif isinstance(before, Route):
        assert isinstance(after, NoRoute) and after.code == "BODY-NOT-LED"
        assert fits and not another.is_led and not another.below_minimum
    elif isinstance(after, Route):
        assert before.code != "BODY-NOT-LED" and fits


@LAWS
@given(ROWS, SUBJECTS, HOUSES)
def test_a_route_holds_every_able_body_that_applies_and_no_other(
    row: RouteRow, subject: Subject, house: list[Candidate]
) -> None:
    route = resolve(row, subject, house)
    wanted = {
        (stage.stage, b.ref)
        for stage in row.stages
        for b in house
        if applies(stage, b, subject) and not b.below_minimum
    }
    by_ref = {b.ref: b for b in house}
    councils = [ref for _, ref in wanted if by_ref[ref].kind in COUNCIL_KINDS]
    if isinstance(route, Route):
        event("a route")
        assert required(route) == wanted
        assert [s.no for s in route.stages] == sorted({s.no for s in route.stages})
        assert len(councils) >= row.min_councils and len(wanted) >= row.min_bodies
        assert all(by_ref[b.body].is_led for s in route.stages for b in s.bodies)
    elif route.code == "BODY-NOT-LED":
        event("not led")
        assert not all(by_ref[ref].is_led for _, ref in wanted)
    else:
        event("below the floor")
        assert len(councils) < row.min_councils or not wanted


@LAWS
@given(ROWS, SUBJECTS, HOUSES)
def test_p5_only_a_study_plan_passes_the_methodical_unit(
    row: RouteRow, subject: Subject, house: list[Candidate]
) -> None:
    route = resolve(row, subject, [body("ORG_COUNCIL"), *house])
    if isinstance(route, Route):
        kinds = {b.kind for stage in route.stages for b in stage.bodies}
        assert "EM_UNIT" not in kinds or row.kind == "WORKING_STUDY_PLAN"
        if row.rule == "20":
            assert kinds <= set(COUNCIL_KINDS)
