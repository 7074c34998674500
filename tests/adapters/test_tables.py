"""What people are shown, whatever others wrote into it."""

from io import StringIO

from rich.console import Console

from adapters.tables import show_items, show_table


def test_what_others_wrote_is_never_read_as_markup() -> None:
    out = StringIO()
    title = "[council/260990000017.org] [/] [bold]План[/bold]"
    show_table(Console(file=out, width=200), "Documents", ("title",), [(title,)])
    assert title in out.getvalue()


def test_an_empty_table_says_so() -> None:
    out = StringIO()
    show_items(Console(file=out), "Documents", [], ("title",))
    assert "nothing yet" in out.getvalue()
