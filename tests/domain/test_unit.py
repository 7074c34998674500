"""Rules 10 and 11: kinds of units, their parents, and their own regulations."""

import pytest

from domain.decider import Command
from domain.identifiers import Names, Stream
from domain.organisation_commands import RecordCharter
from domain.unit import (
    ActivateUnit,
    ApproveRegulation,
    CloseUnit,
    CreateUnit,
    RegulationApproved,
    UnitActivated,
    UnitClosed,
    UnitCreated,
)
from tests.domain.given import (
    COLLEGE,
    FILE_HASH,
    MONDAY_DATE,
    NEW_YEAR,
    UNIVERSITY,
    House,
    a_founded_university,
    open_unit,
)

NAMES = Names(ru="Факультет права", kk="Құқық факультеті")
LAW_FACULTY = {"bin": UNIVERSITY, "unit_id": "law"}
REGULATION = {
    **LAW_FACULTY,
    "number": "7",
    "date": NEW_YEAR,
    "file_hash": FILE_HASH,
}


def new(**fields: object) -> dict[str, object]:
    return {**LAW_FACULTY, "kind": "FACULTY", "names": NAMES, **fields}


def created() -> House:
    house = a_founded_university()
    house.world.give(house.head, CreateUnit, **new())
    return house


@pytest.mark.parametrize("kind", ["DIVISION", "FACULTY", "INSTITUTE", "BRANCH"])
def test_a_unit_is_created_under_a_kind_of_the_order(kind: str) -> None:
    house = a_founded_university()
    written = house.world.give(house.deputy, CreateUnit, **new(kind=kind))
    assert isinstance(written[0], UnitCreated) and written[0].kind == kind


@pytest.mark.parametrize("kind", ["DEPARTMENT", "COMMISSION", "LABORATORY"])
def test_what_is_no_unit_of_the_order_is_refused(kind: str) -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "R10-UNIT-KIND", house.head, CreateUnit, **new(kind=kind)
    )
    assert refused["kind"] == kind and "EM_UNIT" in refused["known"]


@pytest.mark.parametrize("token", ["adm", "org", "um", "head", "methodists"])
def test_tokens_of_the_house_are_not_given_to_units(token: str) -> None:
    house = a_founded_university()
    code = "UNIT-EXISTS" if token == "adm" else "UNIT-ID"
    house.world.refuses(code, house.head, CreateUnit, **new(unit_id=token))


def test_a_unit_is_created_once() -> None:
    house = created()
    refused = house.world.refuses("UNIT-EXISTS", house.head, CreateUnit, **new())
    assert refused == {"unit_id": "law"}


def test_a_unit_carries_levels_of_its_organisation_only() -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "R2-LEVEL", house.head, CreateUnit, **new(levels=["TVE"])
    )
    assert refused == {"levels": ("TVE",), "allowed": ("HE",)}


def test_a_parent_is_an_active_unit_of_the_same_organisation() -> None:
    house = created()
    chair = new(unit_id="civil", parent="law")
    refused = house.world.refuses("UNIT-PARENT", house.head, CreateUnit, **chair)
    assert refused == {"parent": Stream(f"unit/{UNIVERSITY}.law")}
    house.world.give(house.head, ApproveRegulation, **REGULATION)
    house.world.give(house.head, ActivateUnit, **LAW_FACULTY)
    house.world.give(house.head, CreateUnit, **chair)


def test_a_unit_cannot_be_its_own_parent() -> None:
    house = a_founded_university()
    house.world.refuses("UNIT-PARENT", house.head, CreateUnit, **new(parent="law"))


def test_a_unit_without_a_regulation_stays_inactive() -> None:
    house = created()
    refused = house.world.refuses(
        "R11-NO-REGULATION", house.head, ActivateUnit, **LAW_FACULTY
    )
    assert refused == {"unit_id": "law", "approvers": ("HEAD",)}


def test_a_unit_with_its_regulation_becomes_active() -> None:
    house = created()
    approved = house.world.give(house.head, ApproveRegulation, **REGULATION)
    assert isinstance(approved[0], RegulationApproved)
    assert approved[0].approver_role == "HEAD"
    assert house.world.give(house.head, ActivateUnit, **LAW_FACULTY) == [
        UnitActivated()
    ]
    refused = house.world.refuses("UNIT-STATE", house.head, ActivateUnit, **LAW_FACULTY)
    assert refused == {"state": "ACTIVE"}


