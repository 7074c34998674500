"""A document on its way: drafted, submitted, concluded on, approved or returned."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, ClassVar, assert_never

import msgspec
from msgspec import Meta, Struct

from domain.decider import Command, Decider, Event, Mark, Place, Refusal
from domain.identifiers import (
    Bin,
    CapacityId,
    Code,
    ContentRef,
    DocumentId,
    MeetingId,
    Names,
    Number,
    PersonId,
    SeriesId,
    Sha256,
    Stream,
    UnitId,
)
from domain.regulation.pack import RouteRow
from domain.regulation.route import (
    Candidate,
    NoRoute,
    Route,
    RouteBody,
    RouteStage,
    Subject,
    resolve,
)
from domain.surroundings import BodyFacts, Surroundings, active_organisation

POSITIVE = "POSITIVE"
NEGATIVE = "NEGATIVE"
CONCLUSIONS = (POSITIVE, NEGATIVE, "RETURN")
EM_UNIT = "EM_UNIT"
UNVERIFIED = "UNVERIFIED"
UNIT_AUTHOR = "UNIT"
TEACHER_AUTHOR = "TEACHER"


def stream_of(document: str) -> Stream:
    return Stream(f"document/{document}")


class Variant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The text in one language: media type and SHA-256 of the file, in hex."""

    language: Annotated[str, Meta(pattern=r"^(kk|ru|en)$")]
    media_type: Annotated[str, Meta(pattern=r"^[a-z]+/[a-z0-9.+-]{1,100}$")]
    sha256: Sha256


Variants = Annotated[tuple[Variant, ...], Meta(min_length=1, max_length=10)]


