"""The chain of a document: its events, and those of others that they rest on."""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from domain import review_request
from domain.decider import Actor, Event
from domain.document_events import ConclusionRecorded
from domain.identifiers import Bin, DocumentId, MeetingId, Stream, owner_in
from domain.messages import kind_of
from domain.regulation.route import Route, RouteBody

DOCUMENT = "document"
MEETING = "meeting"

MEMBERSHIP = ("member-added", "member-removed", "member-elected", "specialist-invited")
"""What of a body's events says only who belongs to it."""


class Step(Struct, frozen=True, kw_only=True):
    """An event as it stands in the log: where, when the act was, who acted."""

    position: int
    stream: Stream
    version: int
    event: Event
    at: datetime
    actor: Actor

    @property
    def kind(self) -> str:
        return kind_of(self.stream)


Steps = Sequence[Step]


def document_steps(steps: Steps) -> list[Step]:
    return [step for step in steps if step.kind == DOCUMENT]


def route_in(event: Event) -> Route | None:
    """The frozen route that an event carries: a submission, or a replanning."""
    route = getattr(event, "route", None)
    return route if isinstance(route, Route) else None


def bodies_of(steps: Steps) -> dict[Stream, RouteBody]:
    """Every body of every route of the document, by its stream."""
    routes = filter(None, (route_in(step.event) for step in steps))
    return {
        body.body: body
        for route in routes
        for stage in route.stages
        for body in stage.bodies
    }


def sittings_of(steps: Steps) -> dict[MeetingId, set[int]]:
    """The meetings that conclusions cite, each with the cited items."""
    found: dict[MeetingId, set[int]] = {}
    for step in steps:
        said = step.event
        if isinstance(said, ConclusionRecorded) and said.meeting_id is not None:
            items = found.setdefault(said.meeting_id, set())
            if said.item is not None:
                items.add(said.item)
    return found


def belongs_to_item(event: Event, items: set[int]) -> bool:
    """Whether what happened at a meeting concerns the cited items or the whole."""
    item = getattr(event, "item", None)
    return item is None or item in items


def forms_the_body(event: Event) -> bool:
    """Whether an event of a body tells more than who belongs to it."""
    return not any(word in event.tag for word in MEMBERSHIP)


def seats(step: Step, number: int) -> bool:
    """Whether an event of a seat's stream made that seat, or ended it."""
    return step.version == number or getattr(step.event, "appointment", 0) == number


def chain(document: Stream, read: Callable[[Stream], Steps]) -> tuple[Step, ...]:
    """All that the document rests on, in order of position; empty without events.

    Its own events and what was asked of other organisations; of the meetings that
    conclusions cite, what concerns the cited items; of the bodies that were asked, how
    they were formed and led up to then; and how everybody who acted in any of this
    came by their capacity.
    """
    own = read(document)
    if not own:
        return ()
    found = {step.position: step for step in own}
    for meeting, items in sittings_of(own).items():
        found |= {
            step.position: step
            for step in read(Stream(f"{MEETING}/{meeting}"))
            if belongs_to_item(step.event, items)
        }
    name = DocumentId(document.partition("/")[2])
    for host in dict.fromkeys(map(owner_in, bodies_of(own))):
        asked = read(review_request.stream_of(name, Bin(host)))
        found |= {step.position: step for step in asked}
    last = own[-1].position
    for body in bodies_of(own):
        found |= {
            step.position: step
            for step in read(body)
            if step.position < last and forms_the_body(step.event)
        }
    acted = [step for step in found.values() if step.kind in (DOCUMENT, MEETING)]
    for capacity in dict.fromkeys(step.actor.capacity for step in acted):
        seat, _, number = capacity.partition("#")
        found |= {
            step.position: step
            for step in read(Stream(seat))
            if seats(step, int(number))
        }
    return tuple(found[position] for position in sorted(found))
