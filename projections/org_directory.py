"""Organisations as anybody may look them up: names, kind, territory, levels."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from domain.dates import ONE_DAY, local_day
from domain.identifiers import Names
from domain.organisation_events import (
    LevelsDeclared,
    OrganisationActivated,
    OrganisationClosed,
    OrganisationMoved,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationSuspended,
    RegistrationCorrected,
)
from projections.projection import Key, Projection, Recorded


class FormerName(Struct, frozen=True, kw_only=True):
    """A name that the organisation had, from its first day to its last."""

    name_ru: str
    name_kk: str | None
    name_en: str | None
    valid_from: date
    valid_to: date


class OrganisationRow(Struct, frozen=True, kw_only=True):
    """One organisation. `synthetic`: its BIN is of a type that no real one has."""

    bin: str
    name_ru: str
    name_kk: str | None
    name_en: str | None
    named_since: date
    former_names: tuple[FormerName, ...] = ()
    kind: str
    synthetic: bool
    kato: str
    region_kato: str
    levels: tuple[str, ...] = ()
    state: str = "REGISTERED"
    last_position: int
    updated_at: datetime


def keys(recorded: Recorded) -> Sequence[Key]:
    if recorded.tag.startswith("organisation."):
        return [(recorded.owner,)]
    return []


def fold(
    row: OrganisationRow | None, recorded: Recorded, _key: Key
) -> OrganisationRow | None:
    event = recorded.event
    if isinstance(event, OrganisationRegistered):
        return OrganisationRow(
            bin=event.bin,
            name_ru=event.names.ru,
            name_kk=event.names.kk,
            name_en=event.names.en,
            named_since=local_day(recorded.at),
            kind=event.kind,
            synthetic=event.synthetic,
            kato=event.kato,
            region_kato=event.kato[:2] + "0000000",
            last_position=recorded.position,
            updated_at=recorded.recorded_at,
        )
    if row is None:
        return None
    changed = msgspec.structs.replace(
        row, last_position=recorded.position, updated_at=recorded.recorded_at
    )
    match event:
        case OrganisationRenamed():
            return renamed(changed, event)
        case OrganisationMoved():
            return placed(changed, event.kato)
        case RegistrationCorrected():
            if event.names is not None:
                changed = called(changed, event.names)
            if event.kato is not None:
                changed = placed(changed, event.kato)
            return msgspec.structs.replace(changed, kind=event.kind or changed.kind)
        case LevelsDeclared():
            return msgspec.structs.replace(changed, levels=event.levels)
        case OrganisationActivated():
            return msgspec.structs.replace(changed, state="ACTIVE")
        case OrganisationSuspended():
            return msgspec.structs.replace(changed, state="SUSPENDED")
        case OrganisationClosed():
            return msgspec.structs.replace(changed, state="CLOSED")
    return changed


def renamed(row: OrganisationRow, event: OrganisationRenamed) -> OrganisationRow:
    """The new names in force; the old ones stay with the days on which they were."""
    former = FormerName(
        name_ru=row.name_ru,
        name_kk=row.name_kk,
        name_en=row.name_en,
        valid_from=row.named_since,
        valid_to=max(row.named_since, event.valid_from - ONE_DAY),
    )
    return msgspec.structs.replace(
        called(row, event.names),
        named_since=event.valid_from,
        former_names=(*row.former_names, former),
    )


def called(row: OrganisationRow, names: Names) -> OrganisationRow:
    return msgspec.structs.replace(
        row, name_ru=names.ru, name_kk=names.kk, name_en=names.en
    )


def placed(row: OrganisationRow, kato: str) -> OrganisationRow:
    return msgspec.structs.replace(row, kato=kato, region_kato=kato[:2] + "0000000")


ORG_DIRECTORY = Projection(
    name="org_directory",
    row=OrganisationRow,
    key=("bin",),
    keys=keys,
    fold=fold,
    indexes=(("region_kato",), ("kind",)),
    aggregates=frozenset({"organisation"}),
)