def test_a_regulation_is_approved_by_the_head_where_the_charter_is_silent() -> None:
    house = created()
    refused = house.world.refuses(
        "ACTOR-ROLE", house.deputy, ApproveRegulation, **REGULATION
    )
    assert refused == {"role": "DEPUTY_HEAD_EM", "allowed": ("HEAD",)}


def test_a_regulation_is_approved_by_whom_the_charter_names() -> None:
    house = created()
    house.world.give(
        house.head,
        RecordCharter,
        bin=UNIVERSITY,
        number="1",
        date=NEW_YEAR,
        file_hash=FILE_HASH,
        clauses={"regulation_approvers": ["DEPUTY_HEAD_EM"]},
    )
    house.world.refuses("ACTOR-ROLE", house.head, ApproveRegulation, **REGULATION)
    house.world.give(house.deputy, ApproveRegulation, **REGULATION)


def test_a_regulation_of_tomorrow_is_not_approved_today() -> None:
    house = created()
    tomorrow = MONDAY_DATE.replace(day=13)
    house.world.refuses(
        "CMD-FUTURE",
        house.head,
        ApproveRegulation,
        **{**REGULATION, "date": tomorrow},
    )


def test_a_closed_unit_takes_no_command() -> None:
    house = created()
    closed = house.world.give(house.head, CloseUnit, **LAW_FACULTY, act_no="9")
    assert closed == [UnitClosed(act_no="9")]
    commands: list[tuple[type[Command], dict[str, object]]] = [
        (ApproveRegulation, dict(REGULATION)),
        (ActivateUnit, dict(LAW_FACULTY)),
        (CloseUnit, {**LAW_FACULTY, "act_no": "10"}),
    ]
    for command, fields in commands:
        refused = house.world.refuses("UNIT-STATE", house.head, command, **fields)
        assert refused == {"state": "CLOSED"}


def test_the_administration_is_one_and_stays() -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "R10-UNIT-KIND", house.head, CreateUnit, **new(kind="ADMINISTRATION")
    )
    assert "ADMINISTRATION" not in refused["known"]
    administration = {"bin": UNIVERSITY, "unit_id": "adm", "act_no": "1"}
    house.world.refuses("UNIT-ID", house.head, CloseUnit, **administration)


def test_a_unit_is_active_between_its_opening_and_its_closing() -> None:
    house = a_founded_university()
    before = house.world.now
    house.world.later(days=1)
    open_unit(house, "law", "FACULTY")
    during = house.world.now
    house.world.later(days=1)
    house.world.give(house.head, CloseUnit, **LAW_FACULTY, act_no="1")
    below = {"kind": "DIVISION", "names": NAMES, "parent": "law"}
    for act in (before, house.world.now):
        one = {**new(unit_id="civil"), **below, "occurred_at": act}
        house.world.refuses("UNIT-PARENT", house.head, CreateUnit, **one)
    one = {**new(unit_id="civil"), **below, "occurred_at": during}
    house.world.give(house.head, CreateUnit, **one)


def test_no_act_of_a_unit_is_dated_before_its_last_one() -> None:
    house = a_founded_university()
    early = house.world.now
    house.world.later(days=1)
    house.world.give(house.head, CreateUnit, **new())
    house.world.refuses(
        "CMD-BEFORE",
        house.head,
        ApproveRegulation,
        **REGULATION,
        occurred_at=early,
    )


def test_a_unit_that_was_never_created_is_unknown() -> None:
    house = a_founded_university()
    refused = house.world.refuses(
        "UNIT-UNKNOWN", house.head, ActivateUnit, **LAW_FACULTY
    )
    assert refused == {"unit_id": "law"}


def test_units_of_an_unknown_organisation_are_refused() -> None:
    house = a_founded_university()
    house.world.refuses(
        "ACTOR-SCOPE", house.head, ActivateUnit, bin=COLLEGE, unit_id="law"
    )


def test_two_units_may_stand_one_under_the_other() -> None:
    house = a_founded_university()
    open_unit(house, "law", "INSTITUTE")
    child = open_unit(house, "civil", "FACULTY", parent="law", levels=("HE",))
    written = house.world.events(child)[0]
    assert isinstance(written, UnitCreated)
    assert written.parent == Stream(f"unit/{UNIVERSITY}.law")
