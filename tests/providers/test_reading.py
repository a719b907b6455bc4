"""Reading loosely typed values: text, numbers, dates, distances; never guessing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.model import Gender
from p88console.providers.distances import metres
from p88console.providers.reading import (
    Reader,
    instant,
    start_or_day,
    wall_time,
    whole,
    zone_or_utc,
)

CHICAGO, EASTERN = ZoneInfo("America/Chicago"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5K", 5000.0),
        ("10 km", 10_000.0),
        ("2,5 км 2.5 km", 2500.0),
        ("13.1 Miles", 21_082.4),
        ("1 Mile", 1609.3),
        ("Half Marathon", 21_097.5),
        ("half marathon relay", 21_097.5),
        ("Marathon", 42_195.0),
        ("400 m", 400.0),
        ("10,000 m", 10_000.0),
        ("1,500 Meters", 1500.0),
        ("5-Mile", 8046.7),
        ("3.2 Miles", 5149.9),
        ("2 x 10 km relay", 10_000.0),
        ("v1.2.3 km", None),
        ("Kids' Dash", None),
        ("", None),
        (None, None),
        ("2026 Edition", None),
    ],
)
def test_distances_as_organisers_write_them(text: str | None, expected: float | None) -> None:
    assert metres(text) == expected


@pytest.mark.parametrize(
    ("value", "expected", "flags"),
    [
        ("  Ada ", "Ada", []),
        ("", None, []),
        ("   ", None, []),
        (None, None, []),
        (7, "7", []),
        (7.0, "7", []),
        (7.5, "7.5", []),
        (True, None, ["x"]),
        ({"a": 1}, None, ["x"]),
        ([1], None, ["x"]),
    ],
)
def test_text_is_text(value: object, expected: str | None, flags: list[str]) -> None:
    reader = Reader({"x": value})
    assert (reader.text("x"), reader.flags) == (expected, flags)


@pytest.mark.parametrize(
    ("text", "start", "day"),
    [
        ("2026-10-17", None, date(2026, 10, 17)),
        ("2026-10-17T00:00:00", None, date(2026, 10, 17)),
        ("2026-10-17T00:00:00Z", None, date(2026, 10, 17)),
        ("2026-10-17 00:00:00", None, date(2026, 10, 17)),
        ("2026-10-17 07:30:00", datetime(2026, 10, 17, 12, 30, tzinfo=UTC), None),
        ("2026-10-17T12:30:00Z", datetime(2026, 10, 17, 12, 30, tzinfo=UTC), None),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_a_day_is_no_gun_time(text: str | None, start: datetime | None, day: date | None) -> None:
    assert start_or_day(text, CHICAGO) == (start, day)


@pytest.mark.parametrize("value", [None, "", 0, "0"])
def test_no_instant_is_no_odd_one(value: object) -> None:
    reader = Reader({"x": value})
    assert (reader.unix("x"), reader.flags) == (None, [])


json_values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.lists(st.integers(), max_size=2)
)


@given(json_values)
def test_no_value_of_a_provider_breaks_the_reader(value: object) -> None:
    reader = Reader({"x": value})
    reader.text("x")
    reader.day("x")
    reader.gender("x", {"f": Gender.FEMALE})
    reader.unix("x")
    whole(value)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_iso_dates_are_read_with_or_without_a_time(day: date) -> None:
    for text in (day.isoformat(), f"{day.isoformat()}T00:00:00Z"):
        assert Reader({"x": text}).day("x") == day


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (CHICAGO, datetime(2025, 9, 28, 13, 30, tzinfo=UTC)),
        (EASTERN, datetime(2025, 9, 28, 12, 30, tzinfo=UTC)),
    ],
)
def test_a_wall_time_is_in_the_zone_that_the_provider_means(
    zone: ZoneInfo, expected: datetime
) -> None:
    assert wall_time("9/28/2025 08:30", zone, "%m/%d/%Y %H:%M") == expected


def test_a_wall_time_that_cannot_be_read_is_none() -> None:
    for text in ("soon", "", None, "13/45/2025 08:30", "12/31/9999 23:00", "9/28/2025"):
        assert wall_time(text, CHICAGO, "%m/%d/%Y %H:%M") is None


def test_a_wall_time_is_read_in_the_first_form_that_fits() -> None:
    forms = ("%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M:%S")
    expected = datetime(2025, 9, 28, 13, 30, tzinfo=UTC)
    for text in ("9/28/2025 08:30", "09/28/2025  8:30", "2025-09-28 08:30:00"):
        assert wall_time(text, CHICAGO, *forms) == expected


def test_an_instant_after_the_last_year_is_none() -> None:
    assert instant("9999-12-31T23:59:59", CHICAGO) is None


@pytest.mark.parametrize("name", ["Mars/Olympus", "", None, "../etc/passwd", 7])
def test_an_unknown_zone_is_utc(name: object) -> None:
    assert zone_or_utc(name).key == "UTC"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, 7),
        ("7", 7),
        (7.4, 7),
        ("7.6", 8),
        (None, None),
        (True, None),
        ("x", None),
        ("inf", None),
    ],
)
def test_whole_numbers_from_numbers_and_texts(value: object, expected: int | None) -> None:
    assert whole(value) == expected
