"""What a decision looks at, noted."""

from collections.abc import Sequence

from msgspec import Struct

from domain.identifiers import Stream
from tests.domain.scenario import World


class Looks(Struct):
    """The streams of a world, with a note of every look at one."""

    world: World
    seen: set[Stream]

    def state(self, stream: Stream) -> object | None:
        self.seen.add(stream)
        return self.world.state(stream)

    def owned(self, owner: str, kind: str) -> Sequence[Stream]:
        return self.world.owned(owner, kind)
