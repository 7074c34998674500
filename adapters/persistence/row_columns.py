"""How a row of a view becomes the columns of a table, and a row again."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
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


class Column(NamedTuple):
    """A field of a row; what is no scalar stands there as JSON text."""

    name: str
    wire_name: str
    is_json: bool
    is_bool: bool


def columns_of(row: type[Struct]) -> tuple[Column, ...]:
    return tuple(_column(field) for field in msgspec.structs.fields(row))


def shape_of(projection: Projection[Any]) -> str:  # a projection of any row
    """A fingerprint that changes with the columns, the key and the indexes."""
    schema = msgspec.json.schema(projection.row)
    shape = (schema, projection.key, projection.indexes)
    return sha256(msgspec.json.encode(shape)).hexdigest()


def to_values(row: Struct, columns: Iterable[Column]) -> tuple[Stored, ...]:
    values = ((getattr(row, column.name), column.is_json) for column in columns)
    return tuple(
        msgspec.json.encode(value).decode()
        if is_json and value is not None
        else to_stored(value)
        for value, is_json in values
    )


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
    # A column of 0 and 1 cannot tell a bool from a number.
    is_json = not is_scalar or (is_bool and is_number)
    return Column(field.name, field.encode_name, is_json, is_bool)
