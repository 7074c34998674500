"""The command line: every command, and what each prints."""

import json
import re
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
import msgspec
from rich.console import Console

from adapters import demo_entry, entry
from adapters.bootstrap import ROLES, Role
from adapters.cli_audit import audit, explain
from adapters.cli_bus import bus
from adapters.cli_import import import_command
from adapters.cli_projections import projections
from adapters.cli_reading import in_path, no_node, reading_options, say_if_more, shown
from adapters.cli_rules import rules
from adapters.cli_schema import schema
from adapters.cli_settings import settings_or_exit
from adapters.entry import Question
from adapters.failures import FAILURES, told
from adapters.tables import show_details, show_items
from adapters.telemetry import configure_logging
from domain.identifiers import NODE, RANDOM_UUID_PATTERN, is_valid_bin
from domain.regulation.pack import LANGUAGES

DOCUMENT_COLUMNS = (
    "document_id",
    "org_name_ru",
    "kind",
    "state",
    "carried_over",
    "current_stage",
    "bodies_positive",
    "bodies_required",
)
ORGANISATION_COLUMNS = ("bin", "name_ru", "kind", "levels", "region_kato", "synthetic")
MEETING_COLUMNS = (
    "meeting_id",
    "body",
    "planned_for",
    "state",
    "minutes_no",
    "agenda",
)
BODY_COLUMNS = ("body", "name_ru", "members", "minimum", "is_led", "officers")
DAYS = click.IntRange(0, 36_500)
REFUSAL_COLUMNS = ("at", "code", "rule", "command_tag", "actor_org", "stream")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="adisteme")
def cli() -> None:
    """Adisteme: the shared record of educational-methodical work (order 583).

    Start with `adisteme demo`, then `adisteme serve --demo` and
    `adisteme show documents --demo`.
    """


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object only.")
def demo(as_json: bool) -> None:
    """Run the main job on real universities and print what happened.

    Uses <data>/demo, starts from empty, and wipes only what an earlier demo made.
    """
    settings = settings_or_exit()
    configure_logging(settings.log_level, quiet=True)
    raise SystemExit(demo_entry.run_demo(settings, as_json=as_json))


@cli.command()
@click.option("--demo", "of_demo", is_flag=True, help="Serve what `demo` left.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Default 8000; 0: any free."
)
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="all",
    show_default=True,
    help="All in one process, or one part of a node on PostgreSQL.",
)
def serve(of_demo: bool, port: int | None, role: Role) -> None:
    """Keep a node running: HTTP, event store, bus and views in one process.

    With ADISTEME_DATABASE (PostgreSQL) and ADISTEME_BUS (a NATS server of its own)
    each role can be a process by itself: `api` takes commands and questions, `relay`
    brings events to the bus, `project` keeps the views, `policy` has the node do what
    events call for. Of each there may be several.
    """
    settings = settings_or_exit()
    configure_logging(settings.log_level)
    entry.run_serve(settings, demo_wanted=of_demo, port=port, role=role)


@cli.command()
def migrate() -> None:
    """Bring the stores to the newest schema; grant the first REGISTRAR and AUDITOR.

    Safe to run again; a schema that a later version made is refused and left alone.
    """
    settings = settings_or_exit()
    configure_logging(settings.log_level, quiet=True)
    operator = entry.run_migrate(settings)
    where = "PostgreSQL" if settings.database else str(settings.data)
    click.echo(f"the stores in {where} have the newest schema")
    if operator is None:
        click.echo("the first REGISTRAR was granted from another folder")
    else:
        click.echo(f"first REGISTRAR: capacity {operator.capacity}")


