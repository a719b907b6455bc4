"""Notices that the machine slept or that its clock was set: wall time against steady time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

SLEEP = timedelta(seconds=20)
"""A look that comes so much later than it should means that nothing ran meanwhile."""

SET = timedelta(seconds=2)
"""From so much on, a difference between wall and steady time means that the clock was set."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the machine's clocks.

    `wall` is its Unix time; `steady` are seconds that nobody can set and that pass in sleep too.
    """

    wall: float
    steady: float


@dataclass(frozen=True, slots=True)
class Slept:
    """Nothing ran for this long: a closed lid, a paused machine, a stopped process."""

    lasted: timedelta

    @property
    def told(self) -> str:
        """How long, as people read it."""
        return span(self.lasted)


@dataclass(frozen=True, slots=True)
class ClockSet:
    """Somebody or something set the machine's clock, forward or (negative) back."""

    by: timedelta


def notice(before: Look, after: Look, expected: timedelta) -> list[Slept | ClockSet]:
    """What happened between two looks that should be `expected` apart; mostly nothing."""
    steady = timedelta(seconds=after.steady - before.steady)
    wall = timedelta(seconds=after.wall - before.wall)
    found: list[Slept | ClockSet] = []
    if steady - expected >= SLEEP:
        found.append(Slept(steady))
    if abs(wall - steady) >= SET:
        found.append(ClockSet(wall - steady))
    return found


def told_slept(slept: Slept, caught_up_at: datetime) -> str:
    """The line for screen and history; `caught_up_at` is in the event's zone."""
    return f"slept {span(slept.lasted)}, caught up at {caught_up_at:%H:%M:%S}"


def told_set(clock_set: ClockSet) -> str:
    """The line for screen and history."""
    way = "forward" if clock_set.by > timedelta(0) else "back"
    return f"this machine's clock was set {way} by {span(abs(clock_set.by))}"


def span(length: timedelta) -> str:
    """A length of time as `21:40`, or `1:02:03` from an hour on."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
