"""`adisteme bus`: hold the stream against the log, make it anew, configure a server."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from adapters import bus_care, entry
from adapters.bus_care import AuditReport
from adapters.cli_settings import settings_or_exit
from adapters.folder_bus import FolderBus, bus_of_folder
from adapters.jetstream.audit import MEANINGS, Progress
from adapters.jetstream.identities import passwords
from adapters.jetstream.server_configuration import write_configuration
from adapters.tables import show_table
from adapters.telemetry import configure_logging


@click.group()
def bus() -> None:
    """Look after the stream of events: audit, rebuild, config."""


@bus.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object only.")
@click.option("--demo", "of_demo", is_flag=True, help="Of the demo's node.")
def audit(as_json: bool, of_demo: bool) -> None:
    """Compare store and stream end to end, and name every difference.

    Works beside a running node, and without one. Exit 0: equal; 1: different.
    """
    with opened(of_demo) as folder, progress_of("Comparing") as progress:
        report = asyncio.run(bus_care.look(folder, progress))
    show(report, as_json)
    raise SystemExit(0 if report.equal else 1)


@bus.command()
@click.option("--force", is_flag=True, help="Even where the audit finds nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object only.")
@click.option("--demo", "of_demo", is_flag=True, help="Of the demo's node.")
def rebuild(force: bool, yes: bool, as_json: bool, of_demo: bool) -> None:
    """Make the stream anew from the log, every event at its old sequence.

    Subscribers lose their consumers and make them again; none of their positions
    changes. Refused where the stream equals the log, unless forced.
    """
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here: say --yes")
    with opened(of_demo) as folder:
        with progress_of("Comparing") as progress:
            before = asyncio.run(bus_care.look(folder, progress))
        if before.equal and not force:
            raise click.ClickException(
                "the stream equals the log; --force makes it anew all the same"
            )
        if not yes:
            show(before, as_json=False, to_stderr=as_json)
            question = f"Delete {before.stream} and make it anew from the log?"
            click.confirm(question, abort=True, err=True)
        with progress_of("Making it anew") as progress:
            after = asyncio.run(bus_care.rebuild(folder, progress))
    show(after, as_json)
    raise SystemExit(0 if after.equal else 1)


@bus.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for nats.conf, identities.json and the server's data.",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=4222, show_default=True)
def config(out: Path, host: str, port: int) -> None:
    """Write what a NATS server of your own needs to be this node's bus.

    Passwords that the folder already holds are kept.
    """
    settings = settings_or_exit()
    folder = out.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_configuration(
        folder / "nats.conf",
        node=settings.node,
        host=host,
        port=port,
        store=folder / "jetstream",
        passwords=passwords(folder / "identities.json"),
    )
    click.echo(f"nats-server -c {folder / 'nats.conf'}")
    click.echo(f"identities: {folder / 'identities.json'}")


@contextmanager
def opened(of_demo: bool) -> Iterator[FolderBus]:
    settings = entry.of_demo(settings_or_exit(), of_demo)
    configure_logging(settings.log_level, quiet=True)
    with bus_of_folder(settings) as folder:
        yield folder


@contextmanager
def progress_of(what: str) -> Iterator[Progress]:
    """Show progress where somebody looks on; nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(
        *columns, console=console, disable=not console.is_terminal, transient=True
    ) as bar:
        task = bar.add_task(what, total=None)

        def progress(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield progress


def show(report: AuditReport, as_json: bool, *, to_stderr: bool = False) -> None:
    if as_json:
        click.echo(msgspec.json.encode(report))
        return
    console = Console(stderr=to_stderr)
    console.print(
        f"{report.stream}: the log ends at {report.log_end}, "
        f"the stream at {report.stream_end}"
    )
    if report.equal:
        console.print("[green]They are equal, byte for byte.[/green]")
        return
    show_table(
        console,
        "Differences",
        ("sequences", "what", "meaning"),
        [
            (span(found.first, found.last), found.kind, MEANINGS[found.kind])
            for found in report.differences
        ],
    )


def span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"
