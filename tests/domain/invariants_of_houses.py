"""P5, P10, P13, P14, P21 and P30, recomputed from the log of events alone.

Events are known by their stored names, and their fields by the contract.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from domain.dates import Spell
from domain.identifiers import Stream
from tests.domain.scenario import Entry

Log = list[Entry]
METHODICAL_UNIT = "EM_UNIT"
TEACHING_BODIES = {"COMMISSION", "JOINT_COMMISSION", "DEPARTMENT", "ASSOCIATION_MO"}
FREEZING = ("document.submitted", "document.route-replanned")
AUTHORS = {"18": "UNIT", "19": "UNIT", "20": "TEACHER", "21": "TEACHER"}


def told(log: Log, *names: str) -> Iterator[tuple[Entry, Any]]:
    """The events of these names with their entries, whatever their version."""
    for entry in log:
        name, _, _ = entry.event.tag.rpartition(".")
        if name in names:
            yield entry, entry.event


def drafts(log: Log) -> dict[Stream, Any]:  # events
    return {entry.stream: draft for entry, draft in told(log, "document.drafted")}


def p5(log: Log) -> None:
    """Rule 20 asks councils only, and none but a study plan asks a methodical unit."""
    drafted = drafts(log)
    for entry, submitted in told(log, "document.submitted"):
        kinds = {b.kind for s in submitted.route.stages for b in s.bodies}
        draft = drafted[entry.stream]
        if draft.rule == "20":
            assert not kinds & (TEACHING_BODIES | {METHODICAL_UNIT}), kinds
        assert METHODICAL_UNIT not in kinds or draft.kind == "WORKING_STUDY_PLAN"
    for entry, said in told(log, "document.conclusion-recorded"):
        draft = drafted[entry.stream]
        is_unit = said.body_kind == METHODICAL_UNIT
        assert not is_unit or draft.kind == "WORKING_STUDY_PLAN"
        assert draft.rule != "20" or said.body_kind not in TEACHING_BODIES


def p10(log: Log) -> None:
    """Units write by rules 18 and 19, teachers by 20 and 21, on a stated basis."""
    drafted = drafts(log)
    for draft in drafted.values():
        if draft.rule not in AUTHORS:
            continue
        assert draft.author.kind == AUTHORS[draft.rule]
        is_unit = draft.author.kind == "UNIT"
        named = draft.author.unit_id if is_unit else draft.author.person_id
        assert named is not None
    for entry, _ in told(log, "document.submitted"):
        draft = drafted[entry.stream]
        assert draft.basis_refs or draft.rule not in ("19", "20")


def p13(log: Log) -> None:
    """A council works by a mandate of the governing council, and is elected whole."""
    mandates: set[tuple[str, str]] = set()
    established: dict[str, Any] = {}
    members: dict[str, set[str]] = {}
    for entry in log:
        event: Any = entry.event
        match entry.event.tag.rpartition(".")[0]:
            case "organisation.governing-decision-recorded":
                if event.mandate is not None:
                    owner = entry.stream.partition("/")[2]
                    mandates.add((event.decision_id, owner))
            case "council.established":
                assert (event.mandate_decision_id, event.bin) in mandates
                established[entry.stream], members[entry.stream] = event, set()
            case "council.carried-over":  # sat before the register, by an old act
                established[entry.stream] = event
                members[entry.stream] = set(event.members)
            case "council.member-elected":
                election = event.election
                assert 0 < election.votes_for <= election.voters
                assert 2 * election.votes_for > election.voters
                members[entry.stream].add(event.person_id)
                most = established[entry.stream].seats_max
                assert len(members[entry.stream]) <= most
            case "council.member-removed":
                members[entry.stream].remove(event.person_id)
            case "council.constituted":
                least = established[entry.stream].seats_min
                assert len(members[entry.stream]) >= least
            case "council.chair-seated" | "council.secretary-seated":
                assert event.person_id in members[entry.stream], "not elected"


def p14(log: Log) -> None:
    """One active council of an organisation, and one of each unit."""
    standing: dict[Stream, tuple[str, str]] = {}
    opened = ("council.established", "council.carried-over")
    for entry, event in told(log, *opened, "council.dissolved"):
        if not event.tag.startswith("council.dissolved"):
            served = (event.bin, event.unit or event.kind)
            assert served not in standing.values(), served
            standing[entry.stream] = served
        else:
            del standing[entry.stream]


def p21(log: Log) -> None:
    """No day has more methodists than the number that held when they were appointed."""
    numbers: dict[str, int] = {}
    spells: dict[tuple[str, int], tuple[str, Spell]] = {}
    for entry, event in told(
        log,
        "staff.appointed",
        "staff.appointment-ended",
        "organisation.methodist-number-set",
    ):
        owner = entry.stream.partition("/")[2].partition(".")[0]
        if event.tag.startswith("organisation."):
            assert event.number >= 0
            numbers[owner] = event.number
            require_room(owner, entry.mark.on, spells, numbers[owner])
        elif event.tag.startswith("staff.appointed"):
            if event.post == "METHODIST":
                spells[entry.stream, entry.mark.version] = (owner, event.spell)
                require_room(owner, event.spell.valid_from, spells, numbers[owner])
        elif (entry.stream, event.appointment) in spells:
            spells[entry.stream, event.appointment] = (owner, event.spell)


def require_room(
    owner: str,
    since: date,
    spells: dict[tuple[str, int], tuple[str, Spell]],
    number: int,
) -> None:
    held = [spell for whose, spell in spells.values() if whose == owner]
    for day in {since, *(s.valid_from for s in held if s.valid_from >= since)}:
        assert sum(spell.covers(day) for spell in held) <= number, day


def p30(log: Log) -> None:
    """The route stands as it was frozen, unless it was replanned in so many words."""
    route: dict[str, Any] = {}
    for entry in log:
        event: Any = entry.event
        if not entry.stream.startswith("document/"):
            continue
        if hasattr(event, "route"):
            assert event.tag.startswith(
                ("document.submitted", "document.route-replanned")
            )
            route[entry.stream] = event.route
        if event.tag.startswith("document.stage-opened"):
            stage = stage_of(route[entry.stream], event.stage_no)
            assert set(event.bodies) == stage
        if event.tag.startswith("document.conclusion-recorded"):
            assert event.body in stage_of(route[entry.stream], event.stage_no)
        if event.tag.startswith("document.ready"):
            passed = {
                one.stage_no
                for other, one in told(log[: log.index(entry)], "document.stage-passed")
                if other.stream == entry.stream and one.round == event.round
            }
            assert passed == {stage.no for stage in route[entry.stream].stages}


def stage_of(route: Any, number: int) -> set[str]:  # a frozen route
    return {b.body for s in route.stages if s.no == number for b in s.bodies}
