"""The entry in the registry changes: a new name, a move, a mistake put right."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from domain.dates import in_force
from domain.decider import Act, Command
from domain.facts import Facts
from domain.identifiers import Kato, Names
from domain.messages import encode, sets_kato
from domain.organisation_commands import (
    CloseOrganisation,
    CorrectRegistration,
    DeclareLevels,
    MoveOrganisation,
    RegisterOrganisation,
    RenameOrganisation,
)
from domain.organisation_events import (
    OrganisationMoved,
    OrganisationRegistered,
    OrganisationRenamed,
    RegistrationCorrected,
)
from domain.surroundings import OrganisationFacts
from projections.org_directory import ORG_DIRECTORY, FormerName, OrganisationRow
from projections.projection import Recorded
from tests.domain.given import (
    ALMATY,
    ASTANA,
    COLLEGE,
    MONDAY_DATE,
    UNIVERSITY,
    House,
    a_founded_university,
    a_university,
)
from tests.domain.scenario import World

NEW_NAMES = Names(ru="Университет имени Сатпаева", kk="Сәтбаев университеті")
THURSDAY = date(2026, 1, 15)
SUNDAY = date(2026, 1, 11)
ACT = {"bin": UNIVERSITY, "act_no": "188"}
RENAMING = {**ACT, "names": NEW_NAMES, "valid_from": THURSDAY}
MOVING = {**ACT, "kato": ASTANA, "valid_from": THURSDAY}
CORRECTING = {**ACT, "kato": ASTANA, "date": THURSDAY}
CHANGES = [
    (RenameOrganisation, RENAMING, "valid_from"),
    (MoveOrganisation, MOVING, "valid_from"),
    (CorrectRegistration, CORRECTING, "date"),
]


def a_house_of_ten_days() -> House:
    house = a_founded_university()
    house.world.later(days=10)
    return house


def facts_on(world: World, day: date) -> OrganisationFacts:
    """The university as an act of that day sees it, at noon."""
    actor = world.log[-1].actor
    noon = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
    stream = world.log[-1].stream
    facts = Facts(world, Act(actor, noon), world.pack, stream, noon)
    found = facts.organisation(UNIVERSITY)
    assert found is not None
    return found


def directory_of(world: World) -> OrganisationRow:
    """What the directory makes of the log of the university."""
    row: OrganisationRow | None = None
    for position, entry in enumerate(world.log, 1):
        recorded = Recorded(
            event=entry.event,
            event_id=f"local.{position}",
            tag=entry.event.tag,
            stream=entry.stream,
            version=entry.mark.version,
            position=position,
            owner=entry.stream.partition("/")[2].partition(".")[0],
            kato=ALMATY,
            level="he",
            rule=None,
            rule_pack=world.pack.id,
            at=entry.mark.at,
            recorded_at=entry.mark.at,
            actor_person=entry.actor.person,
            actor_organisation=entry.actor.organisation,
            actor_role=entry.actor.role,
            command_id="",
        )
        for key in ORG_DIRECTORY.keys(recorded):
            if key == (UNIVERSITY,):
                row = ORG_DIRECTORY.fold(row, recorded, key)
    assert row is not None
    return row


def test_a_new_name_holds_from_its_day_and_the_old_one_is_found() -> None:
    house = a_house_of_ten_days()
    old = facts_on(house.world, MONDAY_DATE).names
    renamed = house.world.give(house.registrar, RenameOrganisation, **RENAMING)
    assert renamed == [
        OrganisationRenamed(names=NEW_NAMES, valid_from=THURSDAY, act_no="188")
    ]
    assert facts_on(house.world, THURSDAY - timedelta(days=1)).names == old
    assert facts_on(house.world, THURSDAY).names == NEW_NAMES
    row = directory_of(house.world)
    assert (row.name_ru, row.name_kk, row.named_since) == (
        NEW_NAMES.ru,
        NEW_NAMES.kk,
        THURSDAY,
    )
    assert row.former_names == (
        FormerName(
            name_ru=old.ru,
            name_kk=old.kk,
            name_en=None,
            valid_from=MONDAY_DATE,
            valid_to=date(2026, 1, 14),
        ),
    )


def test_a_move_holds_from_its_day() -> None:
    house = a_house_of_ten_days()
    moved = house.world.give(house.registrar, MoveOrganisation, **MOVING)
    assert moved == [
        OrganisationMoved(kato=Kato(ASTANA), valid_from=THURSDAY, act_no="188")
    ]
    assert facts_on(house.world, THURSDAY - timedelta(days=1)).kato == ALMATY
    assert facts_on(house.world, THURSDAY).kato == ASTANA
    row = directory_of(house.world)
    assert (row.kato, row.region_kato) == (ASTANA, "710000000")


def test_a_mistake_is_put_right_from_the_first_day_and_leaves_no_former_name() -> None:
    house = a_house_of_ten_days()
    correction = {**CORRECTING, "names": NEW_NAMES}
    corrected = house.world.give(house.registrar, CorrectRegistration, **correction)
    assert isinstance(corrected[0], RegistrationCorrected)
    assert corrected[0].kind is None
    seen = facts_on(house.world, MONDAY_DATE)
    assert (seen.names, seen.kato, seen.kind) == (NEW_NAMES, ASTANA, "UNIVERSITY")
    row = directory_of(house.world)
    assert (row.name_ru, row.kato, row.named_since) == (
        NEW_NAMES.ru,
        ASTANA,
        MONDAY_DATE,
    )
    assert row.former_names == ()


def test_a_correction_after_a_move_leaves_the_territory_of_before() -> None:
    house = a_house_of_ten_days()
    house.world.give(house.registrar, MoveOrganisation, **MOVING)
    right = {**CORRECTING, "kato": "711310000"}
    house.world.give(house.registrar, CorrectRegistration, **right)
    assert facts_on(house.world, MONDAY_DATE).kato == ALMATY
    assert facts_on(house.world, THURSDAY).kato == "711310000"


def test_events_are_sealed_for_the_territory_that_was_entered_last() -> None:
    house = a_house_of_ten_days()
    moved = house.world.give(house.registrar, MoveOrganisation, **MOVING)
    other = {"names": NEW_NAMES, "kato": None}
    named = house.world.give(
        house.registrar, CorrectRegistration, **{**CORRECTING, **other}
    )
    assert [sets_kato(event) for event in (*moved, *named)] == [ASTANA, None]
    registered = house.world.log[1].event
    assert isinstance(registered, OrganisationRegistered)
    assert sets_kato(registered) == ALMATY


@pytest.mark.parametrize(("kind", "fields", "day"), CHANGES)
def test_a_change_is_not_of_tomorrow_nor_of_before_the_registration(
    kind: type[Command], fields: dict[str, object], day: str
) -> None:
    house = a_house_of_ten_days()
    tomorrow = house.world.now.date() + timedelta(days=1)
    give = house.world.refuses
    give("CMD-FUTURE", house.registrar, kind, **{**fields, day: tomorrow})
    refused = give("CMD-BEFORE", house.registrar, kind, **{**fields, day: SUNDAY})
    assert refused == {"act": SUNDAY, "rests_on": MONDAY_DATE}


@pytest.mark.parametrize(("kind", "fields", "day"), CHANGES)
def test_a_change_is_the_registrars_and_changes_something(
    kind: type[Command], fields: dict[str, object], day: str
) -> None:
    house = a_house_of_ten_days()
    house.world.refuses("ACTOR-ROLE", house.head, kind, **fields)
    house.world.give(house.registrar, kind, **fields)
    refused = house.world.refuses("ORG-UNCHANGED", house.registrar, kind, **fields)
    assert refused == {"bin": UNIVERSITY}


@pytest.mark.parametrize(("kind", "fields", "day"), CHANGES)
def test_a_closed_organisation_keeps_its_entry(
    kind: type[Command], fields: dict[str, object], day: str
) -> None:
    house = a_house_of_ten_days()
    house.world.give(house.registrar, CloseOrganisation, bin=UNIVERSITY, act_no="3")
    refused = house.world.refuses("ORG-STATE", house.registrar, kind, **fields)
    assert refused["state"] == "CLOSED"


def test_a_second_name_does_not_begin_before_the_first() -> None:
    house = a_house_of_ten_days()
    house.world.give(house.registrar, RenameOrganisation, **RENAMING)
    earlier = {**RENAMING, "names": Names(ru="Иной"), "valid_from": MONDAY_DATE}
    refused = house.world.refuses(
        "CMD-BEFORE", house.registrar, RenameOrganisation, **earlier
    )
    assert refused["rests_on"] == THURSDAY


def test_two_names_of_one_day_are_both_found() -> None:
    house = a_house_of_ten_days()
    first = {**RENAMING, "valid_from": MONDAY_DATE}
    house.world.give(house.registrar, RenameOrganisation, **first)
    assert facts_on(house.world, MONDAY_DATE).names == NEW_NAMES
    former = directory_of(house.world).former_names
    assert [(one.valid_from, one.valid_to) for one in former] == [
        (MONDAY_DATE, MONDAY_DATE)
    ]


@pytest.mark.parametrize("kind", [MoveOrganisation, CorrectRegistration])
def test_nobody_moves_to_a_territory_of_no_region(kind: type[Command]) -> None:
    house = a_house_of_ten_days()
    fields = MOVING if kind is MoveOrganisation else CORRECTING
    refused = house.world.refuses(
        "ORG-KATO", house.registrar, kind, **{**fields, "kato": "990000000"}
    )
    assert refused == {"kato": "990000000"}


def test_a_kind_is_corrected_only_while_the_levels_allow_it() -> None:
    house = a_university()
    kind = {**ACT, "date": MONDAY_DATE}
    give, refuses = house.world.give, house.world.refuses
    refused = refuses(
        "R2-LEVEL", house.registrar, CorrectRegistration, **kind, kind="COLLEGE"
    )
    assert refused["levels"] == ("HE",)
    refuses("ORG-KIND", house.registrar, CorrectRegistration, **kind, kind="LYCEUM")
    college = {"bin": COLLEGE, "names": NEW_NAMES, "kind": "COLLEGE", "kato": ALMATY}
    give(house.registrar, RegisterOrganisation, **college)
    other = {**kind, "bin": COLLEGE}
    give(house.registrar, CorrectRegistration, **other, kind="HIGHER_COLLEGE")
    give(house.registrar, DeclareLevels, bin=COLLEGE, levels=["TVE"])
    give(house.registrar, CorrectRegistration, **other, kind="COLLEGE")


def test_what_was_in_force_is_told_also_of_the_days_before() -> None:
    entries = ((MONDAY_DATE, "a"), (THURSDAY, "b"), (THURSDAY, "c"))
    days = (SUNDAY, MONDAY_DATE, date(2026, 1, 14), THURSDAY)
    assert [in_force(entries, day) for day in days] == ["a", "a", "a", "c"]


def test_a_correction_says_what_was_right_as_null() -> None:
    house = a_house_of_ten_days()
    (event,) = house.world.give(house.registrar, CorrectRegistration, **CORRECTING)
    told = msgspec.json.decode(encode(event))
    assert (told["names"], told["kind"], told["kato"]) == (None, None, ASTANA)
