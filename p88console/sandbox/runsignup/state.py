"""The registrations RunSignUp holds, brought up to the present instant whenever it is asked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from p88console.domain.model import Provider
from p88console.sandbox.day import Change, Runner
from p88console.sandbox.people import Person
from p88console.sandbox.world import World

PERSON_FIELDS = frozenset(item.name for item in fields(Person))
NOBODY = Person("", "", None, None, None, "", None, "", "", "", "")


@dataclass(slots=True, eq=False)
class Registration:
    """One person in one RunSignUp event."""

    registration_id: int
    event_id: int
    person: Person
    registered_at: datetime
    modified_at: int
    """Unix seconds, as `last_modified` shows them."""
    bib: int | None = None
    chip: str | None = None
    removed_reason: str | None = None
    new_registration_id: int | None = None
    imported: bool = False
    touched: set[str] = field(default_factory=set)
    """Fields written over the wire: the invented day leaves them alone from then on."""
    rendered: dict[bool, str] = field(default_factory=dict)
    """The row as JSON text, with and without non-binary genders, until something changes."""


class Registrations:
    """All registrations by id; ids grow with the time of registering."""

    def __init__(self, world: World, event_ids: Sequence[int], first_id: int) -> None:
        """Line up everything the day will bring.

        Args:
            world: The practice race.
            event_ids: The RunSignUp event of each race, by the race's number.
            first_id: The id of the first registration.
        """
        self._event_ids = event_ids
        self._first_id = first_id
        self._next_id = first_id + len(world.runners)
        self._all: dict[int, Registration] = {}
        self._active: dict[int, list[Registration]] = {event_id: [] for event_id in event_ids}
        self._removed: dict[int, list[Registration]] = {event_id: [] for event_id in event_ids}
        self._due = _what_happens(world.registered_at(Provider.RUNSIGNUP))

    def advance(self, now: datetime) -> None:
        """Let everything happen that is due by `now`."""
        while self._due and self._due[-1][0] <= now:
            _, _, runner, change = self._due.pop()
            if change is None:
                self._register(runner)
            else:
                self._follow(runner, change)

    def all(self) -> list[Registration]:
        """Every registration, in the order of arriving, whether it still stands or not."""
        return list(self._all.values())

    def get(self, registration_id: int) -> Registration | None:
        """A registration by its id, whether it still stands or not."""
        return self._all.get(registration_id)

    def active(self, event_ids: Iterable[int]) -> list[Registration]:
        """Registrations that stand in these events, by id within each event."""
        return [entry for event_id in event_ids for entry in self._active.get(event_id, ())]

    def removed(self, event_ids: Iterable[int]) -> list[Registration]:
        """Registrations that no longer stand in these events, by id within each event."""
        return [entry for event_id in event_ids for entry in self._removed.get(event_id, ())]

    def add(self, event_id: int, values: Mapping[str, Any], now: datetime) -> Registration:
        """Take a new registration, outside what the day had in store."""
        entry = Registration(self._next_id, event_id, NOBODY, now, _unix(now), imported=True)
        self._next_id += 1
        _write(entry, values)
        self._all[entry.registration_id] = entry
        self._active[event_id].append(entry)
        return entry

    def edit(self, entry: Registration, values: Mapping[str, Any], now: datetime) -> None:
        """Overwrite fields of a registration."""
        _write(entry, values)
        entry.touched.update(values)
        entry.modified_at = _unix(now)

    def remove(
        self, entry: Registration, reason: str, now: datetime, moved_to: int | None = None
    ) -> None:
        """Let a registration no longer stand: cleared, removed, transferred or deferred."""
        if entry.removed_reason is None:
            self._active[entry.event_id].remove(entry)
            removed = self._removed[entry.event_id]
            removed.insert(_place(removed, entry.registration_id), entry)
        entry.removed_reason, entry.new_registration_id = reason, moved_to
        entry.modified_at = _unix(now)

    def transfer(self, entry: Registration, event_id: int, now: datetime) -> Registration:
        """Move a person to another event: the old id goes, a new one comes (confirmed)."""
        person = {name: getattr(entry.person, name) for name in PERSON_FIELDS}
        arrived = self.add(event_id, {**person, "bib": entry.bib, "chip": entry.chip}, now)
        self.remove(entry, "transferred", now, arrived.registration_id)
        return arrived

    def _register(self, runner: Runner) -> None:
        entry = Registration(
            registration_id=self._first_id + runner.number,
            event_id=self._event_ids[runner.race.number],
            person=runner.registered_as,
            registered_at=runner.registered_at,
            modified_at=_unix(runner.registered_at),
        )
        self._all[entry.registration_id] = entry
        active = self._active[entry.event_id]
        active.insert(_place(active, entry.registration_id), entry)

    def _follow(self, runner: Runner, change: Change) -> None:
        entry = self._all[self._first_id + runner.number]
        values = {name: value for name, value in change.fields.items() if name not in entry.touched}
        if values and entry.removed_reason is None:
            _write(entry, values)
            entry.modified_at = max(entry.modified_at, _unix(change.at))


def _what_happens(
    runners: Iterable[Runner],
) -> list[tuple[datetime, int, Runner, Change | None]]:
    """Registrations (without a change) and changes, the earliest last."""
    events: list[tuple[datetime, int, Runner, Change | None]] = []
    for runner in runners:
        events.append((runner.registered_at, runner.number, runner, None))
        events.extend((change.at, runner.number, runner, change) for change in runner.changes)
    # Stable, and a runner's registration comes before changes of the same instant.
    events.sort(key=lambda event: event[:2])
    events.reverse()
    return events


def _write(entry: Registration, values: Mapping[str, Any]) -> None:
    person = {name: value for name, value in values.items() if name in PERSON_FIELDS}
    if person:
        entry.person = replace(entry.person, **person)
    if "bib" in values:
        entry.bib = values["bib"]
    if "chip" in values:
        entry.chip = values["chip"]
    entry.rendered.clear()


def _place(entries: Sequence[Registration], registration_id: int) -> int:
    return bisect_left(entries, registration_id, key=lambda entry: entry.registration_id)


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())
