"""How a row of a view becomes the columns of a table, and a row again."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import (
    Any,  # rows of every projection are taken
    NamedTuple,
    TypeVar,
)

import msgspec
from msgspec import Struct, inspect

from projections.projection import Projection

Scalar = str | int | float | bool | date | datetime | None
Stored = str | int | float | None
Row = TypeVar("Row", bound=Struct)

_SCALARS = (
    inspect.NoneType,
    inspect.StrType,
    inspect.IntType,
    inspect.FloatType,
    inspect.BoolType,
    inspect.DateType,
    inspect.DateTimeType,
    inspect.LiteralType,
)
_PLAIN = (
    inspect.NoneType,
    inspect.StrType,
    inspect.IntType,
    inspect.FloatType,
    inspect.BoolType,
    inspect.LiteralType,
)


class Shape(Struct, frozen=True):
    """The columns of a table by name, each with the JSON schema of its type."""

    columns: dict[str, str]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...]


class Column(NamedTuple):
    """A field of a row; what is no scalar stands there as JSON text.

    `is_plain`: its values are stored as they are.
    """

    name: str
    wire_name: str
    is_json: bool
    is_bool: bool
    is_plain: bool


BOUNDS = {"__until": "<=", "__since": ">="}


def bound_in(condition: str) -> tuple[str, str | None]:
    """The column that a condition names, and the comparison where it bounds it."""
    for suffix, comparison in BOUNDS.items():
        if condition.endswith(suffix):
            return condition.removesuffix(suffix), comparison
    return condition, None


def columns_of(row: type[Struct]) -> tuple[Column, ...]:
    return tuple(_column(field) for field in msgspec.structs.fields(row))


def shape_of(projection: Projection[Any]) -> Shape:  # a projection of any row
    """What a table of the view is made for: columns, key and indexes."""
    fields = msgspec.structs.fields(projection.row)
    return Shape(
        columns={
            field.name: msgspec.json.encode(msgspec.json.schema(field.type)).decode()
            for field in fields
        },
        key=projection.key,
        indexes=projection.indexes,
    )


def shape_text(projection: Projection[Any]) -> str:  # a projection of any row
    return msgspec.json.encode(shape_of(projection)).decode()


def missing_columns(found: str, projection: Projection[Any]) -> list[str] | None:
    """The columns with a default that a table of another shape lacks to be readable.

    None where no column can help: another key, another type, no default.
    """
    try:
        old = msgspec.json.decode(found, type=Shape)
    except msgspec.MsgspecError:
        return None
    new = shape_of(projection)
    fields = {field.name: field for field in msgspec.structs.fields(projection.row)}
    missing = [name for name in new.columns if name not in old.columns]
    is_same = old.key == new.key and all(
        old.columns.get(name, column) == column for name, column in new.columns.items()
    )
    if not is_same or any(fields[name].required for name in missing):
        return None
    return missing


def default_of(projection: Projection[Any], name: str) -> object:
    """What a field holds where nothing is given for it."""
    (field,) = (f for f in msgspec.structs.fields(projection.row) if f.name == name)
    if field.default is not msgspec.NODEFAULT:
        return field.default
    assert field.default_factory is not msgspec.NODEFAULT
    return field.default_factory()


def to_values(row: Struct, columns: Sequence[Column]) -> tuple[Stored, ...]:
    return tuple(
        value if column.is_plain else to_column(column, value)
        for column, value in zip(columns, msgspec.structs.astuple(row), strict=True)
    )


def to_column(column: Column, value: Any) -> Stored:  # of the type of the column
    if column.is_json and value is not None:
        return msgspec.json.encode(value).decode()
    return to_stored(value)


def to_row(row: type[Row], columns: Sequence[Column], values: Iterable[Stored]) -> Row:
    fields = {
        column.wire_name: _from_stored(column, value)
        for column, value in zip(columns, values, strict=True)
    }
    return msgspec.convert(fields, row, str_keys=True)


def to_stored(value: Scalar) -> Stored:
    # Times in UTC and of one width, so that the order of texts is that of times.
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _from_stored(column: Column, value: Stored) -> object:
    if value is None:
        return None
    if column.is_json:
        return msgspec.json.decode(str(value))
    return bool(value) if column.is_bool else value


def _column(field: msgspec.structs.FieldInfo) -> Column:
    found = inspect.type_info(field.type)
    kinds = found.types if isinstance(found, inspect.UnionType) else (found,)
    is_bool = any(isinstance(kind, inspect.BoolType) for kind in kinds)
    is_number = any(isinstance(kind, inspect.IntType) for kind in kinds)
    is_scalar = all(isinstance(kind, _SCALARS) for kind in kinds)
    is_plain = all(isinstance(kind, _PLAIN) for kind in kinds)
    # A column of 0 and 1 cannot tell a bool from a number.
    is_json = not is_scalar or (is_bool and is_number)
    return Column(
        field.name, field.encode_name, is_json, is_bool, is_plain and not is_json
    )
