"""Moments as they are typed: by the venue's clock, and never one that is still to come."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from p88console.domain.errors import UsageFault
from p88console.domain.moments import typed_moment

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 10, 17, 14, 0, tzinfo=UTC)
"""Nine in the morning there."""


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("07:30", datetime(2026, 10, 17, 12, 30, tzinfo=UTC)),
        ("22:15", datetime(2026, 10, 17, 3, 15, tzinfo=UTC)),
        ("2026-10-16 07:30", datetime(2026, 10, 16, 12, 30, tzinfo=UTC)),
        ("2026-10-16T07:30:00+02:00", datetime(2026, 10, 16, 5, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_by_the_venues_clock(text: str, moment: datetime) -> None:
    assert typed_moment(text, CHICAGO, NOW) == moment


def test_what_is_no_moment_is_refused_with_the_way_to_write_one() -> None:
    with pytest.raises(UsageFault, match="'noon' is no moment"):
        typed_moment("noon", CHICAGO, NOW)
