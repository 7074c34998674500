"""Organisations as anybody may look them up: names, kind, territory, levels."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from domain.organisation_events import (
    LevelsDeclared,
    OrganisationActivated,
    OrganisationClosed,
    OrganisationRegistered,
    OrganisationSuspended,
)
from projections.projection import Key, Projection, Recorded


class OrganisationRow(Struct, frozen=True, kw_only=True):
    """One organisation. `synthetic`: its BIN is of a type that no real one has."""

    bin: str
    name_ru: str
    name_kk: str | None
    name_en: str | None
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
        case LevelsDeclared():
            return msgspec.structs.replace(changed, levels=event.levels)
        case OrganisationActivated():
            return msgspec.structs.replace(changed, state="ACTIVE")
        case OrganisationSuspended():
            return msgspec.structs.replace(changed, state="SUSPENDED")
        case OrganisationClosed():
            return msgspec.structs.replace(changed, state="CLOSED")
    return changed


ORG_DIRECTORY = Projection(
    name="org_directory",
    row=OrganisationRow,
    key=("bin",),
    keys=keys,
    fold=fold,
    indexes=(("region_kato",), ("kind",)),
    aggregates=frozenset({"organisation"}),
)
