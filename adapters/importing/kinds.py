"""What may be imported: the columns of each kind, and the commands a row becomes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from adapters.importing.past import Past
from domain import organisation_state, staff_events, staff_state, unit
from domain.identifiers import Names

Body = dict[str, Any]  # a command's fields, as JSON
Step = tuple[str, Body]
"""A command that a row becomes: its type, and its fields without id and capacity."""


class Difference(Struct, frozen=True):
    """A column whose content is another here than in the file."""

    column: str
    here: Any  # JSON-shaped values
    file: Any  # likewise


class Plan(Struct, frozen=True):
    """What a row still asks for; where anything differs, nothing is asked for."""

    steps: tuple[Step, ...] = ()
    differences: tuple[Difference, ...] = ()


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of a table, cell by cell; what may be left out has a default."""

    bin: str


class OrganisationRow(Row, frozen=True, kw_only=True):
    """An organisation by its BIN; `levels` as rule 2 knows them."""

    name_ru: str
    kind: str
    kato: str
    levels: tuple[str, ...] = ()
    name_kk: str | None = None
    name_en: str | None = None


class UnitRow(Row, frozen=True, kw_only=True):
    """A unit by BIN and unit_id; with its regulation (rule 11) it is activated."""

    unit_id: str
    kind: str
    name_ru: str
    name_kk: str | None = None
    name_en: str | None = None
    parent: str | None = None
    levels: tuple[str, ...] = ()
    regulation_number: str | None = None
    regulation_date: date | None = None
    regulation_sha256: str | None = None


class StaffRow(Row, frozen=True, kw_only=True):
    """An appointment by BIN, person_id, post, unit and valid_from."""

    person_id: str
    post: str
    valid_from: date
    order_no: str
    valid_to: date | None = None
    unit_id: str | None = None
    discipline_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One kind of table: its row, its natural key, and how a row is planned."""

    row: type[Row]
    lists: tuple[str, ...]
    key: Callable[[Any], str]  # of its own row
    plan: Callable[[Any, Past], Plan]  # likewise

    @property
    def columns(self) -> tuple[str, ...]:
        return self.row.__struct_fields__

    @property
    def required(self) -> frozenset[str]:
        fields = msgspec.structs.fields(self.row)
        return frozenset(field.name for field in fields if field.required)


def plan_organisation(row: OrganisationRow, past: Past) -> Plan:
    """Register, declare levels, activate: as much of it as is not yet done."""
    stream = organisation_state.stream_of(row.bin)
    state: organisation_state.Organisation | None = past.state(stream)
    own: Body = {"bin": row.bin}
    register = {**own, "names": names_of(row), "kind": row.kind, "kato": row.kato}
    declare = ("organisation.declare-levels", {**own, "levels": list(row.levels)})
    activate = ("organisation.activate", own)
    if state is None:
        steps: list[Step] = [("organisation.register", register)]
        return Plan((*steps, *([declare] if row.levels else []), activate))
    is_new = state.phase == "REGISTERED"
    levels = sorted(state.levels)
    found = differences(
        row,
        **named(state.names[-1][1]),
        kind=state.kind,
        kato=state.katos[-1][1],
        levels=levels if levels or not is_new else sorted(row.levels),
        state=None if is_new or state.phase == "ACTIVE" else state.phase,
    )
    if found or not is_new:
        return Plan(differences=found)
    return Plan((*([declare] if row.levels and not levels else []), activate))


def plan_unit(row: UnitRow, past: Past) -> Plan:
    """Create; where its regulation is given, approve that and activate."""
    stream = unit.reference(row.bin, row.unit_id)
    state: unit.Unit | None = past.state(stream)
    own: Body = {"bin": row.bin, "unit_id": row.unit_id}
    create = {
        **own,
        "kind": row.kind,
        "names": names_of(row),
        "parent": row.parent,
        "levels": list(row.levels),
    }
    approve = {
        **own,
        "number": row.regulation_number,
        "date": row.regulation_date and row.regulation_date.isoformat(),
        "file_hash": row.regulation_sha256,
    }
    is_regulated = any(approve[name] for name in ("number", "date", "file_hash"))
    steps: list[Step] = [] if state else [("unit.create", create)]
    if is_regulated and not (state and state.regulations):
        steps.append(("unit.approve-regulation", approve))
    if is_regulated and not (state and state.phase != "DRAFT"):
        steps.append(("unit.activate", own))
    if state is None:
        return Plan(tuple(steps))
    regulation = past.last(stream, unit.RegulationApproved) if is_regulated else None
    found = differences(
        row,
        **named(state.names),
        kind=state.kind,
        parent=state.parent and state.parent.rpartition(".")[2],
        levels=sorted(state.levels),
        state="CLOSED" if state.phase == "CLOSED" else None,
        **(
            {
                "regulation_number": regulation.number,
                "regulation_date": regulation.date,
                "regulation_sha256": regulation.file_hash,
            }
            if regulation
            else {}
        ),
    )
    return Plan(differences=found) if found else Plan(tuple(steps))


def plan_staff(row: StaffRow, past: Past) -> Plan:
    """Appoint, unless the same appointment stands."""
    stream = staff_state.stream_of(row.bin, row.person_id)
    state: staff_state.Staff | None = past.state(stream)
    place = row.unit_id and unit.reference(row.bin, row.unit_id)
    for number, held in state.appointments.items() if state else ():
        if (held.post, held.unit, held.spell.valid_from) == (
            row.post,
            place,
            row.valid_from,
        ):
            appointed = past.at(stream, number, staff_events.StaffAppointed)
            return Plan(
                differences=differences(
                    row,
                    valid_to=held.spell.valid_to,
                    discipline_codes=sorted(held.disciplines),
                    order_no=appointed.order_no,
                )
            )
    body = msgspec.to_builtins(row)
    return Plan((("staff.appoint", body),))


def differences(row: Row, **here: Any) -> tuple[Difference, ...]:
    """What stands here otherwise than in the row; lists are sets of words."""
    given = {**msgspec.structs.asdict(row), "state": None}
    found = [
        (name, value, sorted(given[name]) if isinstance(value, list) else given[name])
        for name, value in here.items()
    ]
    return tuple(
        Difference(name, msgspec.to_builtins(value), msgspec.to_builtins(wanted))
        for name, value, wanted in found
        if value != wanted
    )


def names_of(row: OrganisationRow | UnitRow) -> Mapping[str, str | None]:
    return {"ru": row.name_ru, "kk": row.name_kk, "en": row.name_en}


def named(names: Names) -> Mapping[str, str | None]:
    return {"name_ru": names.ru, "name_kk": names.kk, "name_en": names.en}


TABLES: dict[str, Table] = {
    "organisations": Table(
        OrganisationRow, ("levels",), lambda row: row.bin, plan_organisation
    ),
    "units": Table(
        UnitRow, ("levels",), lambda row: f"{row.bin} {row.unit_id}", plan_unit
    ),
    "staff": Table(
        StaffRow,
        ("discipline_codes",),
        lambda row: (
            f"{row.bin} {row.person_id} {row.post} {row.unit_id or '-'} "
            f"{row.valid_from}"
        ),
        plan_staff,
    ),
}
COMMANDS = "commands"
KINDS = (COMMANDS, *TABLES)


def kind_by(columns: Sequence[str]) -> str | None:
    """Which kind has such columns; None where none has, or more than one."""
    if "type" in columns:
        return COMMANDS
    given = set(columns)
    fitting = [name for name, table in TABLES.items() if table.required <= given]
    return fitting[0] if len(fitting) == 1 else None
