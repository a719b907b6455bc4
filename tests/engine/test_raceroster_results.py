"""Race Roster's public results: one call for each runner, and none that a restart makes again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from p88console.domain.jobs import JobState, Trigger
from p88console.domain.model import Provider
from p88console.runtime import syncs
from p88console.store.people import lists as people
from tests.engine.desks import Desk, desk_at


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Race Roster, with the first few in."""
    async with desk_at(Provider.RACEROSTER, tmp_path, 20, limits={"per_second": 1000}) as it:
        await it.pull()
        it.clock.step(2.5 * 3600)
        yield it


async def pulled(desk: Desk, *, full: bool = False) -> int:
    """The calls that a results pull makes."""
    before = await desk.calls()
    event = await syncs.event_of(desk.runtime, desk.event_id)
    queued = await syncs.pull_results(desk.runtime, event, Trigger.OPERATOR, full=full)
    (job,) = await desk.runtime.run_jobs([one.job_id for one in queued])
    assert job.state is JobState.COMPLETED
    return await desk.calls() - before


async def test_after_a_restart_only_changed_lines_are_asked_for(desk: Desk) -> None:
    first = await pulled(desk)
    listed = await desk.runtime.db.read(people.results, desk.event_id)
    assert len(listed) > 5
    assert first > len(listed)
    assert any(row["splits"] for row in listed)
    await desk.runtime.shop.adapters.forget(desk.account_id)
    assert await pulled(desk) < first - len(listed) + 3
    assert await desk.runtime.db.read(people.results, desk.event_id) == listed
    # --full believes nothing that an earlier process read
    await desk.runtime.shop.adapters.forget(desk.account_id)
    assert await pulled(desk, full=True) > len(listed)
