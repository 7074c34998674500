"""An example of each answer, for those who read the description before they ask."""

from datetime import date

import msgspec
from msgspec import Struct

from adapters.answers import (
    BodyAnswer,
    DocumentAnswer,
    DocumentPage,
    OrganisationPage,
)
from adapters.command_examples import (
    DOCUMENT,
    HEAD_PERSON,
    REMARKS,
    SERIES,
    TEXT_HASH,
    UNIVERSITY,
)
from adapters.contract import batch_acceptance, success_acceptance
from adapters.http_routes.content import KeptContent
from adapters.http_routes.described import (
    Catalogue,
    HealthAnswer,
    Liveness,
    RefusalAnswer,
    RefusalPage,
)
from adapters.http_routes.doors import Part
from adapters.http_routes.work_examples import ACT, COUNCIL, WORK_EXAMPLES
from adapters.identity import Jwks
from adapters.projection_desk import (
    ParkedList,
    ProjectionAnswer,
    ProjectionList,
    RebuildAnswer,
    WishList,
)
from adapters.views import ParkedStream, Wish
from domain.regulation.pack import rule_pack
from projections.org_directory import OrganisationRow

_document = DocumentAnswer(
    document_id=DOCUMENT,
    series_id=SERIES,
    rule_pack="kz-583-2007",
    rule_no="19",
    kind="WORKING_STUDY_PLAN",
    level="HE",
    org_bin=UNIVERSITY,
    org_name_ru="Учебный технический университет",
    org_name_kk="Оқу техникалық университеті",
    org_synthetic=True,
    region_kato="750000000",
    title_ru="Рабочий учебный план 6B06102 «Информационные системы»",
    title_kk="6B06102 «Ақпараттық жүйелер» жұмыс оқу жоспары",
    title_en=None,
    discipline_code=None,
    specialty_code="6B06102",
    academic_year="2026-2027",
    version=1,
    content_hash=TEXT_HASH,
    state="IN_REVIEW",
    state_since=ACT,
    days_in_state=3,
    approved_by_person_id=None,
    approved_by_role=None,
    approved_at=None,
    approval_act_no=None,
    valid_from=None,
    valid_to=date(2027, 8, 31),
    self_review_flag=False,
    superseded_by=None,
    superseded_at=None,
    annulled_by_person_id=None,
    annulled_by_role=None,
    annulled_at=None,
    annulment_act_no=None,
    carried_over=False,
    audience="OWN",
    last_position=42,
    updated_at=ACT,
    current_stage=4,
    stages_total=4,
    bodies_required=3,
    bodies_positive=2,
    next_bodies=(
        BodyAnswer(
            body=COUNCIL,
            kind="ORG_COUNCIL",
            stage_no=4,
            name_ru="Учебно-методический совет университета",
            name_kk="Университеттің оқу-әдістемелік кеңесі",
            conclusion=None,
            owner=UNIVERSITY,
            needs="POSITIVE",
        ),
    ),
)
_organisation = OrganisationRow(
    bin=UNIVERSITY,
    name_ru="Учебный технический университет",
    name_kk="Оқу техникалық университеті",
    name_en="Training Technical University",
    named_since=date(2026, 9, 18),
    kind="UNIVERSITY",
    synthetic=True,
    kato="751310000",
    region_kato="750000000",
    levels=("HE",),
    state="ACTIVE",
    last_position=7,
    updated_at=ACT,
)
_refusal = RefusalAnswer(
    id=17,
    at=ACT,
    command_tag="document.approve",
    command_id="8f14e45f-ceea-467f-a9b1-5c3d7e2a0031",
    owner=UNIVERSITY,
    code="R19-APPROVER",
    rule="19",
    rule_pack="kz-583-2007",
    actor=HEAD_PERSON,
    actor_org=UNIVERSITY,
    actor_role="DEPUTY_HEAD_EM",
    cause=None,
    stream=f"document/{DOCUMENT}",
    context={"role": "DEPUTY_HEAD_EM", "allowed": ["HEAD"]},
)
_view = ProjectionAnswer(
    name="approval_status",
    state="behind",
    position=40,
    lag=2,
    parked=1,
    skipped=0,
    rebuild=RebuildAnswer(position=12, target=42),
)
_parked = ParkedStream(
    view="approval_status",
    stream=f"document/{DOCUMENT}",
    position=41,
    events=2,
    error="KeyError('stage_no')",
)
_wish = Wish(
    id=3, kind="rebuild", view="approval_status", by=HEAD_PERSON, at=ACT, outcome=None
)
_well = Part(state="running", is_well=True, position=42, lag=0)
_pack = rule_pack()
_entry = _pack.errors["R19-APPROVER"]
_shortened = msgspec.structs.replace(
    _pack,
    routes=_pack.routes[:1],
    roles={"document.approve": _pack.roles["document.approve"]},
    errors={_entry.code: _entry},
)

ANSWER_EXAMPLES: dict[str, Struct] = {
    type(example).__name__: example
    for example in (
        success_acceptance(),
        batch_acceptance(),
        _document,
        DocumentPage(items=(_document,), next=None, position=42),
        _organisation,
        OrganisationPage(items=(_organisation,), next=None, position=42),
        KeptContent(ref=REMARKS),
        RefusalPage(items=(_refusal,), next=None),
        Catalogue(rule_pack=_pack.id, items=(_entry,)),
        _entry,
        _shortened,
        HealthAnswer(
            status="ready",
            store=Part(state="running", is_well=True),
            bus=_well,
            relay=_well,
            views=Part(state="running", is_well=True, position=42, lag=0, parked=0),
            policies=_well,
            command_door=Part(state="running", is_well=True),
        ),
        Liveness(status="live"),
        Jwks(
            keys=(
                {
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "kid": "k1",
                    "use": "sig",
                    "alg": "EdDSA",
                    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                },
            )
        ),
        _view,
        ProjectionList(items=(_view,)),
        ParkedList(items=(_parked,)),
        WishList(items=(_wish,)),
        _wish,
        *WORK_EXAMPLES,
    )
}
"""By the name of its type."""
