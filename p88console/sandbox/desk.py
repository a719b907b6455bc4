"""The registration desk of the practice race: who registers, gets which bib, leaves, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from p88console.sandbox.course import draw_crossings
from p88console.sandbox.day import Change, Departure, Race, Runner
from p88console.sandbox.people import Person

EARLIEST = timedelta(days=120)
"""How long before the day registration opens."""

DESK_CLOSES = timedelta(minutes=20)
"""How long before its gun a race takes its last registration."""

BIBS_SETTLED = timedelta(minutes=5)
"""How long before the gun everybody has the bib they will run with."""

NOBODY_LEAVES = timedelta(minutes=30)
"""How long before the first gun the last one changes their mind."""

REASONS = ("transferred", "cancelled", "deferred")
"""Why people leave, each as often as the others."""

NO_SHOW, GIVES_UP = 0.03, 0.02
BIB_AT_ONCE, NEW_BIB = 0.6, 0.01
MISTYPED, LATE_BIRTH_DATE = 0.02, 0.01


@dataclass(frozen=True, slots=True)
class _Entry:
    person: Person
    race: Race
    registered_at: datetime


def register(
    people: Sequence[Person],
    races: Sequence[Race],
    seed: int,
    start: datetime,
    early: float,
    leaving: float,
) -> tuple[Runner, ...]:
    """Send every person to a race and through the desk.

    Args:
        people: Who registers.
        races: The races on offer.
        seed: The world's seed.
        start: When the day begins.
        early: Which part of the people is registered before it begins.
        leaving: Which part of them leaves again before the first gun.
    """
    rng = Random(f"{seed}:desk")
    entries = sorted(
        (_enter(rng, person, races, start, early) for person in people),
        key=lambda entry: entry.registered_at,
    )
    bibs = _bibs(rng, races, entries)
    sizes = {number: len(free) // 2 for number, free in bibs.items()}
    runners = [
        _runner(rng, number, entry, bibs[entry.race.number], start, sizes[entry.race.number])
        for number, entry in enumerate(entries)
    ]
    # Drawn apart, so that whoever stays is the same whatever part leaves.
    chance = Random(f"{seed}:leaving")
    departures, arrivals = _leave(chance, runners, races, bibs, start, int(leaving * len(runners)))
    return _numbered([*runners, *arrivals], departures)


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


def _leave(
    rng: Random,
    runners: Sequence[Runner],
    races: Sequence[Race],
    bibs: dict[int, list[int]],
    start: datetime,
    count: int,
) -> tuple[dict[int, Departure], list[Runner]]:
    """Who leaves, by number, and the new registrations of those who go to another race.

    Every fourth one has left before the day begins, the others leave during its first hour.
    """
    until = min(race.starts_at for race in races) - NOBODY_LEAVES
    able = [one for one in runners if one.registered_at < until - timedelta(minutes=5)]
    departures: dict[int, Departure] = {}
    arrivals: list[Runner] = []
    for turn, runner in enumerate(rng.sample(able, min(count, len(able)))):
        if turn % 4 == 3 and runner.registered_at < start:
            at = _between(rng, runner.registered_at, start)
        else:
            at = _between(rng, max(runner.registered_at, start) + timedelta(minutes=1), until)
        others = [race for race in races if race is not runner.race and bibs[race.number]]
        reason = REASONS[turn % len(REASONS)] if others else "deferred"
        moved_to = None
        if reason == "transferred":
            race = rng.choice(others)
            moved_to = len(runners) + len(arrivals)
            arrivals.append(_moved(rng, runner, race, bibs[race.number].pop(0), at, moved_to))
        departures[runner.number] = Departure(at, reason, moved_to)
    return departures, arrivals


def _moved(rng: Random, runner: Runner, race: Race, bib: int, at: datetime, number: int) -> Runner:
    """The same person in another race, with a bib of that race at once."""
    return Runner(
        number=number,
        race=race,
        person=runner.person,
        registered_as=runner.person,
        registered_at=at,
        bib=bib,
        changes=(Change(at, {"bib": bib}),),
        crossings=draw_crossings(rng, race.course, 0, gives_up=rng.random() < GIVES_UP),
    )


def _numbered(runners: Sequence[Runner], departures: Mapping[int, Departure]) -> tuple[Runner, ...]:
    """Everybody in the order of registering; whoever leaves crosses no line."""
    ordered = sorted(runners, key=lambda one: one.registered_at)
    places = {runner.number: place for place, runner in enumerate(ordered)}
    numbered = []
    for place, runner in enumerate(ordered):
        leaves, crossings = departures.get(runner.number), runner.crossings
        if leaves is not None:
            crossings = (None,) * len(crossings)
            if leaves.moved_to is not None:
                leaves = replace(leaves, moved_to=places[leaves.moved_to])
        numbered.append(replace(runner, number=place, leaves=leaves, crossings=crossings))
    return tuple(numbered)


def _between(rng: Random, first: datetime, last: datetime) -> datetime:
    return _whole_second(first + (last - first) * rng.random())


def _whole_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
