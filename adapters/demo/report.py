"""What the demo shows at its end: a few tables, and how to look on."""

import msgspec
from rich.console import Console

from adapters.demo.run import DemoReport
from adapters.demo.teller import Teller
from adapters.tables import show_table
from domain.regulation.pack import RulePack


def rule_of(kind: str, pack: RulePack) -> str:
    return next(row.rule for row in pack.routes if row.kind == kind)


def show_report(
    console: Console, report: DemoReport, teller: Teller, pack: RulePack
) -> None:
    show_table(
        console,
        "Approved",
        ("what", "count"),
        (
            ("organisations registered (synthetic BINs)", report.organisations),
            ("documents taken through their routes", report.documents),
            ("approved by the head or the deputy head", report.approved),
            ("commands given", report.commands),
        ),
    )
    show_table(
        console,
        "Approved, by kind and level",
        ("kind", "rule", *pack.levels),
        (
            (kind, rule_of(kind, pack), *(by_level[one] for one in pack.levels))
            for kind, by_level in report.approved_by_kind.items()
        ),
    )
    show_table(
        console,
        "A joint commission of two colleges (rule 16)",
        ("host", "college of the document", "document", "conclusion", "votes for"),
        (msgspec.structs.astuple(told) for told in report.joint_conclusions),
    )
    show_table(
        console,
        "Refused, by rule",
        ("code", "rule", "times", "what the first of them was told"),
        (
            (
                code,
                pack.errors[code].rule or "-",
                times,
                pack.errors[code].text("en", dict(example.context))
                if (example := teller.refused_examples.get(code))
                else "",
            )
            for code, times in sorted(report.refused.items())
        ),
    )
    show_table(
        console,
        "Over the bus",
        ("where", "events"),
        (
            ("in the event store", report.events_stored),
            ("in the NATS stream", report.events_on_bus),
            ("not yet in the views (lag)", report.lag),
        ),
    )
    seen = report.subscriber
    show_table(
        console,
        "Seen by the independent subscriber",
        ("what", "count"),
        (
            ("events", seen.seen),
            ("kinds of event", seen.types),
            ("organisations", seen.organisations),
            ("feeds, each without a gap", seen.feeds),
            ("promises of the contract broken", len(seen.broken_promises)),
        ),
    )
    verdict = (
        "[green]Nothing lost, nothing double:[/green] store, stream, subscriber and "
        "views agree."
        if report.is_whole
        else "[red]Store, stream, subscriber and views do not agree.[/red]"
    )
    console.print(
        f"\n{verdict}\n\nLook on:\n"
        "  .venv/bin/adisteme show documents --demo\n"
        "  .venv/bin/adisteme show refusals --demo\n"
        "  .venv/bin/adisteme serve --demo      then http://127.0.0.1:8000\n"
        f"The data lies in {report.data}; the next demo wipes it."
    )
