"""An organisation is closed, and the node ends what was open there."""

from domain.document_commands import WithdrawDocument
from domain.meeting_commands import CallOff
from domain.organisation_commands import CloseOrganisation
from tests.domain.given import DEPARTMENT, House, a_university
from tests.domain.reviewing import convene, draft
from tests.domain.scenario import THE_NODE, World


def close(house: House, **fields: object) -> None:
    one = {"bin": house.bin, "act_no": "3", **fields}
    house.world.give(house.registrar, CloseOrganisation, **one)


def ended_by_the_node() -> World:
    """A university with a draft and a convened meeting."""
    house = a_university()
    document, meeting = draft(house), convene(house, DEPARTMENT).meeting
    close(house)
    house.world.give(THE_NODE, WithdrawDocument, document_id=document)
    house.world.give(THE_NODE, CallOff, meeting_id=meeting)
    return house.world
