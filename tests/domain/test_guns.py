"""Gun times that an operator sets: by the venue's clocks, for a race or for all of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from p88console.domain.guns import gun_of, parse_gun

CHICAGO = ZoneInfo("America/Chicago")
DAY = date(2026, 10, 17)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("7:30", datetime(2026, 10, 17, 12, 30, tzinfo=UTC)),
        ("07:30:15", datetime(2026, 10, 17, 12, 30, 15, tzinfo=UTC)),
        (" 2026-10-18 07:30 ", datetime(2026, 10, 18, 12, 30, tzinfo=UTC)),
        ("2026-11-01T07:30", datetime(2026, 11, 1, 13, 30, tzinfo=UTC)),
    ],
)
def test_a_gun_goes_by_the_venues_clocks(text: str, instant: datetime) -> None:
    assert parse_gun(text).instant(DAY, CHICAGO) == instant


def test_without_any_day_a_time_is_no_gun() -> None:
    assert parse_gun("7:30").instant(None, CHICAGO) is None


@pytest.mark.parametrize("text", ["", "soon", "25:00", "7", "2026-13-01 07:30", "7:30 pm"])
def test_anything_else_is_no_gun(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|range|hour|month"):
        parse_gun(text)


def test_a_races_own_gun_goes_before_the_common_one() -> None:
    guns = {"*": parse_gun("7:30"), "5K": parse_gun("8:00")}
    assert gun_of(guns, " 5k ") == parse_gun("8:00")
    assert gun_of(guns, "10K") == parse_gun("7:30")
    assert gun_of({"5K": parse_gun("8:00")}, "10K") is None
