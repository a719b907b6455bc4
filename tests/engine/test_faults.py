"""What happens to a job when the line or the provider fails, seen from the operator's side."""

from __future__ import annotations

from pathlib import Path

from p88console.domain.jobs import JobState, Operator
from p88console.domain.model import Provider
from p88console.runtime import steering, tenancy
from p88console.runtime.runtime import open_runtime
from p88console.store.people import lists as people
from p88console.store.tenancy import tenants
from p88console.store.work import ledger, queue
from p88console.system.home import Home
from tests.engine.conftest import RUNNERS, RaceDay, race_day_at
from tests.support.faultline import Weather

ME = Operator("tester", "cli")


async def test_an_unreachable_provider_burns_no_attempt(race_day: RaceDay) -> None:
    """D32."""
    await race_day.pull()
    await race_day.runsignup.down()
    job = await race_day.pull()
    assert (job.state, job.attempt) == (JobState.PENDING, 0)
    assert job.error is not None
    assert job.error["code"] == "not_sent"
    statuses = await race_day.runtime.db.read(people.participants, race_day.event_id)
    assert {person.row["status"] for person in statuses} == {"active"}
    await race_day.runsignup.up()
    race_day.clock.step(15)
    assert (await race_day.runtime.run_jobs([job.id]))[0].state is JobState.COMPLETED


async def test_a_portal_page_is_never_an_empty_list(race_day: RaceDay) -> None:
    await race_day.pull()
    race_day.runsignup.weather = Weather.PORTAL
    job = await race_day.pull(full=True)
    assert (job.state, job.attempt) == (JobState.PENDING, 0)
    assert job.error is not None
    assert job.error["code"] == "portal"
    found = await race_day.runtime.db.read(people.participants, race_day.event_id)
    assert len(found) == RUNNERS


async def test_retries_climb_the_ladder_then_fail_for_good(race_day: RaceDay) -> None:
    """D4."""
    race_day.runsignup.weather = Weather.FAULT
    job = await race_day.pull()
    waits = []
    while job.state is JobState.PENDING:
        waits.append((job.due_at - race_day.clock.now()).total_seconds() / 60)
        race_day.clock.reach(job.due_at)
        job = (await race_day.runtime.run_jobs([job.id]))[0]
    assert [round(wait, 1) >= least for wait, least in zip(waits, (2, 4, 8), strict=True)]
    assert [wait <= most for wait, most in zip(waits, (2.2, 4.4, 8.8), strict=True)] == [True] * 3
    assert (job.state, job.attempt) == (JobState.FAILED_PERMANENT, 4)
    race_day.runsignup.weather = Weather.FAIR
    await race_day.runtime.db.write(queue.retry_now, [job.id], race_day.clock.now())
    assert (await race_day.runtime.run_jobs([job.id]))[0].state is JobState.COMPLETED


async def test_the_providers_own_wait_wins_over_the_ladder(race_day: RaceDay) -> None:
    race_day.runsignup.weather = Weather.SLOWDOWN
    job = await race_day.pull()
    assert (job.due_at - race_day.clock.now()).total_seconds() == 300


async def test_refused_credentials_hold_the_account_with_one_message(race_day: RaceDay) -> None:
    """D6."""
    await race_day.pull()
    race_day.copernico.weather = Weather.LOCKED
    job = await race_day.push()
    assert job.state is JobState.HELD
    results = await race_day.pull_results()
    assert results.state is JobState.HELD
    assert sum("race-registrations" in line for line in race_day.copernico.requests) <= 1
    race_day.copernico.weather = Weather.FAIR
    assert await steering.resume(race_day.runtime, ME, job.account_id) == 2
    settled = await race_day.runtime.run_jobs([job.id, results.id])
    assert {job.state for job in settled} == {JobState.COMPLETED}


async def test_new_secrets_reach_an_engine_that_runs_in_another_process(race_day: RaceDay) -> None:
    """D6."""
    account_id = (await race_day.pull()).account_id
    account = await race_day.runtime.db.read(tenants.account, account_id)
    vault, clock = race_day.runtime.vault, race_day.clock
    right = vault.get(account.vault_key)
    async with open_runtime(race_day.home, clock=clock, vault=vault) as elsewhere:
        await tenancy.set_secrets(elsewhere, account_id, right | {"api_key": "another"})
        held = await race_day.pull()
        assert held.state is JobState.HELD
        await tenancy.set_secrets(elsewhere, account_id, right)
    (job,) = await race_day.runtime.run_jobs([held.id])
    assert job.state is JobState.COMPLETED


