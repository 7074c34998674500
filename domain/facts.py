"""The facts that arrive with a command, read from streams at the date of the act."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from domain import meeting_state, minutes, office, organisation, staff
from domain.association_state import Association
from domain.body_facts import in_full, outline_of
from domain.council_state import Council
from domain.dates import Spell
from domain.decider import Act
from domain.document_state import Document, stream_of
from domain.identifiers import Bin, DocumentId, MeetingId, PersonId, Stream
from domain.meeting_state import Meeting
from domain.membership import members_in_office
from domain.minutes import Minutes
from domain.office import Office
from domain.organisation import Organisation
from domain.regulation.pack import RulePack
from domain.review_body_state import ReviewBody
from domain.staff import Staff
from domain.surroundings import (
    BodyFacts,
    BodyOutline,
    DocumentFacts,
    ItemFacts,
    OrganisationFacts,
    Post,
    UnitFacts,
)
from domain.unit import Unit


class Streams(Protocol):
    """Folded states, and the registry index; every look is remembered as read."""

    def state(self, stream: Stream) -> object | None: ...

    def owned(self, owner: str, kind: str) -> Sequence[Stream]: ...


class Facts:
    """What a decision may ask (`domain.surroundings`), answered from streams alone."""

    def __init__(
        self, streams: Streams, act: Act, pack: RulePack, stream: Stream
    ) -> None:
        self._streams = streams
        self._act = act
        self._pack = pack
        self._stream = stream

    @property
    def act(self) -> Act:
        return self._act

    @property
    def pack(self) -> RulePack:
        return self._pack

    @property
    def stream(self) -> Stream:
        return self._stream

    def organisation(self, owner: Bin) -> OrganisationFacts | None:
        state = self._streams.state(organisation.stream_of(owner))
        if not isinstance(state, Organisation):
            return None
        return OrganisationFacts(
            bin=state.bin,
            kind=state.kind,
            names=state.names,
            kato=state.kato,
            levels=state.levels,
            phase=state.phase_at(self._act.at),
            regulation_approvers=state.charter.regulation_approvers,
            mandates={
                number: decision.mandate
                for number, decision in state.decisions.items()
                if decision.mandate is not None and decision.date <= self._act.on
            },
            methodist_number=state.methodist_number,
            governing_decisions=tuple(
                number
                for number, decision in state.decisions.items()
                if decision.date <= self._act.on
            ),
        )

    def posts(self, owner: Bin, person: PersonId) -> Sequence[Post]:
        state = self._streams.state(staff.stream_of(owner, person))
        if not isinstance(state, Staff):
            return ()
        return tuple(
            Post(
                person,
                appointment.post,
                appointment.unit,
                appointment.disciplines,
                appointment.spell,
                staff.capacity_id(owner, person, number),
            )
            for number, appointment in state.appointments.items()
            if appointment.spell.covers(self._act.on)
        )

    def seats(self, owner: Bin, office_name: str) -> Sequence[Spell]:
        state = self._streams.state(office.stream_of(owner, office_name))
        return tuple(state.seats.values()) if isinstance(state, Office) else ()

    def unit(self, ref: Stream) -> UnitFacts | None:
        state = self._streams.state(ref)
        if not isinstance(state, Unit):
            return None
        return UnitFacts(
            ref=ref,
            owner=state.bin,
            kind=state.kind,
            names=state.names,
            parent=state.parent,
            is_active=state.is_active_at(self._act.at),
            levels=state.levels,
        )

    def body(self, ref: Stream) -> BodyFacts | None:
        outline = outline_of(ref, self._streams, self._pack, self._act)
        if outline is None:
            return None
        return in_full(outline, self._streams, self._pack, self._act)

    def members(self, body: Stream, day: date) -> Sequence[PersonId]:
        """Who is in office in a body that has members, on any day."""
        state = self._streams.state(body)
        if not isinstance(state, Council | ReviewBody | Association):
            return ()
        return members_in_office(self._streams, self._pack, state, day)

    def reviewing_bodies(self, owner: Bin) -> Sequence[BodyOutline]:
        """The bodies that exist, in outline: `body` tells who is in office in one."""
        return tuple(self._outlines(owner))

    def _outlines(self, owner: Bin) -> Iterator[BodyOutline]:
        for kind in ("review-body", "council", "unit", "association"):
            for ref in self._streams.owned(owner, kind):
                outline = outline_of(ref, self._streams, self._pack, self._act)
                if outline is not None and outline.exists:
                    yield outline

    def item(self, meeting_id: MeetingId, item: int) -> ItemFacts | None:
        state = self._streams.state(meeting_state.stream_of(meeting_id))
        if not isinstance(state, Meeting) or item not in state.items:
            return None
        placed = state.items[item]
        vote = placed.vote if placed.vote and not placed.vote.is_open else None
        return ItemFacts(
            meeting=meeting_id,
            body=state.body,
            item=item,
            held_on=state.held_on,
            held_at=state.held_at,
            is_held=state.phase in ("HELD", "MINUTED"),
            document=placed.document,
            content_hash=placed.content_hash,
            motion=placed.motion,
            carried=vote.carried if vote else None,
            voted_at=vote.opened_at if vote else None,
            votes_for=vote.votes_for if vote else 0,
            votes_against=vote.votes_against if vote else 0,
            votes_abstained=vote.abstained if vote else 0,
        )

    def document(self, document: DocumentId) -> DocumentFacts | None:
        state = self._streams.state(stream_of(document))
        if not isinstance(state, Document):
            return None
        return DocumentFacts(
            document=state.document,
            owner=state.bin,
            version=state.version,
            content_hash=state.content_hash,
            author_person=state.author.person_id or state.drafted_by,
            is_in_review=state.phase == "IN_REVIEW",
        )

    def last_minutes_number(self, body: Stream, year: int) -> int:
        state = self._streams.state(minutes.stream_of(body, year))
        return state.last_number if isinstance(state, Minutes) else 0
