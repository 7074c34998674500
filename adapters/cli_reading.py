"""How commands that only ask put their question, and show its answer."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import click

from adapters import entry
from adapters.cli_settings import settings_or_exit
from adapters.entry import Question
from adapters.settings import Settings
from adapters.telemetry import configure_logging
from domain.regulation.pack import LANGUAGES


def in_path(word: str) -> str:
    """A word of the caller's as one segment of an address, whatever it holds."""
    if not word.strip("."):
        raise click.UsageError(f"{word!r} is no name")
    return quote(word, safe="")


def no_node(settings: Settings) -> str:
    return (
        f"{settings.data} holds no node yet; start one with `adisteme serve`, "
        "or `adisteme demo`"
    )


def shown(
    of_demo: bool,
    path: str,
    parameters: Mapping[str, str | int | None],
    bearer: str | None,
    as_json: bool,
    lang: str,
) -> Any:  # the JSON of the answer
    settings = entry.of_demo(settings_or_exit(), of_demo)
    configure_logging(settings.log_level, quiet=True)
    if entry.operator_of(settings) is None:
        raise click.ClickException(no_node(settings))
    given = {name: value for name, value in parameters.items() if value is not None}
    answer = entry.ask(settings, Question("GET", path, bearer, lang, given))
    body = answer.json()
    if as_json:
        click.echo(json.dumps(body, ensure_ascii=False, indent=1))
        raise SystemExit(0 if answer.is_success else 1)
    if not answer.is_success and "detail" in body:
        raise click.ClickException(f"{body['code']}: {body['detail']}")
    return body


def reading_options(command: Any) -> Any:  # click's decorators are untyped here
    for option in (
        click.option(
            "--json", "as_json", is_flag=True, help="Print the answer as JSON."
        ),
        click.option("--token", "bearer", help="Default: the node's own AUDITOR's."),
        click.option("--lang", type=click.Choice(LANGUAGES), default="ru"),
        click.option("--demo", "of_demo", is_flag=True, help="Ask the demo's node."),
    ):
        command = option(command)
    return command


def say_if_more(page: Any) -> None:  # the JSON of a page
    if page["next"]:
        click.echo("There are more: narrow the question, or raise --limit.", err=True)
