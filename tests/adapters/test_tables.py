"""What people are shown, whatever others wrote into it."""

from io import StringIO

import pytest
from rich.console import Console

from adapters.tables import show_items, show_table


def test_what_others_wrote_is_never_read_as_markup() -> None:
    out = StringIO()
    title = "[council/260990000017.org] [/] [bold]План[/bold]"
    show_table(Console(file=out, width=200), "Documents", ("title",), [(title,)])
    assert title in out.getvalue()


@pytest.mark.parametrize("steering", ["\x1b[2J", "\x9b2J", "\x07", "\u202e", "\u200f"])
def test_what_others_wrote_never_steers_the_terminal(steering: str) -> None:
    out = StringIO()
    row = (f"План{steering} на\N{NO-BREAK SPACE}год\nвторой",)
    show_table(Console(file=out, width=200), "Documents", ("title",), [row])
    assert steering[0] not in out.getvalue()
    assert "на\N{NO-BREAK SPACE}год" in out.getvalue()
    assert len(out.getvalue().splitlines()) == 7


def test_an_empty_table_says_so() -> None:
    out = StringIO()
    show_items(Console(file=out), "Documents", [], ("title",))
    assert "nothing yet" in out.getvalue()
