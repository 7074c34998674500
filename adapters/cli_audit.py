"""`adisteme audit` and `explain`: the chain of a document, and what comes next."""

from datetime import datetime
from typing import Any

import click
from rich.console import Console

from adapters.cli_reading import in_path, reading_options, shown
from adapters.tables import show_table

DAY = click.DateTime(["%Y-%m-%d"])
ENTRY_COLUMNS = ("position", "acted", "role", "rule", "what")
VERDICT_COLUMNS = ("outcome", "rule", "clause", "about", "position")
CLAUSE_COLUMNS = ("met", "rule", "clause", "about")
STEP_COLUMNS = ("step", "body", "who may now", "what is missing")
REFUSAL_COLUMNS = ("at", "code", "rule", "command", "by")


@click.group()
def audit() -> None:
    """Reconstruct who decided what, when, on which text, under which rule."""


@audit.command()
@click.argument("document_id")
@click.option("--as-of", type=DAY, help="Only acts up to that day (in Kazakhstan).")
@click.option("--known-on", type=DAY, help="Only what was recorded by that day.")
@reading_options
def trail(
    document_id: str,
    as_of: datetime | None,
    known_on: datetime | None,
    as_json: bool,
    bearer: str | None,
    lang: str,
    of_demo: bool,
) -> None:
    """Show the whole chain of a document, and hold it against the order.

    Exit 0: no clause is broken; 1: one is, or there is no such document.
    """
    days = {
        "as_of": as_of.date().isoformat() if as_of else None,
        "known_on": known_on.date().isoformat() if known_on else None,
    }
    path = f"/v1/audit/trail/{in_path(document_id)}"
    found = shown(of_demo, path, days, bearer, as_json, lang)
    console = Console()
    show_table(
        console,
        f"Trail of {document_id}",
        ENTRY_COLUMNS,
        (entry_row(entry, lang) for entry in found["entries"]),
    )
    show_table(
        console,
        "Clauses",
        VERDICT_COLUMNS,
        (verdict_row(one, lang) for one in found["verdicts"]),
    )
    refusals = found.get("refusals") or []
    if refusals:
        show_table(console, "Refused", REFUSAL_COLUMNS, map(refusal_row, refusals))
    raise SystemExit(0 if found["is_sound"] else 1)


@click.command()
@click.argument("document_id")
@reading_options
def explain(
    document_id: str, as_json: bool, bearer: str | None, lang: str, of_demo: bool
) -> None:
    """Tell which clauses a document meets, which not, and who could act now."""
    path = f"/v1/documents/{in_path(document_id)}/explain"
    found = shown(of_demo, path, {}, bearer, as_json, lang)
    console = Console()
    console.print(f"{found['kind']}, {found['level']}: {found['state']}")
    show_table(console, "Clauses", CLAUSE_COLUMNS, map(clause_row, found["clauses"]))
    show_table(console, "Next", STEP_COLUMNS, map(step_row, found["steps"]))


def clause_row(clause: Any) -> tuple[object, ...]:  # JSON of the answer
    met = "+" if clause["holds"] else "-"
    return met, clause["rule"], clause["text"], clause["about_name"]


def step_row(step: Any) -> tuple[object, ...]:  # JSON of the answer
    who = [f"{actor['role']} {actor['capacity']}" for actor in step["actors"]]
    lack = step["lack"]
    missing = f"{lack['code']}: {lack['text']}" if lack else None
    return step["text"], step["body_name"], "\n".join(who), missing


def entry_row(entry: Any, lang: str) -> tuple[object, ...]:  # JSON of the answer
    return (
        entry["position"],
        entry["occurred_at"][:16].replace("T", " "),
        entry["actor"]["role"],
        entry["rule"],
        entry["summary"][lang],
    )


def verdict_row(verdict: Any, lang: str) -> tuple[object, ...]:  # JSON of the answer
    return (
        verdict["outcome"],
        verdict["rule"],
        verdict["text"][lang],
        verdict["about"],
        verdict["position"],
    )


def refusal_row(refusal: Any) -> tuple[object, ...]:  # JSON of the answer
    return (
        refusal["at"][:16],
        refusal["code"],
        refusal["rule"],
        refusal["command_tag"],
        refusal["actor_org"],
    )