class Author(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who prepared the document: a unit (rules 18, 19) or a teacher (20, 21)."""

    kind: str
    unit_id: UnitId | None = None
    person_id: PersonId | None = None


class Basis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the document rests on, as a state standard or a typical plan."""

    kind: Code
    reference: Annotated[str, Meta(min_length=1, max_length=200)]


class Votes(Struct, frozen=True):
    votes_for: int
    votes_against: int
    abstained: int


class Approver(Struct, frozen=True):
    """Who approved; `appointment_id` is the capacity id of the office."""

    person_id: PersonId
    role: str
    appointment_id: CapacityId


class GivenSignature(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A signature over the content hash: its container, time stamp, OCSP answer."""

    format: Code
    cms_ref: ContentRef
    tsp_ref: ContentRef | None = None
    ocsp_ref: ContentRef | None = None


class Signature(Struct, frozen=True, kw_only=True):
    """A signature as it was kept; UNVERIFIED until the node itself verified it."""

    format: str
    cms_ref: ContentRef
    tsp_ref: ContentRef | None
    ocsp_ref: ContentRef | None
    status: str


def content_hash(variants: Sequence[Variant]) -> Sha256:
    """SHA-256 over the canonical list of (language, media type, SHA-256 of the file).

    The list is sorted and written as JSON without spaces, in UTF-8.
    """
    rows = sorted([v.language, v.media_type, v.sha256] for v in variants)
    return Sha256(hashlib.sha256(msgspec.json.encode(rows)).hexdigest())


class DocumentDrafted(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "document.drafted.v1"
    document_id: DocumentId
    series_id: SeriesId
    bin: Bin
    kind: str
    rule: str
    level: str
    author: Author
    titles: Names
    discipline_code: str | None
    specialty_code: str | None
    academic_year: str | None
    basis_refs: tuple[Basis, ...]
    legal_basis: tuple[str, ...]
    version: int
    content_hash: Sha256
    variants: tuple[Variant, ...]


class DocumentRevised(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "document.revised.v1"
    version: int
    content_hash: Sha256
    variants: tuple[Variant, ...]


class DocumentSubmitted(Event, frozen=True, kw_only=True):
    """`round` counts submissions: one text may be submitted twice."""

    tag: ClassVar[str] = "document.submitted.v1"
    version: int
    round: int
    content_hash: Sha256
    variants: tuple[Variant, ...]
    route: Route


class StageOpened(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "document.stage-opened.v1"
    version: int
    round: int
    stage_no: int
    bodies: tuple[Stream, ...]


class ConclusionRecorded(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "document.conclusion-recorded.v1"
    version: int
    round: int
    stage_no: int
    body: Stream
    body_kind: str
    conclusion: str
    meeting_id: MeetingId | None
    item: int | None
    votes: Votes | None
    remarks_ref: ContentRef | None
    content_hash: Sha256


class StagePassed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "document.stage-passed.v1"
    version: int
    round: int
    stage_no: int


class DocumentReady(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "document.ready.v1"
    version: int
    round: int


class DocumentReturned(Event, frozen=True, kw_only=True):
    """Returned by a `body` of a stage, or declined by the approver in `role`."""

    tag: ClassVar[str] = "document.returned.v1"
    version: int
    round: int
    stage_no: int | None
    body: Stream | None
    role: str
    reason_refs: tuple[ContentRef, ...]


class DocumentApproved(Event, frozen=True, kw_only=True):
    """Public, so it says by itself what was approved; drafts and routes are not."""

    tag: ClassVar[str] = "document.approved.v1"
    document_id: DocumentId
    series_id: SeriesId
    bin: Bin
    kind: str
    level: str
    titles: Names
    specialty_code: str | None
    discipline_code: str | None
    academic_year: str | None
    version: int
    round: int
    content_hash: Sha256
    variants: tuple[Variant, ...]
    approver: Approver
    act_no: str
    valid_from: date
    valid_to: date | None
    signature: Signature | None
    self_review: bool


class DocumentWithdrawn(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "document.withdrawn.v1"
    version: int
    reason_ref: ContentRef | None


DocumentEvent = (
    DocumentDrafted
    | DocumentRevised
    | DocumentSubmitted
    | StageOpened
    | ConclusionRecorded
    | StagePassed
    | DocumentReady
    | DocumentReturned
    | DocumentApproved
    | DocumentWithdrawn
)


class DocumentCommand(Command, frozen=True, kw_only=True):
    """What every command of a document names: the document, by the sender's own id."""

    document_id: DocumentId


class CreateDocument(DocumentCommand, frozen=True, kw_only=True):
    """Draft a document of a kind that the order names, at one level of education."""

    tag: ClassVar[str] = "document.create"
    bin: Bin
    kind: str
    level: str
    author: Author
    titles: Names
    variants: Variants
    series_id: SeriesId | None = None
    discipline_code: Code | None = None
    specialty_code: Code | None = None
    academic_year: Annotated[str, Meta(pattern=r"^20[0-9]{2}-20[0-9]{2}$")] | None = (
        None
    )
    basis_refs: tuple[Basis, ...] = ()
    legal_basis: tuple[Annotated[str, Meta(max_length=300)], ...] = ()


class ReviseContent(DocumentCommand, frozen=True, kw_only=True):
    """Put a new text in place of the old one; earlier conclusions are void (A24)."""

    tag: ClassVar[str] = "document.revise"
    variants: Variants


class SubmitDocument(DocumentCommand, frozen=True, kw_only=True):
    """Send the document on its route, which is frozen now (section 6.2)."""

    tag: ClassVar[str] = "document.submit"
    profile: str | None = None


class RecordConclusion(DocumentCommand, frozen=True, kw_only=True):
    """Record what a body of the current stage concluded.

    A council, commission or department cites its held meeting and the agenda item;
    a methodical unit gives its `conclusion` itself.
    """

    tag: ClassVar[str] = "document.record-conclusion"
    body: Stream
    content_hash: Sha256
    meeting_id: MeetingId | None = None
    item: int | None = None
    conclusion: str | None = None
    remarks_ref: ContentRef | None = None


class ApproveDocument(DocumentCommand, frozen=True, kw_only=True):
    """Approve the document by the act of the role that its rule names."""

    tag: ClassVar[str] = "document.approve"
    act_no: Number
    valid_from: date
    valid_to: date | None = None
    signature: GivenSignature | None = None


class DeclineApproval(DocumentCommand, frozen=True, kw_only=True):
    """Return a document that is ready, for a reason, instead of approving it."""

    tag: ClassVar[str] = "document.decline"
    reason_ref: ContentRef


class WithdrawDocument(DocumentCommand, frozen=True, kw_only=True):
    """Take the document back, by its author or the head."""

    tag: ClassVar[str] = "document.withdraw"
    reason_ref: ContentRef | None = None


class Document(Struct, frozen=True):
    """DRAFT, IN_REVIEW, READY, APPROVED, RETURNED or WITHDRAWN.

    `concluded` holds the conclusions on the text now submitted, by body;
    `stage_no` is the open stage.
    """

    document: DocumentId
    series: SeriesId
    bin: Bin
    kind: str
    rule: str
    level: str
    author: Author
    titles: Names
    discipline_code: str | None
    specialty_code: str | None
    academic_year: str | None
    basis: tuple[Basis, ...]
    version: int
    content_hash: Sha256
    variants: tuple[Variant, ...]
    drafted_by: PersonId | None
    last_act: datetime
    phase: str = "DRAFT"
    route: Route | None = None
    stage_no: int | None = None
    stage_opened_at: datetime | None = None
    concluded: dict[Stream, str] = {}
    round: int = 0

    def stage(self) -> RouteStage | None:
        stages = self.route.stages if self.route else ()
        return next((s for s in stages if s.no == self.stage_no), None)

    def missing_bodies(self) -> tuple[RouteBody, ...]:
        """The bodies of the frozen route whose conclusion is not positive."""
        stages = self.route.stages if self.route else ()
        return tuple(
            body
            for stage in stages
            for body in stage.bodies
            if self.concluded.get(body.body) != POSITIVE
        )


def decide(
    command: DocumentCommand, state: Document | None, facts: Surroundings
) -> list[Event]:
    if isinstance(command, CreateDocument):
        if state is not None:
            raise Refusal("DOC-EXISTS", document_id=command.document_id)
        return create(command, facts)
    if state is None:
        raise Refusal("DOC-UNKNOWN", document_id=command.document_id)
    match command:
        case ReviseContent():
            active_organisation(state.bin, facts)
            require_phase(state, "DRAFT", "RETURNED")
            require_order(state, facts)
            require_one_file_a_language(command.variants)
            return [
                DocumentRevised(
                    version=state.version + 1,
                    content_hash=content_hash(command.variants),
                    variants=command.variants,
                )
            ]
        case SubmitDocument():
            active_organisation(state.bin, facts)
            require_phase(state, "DRAFT", "RETURNED")
            require_order(state, facts)
            return submit(command, state, facts)
        case RecordConclusion():
            return record_conclusion(command, state, facts)
        case ApproveDocument():
            return approve(command, state, facts)
        case DeclineApproval():
            require_approver(state, facts)
            active_organisation(state.bin, facts)
            require_phase(state, "READY")
            require_order(state, facts)
            return [
                DocumentReturned(
                    version=state.version,
                    round=state.round,
                    stage_no=None,
                    body=None,
                    role=facts.act.actor.role,
                    reason_refs=(command.reason_ref,),
                )
            ]
        case WithdrawDocument():
            actor = facts.act.actor
            if actor.role != "HEAD" and not is_author(state, actor.person):
                raise Refusal("DOC-AUTHOR-ONLY", role=actor.role)
            require_phase(state, "DRAFT", "IN_REVIEW", "READY", "RETURNED")
            require_order(state, facts)
            return [
                DocumentWithdrawn(version=state.version, reason_ref=command.reason_ref)
            ]
    raise AssertionError(command)


def require_phase(state: Document, *allowed: str) -> None:
    if state.phase not in allowed:
        raise Refusal("DOC-STATE", state=state.phase, allowed=allowed)


def require_order(state: Document, facts: Surroundings) -> None:
    """Dates of acts are monotone along what they rest on."""
    if facts.act.at < state.last_act:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=state.last_act)


def is_author(state: Document, person: PersonId) -> bool:
    return person in (state.author.person_id, state.drafted_by)


def create(command: CreateDocument, facts: Surroundings) -> list[Event]:
    """Rules 2 and 18 to 21: a kind at a level it has, by the author its rule names."""
    organisation = active_organisation(command.bin, facts)
    pack = facts.pack
    if command.kind not in pack.document_kinds():
        known = pack.document_kinds()
        raise Refusal("DOC-KIND", kind=command.kind, known=known)
    row = pack.route_row(command.kind, command.level, pack.default_profile)
    if row is None or command.level not in organisation.levels:
        raise Refusal("R2-LEVEL", levels=command.level, allowed=organisation.levels)
    require_author(command, row, facts)
    require_one_file_a_language(command.variants)
    return [
        DocumentDrafted(
            document_id=command.document_id,
            series_id=command.series_id or SeriesId(command.document_id),
            bin=command.bin,
            kind=command.kind,
            rule=row.rule,
            level=command.level,
            author=command.author,
            titles=command.titles,
            discipline_code=command.discipline_code,
            specialty_code=command.specialty_code,
            academic_year=command.academic_year,
            basis_refs=command.basis_refs,
            legal_basis=command.legal_basis,
            version=1,
            content_hash=content_hash(command.variants),
            variants=command.variants,
        )
    ]


def require_one_file_a_language(variants: Sequence[Variant]) -> None:
    languages = [variant.language for variant in variants]
    if len(set(languages)) < len(languages):
        raise Refusal("DOC-VARIANTS", languages=languages)


def require_author(command: CreateDocument, row: RouteRow, facts: Surroundings) -> None:
    """Rules 18 and 19 want a unit of the organisation, 20 and 21 a teacher of it."""
    author = command.author
    refused = Refusal(f"R{row.rule}-AUTHOR", author=author, needed=row.author)
    if author.kind != row.author:
        raise refused
    if row.author == UNIT_AUTHOR:
        if author.unit_id is None:
            raise refused
        unit = facts.unit(Stream(f"unit/{command.bin}.{author.unit_id}"))
        if unit is None or not unit.is_active:
            raise refused
    elif row.author == TEACHER_AUTHOR:
        counted = facts.pack.counted_posts
        if author.person_id is None or not any(
            post.post in counted for post in facts.posts(command.bin, author.person_id)
        ):
            raise refused


def submit(
    command: SubmitDocument, state: Document, facts: Surroundings
) -> list[Event]:
    """Freeze the route from the bodies of today; the basis must be stated."""
    profile = command.profile or facts.pack.default_profile
    row = facts.pack.route_row(state.kind, state.level, profile)
    if row is None:
        rows = [row for row in facts.pack.routes if row.profile == profile]
        allowed = [row.level for row in rows if row.kind == state.kind]
        raise Refusal("R2-LEVEL", levels=state.level, allowed=allowed, profile=profile)
    stated = {basis.kind for basis in state.basis}
    missing = [kind for kind in row.basis if kind not in stated]
    if missing:
        raise Refusal(f"R{row.rule}-BASIS", missing=missing)
    codes = {state.discipline_code, state.specialty_code} - {None}
    subject = Subject(frozenset(map(str, codes)), unit_path(state, facts))
    bodies = [
        candidate(body)
        for body in facts.reviewing_bodies(state.bin)
        if not body.levels or state.level in body.levels
    ]
    route = resolve(row, subject, bodies)
    if isinstance(route, NoRoute):
        raise Refusal(route.code, **route.context)
    return [
        DocumentSubmitted(
            version=state.version,
            round=state.round + 1,
            content_hash=state.content_hash,
            variants=state.variants,
            route=route,
        ),
        *next_step(state.version, state.round + 1, route, after=0),
    ]


def candidate(body: BodyFacts) -> Candidate:
    return Candidate(
        ref=body.ref,
        kind=body.kind,
        names=body.names,
        unit=body.unit,
        codes=frozenset((*body.disciplines, *body.specialties)),
        is_led=body.is_led,
        below_minimum=body.below_minimum,
    )


def unit_path(state: Document, facts: Surroundings) -> tuple[Stream, ...]:
    """From the author's unit up to its topmost parent."""
    ref: Stream | None = None
    if state.author.unit_id is not None:
        ref = Stream(f"unit/{state.bin}.{state.author.unit_id}")
    elif state.author.person_id is not None:
        # The main unit is where the author teaches, whatever else they do elsewhere.
        counted = facts.pack.counted_posts
        posts = facts.posts(state.bin, state.author.person_id)
        teaching_first = sorted(posts, key=lambda post: post.post not in counted)
        units = (post.unit for post in teaching_first if post.unit is not None)
        ref = next(units, None)
    path: list[Stream] = []
    while ref is not None:
        unit = facts.unit(ref)
        if unit is None:
            break
        path.append(ref)
        ref = unit.parent
    return tuple(path)


def next_step(version: int, round_no: int, route: Route, after: int) -> list[Event]:
    """Open the stage that follows stage `after`, or say that the document is ready."""
    for stage in route.stages:
        if stage.no > after:
            return [
                StageOpened(
                    version=version,
                    round=round_no,
                    stage_no=stage.no,
                    bodies=tuple(body.body for body in stage.bodies),
                )
            ]
    return [DocumentReady(version=version, round=round_no)]


def record_conclusion(
    command: RecordConclusion, state: Document, facts: Surroundings
) -> list[Event]:
    """A body of the open stage, by its own officer, on this very text."""
    kind = body_kind(command.body, state)
    require_officer(command, kind, state, facts)
    active_organisation(state.bin, facts)
    require_phase(state, "IN_REVIEW")
    stage = state.stage()
    assert stage is not None
    if command.body not in [body.body for body in stage.bodies]:
        raise Refusal(f"R{state.rule}-STAGE", body=command.body, stage=stage.no)
    if command.content_hash != state.content_hash:
        raise Refusal("DOC-HASH", current=state.content_hash)
    require_order(state, facts)
    if kind == EM_UNIT:
        conclusion, votes = unit_conclusion(command, facts), None
    else:
        conclusion, votes = meeting_conclusion(command, state, facts)
    recorded = ConclusionRecorded(
        version=state.version,
        round=state.round,
        stage_no=stage.no,
        body=command.body,
        body_kind=kind,
        conclusion=conclusion,
        meeting_id=command.meeting_id,
        item=command.item,
        votes=votes,
        remarks_ref=command.remarks_ref,
        content_hash=state.content_hash,
    )
    return [recorded, *consequences(recorded, state, stage, facts)]


def body_kind(ref: Stream, state: Document) -> str:
    stages = state.route.stages if state.route else ()
    for stage in stages:
        for body in stage.bodies:
            if body.body == ref:
                return body.kind
    return EM_UNIT if ref.startswith("unit/") else ""


def require_officer(
    command: RecordConclusion, kind: str, state: Document, facts: Surroundings
) -> None:
    """A methodical unit acts through its methodist or the head, others by officers."""
    actor = facts.act.actor
    if kind == EM_UNIT:
        in_unit = any(
            post.capacity == actor.capacity and post.unit == command.body
            for post in facts.posts(state.bin, actor.person)
        )
        allowed = actor.role == "HEAD" or (actor.role == "METHODIST" and in_unit)
    else:
        allowed = actor.seat == command.body
    if not allowed:
        raise Refusal("ACTOR-BODY", body=command.body, capacity=actor.capacity)


def unit_conclusion(command: RecordConclusion, facts: Surroundings) -> str:
    """What the unit says itself, as long as it is active."""
    unit = facts.body(command.body)
    if unit is None or not unit.exists:
        raise Refusal("BODY-UNKNOWN", body=command.body)
    if command.conclusion not in CONCLUSIONS:
        raise Refusal("DOC-CONCLUSION", given=command.conclusion, known=CONCLUSIONS)
    return command.conclusion


def meeting_conclusion(
    command: RecordConclusion, state: Document, facts: Surroundings
) -> tuple[str, Votes]:
    """The conclusion is what the held meeting made of the motion, with its tally."""
    found = None
    if command.meeting_id is not None and command.item is not None:
        found = facts.item(command.meeting_id, command.item)
    if (
        found is None
        or not found.is_held
        or found.held_at is None
        or found.body != command.body
        or found.document != state.document
        or found.carried is None
        or found.motion is None
        or found.voted_at is None
    ):
        raise Refusal(
            "MEETING-NOT-HELD", meeting_id=command.meeting_id, item=command.item
        )
    if found.content_hash != state.content_hash:
        raise Refusal("DOC-HASH", current=state.content_hash)
    if facts.act.at < found.held_at:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=found.held_at)
    # What was voted before the stage opened, or in an earlier round, counts no more.
    if state.stage_opened_at and found.voted_at < state.stage_opened_at:
        raise Refusal("CMD-BEFORE", act=found.voted_at, rests_on=state.stage_opened_at)
    conclusion = found.motion if found.carried else NEGATIVE
    if command.conclusion not in (None, conclusion):
        raise Refusal("DOC-CONCLUSION", given=command.conclusion, voted=conclusion)
    votes = Votes(found.votes_for, found.votes_against, found.votes_abstained)
    return conclusion, votes


