"""How the rows of views become columns of PostgreSQL, and values it can hold."""

import re
from collections.abc import Sequence
from typing import Any  # values of any column

import msgspec
from msgspec import Struct, inspect

from adapters.persistence.row_columns import Scalar

_TEXT = 'text COLLATE "C"'  # ordered by code points, as SQLite orders
_JSON = "jsonb"
_TYPES: dict[type[inspect.Type], str] = {
    inspect.StrType: _TEXT,
    inspect.IntType: "bigint",
    inspect.FloatType: "double precision",
    inspect.BoolType: "boolean",
    inspect.DateType: "date",
    inspect.DateTimeType: "timestamptz",
}

_NULL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def column_types(row: type[Struct]) -> dict[str, str]:
    """The columns of a row's table with their types."""
    return {
        field.encode_name: _type_of(inspect.type_info(field.type))
        for field in msgspec.structs.fields(row)
    }


def _type_of(found: inspect.Type) -> str:
    kinds = found.types if isinstance(found, inspect.UnionType) else (found,)
    types = {
        _TEXT
        if isinstance(kind, inspect.LiteralType)
        and all(isinstance(value, str) for value in kind.values)
        else _TYPES.get(type(kind), _JSON)
        for kind in kinds
        if not isinstance(kind, inspect.NoneType)
    }
    return types.pop() if len(types) == 1 else _JSON


def as_json(value: object) -> str:
    """JSON that PostgreSQL can hold: it knows no NUL character."""
    encoded = msgspec.json.encode(value)
    if b"\\u0000" in encoded:
        encoded = _NULL.sub(rb"\1\\ufffd", encoded)
    return encoded.decode()


def storable(value: Any) -> Any:  # of any column
    """The value up to a NUL character: it is as far in any order of what is stored."""
    return value.partition("\0")[0] if isinstance(value, str) else value


def until_null(bounds: Sequence[Scalar]) -> list[Scalar]:
    """The same bounds for what can be stored: no row equals one with a NUL in it."""
    for place, value in enumerate(bounds):
        if storable(value) != value:
            return [*bounds[:place], storable(value)]
    return list(bounds)
