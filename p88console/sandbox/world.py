"""The practice race as a whole: computed up front from a seed, looked into at any instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random
from zoneinfo import ZoneInfo

from p88console.domain.model import Provider
from p88console.sandbox.course import COURSES
from p88console.sandbox.day import Day, Race, Runner
from p88console.sandbox.desk import register
from p88console.sandbox.people import invent_people

BEFORE_FIRST_GUN = timedelta(minutes=90)
"""How long before the first gun the practice day begins."""

DEFAULT_START = datetime(2026, 10, 17, 11, 0, tzinfo=UTC)
"""Six in the morning at the practice venue, on a Saturday."""


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """What a practice race is computed from; equal options make equal worlds."""

    seed: int = 88
    runners: int = 500
    start: datetime = DEFAULT_START
    """When the day begins; the first gun goes 90 minutes later."""
    timezone: str = "America/Chicago"
    name: str = "Practice Half Marathon Weekend"
    early: float = 0.85
    """Which part of the field is registered before the day begins."""
    leaving: float = 0.015
    """Which part of those registered cancels, defers, or moves to another race before the gun."""
    desks: tuple[tuple[Provider, float], ...] = ((Provider.RUNSIGNUP, 1.0),)
    """Where people register, and which share of them does."""


THREE_DESKS = ((Provider.RUNSIGNUP, 0.6), (Provider.RACEROSTER, 0.25), (Provider.HAKU, 0.15))
"""A field that comes through every registration provider there is."""


@dataclass(frozen=True)
class World:
    """The whole practice race. It never changes; servers look into it as of the clock's instant."""

    options: WorldOptions
    races: tuple[Race, ...]
    runners: tuple[Runner, ...]
    day: Day
    zone: ZoneInfo = field(repr=False)

    @property
    def date(self) -> date:
        """The calendar day at the venue."""
        return self.races[0].starts_at.astimezone(self.zone).date()

    @cached_property
    def _by_desk(self) -> Mapping[Provider, Sequence[Runner]]:
        found: dict[Provider, list[Runner]] = {}
        for runner in self.runners:
            found.setdefault(runner.registers_at, []).append(runner)
        return found

    def registered_at(self, provider: Provider) -> Sequence[Runner]:
        """The part of the field that registers at this provider, in the order of registering."""
        return self._by_desk.get(provider, ())

    @cached_property
    def _wearers(self) -> Mapping[tuple[str, str], Runner]:
        return {(runner.race.name, str(runner.bib)): runner for runner in self.runners}

    def wearer(self, race_name: str, bib: str | None) -> Runner | None:
        """Who really wears this bib in this race, and so makes its reads."""
        return self._wearers.get((race_name, bib)) if bib else None

    @cached_property
    def _last_finishes(self) -> Mapping[str, datetime]:
        finishes = ((one.race.name, one.finish_at) for one in self.runners)
        latest: dict[str, datetime] = {}
        for name, finish in finishes:
            if finish is not None:
                latest[name] = max(finish, latest.get(name, finish))
        return latest

    def last_finish(self, race: Race) -> datetime:
        """When the last finisher of a race is through."""
        return self._last_finishes.get(race.name, self.day.over)

    def race(self, name: str) -> Race | None:
        """The race of this name."""
        return next((race for race in self.races if race.name == name), None)

    def random(self, purpose: str) -> Random:
        """A source of chance for one purpose, the same in every run of this seed."""
        return Random(f"{self.options.seed}:{purpose}")


def make_world(options: WorldOptions | None = None) -> World:
    """Compute a practice race from its options alone.

    Raises:
        ValueError: The day's start has no zone, or there are fewer than no runners.
    """
    chosen = options or WorldOptions()
    if chosen.start.tzinfo is None or chosen.runners < 0:
        raise ValueError("a practice day needs a start with a zone and a number of runners")
    zone, start = ZoneInfo(chosen.timezone), chosen.start.astimezone(UTC)
    races = tuple(_races(chosen.seed, start))
    people = invent_people(chosen.runners, chosen.seed, races[0].starts_at.astimezone(zone).date())
    registered = register(people, races, chosen.seed, start, chosen.early, chosen.leaving)
    runners = _sent_to_desks(registered, chosen)
    finishes = (runner.finish_at for runner in runners)
    guns = tuple(race.starts_at for race in races)
    last_finish = max((finish for finish in finishes if finish), default=max(guns))
    return World(chosen, races, runners, Day(start, guns, last_finish), zone)


def _sent_to_desks(runners: Sequence[Runner], options: WorldOptions) -> tuple[Runner, ...]:
    rng = Random(f"{options.seed}:where")
    providers, shares = zip(*options.desks, strict=True)
    chosen = iter(rng.choices(providers, weights=shares, k=len(runners)))
    moved: dict[int, Provider] = {}
    sent = []
    for runner in runners:
        # Whoever moves to another race does so where they are registered.
        provider = moved.get(runner.number) or next(chosen)
        if runner.leaves is not None and runner.leaves.moved_to is not None:
            moved[runner.leaves.moved_to] = provider
        sent.append(replace(runner, registers_at=provider))
    return tuple(sent)


def _races(seed: int, start: datetime) -> Iterator[Race]:
    rng = Random(f"{seed}:guns")
    # Announced starts are whole minutes, as providers print them.
    first_gun = (start + BEFORE_FIRST_GUN + timedelta(seconds=59, microseconds=999_999)).replace(
        second=0, microsecond=0
    )
    for number, course in enumerate(COURSES):
        starts_at = first_gun + timedelta(minutes=course.gun_after_minutes)
        gun_at = starts_at + timedelta(milliseconds=rng.randrange(100, 2_500))
        yield Race(number, course, starts_at, gun_at)
