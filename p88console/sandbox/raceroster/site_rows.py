"""Rows and objects of the public results site, as they were captured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from p88console.sandbox.raceroster.catalog import Catalog, kilometres
from p88console.sandbox.raceroster.standings import Result
from p88console.sandbox.raceroster.times import (
    pace_text,
    seconds_per_kilometre,
    time_text,
    whole_seconds,
)
from p88console.sandbox.raceroster.ways import Ways

AWARDS = 3
"""How many of each race get an award."""

_SEX_IDS = {
    "Male": "2eb400a0-ac59-4190-8997-16ac9bf06693",
    "Female": "36eda1e6-c9ff-4038-802d-2b4b178c7753",
    "Non-binary": "816e91a8-922b-4bfa-a989-d62a2cd5cd67",
    "Unknown": "db55b4ff-0936-4a3c-bbb8-b92d5edb9955",
}
"""As a result and the filter name them; a listing has the words instead (captured)."""

_LABELS = {
    "hasAward": "Award",
    "overallPlace": "Place",
    "bib": "Bib",
    "name": "Name",
    "chipTime": "Nettime",
    "gunTime": "Guntime",
    "overallPace": "Pace",
    "genderSexId": "Sex",
    "division": "Division",
    "divisionPlace": "Division Place",
}
_SWITCHED = {"bib": "bib_column", "gunTime": "gun_time_column"}


def columns(ways: Ways) -> list[dict[str, Any]]:
    """The columns the listing is set up with."""
    return [
        {
            "columns": [],
            "col": name,
            "type": "result",
            "label": label,
            "show": {"mobile": True, "awards": False, "detail": True},
            "align": "left",
            "sort": True,
            "filter": False,
        }
        for name, label in _LABELS.items()
        if name not in _SWITCHED or getattr(ways, _SWITCHED[name])
    ]


def filters() -> list[dict[str, Any]]:
    """What the listing can be narrowed by."""
    options = [{"value": uuid, "label": sex} for sex, uuid in _SEX_IDS.items()]
    return [
        {"id": "search", "label": "Search", "type": "text", "placeholder": "Name", "col": "search"},
        {
            "id": "genderSexId",
            "label": "Sex",
            "type": "single",
            "options": [{"value": None, "label": "All"}, *options],
            "default": None,
            "col": "genderSexId",
        },
    ]


def list_row(result: Result, ways: Ways) -> dict[str, Any]:
    """One row of a listing: only the columns that are on, and a few things around them."""
    pace = _pace(result)
    cells = {
        "hasAward": _has_award(result),
        "overallPlace": _or_empty(result.overall),
        "bib": result.bib,
        "name": result.name,
        "chipTime": time_text(result.chip_ms),
        "gunTime": time_text(result.gun_ms),
        "overallPace": "" if pace is None else pace_text(pace, padded=False),
        "genderSexId": result.sex,
        "division": result.division,
        "divisionPlace": _label(result.in_division, result.division_count),
    }
    on = {str(column["col"]) for column in columns(ways)}
    return {
        "id": result.key,
        "advertising": "#",
        **{name: cell for name, cell in cells.items() if name in on},
        "fromCity": result.city,
        "fromProvState": result.region,
        "initials": "".join(part[0] for part in (result.first_name, result.last_name) if part),
    }


def flat(result: Result, catalog: Catalog) -> dict[str, Any]:
    """A result by itself (keys, and which kind of nothing each one has, as captured)."""
    pace = _pace(result)
    return {
        "eventUniqueCode": catalog.unique_code,
        "resultEventId": catalog.result_event_id,
        "resultId": result.result_id,
        "resultSubEventId": result.results_race_id,
        "resultEventUniqueCode": catalog.unique_code,
        "division": result.division,
        "ageGroup": None,
        "ageGroupId": None,
        "bib": result.bib,
        "firstName": result.first_name,
        "lastName": result.last_name,
        "name": result.name,
        "participantNum": f"00000000-4cbb-4f1b-aecf-{result.result_id:012d}",
        "participantImageId": None,
        "teamUuid": None,
        "teamName": "",
        "gender": result.sex,
        "genderSexId": _SEX_IDS[result.sex],
        **_times(result),
        "finishTimeLocal": None,
        **dict.fromkeys(("distance", "distanceUnit", "elevation", "elevationUnit", "tally")),
        "overallPace": "" if pace is None else pace_text(pace, padded=True),
        "overallPaceUnits": "min/km",
        "overallPaceSortValue": -1 if pace is None else pace,
        **_places(result),
        "fromCity": result.city,
        "fromProvState": result.region,
        "fromCountry": result.country,
        "nationality": None,
        "fromClub": "",
        "age": result.age,
        "raceStatus": result.status,
        "source": "UNKNOWN",
        "sortOrder": -1 if result.overall is None else result.overall - 1,
        "hasAward": _has_award(result),
        "bibSortValue": int(result.bib) if result.bib.isdecimal() else -1,
        "custom": [],
        "questions": [],
        "search": f"{result.name} {result.bib}".lower().strip(),
    }


def detail(result: Result, catalog: Catalog) -> dict[str, Any]:
    """A result's own page; its segments were seen by one client."""
    segments = [
        {"label": name, "time": time_text(ms), "timeSec": whole_seconds(ms)}
        for name, ms in result.segments
    ]
    return {
        "result": {**flat(result, catalog), "segments": segments},
        "participant": {
            "firstName": result.first_name,
            "lastName": result.last_name,
            "bib": result.bib,
        },
        "finisherCertificate": None,
        "stats": {},
        "segmentResults": [],
    }


