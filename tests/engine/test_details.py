"""Haku's details: read for whoever is new or changed, resumable person by person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from p88console.domain.jobs import JobState
from p88console.domain.model import Provider
from p88console.store.mirror import listings, versions
from p88console.store.tenancy import events
from tests.engine.desks import Desk, desk_at
from tests.support.faultline import Weather

RUNNERS = 60


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Haku five minutes before the gun."""
    async with desk_at(Provider.HAKU, tmp_path, RUNNERS) as opened:
        yield opened


async def standing(desk: Desk) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = (await desk.ledger())["registrations"]
    return [row for row in rows if row["status"] == "active"]


async def test_everybody_comes_with_bib_and_race_past_the_clamped_pages(desk: Desk) -> None:
    job, attempt = await desk.pull()
    assert (job.state, attempt.partial, attempt.error) == (JobState.COMPLETED, False, None)
    people = await desk.people()
    there = await standing(desk)
    assert len(there) > 50
    event = await desk.runtime.db.read(events.event, desk.event_id)
    names = {race.id: race.name for race in event.races}
    for row in there:
        mirrored = people[str(row["id"])].row
        bib = None if row["bib"] is None else str(row["bib"])
        assert (mirrored["bib"], names[mirrored["race_id"]]) == (bib, row["race"])
        assert not mirrored["awaits_detail"]


async def test_unchanged_people_cost_the_pages_that_show_it_and_no_detail(desk: Desk) -> None:
    await desk.pull()
    before = await desk.calls()
    _, attempt = await desk.pull()
    assert await desk.calls() - before == 1
    assert (attempt.counts["created"], attempt.counts["updated"]) == (0, 0)


async def test_a_change_is_found_by_the_order_although_no_list_row_shows_it(
    desk: Desk,
) -> None:
    await desk.pull()
    someone = (await standing(desk))[30]
    desk.clock.step(60)
    await desk.control("/registrations", {"id": someone["id"], "phone": "312-555-0199"})
    before = await desk.calls()
    _, attempt = await desk.pull()
    assert (await desk.people())[str(someone["id"])].row["phone"] == "312-555-0199"
    assert attempt.counts["updated"] == 1
    assert await desk.calls() - before <= 4


async def test_a_listing_that_breaks_off_is_begun_again_and_nobody_is_skipped(desk: Desk) -> None:
    desk.line.weather, desk.line.hits, desk.line.skip = Weather.FAULT, "page=", 2
    job, attempt = await desk.pull()
    assert job.state is JobState.PENDING
    assert attempt.partial
    desk.line.weather = Weather.FAIR
    desk.clock.step(600)
    job, _ = await desk.pull()
    assert job.state is JobState.COMPLETED
    assert all(not person.row["awaits_detail"] for person in (await desk.people()).values())


async def test_details_already_read_are_not_read_again_after_a_break(desk: Desk) -> None:
    desk.line.weather, desk.line.hits, desk.line.skip = Weather.FAULT, "/registrations/", 20
    job, _ = await desk.pull()
    assert job.state is JobState.PENDING
    left = await desk.runtime.db.read(listings.left_to_read, desk.event_id)
    assert 0 < left < RUNNERS
    desk.line.weather = Weather.FAIR
    desk.clock.step(600)
    before = await desk.calls()
    job, _ = await desk.pull()
    assert job.state is JobState.COMPLETED
    assert await desk.calls() - before <= left + 1


async def test_a_detail_that_breaks_off_keeps_nobody_else_waiting(desk: Desk) -> None:
    """D16."""
    someone = (await standing(desk))[3]
    desk.line.weather, desk.line.hits = Weather.FAULT, f"/registrations/{someone['id']}"
    job, attempt = await desk.pull()
    assert (job.state, job.attempt, attempt.partial) == (JobState.PENDING, 1, True)
    waiting = [one for one in (await desk.people()).values() if one.row["awaits_detail"]]
    assert [one.row["provider_id"] for one in waiting] == [str(someone["id"])]
    desk.line.weather = Weather.FAIR
    desk.clock.step(600)
    assert (await desk.pull())[0].state is JobState.COMPLETED


async def test_a_second_category_is_a_participant_and_leaves_with_its_registration(
    desk: Desk,
) -> None:
    someone = (await standing(desk))[0]
    event = await desk.runtime.db.read(events.event, desk.event_id)
    await desk.pull()
    event = await desk.runtime.db.read(events.event, desk.event_id)
    other = next(race.name for race in event.races if race.name != someone["race"])
    desk.clock.step(60)
    await desk.control(f"/registrations/{someone['id']}/second-race", {"race": other, "bib": "77"})
    await desk.pull()
    both = [
        person
        for person in (await desk.people()).values()
        if person.row["registration"] == someone["id"]
    ]
    assert {person.row["bib"] for person in both} >= {"77"}
    assert len(both) == 2
    await desk.control(f"/registrations/{someone['id']}/remove", {"reason": "cancelled"})
    for _ in range(2):
        desk.clock.step(60)
        await desk.pull()
    people = (await desk.people()).values()
    gone = [person for person in people if person.row["registration"] == someone["id"]]
    assert [person.row["status"] for person in gone] == ["cancelled", "cancelled"]


@pytest.mark.parametrize(("guns", "asks"), [({}, False), ({"*": "6:00"}, True)])
async def test_a_bib_of_race_morning_is_taken_where_only_the_day_is_known(
    tmp_path: Path, guns: dict[str, str], *, asks: bool
) -> None:
    async with desk_at(Provider.HAKU, tmp_path, RUNNERS, guns=guns) as desk:
        await desk.pull()
        event = await desk.runtime.db.read(events.event, desk.event_id)
        assert (event.race_day, bool(event.guns)) == (desk.clock.now().date(), asks)
        someone = next(row for row in await standing(desk) if row["bib"])
        desk.clock.step(60)
        await desk.control("/registrations", {"id": someone["id"], "bib": 4711})
        await desk.pull()
        mirrored = (await desk.people())[str(someone["id"])].row
        assert mirrored["bib"] == (str(someone["bib"]) if asks else "4711")
        assert await desk.runtime.db.read(versions.conflicted_count) == asks


async def test_old_details_are_read_again_a_few_at_a_time(desk: Desk) -> None:
    await desk.pull()
    desk.clock.step(timedelta(hours=7).total_seconds())
    before = await desk.calls()
    await desk.pull()
    assert 25 <= await desk.calls() - before <= 30