def consequences(
    recorded: ConclusionRecorded,
    state: Document,
    stage: RouteStage,
    facts: Surroundings,
) -> list[Event]:
    """A negative conclusion returns; the last positive one of a stage passes it."""
    route = state.route
    assert route is not None
    if recorded.conclusion == NEGATIVE and not route.negative_returns:
        return []
    if recorded.conclusion != POSITIVE:
        return [
            DocumentReturned(
                version=state.version,
                round=state.round,
                stage_no=stage.no,
                body=recorded.body,
                role=facts.act.actor.role,
                reason_refs=(recorded.remarks_ref,) if recorded.remarks_ref else (),
            )
        ]
    concluded = {**state.concluded, recorded.body: recorded.conclusion}
    if any(concluded.get(body.body) != POSITIVE for body in stage.bodies):
        return []
    passed = StagePassed(version=state.version, round=state.round, stage_no=stage.no)
    return [passed, *next_step(state.version, state.round, route, after=stage.no)]


def require_approver(state: Document, facts: Surroundings) -> None:
    """Rules 18 to 21: the role that the frozen route names, in office here today."""
    pack = facts.pack
    row = pack.route_row(state.kind, state.level, pack.default_profile)
    roles = state.route.approver_roles if state.route else row.approvers if row else ()
    actor = facts.act.actor
    if actor.role not in roles or actor.organisation != state.bin:
        raise Refusal(f"R{state.rule}-APPROVER", role=actor.role, allowed=roles)


