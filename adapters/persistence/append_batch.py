"""Verdicts are checked and numbered one after the other under the append lock."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from msgspec import Struct

from adapters.envelope import (
    NODE_KATO,
    CommandRecord,
    Decision,
    Denial,
    Draft,
    Outcome,
    Stale,
    Verdict,
    seal,
)

Pair = tuple[str, str]
V = TypeVar("V")
N = TypeVar("N")


class StreamEntry(NamedTuple):
    """A stream's line in the registry index; `entered` is None where `kind` is."""

    owner: str
    version: int
    kind: str | None = None
    entered: int | None = None


class OwnerFacts(NamedTuple):
    """What the store knows of the owner of an event when it seals it."""

    kato: str = NODE_KATO
    levels: tuple[str, ...] = ()


class SealedEvent(NamedTuple):
    position: int
    stream: str
    version: int
    tag: str
    record: bytes


class Known(Struct, frozen=True, kw_only=True):
    """What the log holds of all that a batch touches, read under the append lock."""

    position: int
    recorded_at: datetime
    streams: dict[str, StreamEntry]
    searches: dict[Pair, int]
    owners: dict[str, OwnerFacts]
    feeds: dict[Pair, int]
    commands: dict[Pair, CommandRecord]


class Changing(dict[N, V]):
    """What is known by name, and the names under which something was set since."""

    def __init__(self, known: Mapping[N, V]) -> None:
        super().__init__(known)
        self._changed: set[N] = set()

    def __setitem__(self, name: N, value: V) -> None:
        self._changed.add(name)
        super().__setitem__(name, value)

    def changes(self) -> list[tuple[N, V]]:
        return [(name, self[name]) for name in self._changed]


class AppendBatch:
    """One transaction in the making: every verdict sees those before it.

    Nothing is remembered beyond the batch.
    """

    def __init__(self, node: str, now: datetime, known: Known) -> None:
        self.node = node
        self.position = known.position
        self.recorded_at = max(now, known.recorded_at)
        self.streams = Changing(known.streams)
        self.searches = Changing(known.searches)
        self.owners = Changing(known.owners)
        self.feeds = Changing(known.feeds)
        self.commands = Changing(known.commands)
        self.sealed: list[SealedEvent] = []
        self.accepted: list[Decision] = []
        self.denied: list[Denial] = []

    def take(self, verdict: Verdict) -> Outcome | Denial | Stale | CommandRecord:
        """Number all of a decision, note a refusal; neither where it is a repeat
        or stale."""
        name = (verdict.command_owner, verdict.command_id)
        if name in self.commands:
            return self.commands[name]
        stale = self._stale(verdict)
        if stale is not None:
            return stale
        if isinstance(verdict, Denial):
            self.denied.append(verdict)
            return verdict
        decision = verdict
        for draft in decision.drafts:
            self._seal(draft, decision)
        outcome = self._outcome(decision)
        self.commands[name] = CommandRecord(decision.digest, outcome)
        self.accepted.append(decision)
        return outcome

    def head(self, stream: str) -> int:
        entry = self.streams.get(stream)
        return entry.version if entry else 0

    def _stale(self, verdict: Verdict) -> Stale | None:
        below: dict[str, int] = {}
        for draft in verdict.drafts:
            below.setdefault(draft.stream, draft.version - 1)
        seen = [*verdict.reads.items(), *below.items()]
        streams = {stream for stream, version in seen if self.head(stream) != version}
        searches = {
            search
            for search, version in verdict.searches.items()
            if self.searches.get(search, 0) != version
        }
        if not streams and not searches:
            return None
        return Stale(tuple(sorted(streams)), tuple(sorted(searches)))

    def _seal(self, draft: Draft, decision: Decision) -> None:
        entry = self.streams.get(draft.stream) or StreamEntry(draft.owner, 0)
        if draft.version != entry.version + 1:
            raise ValueError(f"{draft.stream}: {draft.version} after {entry.version}")
        owner = self._learn(draft)
        feed = (draft.owner, draft.scope)
        self.position += 1
        self.feeds[feed] = self.feeds.get(feed, 0) + 1
        record = seal(
            draft,
            decision,
            node=self.node,
            position=self.position,
            feed_number=self.feeds[feed],
            recorded_at=self.recorded_at,
            kato=owner.kato,
            owner_levels=owner.levels,
        )
        self.sealed.append(
            SealedEvent(self.position, draft.stream, draft.version, draft.tag, record)
        )
        self.streams[draft.stream] = self._enter(draft, entry)

    def _learn(self, draft: Draft) -> OwnerFacts:
        owner = self.owners.get(draft.owner) or OwnerFacts()
        if draft.sets_kato is None and draft.sets_levels is None:
            return owner
        if draft.sets_kato is not None:
            owner = owner._replace(kato=draft.sets_kato)
        if draft.sets_levels is not None:
            owner = owner._replace(levels=draft.sets_levels)
        self.owners[draft.owner] = owner
        return owner

    def _enter(self, draft: Draft, entry: StreamEntry) -> StreamEntry:
        # A stream that opens again (a council after its dissolution) stands there
        # already; who found it has its version in the reads.
        if draft.opens is None or entry.kind is not None:
            return entry._replace(version=draft.version)
        search = (draft.owner, draft.opens)
        self.searches[search] = self.searches.get(search, 0) + 1
        return StreamEntry(draft.owner, draft.version, draft.opens, self.position)

    def _outcome(self, decision: Decision) -> Outcome:
        return Outcome(
            command_id=decision.command_id,
            stream=decision.stream,
            version=self.head(decision.stream),
            position=self.position,
            events=tuple(draft.tag for draft in decision.drafts),
        )


def touched(verdicts: Sequence[Verdict]) -> tuple[set[str], set[Pair]]:
    """The streams and the searches that a batch reads or writes."""
    streams: set[str] = set()
    searches: set[Pair] = set()
    for verdict in verdicts:
        streams.update(verdict.reads)
        searches.update(verdict.searches)
        for draft in verdict.drafts:
            streams.add(draft.stream)
            if draft.opens is not None:
                searches.add((draft.owner, draft.opens))
    return streams, searches
