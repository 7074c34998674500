"""The invariants P1 to P9 of documents, recomputed from the log of events alone."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

from domain.carry_over_events import CarryOverConfirmed, DocumentProposed
from domain.council_events import (
    CouncilCarriedOver,
    CouncilChairSeated,
    CouncilDissolved,
    CouncilEstablished,
    CouncilMemberElected,
    CouncilMemberRemoved,
)
from domain.dates import local_day
from domain.document_events import (
    ConclusionRecorded,
    DocumentAnnulled,
    DocumentApproved,
    DocumentCarriedOver,
    DocumentDrafted,
    DocumentReturned,
    DocumentRevised,
    DocumentSubmitted,
    DocumentSuperseded,
    RouteReplanned,
    StageOpened,
    StagePassed,
)
from domain.meeting_events import (
    ItemPlaced,
    MeetingHeld,
    VoteAnnulled,
    VoteClosed,
    VoteOpened,
)
from domain.regulation.route import Route
from domain.review_body_events import (
    BodyFellBelowMinimum,
    BodyMemberAdded,
    BodyMemberRemoved,
    BodyReachedMinimum,
    ChairCarriedOver,
    ChairElected,
    DepartmentHeadAppointed,
    ReviewBodyDissolved,
    ReviewBodyFormed,
)
from domain.staff_events import ActingAppointed, AppointmentEnded, StaffAppointed
from domain.unit import UnitActivated, UnitClosed, UnitCreated
from tests.domain.scenario import Entry

Log = Sequence[Entry]
APPROVERS = {
    "GENERAL_EM_DOCUMENTATION": {"HEAD", "DEPUTY_HEAD_EM"},
    "WORKING_STUDY_PLAN": {"HEAD"},
    "WORKING_CURRICULUM": {"DEPUTY_HEAD_EM"},
    "LESSON_PLAN": {"DEPUTY_HEAD_EM"},
    "METHODICAL_GUIDELINES": {"DEPUTY_HEAD_EM"},
    "METHODICAL_RECOMMENDATIONS": {"DEPUTY_HEAD_EM"},
}


def documents(log: Log) -> Iterator[list[tuple[int, Entry]]]:
    """The log of each document, with the place of every event in the whole.

    What was carried over is not among them: it took no route here.
    """
    streams = dict.fromkeys(e.stream for e in log if e.stream.startswith("document/"))
    for entry in log:
        if isinstance(entry.event, DocumentCarriedOver):
            del streams[entry.stream]
    for stream in streams:
        yield [(n, entry) for n, entry in enumerate(log) if entry.stream == stream]


def drafted_in(told: list[tuple[int, Entry]]) -> DocumentDrafted:
    first = told[0][1].event
    assert isinstance(first, DocumentDrafted)
    return first


def rounds(
    told: list[tuple[int, Entry]],
) -> Iterator[tuple[int, DocumentSubmitted, list[tuple[int, Entry]]]]:
    """Each submission, where it stands, and what followed up to the next one."""
    starts = [
        n for n, (_, e) in enumerate(told) if isinstance(e.event, DocumentSubmitted)
    ]
    for start, end in pairwise([*starts, len(told)]):
        place, entry = told[start]
        assert isinstance(entry.event, DocumentSubmitted)
        yield place, entry.event, told[start + 1 : end]


def approvals(
    log: Log,
) -> Iterator[tuple[DocumentDrafted, int, DocumentSubmitted, Log, Entry]]:
    """Each approval: draft, place and event of the submission, what lay between."""
    for told in documents(log):
        approved = [e for _, e in told if isinstance(e.event, DocumentApproved)]
        assert len(approved) <= 1
        seen = 0
        for place, submitted, after in rounds(told):
            for n, (_, entry) in enumerate(after):
                if isinstance(entry.event, DocumentApproved):
                    seen += 1
                    between = [one for _, one in after[:n]]
                    yield drafted_in(told), place, submitted, between, entry
        assert seen == len(approved), "approved without a submission"


def positive(log: Log, body: str) -> bool:
    """The last word of a body in this part of the log is a positive conclusion."""
    said = [
        entry.event.conclusion
        for entry in log
        if isinstance(entry.event, ConclusionRecorded) and entry.event.body == body
    ]
    return said[-1:] == ["POSITIVE"]


def p1(log: Log) -> None:
    """Approved: every body of the last route was positive on this very text.

    Or carried over by head and registrar together, from before the register.
    """
    for place, entry in enumerate(log):
        if isinstance(entry.event, DocumentCarriedOver):
            assert entry.mark.version == 1
            require_both(log[:place], entry, entry.event)
    for _, _, submitted, between, entry in approvals(log):
        approved = entry.event
        assert isinstance(approved, DocumentApproved)
        assert approved.version == submitted.version
        on_this_text = [
            one
            for one in between
            if isinstance(one.event, ConclusionRecorded)
            and one.event.content_hash == approved.content_hash
            and one.event.version == approved.version
        ]
        route = last_route(submitted, between)
        assert route.stages
        for body in route.bodies():
            assert positive(on_this_text, body.body), body.body


def last_route(submitted: DocumentSubmitted, after: Log) -> Route:
    """The route that was frozen, or the one last planned in its place."""
    planned = [e.event.route for e in after if isinstance(e.event, RouteReplanned)]
    return planned[-1] if planned else submitted.route


def require_both(log: Log, entry: Entry, event: DocumentCarriedOver) -> None:
    """The head proposed this text, another person as registrar has just confirmed."""
    origin = event.carried_over
    told = [one for one in log if one.stream == origin.proposal]
    assert len(told) == 2
    proposed, confirmed = told
    assert isinstance(proposed.event, DocumentProposed)
    assert isinstance(confirmed.event, CarryOverConfirmed) and confirmed is log[-1]
    assert proposed.event.document.variants == event.variants
    assert proposed.event.document.document_id == event.document_id
    assert (proposed.actor.role, proposed.actor.organisation) == ("HEAD", event.bin)
    assert confirmed.actor.role == "REGISTRAR" and entry.actor == confirmed.actor
    assert proposed.actor.person == origin.proposed_by
    assert confirmed.actor.person == origin.confirmed_by != origin.proposed_by
    registered = next(e for e in log if e.stream == f"organisation/{event.bin}")
    assert origin.act == proposed.event.act and origin.act.date < registered.mark.on
    assert event.approver_role in APPROVERS[event.kind]


def p2(log: Log) -> None:
    """Nobody approves but the role that the rule of the kind names."""
    for drafted, _, _, _, entry in approvals(log):
        assert isinstance(entry.event, DocumentApproved)
        assert entry.event.kind == drafted.kind
        assert entry.event.approver.role in APPROVERS[drafted.kind]
        assert entry.event.approver.role == entry.actor.role


def p3(log: Log) -> None:
    """The approver's appointment is the organisation's, and in force that day."""
    for drafted, _, _, _, entry in approvals(log):
        assert isinstance(entry.event, DocumentApproved)
        approver = entry.event.approver
        stream, _, number = approver.appointment_id.partition("#")
        assert stream == f"staff/{drafted.bin}.{approver.person_id}"
        before = [e for e in log[: log.index(entry)] if e.stream == stream]
        seated = before[int(number) - 1].event
        assert isinstance(seated, StaffAppointed | ActingAppointed)
        assert isinstance(seated, ActingAppointed) == approver.acting
        assert (seated.post, seated.bin) == (approver.role, drafted.bin)
        spell = seated.spell
        for one in before:
            if isinstance(one.event, AppointmentEnded) and (
                one.event.appointment == int(number)
            ):
                spell = one.event.spell
        assert spell.valid_from <= entry.mark.on
        assert spell.valid_to is None or entry.mark.on <= spell.valid_to


def p4(log: Log) -> None:
    """A study plan has passed a council, and all that covered it when submitted."""
    for drafted, place, submitted, between, _ in approvals(log):
        if drafted.kind != "WORKING_STUDY_PLAN":
            continue
        councils = {
            e.stream
            for e in log[:place]
            if isinstance(e.event, CouncilEstablished | CouncilCarriedOver)
        }
        assert any(positive(between, council) for council in councils)
        if any(e.mark.at > log[place].mark.at for e in log[:place]):
            continue  # a submission dated back saw the bodies of another day
        path = unit_path(log[:place], drafted)
        covering = [
            *covering_bodies(log[:place], drafted, path[0]),
            *councils_of(log[:place], drafted.bin, path),
            *methodical_units(log[:place], drafted.bin),
        ]
        gone = {
            left.body
            for e in between
            if isinstance(e.event, RouteReplanned)
            for left in e.event.dropped
        }
        for body in covering:
            assert body in gone or positive(between, body), (body, submitted.route)


def unit_path(log: Log, drafted: DocumentDrafted) -> list[str]:
    unit: str | None = f"unit/{drafted.bin}.{drafted.author.unit_id}"
    path: list[str] = []
    while unit is not None:
        path.append(unit)
        unit = next(
            e.event.parent
            for e in log
            if e.stream == unit and isinstance(e.event, UnitCreated)
        )
    return path


def covering_bodies(log: Log, drafted: DocumentDrafted, unit: str) -> Iterator[str]:
    """Commissions or departments that are led, large enough, and cover the plan."""
    codes = {drafted.discipline_code, drafted.specialty_code}
    for formed in log:
        body = formed.event
        if not isinstance(body, ReviewBodyFormed) or body.bin != drafted.bin:
            continue
        covers = codes & {*body.discipline_codes, *body.specialty_codes}
        if not (covers or body.unit == unit) or drafted.level not in body.levels:
            continue
        members, leader, small, gone = set(body.members), None, False, False
        for entry in log:
            if entry.stream != formed.stream:
                continue
            match entry.event:
                case BodyMemberAdded(person_id=who):
                    members.add(who)
                case BodyMemberRemoved(person_id=who):
                    members.discard(who)
                    leader = None if who == leader else leader
                case ChairElected(person_id=who) | ChairCarriedOver(person_id=who):
                    leader = who
                case DepartmentHeadAppointed(person_id=who):
                    leader = who
                case BodyFellBelowMinimum():
                    small = True
                case BodyReachedMinimum():
                    small = False
                case ReviewBodyDissolved():
                    gone = True
        assert small == (len(members) < 3)
        if leader in members and not small and not gone:
            yield formed.stream


def councils_of(log: Log, owner: str, path: list[str]) -> Iterator[str]:
    """The councils of the unit path and of the organisation that have a chair."""
    began = CouncilEstablished | CouncilCarriedOver
    streams = {e.stream for e in log if isinstance(e.event, began)}
    for stream in sorted(streams):
        members: set[str] = set()
        chair, serves = None, False
        for entry in log:
            if entry.stream != stream:
                continue
            match entry.event:
                case CouncilEstablished(bin=bin_number, unit=unit, kind=kind):
                    members, chair = set(), None
                    serves = bin_number == owner and (
                        unit in path or kind == "ORG_COUNCIL"
                    )
                case CouncilCarriedOver() as old:
                    members, chair = set(old.members), old.chair
                    serves = old.bin == owner and (
                        old.unit in path or old.kind == "ORG_COUNCIL"
                    )
                case CouncilMemberElected(person_id=who):
                    members.add(who)
                case CouncilMemberRemoved(person_id=who):
                    members.discard(who)
                    chair = None if who == chair else chair
                case CouncilChairSeated(person_id=who):
                    chair = who
                case CouncilDissolved():
                    serves = False
        if serves and chair in members:
            yield stream


def methodical_units(log: Log, owner: str) -> Iterator[str]:
    for entry in log:
        created = entry.event
        if isinstance(created, UnitCreated) and (created.bin, created.kind) == (
            owner,
            "EM_UNIT",
        ):
            told = [type(e.event) for e in log if e.stream == entry.stream]
            if UnitActivated in told and UnitClosed not in told:
                yield entry.stream


def p6(log: Log) -> None:
    """Stages open in their order, each after the one before it was passed."""
    for told in documents(log):
        for _, submitted, after in rounds(told):
            stages = {stage.no: stage for stage in submitted.route.stages}
            to_open = sorted(stages)
            current, passed = 0, True
            last_at = told[0][1].mark.at
            for n, (_, entry) in enumerate(after):
                match entry.event:
                    case RouteReplanned(route=route):
                        stages = {stage.no: stage for stage in route.stages}
                        to_open = [no for no in sorted(stages) if no > current]
                        passed = passed or current not in stages
                    case StageOpened(stage_no=number) if number == current:
                        assert not passed, "a stage is opened to who joined it"
                    case StageOpened(stage_no=number):
                        assert passed and number == to_open.pop(0)
                        current, passed = number, False
                    case StagePassed(stage_no=number):
                        assert number == current and not passed
                        so_far = [one for _, one in after[:n]]
                        for body in stages[current].bodies:
                            assert positive(so_far, body.body)
                        passed = True
                    case ConclusionRecorded() as said:
                        assert said.stage_no == current and not passed
                        bodies = [body.body for body in stages[current].bodies]
                        assert said.body in bodies
                        assert entry.mark.at >= last_at
                        last_at = entry.mark.at
                    case DocumentApproved():
                        assert passed and not to_open


def p7(log: Log) -> None:
    """A negative conclusion returns the text; a new text voids what was concluded."""
    for told in documents(log):
        for _, submitted, after in rounds(told):
            negative = False
            for _, entry in after:
                match entry.event:
                    case ConclusionRecorded() as said:
                        assert not negative
                        assert said.version == submitted.version
                        negative = said.conclusion != "POSITIVE"
                    case DocumentReturned():
                        negative = False
                    case DocumentRevised(version=version):
                        assert version > submitted.version
                    case DocumentApproved():
                        assert not negative
        returned = False
        for _, entry in told:
            match entry.event:
                case DocumentReturned() | DocumentRevised():
                    returned = True
                case DocumentSubmitted():
                    returned = False
                case ConclusionRecorded() | DocumentApproved():
                    assert not returned


def p8(log: Log) -> None:
    """What is approved is the text that was submitted, and it never changes again."""
    for told in documents(log):
        approved = over = False
        for _, entry in told:
            ends = isinstance(entry.event, DocumentSuperseded | DocumentAnnulled)
            assert not over and ends == approved, "an approved text is only ended"
            over = ends
            approved = approved or isinstance(entry.event, DocumentApproved)
    for _, _, submitted, _, entry in approvals(log):
        assert isinstance(entry.event, DocumentApproved)
        assert entry.event.content_hash == submitted.content_hash
        rows = sorted([v.language, v.media_type, v.sha256] for v in submitted.variants)
        text = json.dumps(rows, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == submitted.content_hash


def p9(log: Log) -> None:
    """A conclusion is what a held meeting of the body voted on this very text."""
    for place, entry in enumerate(log):
        said = entry.event
        if not isinstance(said, ConclusionRecorded):
            continue
        if said.body.startswith("unit/"):
            assert entry.actor.role in ("METHODIST", "HEAD")
            assert entry.actor.organisation == said.body.split("/")[1].split(".")[0]
            continue
        assert entry.actor.seat == said.body
        meeting = [e for e in log[:place] if e.stream == f"meeting/{said.meeting_id}"]
        held = [e for e in meeting if isinstance(e.event, MeetingHeld)]
        assert len(held) == 1 and held[0].mark.at <= entry.mark.at
        assert isinstance(held[0].event, MeetingHeld)
        assert held[0].event.body == said.body
        placed = next(
            e.event
            for e in meeting
            if isinstance(e.event, ItemPlaced) and e.event.item == said.item
        )
        texts = {f"document/{d.document_id}": d.content_hash for d in placed.documents}
        assert texts[entry.stream] == said.content_hash
        carried = standing_vote(meeting, said)
        assert said.conclusion == (placed.motion if carried else "NEGATIVE")
        assert was_there(log[:place], said.body, held[0])
        opened = [
            e.mark.at
            for e in log[:place]
            if e.stream == entry.stream and isinstance(e.event, StageOpened)
        ]
        voted = [
            e.mark.at
            for e in meeting
            if isinstance(e.event, VoteOpened) and e.event.item == said.item
        ]
        assert voted[-1] >= opened[-1], "voted on before it was asked"


def standing_vote(meeting: Log, said: ConclusionRecorded) -> bool:
    standing: VoteClosed | None = None
    for entry in meeting:
        match entry.event:
            case VoteClosed(item=item) as closed if item == said.item:
                standing = closed
            case VoteAnnulled(item=item) if item == said.item:
                standing = None
    assert standing is not None and said.votes is not None
    assert standing.votes_for == said.votes.votes_for
    return standing.carried


def was_there(log: Log, body: str, held: Entry) -> bool:
    """Formed on or before the day of the meeting, and not dissolved by then."""
    exists = False
    for entry in log:
        if entry.stream != body or local_day(entry.mark.at) > held.mark.on:
            continue
        began = ReviewBodyFormed | CouncilEstablished | CouncilCarriedOver
        if isinstance(entry.event, began):
            exists = True
        if isinstance(entry.event, ReviewBodyDissolved | CouncilDissolved):
            exists = log.index(entry) > log.index(held)
    return exists
