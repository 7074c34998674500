"""A law that cannot fail is no law: each must notice a log that was forged."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from domain.decider import Event
from domain.identifiers import Stream
from domain.messages import EVENTS
from tests.domain import invariants_of_houses as laws
from tests.domain.given import SYMBAT
from tests.domain.scenario import Entry
from tests.domain.test_document_laws import altered, an_approved_plan, without

Log = list[Entry]


def of(name: str) -> type[Event]:
    return EVENTS[f"{name}.v1"]


def last(log: Log, name: str) -> tuple[int, Any]:  # an event
    """The last event of a name, and its place."""
    place = max(n for n, one in enumerate(log) if isinstance(one.event, of(name)))
    return place, log[place].event


def of_another_author(log: Log, **changes: object) -> Log:
    _, drafted = last(log, "document.drafted")
    return altered(
        log, of("document.drafted"), author=replace(drafted.author, **changes)
    )


def barely_elected(log: Log) -> Log:
    _, elected = last(log, "council.member-elected")
    lost = replace(elected.election, votes_for=elected.election.voters // 2)
    return altered(log, of("council.member-elected"), election=lost)


def a_second_council(log: Log) -> Log:
    place, _ = last(log, "council.established")
    return [*log, replace(log[place], stream=Stream("council/another"))]


def rerouted(log: Log) -> Log:
    """Before it is ready the document has another route."""
    ready, _ = last(log, "document.ready")
    place, submitted = last(log, "document.submitted")
    route = replace(submitted.route, stages=submitted.route.stages[:1])
    event = replace(submitted, route=route)
    return [*log[:ready], replace(log[place], event=event), *log[ready:]]


FORGERIES: list[tuple[Callable[[Log], None], Callable[[Log], Log]]] = [
    (laws.p5, lambda log: altered(log, of("document.drafted"), kind="LESSON_PLAN")),
    (laws.p5, lambda log: altered(log, of("document.drafted"), rule="20")),
    (laws.p10, lambda log: of_another_author(log, kind="TEACHER")),
    (laws.p10, lambda log: of_another_author(log, unit_id=None)),
    (laws.p10, lambda log: altered(log, of("document.drafted"), basis_refs=())),
    (
        laws.p13,
        lambda log: without(log, of("organisation.governing-decision-recorded")),
    ),
    (laws.p13, lambda log: without(log, of("council.member-elected"), last=False)),
    (laws.p13, barely_elected),
    (
        laws.p13,
        lambda log: altered(log, of("council.chair-seated"), person_id=SYMBAT),
    ),
    (laws.p14, a_second_council),
    (
        laws.p21,
        lambda log: altered(log, of("organisation.methodist-number-set"), number=0),
    ),
    (laws.p30, lambda log: altered(log, of("document.stage-opened"), bodies=())),
    (laws.p30, lambda log: without(log, of("document.stage-passed"), last=False)),
    (
        laws.p30,
        lambda log: altered(log, of("document.conclusion-recorded"), body="council/x"),
    ),
    (laws.p30, rerouted),
]


@pytest.mark.parametrize(("law", "forge"), FORGERIES)
def test_a_law_notices_a_log_that_was_forged(
    law: Callable[[Log], None], forge: Callable[[Log], Log]
) -> None:
    log = an_approved_plan()
    law(log)
    with pytest.raises((AssertionError, KeyError)):
        law(forge(log))
