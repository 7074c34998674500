"""How an organisation enters the registry, and how its entry changes."""

from datetime import date

from domain import unit
from domain.decider import Event, On, Refusal
from domain.identifiers import Bin, Names, UnitId, is_synthetic, is_valid_bin
from domain.organisation_commands import (
    CorrectRegistration,
    DeclareLevels,
    MoveOrganisation,
    RegisterOrganisation,
    RenameOrganisation,
)
from domain.organisation_events import (
    LevelsDeclared,
    OrganisationMoved,
    OrganisationRegistered,
    OrganisationRenamed,
    RegistrationCorrected,
)
from domain.organisation_state import Organisation
from domain.regulation import kato
from domain.surroundings import Surroundings


def register(command: RegisterOrganisation, facts: Surroundings) -> list[Event | On]:
    if not is_valid_bin(command.bin):
        raise Refusal("ORG-BIN", bin=command.bin)
    require_kind(command.kind, facts)
    require_territory(command.kato)
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
        # A joint commission of another host has the levels of its host.
        if body.owner == command.bin and not set(body.levels) <= set(command.levels):
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


def rename(
    command: RenameOrganisation, state: Organisation, facts: Surroundings
) -> list[Event | On]:
    """New names from a day on; acts of earlier days keep the old ones."""
    since, names = state.names[-1]
    if command.names == names:
        raise Refusal("ORG-UNCHANGED", bin=state.bin)
    return [
        OrganisationRenamed(
            names=command.names,
            valid_from=takes_effect(command.valid_from, since, facts),
            act_no=command.act_no,
        )
    ]


def move(
    command: MoveOrganisation, state: Organisation, facts: Surroundings
) -> list[Event | On]:
    """Another territory from a day on; what was sealed before keeps its subject."""
    require_territory(command.kato)
    since, territory = state.katos[-1]
    if command.kato == territory:
        raise Refusal("ORG-UNCHANGED", bin=state.bin)
    return [
        OrganisationMoved(
            kato=command.kato,
            valid_from=takes_effect(command.valid_from, since, facts),
            act_no=command.act_no,
        )
    ]


def correct(
    command: CorrectRegistration, state: Organisation, facts: Surroundings
) -> list[Event | On]:
    """Put right what was entered wrongly: as if it had been entered so."""
    if command.kind is not None:
        require_kind(command.kind, facts)
        # Levels that were not declared yet are asked for on activation.
        if state.levels or state.phase != "REGISTERED":
            require_levels(command.kind, state.levels, facts)
    if command.kato is not None:
        require_territory(command.kato)
    entered = (state.names[-1][1], state.katos[-1][1], state.kind)
    right = (command.names, command.kato, command.kind)
    if all(one in (None, was) for one, was in zip(right, entered, strict=True)):
        raise Refusal("ORG-UNCHANGED", bin=state.bin)
    return [
        RegistrationCorrected(
            names=command.names,
            kato=command.kato,
            kind=command.kind,
            act_no=command.act_no,
            date=takes_effect(command.date, state.registered_on, facts),
        )
    ]


def takes_effect(day: date, earliest: date, facts: Surroundings) -> date:
    """Not in the future, and not before the entry that is changed was made."""
    if day < earliest:
        raise Refusal("CMD-BEFORE", act=day, rests_on=earliest)
    return on_or_before_today(day, facts)


def on_or_before_today(day: date, facts: Surroundings) -> date:
    """A decision or charter is dated not later than the act that records it."""
    if day > facts.act.on:
        raise Refusal("CMD-FUTURE", date=day, act=facts.act.on)
    return day


def require_kind(kind: str, facts: Surroundings) -> None:
    if kind not in facts.pack.levels_by_organisation_kind:
        known = tuple(facts.pack.levels_by_organisation_kind)
        raise Refusal("ORG-KIND", kind=kind, known=known)


def require_territory(code: str) -> None:
    if not kato.is_known(code):
        raise Refusal("ORG-KATO", kato=code)
