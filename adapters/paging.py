"""Pages that miss nothing and repeat nothing: a cursor names the last row shown."""

import base64
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from adapters.answers import LARGEST_POSITION
from domain.decider import Refusal

ORDERS: dict[str, tuple[str, ...]] = {
    "organisation": ("org_bin", "document_id"),
    "position": ("last_position",),
    "bin": ("bin",),
    "meeting": ("planned_for", "meeting_id"),
}
"""Columns that tell any two rows apart, in the order of the pages."""


class _Cursor(Struct, frozen=True, array_like=True):
    order: str
    values: tuple[str | int, ...]  # a day as its text


def values_of(row: Struct, columns: Sequence[str]) -> tuple[Any, ...]:  # as the columns
    return tuple(getattr(row, name) for name in columns)


def next_cursor(order: str, page: Sequence[Struct], there_is_more: bool) -> str | None:
    if not there_is_more:
        return None
    cursor = _Cursor(order, values_of(page[-1], ORDERS[order]))
    encoded = base64.urlsafe_b64encode(msgspec.json.encode(cursor))
    return encoded.rstrip(b"=").decode()


def read_cursor(order: str, cursor: str | None) -> tuple[str | int, ...] | None:
    """The place a cursor names in `order`; QUERY-MALFORMED where it names none."""
    if cursor is None:
        return None
    malformed = Refusal("QUERY-MALFORMED", reason="the cursor is of another query")
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=_Cursor)
    except (ValueError, msgspec.DecodeError) as error:
        raise malformed from error
    wanted = [int if name == "last_position" else str for name in ORDERS[order]]
    if found.order != order or [type(value) for value in found.values] != wanted:
        raise malformed
    if any(isinstance(v, int) and not 0 <= v <= LARGEST_POSITION for v in found.values):
        raise malformed
    return found.values
