"""The log of a story as the trail of a document reads it."""

from collections.abc import Sequence

from domain.identifiers import Stream
from domain.trail import Step, chain
from tests.domain.scenario import Entry


def steps_of(log: Sequence[Entry]) -> list[Step]:
    return [
        Step(
            position=position,
            stream=entry.stream,
            version=entry.mark.version,
            event=entry.event,
            at=entry.mark.at,
            actor=entry.actor,
        )
        for position, entry in enumerate(log, start=1)
    ]


def chains_of(log: Sequence[Entry]) -> list[tuple[Step, ...]]:
    """The chain of every document in the log."""
    steps = steps_of(log)

    def read(stream: Stream) -> list[Step]:
        return [step for step in steps if step.stream == stream]

    documents = dict.fromkeys(s.stream for s in steps if s.kind == "document")
    return [chain(document, read) for document in documents]
