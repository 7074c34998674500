"""How far policies have come, kept beside the log whose events they answer."""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct


class PolicyNote(Struct, frozen=True):
    """Every event up to `position` is answered; `waits_for` keeps from the next one."""

    position: int = 0
    waits_for: str | None = None


class PolicyNotes(Protocol):
    """Where the notes are kept; every method may raise StoreUnavailable."""

    def policy_note(self, policy: str) -> PolicyNote: ...

    def note_policy(self, policy: str, note: PolicyNote) -> None:
        """Write how far a policy is; what is behind the note there changes nothing."""
        ...


def farthest_behind(notes: PolicyNotes, policies: Iterable[str]) -> PolicyNote:
    """The note of the policy that has most to do."""
    found = map(notes.policy_note, policies)
    return min(found, key=lambda note: note.position)
