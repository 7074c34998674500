"""`adisteme projections`: how far views are, what is parked, what is to be done."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any  # JSON of answers, and click's decorators
from urllib.parse import quote

import click
import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from adapters import entry
from adapters.cli_settings import settings_or_exit
from adapters.entry import Ask, Question
from adapters.settings import Settings
from adapters.tables import show_details, show_items
from adapters.telemetry import configure_logging

LOOK_SECONDS = 0.3
COLUMNS = ("name", "state", "position", "lag", "parked", "skipped")
PARKED_COLUMNS = ("view", "stream", "position", "events", "error")
WISH_COLUMNS = ("id", "kind", "view", "stream", "position", "outcome")
DONE = "done"

Script = Callable[["Asked"], Awaitable[int]]


class Asked:
    """A node that is asked, and how its answers are printed."""

    def __init__(self, ask: Ask, bearer: str | None, as_json: bool) -> None:
        self._ask = ask
        self._bearer = bearer
        self.as_json = as_json

    async def get(self, path: str) -> Any:  # a JSON object
        return self._body(await self._ask(self._question("GET", path, {})))

    async def post(self, path: str, given: dict[str, object]) -> Any:  # likewise
        return self._body(await self._ask(self._question("POST", path, given)))

    def _question(self, method: str, path: str, given: dict[str, object]) -> Question:
        address = f"/v1/projections{path}"
        return Question(method, address, self._bearer, "ru", given, is_command=False)

    def _body(self, answer: httpx.Response) -> Any:  # likewise
        body = answer.json()
        if answer.is_success:
            return body
        if self.as_json:
            self.print_json(body)
            raise SystemExit(1)
        raise click.ClickException(f"{body['code']}: {body['detail']}")

    def print_json(self, body: object) -> None:
        click.echo(json.dumps(body, ensure_ascii=False, indent=1))


def options(command: Any) -> Any:  # click's decorators are untyped here
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON only."),
        click.option("--token", "bearer", help="Default: REGISTRAR."),
        click.option("--demo", "of_demo", is_flag=True, help="Ask the demo's node."),
    ):
        command = option(command)
    return command


def run(script: Script, settings: Settings, bearer: str | None, as_json: bool) -> None:
    configure_logging(settings.log_level, quiet=True)

    async def with_node(ask: Ask) -> int:
        return await script(Asked(ask, bearer, as_json))

    raise SystemExit(asyncio.run(entry.talk(settings, with_node)))


def settings_of(of_demo: bool) -> Settings:
    return entry.of_demo(settings_or_exit(), of_demo)


@click.group()
def projections() -> None:
    """Look at views and mend them: list, status, rebuild, parked, retry, skip."""


@projections.command(name="list")
@options
def list_all(as_json: bool, bearer: str | None, of_demo: bool) -> None:
    """List the views: how far each is, and how many streams wait."""

    async def script(node: Asked) -> int:
        page = await node.get("")
        if node.as_json:
            node.print_json(page)
        else:
            show_items(Console(), "Projections", page["items"], COLUMNS)
        return 0

    run(script, settings_of(of_demo), bearer, as_json)


@projections.command()
@click.argument("name")
@options
def status(name: str, as_json: bool, bearer: str | None, of_demo: bool) -> None:
    """Show one view, and how far its rebuild is."""

    async def script(node: Asked) -> int:
        found = await node.get(f"/{quote(name, safe='')}")
        if node.as_json:
            node.print_json(found)
            return 0
        rebuild = found.pop("rebuild")
        if rebuild:
            found["rebuild"] = f"{rebuild['position']} of {rebuild['target']}"
        show_details(Console(), "Projection", found)
        return 0

    run(script, settings_of(of_demo), bearer, as_json)


@projections.command()
@options
def parked(as_json: bool, bearer: str | None, of_demo: bool) -> None:
    """List the streams that wait because one of their events cannot be folded."""

    async def script(node: Asked) -> int:
        page = await node.get("/parked")
        if node.as_json:
            node.print_json(page)
        else:
            show_items(Console(), "Parked streams", page["items"], PARKED_COLUMNS)
        return 0

    run(script, settings_of(of_demo), bearer, as_json)


@projections.command()
@click.argument("name")
@options
def rebuild(name: str, as_json: bool, bearer: str | None, of_demo: bool) -> None:
    """Make a view, or `all`, anew beside the live one, and wait for the swap."""

    async def script(node: Asked) -> int:
        wished = await node.post(f"/{quote(name, safe='')}/rebuild", {})
        return await followed(node, wished["items"])

    run(script, settings_of(of_demo), bearer, as_json)


@projections.command()
@click.argument("stream")
@click.option("--view", help="Only in this view.")
@options
def retry(
    stream: str, view: str | None, as_json: bool, bearer: str | None, of_demo: bool
) -> None:
    """Fold what is parked of STREAM again, as after an update of the program."""

    async def script(node: Asked) -> int:
        wished = await node.post("/parked/retry", {"stream": stream, "view": view})
        return await followed(node, wished["items"])

    run(script, settings_of(of_demo), bearer, as_json)


@projections.command()
@click.argument("position", type=click.IntRange(1))
@click.option("--reason", required=True, help="Why; every later rebuild honours it.")
@click.option("--view", help="Only in this view.")
@options
def skip(
    position: int,
    reason: str,
    view: str | None,
    as_json: bool,
    bearer: str | None,
    of_demo: bool,
) -> None:
    """Leave the parked event at POSITION out, and fold what follows it."""

    async def script(node: Asked) -> int:
        given: dict[str, object] = {
            "position": position,
            "reason": reason,
            "view": view,
        }
        wished = await node.post("/parked/skip", given)
        return await followed(node, wished["items"])

    run(script, settings_of(of_demo), bearer, as_json)


async def followed(node: Asked, wishes: Iterable[Any]) -> int:
    """Wait until the wishes are carried out; 0 where each came true."""
    numbers = [wish["id"] for wish in wishes]
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, Any] = {}  # the numbers of rich's tasks
        while True:
            found = [await node.get(f"/wishes/{number}") for number in numbers]
            if all(wish["outcome"] is not None for wish in found):
                break
            for wish in found:
                if wish["kind"] == "rebuild" and wish["outcome"] is None:
                    await show_progress(node, wish["view"], bars, tasks)
            await asyncio.sleep(LOOK_SECONDS)
    if node.as_json:
        node.print_json({"items": found})
    else:
        show_items(Console(), "Carried out", found, WISH_COLUMNS)
    return 0 if all(wish["outcome"] == DONE for wish in found) else 1


async def show_progress(
    node: Asked, view: str, bars: Progress, tasks: dict[str, Any]
) -> None:
    progress = (await node.get(f"/{view}"))["rebuild"]
    if progress is None:
        return
    if view not in tasks:
        tasks[view] = bars.add_task(view, total=progress["target"])
    bars.update(tasks[view], completed=progress["position"], total=progress["target"])
