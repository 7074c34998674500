"""Every event that may happen is told in one line in three languages."""

import re

import msgspec
import pytest

from domain.messages import EVENTS
from domain.regulation.pack import LANGUAGES
from domain.regulation.telling import telling
from domain.trail_verdicts import CLAUSES
from tests.domain.saga import a_saga

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def test_every_event_has_a_template_and_no_other_name_has() -> None:
    assert set(telling().events) == set(EVENTS)


@pytest.mark.parametrize("tag", sorted(EVENTS))
def test_a_template_says_the_same_in_every_language(tag: str) -> None:
    template = telling().events[tag]
    texts = [template.in_language(language) for language in LANGUAGES]
    named = [sorted(PLACEHOLDER.findall(text)) for text in texts]
    assert named[0] == named[1] == named[2]
    assert all(text and "\n" not in text for text in texts)
    assert len(set(texts)) == len(texts)


def test_every_event_of_the_saga_is_told_without_a_gap() -> None:
    for entry in a_saga().log:
        told = telling().of(entry.event, {}, "review-body/940140000385.civil-law")
        for language in LANGUAGES:
            line = told.in_language(language)
            assert line and not PLACEHOLDER.search(line), (entry.event.tag, line)


def test_every_clause_and_outcome_has_words() -> None:
    words = telling().words
    assert {*CLAUSES, "HOLDS", "BROKEN", "OPEN"} <= set(words)
    for told in words.values():
        assert all(msgspec.structs.astuple(told))
