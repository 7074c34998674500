"""One command decided: who acts in which capacity, what follows, on what it rests."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.envelope import Decision, Denial, Draft, Verdict
from adapters.orders import Order, digest_of, json_shaped
from adapters.reading import Reading, StateCache
from domain.decider import SYSTEM, Act, Actor, Command, Event, Mark, On, Refusal
from domain.facts import Facts
from domain.identifiers import NODE, CapacityId, Stream
from domain.messages import (
    AGGREGATES,
    SCOPES,
    encode,
    kind_of,
    owner_of,
    sets_kato,
    sets_levels,
    stream_of,
)
from domain.regulation.pack import RulePack
from domain.rights import actor_in, require_role

CLOCK_SKEW = timedelta(seconds=5)
"""How far a sender's clock may run ahead; the act is then dated now."""


class Deciding:
    """Turns orders into verdicts over cached states.

    What a decision writes is folded into the cache at once, so that the next order
    sees it; should the append refuse it, its streams are forgotten and all that
    rested on them is decided anew.
    """

    def __init__(
        self,
        cache: StateCache,
        pack: RulePack,
        node: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._cache = cache
        self._pack = pack
        self._node = node
        self._clock = clock

    def verdict(self, order: Order) -> Verdict:
        """What becomes of an order, should nothing that it rests on have changed."""
        reading = Reading(self._cache)
        stream = stream_of(order.command)
        now, actor = self._clock(), None
        try:
            at = self._date(order.command, now)
            actor = self._actor(order, reading, at)
            return self._decision(order, stream, reading, Act(actor, at), now)
        except Refusal as refusal:
            return Denial(
                command_id=order.command.command_id,
                command_tag=order.command.tag,
                command_owner=order.organisation,
                reads=reading.reads,
                searches=reading.searches,
                at=now,
                code=refusal.code,
                rule=self._pack.errors[refusal.code].rule,
                rule_pack=self._pack.id,
                actor=order.person,
                actor_org=order.organisation,
                actor_role=actor.role if actor else None,
                causation_id=order.causation_id,
                stream=stream,
                context=json_shaped(refusal.context),
            )

    def _date(self, command: Command, now: datetime) -> datetime:
        """When the act took place, in UTC."""
        at = (command.occurred_at or now).astimezone(UTC)
        if at > now + CLOCK_SKEW:
            raise Refusal("CMD-FUTURE", act=at, now=now)
        return min(at, now)

    def _decision(
        self, order: Order, stream: Stream, reading: Reading, act: Act, now: datetime
    ) -> Decision:
        command, actor = order.command, act.actor
        state = reading.state(stream)
        owner = owner_of(command, state)
        require_role(self._pack, command.tag, actor, owner)
        version = reading.reads[stream]
        if command.expected_version not in (None, version):
            raise Refusal(
                "CMD-STALE", expected=command.expected_version, current=version
            )
        aggregate = AGGREGATES[kind_of(stream)]
        assert aggregate.decide is not None
        facts = Facts(reading, act, self._pack, stream, now)
        events = aggregate.decide(command, state, facts)
        drafts = self._drafts(events, stream, reading, Mark(0, act.at, actor.person))
        return Decision(
            command_id=command.command_id,
            command_tag=command.tag,
            command_owner=order.organisation,
            stream=stream,
            digest=digest_of(command),
            reads=reading.reads,
            searches=reading.searches,
            drafts=drafts,
            rule_pack=self._pack.id,
            actor_id=actor.person,
            actor_org=actor.organisation,
            actor_role=actor.role,
            actor_capacity=actor.capacity,
            correlation_id=order.correlation_id,
            causation_id=order.causation_id,
            traceparent=order.traceparent,
        )

    def _actor(self, order: Order, reading: Reading, at: datetime) -> Actor:
        if order.is_system:
            seat = Stream(f"node/{self._node}")
            return Actor(order.person, NODE, SYSTEM, CapacityId(f"{seat}#0"), seat)
        return actor_in(
            reading,
            self._pack,
            order.command.capacity,
            order.person,
            order.organisation,
            at,
        )

    def _drafts(
        self,
        events: Sequence[Event | On],
        stream: Stream,
        reading: Reading,
        mark: Mark,
    ) -> list[Draft]:
        """Fold the events into their streams, and say of each to whom it belongs."""
        drafts: list[Draft] = []
        folded: dict[str, tuple[int, Any]] = {}  # a state is its aggregate's own
        for entry in events:
            target: str = entry.stream if isinstance(entry, On) else stream
            event = entry.event if isinstance(entry, On) else entry
            if target not in folded:
                state = reading.state(Stream(target))
                folded[target] = (reading.reads[target], state)
            version, state = folded[target]
            aggregate = AGGREGATES[kind_of(target)]
            version += 1
            state = aggregate.evolve(state, event, Mark(version, mark.at, mark.by))
            folded[target] = (version, state)
            place = aggregate.place(state)
            opens = aggregate.is_indexed and version == 1
            drafts.append(
                Draft(
                    stream=target,
                    version=version,
                    tag=event.tag,
                    data=encode(event),
                    time=mark.at,
                    owner=place.owner,
                    scope=SCOPES[type(event)],
                    levels=place.levels,
                    rule=place.rule or self._pack.rule_of_event(event),
                    sets_kato=sets_kato(event),
                    sets_levels=sets_levels(event),
                    opens=aggregate.kind if opens else None,
                )
            )
        for written, (version, state) in folded.items():
            self._cache.put(written, version, state)
        for draft in drafts:
            if draft.opens is not None:
                self._cache.enter(draft.owner, draft.opens, draft.stream)
        return drafts
