"""Who has come through which interval, and their places: by chip time, within every bracket."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from p88console.sandbox.chronotrack.catalog import Interval
from p88console.sandbox.chronotrack.entries import Entries, Entry


@dataclass(frozen=True, slots=True)
class Passage:
    """One entry on one interval, in milliseconds since the gun.

    `begin` is None without a start mat, `end` for a starter who is still on the full course.
    """

    entry: Entry
    interval: Interval
    begin: int | None
    end: int | None

    @property
    def chip_ms(self) -> int:
        """The time from line to line; from the gun without a start mat (confirmed)."""
        return (self.end or 0) - (self.begin or 0)


@dataclass(frozen=True, slots=True)
class Place:
    """A passage with its rank inside one bracket; without one while the runner is under way."""

    passage: Passage
    bracket: str
    rank: int | None


class Standings:
    """Places of every race, computed when asked for and kept until somebody else passes."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._fields: dict[int, _RaceField] = {}

    def places(self, interval: Interval, kind: str, now: datetime) -> Sequence[Place]:
        """Everybody who has a row on an interval by now, each in their bracket of one type.

        Through first, by chip time, then who is still under way (on the full course alone). The
        order is assumed; ranking by chip time is too. Whoever did not finish, or was set aside,
        has no row on the full course, and keeps those of the splits (checked live).
        """
        race = interval.race
        version = self._entries.versions[race.number]
        field = self._fields.get(race.number)
        if field is None or field.version != version:
            field = _RaceField(self._entries.of(race), version)
            self._fields[race.number] = field
        closed = now > self._entries.closes_at(race)
        return field.places(interval, kind, race.elapsed_ms(now), closed=closed)


class _RaceField:
    """All passages that the present entries of a race will make, in order of their coming."""

    def __init__(self, entries: Sequence[Entry], version: int) -> None:
        self.version = version
        self._entries = entries
        self._lines: dict[str, tuple[list[int], list[Passage]]] = {}
        self._starters = [entry for entry in entries if _begin(entry) is not None]
        self._starters.sort(key=lambda entry: (_begin(entry) or 0, entry.id))
        self._starts = [_begin(entry) or 0 for entry in self._starters]
        self._held: dict[tuple[str, str], tuple[tuple[int, ...], Sequence[Place]]] = {}

    def places(
        self, interval: Interval, kind: str, elapsed: int, *, closed: bool
    ) -> Sequence[Place]:
        ends, line = self._line(interval)
        started = bisect_right(self._starts, elapsed) if interval.full and not closed else 0
        state = (bisect_right(ends, elapsed), started)
        held = self._held.get((interval.id, kind))
        if held is None or held[0] != state:
            through, starters = line[: state[0]], self._starters[:started]
            held = (state, _rank(through, _under_way(starters, interval, elapsed), kind))
            self._held[interval.id, kind] = held
        return held[1]

    def _line(self, interval: Interval) -> tuple[list[int], list[Passage]]:
        held = self._lines.get(interval.id)
        if held is None:
            passages = [
                Passage(entry, interval, _begin(entry), end)
                for entry in self._entries
                if (end := _end(entry, interval)) is not None
            ]
            passages.sort(key=lambda passage: (passage.end or 0, passage.entry.id))
            held = ([passage.end or 0 for passage in passages], passages)
            self._lines[interval.id] = held
        return held


def _begin(entry: Entry) -> int | None:
    return entry.crossings[0] if entry.crossings else None


def _end(entry: Entry, interval: Interval) -> int | None:
    if len(entry.crossings) <= interval.place or (interval.full and entry.set_aside):
        return None
    return entry.crossings[interval.place]


def _under_way(starters: Iterable[Entry], interval: Interval, elapsed: int) -> list[Passage]:
    return [
        Passage(entry, interval, _begin(entry), None)
        for entry in starters
        if entry.set_aside is None and ((end := _end(entry, interval)) is None or end > elapsed)
    ]


def _rank(through: Iterable[Passage], under_way: Iterable[Passage], kind: str) -> list[Place]:
    seen: Counter[str] = Counter()
    places = []
    for passage in sorted(through, key=lambda one: (one.chip_ms, one.entry.id)):
        bracket = passage.entry.brackets.get(kind)
        if bracket is not None:
            seen[bracket] += 1
            places.append(Place(passage, bracket, seen[bracket]))
    for passage in under_way:
        bracket = passage.entry.brackets.get(kind)
        if bracket is not None:
            places.append(Place(passage, bracket, None))
    return places
