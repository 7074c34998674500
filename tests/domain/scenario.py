"""A world of streams in memory, in which commands are given as the bus gives them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec import Struct

from domain.decider import SYSTEM, Act, Actor, Command, Event, Mark, On, Refusal
from domain.facts import Facts
from domain.identifiers import NODE, Bin, CapacityId, PersonId, Stream
from domain.messages import (
    AGGREGATES,
    EVENTS,
    SCOPES,
    decode,
    encode,
    kind_of,
    owner_of,
    stream_of,
)
from domain.regulation.pack import LANGUAGES, RulePack, rule_pack
from domain.rights import actor_in, require_role
from domain.surroundings import BodyFacts

MONDAY = datetime(2026, 1, 12, 4, 0, tzinfo=UTC)
"""Nine in the morning in Kazakhstan, when every story begins."""
ONE_MINUTE = timedelta(minutes=1)


def named(name: str) -> str:
    """The random-looking id that a name stands for in the stories."""
    return str(UUID(bytes=md5(name.encode()).digest(), version=4))


def person(name: str) -> PersonId:
    return PersonId(named(name))


class Hat(Struct, frozen=True):
    """A person in a capacity, as a command and its token name them."""

    person: PersonId
    organisation: str
    capacity: CapacityId


THE_NODE = Hat(person("the node"), NODE, CapacityId("node/local#0"))


class Entry(Struct, frozen=True):
    """One event of the log: where it stands, what it says, who acted."""

    stream: Stream
    mark: Mark
    event: Event
    actor: Actor


class World:
    """Streams of events, and a clock that goes on by a minute with every command."""

    def __init__(
        self, pack: RulePack | None = None, facts: type[Facts] = Facts
    ) -> None:
        self.pack = pack or rule_pack()
        self.facts_of = facts
        self.now = MONDAY
        self.log: list[Entry] = []
        self.accepted: list[tuple[datetime, Hat, Command]] = []
        self.refusals: list[str] = []
        self._states: dict[str, tuple[int, object]] = {}
        self._owned: dict[tuple[str, str], tuple[Stream, ...]] = {}

    def copy(self) -> "World":
        """A world with the same past, and a future of its own."""
        twin = World(self.pack, self.facts_of)
        twin.now = self.now
        twin.log = list(self.log)
        twin.accepted = list(self.accepted)
        twin.refusals = list(self.refusals)
        twin._states = dict(self._states)
        twin._owned = dict(self._owned)
        return twin

    def __repr__(self) -> str:
        """What was told of documents, for the report of a law that was broken."""
        return "\n".join(
            f"{entry.mark.at} {entry.stream}#{entry.mark.version} {entry.event}"
            for entry in self.log
            if entry.stream.startswith("document/")
        )

    def state(self, stream: Stream) -> object | None:
        return self._states.get(stream, (0, None))[1]

    def version(self, stream: Stream) -> int:
        return self._states.get(stream, (0, None))[0]

    def owned(self, owner: str, kind: str) -> Sequence[Stream]:
        return self._owned.get((owner, kind), ())

    def facts(self) -> Facts:
        """What a decision of this moment would see."""
        node = Actor(THE_NODE.person, NODE, SYSTEM, THE_NODE.capacity, Stream("node/x"))
        act, stream = Act(node, self.now), Stream("node/x")
        return self.facts_of(self, act, self.pack, stream, self.now)

    def body(self, ref: Stream) -> BodyFacts:
        """A body as it is now, with those in office."""
        body = self.facts().body(ref)
        assert body is not None
        return body

    def events(self, stream: Stream) -> list[Event]:
        return [entry.event for entry in self.log if entry.stream == stream]

    def later(self, **passed: int) -> None:
        """Let time pass, as `later(days=3)`."""
        self.now += timedelta(**passed)

    def give(self, hat: Hat, kind: type[Command], /, **fields: object) -> list[Event]:
        """Give a command; every refusal it raises must be one that a person can read.

        The fields pass through JSON, so the command is one that a door would take.
        """
        return self.obey(hat, self.command(hat, kind, **fields))

    def command(self, hat: Hat, kind: type[Command], /, **fields: object) -> Command:
        count = len(self.accepted) + len(self.refusals)
        body = {
            "command_id": f"00000000-0000-4000-8000-{count:012x}",
            "capacity": hat.capacity,
            **fields,
        }
        return msgspec.json.decode(msgspec.json.encode(body), type=kind)

    def obey(self, hat: Hat, command: Command) -> list[Event]:
        self.now += ONE_MINUTE
        try:
            entries = self._decided(hat, command)
        except Refusal as refusal:
            self.refusals.append(refusal.code)
            require_readable(self.pack, refusal)
            raise
        self.accepted.append((self.now, hat, command))
        return [entry.event for entry in entries]

    def tries(self, hat: Hat, command: Command) -> str | None:
        """Give a command now: None where it is accepted, else the refusal's code."""
        try:
            self._decided(hat, command)
        except Refusal as refusal:
            return refusal.code
        return None

    def suppose(self, stream: Stream, state: object, version: int = 1) -> None:
        """Take a folded state as given, without the events that would lead to it."""
        self._states[stream] = (version, state)

    def suppose_owned(self, owner: str, kind: str, streams: Sequence[Stream]) -> None:
        """Take these as all the streams of a kind that an owner has."""
        self._owned[owner, kind] = tuple(streams)

    def refuses(
        self, code: str, hat: Hat, kind: type[Command], /, **fields: object
    ) -> Mapping[str, Any]:  # JSON-shaped values
        """Give a command that must be refused; return the context of the refusal."""
        with pytest.raises(Refusal) as caught:
            self.give(hat, kind, **fields)
        assert caught.value.code == code, caught.value.context
        return caught.value.context

    def _decided(self, hat: Hat, command: Command) -> list[Entry]:
        """Who, whose, may they, what: the order of the command bus."""
        at = (command.occurred_at or self.now).astimezone(UTC)
        if at > self.now:
            raise Refusal("CMD-FUTURE", act=at, now=self.now)
        actor = self._actor(hat, at)
        stream = stream_of(command)
        state = self.state(stream)
        require_role(self.pack, command.tag, actor, owner_of(command, state))
        version = self.version(stream)
        if command.expected_version not in (None, version):
            expected = command.expected_version
            raise Refusal("CMD-STALE", expected=expected, current=version)
        decide = AGGREGATES[kind_of(stream)].decide
        assert decide is not None
        facts = self.facts_of(self, Act(actor, at), self.pack, stream, self.now)
        written = decide(command, state, facts)
        return [self._entered(one, stream, at, actor) for one in written]

    def _actor(self, hat: Hat, at: datetime) -> Actor:
        if hat == THE_NODE:
            seat = Stream("node/local")
            return Actor(hat.person, NODE, SYSTEM, hat.capacity, seat)
        return actor_in(self, self.pack, hat.capacity, hat.person, hat.organisation, at)

    def _entered(
        self, written: Event | On, stream: Stream, at: datetime, actor: Actor
    ) -> Entry:
        event = written
        if isinstance(written, On):
            stream, event = written.stream, written.event
        assert isinstance(event, Event)
        assert EVENTS[event.tag] is type(event) and SCOPES[type(event)]
        assert decode(event.tag, encode(event)) == event
        mark = Mark(self.version(stream) + 1, at, actor.person)
        entry = Entry(stream, mark, event, actor)
        self.retell(entry)
        return entry

    def retell(self, entry: Entry) -> None:
        """Fold an event that was decided into its stream."""
        aggregate = AGGREGATES[kind_of(entry.stream)]
        state = aggregate.evolve(self.state(entry.stream), entry.event, entry.mark)
        self._states[entry.stream] = (entry.mark.version, state)
        if aggregate.is_indexed and entry.mark.version == 1:
            key = (aggregate.place(state).owner, aggregate.kind)
            self._owned[key] = (*self._owned.get(key, ()), entry.stream)
        self.log.append(entry)


def require_readable(pack: RulePack, refusal: Refusal) -> None:
    """The code is in the catalogue, and its texts have no placeholder left over."""
    entry = pack.errors[refusal.code]
    shaped = {
        name: msgspec.to_builtins(value) for name, value in refusal.context.items()
    }
    msgspec.json.encode(shaped)
    for language in LANGUAGES:
        for context in (dict(refusal.context), shaped):
            text = entry.text(language, context)
            assert text and not set("{}") & set(text), (refusal.code, language, text)


def staff_hat(owner: Bin, who: PersonId, number: int = 1) -> Hat:
    """A person in an appointment, named by its number in their stream."""
    return Hat(who, owner, CapacityId(f"staff/{owner}.{who}#{number}"))
