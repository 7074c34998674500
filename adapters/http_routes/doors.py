"""What the HTTP door needs of a node: commands, identities, queries, content."""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Literal, Protocol

from msgspec import Struct

from adapters.counting import Counting
from adapters.explanations import Explanations
from adapters.identity import Identities, Jwks
from adapters.orders import Answer, Order
from adapters.projection_desk import ProjectionDesk
from adapters.queries import Queries
from adapters.reading import StreamSource
from adapters.work_queries import WorkQueries
from domain.identifiers import ContentRef, PersonId
from domain.regulation.pack import RulePack


class Part(Struct, frozen=True, kw_only=True):
    """How a part of the node is: a state in its own words, and whether all is well.

    Anybody may read it, so no text of an error stands here. `parked` counts the
    streams of which a view shows nothing new, `waits_for` is what keeps a policy from
    answering its next event, in a word of its own.
    """

    state: str
    is_well: bool
    position: int | None = None
    lag: int | None = None
    parked: int | None = None
    waits_for: str | None = None


OFF = Part(state="off", is_well=True)
"""Of a part that this process has none of."""


class Health(Struct, frozen=True, kw_only=True):
    """How the parts of the node are; `command_door`: whether NATS brings commands."""

    store: Part
    bus: Part
    relay: Part
    views: Part
    policies: Part
    command_door: Part = OFF

    @property
    def status(self) -> Literal["ready", "degraded", "down"]:
        """Only a store that is down keeps commands out."""
        if not self.store.is_well:
            return "down"
        others = (
            self.bus,
            self.relay,
            self.views,
            self.policies,
            self.command_door,
        )
        return "ready" if all(part.is_well for part in others) else "degraded"


class StoredContent(Protocol):
    """A text or file as one owner holds it; erased, it has an empty body."""

    @property
    def media_type(self) -> str: ...

    @property
    def body(self) -> bytes: ...

    @property
    def is_erased(self) -> bool: ...


class ContentStore(Protocol):
    """Where texts and files are kept, each under its owner."""

    def put_text(self, owner_bin: str, text: str, kind: str) -> ContentRef: ...

    def put_file(self, owner_bin: str, media_type: str, body: bytes) -> ContentRef: ...

    def get(self, ref: ContentRef, owner_bin: str) -> StoredContent | None: ...

    def owners_of(self, ref: ContentRef) -> Sequence[str]: ...


class RefusalNotes(Protocol):
    """What was refused, the newest first: of one code, on a stream, to a role.

    `before` is the id that they are older than.
    """

    def __call__(
        self,
        code: str | None = None,
        limit: int = 100,
        before: int | None = None,
        stream: str | None = None,
        role: str | None = None,
    ) -> Sequence[Struct]: ...


@dataclass(frozen=True)
class Doors:
    """All of it; what blocks is called in a thread.

    `roles_of` names the roles of the node that a person holds today. `published`
    tells whether the relay has passed a position.
    """

    submit: Callable[[Order], Future[Answer]]
    identities: Identities
    queries: Queries
    streams: StreamSource
    explanations: Explanations
    work: WorkQueries
    counting: Counting
    content: ContentStore
    refusals: RefusalNotes
    roles_of: Callable[[PersonId], Collection[str]]
    health: Callable[[], Health]
    published: Callable[[int], bool]
    pack: RulePack
    jwks: Callable[[], Jwks]
    projections: ProjectionDesk
