"""Days as Kazakhstan counts them, and the dated spells of offices and memberships."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

KAZAKHSTAN = ZoneInfo("Asia/Almaty")


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


def local_day(moment: datetime) -> date:
    """The calendar day in Kazakhstan at `moment`, which must carry an offset."""
    return moment.astimezone(KAZAKHSTAN).date()
