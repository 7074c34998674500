"""What units, reviewing bodies and councils refuse, and how it is provoked."""

from domain.identifiers import Names
from tests.domain.given import (
    BOLAT,
    ERLAN,
    FACULTY,
    FILE_HASH,
    GULNARA,
    LAWYERS,
    NEW_YEAR,
    NURLAN,
    OLGA,
    SAULE,
    SYMBAT,
    UNIVERSITY,
    UNIVERSITY_COUNCIL,
    WELDERS,
    House,
    a_college,
    a_founded_school,
    a_founded_university,
    a_staffed_college,
    a_staffed_university,
    a_university,
    elect,
    elected,
    establish,
    form_department,
    mandate,
)
from tests.domain.provoking import Attempt, Provocation, by_head, tried
from tests.domain.reviewing import (
    draft,
)
from tests.domain.scenario import named

UNHEARD_OF = "nowhere"


def created_unit(house: House, **changed: object) -> Attempt:
    fields: dict[str, object] = {
        "unit_id": "physics",
        "kind": "FACULTY",
        "names": Names(ru="Факультет"),
    }
    return by_head(house, "unit.create", **{**fields, **changed})


def activated_without_regulation() -> Attempt:
    house = a_founded_university()
    made = created_unit(house)
    house.world.obey(made.hat, made.command)
    return by_head(house, "unit.activate", unit_id="physics")


def formed(tag: str, house: House, **changed: object) -> Attempt:
    fields: dict[str, object] = {
        "body_id": "new",
        "names": Names(ru="Новый орган"),
        "levels": [house.level],
        "members": LAWYERS if house.bin == UNIVERSITY else WELDERS,
        "unit_id": house.author_unit,
    }
    if tag.endswith("department"):
        fields["regulation"] = {
            "number": "2",
            "date": NEW_YEAR,
            "file_hash": FILE_HASH,
            "approver_role": "HEAD",
        }
    return by_head(house, f"review-body.form-{tag}", **{**fields, **changed})


def of_commission(tag: str, house: House | None = None, **fields: object) -> Attempt:
    return by_head(
        house or a_college(), f"review-body.{tag}", body_id="welding", **fields
    )


def of_department(tag: str, **fields: object) -> Attempt:
    return by_head(a_university(), f"review-body.{tag}", body_id="civil-law", **fields)


def dissolved_commission() -> House:
    house = a_college()
    gone = of_commission("dissolve", house, act_no="1")
    house.world.obey(gone.hat, gone.command)
    return house


def external_chair() -> Attempt:
    house = a_college()
    invited = of_commission(
        "invite-specialist", house, person_id=SYMBAT, category="ENTERPRISE"
    )
    house.world.obey(invited.hat, invited.command)
    return of_commission("elect-chair", house, person_id=SYMBAT, experience_years=1)


def established(house: House, **changed: object) -> Attempt:
    fields: dict[str, object] = {
        "key": "org",
        "council_id": named("a council"),
        "title": Names(ru="Методический совет"),
    }
    return by_head(house, "council.establish", **{**fields, **changed})


def established_under_an_old_id() -> Attempt:
    house = a_university()
    council_id = getattr(house.world.state(UNIVERSITY_COUNCIL), "council_id", "")
    decision_id = mandate(house, "org")
    gone = by_head(house, "council.dissolve", key="org", decision_id=decision_id)
    house.world.obey(gone.hat, gone.command)
    return established(house, council_id=council_id, mandate_decision_id=decision_id)


def electing(house: House, **changed: object) -> Attempt:
    fields = {"key": "org", "person_id": SAULE, "election": elected(house)}
    return by_head(house, "council.elect-member", **{**fields, **changed})


def elected_into_a_full_council() -> Attempt:
    house = a_staffed_university()
    establish(house, "org", mandate(house, "org", seats=(1, 3)))
    elect(house, "org", BOLAT, GULNARA, ERLAN)
    return electing(house)


def constituted_with_one_officer() -> Attempt:
    house = a_staffed_university()
    establish(house, "org")
    elect(house, "org", BOLAT, GULNARA, ERLAN)
    return by_head(house, "council.constitute", key="org", chair=BOLAT, secretary=BOLAT)


def submitted_to_nobodys_department() -> Attempt:
    house = a_staffed_university()
    form_department(house, "civil-law", LAWYERS)
    return tried(house, house.deputy, "document.submit", document_id=draft(house))


OF_BODIES: dict[str, Provocation] = {
    "UNIT-EXISTS": lambda: created_unit(a_university(), unit_id=FACULTY),
    "UNIT-UNKNOWN": lambda: by_head(
        a_university(), "unit.activate", unit_id=UNHEARD_OF
    ),
    "UNIT-ID": lambda: created_unit(a_university(), unit_id="org"),
    "UNIT-PARENT": lambda: created_unit(a_university(), parent=UNHEARD_OF),
    "UNIT-STATE": lambda: by_head(a_university(), "unit.activate", unit_id=FACULTY),
    "BODY-EXISTS": lambda: formed("department", a_university(), body_id="civil-law"),
    "BODY-UNKNOWN": lambda: by_head(
        a_university(), "review-body.dissolve", body_id=UNHEARD_OF, act_no="1"
    ),
    "BODY-STATE": lambda: of_commission(
        "add-member", dissolved_commission(), person_id=NURLAN
    ),
    "BODY-NOT-LED": submitted_to_nobodys_department,
    "BODY-NOT-STAFF": lambda: of_commission("add-member", person_id=SYMBAT),
    "BODY-QUORUM": lambda: formed(
        "department",
        a_staffed_university(),
        quorum_rule={"regulation": "1", "quorum": [1, 1], "majority": [1, 2]},
    ),
    "BODY-MEMBER-EXISTS": lambda: of_commission("add-member", person_id=OLGA),
    "BODY-NO-MEMBER": lambda: of_commission("remove-member", person_id=SYMBAT),
    "BODY-CATEGORY": lambda: of_commission(
        "invite-specialist", person_id=SYMBAT, category="POET"
    ),
    "COUNCIL-EXISTS": lambda: established(a_university()),
    "COUNCIL-ID-USED": established_under_an_old_id,
    "COUNCIL-SEATS": elected_into_a_full_council,
    "COUNCIL-OFFICERS": constituted_with_one_officer,
    "R10-UNIT-KIND": lambda: created_unit(a_university(), kind="LABORATORY"),
    "R11-NO-REGULATION": activated_without_regulation,
    "R14-MANDATE": lambda: established(a_staffed_university()),
    "R14-NOT-ELECTED": lambda: electing(a_university(), election=None),
    "R16-MIN-TEACHERS": lambda: formed(
        "commission", a_staffed_college(), members=WELDERS[:2]
    ),
    "R16-LEVEL": lambda: formed("commission", a_staffed_university()),
    "R17-CHAIR": lambda: of_commission(
        "elect-chair", person_id=OLGA, experience_years=3
    ),
    "R17-DEPARTMENT-HEAD": lambda: of_department(
        "appoint-department-head", person_id=SYMBAT, order_no="1"
    ),
    "R17-EXTERNAL": external_chair,
    "R32-DUPLICATE": lambda: established(
        house := a_founded_school(), mandate_decision_id=mandate(house, "org")
    ),
}
