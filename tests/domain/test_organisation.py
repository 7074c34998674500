"""Rule 2 and the registry: who is registered, at which levels, in which state."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from domain.council_commands import RemoveMember
from domain.decider import Command
from domain.document_commands import (
    ApproveDocument,
    DeclineApproval,
    RecordConclusion,
    ReviseContent,
    SubmitDocument,
)
from domain.identifiers import Bin, Kato, Names, Stream, check_digit, is_valid_bin
from domain.meeting_commands import MinuteMeeting, PlanMeeting
from domain.organisation_commands import (
    ActivateOrganisation,
    AssignDirectLeadership,
    AssignSupervision,
    CloseOrganisation,
    DeclareLevels,
    RecordCharter,
    RecordGoverningDecision,
    RegisterOrganisation,
    SetMethodistNumber,
    SuspendOrganisation,
)
from domain.organisation_events import (
    DirectLeadershipAssigned,
    GoverningDecisionRecorded,
    LevelsDeclared,
    MethodistNumberSet,
    OrganisationActivated,
    OrganisationRegistered,
    SupervisionAssigned,
)
from domain.organisation_state import Organisation
from domain.regulation import kato
from domain.review_body_commands import DissolveBody
from domain.review_body_commands import RemoveMember as RemoveFromBody
from domain.staff import AppointStaff
from domain.unit import CreateUnit, UnitActivated, UnitCreated
from tests.domain.given import (
    AIGERIM,
    ALMATY,
    BOLAT,
    COLLEGE,
    DAULET,
    DEPARTMENT,
    FILE_HASH,
    METHODICAL_UNIT,
    METHODIST_INPUTS,
    MONDAY_DATE,
    NEW_YEAR,
    SCHOOL,
    SYMBAT,
    WELDERS,
    WELDING,
    ZHANNA,
    House,
    a_founded_school,
    a_founded_university,
    a_university,
    appoint,
    form_commission,
    mandate,
    open_unit,
    set_methodists,
)
from tests.domain.reviewing import (
    APPROVAL,
    SALTED,
    a_ready,
    citing,
    decide_on,
    draft,
    submit,
    text,
)
from tests.domain.scenario import Hat, named

NAMES = Names(ru="Колледж", kk="Колледж", en="College")
TOMORROW = "2026-01-13"


def register(house: House, **fields: object) -> list[object]:
    return list(
        house.world.give(house.registrar, RegisterOrganisation, **college(**fields))
    )


def college(**fields: object) -> dict[str, object]:
    body = {"bin": COLLEGE, "names": NAMES, "kind": "COLLEGE", "kato": ALMATY}
    return {**body, **fields}


def test_registration_brings_the_administration_unit_with_it() -> None:
    registered, created, activated = register(a_founded_university())
    assert registered == OrganisationRegistered(
        bin=COLLEGE, names=NAMES, kind="COLLEGE", kato=Kato(ALMATY), synthetic=False
    )
    assert isinstance(created, UnitCreated) and created.kind == "ADMINISTRATION"
    assert isinstance(activated, UnitActivated)


@pytest.mark.parametrize(
    "text",
    [
        "050440002268",  # the check digit is wrong
        "050400002260",  # the fifth digit would make it an IIN
        "05044000226",
        "0504400022677",
        "05044000226x",
    ],
)
def test_a_number_that_is_no_bin_is_refused(text: str) -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "ORG-BIN", house.registrar, RegisterOrganisation, **college(bin=text)
    )
    assert refused["bin"] == text


def test_an_iin_is_no_bin_even_with_the_right_check_digit() -> None:
    eleven = "90010130012"
    digit = check_digit(eleven)
    assert digit is not None and not is_valid_bin(f"{eleven}{digit}")


def test_every_eleven_digits_have_one_check_digit_or_none() -> None:
    numbers = [f"9401400{n:04d}" for n in range(500)]
    for eleven in numbers:
        valid = [d for d in range(10) if is_valid_bin(f"{eleven}{d}")]
        digit = check_digit(eleven)
        assert valid == ([] if digit is None else [digit])
    assert None in [check_digit(eleven) for eleven in numbers]


def test_a_bin_is_registered_once() -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "ORG-EXISTS", house.registrar, RegisterOrganisation, **college(bin=house.bin)
    )
    assert refused == {"bin": house.bin}


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "ORG-KIND", house.registrar, RegisterOrganisation, **college(kind="LYCEUM")
    )
    assert refused["kind"] == "LYCEUM" and "COLLEGE" in refused["known"]


def test_a_territory_of_no_region_is_refused() -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "ORG-KATO", house.registrar, RegisterOrganisation, **college(kato="990000000")
    )
    assert refused["kato"] == "990000000"


def test_all_twenty_regions_are_known() -> None:
    regions = kato.classifier().regions
    assert len(regions) == 20
    assert all(kato.is_known(f"{region.code[:2]}1310000") for region in regions)
    assert kato.subject_tokens("751310000") == ("75", "7513")
    assert kato.subject_tokens("750000000") == ("75", "7500")


@pytest.mark.parametrize(
    ("kind", "levels"),
    [
        ("COLLEGE", ["TVE"]),
        ("HIGHER_COLLEGE", ["PSE", "TVE"]),
        ("UNIVERSITY", ["HE"]),
        ("UNIVERSITY", ["HE", "TVE", "PSE"]),
        ("SCHOOL", ["SECONDARY"]),
        ("METHOD_CABINET", []),
        ("EMPLOYER", []),
    ],
)
def test_levels_of_the_kind_are_declared(kind: str, levels: list[str]) -> None:
    house = a_founded_university()
    register(house, kind=kind)
    declared = house.world.give(
        house.registrar, DeclareLevels, bin=COLLEGE, levels=levels
    )
    order = ["SECONDARY", "TVE", "PSE", "HE"]
    assert declared == [LevelsDeclared(levels=tuple(sorted(levels, key=order.index)))]


@pytest.mark.parametrize(
    ("kind", "levels"),
    [
        ("COLLEGE", ["PSE"]),
        ("COLLEGE", []),
        ("COLLEGE", ["PRESCHOOL"]),
        ("SCHOOL", ["SECONDARY", "TVE"]),
        ("UNIVERSITY", ["TVE"]),
        ("METHOD_CABINET", ["TVE"]),
        ("PRESCHOOL", ["SECONDARY"]),
    ],
)
def test_levels_of_another_kind_are_refused(kind: str, levels: list[str]) -> None:
    house = a_founded_university()
    register(house, kind=kind)
    refused = house.world.refuses(
        "R2-LEVEL", house.registrar, DeclareLevels, bin=COLLEGE, levels=levels
    )
    assert (refused["kind"], refused["levels"]) == (kind, tuple(levels))


def test_a_school_without_levels_cannot_be_activated() -> None:
    house = a_founded_university()
    register(house)
    house.world.refuses("R2-LEVEL", house.registrar, ActivateOrganisation, bin=COLLEGE)


def test_a_cabinet_needs_no_levels_to_be_active() -> None:
    house = a_founded_university()
    register(house, kind="METHOD_CABINET")
    activated = house.world.give(house.registrar, ActivateOrganisation, bin=COLLEGE)
    assert activated == [OrganisationActivated()]


def test_what_is_not_registered_is_unknown() -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "ORG-UNKNOWN", house.registrar, DeclareLevels, bin=COLLEGE, levels=["TVE"]
    )
    assert refused == {"bin": COLLEGE}


def test_an_active_organisation_is_not_activated_again() -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "ORG-STATE", house.registrar, ActivateOrganisation, bin=house.bin
    )
    assert refused["state"] == "ACTIVE"


def test_a_suspended_organisation_waits_until_it_is_active_again() -> None:
    house = a_founded_university()
    give, registrar = house.world.give, house.registrar
    give(registrar, SuspendOrganisation, bin=house.bin, act_no="3")
    refused = house.world.refuses(
        "ORG-STATE", house.head, RecordCharter, **charter_of(house.bin)
    )
    assert refused["state"] == "SUSPENDED"
    house.world.refuses(
        "ORG-STATE", house.head, CreateUnit, **new_unit(house), names=NAMES
    )
    house.world.refuses(
        "ORG-STATE", registrar, SuspendOrganisation, bin=house.bin, act_no="4"
    )
    give(registrar, ActivateOrganisation, bin=house.bin)
    give(house.head, RecordCharter, **charter_of(house.bin))


def attempts(house: House) -> Iterator[tuple[Hat, type[Command], dict[str, object]]]:
    """An act of every aggregate of the house, each of which it may do when active."""
    ready = {"document_id": a_ready(house)}
    returned: dict[str, object] = {"document_id": draft(house, name="another plan")}
    review = draft(house, name="a third plan")
    submit(house, review)
    sitting = decide_on(house, review, DEPARTMENT)
    law = {"bin": house.bin, "body_id": "civil-law"}
    org = {"bin": house.bin, "key": "org"}
    chair = sitting.officer
    body = {"body": DEPARTMENT, "planned_for": MONDAY_DATE}
    teacher = {"post": "TEACHER", "valid_from": NEW_YEAR, "order_no": "1"}
    yield house.head, ApproveDocument, {**ready, **APPROVAL}
    yield house.head, DeclineApproval, {**ready, "reason_ref": SALTED}
    yield house.deputy, ReviseContent, {**returned, "variants": [text("new")]}
    yield house.deputy, SubmitDocument, returned
    yield chair, RecordConclusion, citing(house, review, sitting)
    yield chair, PlanMeeting, {"meeting_id": named("m"), **body}
    minutes = {"minutes_ref": SALTED, "signed_by": [chair.person]}
    yield chair, MinuteMeeting, {"meeting_id": sitting.meeting, **minutes}
    yield house.head, RemoveFromBody, {**law, "person_id": ZHANNA}
    yield house.head, RemoveMember, {**org, "person_id": ZHANNA}
    yield house.head, AppointStaff, {"bin": house.bin, "person_id": SYMBAT, **teacher}


def test_nobody_acts_for_a_suspended_organisation() -> None:
    house = a_university()
    acts = list(attempts(house))
    act = {"bin": house.bin, "act_no": "17"}
    house.world.give(house.registrar, SuspendOrganisation, **act)
    suspended = {"state": "SUSPENDED", "bin": house.bin}
    for hat, kind, fields in acts:
        assert house.world.refuses("ORG-STATE", hat, kind, **fields) == suspended
    house.world.give(house.registrar, ActivateOrganisation, bin=house.bin)
    for hat, kind, fields in acts:
        assert house.world.copy().give(hat, kind, **fields)


def test_an_act_is_judged_by_the_state_of_its_own_day() -> None:
    house = a_founded_university()
    before = house.world.now - timedelta(days=1)
    active = house.world.now
    house.world.later(days=1)
    act = {"bin": house.bin, "act_no": "17"}
    house.world.give(house.registrar, SuspendOrganisation, **act)
    faculty = {"bin": house.bin, "kind": "FACULTY", "names": Names(ru="Факультет")}
    refused = house.world.refuses(
        "ORG-STATE", house.head, CreateUnit, unit_id="f1", **faculty, occurred_at=before
    )
    assert refused == {"state": "UNREGISTERED", "bin": house.bin}
    house.world.give(
        house.head, CreateUnit, unit_id="f2", **faculty, occurred_at=active
    )
    house.world.refuses("ORG-STATE", house.head, CreateUnit, unit_id="f3", **faculty)


def test_no_act_of_an_organisation_is_dated_before_its_last_one() -> None:
    house = a_founded_university()
    house.world.refuses(
        "CMD-BEFORE",
        house.head,
        RecordGoverningDecision,
        **decision(house),
        occurred_at=house.world.now - timedelta(days=1),
    )


def test_a_closed_organisation_stays_closed() -> None:
    house = a_founded_university()
    registrar = house.registrar
    house.world.give(registrar, CloseOrganisation, bin=house.bin, act_no="3")
    for command in (ActivateOrganisation, CloseOrganisation, SuspendOrganisation):
        act = {} if command is ActivateOrganisation else {"act_no": "4"}
        refused = house.world.refuses(
            "ORG-STATE", registrar, command, bin=house.bin, **act
        )
        assert refused["state"] == "CLOSED"


def new_unit(house: House) -> dict[str, object]:
    return {"bin": house.bin, "unit_id": "u7", "kind": "FACULTY"}


def charter_of(owner: Bin, day: object = NEW_YEAR) -> dict[str, object]:
    return {
        "bin": owner,
        "number": "1",
        "date": day,
        "file_hash": FILE_HASH,
        "clauses": {"regulation_approvers": ["DEPUTY_HEAD_EM"]},
    }


def test_a_charter_of_tomorrow_is_not_recorded_today() -> None:
    house = a_founded_university()
    house.world.refuses(
        "CMD-FUTURE", house.head, RecordCharter, **charter_of(house.bin, TOMORROW)
    )


def decision(house: House, **fields: object) -> dict[str, object]:
    body: dict[str, object] = {
        "bin": house.bin,
        "decision_id": named("decision"),
        "kind": "OTHER",
        "number": "4",
        "date": NEW_YEAR,
        "file_hash": FILE_HASH,
    }
    return {**body, **fields}


def test_a_governing_decision_is_recorded_once() -> None:
    house = a_founded_university()
    recorded = house.world.give(house.head, RecordGoverningDecision, **decision(house))
    assert isinstance(recorded[0], GoverningDecisionRecorded)
    refused = house.world.refuses(
        "ORG-DECISION-EXISTS", house.head, RecordGoverningDecision, **decision(house)
    )
    assert refused == {"decision_id": named("decision")}


def test_an_unknown_kind_of_decision_is_refused() -> None:
    house = a_founded_university()
    house.world.refuses(
        "ORG-DECISION-KIND",
        house.head,
        RecordGoverningDecision,
        **decision(house, kind="WISH"),
    )


def test_a_decision_of_tomorrow_is_not_recorded_today() -> None:
    house = a_founded_university()
    house.world.refuses(
        "CMD-FUTURE",
        house.head,
        RecordGoverningDecision,
        **decision(house, date=TOMORROW),
    )


NEVER_MET = {"regulation": "7", "quorum": [1, 2], "majority": [1, 1]}


def seats(least: int, most: int, *powers: str) -> dict[str, object]:
    return {"council": "org", "seats_min": least, "seats_max": most, "powers": powers}


@pytest.mark.parametrize(
    ("kind", "fixed"),
    [
        ("COUNCIL_MANDATE", None),
        ("OTHER", seats(3, 5, "REVIEW")),
        ("COUNCIL_MANDATE", seats(5, 3, "REVIEW")),
        ("COUNCIL_MANDATE", seats(0, 3, "REVIEW")),
        ("COUNCIL_MANDATE", seats(3, 5)),
        ("COUNCIL_MANDATE", {**seats(3, 5, "REVIEW"), "quorum": NEVER_MET}),
    ],
)
def test_a_mandate_fixes_composition_and_powers(kind: str, fixed: object) -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "R14-MANDATE",
        house.head,
        RecordGoverningDecision,
        **decision(house, kind=kind, mandate=fixed),
    )
    assert refused["decision_id"] == named("decision")


@pytest.mark.parametrize(
    "fixed",
    [
        {"term_months": 0},
        {"term_months": -12},
        {"term_months": 200_000},
        {"powers": ["Решать всё, кроме отпуска Иванова"]},
        {"council": "Совет Иванова"},
        {"quorum": {**NEVER_MET, "majority": [-1, 2]}},
        {"quorum": {**NEVER_MET, "majority": [1, 0]}},
        {"quorum": {**NEVER_MET, "quorum": [1, -2]}},
    ],
    ids=str,
)
def test_a_mandate_holds_codes_and_numbers_that_can_be(fixed: Any) -> None:
    house = a_founded_university()
    body = decision(house, kind="COUNCIL_MANDATE")
    with pytest.raises(msgspec.ValidationError):
        house.world.give(
            house.head,
            RecordGoverningDecision,
            **{**body, "mandate": {**seats(3, 5, "REVIEW"), **fixed}},
        )


def number_of_methodists(house: House, decision_id: str) -> dict[str, object]:
    return {"bin": house.bin, "decision_id": decision_id, "number": 2}


def test_the_number_of_methodists_rests_on_a_decision_of_its_kind() -> None:
    house = a_founded_university()
    other = mandate(house, "org")
    for decision_id in (other, named("no decision")):
        refused = house.world.refuses(
            "ORG-NO-DECISION",
            house.head,
            SetMethodistNumber,
            **number_of_methodists(house, decision_id),
        )
        assert refused == {"decision_id": decision_id}


def test_the_number_of_methodists_is_kept_with_its_inputs() -> None:
    house = a_founded_university()
    body = decision(house, kind="METHODIST_NUMBER", inputs=METHODIST_INPUTS)
    house.world.give(house.head, RecordGoverningDecision, **body)
    written = house.world.give(
        house.head, SetMethodistNumber, **number_of_methodists(house, named("decision"))
    )
    assert isinstance(written[0], MethodistNumberSet)
    assert written[0].inputs.learners == 2400


def test_a_negative_number_of_methodists_is_refused() -> None:
    house = a_founded_university()
    body = decision(house, kind="METHODIST_NUMBER", inputs=METHODIST_INPUTS)
    house.world.give(house.head, RecordGoverningDecision, **body)
    number = {**number_of_methodists(house, named("decision")), "number": -1}
    house.world.refuses("ORG-NO-DECISION", house.head, SetMethodistNumber, **number)


def test_a_decision_on_methodists_states_what_it_weighed_and_no_other_does() -> None:
    house = a_founded_university()
    for kind, inputs in (("METHODIST_NUMBER", None), ("OTHER", METHODIST_INPUTS)):
        body = decision(house, kind=kind, inputs=inputs)
        refused = house.world.refuses(
            "ORG-INPUTS", house.head, RecordGoverningDecision, **body
        )
        assert refused == {"decision_id": named("decision"), "kind": kind}


def test_a_decision_sets_the_number_once_and_the_latest_one_stands() -> None:
    house = a_founded_university()
    set_methodists(house, 3, "of today", day=MONDAY_DATE)
    older = decision(house, kind="METHODIST_NUMBER", inputs=METHODIST_INPUTS)
    house.world.give(house.head, RecordGoverningDecision, **older)
    for spent in (named("of today" + house.bin), named("decision")):
        refused = house.world.refuses(
            "ORG-DECISION-SPENT",
            house.head,
            SetMethodistNumber,
            **number_of_methodists(house, spent),
        )
        assert refused == {"decision_id": spent}


def test_the_number_is_not_set_below_the_methodists_in_office() -> None:
    house = a_founded_university()
    set_methodists(house, 3)
    open_unit(house, METHODICAL_UNIT, "EM_UNIT")
    for who in (SYMBAT, ZHANNA, BOLAT):
        appoint(house, who, "METHODIST", unit=METHODICAL_UNIT)
    body = decision(house, kind="METHODIST_NUMBER", inputs=METHODIST_INPUTS)
    house.world.give(house.head, RecordGoverningDecision, **body)
    refused = house.world.refuses(
        "R12-HEADCOUNT",
        house.head,
        SetMethodistNumber,
        **number_of_methodists(house, named("decision")),
    )
    assert refused == {"number": 2, "appointed": 3}


def test_a_level_that_a_body_carries_is_not_given_up() -> None:
    house = a_university()
    levels = {"bin": house.bin, "levels": ["HE", "TVE"]}
    house.world.give(house.head, DeclareLevels, **levels)
    for welder in WELDERS:
        appoint(house, welder, "TEACHER", WELDING)
    form_commission(house, "welding", WELDERS)
    only = {"bin": house.bin, "levels": ["HE"]}
    refused = house.world.refuses("R2-LEVEL", house.head, DeclareLevels, **only)
    assert refused["body"] == f"review-body/{house.bin}.welding"
    body = {"bin": house.bin, "body_id": "welding", "act_no": "1"}
    house.world.give(house.head, DissolveBody, **body)
    house.world.give(house.head, DeclareLevels, **only)


def test_direct_leadership_is_the_deputys() -> None:
    house = a_founded_university()
    assigned = house.world.give(
        house.head, AssignDirectLeadership, bin=house.bin, person_id=DAULET
    )
    capacity = house.deputy.capacity
    assert assigned == [
        DirectLeadershipAssigned(person_id=DAULET, appointment_id=capacity)
    ]


@pytest.mark.parametrize("who", [AIGERIM, SYMBAT], ids=["the head", "a stranger"])
def test_direct_leadership_goes_to_nobody_but_the_deputy(who: str) -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "R14-DEPUTY", house.head, AssignDirectLeadership, bin=house.bin, person_id=who
    )
    assert refused == {"person_id": who, "needed": "DEPUTY_HEAD_EM"}


def test_a_deputy_supervises_disciplines_in_place_of_earlier_ones() -> None:
    house = a_founded_university()
    supervised = {"bin": house.bin, "person_id": DAULET}
    for codes in (["0421", "0421", "0715"], ["0421"]):
        (assigned,) = house.world.give(
            house.head, AssignSupervision, **supervised, discipline_codes=codes
        )
        assert assigned == SupervisionAssigned(
            person_id=DAULET,
            appointment_id=house.deputy.capacity,
            discipline_codes=tuple(dict.fromkeys(codes)),
        )
    state = house.world.state(Stream(f"organisation/{house.bin}"))
    assert isinstance(state, Organisation)
    assert state.supervision == {DAULET: ("0421",)}


@pytest.mark.parametrize("who", [AIGERIM, SYMBAT], ids=["the head", "a stranger"])
def test_nobody_but_a_deputy_supervises(who: str) -> None:
    house = a_founded_university()
    supervised = {"bin": house.bin, "person_id": who, "discipline_codes": ["0421"]}
    refused = house.world.refuses(
        "R14-DEPUTY", house.head, AssignSupervision, **supervised
    )
    assert refused == {"person_id": who, "needed": "DEPUTY_HEAD_EM"}
    house.world.refuses("ACTOR-ROLE", house.deputy, AssignSupervision, **supervised)


def test_supervision_is_of_something() -> None:
    house = a_founded_university()
    supervised = {"bin": house.bin, "person_id": DAULET, "discipline_codes": []}
    with pytest.raises(msgspec.ValidationError):
        house.world.give(house.head, AssignSupervision, **supervised)


@pytest.mark.parametrize("council", ["council of Ivanov", "unit/940140000385.um", "um"])
def test_a_charter_names_a_council_by_its_stream(council: str) -> None:
    house = a_founded_university()
    charter = {**charter_of(house.bin), "clauses": {"um_council": council}}
    with pytest.raises(msgspec.ValidationError):
        house.world.give(house.head, RecordCharter, **charter)
    named = {"um_council": f"council/{COLLEGE}.um"}
    house.world.give(house.head, RecordCharter, **{**charter, "clauses": named})


@pytest.mark.parametrize(
    "clause", ["regulation_approvers", "general_documentation_approvers"]
)
@pytest.mark.parametrize("role", ["KING", "TEACHER", "head", "REGISTRAR"])
def test_a_charter_names_approvers_who_may_approve(clause: str, role: str) -> None:
    house = a_founded_university()
    charter = {**charter_of(house.bin), "clauses": {clause: ["HEAD", role]}}
    refused = house.world.refuses("ORG-CHARTER", house.head, RecordCharter, **charter)
    assert (refused["clause"], refused["given"]) == (clause, ("HEAD", role))


def test_a_school_has_its_administration_to_write_documents_in() -> None:
    house = a_founded_school()
    assert house.bin == SCHOOL
    open_unit(house, "primary", "DIVISION", parent="adm")