def approve(
    command: ApproveDocument, state: Document, facts: Surroundings
) -> list[Event]:
    """Approve what every body of the route found positive, by the role of the rule."""
    require_approver(state, facts)
    active_organisation(state.bin, facts)
    missing = state.missing_bodies()
    if state.phase == "IN_REVIEW" or (state.phase == "READY" and missing):
        raise Refusal(
            f"R{state.rule}-NOT-ALL-POSITIVE",
            bodies=[body.names for body in missing],
            body_refs=[body.body for body in missing],
            stage=state.stage_no,
        )
    require_phase(state, "READY")
    require_order(state, facts)
    if command.valid_to is not None and command.valid_to < command.valid_from:
        raise Refusal(
            "DOC-DATES", valid_from=command.valid_from, valid_to=command.valid_to
        )
    actor = facts.act.actor
    return [
        DocumentApproved(
            document_id=state.document,
            series_id=state.series,
            bin=state.bin,
            kind=state.kind,
            level=state.level,
            titles=state.titles,
            specialty_code=state.specialty_code,
            discipline_code=state.discipline_code,
            academic_year=state.academic_year,
            version=state.version,
            round=state.round,
            content_hash=state.content_hash,
            variants=state.variants,
            approver=Approver(actor.person, actor.role, actor.capacity),
            act_no=command.act_no,
            valid_from=command.valid_from,
            valid_to=command.valid_to,
            signature=kept(command.signature),
            self_review=is_author(state, actor.person),
        )
    ]


