"""The results reads: sets with their headers, rows with dynamic keys, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from p88console.sandbox.day import Race
from p88console.sandbox.people import Person
from p88console.sandbox.registering.book import NOBODY, Registrations
from p88console.sandbox.runsignup.listing import whole
from p88console.sandbox.runsignup.results.sets import ResultSet, Row
from p88console.sandbox.runsignup.results.times import pace, show_time

DEFAULT_PAGE = 50
LARGEST_PAGE = 1000
"""In use (confirmed); that the page is clamped to it is assumed."""

FIXED_HEADERS = {
    "place": "Place",
    "bib": "Bib",
    "first_name": "First Name",
    "last_name": "Last Name",
    "gender": "Gender",
    "age": "Age",
    "city": "City",
    "state": "State",
    "country_code": "Country",
    "clock_time": "Clock Time",
    "chip_time": "Chip Time",
    "pace": "Pace",
}
GENDER_DIVISION = 700
"""The division whose label is the gender place (that it stands under a label is confirmed)."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a caller asks of the listing."""

    offset: int
    size: int
    wanted: Mapping[str, str]
    modified_after: int | None
    nonbinary: bool

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        """Read the query.

        Raises:
            ApiError: A number is none.
        """
        size = min(LARGEST_PAGE, max(1, whole(query, "results_per_page") or DEFAULT_PAGE))
        names = ("first_name", "last_name", "gender", "bib_num", "registration_id")
        return cls(
            offset=(max(1, whole(query, "page") or 1) - 1) * size,
            size=size,
            wanted={name: query[name].lower() for name in names if query.get(name)},
            modified_after=whole(query, "modified_after_timestamp"),
            nonbinary=query.get("supports_nb") == "T",
        )


SHOWN_SETTINGS = (
    "individual_result_set_name",
    "public_results",
    "preliminary_results",
    "results_source_name",
    "results_source_url",
    "pace_type",
    "team_column_display_type",
    "alt_event_ids",
    "sort_order",
)


@dataclass(frozen=True)
class SetReader:
    """Shows one set as the caller may see it."""

    shown: ResultSet
    race: Race
    registrations: Registrations
    race_day: date
    digits: int
    director: bool
    """Whether the caller learns registration ids (that it takes such access is inferred)."""

    def body(self, filters: Filters | None = None, *, finishers: bool = False) -> dict[str, Any]:
        """The set, with one page of rows where one is asked for."""
        body: dict[str, Any] = {"individual_result_set_id": self.shown.set_id}
        body |= {name: self.shown.settings[name] for name in SHOWN_SETTINGS}
        if finishers:
            body["num_finishers"] = len(self._placed)
            body["num_division_finishers"] = {
                str(number): len(places) for number, (_, places) in self._divisions.items()
            }
        if filters is None:
            return body
        rows = self._page(filters)
        body["results_headers"] = self._headers()
        body["results"] = [self._row(row, nonbinary=filters.nonbinary) for row in rows]
        if self.director:
            body["registration_ids"] = [row.registration_id for row in rows]
        return body

    def _page(self, filters: Filters) -> list[Row]:
        """Rows by place, the unplaced last (order assumed)."""
        rows = [row for row in self.shown.rows.values() if self._matches(row, filters)]
        rows.sort(key=lambda row: (row.place is None, row.place or 0, row.result_id))
        return rows[filters.offset : filters.offset + filters.size]

    def _matches(self, row: Row, filters: Filters) -> bool:
        """Names match in part (measured), the rest as a whole; changes from the instant on."""
        if filters.modified_after is not None and row.modified_at < filters.modified_after:
            return False
        person = self._person(row)
        held = {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "gender": person.gender,
            "bib_num": row.bib,
            "registration_id": row.registration_id,
        }
        for name, wanted in filters.wanted.items():
            text = str(held[name] or "").lower()
            if (wanted not in text) if name.endswith("_name") else (wanted != text):
                return False
        return True

    def _headers(self) -> dict[str, str]:
        return {
            **FIXED_HEADERS,
            **{f"split-{point.split_id}": point.name for point in self.shown.splits.values()},
            f"division-{GENDER_DIVISION}-placement": "Gender Place",
            **{f"division-{number}-placement": held[0] for number, held in self._divisions.items()},
        }

    def _row(self, row: Row, *, nonbinary: bool) -> dict[str, Any]:
        person = self._person(row)
        best = row.chip_time if isinstance(row.chip_time, int) else row.clock_time
        body: dict[str, Any] = {
            "result_id": row.result_id,
            "place": row.place,
            "bib": row.bib,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "gender": person.gender if person.gender != "X" or nonbinary else None,
            "city": person.city,
            "state": person.region,
            "country_code": person.country,
            "age": person.age_on(self.race_day),
            "clock_time": show_time(row.clock_time, self.digits),
            "chip_time": show_time(row.chip_time, self.digits),
            "pace": pace(best, self.race.course.distance_m),
        }
        for split_id in self.shown.splits:
            held = row.splits.get(split_id)
            body[f"split-{split_id}"] = (held and show_time(held.time, self.digits)) or None
            if held and held.place is not None:
                body[f"split-{split_id}-place"] = held.place
        body[f"division-{GENDER_DIVISION}-placement"] = self._gender_places.get(row.result_id)
        for number, (_, places) in self._divisions.items():
            body[f"division-{number}-placement"] = places.get(row.result_id)
        return {**body, **row.custom}

    @cached_property
    def _placed(self) -> list[Row]:
        placed = [row for row in self.shown.rows.values() if row.place is not None]
        return sorted(placed, key=lambda row: (row.place or 0, row.result_id))

    @cached_property
    def _divisions(self) -> Mapping[int, tuple[str, Mapping[int, int]]]:
        """Ten-year divisions by gender: label, and the place of each result in it."""
        found = _places((self._division(row), row) for row in self._placed)
        return {
            GENDER_DIVISION + number: (name, found[name])
            for number, name in enumerate(sorted(found), 1)
        }

    @cached_property
    def _gender_places(self) -> Mapping[int, int]:
        by_gender = _places((self._person(row).gender, row) for row in self._placed)
        return {result: place for places in by_gender.values() for result, place in places.items()}

    def _division(self, row: Row) -> str | None:
        person = self._person(row)
        age = person.age_on(self.race_day)
        if person.gender not in ("F", "M") or age is None:
            return None
        return f"{person.gender} {age // 10 * 10}-{age // 10 * 10 + 9}"

    def _person(self, row: Row) -> Person:
        entry = self.registrations.get(row.registration_id or 0)
        if entry is not None:
            return entry.person
        return replace(NOBODY, first_name=row.first_name, last_name=row.last_name)


def _places(rows: Iterable[tuple[str | None, Row]]) -> dict[str, dict[int, int]]:
    """For each group its results' places, from rows in the order of finishing."""
    found: dict[str, dict[int, int]] = {}
    for group, row in rows:
        if group is not None:
            places = found.setdefault(group, {})
            places[row.result_id] = len(places) + 1
    return found
