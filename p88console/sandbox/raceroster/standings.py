"""What the public results site shows: the day's own finishers, or what a timer posted."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from p88console.sandbox.day import Race, Runner
from p88console.sandbox.raceroster.catalog import Catalog, key_text
from p88console.sandbox.raceroster.posting import PostedResult, PostedResults
from p88console.sandbox.raceroster.times import read_time
from p88console.sandbox.registering.book import Registration, Registrations
from p88console.sandbox.world import World

_SEXES = {"M": "Male", "F": "Female", "X": "Non-binary"}
_POSTED_SEXES = {1: "Male", 2: "Female", 9: "Non-binary"}


@dataclass(slots=True)
class Result:
    """One result on the public site; times in milliseconds."""

    key: str
    result_id: int
    results_race_id: int
    race: Race
    bib: str
    first_name: str
    last_name: str
    sex: str
    age: int | None
    division: str | None
    gun_ms: int | None
    chip_ms: int | None
    status: str = "COMPLETE"
    city: str = ""
    region: str = ""
    country: str = ""
    overall: int | None = None
    in_sex: int | None = None
    in_division: int | None = None
    sex_count: int = 0
    division_count: int = 0
    segments: list[tuple[str, int]] = field(default_factory=list)
    """Each timing point on the way, with the time since the runner's own start."""

    @property
    def name(self) -> str:
        """First and last name; some people have only one."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def shown_ms(self) -> int | None:
        """The time that paces are counted from."""
        return self.gun_ms if self.chip_ms is None else self.chip_ms


class Standings:
    """Results of every results race as of any instant; kept until something changes."""

    def __init__(
        self, world: World, catalog: Catalog, registrations: Registrations, posted: PostedResults
    ) -> None:
        self._world = world
        self._catalog = catalog
        self._registrations = registrations
        self._posted = posted
        self._lines: dict[int, tuple[int, list[tuple[int, Registration, Runner]]]] = {}
        self._results: dict[int, tuple[tuple[int, int, int], list[Result]]] = {}
        self._keys: dict[str, str] = {}

    def results(self, results_race_id: int, now: datetime) -> Sequence[Result]:
        """Everything shown of a results race, in the order of places."""
        posted = self._posted.of(results_race_id)
        line = self._line(results_race_id)
        elapsed = self._catalog.results_races[results_race_id].elapsed_ms(now)
        through = bisect_right(line, elapsed, key=lambda one: one[0])
        state = (self._posted.version, self._registrations.version, through)
        held = self._results.get(results_race_id)
        if held is None or held[0] != state:
            if posted:
                results = self._from_posted(results_race_id, posted)
            else:
                results = [self._own_result(results_race_id, *one[1:]) for one in line[:through]]
                _rank(results)
            _count(results)
            held = self._results[results_race_id] = (state, results)
        return held[1]

    def find(self, key: str, now: datetime) -> Result | None:
        """One result by its key."""
        everything = (
            result for number in self._catalog.results_races for result in self.results(number, now)
        )
        return next((result for result in everything if result.key == key), None)

    def _line(self, number: int) -> list[tuple[int, Registration, Runner]]:
        """Everybody in a results race who will finish, with the time since the gun."""
        race, version = self._catalog.results_races[number], self._registrations.version
        held = self._lines.get(number)
        if held is None or held[0] != version:
            line = []
            for entry in self._registrations.active([race]):
                runner = self._world.wearer(race.name, str(entry.bib)) if entry.bib else None
                finish = runner.crossings[-1] if runner else None
                if runner is not None and finish is not None:
                    line.append((finish, entry, runner))
            line.sort(key=lambda one: (one[0], one[1].registration_id))
            held = self._lines[number] = (version, line)
        return held[1]

    def _from_posted(self, number: int, posted: Sequence[PostedResult]) -> list[Result]:
        results = [self._posted_result(number, one) for one in posted if one.active]
        results.sort(key=lambda one: (one.overall is None, one.overall or 0))
        return results

    def _own_result(self, number: int, entry: Registration, runner: Runner) -> Result:
        person = entry.person
        start, finish = runner.crossings[0] or 0, runner.crossings[-1] or 0
        age = person.age_on(self._world.date)
        passages = zip(entry.race.course.points, runner.crossings, strict=True)
        return Result(
            key=self._key(f"own {entry.registration_id}"),
            result_id=286_000_000 + entry.registration_id,
            results_race_id=number,
            race=entry.race,
            bib=str(entry.bib),
            first_name=person.first_name,
            last_name=person.last_name,
            sex=_SEXES.get(person.gender or "", "Unknown"),
            age=age,
            division=_division(person.gender, age),
            gun_ms=finish,
            chip_ms=finish - start,
            city=person.city,
            region=person.region,
            country=person.country,
            segments=[
                (point.name, ms - start)
                for point, ms in passages
                if ms is not None and point.kind == "standard"
            ],
        )

    def _posted_result(self, number: int, posted: PostedResult) -> Result:
        values = posted.values
        complete = values["raceStatus"] == "COMPLETE"
        return Result(
            key=self._key(f"posted {posted.result_id}"),
            result_id=posted.result_id,
            results_race_id=number,
            race=self._catalog.results_races[number],
            bib=values["bib"],
            first_name=values["firstName"] or "",
            last_name=values["lastName"] or "",
            sex=_POSTED_SEXES.get(values["gender"], "Unknown"),
            age=values["age"],
            division=values["division"] or None,
            gun_ms=read_time(values["gunTime"] or "") if complete else None,
            chip_ms=read_time(values["chipTime"] or "") if complete else None,
            status=values["raceStatus"],
            overall=values["overallPlace"] or None,
            in_sex=values["genderPlace"] or None,
            in_division=values["divisionPlace"] or None,
        )

    def _key(self, of: str) -> str:
        if of not in self._keys:
            self._keys[of] = key_text(self._world.random(f"raceroster result {of}"))
        return self._keys[of]


def _division(gender: str | None, age: int | None) -> str | None:
    if age is None or gender is None:
        return None
    first = age // 5 * 5
    return f"{gender}{first}-{first + 4}"


def _rank(results: Sequence[Result]) -> None:
    """Places of results that come in the order of finishing."""
    sexes: Counter[str] = Counter()
    divisions: Counter[str] = Counter()
    for place, result in enumerate(results, 1):
        sexes[result.sex] += 1
        result.overall, result.in_sex = place, sexes[result.sex]
        if result.division:
            divisions[result.division] += 1
            result.in_division = divisions[result.division]


def _count(results: Sequence[Result]) -> None:
    complete = [result for result in results if result.status == "COMPLETE"]
    sexes = Counter(result.sex for result in complete)
    divisions = Counter(result.division or "" for result in complete)
    for result in results:
        result.sex_count = sexes[result.sex]
        result.division_count = divisions[result.division] if result.division else 0