def kept(given: GivenSignature | None) -> Signature | None:
    """The signature of an approval; nobody but the node says that it is good."""
    if given is None:
        return None
    return Signature(
        format=given.format,
        cms_ref=given.cms_ref,
        tsp_ref=given.tsp_ref,
        ocsp_ref=given.ocsp_ref,
        status=UNVERIFIED,
    )


def evolve(state: Document | None, event: DocumentEvent, mark: Mark) -> Document:
    if isinstance(event, DocumentDrafted):
        return Document(
            document=event.document_id,
            series=event.series_id,
            bin=event.bin,
            kind=event.kind,
            rule=event.rule,
            level=event.level,
            author=event.author,
            titles=event.titles,
            discipline_code=event.discipline_code,
            specialty_code=event.specialty_code,
            academic_year=event.academic_year,
            basis=event.basis_refs,
            version=event.version,
            content_hash=event.content_hash,
            variants=event.variants,
            drafted_by=mark.by,
            last_act=mark.at,
        )
    assert state is not None
    return msgspec.structs.replace(
        state, last_act=mark.at, **changes_of(state, event, mark)
    )


def changes_of(
    state: Document, event: DocumentEvent, mark: Mark
) -> Mapping[str, object]:
    """What an event changes of the document."""
    match event:
        case DocumentDrafted():
            raise AssertionError("a document is drafted once")
        case DocumentRevised():
            return {
                "version": event.version,
                "content_hash": event.content_hash,
                "variants": event.variants,
                "concluded": {},
            }
        case DocumentSubmitted():
            return {
                "phase": "IN_REVIEW",
                "route": event.route,
                "round": event.round,
                "concluded": {},
            }
        case StageOpened():
            return {"stage_no": event.stage_no, "stage_opened_at": mark.at}
        case ConclusionRecorded():
            return {"concluded": {**state.concluded, event.body: event.conclusion}}
        case StagePassed():
            return {"stage_no": None}
        case DocumentReady():
            return {"phase": "READY"}
        case DocumentReturned():
            return {"phase": "RETURNED", "stage_no": None}
        case DocumentApproved():
            return {"phase": "APPROVED"}
        case DocumentWithdrawn():
            return {"phase": "WITHDRAWN", "stage_no": None}
    assert_never(event)


def place(state: Document) -> Place:
    return Place(state.bin, (state.level,), state.rule)


DOCUMENT = Decider(decide, evolve, place)
