"""How the command line shows things to people: a few readable tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from unicodedata import category

from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]  # a JSON object of an answer


def show_table(
    console: Console,
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    """Print a table; an empty one says so instead."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        # As text: what others wrote must not be read as markup of ours.
        cells = ("" if cell is None else str(cell) for cell in row)
        table.add_row(*(Text(harmless(text, but="\n")) for text in cells))
    if table.row_count:
        console.print(table)
    else:
        console.print(f"[bold]{title}[/bold]: nothing yet")


def harmless(text: str, but: str = "") -> str:
    """The text without what steers a terminal, `but` for some such characters."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if category(c)[0] == "C" and c not in but else c
        for c in text
    )


def show_items(
    console: Console, title: str, items: Sequence[Row], columns: Sequence[str]
) -> None:
    """Print JSON objects as a table of the named columns."""
    show_table(
        console,
        title,
        columns,
        [[cell(item.get(c)) for c in columns] for item in items],
    )


def cell(value: object) -> object:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value


def show_details(console: Console, title: str, item: Row) -> None:
    """Print one JSON object, field by field."""
    rows = [
        (name, cell(value))
        for name, value in item.items()
        if not isinstance(value, dict) and value not in (None, [], "")
    ]
    show_table(console, title, ("field", "value"), rows)
