"""`adisteme import`: the lines of a file as commands, and what became of each."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedReader
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from adapters import entry
from adapters.cli_settings import settings_or_exit
from adapters.importing.giving import GivenUp
from adapters.importing.kinds import COMMANDS, KINDS
from adapters.importing.records import UnusableFile, records_of
from adapters.importing.report import LineReport, Summary
from adapters.importing.session import Wanted, import_all, try_all
from adapters.tables import harmless
from adapters.telemetry import configure_logging
from domain.regulation.pack import LANGUAGES

EVERY = 100
"""Lines between two movements of the progress bar."""


@click.command(name="import")
@click.argument("source", metavar="FILE")
@click.option(
    "--as", "kind", type=click.Choice(KINDS), help="Default: told by the columns."
)
@click.option("--dry-run", is_flag=True, help="Decide everything, write nothing.")
@click.option("--token", "bearer", help="Default: the first REGISTRAR's.")
@click.option("--capacity", help="In which capacity; needed with --token.")
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="ru")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option(
    "--report",
    "report_to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the reports there, too, one JSON object a line.",
)
@click.option(
    "--at-once",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    help="Lines under way together; 1 keeps to the order of the file.",
)
@click.option("--demo", "of_demo", is_flag=True, help="Into the demo's node.")
def import_command(
    source: str,
    kind: str | None,
    dry_run: bool,
    bearer: str | None,
    capacity: str | None,
    language: str,
    as_json: bool,
    report_to: Path | None,
    at_once: int,
    of_demo: bool,
) -> None:
    """Import commands, organisations, units or staff from FILE (- for standard input).

    \b
    commands       JSON lines: {"type": "unit.create", ...the command's fields...}
    organisations  bin, name_ru, kind, kato; levels, name_kk, name_en
    units          bin, unit_id, kind, name_ru; name_kk, name_en, parent, levels,
                   regulation_number, regulation_date, regulation_sha256
    staff          bin, person_id, post, valid_from, order_no; valid_to, unit_id,
                   discipline_codes

    Tables are CSV (UTF-8; comma, semicolon or tab) under a header of these columns,
    JSON lines, or one JSON array of objects; those behind the semicolon may be left
    out. Several levels or codes in one cell stand apart by a space or `|`. Persons
    are random ids: a line that holds what looks like an IIN is refused. A batch is
    told of command by command.

    Safe to run twice, and to go on with after an interruption: what is there already
    is `unchanged`; what is there otherwise `differs`, and is left. Lines of one
    organisation keep their order. Units need the token of its head or deputy head.

    Exit 0: all well; 1: something was refused or differs; 2: usage.
    """
    settings = entry.of_demo(settings_or_exit(), of_demo)
    configure_logging(settings.log_level, quiet=True)
    summary = Summary()
    with ExitStack() as opened:
        file = opened.enter_context(reading(source))
        try:
            found, records = records_of(file, kind)
        except UnusableFile as error:
            raise click.UsageError(f"{named(source)}: {error}") from error
        if bearer is not None and capacity is None and found != COMMANDS:
            raise click.UsageError("--token needs --capacity")
        wanted = Wanted(
            kind=found,
            records=records,
            bearer=bearer,
            capacity=capacity,
            language=language,
            at_once=at_once,
        )
        opened.callback(tell, summary, dry_run)
        noted = opened.enter_context(noting(report_to, file))
        moved = opened.enter_context(progress_through(file))

        def show(report: LineReport) -> None:
            line = msgspec.json.encode(report).decode()
            noted(line)
            click.echo(line if as_json else in_words(report))
            summary.add(report)
            moved(summary.lines)

        try:
            (try_all if dry_run else import_all)(settings, wanted, show)
        except GivenUp as error:
            raise click.ClickException(str(error)) from error
    raise SystemExit(0 if summary.is_well else 1)


def named(source: str) -> str:
    return "standard input" if source == "-" else source


@contextmanager
def reading(source: str) -> Iterator[BufferedReader]:
    try:
        # Standard input by its number, and left open.
        from_here: str | int = 0 if source == "-" else source
        file = open(from_here, "rb", closefd=source != "-")  # noqa: SIM115  # only this may fail
    except OSError as error:
        raise click.UsageError(f"{named(source)}: {error.strerror}") from error
    with file:
        yield file


@contextmanager
def noting(
    path: Path | None, source: BufferedReader
) -> Iterator[Callable[[str], None]]:
    """Where the reports are written, too; never over the file they are of."""
    if path is None:
        yield lambda _line: None
        return
    # By what it is, not by its name: it may come as standard input, or by a link.
    if path.exists() and os.path.samestat(path.stat(), os.fstat(source.fileno())):
        raise click.UsageError(f"{path} is the file that is imported")
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror}") from error
    with file:
        yield lambda line: print(line, file=file)


@contextmanager
def progress_through(file: BufferedReader) -> Iterator[Callable[[int], None]]:
    """Show where somebody looks on how much of the file was read."""
    console = Console(stderr=True)
    size = os.fstat(file.fileno()).st_size if file.seekable() else None
    with Bar(
        TextColumn("Importing, line {task.fields[line]}"),
        BarColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        task = bar.add_task("", total=size, line=0)

        def moved(line: int) -> None:
            if line % EVERY == 0:
                done = file.tell() if size is not None else 0
                bar.update(task, completed=done, line=line)

        yield moved


def in_words(report: LineReport) -> str:
    said = [f"{report.line:>7}  {report.outcome:<9}", report.key or "-"]
    if report.code is not None:
        said.append(f"{report.code}: {report.text}")
    for one in report.differences:
        said.append(f"[{one.column}: {one.here!r} / {one.file!r}]")
    return harmless("  ".join(said))


def tell(summary: Summary, dry_run: bool) -> None:
    outcomes = ("accepted", "unchanged", "differs", "refused")
    if not summary.lines:
        return
    counts = ", ".join(f"{summary.outcomes[one]:,} {one}" for one in outcomes)
    written = "; nothing was written" if dry_run else ""
    click.echo(f"{summary.lines:,} lines: {counts}{written}", err=True)
    for code, times in summary.codes.most_common():
        click.echo(f"{times:>9,}  {code}", err=True)
