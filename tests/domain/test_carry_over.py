"""History from before the register: by head and registrar together, and marked."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.carry_over_commands import (
    ConfirmCarryOver,
    ProposeChair,
    ProposeCouncil,
    ProposeDocument,
    RejectCarryOver,
)
from domain.carry_over_events import CarryOverConfirmed, DocumentProposed
from domain.council_commands import EstablishCouncil, RemoveMember
from domain.council_events import (
    CouncilCarriedOver,
    CouncilChairSeated,
    CouncilSecretarySeated,
)
from domain.council_state import Council
from domain.dates import Spell
from domain.document_commands import (
    ApproveDocument,
    CreateDocument,
    ReviseContent,
    SupersedeDocument,
    WithdrawDocument,
)
from domain.document_events import DocumentCarriedOver
from domain.document_state import Document
from domain.identifiers import CapacityId, PersonId, Sha256, Stream
from domain.node import GrantOperator
from domain.organisation_commands import SuspendOrganisation
from domain.provenance import OldAct, Provenance
from domain.review_body_commands import FormJointCommission
from domain.review_body_events import ChairCarriedOver
from domain.series import SeriesRevisionApproved
from domain.staff import EndAppointment
from projections.approval_status import APPROVAL_STATUS, ApprovalStatus
from projections.projection import Recorded
from tests.domain.given import (
    AIGERIM,
    ALMATY,
    BOLAT,
    COMMISSION,
    DEPARTMENT,
    ERLAN,
    FACULTY,
    FACULTY_COUNCIL,
    FILE_HASH,
    GULNARA,
    JOINT,
    JOINT_COMMISSION,
    LAWYERS,
    MADI,
    MONDAY_DATE,
    NURLAN,
    OLGA,
    PAVEL,
    ROZA,
    RUSTEM,
    SYMBAT,
    UNIVERSITY,
    WELDERS,
    House,
    a_college,
    a_founded_school,
    a_staffed_college,
    a_staffed_university,
    a_university,
    appoint,
    consent,
    elect_chair,
    form_commission,
    form_department,
    mandate,
    neighbours,
    propose_joint,
)
from tests.domain.history import (
    OLD_ACT,
    OLD_DAY,
    OLD_TERM,
    confirm,
    old_chair,
    old_council,
    old_document,
    proposal,
    propose_chair,
    propose_council,
    propose_document,
)
from tests.domain.reviewing import (
    APPROVAL,
    SALTED,
    approve,
    conclude,
    draft,
    pass_review,
    state_of,
    submit,
    text,
)
from tests.domain.scenario import Hat, named

MEMBERS = (BOLAT, GULNARA, ERLAN)


def test_what_the_head_proposed_is_entered_when_the_registrar_confirms() -> None:
    house = a_university()
    of_it = propose_document(house)
    stream = Stream(f"document/{named('plan of history' + house.bin)}")
    assert house.world.events(stream) == []
    confirmed, carried, joined = confirm(house, of_it)
    assert confirmed == CarryOverConfirmed(proposed_by=AIGERIM)
    assert isinstance(carried, DocumentCarriedOver)
    assert carried.carried_over == Provenance(
        act=OldAct(number="77", date=OLD_DAY, file_hash=Sha256(FILE_HASH)),
        proposal=Stream(f"carry-over/{house.bin}.{of_it['carry_over_id']}"),
        proposed_by=AIGERIM,
        confirmed_by=ROZA,
    )
    assert (carried.rule, carried.author.kind, carried.approver_role) == (
        "19",
        "UNIT",
        "HEAD",
    )
    state = house.world.state(stream)
    assert isinstance(state, Document)
    assert (state.phase, state.carried_over, state.route) == ("APPROVED", True, None)
    assert state.approved_at == datetime(2025, 6, 29, 19, tzinfo=UTC)
    assert isinstance(joined, SeriesRevisionApproved)
    assert (joined.document_id, joined.series_id) == (state.document, state.series)


def test_it_is_shown_as_carried_over() -> None:
    house = a_university()
    _, carried, _ = confirm(house, propose_document(house))
    recorded = Recorded(
        event=carried,
        event_id="local.1",
        tag=carried.tag,
        stream=house.world.log[-2].stream,
        version=1,
        position=1,
        owner=house.bin,
        kato=ALMATY,
        level="he",
        rule="19",
        rule_pack="kz-583-2007",
        at=house.world.now,
        recorded_at=house.world.now,
        actor_person=ROZA,
        actor_organisation="node",
        actor_role="REGISTRAR",
        command_id="",
    )
    (key,) = APPROVAL_STATUS.keys(recorded)
    row = APPROVAL_STATUS.fold(None, recorded, key)
    assert isinstance(row, ApprovalStatus)
    assert (row.state, row.carried_over, row.approved_by_role) == (
        "APPROVED",
        True,
        "HEAD",
    )
    assert row.approval_act_no == "77"
    assert row.approved_at == datetime(2025, 6, 29, 19, tzinfo=UTC)
    assert (row.valid_from, row.route, row.stages_total) == (OLD_TERM, (), 0)


def test_the_text_of_a_carried_document_never_changes() -> None:
    house = a_university()
    confirm(house, propose_document(house))
    document = {"document_id": named("plan of history" + house.bin)}
    refuses = house.world.refuses
    refuses("DOC-STATE", house.head, ReviseContent, **document, variants=[text("new")])
    refuses("DOC-STATE", house.head, WithdrawDocument, **document)
    refuses("DOC-STATE", house.head, ApproveDocument, **document, **APPROVAL)


def test_nobody_confirms_what_they_proposed_themselves() -> None:
    house = a_university()
    grant = {"node": "local", "person_id": AIGERIM, "role": "REGISTRAR"}
    house.world.give(house.registrar, GrantOperator, **grant)
    of_it = propose_document(house)
    node = house.registrar.capacity.partition("#")[0]
    number = house.world.version(Stream(node))
    herself = Hat(AIGERIM, "node", CapacityId(f"{node}#{number}"))
    refused = house.world.refuses(
        "CARRY-ONE-PERSON", herself, ConfirmCarryOver, **of_it
    )
    assert refused == {"person_id": AIGERIM}
    confirm(house, of_it)


def test_the_head_alone_and_the_registrar_alone_carry_nothing_over() -> None:
    house = a_university()
    of_it = propose_document(house)
    refuses = house.world.refuses
    refuses("ACTOR-ROLE", house.head, ConfirmCarryOver, **of_it)
    refuses("ACTOR-ROLE", house.head, RejectCarryOver, **of_it, reason_ref=SALTED)
    other = {**proposal(house, "another"), "act": OLD_ACT}
    document = old_document(house)
    for hat in (house.registrar, house.deputy):
        refuses("ACTOR-ROLE", hat, ProposeDocument, **other, document=document)


def test_a_proposal_is_settled_once() -> None:
    house = a_university()
    refuses = house.world.refuses
    unknown = proposal(house, "no proposal")
    refuses("CARRY-UNKNOWN", house.registrar, ConfirmCarryOver, **unknown)
    of_it = propose_document(house)
    again = {"act": OLD_ACT, "document": old_document(house)}
    refuses("CARRY-EXISTS", house.head, ProposeDocument, **of_it, **again)
    reason = {"reason_ref": SALTED}
    house.world.give(house.registrar, RejectCarryOver, **of_it, **reason)
    refused = refuses("CARRY-STATE", house.registrar, ConfirmCarryOver, **of_it)
    assert refused == {"state": "REJECTED"}
    other = propose_document(house, "another")
    confirm(house, other)
    refuses("CARRY-STATE", house.registrar, RejectCarryOver, **other, **reason)


def test_an_act_of_the_day_of_registration_is_no_history() -> None:
    house = a_university()
    fields = {**proposal(house), "document": old_document(house)}
    today = {**OLD_ACT, "date": MONDAY_DATE}
    refused = house.world.refuses(
        "CARRY-DATE", house.head, ProposeDocument, **fields, act=today
    )
    assert refused == {"date": MONDAY_DATE, "registered_on": MONDAY_DATE}
    eve = {**OLD_ACT, "date": MONDAY_DATE - timedelta(days=1)}
    house.world.give(house.head, ProposeDocument, **fields, act=eve)


def test_a_confirmation_is_not_dated_before_its_proposal() -> None:
    house = a_university()
    before = house.world.now
    house.world.later(days=1)
    of_it = propose_document(house)
    house.world.refuses(
        "CMD-BEFORE", house.registrar, ConfirmCarryOver, **of_it, occurred_at=before
    )


def test_a_suspended_organisation_carries_nothing_over() -> None:
    house = a_university()
    of_it = propose_document(house)
    house.world.give(house.registrar, SuspendOrganisation, bin=UNIVERSITY, act_no="3")
    house.world.refuses("ORG-STATE", house.registrar, ConfirmCarryOver, **of_it)


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("DOC-KIND", {"kind": "POEM"}),
        ("R2-LEVEL", {"level": "TVE"}),
        ("R2-LEVEL", {"level": "NONE"}),
        ("R19-APPROVER", {"approver_role": "DEPUTY_HEAD_EM"}),
        ("R20-APPROVER", {"kind": "LESSON_PLAN", "approver_role": "HEAD"}),
        ("DOC-VARIANTS", {"variants": [text("a"), text("b")]}),
        ("DOC-DATES", {"valid_to": OLD_DAY}),
        ("DOC-YEAR", {"academic_year": "2025-2027"}),
    ],
)
def test_a_document_is_carried_over_as_the_order_knows_it(
    code: str, wrong: dict[str, object]
) -> None:
    house = a_university()
    document = {**old_document(house), **wrong}
    fields = {**proposal(house), "act": OLD_ACT, "document": document}
    house.world.refuses(code, house.head, ProposeDocument, **fields)


def test_a_document_that_stands_here_is_not_overwritten() -> None:
    house = a_university()
    document = draft(house)
    taken = {**old_document(house), "document_id": document}
    fields = {**proposal(house), "act": OLD_ACT, "document": taken}
    house.world.refuses("DOC-EXISTS", house.head, ProposeDocument, **fields)
    first, second = (
        propose_document(house, name, document_id=named("the same"))
        for name in ("first", "second")
    )
    confirm(house, first)
    refused = house.world.refuses(
        "DOC-EXISTS", house.registrar, ConfirmCarryOver, **second
    )
    assert refused == {"document_id": named("the same")}
    again = {"document_id": named("the same"), "bin": house.bin}
    plan = state_of(house, document)
    house.world.refuses(
        "DOC-EXISTS",
        house.deputy,
        CreateDocument,
        **again,
        kind=plan.kind,
        level=plan.level,
        author={"kind": "UNIT", "unit_id": FACULTY},
        titles=plan.titles,
        variants=plan.variants,
    )


def test_a_sitting_council_is_carried_over_with_its_term_and_officers() -> None:
    house = a_staffed_university()
    events = confirm(house, propose_council(house, FACULTY, MEMBERS))[1:]
    entered, chair, secretary = events
    assert isinstance(entered, CouncilCarriedOver)
    assert (entered.kind, entered.members) == ("UNIT_COUNCIL", MEMBERS)
    assert entered.term == Spell(valid_from=OLD_TERM, valid_to=date(2027, 8, 31))
    assert entered.carried_over.act.number == "77"
    assert isinstance(chair, CouncilChairSeated) and chair.person_id == BOLAT
    assert isinstance(secretary, CouncilSecretarySeated)
    form_department(house, "civil-law", LAWYERS)
    chair_hat = house.officer(FACULTY_COUNCIL, "CHAIR")
    assert chair_hat.capacity == f"{FACULTY_COUNCIL}#2"


def test_a_carried_council_sits_until_its_term_ends_and_members_may_leave() -> None:
    house = a_staffed_university()
    confirm(house, propose_council(house, "org", MEMBERS))
    council = house.world.state(Stream(f"council/{house.bin}.org"))
    assert isinstance(council, Council)
    last_day = date(2027, 8, 31)
    assert council.members_on(last_day) == MEMBERS
    assert council.members_on(last_day + timedelta(days=1)) == ()
    leaving = {"bin": house.bin, "key": "org", "person_id": ERLAN}
    house.world.later(days=2)
    house.world.give(house.head, RemoveMember, **leaving)
    left = house.world.state(Stream(f"council/{house.bin}.org"))
    assert isinstance(left, Council)
    assert left.members_on(house.world.now.date()) == MEMBERS[:2]


def test_a_carried_council_concludes_on_documents() -> None:
    house = a_staffed_university()
    confirm(house, propose_council(house, "org", MEMBERS))
    document = draft(house, kind="LESSON_PLAN", teacher=BOLAT)
    submit(house, document)
    conclude(house, document, Stream(f"council/{house.bin}.org"))
    assert state_of(house, document).phase == "READY"


def test_a_carried_plan_joins_its_series_and_is_superseded_by_a_later_one() -> None:
    house = a_university()
    series = named("the plans of law")
    old = {"document_id": named("the old plan")}
    later = draft(house, series_id=series)
    lesson = {"kind": "LESSON_PLAN", "approver_role": "DEPUTY_HEAD_EM"}
    wrong = {**old_document(house), **lesson, "series_id": series}
    fields = {**proposal(house, "wrong"), "act": OLD_ACT, "document": wrong}
    refuses = house.world.refuses
    refused = refuses("DOC-SERIES", house.head, ProposeDocument, **fields)
    assert refused == {"series_id": series}
    of_it = propose_document(house, series_id=series, document_id=old["document_id"])
    confirm(house, of_it)
    by = {"superseded_by": later}
    refuses("DOC-SUPERSEDE", house.head, SupersedeDocument, **old, **by)
    submit(house, later)
    pass_review(house, later)
    approve(house, later)
    house.world.give(house.head, SupersedeDocument, **old, **by)


STRANGER = {"members": (*MEMBERS, SYMBAT)}


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("COUNCIL-SEATS", {"members": MEMBERS[:2]}),
        ("COUNCIL-SEATS", {"members": (*MEMBERS[:2], *MEMBERS[:1])}),
        ("COUNCIL-OFFICERS", {"chair": SYMBAT}),
        ("COUNCIL-OFFICERS", {"secretary": BOLAT}),
        ("BODY-NOT-STAFF", STRANGER),
        ("CMD-BEFORE", {"valid_from": date(2025, 6, 29)}),
        ("CARRY-TERM", {"valid_from": date(2026, 2, 1)}),
    ],
)
def test_a_council_is_carried_over_as_its_mandate_has_it(
    code: str, wrong: dict[str, object]
) -> None:
    house = a_staffed_university()
    council = {**old_council(house, "org", MEMBERS), **wrong}
    fields = {**proposal(house), "act": OLD_ACT, "council": council}
    house.world.refuses(code, house.head, ProposeCouncil, **fields)


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("R14-MANDATE", {"powers": []}),
        ("R14-MANDATE", {"seats_min": 4, "seats_max": 3}),
        ("CARRY-TERM", {"term_months": 3}),
        ("UNIT-UNKNOWN", {"council": "no-such-unit"}),
    ],
)
def test_an_old_mandate_is_as_sound_as_a_new_one(
    code: str, wrong: dict[str, object]
) -> None:
    house = a_staffed_university()
    council = old_council(house, "org", MEMBERS)
    fixed = {"council": "org", "seats_min": 3, "seats_max": 5, "powers": ["REVIEW"]}
    council["mandate"] = {**fixed, **wrong}
    fields = {**proposal(house), "act": OLD_ACT, "council": council}
    house.world.refuses(code, house.head, ProposeCouncil, **fields)


def test_a_council_that_stands_here_is_not_overwritten() -> None:
    house = a_university()
    fields = {**proposal(house), "act": OLD_ACT}
    council = old_council(house, "org", MEMBERS)
    refused = house.world.refuses(
        "COUNCIL-EXISTS", house.head, ProposeCouncil, **fields, council=council
    )
    assert refused == {"council": f"council/{house.bin}.org"}
    staffed = a_staffed_university()
    confirm(staffed, propose_council(staffed, "org", MEMBERS))
    staffed.world.refuses(
        "COUNCIL-EXISTS",
        staffed.head,
        EstablishCouncil,
        bin=staffed.bin,
        key="org",
        council_id=named("a new council"),
        title={"ru": "Совет"},
        mandate_decision_id=mandate(staffed, "org"),
    )


def test_a_schools_old_council_does_not_repeat_the_pedagogical_one() -> None:
    house = a_founded_school()
    members = tuple(
        appoint(house, who, "TEACHER").person for who in (BOLAT, GULNARA, ERLAN)
    )
    council = old_council(house, "org", members)
    fields = {**proposal(house), "act": OLD_ACT}
    house.world.refuses(
        "R32-DUPLICATE", house.head, ProposeCouncil, **fields, council=council
    )
    distinct = {**council, "distinct_from_pedagogical_council": True}
    house.world.give(house.head, ProposeCouncil, **fields, council=distinct)


def test_a_member_who_left_before_the_confirmation_stops_it() -> None:
    house = a_staffed_university()
    of_it = propose_council(house, "org", MEMBERS)
    leaving = {"bin": house.bin, "person_id": ERLAN, "appointment": 1}
    last_day = {"valid_to": MONDAY_DATE, "order_no": "1"}
    house.world.give(house.head, EndAppointment, **leaving, **last_day)
    house.world.later(days=1)
    refused = house.world.refuses(
        "BODY-NOT-STAFF", house.registrar, ConfirmCarryOver, **of_it
    )
    assert refused == {"persons": [ERLAN]}


def a_commission_without_chair() -> House:
    house = a_staffed_college()
    form_commission(house, "welding", WELDERS[:3])
    return house


def test_an_old_chair_leads_the_commission_from_the_confirmation_on() -> None:
    house = a_commission_without_chair()
    _, carried = confirm(house, propose_chair(house, COMMISSION, NURLAN))
    assert isinstance(carried, ChairCarriedOver)
    assert (carried.person_id, carried.valid_from) == (NURLAN, MONDAY_DATE)
    assert carried.carried_over.act.date == OLD_DAY
    assert house.officer(COMMISSION).person == NURLAN
    elect_chair(house, "welding", OLGA)


def test_a_commission_that_is_led_keeps_its_chair() -> None:
    house = a_commission_without_chair()
    of_it = propose_chair(house, COMMISSION, NURLAN)
    elect_chair(house, "welding", OLGA)
    refused = house.world.refuses(
        "BODY-STATE", house.registrar, ConfirmCarryOver, **of_it
    )
    assert refused == {"state": "LED"}


def test_an_old_chair_of_a_joint_commission_is_of_its_host() -> None:
    host, neighbour = neighbours()
    propose_joint(host, (OLGA, PAVEL))
    consent(neighbour, MADI)
    host.world.give(host.head, FormJointCommission, **JOINT)
    fields = {**proposal(host), "act": OLD_ACT}
    of_another = old_chair(JOINT_COMMISSION, MADI)
    host.world.refuses("R17-CHAIR", host.head, ProposeChair, **fields, chair=of_another)
    confirm(host, propose_chair(host, JOINT_COMMISSION, OLGA))
    assert host.world.body(JOINT_COMMISSION).is_led


def test_no_old_chair_is_dated_back_to_before_the_elected_one() -> None:
    house = a_commission_without_chair()
    of_it = propose_chair(house, COMMISSION, NURLAN)
    before = house.world.now
    house.world.later(days=3)
    elect_chair(house, "welding", OLGA)
    house.world.refuses(
        "CMD-BEFORE", house.registrar, ConfirmCarryOver, **of_it, occurred_at=before
    )
    assert house.world.body(COMMISSION).is_led


@pytest.mark.parametrize("who", [RUSTEM, SYMBAT])
def test_an_old_chair_is_a_member_who_teaches(who: PersonId) -> None:
    house = a_commission_without_chair()
    chair = old_chair(COMMISSION, who)
    fields = {**proposal(house), "act": OLD_ACT, "chair": chair}
    refused = house.world.refuses("R17-CHAIR", house.head, ProposeChair, **fields)
    assert refused["is_member"] is False


def test_an_old_chair_is_of_a_commission_of_the_house() -> None:
    university, college = a_university(), a_college()
    refuses = university.world.refuses
    fields = {**proposal(university), "act": OLD_ACT}
    head = university.head
    for body in (COMMISSION, FACULTY_COUNCIL, Stream("review-body/none.none")):
        chair = old_chair(body, BOLAT)
        refuses("BODY-UNKNOWN", head, ProposeChair, **fields, chair=chair)
    chair = old_chair(DEPARTMENT, BOLAT)
    refused = refuses("R17-DEPARTMENT-HEAD", head, ProposeChair, **fields, chair=chair)
    assert refused == {"kind": "DEPARTMENT"}
    assert college.bin != university.bin


def test_the_proposal_tells_all_that_was_said() -> None:
    house = a_university()
    of_it = propose_document(house, approver_person_id=SYMBAT)
    (event,) = house.world.events(
        Stream(f"carry-over/{house.bin}.{of_it['carry_over_id']}")
    )
    assert isinstance(event, DocumentProposed)
    assert event.document.approver_person_id == SYMBAT
    assert event.act.number == "77"
