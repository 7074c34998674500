"""The routes of documents as the order and its three readings say, written by hand.

Nothing here is read from the rule pack: it is what the pack is held against.
"""

from collections.abc import Iterator

from msgspec import Struct

LEVELS = ("SECONDARY", "TVE", "PSE", "HE")
DEFAULT, RUSSIAN, KAZAKH = "order583-default", "order583-ru", "order583-kk"
PROFILES = (DEFAULT, RUSSIAN, KAZAKH)

TEACHING_BODIES = {
    "SECONDARY": ("ASSOCIATION_MO",),
    "TVE": ("COMMISSION", "JOINT_COMMISSION"),
    "PSE": ("DEPARTMENT", "JOINT_COMMISSION"),
    "HE": ("DEPARTMENT",),
}
UNIT_COUNCIL, METHODS, ORG_COUNCIL = "UNIT_COUNCIL", "EM_UNIT", "ORG_COUNCIL"
COUNCILS = (UNIT_COUNCIL, ORG_COUNCIL)

RULE_OF = {
    "UNIT_REGULATION": "11",
    "GENERAL_EM_DOCUMENTATION": "18",
    "WORKING_STUDY_PLAN": "19",
    "WORKING_CURRICULUM": "20",
    "LESSON_PLAN": "20",
    "METHODICAL_GUIDELINES": "21",
    "METHODICAL_RECOMMENDATIONS": "21",
}
AUTHOR_OF = {"11": "UNIT", "18": "UNIT", "19": "UNIT", "20": "TEACHER", "21": "TEACHER"}
BASIS_OF: dict[str, set[str]] = {
    "11": set(),
    "18": set(),
    "19": {"STATE_STANDARD", "TYPICAL_STUDY_PLAN"},
    "20": {"TYPICAL_CURRICULUM"},
    "21": set(),
}
APPROVERS_OF = {
    "11": {"HEAD"},
    "18": {"HEAD", "DEPUTY_HEAD_EM"},
    "19": {"HEAD"},
    "20": {"DEPUTY_HEAD_EM"},
    "21": {"DEPUTY_HEAD_EM"},
}
FLOOR_OF = {"18": "NO-BODY", "19": "NO-COUNCIL", "20": "NO-COUNCIL", "21": "NO-BODY"}


class ExpectedRoute(Struct, frozen=True):
    """`stages` are S1 to S4 with the kinds of body that belong to each.

    `considered_is_enough` of the kinds in it: they need not be positive.
    """

    kind: str
    level: str
    profile: str
    rule: str
    stages: tuple[tuple[str, ...], ...]
    approvers: frozenset[str]
    considered_is_enough: frozenset[str] = frozenset()

    @property
    def floor(self) -> str:
        """The code where too few bodies apply: no body, or no council at all."""
        return f"R{self.rule}-{FLOOR_OF.get(self.rule)}"

    def stage_of(self, body_kind: str) -> int | None:
        return next(
            (n for n, kinds in enumerate(self.stages, 1) if body_kind in kinds), None
        )

    def reaches_floor(self, body_kinds: list[str]) -> bool:
        floor = FLOOR_OF.get(self.rule)
        if floor == "NO-COUNCIL":
            return any(kind in COUNCILS for kind in body_kinds)
        return floor is None or bool(body_kinds)


def expected_route(kind: str, level: str, profile: str) -> ExpectedRoute:
    rule = RULE_OF[kind]
    first = () if rule == "20" else TEACHING_BODIES[level]
    second: tuple[str, ...] = (UNIT_COUNCIL,)
    third = (METHODS,) if rule == "19" else ()
    last: tuple[str, ...] = (ORG_COUNCIL,)
    if rule == "11":  # as the charter says; where it is silent, the head alone
        first, second, last = (), (), ()
    approvers = APPROVERS_OF[rule]
    considered: set[str] = set()
    if profile == RUSSIAN and rule == "19":
        considered = {*first, *third}
    if profile == RUSSIAN and rule == "20":
        considered = set(COUNCILS)
    if profile == KAZAKH and rule == "18":
        approvers = {"DEPUTY_HEAD_EM"}
    if profile == KAZAKH and rule == "20":
        last = ()
    return ExpectedRoute(
        kind,
        level,
        profile,
        rule,
        (first, second, third, last),
        frozenset(approvers),
        frozenset(considered),
    )


def every_route() -> Iterator[ExpectedRoute]:
    for profile in PROFILES:
        for level in LEVELS:
            for kind in RULE_OF:
                yield expected_route(kind, level, profile)
