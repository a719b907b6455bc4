"""The entries ChronoTrack holds: one person in one race each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from p88console.sandbox.chronotrack.catalog import WAVE, Catalog
from p88console.sandbox.chronotrack.fields import ENTRY_FIELDS
from p88console.sandbox.chronotrack.groups import AGE, brackets_of, race_age
from p88console.sandbox.course import Crossings, passed
from p88console.sandbox.day import Race
from p88console.sandbox.world import World

CONFIRMED, FINISHED, DID_NOT_FINISH = "CONF", "FIN", "DNF"

Fields = Mapping[str, str | None]
"""What was sent of an entry, by ChronoTrack's names; None for what was sent empty."""


@dataclass(slots=True, eq=False)
class Entry:
    """One entry as last written; whoever really wears the bib makes its reads."""

    id: str
    athlete_id: str
    race: Race
    closes_at: datetime
    """When the timer closes the race: who is still on the course then did not finish."""
    fields: dict[str, str | None] = field(default_factory=dict)
    age: int | None = None
    brackets: Mapping[str, str] = field(default_factory=dict)
    crossings: Crossings = ()
    """Milliseconds since the gun at each timing point, the start line included if it has a mat."""

    @property
    def bib(self) -> str | None:
        """The number worn."""
        return self.fields.get("entry_bib")

    @property
    def external_id(self) -> str | None:
        """The caller's own id."""
        return self.fields.get("entry_external_id")

    @property
    def set_aside(self) -> str | None:
        """A status that somebody wrote and that no read changes, such as DQ or WD."""
        written = self.fields.get("entry_status")
        return None if written in (None, CONFIRMED, FINISHED) else written

    def finished(self, now: datetime) -> bool:
        """Whether the finish line was crossed by now."""
        finish = self.crossings[-1] if self.crossings else None
        return finish is not None and finish <= self.race.elapsed_ms(now)

    def status(self, now: datetime) -> str:
        """What is written if it stands above reads; else CONF, FIN or, once closed, DNF.

        Who was never read stays CONF: no status for a no-show was seen.
        """
        if self.set_aside is not None:
            return self.set_aside
        if self.finished(now):
            return FINISHED
        started = passed(self.crossings, self.race.elapsed_ms(now)) > 0
        return DID_NOT_FINISH if started and now > self.closes_at else CONFIRMED


class Entries:
    """All entries by id, by the caller's id and by race; ids grow with the time of arriving."""

    def __init__(self, world: World, *, start_mat: bool) -> None:
        """Begin with nobody.

        Args:
            world: The practice race.
            start_mat: Whether the start line takes reads.
        """
        rng = world.random("chronotrack entry ids")
        self._world = world
        self._start_mat = start_mat
        self._next_id = rng.randrange(3_000_000, 3_900_000)
        self._next_athlete_id = rng.randrange(4_000_000, 4_900_000)
        self._all: dict[str, Entry] = {}
        self._by_external_id: dict[str, Entry] = {}
        self._by_race: list[dict[str, Entry]] = [{} for _ in world.races]
        self.versions: Counter[int] = Counter()
        """Grows with every write to a race, by the race's number."""

    def get(self, entry_id: str) -> Entry | None:
        """One entry."""
        return self._all.get(entry_id)

    def known_as(self, external_id: str | None) -> Entry | None:
        """The entry under this caller's id."""
        return self._by_external_id.get(external_id) if external_id else None

    def all(self) -> list[Entry]:
        """Every entry, in the order of arriving."""
        return list(self._all.values())

    def of(self, race: Race) -> list[Entry]:
        """The entries of one race."""
        return list(self._by_race[race.number].values())

    def closes_at(self, race: Race) -> datetime:
        """When the timer closes a race: with its last finisher."""
        return self._world.last_finish(race)

    def add(self, race: Race, fields: Fields) -> Entry:
        """Take a new entry."""
        entry = Entry(str(self._next_id), str(self._next_athlete_id), race, self.closes_at(race))
        self._next_id += 1
        self._next_athlete_id += 1
        self._all[entry.id] = entry
        self.edit(entry, race, fields)
        return entry

    def edit(self, entry: Entry, race: Race, fields: Fields) -> None:
        """Overwrite what is sent, and move the entry if it is sent to another race."""
        if entry.race is not race:
            self._leave_race(entry)
        self._forget_external_id(entry)
        entry.race, entry.closes_at = race, self.closes_at(race)
        entry.fields.update(fields)
        if entry.external_id:
            self._by_external_id[entry.external_id] = entry
        self._derive(entry)
        self._by_race[race.number][entry.id] = entry
        self.versions[race.number] += 1

    def remove(self, entry: Entry) -> None:
        """Let an entry vanish, as the timer's hand does in ChronoTrack's own screens."""
        del self._all[entry.id]
        self._forget_external_id(entry)
        self._leave_race(entry)

    def _leave_race(self, entry: Entry) -> None:
        del self._by_race[entry.race.number][entry.id]
        self.versions[entry.race.number] += 1

    def _forget_external_id(self, entry: Entry) -> None:
        if entry.external_id and self._by_external_id.get(entry.external_id) is entry:
            del self._by_external_id[entry.external_id]

    def _derive(self, entry: Entry) -> None:
        sent = entry.fields
        born, age = sent.get("athlete_birthdate"), sent.get("entry_race_age")
        entry.age = race_age(born, age, self._world.date)
        entry.brackets = brackets_of(sent.get("athlete_sex"), entry.age)
        runner = self._world.wearer(entry.race.name, entry.bib)
        entry.crossings = runner.crossings if runner else ()
        if not self._start_mat:
            entry.crossings = (None, *entry.crossings[1:])


def entry_row(entry: Entry, catalog: Catalog, now: datetime) -> dict[str, Any]:
    """An entry as the API shows it: what was sent, and what follows from it (the sample's keys)."""
    sent = {name: entry.fields.get(name) for name in ENTRY_FIELDS}
    names = (sent["athlete_first_name"], sent["athlete_last_name"])
    return {
        "entry_id": entry.id,
        **sent,
        "entry_type": sent["entry_type"] or "IND",
        "entry_status": entry.status(now),
        "entry_name": " ".join(name for name in names if name),
        "entry_race_age": None if entry.age is None else str(entry.age),
        "athlete_id": entry.athlete_id,
        **catalog.race_head(entry.race),
        "reg_choice_id": catalog.choice_ids[entry.race.number],
        "reg_choice_name": entry.race.name,
        "bracket_name": entry.brackets.get(AGE),
        "wave_name": WAVE,
    }


def ledger_row(entry: Entry, now: datetime) -> dict[str, Any]:
    """An entry as the control room shows it."""
    return {
        "id": entry.id,
        "external_id": entry.external_id,
        "bib": entry.bib,
        "race": entry.race.name,
        "status": entry.status(now),
        "finished": entry.finished(now),
    }
