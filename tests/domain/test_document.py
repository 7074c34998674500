"""Rules 18 to 21: who writes a document, who concludes on it, who approves it."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from domain.council_commands import DissolveCouncil
from domain.decider import Event
from domain.document_commands import (
    ApproveDocument,
    CreateDocument,
    DeclineApproval,
    RecordConclusion,
    ReviseContent,
    SubmitDocument,
    WithdrawDocument,
)
from domain.document_events import (
    ConclusionRecorded,
    DocumentApproved,
    DocumentDrafted,
    DocumentReady,
    DocumentReturned,
    DocumentRevised,
    DocumentSubmitted,
    DocumentWithdrawn,
    StageOpened,
    StagePassed,
)
from domain.document_parts import Variant, content_hash
from domain.identifiers import Sha256, Stream
from domain.meeting_commands import AnnulVote, PlanMeeting, PostponeItem
from domain.organisation_commands import SuspendOrganisation
from domain.review_body_commands import (
    AppointDepartmentHead,
    DissolveBody,
    RemoveMember,
)
from domain.staff import EndAppointment
from domain.unit import CloseUnit
from tests.domain.given import (
    BOLAT,
    COLLEGE_COUNCIL,
    COMMISSION,
    DAULET,
    DEPARTMENT,
    EM_UNIT,
    ERLAN,
    FACULTY,
    FACULTY_COUNCIL,
    GULNARA,
    LAWYERS,
    METHODICAL_UNIT,
    MONDAY_DATE,
    NURLAN,
    OLGA,
    SYMBAT,
    UNIVERSITY,
    UNIVERSITY_COUNCIL,
    ZHANNA,
    House,
    a_college,
    a_founded_university,
    a_staffed_college,
    a_staffed_university,
    a_university,
    appoint,
    form_department,
    mandate,
    open_unit,
    seat_council,
)
from tests.domain.reviewing import (
    APPROVAL,
    SALTED,
    STANDARD,
    STUDY_PLAN,
    TYPICAL_PLAN,
    a_ready,
    approve,
    citing,
    conclude,
    convene,
    decide_on,
    draft,
    pass_review,
    record,
    state_of,
    submit,
    text,
)
from tests.domain.scenario import Hat, named

KINDS = {
    "GENERAL_EM_DOCUMENTATION": "18",
    "WORKING_STUDY_PLAN": "19",
    "WORKING_CURRICULUM": "20",
    "LESSON_PLAN": "20",
    "METHODICAL_GUIDELINES": "21",
    "METHODICAL_RECOMMENDATIONS": "21",
}
OF_TEACHERS = [kind for kind, rule in KINDS.items() if rule in ("20", "21")]
OF_UNITS = [kind for kind, rule in KINDS.items() if rule in ("18", "19")]
TEACHERS_ROUTE = {"20": [2, 4], "21": [1, 2, 4]}


def names_of(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def ready(house: House, kind: str) -> str:
    teacher = BOLAT if kind in OF_TEACHERS else None
    return a_ready(house, kind=kind, teacher=teacher)


def refuses_draft(house: House, code: str, **fields: object) -> Any:  # its context
    body: dict[str, object] = {
        "document_id": named("refused"),
        "bin": house.bin,
        "kind": STUDY_PLAN,
        "level": house.level,
        "author": {"kind": "UNIT", "unit_id": house.author_unit},
        "titles": {"ru": "План"},
        "variants": [text("first")],
    }
    return house.world.refuses(code, house.deputy, CreateDocument, **{**body, **fields})


def test_a_study_plan_passes_department_faculty_methodical_unit_and_council() -> None:
    house = a_university()
    document = draft(house)
    submitted = submit(house, document)
    assert names_of(submitted) == ["DocumentSubmitted", "StageOpened"]
    assert isinstance(submitted[0], DocumentSubmitted)
    route = submitted[0].route
    assert [(stage.no, stage.bodies[0].body) for stage in route.stages] == [
        (1, DEPARTMENT),
        (2, FACULTY_COUNCIL),
        (3, EM_UNIT),
        (4, UNIVERSITY_COUNCIL),
    ]
    for body in house.bodies[:3]:
        assert names_of(conclude(house, document, body)) == [
            "ConclusionRecorded",
            "StagePassed",
            "StageOpened",
        ]
    assert names_of(conclude(house, document, UNIVERSITY_COUNCIL)) == [
        "ConclusionRecorded",
        "StagePassed",
        "DocumentReady",
    ]
    approved = approve(house, document)[0]
    assert isinstance(approved, DocumentApproved)
    assert approved.approver.role == "HEAD"
    assert approved.content_hash == route_hash(house, document)


def route_hash(house: House, document: str) -> Sha256:
    drafted = house.world.events(Stream(f"document/{document}"))[0]
    assert isinstance(drafted, DocumentDrafted)
    return drafted.content_hash


def test_a_college_plan_passes_the_commission_and_the_council() -> None:
    house = a_college()
    document = a_ready(house)
    route = state_of(house, document).route
    assert route is not None
    assert [stage.no for stage in route.stages] == [1, 4]
    skipped = [(stage.no, stage.reason) for stage in route.skipped]
    assert skipped == [(2, "NO_SUCH_BODY"), (3, "NO_SUCH_BODY")]
    approved = ["DocumentApproved", "SeriesRevisionApproved"]
    assert names_of(approve(house, document)) == approved


@pytest.mark.parametrize("kind", OF_TEACHERS)
def test_what_teachers_write_never_passes_the_methodical_unit(kind: str) -> None:
    house = a_university()
    document = ready(house, kind)
    route = state_of(house, document).route
    assert route is not None
    assert [stage.no for stage in route.stages] == TEACHERS_ROUTE[KINDS[kind]]


@pytest.mark.parametrize("kind", OF_TEACHERS)
def test_what_teachers_write_is_approved_by_the_deputy_only(kind: str) -> None:
    house = a_university()
    document = ready(house, kind)
    refused = house.world.refuses(
        f"R{KINDS[kind]}-APPROVER",
        house.head,
        ApproveDocument,
        document_id=document,
        **APPROVAL,
    )
    assert refused == {"role": "HEAD", "allowed": ("DEPUTY_HEAD_EM",)}
    assert approve(house, document, house.deputy)


@pytest.mark.parametrize("by_the_head", [True, False])
def test_general_documentation_is_approved_by_the_head_or_the_deputy(
    by_the_head: bool,
) -> None:
    house = a_university()
    document = ready(house, "GENERAL_EM_DOCUMENTATION")
    teacher = house.teacher(BOLAT)
    house.world.refuses(
        "R18-APPROVER", teacher, ApproveDocument, document_id=document, **APPROVAL
    )
    assert approve(house, document, house.head if by_the_head else house.deputy)


def test_the_deputy_does_not_approve_a_study_plan() -> None:
    house = a_university()
    document = a_ready(house)
    refused = house.world.refuses(
        "R19-APPROVER", house.deputy, ApproveDocument, document_id=document, **APPROVAL
    )
    assert refused == {"role": "DEPUTY_HEAD_EM", "allowed": ("HEAD",)}


def test_the_wrong_role_is_told_first_whatever_the_state() -> None:
    house = a_university()
    document = draft(house)
    house.world.refuses(
        "R19-APPROVER", house.deputy, ApproveDocument, document_id=document, **APPROVAL
    )
    house.world.refuses(
        "R19-APPROVER",
        house.deputy,
        DeclineApproval,
        document_id=document,
        reason_ref=SALTED,
    )


def test_a_head_who_left_does_not_approve() -> None:
    house = a_university()
    document = a_ready(house)
    house.world.give(
        house.registrar,
        EndAppointment,
        bin=UNIVERSITY,
        person_id=house.head.person,
        appointment=1,
        valid_to="2026-01-11",
        order_no="1",
    )
    house.world.refuses(
        "ACTOR-CAPACITY", house.head, ApproveDocument, document_id=document, **APPROVAL
    )


@pytest.mark.parametrize("kind", KINDS)
def test_an_approval_without_the_council_names_that_council(kind: str) -> None:
    house = a_university()
    teacher = BOLAT if kind in OF_TEACHERS else None
    document = draft(house, kind, teacher=teacher)
    submit(house, document)
    pass_review(house, document, until=UNIVERSITY_COUNCIL)
    approver = house.deputy if kind in OF_TEACHERS else house.head
    refused = house.world.refuses(
        f"R{KINDS[kind]}-NOT-ALL-POSITIVE",
        approver,
        ApproveDocument,
        document_id=document,
        **APPROVAL,
    )
    assert refused["body_refs"] == [UNIVERSITY_COUNCIL]
    assert refused["bodies"][0].ru == "Методический совет org"
    entry = house.world.pack.errors[f"R{KINDS[kind]}-NOT-ALL-POSITIVE"]
    assert "Методический совет org" in entry.text("ru", dict(refused))
    assert "Әдістемелік кеңес org" in entry.text("kk", dict(refused))


def test_a_plan_in_review_names_every_body_that_is_missing() -> None:
    house = a_university()
    document = draft(house)
    submit(house, document)
    refused = house.world.refuses(
        "R19-NOT-ALL-POSITIVE",
        house.head,
        ApproveDocument,
        document_id=document,
        **APPROVAL,
    )
    assert refused["body_refs"] == list(house.bodies)


def test_a_draft_is_not_approved() -> None:
    house = a_university()
    document = draft(house)
    refused = house.world.refuses(
        "DOC-STATE", house.head, ApproveDocument, document_id=document, **APPROVAL
    )
    assert refused["state"] == "DRAFT"


def test_a_document_is_drafted_once() -> None:
    house = a_university()
    document = draft(house)
    refused = refuses_draft(house, "DOC-EXISTS", document_id=document)
    assert refused == {"document_id": document}


def test_a_kind_that_the_order_does_not_name_is_refused() -> None:
    refused = refuses_draft(a_university(), "DOC-KIND", kind="NOVEL")
    assert refused["kind"] == "NOVEL" and STUDY_PLAN in refused["known"]


@pytest.mark.parametrize("level", ["TVE", "SECONDARY", "PRESCHOOL"])
def test_a_document_has_a_level_of_its_organisation(level: str) -> None:
    refused = refuses_draft(a_university(), "R2-LEVEL", level=level)
    assert refused["allowed"] == ("HE",)


@pytest.mark.parametrize("kind", OF_UNITS)
@pytest.mark.parametrize(
    "author",
    [
        {"kind": "TEACHER", "person_id": BOLAT},
        {"kind": "UNIT"},
        {"kind": "UNIT", "unit_id": "physics"},
    ],
)
def test_rules_18_and_19_want_a_unit_as_the_author(
    kind: str, author: dict[str, object]
) -> None:
    code = f"R{KINDS[kind]}-AUTHOR"
    refused = refuses_draft(a_university(), code, kind=kind, author=author)
    assert refused["needed"] == "UNIT"


@pytest.mark.parametrize("kind", OF_TEACHERS)
@pytest.mark.parametrize(
    "author",
    [
        {"kind": "UNIT", "unit_id": FACULTY},
        {"kind": "TEACHER"},
        {"kind": "TEACHER", "person_id": SYMBAT},
        {"kind": "TEACHER", "person_id": DAULET},
    ],
)
def test_rules_20_and_21_want_a_teacher_as_the_author(
    kind: str, author: dict[str, object]
) -> None:
    code = f"R{KINDS[kind]}-AUTHOR"
    refused = refuses_draft(a_university(), code, kind=kind, author=author)
    assert refused["needed"] == "TEACHER"


def test_a_closed_unit_writes_nothing() -> None:
    house = a_university()
    close = {"bin": UNIVERSITY, "unit_id": FACULTY, "act_no": "1"}
    house.world.give(house.head, CloseUnit, **close)
    refuses_draft(house, "R19-AUTHOR")


def test_there_is_one_file_for_each_language() -> None:
    house = a_university()
    twice = [text("first"), text("second")]
    refused = refuses_draft(house, "DOC-VARIANTS", variants=twice)
    assert refused == {"languages": ["ru", "ru"]}
    document = draft(house)
    house.world.refuses(
        "DOC-VARIANTS",
        house.deputy,
        ReviseContent,
        document_id=document,
        variants=twice,
    )


def test_the_council_of_a_unit_that_was_closed_is_in_no_route() -> None:
    house = a_university()
    open_unit(house, "civil", "INSTITUTE", parent=FACULTY)
    document = draft(house, author={"kind": "UNIT", "unit_id": "civil"})
    faculty = {"bin": UNIVERSITY, "unit_id": FACULTY, "act_no": "1"}
    house.world.give(house.head, CloseUnit, **faculty)
    submit(house, document)
    asked = [body.body for body in state_of(house, document).missing_bodies()]
    assert asked == [DEPARTMENT, EM_UNIT, UNIVERSITY_COUNCIL]
    body = {"body": FACULTY_COUNCIL, "planned_for": MONDAY_DATE}
    refused = house.world.refuses(
        "BODY-UNKNOWN",
        house.officer(FACULTY_COUNCIL),
        PlanMeeting,
        meeting_id=named("m"),
        **body,
    )
    assert refused == {"body": FACULTY_COUNCIL}


def test_a_suspended_organisation_drafts_and_submits_nothing() -> None:
    house = a_university()
    document = draft(house)
    suspend = {"bin": UNIVERSITY, "act_no": "1"}
    house.world.give(house.registrar, SuspendOrganisation, **suspend)
    refuses_draft(house, "ORG-STATE")
    house.world.refuses("ORG-STATE", house.deputy, SubmitDocument, document_id=document)


@pytest.mark.parametrize(
    ("basis", "missing"),
    [
        ([], ["STATE_STANDARD", "TYPICAL_STUDY_PLAN"]),
        ([STANDARD], ["TYPICAL_STUDY_PLAN"]),
        ([TYPICAL_PLAN], ["STATE_STANDARD"]),
    ],
)
def test_a_study_plan_rests_on_standard_and_typical_plan(
    basis: list[object], missing: list[str]
) -> None:
    house = a_university()
    document = draft(house, basis_refs=basis)
    refused = house.world.refuses(
        "R19-BASIS", house.deputy, SubmitDocument, document_id=document
    )
    assert refused == {"missing": missing}


@pytest.mark.parametrize("kind", ["WORKING_CURRICULUM", "LESSON_PLAN"])
def test_a_curriculum_rests_on_the_typical_one(kind: str) -> None:
    house = a_university()
    document = draft(house, kind, teacher=BOLAT, basis_refs=[STANDARD])
    refused = house.world.refuses(
        "R20-BASIS", house.deputy, SubmitDocument, document_id=document
    )
    assert refused == {"missing": ["TYPICAL_CURRICULUM"]}


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("WORKING_STUDY_PLAN", "R19-NO-COUNCIL"),
        ("WORKING_CURRICULUM", "R20-NO-COUNCIL"),
        ("LESSON_PLAN", "R20-NO-COUNCIL"),
    ],
)
def test_without_a_council_there_is_no_route(kind: str, code: str) -> None:
    house = a_staffed_university()
    document = draft(house, kind, teacher=BOLAT if kind in OF_TEACHERS else None)
    refused = house.world.refuses(
        code, house.deputy, SubmitDocument, document_id=document
    )
    assert (refused["councils"], refused["needed_councils"]) == (0, 1)
    assert refused["hint_rules"] == ["14", "16", "32"]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("GENERAL_EM_DOCUMENTATION", "R18-NO-BODY"),
        ("METHODICAL_GUIDELINES", "R21-NO-BODY"),
        ("METHODICAL_RECOMMENDATIONS", "R21-NO-BODY"),
    ],
)
def test_without_any_body_there_is_no_route(kind: str, code: str) -> None:
    house = a_staffed_university()
    document = draft(house, kind, teacher=BOLAT if kind in OF_TEACHERS else None)
    refused = house.world.refuses(
        code, house.deputy, SubmitDocument, document_id=document
    )
    assert (refused["bodies"], refused["needed_bodies"]) == (0, 1)


def test_a_covering_department_that_nobody_leads_stops_the_submission() -> None:
    house = a_staffed_university()
    form_department(house, "civil-law", LAWYERS)
    seat_council(house, "org", LAWYERS)
    document = draft(house)
    refused = house.world.refuses(
        "BODY-NOT-LED", house.deputy, SubmitDocument, document_id=document
    )
    assert refused == {"bodies": [DEPARTMENT], "stage": 1}


def test_a_department_below_its_minimum_is_skipped_with_the_reason() -> None:
    house = a_university()
    for member in (GULNARA, ZHANNA):
        house.world.give(
            house.head,
            RemoveMember,
            bin=UNIVERSITY,
            body_id="civil-law",
            person_id=member,
        )
    document = draft(house)
    submitted = submit(house, document)[0]
    assert isinstance(submitted, DocumentSubmitted)
    skipped = submitted.route.skipped[0]
    assert (skipped.no, skipped.reason, skipped.body) == (
        1,
        "BELOW_MINIMUM",
        DEPARTMENT,
    )


def test_a_teachers_unit_is_where_they_teach_not_where_they_also_work() -> None:
    house = a_university()
    appoint(house, SYMBAT, "SPECIALIST", unit=METHODICAL_UNIT)
    appoint(house, SYMBAT, "TEACHER", unit=FACULTY)
    document = draft(house, "LESSON_PLAN", teacher=SYMBAT)
    submit(house, document)
    asked = [body.body for body in state_of(house, document).missing_bodies()]
    assert asked == [FACULTY_COUNCIL, UNIVERSITY_COUNCIL]


@pytest.mark.parametrize("kind", KINDS)
def test_no_body_concludes_before_its_stage(kind: str) -> None:
    house = a_university()
    document = draft(house, kind, teacher=BOLAT if kind in OF_TEACHERS else None)
    submit(house, document)
    sitting = decide_on(house, document, UNIVERSITY_COUNCIL)
    refused = house.world.refuses(
        f"R{KINDS[kind]}-STAGE",
        sitting.officer,
        RecordConclusion,
        **citing(house, document, sitting),
    )
    assert refused["body"] == UNIVERSITY_COUNCIL


def test_a_body_outside_the_route_does_not_conclude() -> None:
    house = a_university()
    document = draft(house)
    submit(house, document)
    form_department(house, "criminal-law", LAWYERS)
    house.world.give(
        house.head,
        AppointDepartmentHead,
        bin=UNIVERSITY,
        body_id="criminal-law",
        person_id=ERLAN,
        order_no="1",
    )
    late = Stream(f"review-body/{UNIVERSITY}.criminal-law")
    sitting = decide_on(house, document, late)
    house.world.refuses(
        "R19-STAGE",
        sitting.officer,
        RecordConclusion,
        **citing(house, document, sitting),
    )


def test_a_draft_takes_no_conclusion() -> None:
    house = a_university()
    document = draft(house)
    sitting = decide_on(house, document, DEPARTMENT)
    refused = house.world.refuses(
        "DOC-STATE",
        sitting.officer,
        RecordConclusion,
        **citing(house, document, sitting),
    )
    assert refused["state"] == "DRAFT"


def in_review(house: House) -> str:
    document = draft(house)
    submit(house, document)
    return document


def test_the_officer_of_another_body_does_not_conclude_for_this_one() -> None:
    house = a_university()
    document = in_review(house)
    sitting = decide_on(house, document, DEPARTMENT)
    for stranger in (house.officer(FACULTY_COUNCIL), house.head, house.methodist()):
        refused = house.world.refuses(
            "ACTOR-BODY",
            stranger,
            RecordConclusion,
            **citing(house, document, sitting),
        )
        assert refused["body"] == DEPARTMENT


def test_a_teacher_concludes_nothing() -> None:
    house = a_university()
    document = in_review(house)
    sitting = decide_on(house, document, DEPARTMENT)
    house.world.refuses(
        "ACTOR-ROLE",
        house.teacher(BOLAT),
        RecordConclusion,
        **citing(house, document, sitting),
    )


def test_a_conclusion_names_the_text_that_it_is_about() -> None:
    house = a_university()
    document = in_review(house)
    sitting = decide_on(house, document, DEPARTMENT)
    wrong = {**citing(house, document, sitting), "content_hash": "0" * 64}
    refused = house.world.refuses(
        "DOC-HASH", sitting.officer, RecordConclusion, **wrong
    )
    assert refused == {"current": state_of(house, document).content_hash}


def test_a_conclusion_comes_from_a_meeting_that_was_held() -> None:
    house = a_university()
    document = in_review(house)
    other = draft(house, name="other plan")
    open_one = convene(house, DEPARTMENT)
    open_one.place(document)
    open_one.open()
    open_one.vote(1, 4)
    elsewhere = decide_on(house, document, FACULTY_COUNCIL)
    of_other = decide_on(house, other, DEPARTMENT)
    good = citing(house, document, open_one)
    for wrong in (
        {"meeting_id": None},
        {"item": None},
        {"item": 7},
        {"meeting_id": named("nothing")},
        {"meeting_id": elsewhere.meeting},
        {"meeting_id": of_other.meeting},
        {},
    ):
        house.world.refuses(
            "MEETING-NOT-HELD",
            open_one.officer,
            RecordConclusion,
            **{**good, **wrong},
        )
    open_one.close()
    house.world.give(open_one.officer, RecordConclusion, **good)


def test_an_annulled_vote_gives_no_conclusion() -> None:
    house = a_university()
    document = in_review(house)
    sitting = convene(house, DEPARTMENT)
    sitting.place(document)
    sitting.open()
    sitting.vote(1, 4)
    sitting.does(AnnulVote, item=1, reason_ref=SALTED)
    sitting.vote(1, 0, 4)
    sitting.close()
    concluded = record(house, document, sitting)
    assert isinstance(concluded[0], ConclusionRecorded)
    assert concluded[0].conclusion == "NEGATIVE"


def test_a_postponed_item_gives_no_conclusion() -> None:
    house = a_university()
    document = in_review(house)
    sitting = convene(house, DEPARTMENT)
    sitting.place(document)
    sitting.does(PostponeItem, item=1)
    sitting.open()
    sitting.close()
    house.world.refuses(
        "MEETING-NOT-HELD",
        sitting.officer,
        RecordConclusion,
        **citing(house, document, sitting),
    )


def test_no_conclusion_is_dated_before_its_meeting_was_held() -> None:
    house = a_university()
    document = in_review(house)
    before = house.world.now
    sitting = decide_on(house, document, DEPARTMENT)
    house.world.refuses(
        "CMD-BEFORE",
        sitting.officer,
        RecordConclusion,
        **citing(house, document, sitting),
        occurred_at=before,
    )


def test_a_body_concludes_nothing_at_a_meeting_after_its_end() -> None:
    house = a_university()
    document = in_review(house)
    submitted = house.world.now
    house.world.later(days=3)
    sitting = decide_on(house, document, DEPARTMENT)
    house.world.give(
        house.head,
        DissolveBody,
        bin=UNIVERSITY,
        body_id="civil-law",
        act_no="8",
        occurred_at=submitted + timedelta(days=1),
    )
    house.world.refuses(
        "BODY-UNKNOWN",
        sitting.officer,
        RecordConclusion,
        **citing(house, document, sitting),
    )


def test_a_body_that_ended_after_its_meeting_still_concludes() -> None:
    house = a_university()
    document = in_review(house)
    sitting = decide_on(house, document, DEPARTMENT)
    house.world.later(days=1)
    one = {"bin": UNIVERSITY, "body_id": "civil-law", "act_no": "8"}
    house.world.give(house.head, DissolveBody, **one)
    assert record(house, document, sitting)


def test_a_conclusion_carries_the_tally_of_the_vote() -> None:
    house = a_university()
    document = in_review(house)
    concluded = record(house, document, decide_on(house, document, DEPARTMENT))[0]
    assert isinstance(concluded, ConclusionRecorded) and concluded.votes
    assert (concluded.votes.votes_for, concluded.votes.votes_against) == (4, 0)


def test_a_conclusion_is_what_was_voted_and_nothing_else() -> None:
    house = a_university()
    document = in_review(house)
    sitting = decide_on(house, document, DEPARTMENT)
    refused = house.world.refuses(
        "DOC-CONCLUSION",
        sitting.officer,
        RecordConclusion,
        **citing(house, document, sitting),
        conclusion="NEGATIVE",
    )
    assert refused == {"given": "NEGATIVE", "voted": "POSITIVE"}
    assert record(house, document, sitting, conclusion="POSITIVE")


def test_a_motion_that_is_not_carried_is_negative_and_returns_the_text() -> None:
    house = a_university()
    document = in_review(house)
    sitting = decide_on(house, document, DEPARTMENT, votes=2)
    concluded = record(house, document, sitting, remarks_ref=SALTED)
    assert names_of(concluded) == ["ConclusionRecorded", "DocumentReturned"]
    assert isinstance(concluded[1], DocumentReturned)
    assert (concluded[1].body, concluded[1].reason_refs) == (DEPARTMENT, (SALTED,))


@pytest.mark.parametrize("motion", ["NEGATIVE", "RETURN"])
@pytest.mark.parametrize("body", range(4))
def test_one_negative_conclusion_returns_the_text(motion: str, body: int) -> None:
    house = a_university()
    document = in_review(house)
    pass_review(house, document, until=house.bodies[body])
    concluded = conclude(house, document, house.bodies[body], motion)
    assert names_of(concluded) == ["ConclusionRecorded", "DocumentReturned"]
    refused = house.world.refuses(
        "DOC-STATE", house.head, ApproveDocument, document_id=document, **APPROVAL
    )
    assert refused["state"] == "RETURNED"


def test_a_second_round_asks_every_body_again() -> None:
    house = a_university()
    document = in_review(house)
    pass_review(house, document, until=UNIVERSITY_COUNCIL)
    conclude(house, document, UNIVERSITY_COUNCIL, "NEGATIVE")
    revised = house.world.give(
        house.deputy, ReviseContent, document_id=document, variants=[text("second")]
    )
    assert isinstance(revised[0], DocumentRevised) and revised[0].version == 2
    submit(house, document)
    refused = house.world.refuses(
        "R19-NOT-ALL-POSITIVE",
        house.head,
        ApproveDocument,
        document_id=document,
        **APPROVAL,
    )
    assert refused["body_refs"] == list(house.bodies)
    pass_review(house, document)
    approved = approve(house, document)[0]
    assert isinstance(approved, DocumentApproved) and approved.version == 2


def test_a_vote_before_the_stage_was_opened_is_no_conclusion() -> None:
    house = a_university()
    document = draft(house)
    early = decide_on(house, document, UNIVERSITY_COUNCIL)
    submit(house, document)
    pass_review(house, document, until=UNIVERSITY_COUNCIL)
    refused = house.world.refuses(
        "CMD-BEFORE",
        early.officer,
        RecordConclusion,
        **citing(house, document, early),
    )
    assert refused["act"] < refused["rests_on"]
    conclude(house, document, UNIVERSITY_COUNCIL)


def test_the_same_text_submitted_again_is_voted_on_again() -> None:
    house = a_university()
    document = draft(house)
    submit(house, document)
    first = decide_on(house, document, DEPARTMENT)
    record(house, document, first)
    conclude(house, document, FACULTY_COUNCIL, "RETURN")
    submit(house, document)
    house.world.refuses(
        "CMD-BEFORE",
        first.officer,
        RecordConclusion,
        **citing(house, document, first),
    )
    conclude(house, document, DEPARTMENT)


def test_a_meeting_on_the_old_text_does_not_serve_the_new_one() -> None:
    house = a_university()
    document = in_review(house)
    old = decide_on(house, document, DEPARTMENT)
    conclude(house, document, DEPARTMENT, "RETURN")
    house.world.give(
        house.deputy, ReviseContent, document_id=document, variants=[text("second")]
    )
    submit(house, document)
    house.world.refuses(
        "DOC-HASH", old.officer, RecordConclusion, **citing(house, document, old)
    )


def test_a_text_is_revised_only_before_or_after_its_review() -> None:
    house = a_university()
    document = in_review(house)
    revise = {"document_id": document, "variants": [text("second")]}
    house.world.refuses("DOC-STATE", house.deputy, ReviseContent, **revise)
    pass_review(house, document)
    house.world.refuses("DOC-STATE", house.deputy, ReviseContent, **revise)
    approve(house, document)
    refused = house.world.refuses("DOC-STATE", house.deputy, ReviseContent, **revise)
    assert refused["state"] == "APPROVED"


def test_an_approved_document_takes_no_command() -> None:
    house = a_university()
    document = a_ready(house)
    sitting = decide_on(house, document, DEPARTMENT)
    approve(house, document)
    one = {"document_id": document}
    refuses = house.world.refuses
    refuses("DOC-STATE", house.deputy, SubmitDocument, **one)
    refuses("DOC-STATE", house.head, ApproveDocument, **one, **APPROVAL)
    refuses("DOC-STATE", house.head, DeclineApproval, **one, reason_ref=SALTED)
    refuses("DOC-STATE", house.head, WithdrawDocument, **one)
    citation = citing(house, document, sitting)
    refuses("DOC-STATE", sitting.officer, RecordConclusion, **citation)


def test_a_submitted_document_is_not_submitted_again() -> None:
    house = a_university()
    document = in_review(house)
    house.world.refuses("DOC-STATE", house.deputy, SubmitDocument, document_id=document)


def test_the_approver_may_return_a_document_that_is_ready() -> None:
    house = a_university()
    document = a_ready(house)
    declined = house.world.give(
        house.head, DeclineApproval, document_id=document, reason_ref=SALTED
    )[0]
    assert isinstance(declined, DocumentReturned)
    assert (declined.role, declined.body, declined.stage_no) == ("HEAD", None, None)
    house.world.refuses(
        "DOC-STATE", house.head, ApproveDocument, document_id=document, **APPROVAL
    )


def test_what_is_not_ready_is_not_declined() -> None:
    house = a_university()
    document = in_review(house)
    house.world.refuses(
        "DOC-STATE",
        house.head,
        DeclineApproval,
        document_id=document,
        reason_ref=SALTED,
    )


@pytest.mark.parametrize("state", ["DRAFT", "IN_REVIEW", "READY", "RETURNED"])
@pytest.mark.parametrize("by_the_head", [True, False])
def test_the_author_or_the_head_takes_a_document_back(
    state: str, by_the_head: bool
) -> None:
    house = a_university()
    document = draft(house)
    if state != "DRAFT":
        submit(house, document)
    if state == "READY":
        pass_review(house, document)
    if state == "RETURNED":
        conclude(house, document, DEPARTMENT, "RETURN")
    assert state_of(house, document).phase == state
    one = {"document_id": document}
    stranger = house.methodist()
    refused = house.world.refuses("DOC-AUTHOR-ONLY", stranger, WithdrawDocument, **one)
    assert refused == {"role": "METHODIST"}
    actor = house.head if by_the_head else house.deputy
    withdrawn = house.world.give(actor, WithdrawDocument, document_id=document)
    assert withdrawn[0] == DocumentWithdrawn(version=1, reason_ref=None)
    house.world.refuses("DOC-STATE", actor, WithdrawDocument, document_id=document)


def test_a_teacher_takes_an_own_curriculum_back() -> None:
    house = a_university()
    document = draft(house, "WORKING_CURRICULUM", teacher=BOLAT)
    house.world.give(house.teacher(BOLAT), WithdrawDocument, document_id=document)


def test_no_act_on_a_document_is_dated_before_the_last_one() -> None:
    house = a_university()
    before = house.world.now
    document = a_ready(house)
    one = {"document_id": document, "occurred_at": before}
    refuses = house.world.refuses
    refuses("CMD-BEFORE", house.head, ApproveDocument, **one, **APPROVAL)
    refuses("CMD-BEFORE", house.head, DeclineApproval, **one, reason_ref=SALTED)
    refuses("CMD-BEFORE", house.head, WithdrawDocument, **one)
    other = draft(house, name="other plan")
    one["document_id"] = other
    refuses("CMD-BEFORE", house.deputy, SubmitDocument, **one)
    refuses("CMD-BEFORE", house.deputy, ReviseContent, **one, variants=[text("x")])


def test_an_approval_is_not_valid_to_a_day_before_it_begins() -> None:
    house = a_university()
    document = a_ready(house)
    house.world.refuses(
        "DOC-DATES",
        house.head,
        ApproveDocument,
        document_id=document,
        **APPROVAL,
        valid_to="2026-08-31",
    )


def unit_conclusion(house: House, document: str, **fields: object) -> dict[str, object]:
    body: dict[str, object] = {
        "document_id": document,
        "body": EM_UNIT,
        "content_hash": state_of(house, document).content_hash,
        "conclusion": "POSITIVE",
    }
    return {**body, **fields}


def at_the_methodical_unit() -> tuple[House, str]:
    house = a_university()
    document = in_review(house)
    pass_review(house, document, until=EM_UNIT)
    return house, document


@pytest.mark.parametrize("by_the_head", [True, False])
def test_the_methodical_unit_acts_through_its_methodist_or_the_head(
    by_the_head: bool,
) -> None:
    house, document = at_the_methodical_unit()
    actor = house.head if by_the_head else house.methodist()
    concluded = house.world.give(
        actor, RecordConclusion, **unit_conclusion(house, document)
    )[0]
    assert isinstance(concluded, ConclusionRecorded)
    assert (concluded.meeting_id, concluded.votes) == (None, None)


def test_nobody_else_acts_for_the_methodical_unit() -> None:
    house, document = at_the_methodical_unit()
    conclusion = unit_conclusion(house, document)
    for stranger in (house.officer(UNIVERSITY_COUNCIL), house.officer(DEPARTMENT)):
        house.world.refuses("ACTOR-BODY", stranger, RecordConclusion, **conclusion)
    house.world.refuses("ACTOR-ROLE", house.deputy, RecordConclusion, **conclusion)


def test_a_methodist_of_another_unit_does_not_act_for_this_one() -> None:
    house, document = at_the_methodical_unit()
    house.world.give(
        house.head,
        EndAppointment,
        bin=UNIVERSITY,
        person_id=house.methodist().person,
        appointment=1,
        valid_to="2026-01-11",
        order_no="1",
    )
    elsewhere = appoint(house, BOLAT, "METHODIST", unit=FACULTY, valid_from=MONDAY_DATE)
    conclusion = unit_conclusion(house, document)
    house.world.refuses("ACTOR-BODY", elsewhere, RecordConclusion, **conclusion)


@pytest.mark.parametrize("conclusion", [None, "MAYBE"])
def test_the_methodical_unit_says_what_it_concludes(conclusion: str | None) -> None:
    house, document = at_the_methodical_unit()
    refused = house.world.refuses(
        "DOC-CONCLUSION",
        house.methodist(),
        RecordConclusion,
        **unit_conclusion(house, document, conclusion=conclusion),
    )
    assert refused["given"] == conclusion


def test_a_methodical_unit_that_was_closed_concludes_no_more() -> None:
    house, document = at_the_methodical_unit()
    close = {"bin": UNIVERSITY, "unit_id": METHODICAL_UNIT, "act_no": "1"}
    house.world.give(house.head, CloseUnit, **close)
    for actor in (house.head, house.methodist()):
        refused = house.world.refuses(
            "BODY-UNKNOWN",
            actor,
            RecordConclusion,
            **unit_conclusion(house, document),
        )
        assert refused == {"body": EM_UNIT}


def test_a_body_formed_after_the_submission_changes_no_route() -> None:
    house = a_college()
    document = in_review(house)
    seat_council(house, "mechanics", (NURLAN, OLGA, house.deputy.person))
    route = state_of(house, document).route
    assert route is not None
    bodies = [body.body for stage in route.stages for body in stage.bodies]
    assert bodies == [COMMISSION, COLLEGE_COUNCIL]
    pass_review(house, document)
    assert approve(house, document)


def test_two_councils_of_one_stage_may_conclude_in_any_order() -> None:
    house = a_staffed_university()
    child = open_unit(house, "civil", "INSTITUTE", parent=FACULTY)
    seat_council(house, FACULTY, LAWYERS)
    upper = seat_council(house, "civil", LAWYERS)
    assert child
    document = draft(house, author={"kind": "UNIT", "unit_id": "civil"})
    submit(house, document)
    assert names_of(conclude(house, document, FACULTY_COUNCIL)) == [
        "ConclusionRecorded"
    ]
    passed = conclude(house, document, upper)
    assert names_of(passed) == ["ConclusionRecorded", "StagePassed", "StageOpened"]


def test_the_council_that_was_dissolved_is_still_named_as_missing() -> None:
    house = a_university()
    document = in_review(house)
    decision = mandate(house, "org")
    dissolve = {"bin": UNIVERSITY, "key": "org", "decision_id": decision}
    house.world.give(house.head, DissolveCouncil, **dissolve)
    pass_review(house, document, until=UNIVERSITY_COUNCIL)
    refused = house.world.refuses(
        "R19-NOT-ALL-POSITIVE",
        house.head,
        ApproveDocument,
        document_id=document,
        **APPROVAL,
    )
    assert refused["body_refs"] == [UNIVERSITY_COUNCIL]


def test_an_approval_says_by_itself_what_was_approved() -> None:
    house = a_university()
    document = a_ready(house)
    signature = {"format": "CMS", "cms_ref": SALTED, "ocsp_ref": SALTED}
    approved = house.world.give(
        house.head,
        ApproveDocument,
        document_id=document,
        **APPROVAL,
        signature=signature,
    )[0]
    assert isinstance(approved, DocumentApproved)
    assert (approved.bin, approved.round) == (UNIVERSITY, 1)
    assert content_hash(approved.variants) == approved.content_hash
    assert approved.approver.appointment_id == house.head.capacity
    assert approved.signature is not None
    assert approved.signature.status == "UNVERIFIED", "no sender may say that it is"


def test_an_approver_who_wrote_the_text_is_flagged() -> None:
    house = a_university()
    own = a_ready(house, by=house.head)
    of_the_deputy = a_ready(house, name="other plan")
    flags = [approve(house, document)[0] for document in (own, of_the_deputy)]
    assert [getattr(event, "self_review", None) for event in flags] == [True, False]


def test_a_strangers_hat_approves_nothing() -> None:
    house, college = a_university(), a_staffed_college()
    document = a_ready(house)
    stranger = Hat(college.head.person, college.bin, house.head.capacity)
    house.world.refuses(
        "ACTOR-CAPACITY", stranger, ApproveDocument, document_id=document, **APPROVAL
    )


def test_the_hash_covers_every_language_in_any_order() -> None:
    russian = Variant(language="ru", media_type="application/pdf", sha256=hex_of("a"))
    kazakh = Variant(language="kk", media_type="application/pdf", sha256=hex_of("b"))
    assert content_hash([russian, kazakh]) == content_hash([kazakh, russian])
    assert content_hash([russian]) != content_hash([kazakh, russian])


def hex_of(digit: str) -> Sha256:
    return Sha256(digit * 64)


def test_the_hash_is_one_that_another_system_can_compute() -> None:
    russian = Variant(language="ru", media_type="application/pdf", sha256=hex_of("a"))
    rows = f'[["ru","application/pdf","{"a" * 64}"]]'
    assert content_hash([russian]) == sha256(rows.encode()).hexdigest()


def test_a_university_without_bodies_still_drafts() -> None:
    house = a_founded_university()
    document = draft(house, author={"kind": "UNIT", "unit_id": "adm"})
    assert names_of(house.world.events(Stream(f"document/{document}"))) == [
        "DocumentDrafted"
    ]


def test_the_stages_of_a_document_are_told_one_by_one() -> None:
    house = a_college()
    document = a_ready(house)
    told = house.world.events(Stream(f"document/{document}"))
    stages = [
        (type(event).__name__, getattr(event, "stage_no", None))
        for event in told
        if isinstance(event, StageOpened | StagePassed | DocumentReady)
    ]
    assert stages == [
        ("StageOpened", 1),
        ("StagePassed", 1),
        ("StageOpened", 4),
        ("StagePassed", 4),
        ("DocumentReady", None),
    ]
