"""The trail of a document: gathered from streams, shown by right, and proved."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from adapters.envelope import CloudEvent
from adapters.http_routes.doors import RefusalNotes
from adapters.reading import StreamSource
from adapters.trail_answers import (
    Trail,
    TrailActor,
    TrailEntry,
    TrailOffice,
    TrailQuery,
    TrailRefusal,
    TrailVerdict,
)
from adapters.trail_rights import HIDDEN, REQUEST, shown_to
from adapters.viewing import Audience, Viewer
from domain.dates import local_day
from domain.decider import Actor, Refusal
from domain.document_state import stream_of
from domain.identifiers import Bin, CapacityId, Names, PersonId, Stream
from domain.messages import decode
from domain.regulation.telling import fields_of, telling
from domain.trail import DOCUMENT, MEETING, Step, bodies_of, chain
from domain.trail_checks import is_sound, verdicts

MAX_REFUSALS = 200
BODY_KINDS = ("council", "review-body", "unit", "association")


class Trails:
    """Makes trails from the streams of the event store, and from no view."""

    def __init__(self, source: StreamSource, refusals: RefusalNotes) -> None:
        self._source = source
        self._refusals = refusals

    def of(
        self, viewer: Viewer, audience: Audience, document_id: str, query: TrailQuery
    ) -> Trail:
        """The trail as its reader may see it; QUERY-UNKNOWN below SUPERVISOR."""
        records: dict[int, CloudEvent] = {}
        document = stream_of(document_id)

        def read(stream: Stream) -> Sequence[Step]:
            found = [one for one in self._source.read(stream) if counts(one, query)]
            records.update({one.sequence: one for one in found})
            return [step_of(one) for one in found]

        steps = chain(document, read) if audience >= Audience.SUPERVISOR else ()
        if not steps:
            raise Refusal("QUERY-UNKNOWN", id=document_id[:100])
        whole = audience is Audience.OWN
        shown = list(shown_to(viewer, audience, document_id, steps, records))
        names = names_of(steps)
        found = verdicts(steps)
        words = telling().words
        return Trail(
            document_id=document_id,
            audience=audience.name,
            as_of=query.as_of,
            known_on=query.known_on,
            is_sound=is_sound(found),
            entries=tuple(
                entry_of(step, records[step.position], names, whole=whole)
                for step in shown
            ),
            offices=tuple(offices_of(steps)),
            verdicts=tuple(
                TrailVerdict(**msgspec.structs.asdict(one), text=words[one.clause])
                for one in found
            ),
            refusals=tuple(self._refused(document, query))
            if viewer.is_auditor
            else UNSET,
        )

    def _refused(self, document: Stream, query: TrailQuery) -> Iterator[TrailRefusal]:
        notes = self._refusals(limit=MAX_REFUSALS, stream=document)
        found = msgspec.convert(notes, tuple[TrailRefusal, ...], from_attributes=True)
        days = [day for day in (query.as_of, query.known_on) if day is not None]
        for refusal in reversed(found):
            if all(local_day(refusal.at) <= day for day in days):
                yield refusal


def counts(record: CloudEvent, query: TrailQuery) -> bool:
    """Whether an act had happened, and was recorded, by the days that are asked for."""
    return is_by(record.time, query.as_of) and is_by(
        record.recordedtime, query.known_on
    )


def is_by(moment: Any, day: date | None) -> bool:  # a datetime
    return day is None or local_day(moment) <= day


def step_of(record: CloudEvent) -> Step:
    seat = record.actorcapacity.rpartition("#")[0]
    return Step(
        position=record.sequence,
        stream=Stream(record.subject),
        version=record.streamversion,
        event=decode(record.tag, record.data),
        at=record.time,
        actor=Actor(
            PersonId(record.actorid),
            Bin(record.actororg),
            record.actorrole,
            CapacityId(record.actorcapacity),
            Stream(seat),
        ),
    )


def about(step: Step) -> Literal["document", "meeting", "body", "office"]:
    if step.kind in (DOCUMENT, REQUEST):
        return "document"
    if step.kind == MEETING:
        return "meeting"
    return "body" if step.kind in BODY_KINDS else "office"


def names_of(steps: Sequence[Step]) -> dict[str, Names]:
    """What the bodies in the chain are called."""
    names: dict[str, Names] = {
        ref: body.names for ref, body in bodies_of(steps).items()
    }
    for step in steps:
        event = step.event
        called = getattr(event, "names", None) or getattr(event, "title", None)
        if isinstance(called, Names):
            names.setdefault(step.stream, called)
    return names


def entry_of(
    step: Step, record: CloudEvent, names: dict[str, Names], *, whole: bool
) -> TrailEntry:
    event = step.event
    data = msgspec.to_builtins(event)
    if not whole:
        data = {name: value for name, value in data.items() if name not in HIDDEN}
    body = step.stream if step.kind in BODY_KINDS else ""
    if step.kind == MEETING:
        body = meeting_body(step, record)
    return TrailEntry(
        position=step.position,
        about=about(step),
        stream=step.stream,
        version=step.version,
        event_id=record.id,
        type=record.tag,
        occurred_at=record.time,
        recorded_at=record.recordedtime,
        actor=TrailActor(
            person=record.actorid,
            role=record.actorrole,
            capacity=record.actorcapacity,
            organisation=record.actororg,
        ),
        rule=record.rule or None,
        rule_pack=record.rulepack,
        command_id=record.commandid,
        correlation_id=record.correlationid,
        causation_id=record.causationid or None,
        content_hash=getattr(event, "content_hash", None),
        summary=telling().of(event, names, body),
        data=data,
    )


def meeting_body(step: Step, record: CloudEvent) -> str:
    """Only officers of a body act at its meetings, so their seat names it."""
    named = getattr(step.event, "body", None)
    return named if isinstance(named, str) else record.actorcapacity.rpartition("#")[0]


def offices_of(steps: Sequence[Step]) -> Iterator[TrailOffice]:
    """Every capacity in which somebody acted on the document or in its meetings."""
    acted = [step for step in steps if step.kind in (DOCUMENT, MEETING)]
    actors = {step.actor.capacity: step.actor for step in acted}
    for capacity, actor in actors.items():
        seat, _, number = capacity.partition("#")
        fields: dict[str, Any] = {}  # of the events that seated and unseated
        for step in steps:
            ends = getattr(step.event, "appointment", None) == int(number)
            if step.stream == seat and (step.version == int(number) or ends):
                fields |= fields_of(step.event)
        yield TrailOffice(
            capacity=capacity,
            organisation=actor.organisation,
            person=fields.get("person_id"),
            role=fields.get("post") or actor.role,
            order_no=fields.get("order_no"),
            decision_id=fields.get("decision_id"),
            valid_from=as_day(fields.get("valid_from")),
            valid_to=as_day(fields.get("valid_to")),
        )


def as_day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
