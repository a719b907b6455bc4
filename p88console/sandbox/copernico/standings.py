"""Places among those who have come through so far, at every timing point."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from p88console.sandbox.copernico.state import Athlete, Athletes
from p88console.sandbox.course import TimingPoint


@dataclass(slots=True)
class Rank:
    """One athlete's places at one timing point: by official and by net time."""

    pos: int = 0
    pos_gen: int = 0
    pos_cat: int = 0
    pos_net: int = 0
    pos_gen_net: int = 0
    pos_cat_net: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """One athlete at one timing point; times in milliseconds."""

    athlete: Athlete
    point: TimingPoint
    official: int
    net: int


class Standings:
    """Rankings of every event, computed when asked for and kept until someone else passes."""

    def __init__(self, athletes: Athletes) -> None:
        self._athletes = athletes
        self._fields: dict[str, _EventField] = {}

    def ranks(self, athlete: Athlete, point: TimingPoint, now: datetime) -> Rank | None:
        """Where an athlete stands at a timing point; None if not through yet."""
        field = self._field(athlete.race.name)
        return field.ranks(point.order - 1, athlete.race.elapsed_ms(now)).get(athlete.id)

    def leaders(self, event: str, elapsed_ms: int) -> Sequence[Passage]:
        """Everybody beyond the start line: who is furthest first, then who was there first."""
        return self._field(event).leaders(elapsed_ms)

    def _field(self, event: str) -> _EventField:
        version = self._athletes.versions[event]
        field = self._fields.get(event)
        if field is None or field.version != version:
            field = _EventField(list(self._athletes.of(event)), version)
            self._fields[event] = field
        return field


class _EventField:
    """All passages the present athletes of an event will make, in order, and the places so far."""

    def __init__(self, athletes: Sequence[Athlete], version: int) -> None:
        self.version = version
        points = athletes[0].race.course.points if athletes else ()
        self._passages = [_passages(athletes, point) for point in points]
        self._times = [[passage.official for passage in line] for line in self._passages]
        self._ranks: dict[int, tuple[int, Mapping[str, Rank]]] = {}
        self._leaders: tuple[tuple[int, ...], Sequence[Passage]] = ((), ())

    def ranks(self, place: int, elapsed_ms: int) -> Mapping[str, Rank]:
        count = bisect_right(self._times[place], elapsed_ms)
        held = self._ranks.get(place)
        if held is None or held[0] != count:
            held = (count, _rank(self._passages[place][:count]))
            self._ranks[place] = held
        return held[1]

    def leaders(self, elapsed_ms: int) -> Sequence[Passage]:
        counts = tuple(bisect_right(times, elapsed_ms) for times in self._times)
        if self._leaders[0] != counts:
            furthest: dict[str, Passage] = {}
            # The order of the first sighting from the far end is the order of the race.
            for line, count in reversed(list(zip(self._passages, counts, strict=True))[1:]):
                for passage in line[:count]:
                    furthest.setdefault(passage.athlete.id, passage)
            self._leaders = (counts, tuple(furthest.values()))
        return self._leaders[1]


def _passages(athletes: Sequence[Athlete], point: TimingPoint) -> list[Passage]:
    line = []
    for athlete in athletes:
        crossings = athlete.runner.crossings if athlete.runner else ()
        start = crossings[0] if crossings else None
        official = crossings[point.order - 1] if crossings else None
        if official is not None and start is not None:
            line.append(Passage(athlete, point, official, official - start))
    line.sort(key=lambda passage: (passage.official, passage.athlete.id))
    return line


def _rank(through: Sequence[Passage]) -> Mapping[str, Rank]:
    ranks = {passage.athlete.id: Rank() for passage in through}
    seen: Counter[str] = Counter()
    for place, passage in enumerate(through, 1):
        gender, category = _groups(passage)
        seen.update((gender, category))
        rank = ranks[passage.athlete.id]
        rank.pos, rank.pos_gen, rank.pos_cat = place, seen[gender], seen[category]
    seen.clear()
    by_net = sorted(through, key=lambda passage: (passage.net, passage.athlete.id))
    for place, passage in enumerate(by_net, 1):
        gender, category = _groups(passage)
        seen.update((gender, category))
        rank = ranks[passage.athlete.id]
        rank.pos_net, rank.pos_gen_net, rank.pos_cat_net = place, seen[gender], seen[category]
    return ranks


def _groups(passage: Passage) -> tuple[str, str]:
    athlete = passage.athlete
    return f"gender:{athlete.gender}", f"category:{athlete.category}"