async def test_a_write_without_an_answer_is_read_before_it_is_repeated(
    race_day: RaceDay,
) -> None:
    await race_day.pull()
    race_day.copernico.weather = Weather.DEAF
    race_day.copernico.hits = "race-registrations"
    job = await race_day.push()
    assert job.state is JobState.VERIFY
    there = await race_day.ledger(Provider.COPERNICO)
    assert there["rows_written"] == RUNNERS
    race_day.copernico.weather = Weather.FAIR
    race_day.clock.reach(job.due_at)
    job = (await race_day.runtime.run_jobs([job.id]))[0]
    assert job.state is JobState.COMPLETED
    after = await race_day.ledger(Provider.COPERNICO)
    assert after["rows_written"] == RUNNERS
    assert len(after["athletes"]) == RUNNERS


async def test_whoever_was_next_when_a_push_broke_off_is_not_in_doubt(tmp_path: Path) -> None:
    async with race_day_at(Home(tmp_path), runners=450) as day:
        await day.pull()
        day.copernico.weather, day.copernico.hits = Weather.DEAF, "race-registrations"
        day.copernico.skip = 1
        job = await day.push()
        assert job.state is JobState.VERIFY
        states = await day.runtime.db.read(ledger.state_counts)
        people = sum(states.values())
        assert states == {"sent": 400, "unsent": people - 400}
        day.copernico.weather = Weather.FAIR
        day.clock.reach(job.due_at)
        job = (await day.runtime.run_jobs([job.id]))[0]
        assert job.state is JobState.COMPLETED
        after = await day.ledger(Provider.COPERNICO)
        assert after["rows_written"] == len(after["athletes"]) == people


async def test_one_person_who_cannot_be_read_keeps_nobody_else_waiting(
    race_day: RaceDay,
) -> None:
    """D16."""
    await race_day.pull()
    await race_day.weather(Provider.COPERNICO, chances={"cut_after": 1}, only="registrations")
    job = await race_day.push()
    assert job.state is JobState.VERIFY
    books = await race_day.ledger(Provider.COPERNICO)
    poison = books["athletes"][0]["id"]
    await race_day.weather(Provider.COPERNICO, chances={"broken": 1}, only=f"{poison}/full")
    race_day.copernico.hits, race_day.copernico.weather = "/athletes", Weather.FAULT
    registered = await race_day.ledger(Provider.RUNSIGNUP)
    race = registered["registrations"][0]["event_id"]
    await race_day.register(event_id=race, first_name="Late", last_name="Comer")
    race_day.clock.reach(job.due_at)
    await race_day.pull()
    job = (await race_day.runtime.run_jobs([job.id]))[0]
    assert job.state is JobState.PENDING
    states = await race_day.runtime.db.read(ledger.state_counts)
    assert states == {"verified": RUNNERS, "sent": 1}
    race_day.copernico.weather = Weather.FAIR
    race_day.clock.reach(job.due_at)
    job = (await race_day.runtime.run_jobs([job.id]))[0]
    assert job.state is JobState.COMPLETED
    assert await race_day.runtime.db.read(ledger.state_counts) == {"verified": RUNNERS + 1}
    assert (await race_day.ledger(Provider.COPERNICO))["rows_written"] == RUNNERS + 1


async def test_a_failed_page_keeps_what_came_and_says_partial(race_day: RaceDay) -> None:
    """D8."""
    race_day.runsignup.weather = Weather.FAULT
    race_day.runsignup.hits = "/participants"
    race_day.runsignup.skip = 1
    job = await race_day.pull()
    attempt = await race_day.last_attempt(job)
    assert attempt.partial
    assert 0 < attempt.counts["created"] < RUNNERS
    race_day.runsignup.weather = Weather.FAIR
    race_day.clock.reach(job.due_at)
    job = (await race_day.runtime.run_jobs([job.id]))[0]
    assert job.state is JobState.COMPLETED
    assert len(await race_day.runtime.db.read(people.participants, race_day.event_id)) == RUNNERS
    # the second attempt went on where the first one broke off
    second = await race_day.last_attempt(job)
    assert second.counts["received"] == RUNNERS - attempt.counts["received"]
