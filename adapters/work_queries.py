"""Answers to people at work: from streams where they are few, else from the views."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from adapters.answers import DocumentQuery
from adapters.facts_now import facts_at, reading_of
from adapters.paging import ORDERS, next_cursor, read_cursor, values_of
from adapters.queries import Queries
from adapters.reading import Reading, StreamSource
from adapters.selecting import ALL, Views
from adapters.viewing import Viewer
from adapters.work_answers import (
    AgendaAnswer,
    AgendaDocument,
    BodyList,
    BodyQuery,
    BodyRegistryAnswer,
    MeetingAnswer,
    MeetingPage,
    MeetingQuery,
    OfficeAnswer,
    OfficeQuery,
    OfficerAnswer,
    OfficesAnswer,
    TermAnswer,
)
from domain import office
from domain.dates import local_day
from domain.decider import Refusal
from domain.explaining import seat_numbers
from domain.facts import Facts
from domain.identifiers import Bin, Stream
from domain.meeting_events import DocumentOnAgenda
from domain.regulation.pack import RulePack
from domain.rights import seated
from domain.surroundings import BodyFacts, OrganisationFacts
from projections.approval_status import APPROVAL_STATUS, ApprovalStatus
from projections.meeting_calendar import MEETING_CALENDAR, MeetingRow
from projections.staff_registry import STAFF_REGISTRY

BEFORE_MEETING = ("PLANNED", "CONVENED", "OPEN")
AFTER_MEETING = ("HELD", "MINUTED")
LEADING_POSTS = ("HEAD", "DEPUTY_HEAD_EM", "METHODIST")


class WorkQueries:
    """What officers, deputies, heads, cabinets and auditors ask beside documents."""

    def __init__(
        self,
        queries: Queries,
        views: Views,
        source: StreamSource,
        pack: RulePack,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._queries = queries
        self._views = views
        self._source = source
        self._pack = pack
        self._clock = clock

    def bodies(self, viewer: Viewer, query: BodyQuery) -> BodyList:
        """Bodies of an organisation, as their public events make them."""
        reading, facts = self._now()
        if query.body is not None:
            one = facts.body(query.body)
            found = [one] if one is not None and one.exists else []
        else:
            owner = Bin(query.org or viewer.organisation)
            refs = [body.ref for body in facts.reviewing_bodies(owner)]
            bodies = [body for ref in refs if (body := facts.body(ref)) is not None]
            found = [body for body in bodies if body.owner == owner]
        return BodyList(items=tuple(self._body(body, reading) for body in found))

    def meetings(self, viewer: Viewer, query: MeetingQuery) -> MeetingPage:
        """A page of meetings of the viewer's own bodies; the auditor sees all."""
        position = self._views.position(MEETING_CALENDAR.name)
        where: dict[str, Any] = {  # conditions of the view store
            "body": query.body,
            "state": AFTER_MEETING if query.unconcluded else query.state,
            "documents__has": query.document,
            "org_bin": query.org if viewer.is_auditor else viewer.organisation,
        }
        where = {name: value for name, value in where.items() if value is not None}
        order = ORDERS["meeting"]
        after = self._after(query.cursor)
        found: list[tuple[MeetingRow, MeetingAnswer]] = []
        if query.org is None or viewer.owns(query.org):
            while len(found) <= query.limit:
                rows = self._views.select(
                    MEETING_CALENDAR, where, order, after, query.limit + 1
                )
                answers = zip(rows, self._meetings(viewer, rows), strict=True)
                found += [
                    (row, answer)
                    for row, answer in answers
                    if not query.unconcluded or is_unconcluded(answer)
                ]
                if len(rows) <= query.limit:
                    break
                after = values_of(rows[-1], order)
        page = found[: query.limit]
        is_more = len(found) > query.limit
        return MeetingPage(
            items=tuple(answer for _, answer in page),
            next=next_cursor("meeting", [row for row, _ in page], is_more),
            position=position,
        )

    def offices(self, viewer: Viewer, owner: str, query: OfficeQuery) -> OfficesAnswer:
        """The leading posts of an organisation, and what ends soon."""
        reading, facts = self._now()
        organisation = facts.organisation(Bin(owner))
        if organisation is None or not viewer.owns(owner):
            raise Refusal("QUERY-UNKNOWN", id=owner[:100])
        today = local_day(self._clock())
        soon = today + timedelta(days=query.ending_within)
        wheres: list[dict[str, Any]] = [  # conditions of the view store
            {"org_bin": owner, "post": LEADING_POSTS},
            {"org_bin": owner, "valid_to__until": soon},
        ]
        rows = {
            row.capacity: row
            for where in wheres
            for row in self._views.select(
                STAFF_REGISTRY, where, ("capacity",), None, ALL
            )
            if row.valid_to is None or row.valid_to >= today
        }
        seats = facts.seats(Bin(owner), office.METHODISTS)
        return OfficesAnswer(
            org_bin=owner,
            methodist_number=methodist_number_on(organisation, today),
            methodists_appointed=sum(spell.covers(today) for spell in seats),
            offices=tuple(
                OfficeAnswer(
                    capacity=row.capacity,
                    person_id=row.person_id,
                    post=row.post,
                    unit=row.unit,
                    valid_from=row.valid_from,
                    valid_to=row.valid_to,
                    order_no=row.order_no,
                    decision_id=row.decision_id,
                )
                for row in rows.values()
            ),
            terms=tuple(self._terms(facts, reading, Bin(owner), soon)),
        )

    def kept_by(self, query: DocumentQuery) -> Callable[[ApprovalStatus], bool]:
        """The filters that no column tells: agendas, and routes that cannot go on."""
        checks: list[Callable[[ApprovalStatus], bool]] = []
        if query.on_agenda is not None:
            if query.body is None:
                raise Refusal("QUERY-MALFORMED", reason="on_agenda goes with body")
            where = {"body": query.body, "state": BEFORE_MEETING}
            meetings = self._views.select(
                MEETING_CALENDAR, where, ("meeting_id",), None, ALL
            )
            listed = {document for row in meetings for document in row.documents}
            checks.append(lambda r: (r.document_id in listed) == query.on_agenda)
        if query.to_replan is not None:
            _, facts = self._now()
            able: dict[str, bool] = {}

            def is_stuck(row: ApprovalStatus) -> bool:
                for ref in row.missing_bodies:
                    if ref not in able:
                        body = facts.body(Stream(ref))
                        able[ref] = bool(body and body.exists and body.is_led)
                return not all(able[ref] for ref in row.missing_bodies)

            checks.append(lambda row: is_stuck(row) == query.to_replan)
        return lambda row: all(check(row) for check in checks)

    def _now(self) -> tuple[Reading, Facts]:
        reading = reading_of(self._source)
        return reading, facts_at(reading, self._pack, self._clock())

    def _body(self, body: BodyFacts, reading: Reading) -> BodyRegistryAnswer:
        today = local_day(self._clock())
        state = reading.state(body.ref)
        rule = self._pack.review_bodies.get(body.kind)
        minimum = rule.minimum if rule else getattr(state, "seats_min", None)
        return BodyRegistryAnswer(
            body=body.ref,
            org_bin=body.owner,
            kind=body.kind,
            name_ru=body.names.ru,
            name_kk=body.names.kk,
            unit=body.unit,
            levels=body.levels,
            members=len(body.members),
            minimum=minimum,
            is_led=body.is_led,
            below_minimum=body.below_minimum,
            term_end=term_end(state),
            officers=tuple(officers_on(body.ref, state, today)),
        )

    def _after(self, cursor: str | None) -> tuple[Any, ...] | None:
        found = read_cursor("meeting", cursor)
        if found is None:
            return None
        try:
            return date.fromisoformat(str(found[0])), found[1]
        except ValueError as error:
            reason = "the cursor is of another query"
            raise Refusal("QUERY-MALFORMED", reason=reason) from error

    def _meetings(
        self, viewer: Viewer, rows: Sequence[MeetingRow]
    ) -> list[MeetingAnswer]:
        asked = sorted({one for row in rows for one in row.documents})
        found = self._views.load(APPROVAL_STATUS, [(one,) for one in asked])
        documents = {row.document_id: row for row in found.values()}
        return [meeting_answer(row, documents) for row in rows]

    def _terms(
        self, facts: Facts, reading: Reading, owner: Bin, soon: date
    ) -> Iterator[TermAnswer]:
        today = local_day(self._clock())
        for body in facts.reviewing_bodies(owner):
            state = reading.state(body.ref)
            ends: list[tuple[str | None, str | None, date | None]] = [
                (None, None, term_end(state)),
                *(
                    (one.role, one.person_id, one.valid_to)
                    for one in officers_on(body.ref, state, today)
                ),
            ]
            for role, person, last_day in ends:
                if last_day is not None and last_day <= soon:
                    yield TermAnswer(
                        body=body.ref,
                        name_ru=body.names.ru,
                        name_kk=body.names.kk,
                        role=role,
                        person_id=person,
                        last_day=last_day,
                    )