@cli.command()
@click.option("--person", help="The person's random id (UUID version 4).")
@click.option("--org", "organisation", help="BIN of the person's organisation.")
@click.option("--auditor", is_flag=True, help="Of the node's own AUDITOR: reads all.")
@click.option("--days", type=click.IntRange(1, 366), default=1, show_default=True)
@click.option("--demo", "of_demo", is_flag=True, help="For the demo's node.")
def token(
    person: str | None,
    organisation: str | None,
    auditor: bool,
    days: int,
    of_demo: bool,
) -> None:
    """Print a bearer token of the embedded node's own key.

    Without options it is the token of the node's first REGISTRAR, whose capacity is
    printed on standard error. A REGISTRAR reads what is public, an AUDITOR all.
    """
    settings = entry.of_demo(settings_or_exit(), of_demo)
    if (person is None) != (organisation is None):
        raise click.UsageError("--person and --org go together")
    if person is not None and not re.fullmatch(RANDOM_UUID_PATTERN, person):
        raise click.UsageError("--person is a random UUID (version 4), lower case")
    if organisation is not None and not (
        organisation == NODE or is_valid_bin(organisation)
    ):
        raise click.UsageError(f"--org is a BIN with its check digit, or {NODE}")
    if auditor and person is not None:
        raise click.UsageError("--auditor names the person already")
    issued = (
        entry.auditor_token(settings, days)
        if auditor
        else entry.issue_token(settings, person, organisation, days)
    )
    if issued is None:
        raise click.ClickException(no_node(settings))
    click.echo(issued.token)
    if issued.capacity:
        click.echo(f"capacity: {issued.capacity}", err=True)


