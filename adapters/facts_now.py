"""What streams say of an organisation and its bodies at a moment, for who only asks."""

from datetime import datetime

from adapters.reading import Reading, StateCache, StreamSource
from domain.decider import Act, Actor
from domain.facts import Facts
from domain.identifiers import NODE, CapacityId, PersonId, Stream
from domain.regulation.pack import RulePack

NOBODY = Actor(
    PersonId("00000000-0000-4000-8000-000000000000"),
    NODE,
    "",
    CapacityId("node/nobody#0"),
    Stream("node/nobody"),
)
"""Who asks acts in no capacity."""


def reading_of(source: StreamSource) -> Reading:
    """Streams as they are now, each read once."""
    return Reading(StateCache(source))


def facts_at(reading: Reading, pack: RulePack, at: datetime) -> Facts:
    """The facts of a moment; whoever asks decides nothing by them."""
    return Facts(reading, Act(NOBODY, at), pack, NOBODY.seat)