def methodist_number_on(organisation: OrganisationFacts, today: date) -> int | None:
    """The number of methodists that the newest decision up to that day set."""
    numbers = organisation.methodist_numbers
    return next((n for since, n in reversed(numbers) if since <= today), None)


def is_unconcluded(meeting: MeetingAnswer) -> bool:
    """A vote stands on a text that still waits for what this body concludes."""
    return any(
        one.is_current and one.awaits
        for item in meeting.items
        if item.carried is not None
        for one in item.documents
    )


def meeting_answer(
    row: MeetingRow, documents: Mapping[str, ApprovalStatus]
) -> MeetingAnswer:
    def on_agenda(one: DocumentOnAgenda) -> AgendaDocument:
        document = documents.get(one.document_id)
        return AgendaDocument(
            document_id=one.document_id,
            content_hash=one.content_hash,
            title_ru=document.title_ru if document else None,
            title_kk=document.title_kk if document else None,
            state=document.state if document else None,
            is_current=document is not None
            and document.content_hash == one.content_hash,
            awaits=document is not None and row.body in document.acting_bodies,
        )

    items = tuple(
        AgendaAnswer(
            item=item.item,
            kind=item.kind,
            motion=item.motion,
            postponed=item.postponed,
            carried=item.carried,
            documents=tuple(map(on_agenda, item.documents)),
        )
        for item in row.items
    )
    return MeetingAnswer(
        meeting_id=row.meeting_id,
        org_bin=row.org_bin,
        body=row.body,
        body_kind=row.body_kind,
        planned_for=row.planned_for,
        state=row.state,
        held_at=row.held_at,
        minutes_no=row.minutes_no,
        minutes_year=row.minutes_year,
        items=items,
    )


def term_end(state: object) -> date | None:
    """The last day of the newest term of a council; None where it has no end."""
    terms = getattr(state, "terms", None)
    last: date | None = terms[-1].valid_to if terms else None
    return last


def officers_on(ref: str, state: object, today: date) -> Iterator[OfficerAnswer]:
    for number in seat_numbers(state):
        found = seated(state, number)
        if found is not None and found[3].covers(today):
            person, role, _owner, spell = found
            yield OfficerAnswer(
                role=role,
                person_id=person,
                capacity=f"{ref}#{number}",
                valid_from=spell.valid_from,
                valid_to=spell.valid_to,
            )
