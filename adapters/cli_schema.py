"""`adisteme schema`: the contracts that others rely on, printed from the code.

What makes them is imported by the command that prints it: no other waits for it.
"""

import click
import msgspec


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


def say(document: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=1).decode())
