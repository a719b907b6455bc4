"""A race scored at ChronoTrack: entry by entry, withdrawn there too, or by file if it must be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from p88console.domain.errors import NotOffered
from p88console.domain.jobs import JobState
from p88console.domain.model import Provider, PushState
from p88console.domain.plan import Action
from p88console.runtime import syncs
from p88console.store.people import lists as people
from p88console.store.tenancy import events
from p88console.store.work import ledger
from p88console.system.home import Home
from tests.engine.conftest import RUNNERS, RaceDay, race_day_at
from tests.support.faultline import Weather

CT = Provider.CHRONOTRACK


@pytest.fixture
async def day(tmp_path: Path) -> AsyncIterator[RaceDay]:
    """Five minutes before the first gun, everybody registered, nothing pulled yet."""
    async with race_day_at(Home(tmp_path), CT) as opened:
        yield opened


async def entries(day: RaceDay) -> dict[str, dict[str, Any]]:
    """ChronoTrack's own books by our id; nobody may stand in them twice."""
    rows = (await day.ledger(CT))["entries"]
    found = {row["external_id"]: row for row in rows}
    assert len(found) == len(rows)
    return found


async def switch(day: RaceDay, **switches: Any) -> None:
    url = f"{day.sandbox.base_url(CT)}/_sandbox/switches"
    async with httpx.AsyncClient() as http:
        (await http.post(url, json=switches)).raise_for_status()


async def registered(day: RaceDay) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await day.ledger(Provider.RUNSIGNUP))["registrations"]
    return rows


async def leave(day: RaceDay, registration_id: str) -> None:
    """Somebody cancels, and two pulls agree that they did."""
    day.clock.step(60)
    await day.remove(registration_id, "removed")
    for _ in range(2):
        day.clock.step(60)
        await day.pull()


async def rewrite(day: RaceDay, registration_id: str, fields: str) -> None:
    """Change somebody in the mirror."""
    await day.elsewhere(
        f"UPDATE participants SET {fields}, content_hash = 'other' "  # noqa: S608  # our own words
        f"WHERE provider_id = '{registration_id}'"
    )


async def one(day: RaceDay, registration_id: str) -> people.Person:
    found = await day.runtime.db.read(people.participants, day.event_id)
    return next(person for person in found if person.row["provider_id"] == registration_id)


async def test_races_map_by_name_and_everybody_is_pushed_verified_and_comes_back_with_a_result(
    day: RaceDay,
) -> None:
    event = await day.runtime.db.read(events.event, day.event_id)
    names = {race.id: race.name for race in event.races}
    (link,) = event.links
    assert {names[ours]: name for ours, (_id, name) in link.races.items()} == {
        name: name for name in names.values()
    }
    await day.pull()
    pushed = await day.push()
    assert pushed.state is JobState.COMPLETED
    counts = (await day.last_attempt(pushed)).counts
    assert counts["created"] == counts["sent"] == counts["verified"] == RUNNERS
    there = await entries(day)
    assert set(there) == {f"runsignup-{row['registration_id']}" for row in await registered(day)}
    day.clock.reach(day.sandbox.world.day.over + timedelta(seconds=1))
    await day.pull()
    await day.push()
    assert (await day.pull_results()).state is JobState.COMPLETED
    rows = await day.runtime.db.read(people.results, day.event_id)
    finished = [row for row in rows if row["status"] == "finished"]
    assert len(finished) == (await day.ledger(CT))["finished"] > RUNNERS * 0.8
    assert all(row["participant_id"] and row["race_id"] for row in rows)
    assert all(row["gun_time_ms"] >= row["chip_time_ms"] > 0 for row in finished)
    again = await day.pull_results()
    assert (await day.last_attempt(again)).counts["updated"] == 0


async def test_a_second_push_writes_nothing_and_a_change_writes_its_own(day: RaceDay) -> None:
    await day.pull()
    await day.push()
    before = (await day.ledger(CT))["writes"]
    await day.pull(full=True)
    await day.push()
    assert (await day.ledger(CT))["writes"] == before
    day.clock.step(60)
    for row in (await registered(day))[:3]:
        await day.register(registration_id=row["registration_id"], last_name="Corrected")
    await day.pull()
    pushed = await day.push()
    books = await day.ledger(CT)
    assert (books["writes"] - before, books["updated"]) == (3, 3)
    assert (await day.last_attempt(pushed)).counts["verified"] == 3


async def test_one_bad_row_takes_nobody_else_along(day: RaceDay) -> None:
    """D16."""
    await day.pull()
    bad = (await registered(day))[5]["registration_id"]
    await rewrite(day, str(bad), "first_name = '', last_name = ''")
    pushed = await day.push()
    counts = (await day.last_attempt(pushed)).counts
    assert (counts["verified"], counts["refused"]) == (RUNNERS - 1, 1)
    person = await one(day, str(bad))
    assert person.push_state is PushState.REFUSED
    assert len(await entries(day)) == RUNNERS - 1


