"""Many events at once: the timetable, the queue and the budgets over hours of a stepped clock."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from p88console.domain.model import Provider
from tests.benchmarks.saturday import LIMITS, Size, report, simulate


def test_what_the_budgets_allow_keeps_its_minute_and_the_rest_is_told(tmp_path: Path) -> None:
    size = Size(events=23, people=2_000, begins_h=7, hours=0.1)
    day = simulate(tmp_path / "day.db", size)
    for event, gun in day.guns.items():
        provider = day.providers[day.account_of[event]]
        followed = day.followed[event]
        near = timedelta(0) < gun - day.clock.now() < timedelta(hours=3)
        if near and (LIMITS[provider].per_hour is None or provider is Provider.HAKU):
            assert (followed.late, followed.kept > 2) == (0, True), (provider, followed)
    rows = [row for row in report(day) if Provider.RACEROSTER.title in row]
    assert len(rows) == 5
    assert any("stretched from 1 min: 1,000 calls an hour" in row for row in rows)
