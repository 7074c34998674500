"""What the order lets happen to one document, without a line of the code under test.

The model knows the expected route, the bodies that exist, and what was said. It
answers for each act whether it may be accepted, and what follows from it.
"""

from msgspec import Struct
from msgspec.structs import replace

from tests.domain.expected_routes import AUTHOR_OF, ExpectedRoute

OLD_VOTE, OTHER_TEXT = "an old vote", "another text"
OTHER_BODY, SAME_VOTE = "another body", "the same vote"


class Step(Struct, frozen=True):
    """One act tried: `who` by role, for a body what it says and with which meeting."""

    act: str
    who: str
    body: int | None = None
    said: str | None = None
    flaw: str | None = None


class Model(Struct, frozen=True):
    """The document as the order sees it; `said` is what counts of this round.

    `bodies` are the kinds of all bodies that exist, by their number; `drafter` is who
    drafted the document, by the name that steps give them.
    """

    route: ExpectedRoute
    bodies: tuple[str, ...]
    drafter: str
    phase: str = "DRAFT"
    version: int = 1
    round: int = 0
    stage: int | None = None
    said: frozenset[tuple[int, str]] = frozenset()

    def key(self) -> tuple[object, ...]:
        return (self.phase, self.version, self.round, self.stage, self.said)

    def members(self, stage: int) -> list[int]:
        kinds = self.route.stages[stage - 1]
        return [n for n, kind in enumerate(self.bodies) if kind in kinds]

    def required(self) -> list[int]:
        return [
            n
            for n, kind in enumerate(self.bodies)
            if self.route.stage_of(kind) is not None
        ]

    def has_floor(self) -> bool:
        return self.route.reaches_floor([self.bodies[n] for n in self.required()])

    def is_enough(self, body: int) -> bool:
        """Whether what a body said lets the document go on."""
        said = dict(self.said).get(body)
        if self.bodies[body] in self.route.considered_is_enough:
            return said in ("POSITIVE", "NEGATIVE")
        return said == "POSITIVE"

    def following(self, after: int) -> "Model":
        """The next stage that has bodies, or the end of the route."""
        for stage in range(after + 1, len(self.route.stages) + 1):
            if self.members(stage):
                return replace(self, phase="IN_REVIEW", stage=stage)
        return replace(self, phase="READY", stage=None)


def allowed(model: Model, step: Step) -> bool:
    """Whether the order lets this act be accepted here."""
    waits = model.phase in ("DRAFT", "RETURNED")
    match step.act:
        case "submit":
            return waits and model.has_floor() and of_author(model, step.who)
        case "revise":
            return waits and of_author(model, step.who)
        case "conclude":
            return (
                model.phase == "IN_REVIEW"
                and step.flaw is None
                and step.body is not None
                and model.stage == model.route.stage_of(model.bodies[step.body])
                and speaks_for(model, step.who, step.body)
            )
        case "approve":
            return (
                model.phase == "READY"
                and step.who in model.route.approvers
                and all(model.is_enough(body) for body in model.required())
            )
        case "decline":
            return model.phase == "READY" and step.who in model.route.approvers
        case "withdraw":
            open_phases = ("DRAFT", "IN_REVIEW", "READY", "RETURNED")
            return model.phase in open_phases and of_author(model, step.who)
        case "annul":
            return model.phase == "APPROVED" and step.who in model.route.approvers
    raise AssertionError(step)


def of_author(model: Model, who: str) -> bool:
    """The author, staff of the unit that is the author, head and deputy."""
    by_unit = AUTHOR_OF[model.route.rule] == "UNIT" and who in ("AUTHOR", "TEACHER")
    return by_unit or who in (model.drafter, "HEAD", "DEPUTY_HEAD_EM")


def speaks_for(model: Model, who: str, body: int) -> bool:
    if model.bodies[body] == "EM_UNIT":
        return who in ("METHODIST", "HEAD")
    return who == f"OFFICER {body}"


def after(model: Model, step: Step) -> Model:
    """The document once the act was accepted."""
    match step.act:
        case "submit":
            begun = replace(model, round=model.round + 1, said=frozenset())
            return begun.following(0)
        case "revise":
            return replace(model, version=model.version + 1, said=frozenset())
        case "conclude":
            return concluded(model, step)
        case "approve":
            return replace(model, phase="APPROVED")
        case "decline":
            return replace(model, phase="RETURNED", stage=None)
        case "withdraw":
            return replace(model, phase="WITHDRAWN", stage=None)
        case "annul":
            return replace(model, phase="ANNULLED")
    raise AssertionError(step)


def concluded(model: Model, step: Step) -> Model:
    assert step.body is not None and step.said is not None and model.stage is not None
    said = frozenset({**dict(model.said), step.body: step.said}.items())
    heard = replace(model, said=said)
    considered = model.bodies[step.body] in model.route.considered_is_enough
    if step.said == "RETURN" or (step.said == "NEGATIVE" and not considered):
        return replace(heard, phase="RETURNED", stage=None)
    if all(heard.is_enough(body) for body in heard.members(model.stage)):
        return heard.following(model.stage)
    return heard
