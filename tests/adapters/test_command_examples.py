"""The examples: one for every command, each a command that can be given."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from adapters.command_examples import EXAMPLES, PARTNER, UNIVERSITY
from adapters.orders import command_of, digest_of
from domain.identifiers import RANDOM_UUID_PATTERN, is_synthetic, is_valid_bin
from domain.messages import COMMANDS, stream_of
from domain.regulation.kato import is_known
from domain.regulation.pack import rule_pack


def texts(value: Any) -> Iterator[str]:  # any JSON value
    match value:
        case str():
            yield value
        case dict():
            for one in value.values():
                yield from texts(one)
        case list() | tuple():
            for one in value:
                yield from texts(one)


def test_every_command_has_an_example() -> None:
    assert list(EXAMPLES) == list(COMMANDS)


@pytest.mark.parametrize("tag", COMMANDS)
def test_an_example_is_read_as_its_command(tag: str) -> None:
    command = command_of(tag, msgspec.json.encode(EXAMPLES[tag]))
    assert command.tag == tag
    assert stream_of(command)
    assert len(digest_of(command)) == 64


@pytest.mark.parametrize("tag", COMMANDS)
def test_an_example_fits_the_schema_of_its_command(tag: str) -> None:
    schema = msgspec.json.schema(COMMANDS[tag])
    as_json = msgspec.json.decode(msgspec.json.encode(schema))
    Draft202012Validator.check_schema(as_json)
    Draft202012Validator(as_json, format_checker=FormatChecker()).validate(
        EXAMPLES[tag]
    )


@pytest.mark.parametrize("tag", COMMANDS)
def test_an_example_names_nobody_real(tag: str) -> None:
    for text in texts(EXAMPLES[tag]):
        for found in re.findall(r"(?<![0-9a-f])[0-9]{12}(?![0-9a-f])", text):
            assert found in (UNIVERSITY, PARTNER)
        for found in re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", text):
            assert re.fullmatch(RANDOM_UUID_PATTERN, found)


@pytest.mark.parametrize("number", [UNIVERSITY, PARTNER])
def test_the_organisations_are_synthetic_and_their_numbers_well_formed(
    number: str,
) -> None:
    assert is_valid_bin(number)
    assert is_synthetic(number) and number[4] == "9"


def test_no_two_examples_share_a_command_id() -> None:
    ids = {example["command_id"] for example in EXAMPLES.values()}
    assert len(ids) == len(EXAMPLES)


def test_the_examples_speak_the_words_of_the_order() -> None:
    pack = rule_pack()
    organisation = EXAMPLES["organisation.register"]
    assert organisation["kind"] in pack.levels_by_organisation_kind
    assert is_known(organisation["kato"])
    document = EXAMPLES["document.create"]
    row = pack.route_row(document["kind"], document["level"], pack.default_profile)
    assert row is not None and row.author == document["author"]["kind"]
    assert {basis["kind"] for basis in document["basis_refs"]} >= set(row.basis)
