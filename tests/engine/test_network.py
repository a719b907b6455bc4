"""What keeps work from leaving: found out once for all of it, shown, waited for, never burnt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from p88console.domain.errors import NotSent, Portal
from p88console.domain.jobs import Direction, JobKey, JobState, Operation, Trigger
from p88console.domain.model import Provider
from p88console.domain.network import NetworkClass
from p88console.engine.line import PROVED_S
from p88console.runtime import syncs, tenancy
from p88console.runtime.practice import set_up
from p88console.runtime.runtime import open_runtime
from p88console.store.windows import header, overview
from p88console.store.work import history, ledger, lines, queue
from p88console.system.home import Home
from p88console.system.vault import MemoryVault
from tests.engine.conftest import RUNNERS, RaceDay
from tests.engine.test_engine import wait_for
from tests.support.clock import SteppedClock
from tests.support.faultline import Weather


async def network(race_day: RaceDay) -> NetworkClass:
    return (await race_day.runtime.db.read(lines.network, race_day.clock.now())).kind


async def lane(race_day: RaceDay, provider: Provider) -> Any:
    found = await race_day.runtime.db.read(overview.lanes, race_day.clock.now())
    return next(one for one in found if one.provider == provider.value)


async def test_one_provider_that_is_down_is_not_the_network(race_day: RaceDay) -> None:
    await race_day.pull()
    await race_day.runsignup.down()
    job = await race_day.pull()
    assert (job.state, job.attempt) == (JobState.PENDING, 0)
    assert await network(race_day) is NetworkClass.ONLINE
    down = await lane(race_day, Provider.RUNSIGNUP)
    assert (down.state, down.network) == ("offline", "provider down")
    assert "RunSignUp" in down.advice
    assert (await race_day.push()).state is JobState.COMPLETED


async def test_when_nobody_answers_this_machine_is_offline(race_day: RaceDay) -> None:
    await race_day.pull()
    await race_day.runsignup.down()
    await race_day.copernico.down()
    await race_day.pull()
    assert await network(race_day) is NetworkClass.OFFLINE
    facts = await race_day.runtime.db.read(header.facts, race_day.clock.now())
    assert (facts.network, facts.network_since) == ("offline", race_day.clock.now())
    assert "Wi-Fi" in facts.network_advice
    # a job of the other account is not even tried: there would be nothing to learn from it
    pushed = await race_day.push()
    assert (pushed.state, pushed.attempt) == (JobState.PENDING, 0)
    assert pushed.error is not None
    assert pushed.error["code"] == "not_sent"
    assert await race_day.runtime.db.read(history.attempts, job_id=pushed.id) == []


async def test_offline_for_an_hour_costs_one_row_and_no_attempt_then_all_drains(
    race_day: RaceDay,
) -> None:
    """D3."""
    await race_day.runsignup.down()
    await race_day.copernico.down()
    engine, db = race_day.runtime.engine, race_day.runtime.db
    await engine.start()
    event = await syncs.event_of(race_day.runtime, race_day.event_id)
    queued = await syncs.pull_participants(race_day.runtime, event, Trigger.OPERATOR)

    async def offline() -> bool:
        states = {one.state for one in await db.read(history.attempts)}
        return "running" not in states and await network(race_day) is NetworkClass.OFFLINE

    await wait_for(offline, "the class")
    before = await db.read(history.attempts)
    for _ in range(20):
        race_day.clock.step(180)
        race_day.runtime.shop.lines.nudge()
        await race_day.breathe()
    job = await db.read(queue.get, queued.job_id)
    assert job is not None
    assert (job.state, job.attempt) == (JobState.PENDING, 0)
    assert await db.read(history.attempts) == before
    waited = [one.job_id for one in before if one.state == "waiting"]
    assert len(waited) == len(set(waited)) > 0
    await race_day.runsignup.up()
    await race_day.copernico.up()
    race_day.runtime.shop.lines.nudge()

    async def everybody() -> bool:
        return await db.read(ledger.state_counts) == {"verified": RUNNERS}

    await wait_for(everybody, "everybody at scoring, unasked")
    assert await network(race_day) is NetworkClass.ONLINE
    await engine.stop()


async def test_a_portal_never_sees_credentials(race_day: RaceDay) -> None:
    """D2."""
    description = race_day.sandbox.description()
    lines_to = {Provider.RUNSIGNUP: race_day.runsignup, Provider.COPERNICO: race_day.copernico}
    secrets = []
    for provider, line in lines_to.items():
        description[provider.value]["base_url"] = line.base_url
        secrets += list(description[provider.value]["secrets"].values())
    async with open_runtime(
        Home(race_day.home.folder / "second"), clock=race_day.clock, vault=MemoryVault()
    ) as runtime:
        (event_id,) = await set_up(runtime, description)
        for line in lines_to.values():
            line.weather = Weather.PORTAL
            line.requests.clear()
            line.heads.clear()
        race_day.clock.step(PROVED_S)
        event = await syncs.event_of(runtime, event_id)
        for ask in (syncs.pull_participants, syncs.pull_results):
            queued: Any = await ask(runtime, event, Trigger.OPERATOR)
            job_id = queued.job_id if not isinstance(queued, list) else queued[0].job_id
            [job] = await runtime.run_jobs([job_id])
            assert (job.state, job.attempt) == (JobState.PENDING, 0)
        for account in await runtime.db.read(overview.lanes, race_day.clock.now()):
            with pytest.raises(Portal):
                await tenancy.test_account(runtime, account.account_id)
            assert account.network == "portal"
        assert (await runtime.db.read(lines.network, race_day.clock.now())).kind == "portal"
    sent = "".join(head for line in lines_to.values() for head in line.heads)
    assert sent
    assert not [secret for secret in secrets if secret in sent]


async def test_a_providers_own_page_is_its_own_trouble(race_day: RaceDay) -> None:
    await race_day.pull()
    race_day.runsignup.weather = Weather.PORTAL
    race_day.runsignup.hits = "/participants"
    job = await race_day.pull(full=True)
    assert (job.state, job.attempt) == (JobState.PENDING, 1)
    assert await network(race_day) is NetworkClass.ONLINE


async def test_a_provider_that_breaks_off_again_and_again_is_left_alone_a_while(
    race_day: RaceDay,
) -> None:
    """D4."""
    await race_day.pull()
    race_day.runsignup.weather = Weather.FAULT
    job = await race_day.pull()
    for _ in range(2):
        race_day.clock.reach(job.due_at)
        job = (await race_day.runtime.run_jobs([job.id]))[0]
    assert job.attempt == 3
    down = await lane(race_day, Provider.RUNSIGNUP)
    assert (down.state, down.network) == ("offline", "provider down")
    event = await syncs.event_of(race_day.runtime, race_day.event_id)
    db, now = race_day.runtime.db, race_day.clock.now()
    discovery = JobKey(event.account_id, None, Operation.EVENTS, Direction.PULL)
    scheduled = await db.write(queue.enqueue, discovery, Trigger.SCHEDULE, now)
    assert await db.read(lines.impassable, [scheduled.job_id], now) == {scheduled.job_id}
    assert not await db.read(lines.impassable, [scheduled.job_id], now + timedelta(minutes=2))
    race_day.runsignup.weather = Weather.FAIR
    by_hand = await syncs.discover(race_day.runtime, event.account_id, Trigger.OPERATOR)
    [found] = await race_day.runtime.run_jobs([by_hand.job_id])
    assert found.state is JobState.COMPLETED
    assert (await lane(race_day, Provider.RUNSIGNUP)).network == "online"


async def test_asked_to_wait_the_whole_account_waits(race_day: RaceDay) -> None:
    """D5."""
    await race_day.pull()
    await race_day.push()
    race_day.copernico.weather = Weather.SLOWDOWN
    first = await race_day.pull_results()
    assert first.attempt == 1
    race_day.copernico.weather = Weather.FAIR
    waiting = await lane(race_day, Provider.COPERNICO)
    assert waiting.network == "throttled by them"
    db, now = race_day.runtime.db, race_day.clock.now()
    key = JobKey(first.account_id, None, Operation.EVENTS, Direction.PULL)
    queued = await db.write(queue.enqueue, key, Trigger.SCHEDULE, now)
    [waits] = await race_day.runtime.run_jobs([queued.job_id])
    assert (waits.state, waits.attempt) == (JobState.PENDING, 0)
    race_day.clock.step(300)
    [done] = await race_day.runtime.run_jobs([queued.job_id])
    assert done.state is JobState.COMPLETED


async def test_an_account_test_says_who_is_not_there(race_day: RaceDay) -> None:
    await race_day.runsignup.down()
    found = await race_day.runtime.db.read(overview.lanes, race_day.clock.now())
    with pytest.raises(NotSent, match="cannot be reached"):
        await tenancy.test_account(race_day.runtime, found[0].account_id)


@pytest.mark.parametrize("slow_s", [0, 45, -45])
async def test_the_clocks_difference_is_measured_by_every_answer(
    race_day: RaceDay, slow_s: int
) -> None:
    """D19."""
    slow = SteppedClock(race_day.clock.now() - timedelta(seconds=slow_s))
    home = Home(race_day.home.folder / "slow")
    async with open_runtime(home, clock=slow, vault=MemoryVault()) as runtime:
        await set_up(runtime, race_day.sandbox.description())
        for one in await runtime.db.read(overview.lanes, slow.now()):
            if one.provider == "runsignup":
                assert one.clock_offset_s is not None
                assert abs(one.clock_offset_s - slow_s) <= 1
