"""What an organisation has become by its events, for whoever decides or asks."""

from datetime import date, datetime
from typing import TypeVar, assert_never

import msgspec
from msgspec import Struct

from domain.dates import local_day
from domain.decider import Mark, Place
from domain.identifiers import Bin, DecisionId, Kato, Names, PersonId, Stream
from domain.organisation_events import (
    Charter,
    CharterRecorded,
    DirectLeadershipAssigned,
    GoverningDecisionRecorded,
    LevelsDeclared,
    MethodistInputs,
    MethodistNumberSet,
    OrganisationActivated,
    OrganisationClosed,
    OrganisationEvent,
    OrganisationMoved,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationSuspended,
    RegistrationCorrected,
    SupervisionAssigned,
)
from domain.surroundings import Mandate


def stream_of(bin_number: str) -> Stream:
    return Stream(f"organisation/{bin_number}")


class RecordedDecision(Struct, frozen=True):
    kind: str
    date: date
    mandate: Mandate | None
    inputs: MethodistInputs | None


class Organisation(Struct, frozen=True):
    """REGISTERED, ACTIVE, SUSPENDED or CLOSED, with what later acts lean on.

    `phases` holds each of them with the instant from which it held, `names`, `katos`
    and `charters` theirs with the day.
    """

    bin: Bin
    names: tuple[tuple[date, Names], ...]
    kind: str
    katos: tuple[tuple[date, Kato], ...]
    phases: tuple[tuple[datetime, str], ...]
    last_act: datetime
    levels: tuple[str, ...] = ()
    charters: tuple[tuple[date, Charter], ...] = ((date.min, Charter()),)
    decisions: dict[DecisionId, RecordedDecision] = {}
    methodist_numbers: tuple[tuple[date, int], ...] = ()
    numbered_by: tuple[DecisionId, ...] = ()
    """The decisions that set a number of methodists, the latest one last."""
    supervision: dict[PersonId, tuple[str, ...]] = {}
    """By deputy head, the disciplines that they supervise (rule 31)."""

    @property
    def phase(self) -> str:
        return self.phases[-1][1]

    @property
    def registered_on(self) -> date:
        return local_day(self.phases[0][0])

    def phase_at(self, moment: datetime) -> str:
        """The phase at `moment`: UNREGISTERED before there was any."""
        held = [phase for since, phase in self.phases if since <= moment]
        return held[-1] if held else "UNREGISTERED"


def evolve(
    state: Organisation | None, event: OrganisationEvent, mark: Mark
) -> Organisation:
    if isinstance(event, OrganisationRegistered):
        return Organisation(
            event.bin,
            ((mark.on, event.names),),
            event.kind,
            ((mark.on, event.kato),),
            ((mark.at, "REGISTERED"),),
            mark.at,
        )
    assert state is not None
    replace = msgspec.structs.replace
    state = replace(state, last_act=mark.at)
    match event:
        case OrganisationRenamed():
            return replace(state, names=(*state.names, (event.valid_from, event.names)))
        case OrganisationMoved():
            return replace(state, katos=(*state.katos, (event.valid_from, event.kato)))
        case RegistrationCorrected():
            return replace(
                state,
                names=corrected(state.names, event.names),
                katos=corrected(state.katos, event.kato),
                kind=event.kind or state.kind,
            )
        case LevelsDeclared():
            return replace(state, levels=event.levels)
        case OrganisationActivated():
            return replace(state, phases=(*state.phases, (mark.at, "ACTIVE")))
        case OrganisationSuspended():
            return replace(state, phases=(*state.phases, (mark.at, "SUSPENDED")))
        case OrganisationClosed():
            return replace(state, phases=(*state.phases, (mark.at, "CLOSED")))
        case CharterRecorded():
            # One more of the same day stands in place of the first.
            earlier = [one for one in state.charters if one[0] < event.date]
            charters = (*earlier, (event.date, event.clauses))
            return replace(state, charters=charters)
        case GoverningDecisionRecorded():
            recorded = RecordedDecision(
                event.kind, event.date, event.mandate, event.inputs
            )
            decisions = {**state.decisions, event.decision_id: recorded}
            return replace(state, decisions=decisions)
        case MethodistNumberSet():
            since = state.decisions[event.decision_id].date
            return replace(
                state,
                methodist_numbers=(*state.methodist_numbers, (since, event.number)),
                numbered_by=(*state.numbered_by, event.decision_id),
            )
        case DirectLeadershipAssigned():
            return state
        case SupervisionAssigned():
            supervision = {**state.supervision, event.person_id: event.discipline_codes}
            return replace(state, supervision=supervision)
    assert_never(event)


Entry = TypeVar("Entry")


def corrected(
    entries: tuple[tuple[date, Entry], ...], right: Entry | None
) -> tuple[tuple[date, Entry], ...]:
    """The entries with the latest put right, which was wrong from its first day."""
    if right is None:
        return entries
    return (*entries[:-1], (entries[-1][0], right))


def place(state: Organisation) -> Place:
    return Place(state.bin)
