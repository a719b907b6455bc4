"""Race Roster's registrations over real sockets: pages, totals, who left, tokens that lapse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from p88console.domain.jobs import JobState
from p88console.domain.model import Provider
from p88console.store.tenancy import events
from tests.engine.desks import Desk, desk_at

RUNNERS = 150


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Race Roster five minutes before the gun."""
    async with desk_at(Provider.RACEROSTER, tmp_path, RUNNERS, limits={"per_second": 1000}) as it:
        yield it


async def rows(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.ledger())["registrations"]
    return found


async def test_everybody_comes_over_several_pages_with_bib_and_race(desk: Desk) -> None:
    job, attempt = await desk.pull()
    assert (job.state, attempt.partial, attempt.error) == (JobState.COMPLETED, False, None)
    there = await rows(desk)
    people = await desk.people()
    assert len(people) == len(there) > 100
    event = await desk.runtime.db.read(events.event, desk.event_id)
    names = {race.id: race.name for race in event.races}
    for row in there:
        mirrored = people[str(row["id"])].row
        bib = None if row["bib"] is None else str(row["bib"])
        assert (mirrored["bib"], names[mirrored["race_id"]]) == (bib, row["race"])
        assert (mirrored["status"] == "active") == (row["status"] == "active")


async def test_the_same_again_is_no_change(desk: Desk) -> None:
    await desk.pull()
    _, attempt = await desk.pull()
    assert attempt.counts["unchanged"] == attempt.counts["received"]
    assert (attempt.counts["created"], attempt.counts["updated"]) == (0, 0)


@pytest.mark.parametrize("absent", [False, True], ids=["says so", "is absent"])
async def test_whoever_left_is_removed_when_a_second_pull_agrees(
    desk: Desk, *, absent: bool
) -> None:
    await desk.control("/ways", {"leavers_absent": absent})
    await desk.pull()
    someone = next(row for row in await rows(desk) if row["status"] == "active")
    await desk.control(f"/registrations/{someone['id']}/remove", {"reason": "removed"})
    found = []
    for _ in range(2):
        desk.clock.step(60)
        await desk.pull()
        found.append((await desk.people())[str(someone["id"])].row["status"])
    assert found == ["active", "removed"]


async def test_a_token_that_lapses_between_pages_is_renewed_without_a_fault(desk: Desk) -> None:
    await desk.pull()
    desk.clock.step(86_400)
    job, attempt = await desk.pull(full=True)
    assert (job.state, attempt.partial) == (JobState.COMPLETED, False)
