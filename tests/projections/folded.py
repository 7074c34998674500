"""The rows that a projection makes of everything a world tells."""

from collections.abc import Sequence

from projections.projection import Key, Projection, Recorded, Row
from tests.domain.scenario import Entry, World


def recorded(entry: Entry, position: int, owner: str) -> Recorded:
    """An entry as the log would hold it, had it been recorded at once."""
    return Recorded(
        event=entry.event,
        event_id=f"local.{position}",
        tag=entry.event.tag,
        stream=entry.stream,
        version=entry.mark.version,
        position=position,
        owner=owner,
        kato="751310000",
        level="he",
        rule=None,
        rule_pack="kz-583-2007",
        at=entry.mark.at,
        recorded_at=entry.mark.at,
        actor_person=entry.actor.person,
        actor_organisation=entry.actor.organisation,
        actor_role=entry.actor.role,
        command_id="00000000-0000-4000-8000-000000000000",
    )


def fold(
    projection: Projection[Row], log: Sequence[Entry], owner: str
) -> dict[Key, Row]:
    rows: dict[Key, Row] = {}
    for position, entry in enumerate(log, start=1):
        if not projection.concerns(entry.event.tag):
            continue
        told = recorded(entry, position, owner)
        for key in projection.keys(told):
            row = projection.fold(rows.get(key), told, key)
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row
    return rows


def rows_of(projection: Projection[Row], world: World, owner: str) -> dict[Key, Row]:
    return fold(projection, world.log, owner)