async def test_answers_that_are_lost_make_nobody_twice(day: RaceDay) -> None:
    await day.pull()
    day.chronotrack.weather = Weather.DEAF
    day.chronotrack.hits = "POST"
    day.chronotrack.skip = 20
    first = await day.push()
    assert first.state is JobState.VERIFY
    day.chronotrack.weather = Weather.FAIR
    day.clock.reach(first.due_at)
    (again,) = await day.runtime.run_jobs([first.id])
    assert again.state is JobState.COMPLETED
    assert len(await entries(day)) == RUNNERS
    assert await day.runtime.db.read(ledger.state_counts) == {"verified": RUNNERS}


async def test_a_refused_verb_is_said_once_with_the_file_as_the_way_and_nobody_is_in_doubt(
    day: RaceDay,
) -> None:
    await switch(day, writable=False)
    await day.pull()
    job = await day.push()
    assert job.state is JobState.FAILED_PERMANENT
    assert job.error is not None
    assert "p88console export chronotrack-entries" in job.error["hint"]
    assert job.error["code"] == "verb_refused"
    assert (await day.ledger(CT))["writes"] == 2  # under its event, then under its race
    assert await day.runtime.db.read(ledger.state_counts) == {"unsent": RUNNERS}
    assert (await day.pull_results()).state is JobState.COMPLETED


async def test_whoever_leaves_is_withdrawn_there_and_comes_back_when_they_register_again(
    day: RaceDay,
) -> None:
    await day.pull()
    await day.push()
    gone = str((await day.waiting())[0]["registration_id"])
    await leave(day, gone)
    event = await syncs.event_of(day.runtime, day.event_id)
    [(_link, plan)] = await syncs.plans(day.runtime, event)
    (step,) = plan.of(Action.WITHDRAW)
    assert step.reason == "is no longer registered"
    pushed = await day.push()
    counts = (await day.last_attempt(pushed)).counts
    assert (counts["verified"], counts["refused"]) == (1, 0)
    assert (await entries(day))[f"runsignup-{gone}"]["status"] == "WD"
    person = await one(day, gone)
    assert (person.push_state, person.systems[0].reason) == (PushState.VERIFIED, "withdrawn there")
    await rewrite(day, gone, "status = 'active'")
    await day.push()
    assert (await entries(day))[f"runsignup-{gone}"]["status"] == "CONF"
    assert (await one(day, gone)).push_state is PushState.VERIFIED


async def test_a_bib_goes_from_whoever_left_to_whoever_wears_it_now(day: RaceDay) -> None:
    await day.pull()
    await day.push()
    first, second = (await day.waiting())[:2]
    await leave(day, str(first["registration_id"]))
    bib = first["bib"]
    await day.register(registration_id=second["registration_id"], bib_num=bib)
    await day.pull()
    await day.push()
    there = await entries(day)
    left = there[f"runsignup-{first['registration_id']}"]
    wears = there[f"runsignup-{second['registration_id']}"]
    assert (left["status"], left["bib"]) == ("WD", None)
    assert wears["bib"] == str(bib)


async def test_a_withdrawal_that_the_far_side_ignores_is_left_to_a_person(day: RaceDay) -> None:
    await day.pull()
    await day.push()
    await switch(day, ignored_fields=["entry_status"])
    gone = str((await day.waiting())[0]["registration_id"])
    await leave(day, gone)
    for _ in range(2):
        pushed = await day.push()
        assert (await day.last_attempt(pushed)).counts["refused"] == 1
    person = await one(day, gone)
    assert person.push_state is PushState.HELD
    assert "at ChronoTrack by hand" in str(person.systems[0].reason)


async def test_a_withdrawal_that_is_refused_keeps_nobody_from_being_sent(day: RaceDay) -> None:
    await day.pull()
    await day.push()
    gone = str((await day.waiting())[0]["registration_id"])
    await leave(day, gone)
    await switch(day, writable=False)
    pushed = await day.push()
    assert pushed.state is JobState.COMPLETED
    assert (await one(day, gone)).push_state is PushState.HELD


async def test_a_lapsed_token_is_renewed_in_mid_push(day: RaceDay) -> None:
    await day.weather(CT, chances={"expired": 1.0}, only="entry", times=1)
    await day.pull()
    pushed = await day.push()
    assert pushed.state is JobState.COMPLETED
    assert (await day.last_attempt(pushed)).counts["verified"] == RUNNERS


async def test_with_files_nothing_is_pushed_and_it_is_said_before_anything_starts(
    tmp_path: Path,
) -> None:
    async with race_day_at(Home(tmp_path), CT, entry_push="csv") as day:
        await day.pull()
        event = await syncs.event_of(day.runtime, day.event_id)
        assert len(event.links[0].races) == len(event.races)
        with pytest.raises(NotOffered, match="not offered by ChronoTrack") as caught:
            await syncs.check_push(day.runtime, event)
        assert "p88console export chronotrack-entries" in caught.value.hint
        assert await syncs.plans(day.runtime, event) == []
        assert (await day.runtime.db.read(ledger.unsent, day.event_id))[0] == 0
        assert (await day.pull_results()).state is JobState.COMPLETED
        assert (await day.ledger(CT))["writes"] == 0
