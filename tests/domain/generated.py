"""Any message at all, made from its fields: whatever a door or the log could hold."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from domain.identifiers import NOT_BLANK

OF_JSON = (-(2**53), 2**53)


def messages(message: type[Any]) -> st.SearchStrategy[Any]:  # any event or command
    """Instances of a message class, with every field that its type allows."""
    info = inspect.type_info(message)
    assert isinstance(info, inspect.StructType)
    return structs(info)


def structs(info: inspect.StructType) -> st.SearchStrategy[Any]:
    fields = {field.name: values(field.type) for field in info.fields}
    return st.fixed_dictionaries(fields).map(lambda given: info.cls(**given))


def texts(info: inspect.StrType) -> st.SearchStrategy[str]:
    if info.pattern == NOT_BLANK:
        some = st.text(min_size=info.min_length or 0, max_size=info.max_length)
        return some.filter(lambda text: bool(text.strip()))
    if info.pattern is not None:
        return st.from_regex(info.pattern, fullmatch=True).filter(
            lambda text: not text.endswith("\n")
        )
    return st.text(min_size=info.min_length or 0, max_size=info.max_length or 20)


def values(info: inspect.Type) -> st.SearchStrategy[Any]:  # of a field's type
    match info:
        case inspect.StructType():
            return structs(info)
        case inspect.StrType():
            return texts(info)
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType():
            least, most = OF_JSON
            return st.integers(
                least if info.ge is None else info.ge,
                most if info.le is None else info.le,
            )
        case inspect.NoneType():
            return st.none()
        case inspect.DateType():
            return st.dates(date(1991, 12, 16), date(2150, 1, 1))
        case inspect.DateTimeType():
            return st.datetimes(datetime(1991, 12, 16), timezones=st.just(UTC))
        case inspect.UnionType():
            return st.one_of(*map(values, info.types))
        case inspect.VarTupleType():
            least, most = info.min_length or 0, info.max_length or 3
            return st.lists(values(info.item_type), min_size=least, max_size=most).map(
                tuple
            )
        case inspect.TupleType():
            return st.tuples(*map(values, info.item_types))
        case inspect.Metadata():
            return values(info.type)
    raise AssertionError(msgspec.to_builtins(str(info)))
