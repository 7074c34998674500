"""An example of each answer to people at work and auditors, and of the rules."""

from datetime import UTC, date, datetime

import msgspec
from msgspec import Struct

from adapters.command_examples import (
    DEPUTY,
    DEPUTY_PERSON,
    DOCUMENT,
    HEAD,
    HEAD_PERSON,
    MEETING,
    TEACHER_PERSON,
    TEXT_HASH,
    UNIVERSITY,
)
from adapters.explanations import (
    ActorAnswer,
    ClauseAnswer,
    ExplainAnswer,
    LackAnswer,
    StepAnswer,
)
from adapters.rule_answers import rule_answer, rule_list
from adapters.trail_answers import (
    Trail,
    TrailActor,
    TrailEntry,
    TrailOffice,
    TrailRefusal,
    TrailVerdict,
)
from adapters.work_answers import (
    AgendaAnswer,
    AgendaDocument,
    ApprovalGroup,
    AuditSummary,
    BodyList,
    BodyRegistryAnswer,
    MeetingAnswer,
    MeetingPage,
    OfficeAnswer,
    OfficerAnswer,
    OfficesAnswer,
    RuleRefusals,
    Tally,
    TallyRow,
    TermAnswer,
)
from domain.regulation.pack import rule_pack
from domain.regulation.telling import telling

ACT = datetime(2026, 9, 18, 5, 30, tzinfo=UTC)
COUNCIL = f"council/{UNIVERSITY}.org"
COUNCIL_RU = "Учебно-методический совет университета"
COUNCIL_KK = "Университеттің оқу-әдістемелік кеңесі"
COUNCIL_EN = "Methodical council of the university"
LAST_DAY = date(2029, 9, 17)

