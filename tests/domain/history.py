"""History from before the register, as head and registrar carry it over."""

from datetime import date

from domain.carry_over_commands import (
    ConfirmCarryOver,
    ProposeChair,
    ProposeCouncil,
    ProposeDocument,
)
from domain.decider import Event
from domain.identifiers import PersonId, Stream
from tests.domain.given import FILE_HASH, House
from tests.domain.reviewing import STUDY_PLAN, text
from tests.domain.scenario import Hat, named

OLD_DAY = date(2025, 6, 30)
OLD_TERM = date(2025, 9, 1)
OLD_ACT = {"number": "77", "date": OLD_DAY, "file_hash": FILE_HASH}
POWERS = ["REVIEW"]


def proposal(house: House, name: str = "history") -> dict[str, object]:
    """What every command about one proposal names."""
    return {"bin": house.bin, "carry_over_id": named(name + house.bin)}


def old_document(house: House, name: str = "old plan") -> dict[str, object]:
    return {
        "document_id": named(name + house.bin),
        "kind": STUDY_PLAN,
        "level": house.level,
        "titles": {"ru": "Рабочий учебный план прошлых лет"},
        "variants": [text(name)],
        "approver_role": "HEAD",
        "valid_from": OLD_TERM,
    }


def old_council(
    house: House, key: str, members: tuple[PersonId, ...]
) -> dict[str, object]:
    fixed = {"council": key, "seats_min": 3, "seats_max": 5, "powers": POWERS}
    return {
        "council_id": named(f"old council {key} of {house.bin}"),
        "title": {"ru": "Методический совет"},
        "mandate": {**fixed, "term_months": 24},
        "members": members,
        "chair": members[0],
        "secretary": members[1],
        "valid_from": OLD_TERM,
    }


def old_chair(body: Stream, who: PersonId) -> dict[str, object]:
    return {"body": body, "person_id": who, "experience_years": 18}


def propose_document(
    house: House, name: str = "history", by: Hat | None = None, **fields: object
) -> dict[str, object]:
    """Propose a document; return what names the proposal."""
    of_it = proposal(house, name)
    document = {**old_document(house, f"plan of {name}"), **fields}
    house.world.give(
        by or house.head, ProposeDocument, **of_it, act=OLD_ACT, document=document
    )
    return of_it


def propose_council(
    house: House, key: str, members: tuple[PersonId, ...], name: str = "a council"
) -> dict[str, object]:
    of_it = proposal(house, name)
    council = old_council(house, key, members)
    house.world.give(house.head, ProposeCouncil, **of_it, act=OLD_ACT, council=council)
    return of_it


def propose_chair(
    house: House, body: Stream, who: PersonId, name: str = "a chair"
) -> dict[str, object]:
    of_it = proposal(house, name)
    chair = old_chair(body, who)
    house.world.give(house.head, ProposeChair, **of_it, act=OLD_ACT, chair=chair)
    return of_it


def confirm(
    house: House, of_it: dict[str, object], by: Hat | None = None
) -> list[Event]:
    return house.world.give(by or house.registrar, ConfirmCarryOver, **of_it)
