"""The registrations a provider holds, brought up to the present instant whenever it is asked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from p88console.domain.model import Provider
from p88console.sandbox.day import Change, Departure, Race, Runner
from p88console.sandbox.people import Person
from p88console.sandbox.world import World

Happening = Change | Departure | None
"""What the day does to a registration; None is its beginning."""

PERSON_FIELDS = frozenset(item.name for item in fields(Person))
NOBODY = Person("", "", None, None, None, "", None, "", "", "", "")


@dataclass(slots=True, eq=False)
class Registration:
    """One person in one race; each provider shows the id in a form of its own."""

    registration_id: int
    race: Race
    person: Person
    registered_at: datetime
    modified_at: datetime
    bib: int | str | None = None
    chip: str | None = None
    left_because: str | None = None
    """Why the registration no longer stands, in the provider's word; None while it does."""
    left_at: datetime | None = None
    moved_to: int | None = None
    """The registration that took this one's place, after a transfer."""
    imported: bool = False
    touched: set[str] = field(default_factory=set)
    """Fields written over the wire: the invented day leaves them alone from then on."""
    rendered: dict[Any, str] = field(default_factory=dict)
    """Rows as JSON text by kind, until something changes."""

    @property
    def stands(self) -> bool:
        """Whether the person is still registered for this race."""
        return self.left_because is None


class Registrations:
    """All registrations of one provider by id; ids grow with the time of registering."""

    def __init__(self, world: World, provider: Provider, first_id: int) -> None:
        """Line up everything the day will bring.

        Args:
            world: The practice race.
            provider: Whose part of the field registers here.
            first_id: The id of the first registration.
        """
        self.version = 0
        """Grows with everything that is written."""
        self._first_id = first_id
        self._next_id = first_id + len(world.runners)
        self._all: dict[int, Registration] = {}
        self._by_change: dict[int, Registration] = {}
        self._active: dict[int, list[Registration]] = {race.number: [] for race in world.races}
        self._left: dict[int, list[Registration]] = {race.number: [] for race in world.races}
        self._due = _what_happens(world.registered_at(provider))

    def advance(self, now: datetime) -> None:
        """Let everything happen that is due by `now`."""
        while self._due and self._due[-1][0] <= now:
            _, _, runner, happening = self._due.pop()
            match happening:
                case None:
                    self._register(runner)
                case Change():
                    self._follow(runner, happening)
                case Departure():
                    self._let_go(runner, happening)

    def all(self) -> list[Registration]:
        """Every registration, in the order of arriving, whether it still stands or not."""
        return list(self._all.values())

    def latest_first(self) -> list[Registration]:
        """Every registration, the one changed last in front."""
        return list(reversed(self._by_change.values()))

    def get(self, registration_id: int) -> Registration | None:
        """A registration by its id, whether it still stands or not."""
        return self._all.get(registration_id)

    def active(self, races: Iterable[Race]) -> list[Registration]:
        """Registrations that stand in these races, by id within each race."""
        return [entry for race in races for entry in self._active[race.number]]

    def removed(self, races: Iterable[Race]) -> list[Registration]:
        """Registrations that no longer stand in these races, by id within each race."""
        return [entry for race in races for entry in self._left[race.number]]

    def add(self, race: Race, values: Mapping[str, Any], now: datetime) -> Registration:
        """Take a new registration, outside what the day had in store."""
        entry = Registration(self._next_id, race, NOBODY, now, now, imported=True)
        self._next_id += 1
        self._all[entry.registration_id] = entry
        self._active[race.number].append(entry)
        self._write(entry, values, now)
        return entry

    def edit(self, entry: Registration, values: Mapping[str, Any], now: datetime) -> None:
        """Overwrite fields of a registration."""
        entry.touched.update(values)
        self._write(entry, values, now)

    def remove(
        self, entry: Registration, reason: str, now: datetime, moved_to: int | None = None
    ) -> None:
        """Let a registration no longer stand, for a reason in the provider's word."""
        if entry.stands:
            self._active[entry.race.number].remove(entry)
            left = self._left[entry.race.number]
            left.insert(_place(left, entry.registration_id), entry)
        entry.left_because, entry.left_at, entry.moved_to = reason, now, moved_to
        self._write(entry, {}, now)

    def transfer(self, entry: Registration, race: Race, now: datetime) -> Registration:
        """Move a person to another race: the old id goes, a new one comes."""
        person = {name: getattr(entry.person, name) for name in PERSON_FIELDS}
        arrived = self.add(race, {**person, "bib": entry.bib, "chip": entry.chip}, now)
        self.remove(entry, "transferred", now, arrived.registration_id)
        return arrived

    def _register(self, runner: Runner) -> None:
        entry = Registration(
            registration_id=self._first_id + runner.number,
            race=runner.race,
            person=runner.registered_as,
            registered_at=runner.registered_at,
            modified_at=runner.registered_at,
        )
        self._all[entry.registration_id] = entry
        active = self._active[runner.race.number]
        active.insert(_place(active, entry.registration_id), entry)
        self._write(entry, {}, runner.registered_at)

    def _follow(self, runner: Runner, change: Change) -> None:
        entry = self._all[self._first_id + runner.number]
        values = {name: value for name, value in change.fields.items() if name not in entry.touched}
        if values and entry.stands:
            self._write(entry, values, change.at)

    def _let_go(self, runner: Runner, departure: Departure) -> None:
        entry = self._all[self._first_id + runner.number]
        if entry.stands:
            moved_to = departure.moved_to
            arrived = None if moved_to is None else self._first_id + moved_to
            self.remove(entry, departure.reason, departure.at, arrived)

    def _write(self, entry: Registration, values: Mapping[str, Any], at: datetime) -> None:
        person = {name: value for name, value in values.items() if name in PERSON_FIELDS}
        if person:
            entry.person = replace(entry.person, **person)
        if "bib" in values:
            entry.bib = values["bib"]
        if "chip" in values:
            entry.chip = values["chip"]
        entry.rendered.clear()
        entry.modified_at = max(entry.modified_at, at)
        self._by_change.pop(entry.registration_id, None)
        self._by_change[entry.registration_id] = entry
        self.version += 1


def _what_happens(runners: Iterable[Runner]) -> list[tuple[datetime, int, Runner, Happening]]:
    """Registrations, changes and departures, the earliest last."""
    events: list[tuple[datetime, int, Runner, Happening]] = []
    for runner in runners:
        events.append((runner.registered_at, runner.number, runner, None))
        events.extend((change.at, runner.number, runner, change) for change in runner.changes)
        if runner.leaves is not None:
            events.append((runner.leaves.at, runner.number, runner, runner.leaves))
    # Stable, and a runner's registration comes before changes of the same instant.
    events.sort(key=lambda event: event[:2])
    events.reverse()
    return events


def _place(entries: Sequence[Registration], registration_id: int) -> int:
    return bisect_left(entries, registration_id, key=lambda entry: entry.registration_id)
