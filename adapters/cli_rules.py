"""`adisteme rules`: the rules of the order, and what each shapes here."""

import click
import msgspec
from rich.console import Console

from adapters.problems import problem_of
from adapters.rule_answers import RuleAnswer, RuleList, rule_answer, rule_list
from adapters.tables import show_table
from domain.decider import Refusal
from domain.regulation.pack import LANGUAGES, rule_pack


@click.command()
@click.argument("number", required=False, metavar="[N]")
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="ru")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object only.")
def rules(number: str | None, language: str, as_json: bool) -> None:
    """Show the rules of the order, or rule N whole, in words of our own.

    With N: the routes it lays down, the commands that rest on it and who may give
    them, and the refusals that cite it. The order itself is the text that counts.
    """
    pack = rule_pack()
    found: RuleList | RuleAnswer
    try:
        found = (
            rule_list(pack, language)
            if number is None
            else rule_answer(pack, number, language)
        )
    except Refusal as refusal:
        told = problem_of(refusal, pack, language)
        if as_json:
            click.echo(msgspec.json.encode(told))
            raise SystemExit(1) from refusal
        raise click.ClickException(f"{told.code}: {told.detail}") from refusal
    if as_json:
        click.echo(msgspec.json.encode(found))
    elif isinstance(found, RuleList):
        show_all(Console(), found)
    else:
        show_one(Console(), found)


def show_all(console: Console, found: RuleList) -> None:
    show_table(
        console,
        found.rule_pack,
        ("rule", "title", "refusals"),
        [(rule.number, rule.title, "\n".join(rule.codes)) for rule in found.items],
    )


def show_one(console: Console, rule: RuleAnswer) -> None:
    console.print(f"[bold]{rule.number}. {rule.title}[/bold]\n{rule.summary}\n")
    if rule.routes:
        show_table(
            console,
            "Routes",
            ("profile", "kind", "level", "author", "bodies", "approvers"),
            [
                (
                    route.profile,
                    route.kind,
                    route.level,
                    route.author,
                    " > ".join("/".join(stage) for stage in route.bodies),
                    ", ".join(route.approvers),
                )
                for route in rule.routes
            ],
        )
    if rule.commands:
        show_table(
            console,
            "Commands",
            ("type", "roles"),
            [(one.type, ", ".join(one.roles)) for one in rule.commands],
        )
    if rule.refusals:
        show_table(
            console,
            "Refusals",
            ("code", "status", "text"),
            [(one.code, one.status, one.text) for one in rule.refusals],
        )
