"""An organisation: its registration, levels, charter and governing decisions."""

from datetime import date, datetime
from typing import Annotated, ClassVar, assert_never

import msgspec
from msgspec import Meta, Struct

from domain import office, unit
from domain.dates import Spell, most_at_once
from domain.decider import Command, Decider, Event, Mark, On, Place, Refusal
from domain.identifiers import (
    Bin,
    CapacityId,
    DecisionId,
    Kato,
    Names,
    Number,
    PersonId,
    Sha256,
    Stream,
    UnitId,
    is_synthetic,
    is_valid_bin,
)
from domain.regulation import kato
from domain.regulation.pack import RulePack
from domain.surroundings import Mandate, Surroundings

MANDATE = "COUNCIL_MANDATE"
METHODIST_NUMBER = "METHODIST_NUMBER"
DECISION_KINDS = (MANDATE, METHODIST_NUMBER, "ACTING_APPOINTMENT", "OTHER")


def stream_of(bin_number: str) -> Stream:
    return Stream(f"organisation/{bin_number}")


class Charter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Clauses of a charter that the rules lean on (11, A10, A21).

    `route_profile` is how the organisation reads the order, as `order583-ru`.
    """

    regulation_approvers: tuple[str, ...] = ()
    general_documentation_approvers: tuple[str, ...] = ()
    um_council: str | None = None
    route_profile: str | None = None


Count = Annotated[int, Meta(ge=0, le=10_000_000)]


class MethodistInputs(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the number of methodists rests on (rule 12): counts, no formula (A4)."""

    specialties: Count
    specialisations: Count
    learners: Count
    teachers: Count


