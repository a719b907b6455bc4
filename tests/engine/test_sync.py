"""From registration to scoring and back, over real sockets."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from p88console.domain.errors import UsageFault
from p88console.domain.jobs import JobState, Trigger
from p88console.domain.model import Provider, PushState
from p88console.domain.plan import Action
from p88console.runtime import syncs, tenancy
from p88console.store.people import lists as people
from p88console.store.tenancy import events
from p88console.store.work import claims, ledger
from tests.engine.conftest import RUNNERS, RaceDay
from tests.support.faultline import Weather


async def test_everybody_registered_is_verified_at_scoring(race_day: RaceDay) -> None:
    pulled = await race_day.pull()
    pushed = await race_day.push()
    assert (pulled.state, pushed.state) == (JobState.COMPLETED, JobState.COMPLETED)
    books = await race_day.ledger(Provider.COPERNICO)
    registered = await race_day.ledger(Provider.RUNSIGNUP)
    expected = {f"runsignup-{row['registration_id']}" for row in registered["registrations"]}
    assert {athlete["id"] for athlete in books["athletes"]} == expected
    assert len(books["athletes"]) == RUNNERS
    counts = (await race_day.last_attempt(pushed)).counts
    assert counts["sent"] == counts["verified"] == counts["created"] == RUNNERS


async def test_pushing_unchanged_people_again_writes_nothing(race_day: RaceDay) -> None:
    await race_day.pull()
    await race_day.push()
    before = await race_day.ledger(Provider.COPERNICO)
    again = await race_day.pull(full=True)
    await race_day.push()
    after = await race_day.ledger(Provider.COPERNICO)
    assert after["writes"] == before["writes"]
    counts = (await race_day.last_attempt(again)).counts
    assert (counts["received"], counts["updated"], counts["created"]) == (RUNNERS, 0, 0)
    assert counts["unchanged"] == RUNNERS


async def test_only_the_changed_are_written(race_day: RaceDay) -> None:
    await race_day.pull()
    await race_day.push()
    before = await race_day.ledger(Provider.COPERNICO)
    books = await race_day.ledger(Provider.RUNSIGNUP)
    race_day.clock.step(60)
    for row in books["registrations"][:3]:
        await race_day.register(registration_id=row["registration_id"], last_name="Corrected")
    pulled = await race_day.pull()
    pushed = await race_day.push()
    after = await race_day.ledger(Provider.COPERNICO)
    assert (await race_day.last_attempt(pulled)).counts["updated"] == 3
    assert after["rows_written"] - before["rows_written"] == 3
    assert (await race_day.last_attempt(pushed)).counts["verified"] == 3


async def test_a_dry_run_shows_the_plan_and_sends_nothing(race_day: RaceDay) -> None:
    await race_day.pull()
    event = await syncs.event_of(race_day.runtime, race_day.event_id)
    [(_link, plan)] = await syncs.plans(race_day.runtime, event)
    assert len(plan.of(Action.CREATE)) == RUNNERS
    assert (await race_day.ledger(Provider.COPERNICO))["writes"] == 0


async def test_a_bib_worn_twice_in_a_race_is_sent_for_neither(race_day: RaceDay) -> None:
    """D10."""
    books = await race_day.ledger(Provider.RUNSIGNUP)
    same_race = [
        row
        for row in books["registrations"]
        if row["event_id"] == books["registrations"][0]["event_id"]
    ]
    first, second = same_race[:2]
    await race_day.register(registration_id=second["registration_id"], bib_num=first["bib"])
    await race_day.pull()
    pushed = await race_day.push()
    there = {row["id"] for row in (await race_day.ledger(Provider.COPERNICO))["athletes"]}
    twins = {f"runsignup-{row['registration_id']}" for row in (first, second)}
    assert not twins & there
    assert len(there) == RUNNERS - 2
    assert (await race_day.last_attempt(pushed)).counts["refused"] == 2
    listed = await race_day.runtime.db.read(
        people.participants, race_day.event_id, only=people.Filter.DUPLICATE_BIB
    )
    assert {person.push_state.value for person in listed} == {"held"}
    assert len(listed) == 2


async def test_a_field_that_scoring_does_not_take_is_told_and_not_repeated(
    race_day: RaceDay,
) -> None:
    """D15."""
    await race_day.pull()
    await race_day.push()
    books = await race_day.ledger(Provider.RUNSIGNUP)
    number = books["registrations"][0]["registration_id"]
    race_day.clock.step(60)
    await race_day.register(registration_id=number, last_name="Renamed")
    await race_day.pull()
    race_day.copernico.weather = Weather.SWALLOWED
    race_day.copernico.hits = "race-registrations"
    pushed = await race_day.push()
    assert (await race_day.last_attempt(pushed)).counts["refused"] == 1
    [person] = await race_day.runtime.db.read(
        people.participants, race_day.event_id, search="Renamed"
    )
    assert person.push_state is PushState.IGNORED
    assert "last_name" in str(person.systems[0].reason)
    sent = len([line for line in race_day.copernico.requests if "race-registrations" in line])
    await race_day.push()
    again = len([line for line in race_day.copernico.requests if "race-registrations" in line])
    assert again == sent


async def test_removals_wait_in_quarantine_until_a_second_pull_agrees(race_day: RaceDay) -> None:
    await race_day.pull()
    gone = str((await race_day.waiting())[0]["registration_id"])
    race_day.clock.step(60)
    await race_day.remove(gone, "deferred")
    first = await race_day.pull()
    assert (await race_day.last_attempt(first)).counts["quarantined"] == 1
    assert await _status(race_day, gone) == "active"
    race_day.clock.step(60)
    second = await race_day.pull()
    assert (await race_day.last_attempt(second)).counts["removed"] == 1
    assert await _status(race_day, gone) == "deferred"


async def test_many_removals_at_once_are_braked(race_day: RaceDay) -> None:
    await race_day.pull()
    books = await race_day.ledger(Provider.RUNSIGNUP)
    race_day.clock.step(60)
    for row in books["registrations"][:6]:
        await race_day.remove(str(row["registration_id"]), "removed")
    for _ in range(3):
        race_day.clock.step(60)
        await race_day.pull()
    found = await race_day.runtime.db.read(people.participants, race_day.event_id)
    assert [person.row["status"] for person in found].count("active") == RUNNERS


async def test_results_come_back_to_the_right_people(race_day: RaceDay) -> None:
    await race_day.pull()
    await race_day.push()
    race_day.clock.reach(race_day.sandbox.world.day.over + timedelta(seconds=1))
    pulled = await race_day.pull_results()
    assert pulled.state is JobState.COMPLETED
    rows = await race_day.runtime.db.read(people.results, race_day.event_id)
    books = await race_day.ledger(Provider.COPERNICO)
    finished = [row for row in rows if row["status"] == "finished"]
    assert len(finished) == books["finished"] > RUNNERS * 0.8
    assert all(row["participant_id"] for row in rows)
    assert all(row["gun_time_ms"] >= row["chip_time_ms"] > 0 for row in finished)
    for race_id in {row["race_id"] for row in finished}:
        places = [row["place"] for row in finished if row["race_id"] == race_id]
        assert min(places) == 1
        assert len(places) == max(places)


async def test_a_standing_that_moves_is_a_new_revision(race_day: RaceDay) -> None:
    await race_day.pull()
    await race_day.push()
    day = race_day.sandbox.world.day
    race_day.clock.reach(day.guns[0] + timedelta(minutes=30))
    await race_day.pull_results()
    race_day.clock.reach(day.over + timedelta(seconds=1))
    await race_day.pull_results()
    again = await race_day.pull_results()
    rows = await race_day.runtime.db.read(people.results, race_day.event_id)
    assert {row["revision"] for row in rows if row["status"] == "finished"} == {2}
    assert (await race_day.last_attempt(again)).counts["updated"] == 0


async def test_linking_twice_changes_nothing(race_day: RaceDay) -> None:
    before = await race_day.runtime.db.read(events.event, race_day.event_id)
    link = before.links[0]
    await tenancy.link_event(
        race_day.runtime, race_day.event_id, link.account_id, link.remote_event_id
    )
    assert await race_day.runtime.db.read(events.event, race_day.event_id) == before


async def _status(race_day: RaceDay, provider_id: str) -> str:
    found = await race_day.runtime.db.read(people.participants, race_day.event_id)
    return next(str(p.row["status"]) for p in found if p.row["provider_id"] == provider_id)


async def test_whoever_changed_since_the_verdict_counts_as_unsent(race_day: RaceDay) -> None:
    await race_day.pull()
    await race_day.push()
    books = await race_day.ledger(Provider.RUNSIGNUP)
    number = books["registrations"][0]["registration_id"]
    race_day.clock.step(60)
    await race_day.register(registration_id=number, last_name="Renamed")
    await race_day.pull()
    db = race_day.runtime.db
    [person] = await db.read(people.participants, race_day.event_id, search="Renamed")
    assert person.push_state is PushState.UNSENT
    states = await db.read(ledger.state_counts)
    assert states == {"verified": RUNNERS - 1, "unsent": 1}
    assert (await db.read(ledger.unsent))[0] == 1


async def test_whoever_scoring_does_not_show_is_looked_for_again_and_then_left_to_a_person(
    race_day: RaceDay,
) -> None:
    await race_day.pull()
    race_day.copernico.weather = Weather.SWALLOWED
    race_day.copernico.hits = "race-registrations"
    await race_day.push()
    db = race_day.runtime.db
    assert await db.read(ledger.state_counts) == {"sent": RUNNERS}
    race_day.copernico.weather = Weather.FAIR
    sent = _writes(race_day)
    second = await race_day.push()
    assert _writes(race_day) == sent
    assert second.state is JobState.COMPLETED
    assert await db.read(ledger.state_counts) == {"differs": RUNNERS}
    # only a person sends them again
    event = await syncs.event_of(race_day.runtime, race_day.event_id)
    queued = await syncs.push_participants(race_day.runtime, event, Trigger.OPERATOR, full=True)
    await race_day.runtime.run_jobs([queued[0].job_id])
    assert await db.read(ledger.state_counts) == {"verified": RUNNERS}


def _writes(race_day: RaceDay) -> int:
    return sum("race-registrations" in line for line in race_day.copernico.requests)


async def test_a_scoring_event_can_be_mirrored_too(race_day: RaceDay) -> None:
    await race_day.pull()
    await race_day.push()
    db = race_day.runtime.db
    mine = await db.read(events.event, race_day.event_id)
    found = await syncs.discover(race_day.runtime, mine.links[0].account_id, Trigger.OPERATOR)
    await race_day.runtime.run_jobs([found.job_id])
    [theirs] = [one for one in await db.read(events.events) if one.provider is Provider.COPERNICO]
    pull = await syncs.pull_participants(race_day.runtime, theirs, Trigger.OPERATOR)
    [job] = await race_day.runtime.run_jobs([pull.job_id])
    assert job.state is JobState.COMPLETED
    here = await db.read(people.participants, race_day.event_id)
    there = await db.read(people.participants, theirs.id)
    assert {person.row["bib"] for person in there} == {person.row["bib"] for person in here}
    assert all(person.row["race_id"] for person in there)


async def test_a_swap_frees_then_fills_so_that_no_bib_is_worn_twice_there(
    race_day: RaceDay,
) -> None:
    """D11."""
    await race_day.pull()
    await race_day.push()
    first, second = (await race_day.waiting())[:2]
    race_day.clock.step(60)
    await race_day.register(registration_id=first["registration_id"], bib_num=second["bib"])
    await race_day.register(registration_id=second["registration_id"], bib_num=first["bib"])
    await race_day.pull()
    race_day.copernico.bodies.clear()
    pushed = await race_day.push()
    assert (await race_day.last_attempt(pushed)).counts["verified"] == 2
    freed, filled = (
        [row["dorsal"] for row in json.loads(body)] for body in race_day.copernico.bodies
    )
    assert freed == [None, None]
    assert set(filled) == {str(first["bib"]), str(second["bib"])}


async def test_what_still_needs_a_person_is_told_by_every_push(race_day: RaceDay) -> None:
    gone = str((await race_day.waiting())[0]["registration_id"])
    await race_day.pull()
    await race_day.push()
    race_day.clock.step(60)
    await race_day.remove(gone, "removed")
    for _ in range(2):
        race_day.clock.step(60)
        await race_day.pull()
    for _ in range(2):
        pushed = await race_day.push()
        assert (await race_day.last_attempt(pushed)).counts["refused"] == 1
    [person] = await race_day.runtime.db.read(
        people.participants, race_day.event_id, only=people.Filter.REMOVED
    )
    assert "withdraw" in str(person.systems[0].reason)


async def test_an_empty_answer_for_a_known_event_changes_nobody_and_asks(
    race_day: RaceDay,
) -> None:
    """D7."""
    await race_day.pull()
    race_day.runsignup.weather = Weather.EMPTY
    race_day.runsignup.hits = "participants"
    job = await race_day.pull(full=True)
    attempt = await race_day.last_attempt(job)
    assert job.state is JobState.COMPLETED
    assert attempt.counts["quarantined"] == RUNNERS
    assert "lists nobody" in str(attempt.error)
    found = await race_day.runtime.db.read(people.participants, race_day.event_id)
    assert {person.row["status"] for person in found} == {"active"}


async def test_a_partner_cannot_link_to_another_partners_account(race_day: RaceDay) -> None:
    runtime = race_day.runtime
    other = await tenancy.add_partner(runtime, "Somebody Else")
    stolen = await tenancy.add_account(
        runtime,
        other.id,
        Provider.COPERNICO,
        {"api_key": "k"},
        base_url=race_day.copernico.base_url,
    )
    with pytest.raises(UsageFault, match="different timing partners"):
        await tenancy.link_event(runtime, race_day.event_id, stolen.id, "practice-race-2026")


async def test_whoever_waits_for_a_job_takes_it_up_when_its_holder_falls_silent(
    race_day: RaceDay,
) -> None:
    event = await syncs.event_of(race_day.runtime, race_day.event_id)
    queued = await syncs.pull_participants(race_day.runtime, event, Trigger.OPERATOR)
    now = race_day.clock.now()
    held = await race_day.runtime.db.write(
        claims.claim, "elsewhere:1:x", now, 30.0, [queued.job_id]
    )
    assert held is not None
    waiting = asyncio.create_task(race_day.runtime.run_jobs([queued.job_id]))
    await race_day.breathe()
    assert not waiting.done()
    race_day.clock.step(31)
    async with race_day.patience():
        (job,) = await waiting
    assert job.state is JobState.COMPLETED
