"""The scoring event of the practice day: its races, intervals, brackets and waves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from p88console.sandbox.chronotrack.groups import bracket_names
from p88console.sandbox.chronotrack.texts import epoch, epoch_fraction, flag
from p88console.sandbox.day import Race
from p88console.sandbox.wire import epoch_ms
from p88console.sandbox.world import World

FULL_COURSE = "Full Course"
WAVE = "Wave 1"
PLANNED_HOURS = timedelta(hours=4)
"""How long each race is planned to last."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of a course, from the start line to the timing point of index `place`.

    `gun_ms` is its race's gun in Unix milliseconds.
    """

    id: str
    race: Race
    name: str
    place: int
    metres: int
    full: bool
    gun_ms: int


@dataclass(frozen=True, slots=True)
class Bracket:
    """A ranking group of one race; `kind` is its `bracket_type`."""

    id: str
    race: Race
    name: str
    kind: str
    tag: str | None


class Catalog:
    """One event. Names of intervals and brackets come again in every race, ids do not."""

    def __init__(self, world: World) -> None:
        rng = world.random("chronotrack ids")
        self._world = world
        self.event_id = str(rng.randrange(80_000, 99_999))
        self.event_name = world.options.name
        self.organization_id = str(rng.randrange(10, 999))
        first_race, first_choice, first_wave = (rng.randrange(10_000, 90_000) for _ in range(3))
        self.race_ids = [str(first_race + race.number) for race in world.races]
        """By the race's number, like the next two."""
        self.choice_ids = [str(first_choice + race.number) for race in world.races]
        self.wave_ids = [str(first_wave + race.number) for race in world.races]
        self.races: Mapping[str, Race] = dict(zip(self.race_ids, world.races, strict=True))
        interval_id, bracket_id = rng.randrange(100_000, 900_000), rng.randrange(100_000, 900_000)
        stretches = ((race, place) for race in world.races for place in _stretches(race))
        self.intervals = {
            str(number): _interval(str(number), race, place)
            for number, (race, place) in enumerate(stretches, interval_id)
        }
        groups = ((race, group) for race in world.races for group in bracket_names())
        self.brackets = {
            str(number): Bracket(str(number), race, *group)
            for number, (race, group) in enumerate(groups, bracket_id)
        }

    def races_of(self, event_id: str) -> list[Race]:
        """The races of an event; none for an unknown one."""
        return list(self.races.values()) if event_id == self.event_id else []

    def event_head(self) -> dict[str, Any]:
        """The event as the event list shows it (the sample's four keys)."""
        starts = [race.starts_at for race in self._world.races]
        return {
            "event_id": self.event_id,
            "event_name": self.event_name,
            "event_start_time": epoch(min(starts)),
            "event_end_time": epoch(max(starts) + PLANNED_HOURS),
        }

    def event(self) -> dict[str, Any]:
        """The event alone."""
        return {
            **self.event_head(),
            "event_tag": f"PHM{self._world.date:%y}",
            "event_description": "",
            "event_site_uri": "https://practice.example",
            "event_is_published": flag(yes=True),
            "event_external_id": None,
            "organization_id": self.organization_id,
            "organization_name": "Practice Timing",
            "location_city": "Chicago",
            "location_region": "IL",
            "location_country": "US",
            "location_time_zone": self._world.options.timezone,
        }

    def race(self, race: Race, now: datetime) -> dict[str, Any]:
        """A race; its actual start and end show once they have been."""
        last = self._world.last_finish(race)
        return {
            "race_id": self.race_ids[race.number],
            "race_tag": race.name.replace(" ", "")[:4].upper(),
            "race_name": race.name,
            "race_type": "RUN",
            "race_subtype": "RUN",
            "race_course_distance": str(race.course.distance_m),
            "race_pref_distance_unit": "miles" if "Mile" in race.course.distance else "kilometers",
            "race_planned_start_time": epoch(race.starts_at),
            "race_planned_end_time": epoch(race.starts_at + PLANNED_HOURS),
            "race_actual_start_time": _measured(race.gun_at) if now >= race.gun_at else None,
            "race_actual_end_time": _measured(last) if now > last else None,
            "race_age_ref_time": epoch(race.starts_at),
        }

    def intervals_of(self, races: Iterable[Race]) -> list[Interval]:
        """The intervals of these races, along each course, the full course last."""
        numbers = {race.number for race in races}
        return [one for one in self.intervals.values() if one.race.number in numbers]

    def brackets_of(self, races: Iterable[Race]) -> list[Bracket]:
        """The brackets of these races."""
        numbers = {race.number for race in races}
        return [one for one in self.brackets.values() if one.race.number in numbers]

    def interval(self, interval: Interval) -> dict[str, Any]:
        """An interval; it holds no times of anybody (confirmed live)."""
        return {
            "interval_id": interval.id,
            "interval_is_full": flag(yes=interval.full),
            "interval_name": interval.name,
            "interval_iv_distance_m": str(interval.metres),
            **self.race_head(interval.race),
        }

    def bracket(self, bracket: Bracket) -> dict[str, Any]:
        """A bracket (keys of the sample)."""
        return {
            "bracket_id": bracket.id,
            "race_id": self.race_ids[bracket.race.number],
            "bracket_name": bracket.name,
            "bracket_type": bracket.kind,
            "bracket_tag": bracket.tag,
            "bracket_wants_leaderboard": flag(yes=True),
        }

    def wave(self, race: Race) -> dict[str, Any]:
        """The one wave of a race; the notes know its name alone, the other keys are assumed."""
        return {
            "wave_id": self.wave_ids[race.number],
            "wave_name": WAVE,
            **self.race_head(race),
        }

    def race_head(self, race: Race) -> dict[str, str]:
        """Id and name of a race, as rows of other kinds carry them."""
        return {"race_id": self.race_ids[race.number], "race_name": race.name}


def _stretches(race: Race) -> range:
    return range(1, len(race.course.points))


def _interval(interval_id: str, race: Race, place: int) -> Interval:
    point = race.course.points[place]
    full = point.kind == "finish"
    name = FULL_COURSE if full else point.name
    return Interval(interval_id, race, name, place, point.distance_m, full, epoch_ms(race.gun_at))


def _measured(moment: datetime) -> str:
    return epoch_fraction(epoch_ms(moment))
