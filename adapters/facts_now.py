"""What streams say of an organisation and its bodies at a moment, for who only asks."""

from datetime import datetime

from adapters.reading import Reading, StateCache, StreamSource
from domain.decider import Act
from domain.explaining import NOBODY
from domain.facts import Facts
from domain.regulation.pack import RulePack


def reading_of(source: StreamSource) -> Reading:
    """Streams as they are now, each read once."""
    return Reading(StateCache(source))


def facts_at(reading: Reading, pack: RulePack, at: datetime) -> Facts:
    """The facts of a moment; whoever asks decides nothing by them."""
    return Facts(reading, Act(NOBODY, at), pack, NOBODY.seat, at)
