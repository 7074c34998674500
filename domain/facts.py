"""The facts that arrive with a command, read from streams at the date of the act."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from domain import meeting_state, minutes, office, organisation_state, staff_state
from domain.association_state import Association
from domain.body_facts import in_full, outline_of
from domain.council_state import Council
from domain.dates import Spell, in_force
from domain.decider import Act
from domain.document_state import Document, stream_of
from domain.identifiers import (
    Bin,
    DecisionId,
    DocumentId,
    MeetingId,
    PersonId,
    SeriesId,
    Stream,
)
from domain.meeting_state import Meeting
from domain.membership import members_in_office
from domain.minutes import Minutes
from domain.office import Office
from domain.organisation_state import Organisation
from domain.participation_state import Participation
from domain.regulation.pack import RulePack
from domain.review_body_state import JOINT_COMMISSION, ReviewBody
from domain.series import Series
from domain.series import stream_of as series_stream
from domain.staff_state import Staff
from domain.surroundings import (
    CLOSED,
    BodyFacts,
    BodyOutline,
    DocumentFacts,
    GoverningDecision,
    ItemFacts,
    JointFacts,
    Member,
    OrganisationFacts,
    Post,
    SeriesFacts,
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
        self,
        streams: Streams,
        act: Act,
        pack: RulePack,
        stream: Stream,
        now: datetime,
    ) -> None:
        self._streams = streams
        self._act = act
        self._pack = pack
        self._stream = stream
        self._now = now

    @property
    def act(self) -> Act:
        return self._act

    @property
    def now(self) -> datetime:
        return self._now

    @property
    def pack(self) -> RulePack:
        return self._pack

    @property
    def stream(self) -> Stream:
        return self._stream

    def organisation(self, owner: Bin) -> OrganisationFacts | None:
        state = self._streams.state(organisation_state.stream_of(owner))
        if not isinstance(state, Organisation):
            return None
        charter = in_force(state.charters, self._act.on)
        return OrganisationFacts(
            bin=state.bin,
            kind=state.kind,
            names=in_force(state.names, self._act.on),
            kato=in_force(state.katos, self._act.on),
            levels=state.levels,
            # For one that is closed nobody enters late what it did before.
            phase=CLOSED if state.phase == CLOSED else state.phase_at(self._act.at),
            regulation_approvers=charter.regulation_approvers,
            methodist_numbers=state.methodist_numbers,
            registered_on=state.registered_on,
            general_documentation_approvers=charter.general_documentation_approvers,
            route_profile=charter.route_profile,
        )

    def governing_decision(
        self, owner: Bin, decision: DecisionId
    ) -> GoverningDecision | None:
        state = self._streams.state(organisation_state.stream_of(owner))
        found = (
            state.decisions.get(decision) if isinstance(state, Organisation) else None
        )
        if found is None or found.date > self._act.on:
            return None
        return GoverningDecision(found.kind, found.date, found.mandate)

    def posts(
        self, owner: Bin, person: PersonId, on: date | None = None
    ) -> Sequence[Post]:
        day = on or self._act.on
        state = self._streams.state(staff_state.stream_of(owner, person))
        if not isinstance(state, Staff):
            return ()
        return tuple(
            Post(
                person,
                appointment.post,
                appointment.unit,
                appointment.disciplines,
                appointment.spell,
                staff_state.capacity_id(owner, person, number),
                appointment.is_acting,
            )
            for number, appointment in state.appointments.items()
            if appointment.spell.covers(day)
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
            is_closed=state.closed_at is not None,
            last_act=state.last_act,
        )

    def body(self, ref: Stream, at: datetime | None = None) -> BodyFacts | None:
        then = Act(self._act.actor, at) if at else self._act
        outline = outline_of(ref, self._streams, self._pack, then)
        if outline is None:
            return None
        return in_full(outline, self._streams, self._pack, then)

    def joint(self, ref: Stream) -> JointFacts | None:
        state = self._streams.state(ref)
        if not isinstance(state, ReviewBody) or state.kind != JOINT_COMMISSION:
            return None
        return JointFacts(
            phase=state.phase,
            kind=state.kind,
            disciplines=state.disciplines,
            specialties=state.specialties,
            members=state.members_on(self._act.on),
            last_act=state.last_act,
        )

    def members(self, body: Stream, day: date) -> Sequence[Member]:
        """Who is in office in a body that has members, on any day."""
        state = self._streams.state(body)
        if not isinstance(state, Council | ReviewBody | Association):
            return ()
        return members_in_office(self._streams, self._pack, state, day, self._act.at)

    def reviewing_bodies(self, owner: Bin) -> Sequence[BodyOutline]:
        """The bodies that exist, in outline: `body` tells who is in office in one.

        A joint commission of another host is among them while the owner takes part.
        """
        return tuple(self._outlines(owner))

    def _outlines(self, owner: Bin) -> Iterator[BodyOutline]:
        for kind in ("review-body", "council", "unit", "association"):
            for ref in self._streams.owned(owner, kind):
                outline = outline_of(ref, self._streams, self._pack, self._act)
                if outline is not None and outline.exists:
                    yield outline
        for ref in self._streams.owned(owner, "participation"):
            state = self._streams.state(ref)
            if isinstance(state, Participation) and state.has_consented:
                outline = outline_of(state.body, self._streams, self._pack, self._act)
                if outline and outline.exists and owner in outline.participants:
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
            documents=placed.documents,
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
        stage = state.stage()
        return DocumentFacts(
            document=state.document,
            owner=state.bin,
            series=state.series,
            phase=state.phase,
            version=state.version,
            content_hash=state.content_hash,
            author_person=state.author.person_id or state.drafted_by,
            asked=tuple(body.body for body in stage.bodies) if stage else (),
            approved_at=state.approved_at,
        )

    def series(self, series: SeriesId) -> SeriesFacts | None:
        state = self._streams.state(series_stream(series))
        if not isinstance(state, Series):
            return None
        return SeriesFacts(
            state.bin, state.kind, state.level, state.open, state.free_since
        )

    def last_minutes_number(self, body: Stream, year: int) -> int:
        state = self._streams.state(minutes.stream_of(body, year))
        return state.last_number if isinstance(state, Minutes) else 0
