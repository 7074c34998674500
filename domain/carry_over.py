"""History from before the register: proposed by the head, confirmed by the registrar.

What is confirmed enters the stream of its own aggregate, marked as carried over.
"""

from datetime import datetime
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain import carried_chair, carried_council, carried_document
from domain.carry_over_commands import (
    CarryOverCommand,
    ConfirmCarryOver,
    ProposeChair,
    ProposeCouncil,
    ProposeDocument,
    RejectCarryOver,
)
from domain.carry_over_events import (
    CarryOverConfirmed,
    CarryOverEvent,
    CarryOverRejected,
    ChairProposed,
    CouncilProposed,
    DocumentProposed,
    OldChair,
    OldCouncil,
    OldDocument,
)
from domain.decider import Event, Mark, On, Place, Refusal
from domain.identifiers import Bin, CarryOverId, PersonId, Stream
from domain.provenance import OldAct, Provenance
from domain.surroundings import OrganisationFacts, Surroundings, active_organisation

History = OldDocument | OldCouncil | OldChair


def stream_of(owner: str, carry_over: str) -> Stream:
    return Stream(f"carry-over/{owner}.{carry_over}")


class CarryOver(Struct, frozen=True):
    """PROPOSED, CONFIRMED or REJECTED."""

    bin: Bin
    carry_over_id: CarryOverId
    act: OldAct
    history: History
    proposed_by: PersonId
    last_act: datetime
    phase: str = "PROPOSED"


def decide(
    command: CarryOverCommand, state: CarryOver | None, facts: Surroundings
) -> list[Event | On]:
    if isinstance(command, ConfirmCarryOver) and state is not None:
        require_two_people(state, facts)
    organisation = active_organisation(command.bin, facts)
    if state is not None and facts.act.at < state.last_act:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=state.last_act)
    match command, state:
        case ((ProposeDocument() | ProposeCouncil() | ProposeChair()), None):
            return [propose(command, organisation, facts)]
        case ((ProposeDocument() | ProposeCouncil() | ProposeChair()), CarryOver()):
            raise Refusal("CARRY-EXISTS", carry_over_id=command.carry_over_id)
        case _, None:
            raise Refusal("CARRY-UNKNOWN", carry_over_id=command.carry_over_id)
        case _, CarryOver(phase=phase) if phase != "PROPOSED":
            raise Refusal("CARRY-STATE", state=phase)
        case RejectCarryOver(), CarryOver():
            return [CarryOverRejected(reason_ref=command.reason_ref)]
        case ConfirmCarryOver(), CarryOver():
            return confirm(state, organisation, facts)
    raise AssertionError(command)


def require_two_people(state: CarryOver, facts: Surroundings) -> None:
    """Head and registrar together: nobody confirms what they proposed themselves."""
    if facts.act.actor.person == state.proposed_by:
        raise Refusal("CARRY-ONE-PERSON", person_id=state.proposed_by)


def propose(
    command: ProposeDocument | ProposeCouncil | ProposeChair,
    organisation: OrganisationFacts,
    facts: Surroundings,
) -> Event:
    require_older(command.act, organisation)
    owner, number, act = command.bin, command.carry_over_id, command.act
    match command:
        case ProposeDocument():
            history: History = command.document
            proposed: Event = DocumentProposed(
                bin=owner, carry_over_id=number, act=act, document=command.document
            )
        case ProposeCouncil():
            history = command.council
            proposed = CouncilProposed(
                bin=owner, carry_over_id=number, act=act, council=command.council
            )
        case ProposeChair():
            history = command.chair
            proposed = ChairProposed(
                bin=owner, carry_over_id=number, act=act, chair=command.chair
            )
    provenance = Provenance(
        act=act,
        proposal=facts.stream,
        proposed_by=facts.act.actor.person,
        confirmed_by=facts.act.actor.person,
    )
    # What could not be confirmed today is not proposed either.
    carried(history, provenance, organisation, facts)
    return proposed


def require_older(act: OldAct, organisation: OrganisationFacts) -> None:
    """From the day of its registration on, an organisation acts in the register."""
    if act.date >= organisation.registered_on:
        raise Refusal(
            "CARRY-DATE", date=act.date, registered_on=organisation.registered_on
        )


def confirm(
    state: CarryOver, organisation: OrganisationFacts, facts: Surroundings
) -> list[Event | On]:
    """All is looked at again: what stands here by now is not overwritten."""
    provenance = Provenance(
        act=state.act,
        proposal=facts.stream,
        proposed_by=state.proposed_by,
        confirmed_by=facts.act.actor.person,
    )
    return [
        CarryOverConfirmed(proposed_by=state.proposed_by),
        *carried(state.history, provenance, organisation, facts),
    ]


def carried(
    history: History,
    provenance: Provenance,
    organisation: OrganisationFacts,
    facts: Surroundings,
) -> list[On]:
    """The events that enter the history in its own stream, or a refusal."""
    match history:
        case OldDocument():
            return carried_document.carried(history, provenance, organisation, facts)
        case OldCouncil():
            return carried_council.carried(history, provenance, organisation, facts)
        case OldChair():
            return carried_chair.carried(history, provenance, organisation, facts)
    assert_never(history)


def evolve(state: CarryOver | None, event: CarryOverEvent, mark: Mark) -> CarryOver:
    match event:
        case DocumentProposed():
            return as_proposed(event, event.document, mark)
        case CouncilProposed():
            return as_proposed(event, event.council, mark)
        case ChairProposed():
            return as_proposed(event, event.chair, mark)
        case CarryOverConfirmed():
            assert state is not None
            return replace(state, last_act=mark.at, phase="CONFIRMED")
        case CarryOverRejected():
            assert state is not None
            return replace(state, last_act=mark.at, phase="REJECTED")
    assert_never(event)


def as_proposed(
    event: DocumentProposed | CouncilProposed | ChairProposed,
    history: History,
    mark: Mark,
) -> CarryOver:
    assert mark.by is not None
    return CarryOver(
        event.bin, event.carry_over_id, event.act, history, mark.by, mark.at
    )


def place(state: CarryOver) -> Place:
    return Place(state.bin)
