"""What holds of every aggregate: its events are kept, folded, and not doubled."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from domain.decider import Command, Event, Refusal
from domain.messages import COMMANDS, EVENTS, decode, encode, kind_of, stream_of
from tests.domain.generated import messages
from tests.domain.saga import a_saga
from tests.domain.scenario import ONE_MINUTE, World
from tests.domain.stories import stories

LAWS = settings(
    deadline=None,
    max_examples=15,
    database=None,
    suppress_health_check=list(HealthCheck),
)

REPEATED_WITH_EFFECT: dict[str, str] = {}
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


@pytest.mark.parametrize("tag", COMMANDS)
def test_a_command_is_read_as_it_was_sent(tag: str) -> None:
    @LAWS
    @given(messages(COMMANDS[tag]))
    def law(command: Command) -> None:
        sent = msgspec.json.encode(command)
        assert msgspec.json.decode(sent, type=COMMANDS[tag]) == command

    law()


@pytest.mark.parametrize("tag", COMMANDS)
def test_a_command_with_a_field_too_many_is_not_read(tag: str) -> None:
    @settings(LAWS, max_examples=1)
    @given(messages(COMMANDS[tag]))
    def law(command: Command) -> None:
        sent = {**msgspec.to_builtins(command), "secret": 1}
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(sent, COMMANDS[tag])

    law()


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
    assert require_harmless_repeats(a_saga()) <= set(REPEATED_WITH_EFFECT)


@settings(LAWS, max_examples=25)
@given(stories())
def test_no_story_makes_a_repeat_do_harm(world: World) -> None:
    assert require_harmless_repeats(world) <= set(REPEATED_WITH_EFFECT)
