"""The registration desk of the practice race: who registers when, and who gets which bib when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from p88console.sandbox.course import draw_crossings
from p88console.sandbox.day import Change, Race, Runner
from p88console.sandbox.people import Person

EARLIEST = timedelta(days=120)
"""How long before the day registration opens."""

DESK_CLOSES = timedelta(minutes=20)
"""How long before its gun a race takes its last registration."""

BIBS_SETTLED = timedelta(minutes=5)
"""How long before the gun everybody has the bib they will run with."""

NO_SHOW, GIVES_UP = 0.03, 0.02
BIB_AT_ONCE, NEW_BIB = 0.6, 0.01
MISTYPED, LATE_BIRTH_DATE = 0.02, 0.01


@dataclass(frozen=True, slots=True)
class _Entry:
    person: Person
    race: Race
    registered_at: datetime


def register(
    people: Sequence[Person], races: Sequence[Race], seed: int, start: datetime, early: float
) -> tuple[Runner, ...]:
    """Send every person to a race and through the desk.

    Args:
        people: Who registers.
        races: The races on offer.
        seed: The world's seed.
        start: When the day begins.
        early: Which part of the people is registered before it begins.
    """
    rng = Random(f"{seed}:desk")
    entries = sorted(
        (_enter(rng, person, races, start, early) for person in people),
        key=lambda entry: entry.registered_at,
    )
    bibs = _bibs(rng, races, entries)
    sizes = {number: len(free) // 2 for number, free in bibs.items()}
    return tuple(
        _runner(rng, number, entry, bibs[entry.race.number], start, sizes[entry.race.number])
        for number, entry in enumerate(entries)
    )


def _enter(
    rng: Random, person: Person, races: Sequence[Race], start: datetime, early: float
) -> _Entry:
    race = rng.choices(races, weights=[race.course.share for race in races])[0]
    if rng.random() < early:
        # Registrations come faster the nearer the race is.
        ago = EARLIEST * (1 - rng.random() ** 0.5) + timedelta(hours=1)
        return _Entry(person, race, _whole_second(start - ago))
    opens, closes = start + timedelta(minutes=1), race.starts_at - DESK_CLOSES
    return _Entry(person, race, _between(rng, opens, closes))


def _bibs(rng: Random, races: Iterable[Race], entries: Sequence[_Entry]) -> dict[int, list[int]]:
    """A range for each race, twice as long as it needs: what is given out comes last."""
    ranges: dict[int, list[int]] = {}
    first = 1
    for race in races:
        count = sum(1 for entry in entries if entry.race is race)
        given = list(range(first, first + count))
        rng.shuffle(given)
        ranges[race.number] = list(range(first + count, first + 2 * count)) + given
        first += 1000 * (2 * count // 1000 + 1)
    return ranges


def _runner(
    rng: Random, number: int, entry: _Entry, free: list[int], start: datetime, field_size: int
) -> Runner:
    race = entry.race
    bib = free.pop()
    settled = race.starts_at - BIBS_SETTLED
    changes: list[Change] = []
    bib_at = _bib_at(rng, entry, start, settled)
    changes.append(Change(bib_at, {"bib": bib}))
    earliest = max(start, bib_at) + timedelta(minutes=1)
    if rng.random() < NEW_BIB and earliest < settled:
        bib = free.pop(0)
        changes.append(Change(_between(rng, earliest, settled), {"bib": bib}))
    registered_as = entry.person
    for wrong, right in _mistakes(rng, entry.person):
        registered_as = replace(registered_as, **wrong)
        noticed = max(start, entry.registered_at) + timedelta(minutes=1)
        changes.append(Change(_between(rng, noticed, race.starts_at), right))
    shows_up = rng.random() >= NO_SHOW
    crossings = draw_crossings(rng, race.course, field_size, gives_up=rng.random() < GIVES_UP)
    return Runner(
        number=number,
        race=race,
        person=entry.person,
        registered_as=registered_as,
        registered_at=entry.registered_at,
        bib=bib,
        changes=tuple(sorted(changes, key=lambda change: change.at)),
        crossings=crossings if shows_up else (None,) * len(crossings),
    )


def _bib_at(rng: Random, entry: _Entry, start: datetime, settled: datetime) -> datetime:
    if rng.random() < BIB_AT_ONCE:
        return entry.registered_at
    if entry.registered_at < start:
        return _between(rng, start, settled)
    return _between(rng, entry.registered_at, settled)


def _mistakes(rng: Random, person: Person) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """What was typed wrong at first, beside what it is corrected to during the day."""
    if rng.random() < MISTYPED:
        yield {"first_name": f"{person.first_name}e"}, {"first_name": person.first_name}
    if person.birth_date is not None and rng.random() < LATE_BIRTH_DATE:
        yield {"birth_date": None}, {"birth_date": person.birth_date}


def _between(rng: Random, first: datetime, last: datetime) -> datetime:
    return _whole_second(first + (last - first) * rng.random())


def _whole_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
