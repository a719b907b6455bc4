"""Ages in ChronoTrack's entry file."""

from __future__ import annotations

from datetime import date

import pytest

from p88console.domain.entry_csv import age_on

RACE_DAY = date(2026, 10, 17)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(1990, 10, 16), 36),
        (date(1990, 10, 17), 36),
        (date(1990, 10, 18), 35),
        (date(2004, 2, 29), 22),
        (date(2026, 10, 17), 0),
        (date(2026, 10, 18), None),
        (None, None),
    ],
)
def test_age_counts_completed_years_on_the_day(born: date | None, age: int | None) -> None:
    assert age_on(RACE_DAY, born) == age
