"""A morning of many accounts of 13 partners on one database, over real sockets."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from p88console.domain.jobs import JobState
from tests.benchmarks.open_saturday import Size, pass_by


@pytest.mark.race_day
@pytest.mark.timeout(300)
def test_everybody_of_every_partner_arrives_once(tmp_path: Path) -> None:
    size = Size(events=23, people=8, hours=0.05, speed=60, evening_s=6)
    report = asyncio.run(pass_by(tmp_path, size))
    reckoning = report.reckoning
    assert reckoning.registered == reckoning.at_scoring > 5 * size.events
    assert (reckoning.missing, reckoning.twice) == (0, 0)
    assert set(reckoning.ledger) == {"verified"}
    ended = {kind.rsplit(" ", 1)[1] for kind in report.attempts}
    assert JobState.COMPLETED in ended
    assert not ended & {JobState.HELD, JobState.FAILED_PERMANENT}
