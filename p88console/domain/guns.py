"""Gun times that are set for an event where its provider names none, or the wrong one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

EVERY_RACE = "*"
"""Stands for every race that has no gun time of its own among those that are set."""


@dataclass(frozen=True, slots=True)
class Gun:
    """When a gun goes by the venue's clocks; on the event's day where no other one is named."""

    at: time
    on: date | None = None

    def instant(self, day: date | None, zone: ZoneInfo) -> datetime | None:
        """The instant in UTC; None where no day is known."""
        on = self.on or day
        return None if on is None else datetime.combine(on, self.at, zone).astimezone(UTC)


Guns = Mapping[str, Gun]
"""Race, by name, or `EVERY_RACE` → when its gun goes."""


def gun_of(guns: Guns, race: str) -> Gun | None:
    """The gun that is set for a race."""
    named = {name.casefold().strip(): gun for name, gun in guns.items()}
    return named.get(race.casefold().strip()) or named.get(EVERY_RACE)


_GUN = re.compile(r"(?:(\d{4}-\d{2}-\d{2})[ T])?(\d{1,2}:\d{2}(?::\d{2})?)")


def parse_gun(text: str) -> Gun:
    """A gun as settings write it: `7:30`, or `2026-10-17 07:30`. Raises `ValueError`."""
    found = _GUN.fullmatch(text.strip())
    if found is None:
        raise ValueError("write a time like '7:30', or a day and a time like '2026-10-17 07:30'")
    day = date.fromisoformat(found[1]) if found[1] else None
    return Gun(time.fromisoformat(found[2].zfill(5)), day)
