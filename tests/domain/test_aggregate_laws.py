"""What holds of every aggregate: its events are kept, folded, and not doubled."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from domain.decider import Event, Refusal
from domain.messages import COMMANDS, EVENTS, decode, encode, kind_of, stream_of
from tests.domain.generated import messages
from tests.domain.saga import a_saga
from tests.domain.scenario import ONE_MINUTE, World
from tests.domain.stories import stories

LAWS = settings(
    deadline=None,
    max_examples=10,
    database=None,
    suppress_health_check=list(HealthCheck),
)

REPEATED_WITH_EFFECT = {
    "node.grant-operator": "a person may be granted a role again",
    "review-body.appoint-department-head": "a head may be appointed again",
    "council.constitute": "a term may begin anew",
    "association.appoint-leader": "a leader may be appointed again",
    "meeting.place-item": "two items may be called alike; a document stands once",
    "document.revise": "the sender says that there is a new text",
}
"""Commands that, given anew under another id, change something: each for its reason."""


@pytest.mark.parametrize("tag", EVENTS)
def test_an_event_is_read_as_it_was_written(tag: str) -> None:
    @LAWS
    @given(messages(EVENTS[tag]))
    def law(event: Event) -> None:
        written = encode(event)
        assert decode(tag, written) == event
        assert encode(decode(tag, msgspec.Raw(written))) == written

    law()


def test_a_command_is_read_as_it_was_sent_and_without_a_field_too_many() -> None:
    for _, _, command in a_saga().accepted:
        kind = type(command)
        sent = msgspec.json.encode(command)
        assert msgspec.json.decode(sent, type=kind) == command
        with pytest.raises(msgspec.ValidationError, match="secret"):
            msgspec.json.decode(sent[:-1] + b',"secret":1}', type=kind)


@settings(LAWS, max_examples=60)
@given(stories())
def test_every_state_is_the_fold_of_its_stream(world: World) -> None:
    again = World(world.pack)
    for entry in world.log:
        again.retell(entry)
    for stream in {entry.stream for entry in world.log}:
        assert again.state(stream) == world.state(stream)
        assert again.version(stream) == world.version(stream)
    for entry in world.log:
        assert world.owned(owner_of(entry.stream), kind_of(entry.stream)) == (
            again.owned(owner_of(entry.stream), kind_of(entry.stream))
        )


def owner_of(stream: str) -> str:
    return stream.partition("/")[2].partition(".")[0]


def test_the_saga_knows_every_command_and_every_event() -> None:
    world = a_saga()
    assert {command.tag for _, _, command in world.accepted} == set(COMMANDS)
    assert {entry.event.tag for entry in world.log} == set(EVENTS)


def require_harmless_repeats(world: World) -> set[str]:
    """Give every accepted command twice; return what the second time changed."""
    effective = set()
    again = World(world.pack)
    for at, hat, command in world.accepted:
        again.now = at - ONE_MINUTE
        again.obey(hat, command)
        before = again.state(stream_of(command))
        twin = again.copy()
        twin.now = at - ONE_MINUTE
        try:
            twin.obey(hat, command)
        except Refusal:
            continue
        if twin.state(stream_of(command)) != before:
            effective.add(command.tag)
    assert [entry.event for entry in again.log] == [e.event for e in world.log]
    return effective


def test_a_command_repeated_is_refused_or_changes_nothing() -> None:
    assert require_harmless_repeats(a_saga()) == set(REPEATED_WITH_EFFECT)


@settings(LAWS, max_examples=25)
@given(stories())
def test_no_story_makes_a_repeat_do_harm(world: World) -> None:
    assert require_harmless_repeats(world) <= set(REPEATED_WITH_EFFECT)
