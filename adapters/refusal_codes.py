"""Which codes a command may be refused with, read from the code that decides it.

What `decide` of an aggregate can reach is followed through the compiled functions of
the domain; each text in them that the catalogue knows is a code. All commands of one
aggregate share the answer, so it may hold more than one of them meets, never less.
"""

from collections.abc import Iterator
from functools import cache
from types import CodeType, FunctionType, ModuleType

from domain.messages import AGGREGATES
from domain.regulation.pack import RulePack
from domain.rights import actor_in, require_role

AT_THE_BUS = (
    "CMD-ID-REUSED",
    "CMD-STALE",
    "CMD-FUTURE",
    "CMD-BUSY",
    "CMD-STORE-DOWN",
    "CMD-FAILED",
)
"""What the command bus may say of any command."""


def refusal_codes(family: str, pack: RulePack) -> frozenset[str]:
    """The codes for commands of a family, which is an aggregate where there is one."""
    named = AGGREGATES.get(family)
    deciding = [named] if named else list(AGGREGATES.values())
    roots = [one.decide for one in deciding if one.decide is not None]
    texts = {
        text
        for root in (*roots, actor_in, require_role)
        if isinstance(root, FunctionType)
        for function in _reachable(root)
        for text in _texts(function.__code__)
    }
    rules = {row.rule for row in pack.routes}
    # Some codes are made of the rule of a document's route: `R19-` and `BASIS`.
    made = {f"R{rule}-{text.lstrip('-')}" for text in texts for rule in rules}
    return frozenset((texts | made) & set(pack.errors)) | frozenset(AT_THE_BUS)


@cache
def _reachable(root: FunctionType) -> frozenset[FunctionType]:
    """The functions of the domain that a function calls, and those that they call."""
    found: set[FunctionType] = set()
    waiting = [root]
    while waiting:
        function = waiting.pop()
        if function in found:
            continue
        found.add(function)
        waiting.extend(_called(function))
    return frozenset(found)


def _called(function: FunctionType) -> Iterator[FunctionType]:
    names = tuple(_names(function.__code__))
    for name in names:
        named = function.__globals__.get(name)
        if isinstance(named, ModuleType) and named.__name__.startswith("domain."):
            inside = (vars(named).get(one) for one in names)
            yield from (one for one in inside if isinstance(one, FunctionType))
            continue
        if not getattr(named, "__module__", "").startswith("domain."):
            continue
        members = vars(named).values() if isinstance(named, type) else (named,)
        yield from (one for one in members if isinstance(one, FunctionType))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _texts(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _texts(constant)
