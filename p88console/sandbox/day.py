"""What a practice day is made of: races with their guns, runners with all that happens to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from p88console.domain.model import Provider
from p88console.sandbox.course import Course, Crossings
from p88console.sandbox.people import Person


@dataclass(frozen=True, slots=True)
class Race:
    """One distance of the event. The gun goes a moment after the announced start."""

    number: int
    course: Course
    starts_at: datetime
    gun_at: datetime

    @property
    def name(self) -> str:
        """What every provider calls this race."""
        return self.course.name

    def elapsed_ms(self, now: datetime) -> int:
        """Milliseconds since the gun; negative before it."""
        return (now - self.gun_at) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Day:
    """The practice day: from `start` over the announced `guns` to the last finisher."""

    start: datetime
    guns: tuple[datetime, ...]
    last_finish: datetime

    @property
    def over(self) -> datetime:
        """The instant at which the last finisher is through."""
        return self.last_finish


@dataclass(frozen=True, slots=True)
class Change:
    """What a registration desk writes at one instant; fields named as in `Person`, and `bib`."""

    at: datetime
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Departure:
    """A registration that ends before the gun: `cancelled`, `deferred` or `transferred`."""

    at: datetime
    reason: str
    moved_to: int | None = None
    """The number of the registration in another race, after a transfer."""


@dataclass(frozen=True, slots=True)
class Runner:
    """One registration and the run that follows; `number` grows with the time of registering.

    `person` and `bib` are the truth at the end of the day; `registered_as` is what was typed at
    first, without a bib, and `changes` lead from there to the truth, oldest first. Whoever
    `leaves` does not run; someone who goes to another race registers there anew.
    """

    number: int
    race: Race
    person: Person
    registered_as: Person
    registered_at: datetime
    bib: int
    changes: tuple[Change, ...]
    crossings: Crossings
    registers_at: Provider = Provider.RUNSIGNUP
    leaves: Departure | None = None

    @property
    def stands(self) -> bool:
        """Whether the registration lasts until the gun."""
        return self.leaves is None

    @property
    def starts(self) -> bool:
        """Whether the runner comes to the start line at all."""
        return self.crossings[0] is not None

    @property
    def finishes(self) -> bool:
        """Whether the runner reaches the finish line."""
        return self.crossings[-1] is not None

    @property
    def finish_at(self) -> datetime | None:
        """When the runner crosses the finish line."""
        finish = self.crossings[-1]
        return None if finish is None else self.race.gun_at + timedelta(milliseconds=finish)
