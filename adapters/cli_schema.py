"""`adisteme schema`: the contracts that others rely on, printed from the code.

What makes them is imported by the command that prints it: no other waits for it.
"""

import click
import msgspec

from adapters.cli_settings import settings_or_exit


@click.group()
def schema() -> None:
    """Print the contracts that others rely on; no node needs to run."""


@schema.command()
@click.option("--json", "as_json", is_flag=True, help="The same as one JSON object.")
def contract(as_json: bool) -> None:
    """Print the contract page: commands, answers, tokens, events, subjects."""
    from adapters import contract, contract_page

    click.echo(contract.as_json() if as_json else contract_page.page())


@schema.command()
def events() -> None:
    """Print the JSON Schema of every event, as it stands on the bus."""
    from adapters.message_schemas import event_schemas

    say(event_schemas())


@schema.command()
def commands() -> None:
    """Print the JSON Schema of every command's body."""
    from adapters.message_schemas import command_schemas

    say(command_schemas())


@schema.command()
def asyncapi() -> None:
    """Print AsyncAPI 3 of the bus: every event, and commands by request and reply."""
    from adapters.asyncapi import asyncapi_document
    from domain.regulation.pack import rule_pack

    settings = settings_or_exit()
    say(asyncapi_document(rule_pack(), node=settings.node))


@schema.command()
def openapi() -> None:
    """Print OpenAPI 3.1 of HTTP, as a node serves it at /schema/openapi.json."""
    from adapters.http_routes.openapi import openapi_document
    from domain.regulation.pack import rule_pack

    say(openapi_document(rule_pack()))


def say(document: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=1).decode())
