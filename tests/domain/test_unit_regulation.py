"""Rule 11: a unit's regulation is a document, approved as the charter provides."""

from domain.document_commands import AnnulDocument, ApproveDocument, CreateDocument
from domain.identifiers import Stream
from domain.unit import (
    ActivateUnit,
    ApproveRegulation,
    CloseUnit,
    CreateUnit,
    RegulationApproved,
)
from tests.domain.given import (
    BOLAT,
    FILE_HASH,
    NEW_YEAR,
    UNIVERSITY,
    House,
    a_founded_school,
    a_university,
    record_charter,
)
from tests.domain.reviewing import (
    APPROVAL,
    SALTED,
    approve,
    draft,
    state_of,
    submit,
    text,
)

QUALITY = {"bin": UNIVERSITY, "unit_id": "quality"}
OF_QUALITY = {"kind": "UNIT", "unit_id": "quality"}
UNIT = Stream(f"unit/{UNIVERSITY}.quality")


def a_new_unit() -> House:
    house = a_university()
    names = {"ru": "Отдел качества"}
    house.world.give(house.head, CreateUnit, **QUALITY, kind="EM_UNIT", names=names)
    return house


def regulation(house: House) -> str:
    document = draft(house, "UNIT_REGULATION", author=OF_QUALITY, basis_refs=[])
    submit(house, document)
    return document


def test_a_new_unit_prepares_its_regulation_and_one_approval_is_enough() -> None:
    house = a_new_unit()
    house.world.refuses("R11-NO-REGULATION", house.head, ActivateUnit, **QUALITY)
    document = regulation(house)
    assert state_of(house, document).phase == "READY", "no body concludes on it"
    approve(house, document)
    (approved,) = [
        event
        for event in house.world.events(UNIT)
        if isinstance(event, RegulationApproved)
    ]
    assert approved.file_hash == state_of(house, document).content_hash
    assert (approved.number, approved.document_id) == (APPROVAL["act_no"], document)
    assert approved.approver_role == "HEAD"
    house.world.give(house.head, ActivateUnit, **QUALITY)


def test_a_regulation_is_approved_by_whom_the_charter_names() -> None:
    house = a_new_unit()
    record_charter(house, regulation_approvers=["DEPUTY_HEAD_EM"])
    document = regulation(house)
    one = {"document_id": document, **APPROVAL}
    refused = house.world.refuses("R11-APPROVER", house.head, ApproveDocument, **one)
    assert refused == {"role": "HEAD", "allowed": ("DEPUTY_HEAD_EM",)}
    assert approve(house, document, house.deputy)


def test_a_unit_that_does_not_work_yet_prepares_its_regulation_only() -> None:
    house = a_new_unit()
    body: dict[str, object] = {
        "document_id": "00000000-0000-4000-8000-00000000abcd",
        "bin": UNIVERSITY,
        "level": "HE",
        "author": OF_QUALITY,
        "titles": {"ru": "Положение"},
        "variants": [text("regulation")],
    }
    refuses = house.world.refuses
    plan = {**body, "kind": "WORKING_STUDY_PLAN"}
    refuses("R19-AUTHOR", house.head, CreateDocument, **plan)
    own = {**body, "kind": "UNIT_REGULATION"}
    teacher = {**own, "author": {"kind": "TEACHER", "person_id": BOLAT}}
    refuses("R11-AUTHOR", house.head, CreateDocument, **teacher)
    house.world.give(house.head, CloseUnit, **QUALITY, act_no="5")
    refuses("R11-AUTHOR", house.head, CreateDocument, **own)


def test_a_regulation_that_was_annulled_opens_no_unit() -> None:
    house = a_new_unit()
    document = regulation(house)
    approve(house, document)
    annulment = {"document_id": document, "act_no": "61", "reason_ref": SALTED}
    house.world.give(house.head, AnnulDocument, **annulment)
    house.world.refuses("R11-NO-REGULATION", house.head, ActivateUnit, **QUALITY)
    approve(house, regulation(house))
    assert house.world.give(house.head, ActivateUnit, **QUALITY)


def test_the_regulation_of_a_unit_closed_meanwhile_is_not_approved() -> None:
    house = a_new_unit()
    document = regulation(house)
    house.world.give(house.head, CloseUnit, **QUALITY, act_no="5")
    one = {"document_id": document, **APPROVAL}
    refused = house.world.refuses("UNIT-STATE", house.head, ApproveDocument, **one)
    assert refused["state"] == "CLOSED"


def test_a_regulation_is_not_approved_before_the_last_act_of_its_unit() -> None:
    house = a_new_unit()
    document = regulation(house)
    before = house.world.now
    house.world.later(hours=1)
    paper = {"number": "7", "date": NEW_YEAR, "file_hash": FILE_HASH}
    house.world.give(house.head, ApproveRegulation, **QUALITY, **paper)
    one = {"document_id": document, **APPROVAL, "occurred_at": before}
    house.world.refuses("CMD-BEFORE", house.head, ApproveDocument, **one)
    assert approve(house, document)


def test_a_school_has_regulations_of_units_as_well() -> None:
    house = a_founded_school()
    document = draft(house, "UNIT_REGULATION", basis_refs=[])
    submit(house, document)
    assert approve(house, document)
