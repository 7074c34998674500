"""From the text of a file to its records: CSV, JSON lines, or one JSON array."""

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import msgspec

from adapters.importing.kinds import COMMANDS, TABLES, Row, Table, kind_by
from adapters.importing.lines import Text, elements, lines
from domain.decider import Refusal

Values = dict[str, Any]  # a JSON object
Record = tuple[int, Values | Refusal]
"""The number of a line, and what stands on it, or why it cannot be read."""

DELIMITERS = ",;\t"
PEEKED = 4096
MAX_PASSED = 1000
"""How many lines that cannot be read may stand before one that tells the kind."""

_LIST_MARKS = str.maketrans(",;|", "   ")


class UnusableFile(Exception):
    """The file as a whole cannot be imported; the message says why."""


def records_of(
    file: io.BufferedReader, wanted: str | None
) -> tuple[str, Iterator[Record]]:
    """Which kind the file holds (`wanted`, or told by its columns), and its records."""
    opening = file.peek(PEEKED)[:PEEKED].removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if opening == b"[":
        return of_json(elements(file), wanted)
    if opening == b"{":
        return of_json(lines(file), wanted)
    return of_csv(lines(file), wanted)


def of_json(texts: Iterator[Text], wanted: str | None) -> tuple[str, Iterator[Record]]:
    """Objects; the first that can be read tells the kind where nobody said it."""
    records = ((number, object_in(text)) for number, text in texts)
    if wanted is not None:
        return wanted, records
    passed: list[Record] = []
    for record in records:
        passed.append(record)
        if isinstance(record[1], dict):
            return known(kind_by(list(record[1]))), chain(passed, records)
        if len(passed) == MAX_PASSED:
            break
    why = "; ".join(f"line {n}: {why_not(text)}" for n, text in passed[:1])
    raise UnusableFile(f"nothing in it can be read as a JSON object; {why or 'empty'}")


def why_not(found: Values | Refusal) -> str:
    context = found.context if isinstance(found, Refusal) else {}
    return str(context.get("reason", "it holds what looks like an IIN"))


def object_in(text: str | Refusal) -> Values | Refusal:
    if isinstance(text, Refusal):
        return text
    try:
        # The strict decoder judges; only the other one sees a name that comes twice.
        value = msgspec.json.decode(text)
        json.loads(text, object_pairs_hook=once_each)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        return Refusal("IMPORT-LINE", reason=str(error))
    if not isinstance(value, dict):
        return Refusal("IMPORT-LINE", reason="it is no JSON object")
    return value


def once_each(pairs: Sequence[tuple[str, Any]]) -> Values:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a name stands in it twice")
    return values


def of_csv(texts: Iterator[Text], wanted: str | None) -> tuple[str, Iterator[Record]]:
    """Rows under a header of known columns, in whichever order."""
    if wanted == COMMANDS:
        raise UnusableFile("commands come as JSON lines, one object a line")
    number, header = next(texts, (0, ""))
    if isinstance(header, Refusal):
        why = why_not(header)
        raise UnusableFile(f"line {number}, the header, cannot be read: {why}")
    if not header:
        raise UnusableFile("it is empty")
    delimiter = max(DELIMITERS, key=header.count)
    columns = [name.strip().lower() for name in cells_in(header, delimiter) or []]
    kind = known(wanted or kind_by(columns))
    check(columns, TABLES.get(kind))
    return kind, rows(texts, columns, delimiter, TABLES[kind].lists)


def check(columns: Sequence[str], table: Table | None) -> None:
    """Refuse what is no column, without saying it: it may be the name of a person."""
    if table is None:
        raise UnusableFile("commands come as JSON lines, one object a line")
    places = [str(n) for n, name in enumerate(columns, 1) if name not in table.columns]
    if places:
        raise UnusableFile(
            f"column {', '.join(places)} of the header is none of "
            f"{', '.join(table.columns)}"
        )
    if len(set(columns)) < len(columns):
        raise UnusableFile("a column stands in the header twice")
    if missing := sorted(table.required - set(columns)):
        raise UnusableFile(f"the header has no {', '.join(missing)}")


def known(kind: str | None) -> str:
    if kind is None:
        needed = (
            f"{', '.join(sorted(table.required))} ({name})"
            for name, table in TABLES.items()
        )
        raise UnusableFile(
            "its columns do not tell what it holds; say --as, or give "
            f"{'; '.join(needed)}; type (commands)"
        )
    return kind


def rows(
    texts: Iterable[Text], columns: Sequence[str], delimiter: str, lists: Sequence[str]
) -> Iterator[Record]:
    for number, text in texts:
        if isinstance(text, Refusal):
            yield number, text
            continue
        cells = cells_in(text, delimiter)
        if cells is None:
            yield number, Refusal("IMPORT-LINE", reason="its quotes do not match")
        elif len(cells) != len(columns):
            yield (
                number,
                Refusal(
                    "IMPORT-LINE",
                    reason=f"it has {len(cells)} cells, the header {len(columns)}",
                ),
            )
        else:
            pairs = zip(columns, (cell.strip() for cell in cells), strict=True)
            values: Values = {name: cell for name, cell in pairs if cell}
            for name in lists:
                if name in values:
                    values[name] = values[name].translate(_LIST_MARKS).split()
            if values:
                yield number, values


def cells_in(text: str, delimiter: str) -> list[str] | None:
    """The cells of one line; None where a quote is left open, or stands amiss."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def row_in(values: Values, table: Table) -> Row:
    """A record as a row of its table, or IMPORT-LINE."""
    if not set(values) <= set(table.columns):
        raise Refusal(
            "IMPORT-LINE",
            reason=f"it has fields beside {', '.join(table.columns)}",
        )
    given = {name: value for name, value in values.items() if value is not None}
    try:
        return msgspec.convert(given, table.row)
    except msgspec.ValidationError as error:
        raise Refusal("IMPORT-LINE", reason=str(error)) from error
