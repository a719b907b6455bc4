"""Result rows: which ones a query asks for, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from p88console.sandbox.chronotrack.catalog import Bracket, Catalog, Interval
from p88console.sandbox.chronotrack.entries import Entries, Entry
from p88console.sandbox.chronotrack.groups import AGE, KINDS, OVERALL
from p88console.sandbox.chronotrack.standings import Passage, Place, Standings
from p88console.sandbox.chronotrack.texts import duration, epoch_fraction, flag, pace
from p88console.sandbox.day import Race

ALL = "ALL"
PACE_UNIT = "min/mile"


class Results:
    """Looks into the standings by the query parameters of the results calls.

    One runner has one row for each interval and bracket asked for: without parameters the full
    course and Overall (confirmed).
    """

    def __init__(self, catalog: Catalog, entries: Entries) -> None:
        self._catalog = catalog
        self._standings = Standings(entries)

    def of_races(
        self, races: Iterable[Race], query: Mapping[str, str], now: datetime
    ) -> list[Sequence[Place]]:
        """The rows of some races, interval by interval (the order is assumed).

        Args:
            races: The races.
            query: `interval`: ALL, an id or a name; `bracket`: SEX, AGE, OTHER or a name. What no
                race has brings no rows (assumed).
            now: The instant the rows show.
        """
        wanted = query.get("interval")
        intervals = (one for one in self._catalog.intervals_of(races) if _is_wanted(one, wanted))
        return [self.on_interval(interval, query, now) for interval in intervals]

    def on_interval(
        self, interval: Interval, query: Mapping[str, str], now: datetime
    ) -> Sequence[Place]:
        """The rows of one interval; `bracket` works here too (confirmed live)."""
        wanted = query.get("bracket", OVERALL)
        if wanted in KINDS:
            return self._standings.places(interval, wanted, now)
        named = (one for one in self._catalog.brackets_of([interval.race]) if one.name == wanted)
        return [place for one in named for place in self._in_bracket(one, interval, now)]

    def in_bracket(
        self, bracket: Bracket, query: Mapping[str, str], now: datetime
    ) -> list[Sequence[Place]]:
        """The rows of one bracket of one race, on the intervals asked for."""
        lines = self._catalog.intervals_of([bracket.race])
        wanted = query.get("interval")
        return [self._in_bracket(bracket, one, now) for one in lines if _is_wanted(one, wanted)]

    def _in_bracket(self, bracket: Bracket, interval: Interval, now: datetime) -> list[Place]:
        places = self._standings.places(interval, bracket.kind, now)
        return [place for place in places if place.bracket == bracket.name]

    def row(self, place: Place, columns: Iterable[str] = ()) -> dict[str, Any]:
        """One row; of its fields only the `columns`, if there are any (confirmed)."""
        entry = place.passage.entry
        whole = self._who(entry) | _what(place.passage, place.rank) | self._where(place, entry)
        return {name: whole[name] for name in columns if name in whole} if columns else whole

    def _who(self, entry: Entry) -> dict[str, Any]:
        sent = entry.fields
        home = (sent.get(f"location_{part}") for part in ("city", "region", "country"))
        return {
            "results_entry_id": entry.id,
            "results_bib": entry.bib,
            "results_first_name": sent.get("athlete_first_name"),
            "results_last_name": sent.get("athlete_last_name"),
            "results_sex": sent.get("athlete_sex"),
            "results_age": None if entry.age is None else str(entry.age),
            "results_hometown": ", ".join(part for part in home if part),
            "results_state_code": sent.get("location_region"),
            "results_country_code": sent.get("location_country"),
        }

    def _where(self, place: Place, entry: Entry) -> dict[str, Any]:
        interval = place.passage.interval
        return {
            "results_event_name": self._catalog.event_name,
            "results_race_id": self._catalog.race_ids[interval.race.number],
            "results_race_name": interval.race.name,
            "results_interval_name": interval.name,
            "results_interval_full": flag(yes=interval.full),
            "results_bracket_name": place.bracket,
            "results_primary_bracket_name": entry.brackets.get(AGE),
        }


def _is_wanted(interval: Interval, wanted: str | None) -> bool:
    return interval.full if wanted is None else wanted in (ALL, interval.id, interval.name)


def _what(passage: Passage, rank: int | None) -> dict[str, Any]:
    """Times of one passage; empty texts where a time is yet to come, null for no penalty."""
    chip_ms, begin, end = passage.chip_ms, passage.begin, passage.end
    metres, gun_ms = passage.interval.metres, passage.interval.gun_ms
    chip = "" if end is None else duration(chip_ms)
    gun = "" if end is None else duration(end)
    return {
        "results_rank": "" if rank is None else str(rank),
        "results_time": chip,
        "results_gun_time": gun,
        "results_penalty_time": None,
        "results_time_with_penalty": chip,
        "results_gun_time_with_penalty": gun,
        "results_pace": "" if end is None else pace(chip_ms, metres),
        "results_gun_pace": "" if end is None else pace(end, metres),
        "results_pace_unit": PACE_UNIT,
        "results_begin_chip_time": "" if begin is None else epoch_fraction(gun_ms + begin),
        "results_end_chip_time": "" if end is None else epoch_fraction(gun_ms + end),
    }