_pack = rule_pack()
_words = telling().words
_explanation = ExplainAnswer(
    document_id=DOCUMENT,
    kind="WORKING_STUDY_PLAN",
    level="HE",
    state="READY",
    rule="19",
    rule_pack=_pack.id,
    profile=_pack.default_profile,
    version=1,
    content_hash=TEXT_HASH,
    at=ACT,
    clauses=(
        ClauseAnswer(
            clause="BODY-POSITIVE",
            rule="19",
            holds=True,
            about=COUNCIL,
            about_name=COUNCIL_EN,
            text=_words["BODY-POSITIVE"].en,
        ),
    ),
    steps=(
        StepAnswer(
            command="document.approve",
            text=_words["document.approve"].en,
            body=None,
            body_name=None,
            meeting_id=None,
            item=None,
            roles=_pack.roles["document.approve"],
            actors=(
                ActorAnswer(
                    person=HEAD_PERSON,
                    role="HEAD",
                    capacity=HEAD,
                    organisation=UNIVERSITY,
                ),
            ),
            lack=None,
        ),
        StepAnswer(
            command="document.replan-route",
            text=_words["document.replan-route"].en,
            body=None,
            body_name=None,
            meeting_id=None,
            item=None,
            roles=_pack.roles["document.replan-route"],
            actors=(),
            lack=LackAnswer(
                code="DOC-STATE",
                rule=None,
                text=_pack.errors["DOC-STATE"].text(
                    "en", {"state": "READY", "allowed": ["IN_REVIEW"]}
                ),
                context={"state": "READY", "allowed": ["IN_REVIEW"]},
            ),
        ),
    ),
)
_trail = Trail(
    document_id=DOCUMENT,
    audience="OWN",
    as_of=None,
    known_on=date(2026, 9, 18),
    is_sound=True,
    entries=(
        TrailEntry(
            position=41,
            about="document",
            stream=f"document/{DOCUMENT}",
            version=9,
            event_id="local.41",
            type="document.ready.v1",
            occurred_at=ACT,
            recorded_at=ACT,
            actor=TrailActor(
                person=DEPUTY_PERSON,
                role="DEPUTY_HEAD_EM",
                capacity=DEPUTY,
                organisation=UNIVERSITY,
            ),
            rule="19",
            rule_pack=_pack.id,
            command_id="8f14e45f-ceea-467f-a9b1-5c3d7e2a0041",
            correlation_id="8f14e45f-ceea-467f-a9b1-5c3d7e2a0041",
            causation_id="local.40",
            content_hash=None,
            summary=telling().events["document.ready.v1"],
            data={"version": 1, "round": 1},
        ),
    ),
    offices=(
        TrailOffice(
            capacity=DEPUTY,
            organisation=UNIVERSITY,
            person=DEPUTY_PERSON,
            role="DEPUTY_HEAD_EM",
            order_no="14-к",
            decision_id=None,
            valid_from=date(2026, 9, 1),
            valid_to=None,
        ),
    ),
    verdicts=(
        TrailVerdict(
            clause="BODY-POSITIVE",
            rule="19",
            about=COUNCIL,
            outcome="HOLDS",
            position=40,
            text=_words["BODY-POSITIVE"],
        ),
    ),
    refusals=(
        TrailRefusal(
            at=ACT,
            command_tag="document.approve",
            command_id="8f14e45f-ceea-467f-a9b1-5c3d7e2a0031",
            code="R19-APPROVER",
            rule="19",
            actor=DEPUTY_PERSON,
            actor_org=UNIVERSITY,
            context={"role": "DEPUTY_HEAD_EM", "allowed": ["HEAD"]},
        ),
    ),
)
_council = BodyRegistryAnswer(
    body=COUNCIL,
    org_bin=UNIVERSITY,
    kind="ORG_COUNCIL",
    name_ru=COUNCIL_RU,
    name_kk=COUNCIL_KK,
    unit=None,
    levels=(),
    members=9,
    minimum=5,
    is_led=True,
    below_minimum=False,
    term_end=LAST_DAY,
    officers=(
        OfficerAnswer(
            role="CHAIR",
            person_id=TEACHER_PERSON,
            capacity=f"{COUNCIL}#11",
            valid_from=date(2026, 9, 18),
            valid_to=LAST_DAY,
        ),
    ),
)
_meeting = MeetingAnswer(
    meeting_id=MEETING,
    org_bin=UNIVERSITY,
    body=COUNCIL,
    body_kind="ORG_COUNCIL",
    planned_for=date(2026, 9, 18),
    state="HELD",
    held_at=ACT,
    minutes_no=None,
    minutes_year=None,
    items=(
        AgendaAnswer(
            item=1,
            kind="DOCUMENT",
            motion="POSITIVE",
            postponed=False,
            carried=True,
            documents=(
                AgendaDocument(
                    document_id=DOCUMENT,
                    content_hash=TEXT_HASH,
                    title_ru="Рабочий учебный план 6B06102 «Информационные системы»",
                    title_kk="6B06102 «Ақпараттық жүйелер» жұмыс оқу жоспары",
                    state="IN_REVIEW",
                    is_current=True,
                    awaits=True,
                ),
            ),
        ),
    ),
)
_offices = OfficesAnswer(
    org_bin=UNIVERSITY,
    methodist_number=4,
    methodists_appointed=3,
    offices=(
        OfficeAnswer(
            capacity=HEAD,
            person_id=HEAD_PERSON,
            post="HEAD",
            unit=None,
            valid_from=date(2026, 9, 1),
            valid_to=None,
            order_no="1-к",
            decision_id=None,
        ),
    ),
    terms=(
        TermAnswer(
            body=COUNCIL,
            name_ru=COUNCIL_RU,
            name_kk=COUNCIL_KK,
            role="CHAIR",
            person_id=TEACHER_PERSON,
            last_day=LAST_DAY,
        ),
    ),
)
_summary = AuditSummary(
    wrong_role=0,
    self_reviewed=1,
    approvals=(
        ApprovalGroup(
            profile=_pack.default_profile,
            kind="WORKING_STUDY_PLAN",
            level="HE",
            approver="HEAD",
            count=40,
            is_allowed=True,
        ),
    ),
    refusals=(RuleRefusals(code="R19-APPROVER", rule="19", count=2),),
)
_rules = rule_list(_pack, "en")
_rule = rule_answer(_pack, "19", "en")

WORK_EXAMPLES: tuple[Struct, ...] = (
    _explanation,
    _trail,
    Tally(by=("state",), items=(TallyRow(count=12, state="IN_REVIEW"),)),
    BodyList(items=(_council,)),
    MeetingPage(items=(_meeting,), next=None, position=42),
    _offices,
    _summary,
    msgspec.structs.replace(_rules, items=_rules.items[:2]),
    msgspec.structs.replace(
        _rule,
        routes=_rule.routes[:1],
        commands=_rule.commands[:2],
        refusals=_rule.refusals[:2],
    ),
)
"""One of each; what belongs to the regulation is as the rule pack has it."""
