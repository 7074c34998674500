"""Where commands wait: to be decided, and decided to be committed."""

import threading
from collections import deque
from concurrent.futures import Future

from msgspec import Struct

from adapters.envelope import Stale, Verdict
from adapters.orders import Answer, Order


class Waiting(Struct):
    """A command on its way: how often it was stale, and met a store that was down."""

    order: Order
    future: "Future[Answer]"
    attempts: int = 0
    outages: int = 0


Decided = tuple[Waiting, Verdict]


class Handed(Struct):
    """A batch to decide; before that, forget these, and all where a write was lost."""

    waiting: list[Waiting]
    stale_streams: set[str]
    stale_searches: set[tuple[str, str]]
    lost: bool


class Inbox:
    """Commands in the order in which they came; those to decide anew come first.

    At most `bound` commands are here or in hand. It is empty for good when it was
    closed and every command that was taken is done.
    """

    def __init__(self, bound: int, batch: int) -> None:
        self._bound = bound
        self._batch = batch
        self._changed = threading.Condition()
        self._fresh: deque[Waiting] = deque()
        self._again: deque[Waiting] = deque()
        self._stale_streams: set[str] = set()
        self._stale_searches: set[tuple[str, str]] = set()
        self._lost = False
        self._in_hand = 0
        self._is_closed = False

    def take(self, waiting: Waiting) -> bool:
        """Queue a command; False where there is no room, or no time left."""
        with self._changed:
            if self._is_closed or len(self._fresh) + self._in_hand >= self._bound:
                return False
            self._fresh.append(waiting)
            self._changed.notify()
            return True

    def close(self) -> None:
        """Take no more; what was taken is still handed out."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def next(self) -> Handed | None:
        """Wait for commands and hand them out together; None at the end."""
        with self._changed:
            while True:
                waiting = self._drawn()
                if waiting:
                    return self._handed(waiting)
                if self._is_closed and not self._in_hand:
                    return None
                self._changed.wait()

    def _drawn(self) -> list[Waiting]:
        drawn: list[Waiting] = []
        while self._again and len(drawn) < self._batch:
            drawn.append(self._again.popleft())
        while self._fresh and len(drawn) < self._batch:
            waiting = self._fresh.popleft()
            # Whoever gave up before this line gets no command; after it, an answer.
            if waiting.future.set_running_or_notify_cancel():
                self._in_hand += 1
                drawn.append(waiting)
        return drawn

    def _handed(self, waiting: list[Waiting]) -> Handed:
        handed = Handed(waiting, self._stale_streams, self._stale_searches, self._lost)
        self._stale_streams, self._stale_searches, self._lost = set(), set(), False
        return handed

    def again(self, waiting: Waiting) -> None:
        """Have a command that is in hand decided once more."""
        with self._changed:
            self._again.append(waiting)
            self._changed.notify()

    def done(self) -> None:
        """A command that was in hand has its answer."""
        with self._changed:
            self._in_hand -= 1
            if self._is_closed and not self._in_hand:
                self._changed.notify()

    def forget(self, verdict: Verdict, stale: Stale | None = None) -> None:
        """What was folded ahead of a write that did not come about is no more."""
        with self._changed:
            for draft in verdict.drafts:
                self._stale_streams.add(draft.stream)
                if draft.opens is not None:
                    self._stale_searches.add((draft.owner, draft.opens))
            if stale is not None:
                self._stale_streams.update(stale.streams)
                self._stale_searches.update(stale.searches)

    def lose(self) -> None:
        """Nothing that was folded is certain any more."""
        with self._changed:
            self._lost = True


class Outbox:
    """What is decided and not yet committed: it grows while a commit is under way."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._changed = threading.Condition()
        self._decided: list[Decided] = []
        self._is_ended = False

    def put(self, decided: list[Decided]) -> None:
        """Add what was decided together, once there is room for it."""
        with self._changed:
            self._changed.wait_for(
                lambda: len(self._decided) + len(decided) <= self._bound
            )
            self._decided += decided
            self._changed.notify_all()

    def end(self) -> None:
        """Nothing comes any more."""
        with self._changed:
            self._is_ended = True
            self._changed.notify_all()

    def take(self) -> list[Decided]:
        """Wait for what is decided and take all of it; nothing at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._decided or self._is_ended)
            taken, self._decided = self._decided, []
            self._changed.notify_all()
            return taken