@cli.command(name="do")
@click.argument("command_type")
@click.option(
    "--json",
    "source",
    default="-",
    show_default=True,
    help="File with the command's JSON, or - for standard input.",
)
@click.option("--token", "bearer", help="Default: the first REGISTRAR's.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="ru")
@click.option("--demo", "of_demo", is_flag=True, help="To the demo's node.")
def do_command(
    command_type: str, source: str, bearer: str | None, lang: str, of_demo: bool
) -> None:
    """Give a command, as `adisteme do organisation.register --json file.json`.

    `adisteme schema contract` lists the commands. A missing command_id is made, and
    printed on standard error, so that the command can be repeated; a missing
    capacity is the first REGISTRAR's.
    """
    settings = entry.of_demo(settings_or_exit(), of_demo)
    configure_logging(settings.log_level, quiet=True)
    body = read_json(source)
    if not body.get("command_id"):
        body["command_id"] = str(uuid4())
        click.echo(f"command_id: {body['command_id']}", err=True)
    question = Question(
        "POST", f"/v1/commands/{in_path(command_type)}", bearer, lang, body
    )
    answer = entry.ask(settings, question)
    click.echo(json.dumps(answer.json(), ensure_ascii=False, indent=1))
    raise SystemExit(0 if answer.is_success else 1)


@cli.group()
def show() -> None:
    """Show what the views hold: documents, organisations, refusals, health."""


@show.command()
@click.option("--org", help="BIN of the owner.")
@click.option("--state", help="DRAFT, IN_REVIEW, READY, APPROVED, RETURNED, WITHDRAWN.")
@click.option("--kind", help="Such as WORKING_STUDY_PLAN.")
@click.option("--level", help="SECONDARY, TVE, PSE or HE.")
@click.option("--scope", type=click.Choice(["own", "supervised", "reviewed", "public"]))
@click.option("--territory", help="KATO code, or its first 2 or 4 digits.")
@click.option("--rule", help="Number of the rule, as 19.")
@click.option("--profile", help="Route profile, as order583-default.")
@click.option("--author", help="Person who prepared it.")
@click.option("--unit", help="Unit that prepared it.")
@click.option("--body", help="Stream of a body whose turn it is.")
@click.option("--on-agenda/--off-agenda", default=None, help="Goes with --body.")
@click.option("--awaits", help="Stream of a body that has not concluded yet.")
@click.option("--approver", help="Role that may approve it, as HEAD.")
@click.option(
    "--self-review", is_flag=True, default=None, help="Approved by its author."
)
@click.option("--older-than", type=DAYS, help="Days in its state.")
@click.option("--stage-older-than", type=DAYS, help="Days in its open stage.")
@click.option("--to-replan", is_flag=True, default=None, help="A body cannot conclude.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@reading_options
def documents(
    as_json: bool,
    bearer: str | None,
    lang: str,
    of_demo: bool,
    **wanted: str | int | None,
) -> None:
    """List documents and where they stand."""
    page = shown(of_demo, "/v1/documents", wanted, bearer, as_json, lang)
    show_items(Console(), "Documents", page["items"], DOCUMENT_COLUMNS)
    say_if_more(page)


@show.command()
@click.option("--body", help="Stream of the body that meets.")
@click.option("--state", help="PLANNED, CONVENED, OPEN, HELD, MINUTED, NOT_HELD.")
@click.option("--unconcluded", is_flag=True, help="Held, a conclusion not entered yet.")
@click.option("--org", help="BIN of the owner, for the auditor.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@reading_options
def meetings(
    as_json: bool,
    bearer: str | None,
    lang: str,
    of_demo: bool,
    **wanted: str | int | None,
) -> None:
    """List meetings of bodies, with what stands on their agendas."""
    page = shown(of_demo, "/v1/meetings", wanted, bearer, as_json, lang)
    rows = [{**one, "agenda": len(one["items"])} for one in page["items"]]
    show_items(Console(), "Meetings", rows, MEETING_COLUMNS)
    say_if_more(page)


@show.command()
@click.option("--org", help="BIN of the organisation; default: that of the token.")
@reading_options
def bodies(
    org: str | None, as_json: bool, bearer: str | None, lang: str, of_demo: bool
) -> None:
    """List reviewing bodies: members, minimum, who leads them."""
    if org is None and bearer is None:
        raise click.UsageError("the node has no bodies: name whose, with --org BIN")
    page = shown(of_demo, "/v1/bodies", {"org": org}, bearer, as_json, lang)
    rows = [
        {**one, "officers": [officer["role"] for officer in one["officers"]]}
        for one in page["items"]
    ]
    show_items(Console(), "Bodies", rows, BODY_COLUMNS)


@show.command()
@click.argument("document_id")
@reading_options
def document(
    document_id: str, as_json: bool, bearer: str | None, lang: str, of_demo: bool
) -> None:
    """Show one document: its stages, what is missing, who is next."""
    found = shown(
        of_demo, f"/v1/documents/{in_path(document_id)}", {}, bearer, as_json, lang
    )
    console = Console()
    show_details(console, "Document", found)
    stages = found.get("stages") or []
    columns = ("round", "stage_no", "body", "conclusion", "votes_for", "skip_reason")
    show_items(console, "Stages", stages, columns)


@show.command()
@click.option("--region", help="Region by its KATO code, as 750000000.")
@click.option("--kind", help="Such as UNIVERSITY.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@reading_options
def organisations(
    region: str | None,
    kind: str | None,
    limit: int,
    as_json: bool,
    bearer: str | None,
    lang: str,
    of_demo: bool,
) -> None:
    """List organisations; synthetic ones are marked."""
    wanted = {"region": region, "kind": kind, "limit": limit}
    page = shown(of_demo, "/v1/organisations", wanted, bearer, as_json, lang)
    show_items(Console(), "Organisations", page["items"], ORGANISATION_COLUMNS)
    say_if_more(page)


@show.command()
@reading_options
def refusals(as_json: bool, bearer: str | None, lang: str, of_demo: bool) -> None:
    """List what was refused, and under which rule."""
    page = shown(of_demo, "/v1/refusals", {}, bearer, as_json, lang)
    show_items(Console(), "Refusals", page["items"], REFUSAL_COLUMNS)


@show.command()
@reading_options
def health(as_json: bool, bearer: str | None, lang: str, of_demo: bool) -> None:
    """Show how the parts of the node are."""
    found = shown(of_demo, "/health/ready", {}, bearer, as_json, lang)
    parts = {name: part for name, part in found.items() if isinstance(part, dict)}
    rows = [{"part": name, **part} for name, part in parts.items()]
    columns = ("part", "state", "is_well", "position", "lag", "waits_for")
    show_items(Console(), f"Health: {found['status']}", rows, columns)
    raise SystemExit(1 if found["status"] == "down" else 0)


cli.add_command(explain)
cli.add_command(projections)
cli.add_command(bus)
cli.add_command(audit)
cli.add_command(import_command)
cli.add_command(rules)
cli.add_command(schema)


def read_json(source: str) -> dict[str, Any]:  # a JSON object of the caller's
    try:
        given = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        body = msgspec.json.decode(given)
    except (OSError, ValueError, msgspec.DecodeError, RecursionError) as error:
        name = "standard input" if source == "-" else source
        raise click.UsageError(f"{name} cannot be read as JSON: {error}") from error
    if not isinstance(body, dict):
        raise click.UsageError("a command is one JSON object")
    return body


def main() -> None:
    """Run the command line; exit 0 well, 1 refused or failed, 2 usage."""
    try:
        cli()
    except FAILURES as error:
        click.echo(f"adisteme: {told(error)}", err=True)
        raise SystemExit(1) from error