class OrganisationRegistered(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.registered.v1"
    bin: Bin
    names: Names
    kind: str
    kato: Kato
    synthetic: bool


class LevelsDeclared(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.levels-declared.v1"
    levels: tuple[str, ...]


class OrganisationActivated(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.activated.v1"


class OrganisationSuspended(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.suspended.v1"
    act_no: str


class OrganisationClosed(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.closed.v1"
    act_no: str


class CharterRecorded(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.charter-recorded.v1"
    number: str
    date: date
    file_hash: Sha256
    clauses: Charter


class GoverningDecisionRecorded(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.governing-decision-recorded.v1"
    decision_id: DecisionId
    kind: str
    number: str
    date: date
    file_hash: Sha256
    mandate: Mandate | None
    inputs: MethodistInputs | None


class MethodistNumberSet(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.methodist-number-set.v1"
    decision_id: DecisionId
    number: int
    inputs: MethodistInputs


class DirectLeadershipAssigned(Event, frozen=True, kw_only=True):
    tag: ClassVar[str] = "organisation.direct-leadership-assigned.v1"
    person_id: PersonId
    appointment_id: CapacityId


OrganisationEvent = (
    OrganisationRegistered
    | LevelsDeclared
    | OrganisationActivated
    | OrganisationSuspended
    | OrganisationClosed
    | CharterRecorded
    | GoverningDecisionRecorded
    | MethodistNumberSet
    | DirectLeadershipAssigned
)


class RegisterOrganisation(Command, frozen=True, kw_only=True):
    """Enter an organisation under its BIN; its administration unit comes with it."""

    tag: ClassVar[str] = "organisation.register"
    bin: str
    names: Names
    kind: str
    kato: Kato


class DeclareLevels(Command, frozen=True, kw_only=True):
    """Say which levels of education the organisation runs (rule 2)."""

    tag: ClassVar[str] = "organisation.declare-levels"
    bin: Bin
    levels: tuple[str, ...]


class ActivateOrganisation(Command, frozen=True, kw_only=True):
    """Let a registered or suspended organisation act."""

    tag: ClassVar[str] = "organisation.activate"
    bin: Bin


class SuspendOrganisation(Command, frozen=True, kw_only=True):
    """Stop an organisation from acting until it is activated again."""

    tag: ClassVar[str] = "organisation.suspend"
    bin: Bin
    act_no: Number


class CloseOrganisation(Command, frozen=True, kw_only=True):
    """Close an organisation for good."""

    tag: ClassVar[str] = "organisation.close"
    bin: Bin
    act_no: Number


class RecordCharter(Command, frozen=True, kw_only=True):
    """Record the clauses of the charter that the rules lean on."""

    tag: ClassVar[str] = "organisation.record-charter"
    bin: Bin
    number: Number
    date: date
    file_hash: Sha256
    clauses: Charter


class RecordGoverningDecision(Command, frozen=True, kw_only=True):
    """Record a decision of the organisation's council; rule 14 needs one of a mandate.

    `kind` is COUNCIL_MANDATE (with `mandate`), METHODIST_NUMBER (with the `inputs`
    that the council weighed, rule 12), ACTING_APPOINTMENT or OTHER.
    """

    tag: ClassVar[str] = "organisation.record-governing-decision"
    bin: Bin
    decision_id: DecisionId
    kind: str
    number: Number
    date: date
    file_hash: Sha256
    mandate: Mandate | None = None
    inputs: MethodistInputs | None = None


class SetMethodistNumber(Command, frozen=True, kw_only=True):
    """Set how many methodists the EM units may have, by a decision of its own (12)."""

    tag: ClassVar[str] = "organisation.set-methodist-number"
    bin: Bin
    decision_id: DecisionId
    number: int


class AssignDirectLeadership(Command, frozen=True, kw_only=True):
    """Name the deputy head who directly leads methodical work (rule 14)."""

    tag: ClassVar[str] = "organisation.assign-direct-leadership"
    bin: Bin
    person_id: PersonId


OrganisationCommand = (
    RegisterOrganisation
    | DeclareLevels
    | ActivateOrganisation
    | SuspendOrganisation
    | CloseOrganisation
    | RecordCharter
    | RecordGoverningDecision
    | SetMethodistNumber
    | AssignDirectLeadership
)


class RecordedDecision(Struct, frozen=True):
    kind: str
    date: date
    mandate: Mandate | None
    inputs: MethodistInputs | None


class Organisation(Struct, frozen=True):
    """REGISTERED, ACTIVE, SUSPENDED or CLOSED, with what later acts lean on.

    `phases` holds each of them with the instant from which it held.
    """

    bin: Bin
    names: Names
    kind: str
    kato: Kato
    phases: tuple[tuple[datetime, str], ...]
    last_act: datetime
    levels: tuple[str, ...] = ()
    charter: Charter = Charter()
    decisions: dict[DecisionId, RecordedDecision] = {}
    methodist_number: int | None = None
    numbered_by: tuple[DecisionId, ...] = ()
    """The decisions that set a number of methodists, the latest one last."""

    @property
    def phase(self) -> str:
        return self.phases[-1][1]

    def phase_at(self, moment: datetime) -> str:
        """The phase at `moment`: UNREGISTERED before there was any."""
        held = [phase for since, phase in self.phases if since <= moment]
        return held[-1] if held else "UNREGISTERED"


def decide(
    command: OrganisationCommand, state: Organisation | None, facts: Surroundings
) -> list[Event | On]:
    if state is not None and facts.act.at < state.last_act:
        raise Refusal("CMD-BEFORE", act=facts.act.at, rests_on=state.last_act)
    match command, state:
        case RegisterOrganisation(), None:
            return register(command, facts)
        case RegisterOrganisation(), Organisation():
            raise Refusal("ORG-EXISTS", bin=command.bin)
        case _, None:
            raise Refusal("ORG-UNKNOWN", bin=command.bin)
        case _, Organisation(phase="CLOSED"):
            raise Refusal("ORG-STATE", state="CLOSED", bin=command.bin)
        case DeclareLevels(), Organisation(phase="REGISTERED" | "ACTIVE"):
            return declare_levels(command, state, facts)
        case ActivateOrganisation(), Organisation(phase="ACTIVE"):
            raise Refusal("ORG-STATE", state="ACTIVE", bin=command.bin)
        case ActivateOrganisation(), Organisation():
            require_levels(state.kind, state.levels, facts)
            return [OrganisationActivated()]
        case SuspendOrganisation(), Organisation(phase="ACTIVE"):
            return [OrganisationSuspended(act_no=command.act_no)]
        case CloseOrganisation(), Organisation():
            return [OrganisationClosed(act_no=command.act_no)]
        case _, Organisation(phase=phase) if phase != "ACTIVE":
            raise Refusal("ORG-STATE", state=phase, bin=command.bin)
        case RecordCharter(), Organisation():
            require_sound_clauses(command.clauses, facts.pack)
            return [
                CharterRecorded(
                    number=command.number,
                    date=on_or_before_today(command.date, facts),
                    file_hash=command.file_hash,
                    clauses=command.clauses,
                )
            ]
        case RecordGoverningDecision(), Organisation():
            return record_decision(command, state, facts)
        case SetMethodistNumber(), Organisation():
            return set_methodist_number(command, state, facts)
        case AssignDirectLeadership(), Organisation():
            return assign_direct_leadership(command, facts)
    raise AssertionError(command)


def require_sound_clauses(clauses: Charter, pack: RulePack) -> None:
    """A profile that the pack has; approvers who may approve, and leave somebody."""
    profile = clauses.route_profile or pack.default_profile
    if profile not in pack.profiles():
        raise Refusal(
            "ORG-CHARTER", clause="route_profile", given=profile, known=pack.profiles()
        )
    for clause, named in {
        "regulation_approvers": clauses.regulation_approvers,
        "general_documentation_approvers": clauses.general_documentation_approvers,
    }.items():
        rows = [
            row
            for row in pack.routes
            if row.profile == profile and row.charter_clause == clause
        ]
        known = [
            role
            for role in pack.approving_posts
            if all(row.approvers_under((role,)) for row in rows)
        ]
        if not set(named) <= set(known):
            raise Refusal("ORG-CHARTER", clause=clause, given=named, known=known)


def register(command: RegisterOrganisation, facts: Surroundings) -> list[Event | On]:
    if not is_valid_bin(command.bin):
        raise Refusal("ORG-BIN", bin=command.bin)
    if command.kind not in facts.pack.levels_by_organisation_kind:
        known = tuple(facts.pack.levels_by_organisation_kind)
        raise Refusal("ORG-KIND", kind=command.kind, known=known)
    if not kato.is_known(command.kato):
        raise Refusal("ORG-KATO", kato=command.kato)
    owner = Bin(command.bin)
    administration = unit.reference(owner, unit.ADMINISTRATION)
    return [
        OrganisationRegistered(
            bin=owner,
            names=command.names,
            kind=command.kind,
            kato=command.kato,
            synthetic=is_synthetic(owner),
        ),
        On(
            administration,
            unit.UnitCreated(
                bin=owner,
                unit_id=UnitId(unit.ADMINISTRATION),
                kind=unit.ADMINISTRATION_KIND,
                names=Names(ru="Администрация", kk="Әкімшілік", en="Administration"),
                parent=None,
            ),
        ),
        On(administration, unit.UnitActivated()),
    ]


def declare_levels(
    command: DeclareLevels, state: Organisation, facts: Surroundings
) -> list[Event | On]:
    require_levels(state.kind, command.levels, facts)
    for body in facts.reviewing_bodies(command.bin):
        if not set(body.levels) <= set(command.levels):
            raise Refusal(
                "R2-LEVEL",
                levels=command.levels,
                allowed=body.levels,
                body=body.ref,
                body_names=body.names,
            )
    order = facts.pack.levels
    return [LevelsDeclared(levels=tuple(sorted(set(command.levels), key=order.index)))]


def require_levels(kind: str, levels: tuple[str, ...], facts: Surroundings) -> None:
    """Rule 2: a teaching organisation has levels of its kind, others have none."""
    allowed = facts.pack.levels_by_organisation_kind[kind]
    needed = facts.pack.required_level_by_organisation_kind.get(kind)
    is_teaching = bool(allowed)
    if (
        not set(levels) <= set(allowed)
        or (is_teaching and not levels)
        or (needed and needed not in levels)
    ):
        raise Refusal("R2-LEVEL", levels=levels, allowed=allowed, kind=kind)


def record_decision(
    command: RecordGoverningDecision, state: Organisation, facts: Surroundings
) -> list[Event | On]:
    if command.kind not in DECISION_KINDS:
        raise Refusal("ORG-DECISION-KIND", kind=command.kind, known=DECISION_KINDS)
    if command.decision_id in state.decisions:
        raise Refusal("ORG-DECISION-EXISTS", decision_id=command.decision_id)
    mandate = command.mandate
    if (command.kind == MANDATE) != (mandate is not None):
        raise Refusal("R14-MANDATE", decision_id=command.decision_id, kind=command.kind)
    if mandate and not (
        1 <= mandate.seats_min <= mandate.seats_max <= 1000
        and mandate.powers
        and (mandate.quorum is None or mandate.quorum.can_be_met)
    ):
        raise Refusal("R14-MANDATE", decision_id=command.decision_id, mandate=mandate)
    if (command.kind == METHODIST_NUMBER) != (command.inputs is not None):
        raise Refusal("ORG-INPUTS", decision_id=command.decision_id, kind=command.kind)
    return [
        GoverningDecisionRecorded(
            decision_id=command.decision_id,
            kind=command.kind,
            number=command.number,
            date=on_or_before_today(command.date, facts),
            file_hash=command.file_hash,
            mandate=mandate,
            inputs=command.inputs,
        )
    ]


def set_methodist_number(
    command: SetMethodistNumber, state: Organisation, facts: Surroundings
) -> list[Event | On]:
    """Rule 12: by the latest decision, and never fewer than are in office."""
    decision = state.decisions.get(command.decision_id)
    if decision is None or decision.inputs is None or command.number < 0:
        raise Refusal("ORG-NO-DECISION", decision_id=command.decision_id)
    if state.numbered_by:
        latest = state.decisions[state.numbered_by[-1]]
        if command.decision_id in state.numbered_by or decision.date < latest.date:
            raise Refusal("ORG-DECISION-SPENT", decision_id=command.decision_id)
    seats = facts.seats(command.bin, office.METHODISTS)
    appointed = most_at_once(seats, Spell(valid_from=facts.act.on))
    if appointed > command.number:
        raise Refusal("R12-HEADCOUNT", number=command.number, appointed=appointed)
    return [
        MethodistNumberSet(
            decision_id=command.decision_id,
            number=command.number,
            inputs=decision.inputs,
        )
    ]


def assign_direct_leadership(
    command: AssignDirectLeadership, facts: Surroundings
) -> list[Event | On]:
    """Rule 14: direct leadership belongs to the deputy head."""
    needed = facts.pack.direct_leadership_post
    for post in facts.posts(command.bin, command.person_id):
        if post.post == needed:
            return [
                DirectLeadershipAssigned(
                    person_id=command.person_id, appointment_id=post.capacity
                )
            ]
    raise Refusal("R14-DEPUTY", person_id=command.person_id, needed=needed)


def on_or_before_today(day: date, facts: Surroundings) -> date:
    """A decision or charter is dated not later than the act that records it."""
    if day > facts.act.on:
        raise Refusal("CMD-FUTURE", date=day, act=facts.act.on)
    return day


def evolve(
    state: Organisation | None, event: OrganisationEvent, mark: Mark
) -> Organisation:
    if isinstance(event, OrganisationRegistered):
        return Organisation(
            event.bin,
            event.names,
            event.kind,
            event.kato,
            ((mark.at, "REGISTERED"),),
            mark.at,
        )
    assert state is not None
    replace = msgspec.structs.replace
    state = replace(state, last_act=mark.at)
    match event:
        case LevelsDeclared():
            return replace(state, levels=event.levels)
        case OrganisationActivated():
            return replace(state, phases=(*state.phases, (mark.at, "ACTIVE")))
        case OrganisationSuspended():
            return replace(state, phases=(*state.phases, (mark.at, "SUSPENDED")))
        case OrganisationClosed():
            return replace(state, phases=(*state.phases, (mark.at, "CLOSED")))
        case CharterRecorded():
            return replace(state, charter=event.clauses)
        case GoverningDecisionRecorded():
            recorded = RecordedDecision(
                event.kind, event.date, event.mandate, event.inputs
            )
            decisions = {**state.decisions, event.decision_id: recorded}
            return replace(state, decisions=decisions)
        case MethodistNumberSet():
            numbered_by = (*state.numbered_by, event.decision_id)
            return replace(
                state, methodist_number=event.number, numbered_by=numbered_by
            )
        case DirectLeadershipAssigned():
            return state
    assert_never(event)


def place(state: Organisation) -> Place:
    return Place(state.bin)


ORGANISATION = Decider(decide, evolve, place)