def found_row(result: Result, score: float, *, exact: bool) -> dict[str, Any]:
    """One hit of a search."""
    return {
        "teamName": "",
        "resultSubEventId": str(result.results_race_id),
        "firstName": result.first_name,
        "lastName": result.last_name,
        "gender": result.sex,
        "name": result.name,
        "bib": result.bib,
        "age": result.age,
        "_score": score,
        "id": result.key,
        "matched_queries": ["exact-participant" if exact else "wild-wildcard-first-last-name"],
    }


def sub_event(catalog: Catalog, number: int, results: Sequence[Result]) -> dict[str, Any]:
    """A results race as the site's event lists it."""
    course = catalog.results_races[number].course
    return {
        "id": number,
        "resultSubEventId": number,
        "resultEventId": catalog.result_event_id,
        "eventUniqueCode": catalog.unique_code,
        "name": course.name,
        "distanceLabel": f"{kilometres(course)} km",
        "distance": kilometres(course),
        "distanceUnit": "km",
        "distanceMeters": course.distance_m,
        "resultCount": len(results),
        "sortOrder": list(catalog.results_races).index(number),
        "settings": {"isRelayEnabled": False},
        "isPublic": True,
        "hasResults": bool(results),
    }


def _times(result: Result) -> dict[str, Any]:
    return {
        "finalTime": None,
        "finalTimeSec": None,
        "gunTime": time_text(result.gun_ms),
        "gunTimeSec": whole_seconds(result.gun_ms),
        "chipTime": time_text(result.chip_ms),
        "chipTimeSec": whole_seconds(result.chip_ms),
        "chipStartTime": "",
        "chipStartTimeSec": None,
        "gunStartTime": "",
        "gunStartTimeSec": None,
    }


def _places(result: Result) -> dict[str, Any]:
    return {
        "overallPlace": _or_empty(result.overall),
        "genderPlace": _or_empty(result.in_sex),
        "genderPlaceLabel": _label(result.in_sex, result.sex_count),
        "genderPlaceCount": result.sex_count,
        "divisionId": None,
        "divisionPlace": _or_empty(result.in_division),
        "divisionPlaceLabel": _label(result.in_division, result.division_count),
        "divisionPlaceCount": result.division_count,
        "ageGroupPlace": "",
        "ageGroupPlaceLabel": "",
        "ageGroupPlaceCount": 0,
        "ageGroupGenderPlace": "",
        "ageGroupGenderPlaceLabel": "",
        "ageGroupGenderPlaceCount": 0,
    }


def _has_award(result: Result) -> bool:
    return result.overall is not None and result.overall <= AWARDS


def _pace(result: Result) -> int | None:
    time = result.shown_ms
    return None if time is None else seconds_per_kilometre(time, result.race.course.distance_m)


def _or_empty(place: int | None) -> int | str:
    return "" if place is None else place


def _label(place: int | None, count: int) -> str:
    return "" if place is None else f"{place} / {count}"
