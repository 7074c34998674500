"""Why a document is where it is, told to a reader in one language."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from adapters.facts_now import reading_of
from adapters.orders import json_shaped
from adapters.reading import Reading, StreamSource
from adapters.selecting import ALL, Views
from domain.dates import local_day
from domain.decider import Act, Actor, Refusal
from domain.document_state import Document, stream_of
from domain.explaining import (
    Asking,
    Citation,
    Clause,
    Explanation,
    Holder,
    Lack,
    Step,
    explain,
    officers,
)
from domain.facts import Facts
from domain.identifiers import Bin, CapacityId, MeetingId, Names, PersonId, Stream
from domain.regulation.pack import RulePack
from domain.regulation.telling import telling
from projections.meeting_calendar import MEETING_CALENDAR, OVER
from projections.staff_registry import LEADING_POSTS, STAFF_REGISTRY


class ClauseAnswer(Struct, frozen=True, kw_only=True):
    """A clause for the approval: of what, under which rule, and whether it is met."""

    clause: str
    rule: str
    holds: bool
    about: str | None
    about_name: str | None
    text: str


class ActorAnswer(Struct, frozen=True, kw_only=True):
    """Somebody who may take the step now, in this capacity."""

    person: str
    role: str
    capacity: str
    organisation: str


class LackAnswer(Struct, frozen=True, kw_only=True):
    """Under which code the step would be refused now, and why."""

    code: str
    rule: str | None
    text: str
    context: dict[str, Any]  # JSON-shaped values


class StepAnswer(Struct, frozen=True, kw_only=True):
    """A command that belongs to the document's state: who may give it, or what lacks.

    `roles` may give it at all; `meeting_id` and `item` are what a conclusion may cite.
    """

    command: str
    text: str
    body: str | None
    body_name: str | None
    meeting_id: str | None
    item: int | None
    roles: tuple[str, ...]
    actors: tuple[ActorAnswer, ...]
    lack: LackAnswer | None


class ExplainAnswer(Struct, frozen=True, kw_only=True):
    """What is met, what is missing, and who could act now."""

    document_id: str
    kind: str
    level: str
    state: str
    rule: str
    rule_pack: str
    profile: str
    version: int
    content_hash: str
    at: datetime
    clauses: tuple[ClauseAnswer, ...]
    steps: tuple[StepAnswer, ...]


class Explanations:
    """Explains from the streams; views only propose who and which meetings."""

    def __init__(
        self,
        source: StreamSource,
        views: Views,
        pack: RulePack,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._source = source
        self._views = views
        self._pack = pack
        self._clock = clock

    def of(self, document_id: str, language: str) -> ExplainAnswer:
        """The explanation of this moment; QUERY-UNKNOWN without such a document."""
        reading = reading_of(self._source)
        state = reading.state(stream_of(document_id))
        if not isinstance(state, Document):
            raise Refusal("QUERY-UNKNOWN", id=document_id[:100])
        at = self._clock()

        def facts_of(act: Act) -> Facts:
            return Facts(reading, act, self._pack, stream_of(document_id), at)

        asking = Asking(reading, facts_of, self._pack, at)
        found = explain(
            state, asking, self._holders(state, reading, at), self._citations(state)
        )
        reader = _Reader(self._pack, language, names_in(state, reading))
        return reader.answer(state, at, found)

    def _holders(
        self, state: Document, reading: Reading, at: datetime
    ) -> Sequence[Holder]:
        """The leading posts, the authors in theirs, officers of bodies of the route."""
        today = local_day(at)
        org = {"org_bin": state.bin}
        authors = [p for p in (state.author.person_id, state.drafted_by) if p]
        wanted = ({"post": LEADING_POSTS}, {"person_id": authors})
        found: list[Holder] = []
        for where in wanted:
            for row in self._views.select(
                STAFF_REGISTRY, {**org, **where}, ("capacity",), None, ALL
            ):
                if row.valid_to is None or row.valid_to >= today:
                    found.append(
                        Holder(
                            CapacityId(row.capacity),
                            PersonId(row.person_id),
                            Bin(row.org_bin),
                        )
                    )
        for stage in state.route.stages if state.route else ():
            for body in stage.bodies:
                found += officers(body.body, reading.state(body.body))
        return found

    def _citations(self, state: Document) -> Sequence[Citation]:
        stage = state.stage()
        bodies = [body.body for body in stage.bodies] if stage else []
        where = {"body": bodies, "state": OVER, "documents__has": state.document}
        rows = self._views.select(MEETING_CALENDAR, where, ("meeting_id",), None, ALL)
        return [
            Citation(Stream(row.body), MeetingId(row.meeting_id), item.item)
            for row in rows
            for item in row.items
            if not item.postponed
            and any(one.document_id == state.document for one in item.documents)
        ]


def names_in(state: Document, reading: Reading) -> dict[str, Names]:
    """What the bodies of the route, or of the document's organisation, are called."""
    names: dict[str, Names] = {}
    for stage in state.route.stages if state.route else ():
        names |= {body.body: body.names for body in stage.bodies}
    for kind in ("council", "review-body", "unit"):
        for ref in reading.owned(state.bin, kind):
            found = reading.state(ref)
            called = getattr(found, "title", None) or getattr(found, "names", None)
            if isinstance(called, Names):
                names.setdefault(ref, called)
    return names


class _Reader(Struct, frozen=True):
    """In which language, under which pack, an explanation is told."""

    pack: RulePack
    language: str
    names: dict[str, Names]

    def answer(
        self, state: Document, at: datetime, found: Explanation
    ) -> ExplainAnswer:
        profile = state.route.profile if state.route else self.pack.default_profile
        return ExplainAnswer(
            document_id=state.document,
            kind=state.kind,
            level=state.level,
            state=state.phase,
            rule=state.rule,
            rule_pack=self.pack.id,
            profile=profile,
            version=state.version,
            content_hash=state.content_hash,
            at=at,
            clauses=tuple(self.clause(one, state.rule) for one in found.clauses),
            steps=tuple(map(self.step, found.steps)),
        )

    def name(self, about: str | None) -> str | None:
        if about is None:
            return None
        if about in self.names:
            return self.names[about].in_language(self.language)
        return telling().word(about, self.language)

    def clause(self, clause: Clause, rule: str) -> ClauseAnswer:
        return ClauseAnswer(
            clause=clause.clause,
            rule=rule,
            holds=clause.holds,
            about=clause.about,
            about_name=self.name(clause.about),
            text=telling().word(clause.clause, self.language),
        )

    def step(self, step: Step) -> StepAnswer:
        tag = step.command.tag
        return StepAnswer(
            command=tag,
            text=telling().word(tag, self.language),
            body=step.body,
            body_name=self.name(step.body),
            meeting_id=getattr(step.command, "meeting_id", None),
            item=getattr(step.command, "item", None),
            roles=self.pack.roles[tag],
            actors=tuple(map(actor_answer, step.actors)),
            lack=self.lack(step.lack) if step.lack else None,
        )

    def lack(self, lack: Lack) -> LackAnswer:
        entry = self.pack.errors[lack.code]
        context = json_shaped(lack.context)
        return LackAnswer(
            code=lack.code,
            rule=entry.rule,
            text=entry.text(self.language, context),
            context=context,
        )


def actor_answer(actor: Actor) -> ActorAnswer:
    return ActorAnswer(
        person=actor.person,
        role=actor.role,
        capacity=actor.capacity,
        organisation=actor.organisation,
    )
