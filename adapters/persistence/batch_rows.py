"""What a batch changes, as rows for the tables that both kinds of store have."""

from collections.abc import Sequence
from datetime import UTC
from typing import NamedTuple

import msgspec

from adapters.envelope import CommandRecord, Denial, Outcome
from adapters.persistence.append_batch import AppendBatch, OwnerFacts

Row = tuple[str | int | bytes | None, ...]

_outcome = msgspec.json.Decoder(Outcome)
_levels = msgspec.json.Decoder(tuple[str, ...])


class BatchRows(NamedTuple):
    """Rows in the order of the tables' columns; those with a key replace the old."""

    events: Sequence[Row]
    heads: Sequence[Row]
    searches: Sequence[Row]
    owners: Sequence[Row]
    feeds: Sequence[Row]
    commands: Sequence[Row]
    refusals: Sequence[Row]


def rows_of(batch: AppendBatch) -> BatchRows:
    return BatchRows(
        events=batch.sealed,
        heads=[(stream, *entry) for stream, entry in batch.streams.changes()],
        searches=[(*search, version) for search, version in batch.searches.changes()],
        owners=[
            (owner, facts.kato, as_json(facts.levels))
            for owner, facts in batch.owners.changes()
        ],
        feeds=[(*feed, last) for feed, last in batch.feeds.changes()],
        commands=[
            (
                owner,
                command_id,
                decision.command_tag,
                record.digest,
                as_json(record.outcome),
            )
            for decision in batch.accepted
            for owner, command_id in [(decision.command_owner, decision.command_id)]
            for record in [batch.commands[owner, command_id]]
        ],
        refusals=[_refusal(denial) for denial in batch.denied],
    )


def owner_facts(kato: str, levels: str) -> OwnerFacts:
    """What was written of an owner, read again."""
    return OwnerFacts(kato, _levels.decode(levels))


def command_record(digest: str, outcome: str) -> CommandRecord:
    """What was written of a command, read again."""
    return CommandRecord(digest, _outcome.decode(outcome))


def as_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _refusal(denial: Denial) -> Row:
    return (
        denial.at.astimezone(UTC).isoformat(),
        denial.command_tag,
        denial.command_id,
        denial.command_owner,
        denial.code,
        denial.rule,
        denial.rule_pack,
        denial.actor,
        denial.actor_org,
        denial.actor_role,
        denial.causation_id,
        denial.stream,
        as_json(denial.context),
    )
