"""Days as Kazakhstan counts them, and the dated spells of offices and memberships."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct

KAZAKHSTAN = ZoneInfo("Asia/Almaty")
ONE_DAY = timedelta(days=1)

Member = TypeVar("Member")

Membership = Mapping[Member, "tuple[Spell, ...]"]
"""Who belonged to a body, spell by spell: somebody may leave and come back."""


class Spell(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From the first day to the last, both included; no last day is open-ended."""

    valid_from: date
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (
            self.valid_to is None or day <= self.valid_to
        )

    def overlaps(self, other: "Spell") -> bool:
        return (self.valid_to is None or other.valid_from <= self.valid_to) and (
            other.valid_to is None or self.valid_from <= other.valid_to
        )

    def ended(self, last_day: date) -> "Spell":
        """The same spell up to `last_day`; one that ended earlier stays as it is."""
        if self.valid_to is not None and self.valid_to <= last_day:
            return self
        return Spell(valid_from=self.valid_from, valid_to=last_day)


Entry = TypeVar("Entry")


def in_force(entries: Sequence[tuple[date, Entry]], day: date) -> Entry:
    """What was in force on a day, of entries with their first days in order.

    The first entry speaks also of the days before it.
    """
    held = [entry for since, entry in entries if since <= day]
    return held[-1] if held else entries[0][1]


def most_at_once(spells: Iterable[Spell], within: Spell) -> int:
    """How many of the spells run at the same time, on the fullest day of `within`."""
    # Whoever overlaps on some day does so on the first day of one of the spells.
    running = [spell for spell in spells if spell.overlaps(within)]
    first_days = [within.valid_from, *(spell.valid_from for spell in running)]
    return max(
        sum(spell.covers(day) for spell in running)
        for day in first_days
        if within.covers(day)
    )


def is_spent(
    election: date, candidate: Member, led: Iterable[tuple[Member, Spell]]
) -> bool:
    """Whether an election seats nobody any more, by who has led from which day on.

    It seats its candidate once, and nobody after another has taken the lead.
    """
    return any(
        spell.valid_from > election
        or (spell.valid_from == election and leader == candidate)
        for leader, spell in led
    )


def members_on(members: Membership[Member], day: date) -> tuple[Member, ...]:
    return tuple(
        member
        for member, spells in members.items()
        if any(spell.covers(day) for spell in spells)
    )


def joined(
    members: Membership[Member], member: Member, first_day: date
) -> dict[Member, tuple[Spell, ...]]:
    spells = (*members.get(member, ()), Spell(valid_from=first_day))
    return {**members, member: spells}


def left(
    members: Membership[Member], member: Member, last_day: date
) -> dict[Member, tuple[Spell, ...]]:
    spells = tuple(spell.ended(last_day) for spell in members[member])
    return {**members, member: spells}


def last_day_of_term(first_day: date, months: int | None) -> date | None:
    """The day before the same day `months` later; None for a term without end."""
    if months is None:
        return None
    years, month = divmod(first_day.month - 1 + months, 12)
    # The 31st of a shorter month is its last day.
    for day in range(first_day.day, 0, -1):
        try:
            return date(first_day.year + years, month + 1, day) - ONE_DAY
        except ValueError:
            continue
    raise AssertionError(first_day)


def first_instant(day: date) -> datetime:
    """When a day begins in Kazakhstan, in UTC."""
    return datetime.combine(day, time(), KAZAKHSTAN).astimezone(UTC)


def local_day(moment: datetime) -> date:
    """The calendar day in Kazakhstan at `moment`, which must carry an offset."""
    return moment.astimezone(KAZAKHSTAN).date()
