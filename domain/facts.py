"""The facts that arrive with a command, read from streams at the date of the act."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from domain import meeting, minutes, office, organisation, staff
from domain.association_members import in_office, is_below_minimum, is_led
from domain.association_state import Association
from domain.council import Council
from domain.dates import Spell
from domain.decider import Act
from domain.document import Document, stream_of
from domain.identifiers import Bin, DocumentId, MeetingId, PersonId, Stream
from domain.meeting import Meeting
from domain.minutes import Minutes
from domain.office import Office
from domain.organisation import Organisation
from domain.regulation.pack import RulePack
from domain.review_body import ReviewBody
from domain.staff import Staff
from domain.surroundings import (
    BodyFacts,
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
        state = self._streams.state(ref)
        match state:
            case Council():
                return self._council(ref, state)
            case ReviewBody():
                return self._review_body(ref, state)
            case Unit(kind="EM_UNIT"):
                return self._em_unit(ref, state)
            case Association():
                return self._association(ref, state)
        return None

    def reviewing_bodies(self, owner: Bin) -> Sequence[BodyFacts]:
        return tuple(self._bodies(owner))

    def _bodies(self, owner: Bin) -> Iterator[BodyFacts]:
        for kind in ("review-body", "council", "unit", "association"):
            for ref in self._streams.owned(owner, kind):
                body = self.body(ref)
                if body is not None and body.exists:
                    yield body

    def item(self, meeting_id: MeetingId, item: int) -> ItemFacts | None:
        state = self._streams.state(meeting.stream_of(meeting_id))
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

    def _association(self, ref: Stream, state: Association) -> BodyFacts:
        """An association reviews what is of its subject, whatever unit wrote it."""
        return BodyFacts(
            ref=ref,
            owner=state.bin,
            kind=self._pack.association_kinds[state.kind].body_kind,
            names=state.names,
            levels=(state.level,),
            unit=None,
            disciplines=(state.discipline,),
            specialties=(),
            members=in_office(state, self),
            invited=(),
            quorum=state.quorum,
            exists=state.is_active_at(self._act.at, self._act.on),
            is_led=is_led(state, self),
            below_minimum=is_below_minimum(state, self),
            opened_at=state.activated_at or state.last_act,
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
