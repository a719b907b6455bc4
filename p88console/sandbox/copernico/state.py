"""The athletes Copernico holds, one for each id that was ever sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from p88console.sandbox.copernico.categories import category_of
from p88console.sandbox.course import TimingPoint, passed
from p88console.sandbox.day import Race, Runner
from p88console.sandbox.world import World

NOT_STARTED, RUNNING, FINISHED = "notstarted", "running", "finished"


@dataclass(slots=True, eq=False)
class Athlete:
    """One athlete in one event, as last sent; the runner is who really wears the bib."""

    id: str
    race: Race
    columns: dict[str, Any]
    """Everything that was sent, by Copernico's names, the free-form columns included."""
    dorsal: str | None = None
    category: str = ""
    runner: Runner | None = None
    rendered: dict[str, tuple[object, str]] = field(default_factory=dict)
    """Rows as JSON text by kind, each with what it was written for."""

    @property
    def gender(self) -> str | None:
        """male, female, mixed or unknown."""
        return self.columns.get("gender")

    def reads(self, now: datetime) -> int:
        """How many reads there are of this athlete by now."""
        if self.runner is None:
            return 0
        return passed(self.runner.crossings, self.race.elapsed_ms(now))

    def seen(self, now: datetime) -> list[tuple[TimingPoint, int]]:
        """The timing points passed by now, each with milliseconds since the gun."""
        if self.runner is None:
            return []
        elapsed = self.race.elapsed_ms(now)
        crossings = zip(self.race.course.points, self.runner.crossings, strict=True)
        return [(point, ms) for point, ms in crossings if ms is not None and ms <= elapsed]

    def status(self, now: datetime) -> str:
        """The three confirmed words: who gave up is still running, who stayed away not started."""
        elapsed = self.race.elapsed_ms(now)
        crossings = self.runner.crossings if self.runner else (None,)
        start, finish = crossings[0], crossings[-1]
        if finish is not None and finish <= elapsed:
            return FINISHED
        return RUNNING if start is not None and start <= elapsed else NOT_STARTED


class Athletes:
    """All athletes by id and by event. Sending a known id again overwrites (assumed)."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.random("copernico athlete ids")
        self._all: dict[str, Athlete] = {}
        self._by_event: dict[str, dict[str, Athlete]] = {race.name: {} for race in world.races}
        self.versions: Counter[str] = Counter()
        """Grows with every write to an event."""

    def get(self, athlete_id: str) -> Athlete | None:
        """One athlete."""
        return self._all.get(athlete_id)

    def all(self) -> list[Athlete]:
        """Every athlete, in the order of arriving."""
        return list(self._all.values())

    def of(self, event: str) -> Iterable[Athlete]:
        """The athletes of one event."""
        return self._by_event[event].values()

    def count(self, event: str) -> int:
        """How many athletes an event has."""
        return len(self._by_event[event])

    def put(self, athlete_id: str | None, race: Race, columns: Mapping[str, Any]) -> Athlete:
        """Take an athlete: known by id, or new; without an id always new."""
        known = self._all.get(athlete_id) if athlete_id is not None else None
        if known is None:
            known = Athlete(athlete_id or self._new_id(), race, {})
            self._all[known.id] = known
        elif known.race is not race:
            self._leave(known)
        known.race = race
        known.columns.update(columns)
        self._derive(known)
        self._by_event[race.name][known.id] = known
        self.versions[race.name] += 1
        return known

    def remove(self, athlete: Athlete) -> None:
        """Let an athlete vanish, as the operator's hand does at Copernico's own screen."""
        del self._all[athlete.id]
        self._leave(athlete)

    def _leave(self, athlete: Athlete) -> None:
        del self._by_event[athlete.race.name][athlete.id]
        self.versions[athlete.race.name] += 1

    def _derive(self, athlete: Athlete) -> None:
        dorsal = athlete.columns.get("dorsal")
        born = athlete.columns.get("birthdate")
        athlete.dorsal = str(dorsal) if dorsal not in (None, "") else None
        athlete.category = athlete.columns.get("category") or category_of(
            date.fromisoformat(born) if born else None, athlete.gender, self._world.date
        )
        athlete.runner = self._world.wearer(athlete.race.name, athlete.dorsal)
        athlete.rendered.clear()

    def _new_id(self) -> str:
        while True:
            athlete_id = "".join(self._rng.choices("0123456789ABCDEF", k=8))
            if athlete_id not in self._all:
                return athlete_id
