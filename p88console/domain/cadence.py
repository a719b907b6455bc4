"""How often an event is synced, by the race clock: one pure function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from p88console.domain.jobs import Operation


@dataclass(frozen=True, slots=True)
class CadenceSettings:
    """Intervals and window edges; all of them are settings."""

    events: timedelta = timedelta(days=1)
    participants: timedelta = timedelta(hours=4)
    participants_day_before: timedelta = timedelta(minutes=15)
    participants_race_day: timedelta = timedelta(minutes=1)
    results: timedelta = timedelta(minutes=30)
    results_finish_window: timedelta = timedelta(minutes=1)
    day_before: timedelta = timedelta(hours=24)
    race_day: timedelta = timedelta(hours=4)
    after_last_start: timedelta = timedelta(hours=1)
    first_finisher_after: timedelta = timedelta(minutes=14)
    last_finisher_after: timedelta = timedelta(hours=7)
    finish_tail: timedelta = timedelta(minutes=30)
    rest_after: timedelta = timedelta(days=7)
    """An event is left alone this long after its last start."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The interval now in force and why, in words for the screen."""

    every: timedelta
    reason: str
    to_gun: timedelta | None = None
    """The time to the gun of race day that is followed, zero once it went; None on other days."""


def told(every: timedelta) -> str:
    """An interval as people say it: `1 min`, `15 min`, `4 h`."""
    minutes = every / timedelta(minutes=1)
    return f"{minutes / 60:.3g} h" if minutes >= 60 else f"{minutes:.3g} min"


def interval_for(
    operation: Operation,
    guns: Sequence[datetime],
    now: datetime,
    settings: CadenceSettings,
    day: tuple[datetime, datetime] | None = None,
) -> Interval | None:
    """Say how often `operation` runs for an event with these gun times (UTC) at `now`.

    `day` is when the race day begins and ends, where that is all that is known. None means that the
    event rests: its day is long over.
    """
    if operation is Operation.EVENTS:
        return Interval(settings.events, "daily")
    if not guns and day:
        return _day_interval(operation, day, now, settings)
    if not guns:
        base = settings.results if operation is Operation.RESULTS else settings.participants
        return Interval(base, "gun time unknown")
    if now > max(guns) + settings.rest_after:
        return None
    if operation is Operation.RESULTS:
        return _results_interval(guns, now, settings)
    return _participants_interval(guns, now, settings)


def _day_interval(
    operation: Operation, day: tuple[datetime, datetime], now: datetime, settings: CadenceSettings
) -> Interval | None:
    """On a day whose gun may go at any time it is always as if it were near."""
    begins, ends = day
    if now > ends + settings.rest_after:
        return None
    on_the_day, people = begins <= now < ends, operation is Operation.PARTICIPANTS
    if on_the_day:
        every = settings.participants_race_day if people else settings.results_finish_window
        return Interval(every, "race day, gun time unknown", timedelta(0))
    if people and timedelta(0) < begins - now <= settings.day_before:
        return Interval(settings.participants_day_before, "race day within 24 h, gun time unknown")
    base = settings.participants if people else settings.results
    return Interval(base, "gun time unknown")


def _participants_interval(
    guns: Sequence[datetime], now: datetime, settings: CadenceSettings
) -> Interval:
    if any(timedelta(0) <= now - gun <= settings.after_last_start for gun in guns):
        return Interval(settings.participants_race_day, "start less than 1 h ago", timedelta(0))
    ahead = [gun for gun in guns if gun > now]
    if not ahead:
        return Interval(settings.participants, "all races started")
    to_gun = min(ahead) - now
    if to_gun < settings.race_day:
        return Interval(settings.participants_race_day, "gun less than 4 h away", to_gun)
    if to_gun <= settings.day_before:
        return Interval(settings.participants_day_before, "gun within 24 h")
    return Interval(settings.participants, "gun more than 24 h away")


def _results_interval(
    guns: Sequence[datetime], now: datetime, settings: CadenceSettings
) -> Interval:
    opens = min(guns) + settings.first_finisher_after
    closes = max(guns) + settings.last_finisher_after + settings.finish_tail
    if opens <= now <= closes:
        return Interval(settings.results_finish_window, "finish window", timedelta(0))
    return Interval(settings.results, "before the finish" if now < opens else "after the finish")
