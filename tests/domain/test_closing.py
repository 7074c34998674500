"""A closed organisation does nothing more, whatever its people try."""

import pytest

from domain.decider import Refusal
from domain.document_commands import ApproveDocument
from domain.messages import COMMANDS, owner_of, stream_of
from domain.organisation_commands import CloseOrganisation
from domain.organisation_state import Organisation
from domain.organisation_state import stream_of as stream_of_organisation
from tests.domain.given import ROZA, a_university
from tests.domain.reviewing import APPROVAL, a_ready
from tests.domain.saga import a_saga
from tests.domain.scenario import ONE_MINUTE, Hat, World

OF_NO_ORGANISATION = {
    "node.grant-operator",
    "node.revoke-operator",
    "organisation.register",
}


def test_no_command_is_taken_from_a_closed_organisation() -> None:
    """Each accepted command of the long story, had the registrar closed before it."""
    told = a_saga()
    registrar = Hat(ROZA, "node", told.accepted[1][1].capacity)
    world = World(told.pack)
    refused: dict[str, str] = {}
    for at, hat, command in told.accepted:
        owner = owner_of(command, world.state(stream_of(command)))
        organisation = world.state(stream_of_organisation(owner))
        if isinstance(organisation, Organisation) and organisation.phase != "CLOSED":
            twin = world.copy()
            twin.now = at - ONE_MINUTE
            twin.give(registrar, CloseOrganisation, bin=owner, act_no="3")
            with pytest.raises(Refusal) as caught:
                twin.obey(hat, command)
                raise AssertionError(f"{command.tag} was taken")
            refused[command.tag] = caught.value.code
        world.now = at - ONE_MINUTE
        world.obey(hat, command)
    assert set(refused) == set(COMMANDS) - OF_NO_ORGANISATION
    assert {tag: code for tag, code in refused.items() if code != "ORG-STATE"} == {}


def test_nothing_is_dated_back_to_before_the_closing() -> None:
    house = a_university()
    document = a_ready(house)
    before = house.world.now
    house.world.later(days=3)
    close = {"bin": house.bin, "act_no": "3"}
    house.world.give(house.registrar, CloseOrganisation, **close)
    one = {"document_id": document, "occurred_at": before, **APPROVAL}
    refused = house.world.refuses("ORG-STATE", house.head, ApproveDocument, **one)
    assert refused["state"] == "CLOSED"
