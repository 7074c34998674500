"""The facts that arrive with a command, read from streams at the date of the act."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from domain import meeting_state, minutes, office, organisation, staff
from domain.council import Council
from domain.dates import Spell
from domain.decider import Act
from domain.document_state import Document, stream_of
from domain.identifiers import Bin, DocumentId, MeetingId, PersonId, SeriesId, Stream
from domain.meeting_state import Meeting
from domain.minutes import Minutes
from domain.office import Office
from domain.organisation import Organisation
from domain.regulation.pack import RulePack
from domain.review_body import ReviewBody
from domain.series import Series
from domain.series import stream_of as series_stream
from domain.staff import Staff
from domain.surroundings import (
    BodyFacts,
    DocumentFacts,
    ItemFacts,
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
            general_documentation_approvers=(
                state.charter.general_documentation_approvers
            ),
            route_profile=state.charter.route_profile,
        )

    def posts(
        self, owner: Bin, person: PersonId, on: date | None = None
    ) -> Sequence[Post]:
        day = on or self._act.on
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

    def body(self, ref: Stream) -> BodyFacts | None:
        state = self._streams.state(ref)
        match state:
            case Council():
                return self._council(ref, state)
            case ReviewBody():
                return self._review_body(ref, state)
            case Unit(kind="EM_UNIT"):
                return self._em_unit(ref, state)
        return None

    def reviewing_bodies(self, owner: Bin) -> Sequence[BodyFacts]:
        return tuple(self._bodies(owner))

    def _bodies(self, owner: Bin) -> Iterator[BodyFacts]:
        for kind in ("review-body", "council", "unit"):
            for ref in self._streams.owned(owner, kind):
                body = self.body(ref)
                if body is not None and body.exists:
                    yield body

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
        return SeriesFacts(state.bin, state.kind, state.level, state.open)

    def last_minutes_number(self, body: Stream, year: int) -> int:
        state = self._streams.state(minutes.stream_of(body, year))
        return state.last_number if isinstance(state, Minutes) else 0

    def _council(self, ref: Stream, state: Council) -> BodyFacts:
        day = self._act.on
        served = self.unit(state.unit) if state.unit else None
        return BodyFacts(
            ref=ref,
            owner=state.bin,
            kind=state.kind,
            names=state.title,
            levels=state.levels,
            unit=state.unit,
            disciplines=(),
            specialties=(),
            members=state.members_on(day),
            invited=(),
            quorum=state.quorum,
            exists=state.exists_on(day)
            and state.opened_at <= self._act.at
            and (served is None or served.is_active),
            is_led=state.is_led_on(day),
            below_minimum=False,
            opened_at=state.opened_at,
            council_id=state.council_id,
        )

    def _review_body(self, ref: Stream, state: ReviewBody) -> BodyFacts:
        day = self._act.on
        return BodyFacts(
            ref=ref,
            owner=state.bin,
            kind=state.kind,
            names=state.names,
            levels=state.levels,
            unit=state.unit,
            disciplines=state.disciplines,
            specialties=state.specialties,
            members=state.members_on(day),
            invited=state.invited,
            quorum=state.quorum,
            exists=state.exists_on(day) and state.opened_at <= self._act.at,
            is_led=state.is_led_on(day),
            below_minimum=state.below_minimum,
            opened_at=state.opened_at,
        )

    def _em_unit(self, ref: Stream, state: Unit) -> BodyFacts:
        """A methodical unit concludes without a meeting, through methodist or head."""
        return BodyFacts(
            ref=ref,
            owner=state.bin,
            kind=state.kind,
            names=state.names,
            levels=state.levels,
            unit=ref,
            disciplines=(),
            specialties=(),
            members=(),
            invited=(),
            quorum=self._pack.default_quorum,
            exists=state.is_active_at(self._act.at),
            is_led=True,
            below_minimum=False,
            opened_at=state.opened_at or state.last_act,
        )
