"""Budgets of calls at work: a spent hour is waited for outside the job, and nothing is burnt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from p88console.domain.errors import BudgetSpent, Call
from p88console.domain.jobs import Direction, JobKey, JobState, Operation, Trigger
from p88console.domain.model import Provider
from p88console.domain.network import Probe, Reach
from p88console.engine.line import ERRAND, Errand, Line, Process
from p88console.providers.base import CallLimits
from p88console.runtime import syncs
from p88console.runtime.practice import set_up
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.store.database.db import Database
from p88console.store.tenancy import tenants
from p88console.store.tenancy.tenants import AccountRow
from p88console.store.windows import overview
from p88console.store.work import budgets, queue
from p88console.store.work.budgets import SLOTS_LAPSE_S
from p88console.system.clock import SystemClock
from p88console.system.home import Home
from p88console.system.settings import Limits, Settings
from p88console.system.vault import MemoryVault
from tests.engine.conftest import RaceDay

CALL = Call(Provider.RUNSIGNUP, "GET", "https://api.runsignup.com/rest/races")


@asynccontextmanager
async def runtime_with(race_day: RaceDay, per_hour: int) -> AsyncIterator[tuple[Runtime, int]]:
    settings = Settings(limits={Provider.RUNSIGNUP: Limits(per_hour=per_hour)})
    home = Home(race_day.home.folder / "limited")
    async with open_runtime(
        home, clock=race_day.clock, vault=MemoryVault(), settings=settings
    ) as runtime:
        (event_id,) = await set_up(runtime, race_day.sandbox.description())
        yield runtime, event_id


async def test_a_spent_hour_waits_outside_the_job_and_goes_on_where_it_was(
    race_day: RaceDay,
) -> None:
    """D5."""
    async with runtime_with(race_day, per_hour=8) as (runtime, event_id):
        event = await syncs.event_of(runtime, event_id)
        key = JobKey(event.account_id, event.id, Operation.PARTICIPANTS, Direction.PULL)
        queued = await runtime.db.write(
            queue.enqueue, key, Trigger.SCHEDULE, race_day.clock.now(), full=True
        )
        [job], waits = await runtime.run_jobs([queued.job_id]), 0
        while job.state is not JobState.COMPLETED:
            waits += 1
            assert (job.state, job.attempt) == (JobState.PENDING, 0)
            assert job.error is not None
            assert job.error["code"] == "budget"
            assert job.due_at > race_day.clock.now()
            lanes = await runtime.db.read(overview.lanes, race_day.clock.now())
            limited = next(one for one in lanes if one.provider == "runsignup")
            assert limited.network == "throttled by us"
            assert limited.calls_left is not None
            race_day.clock.reach(job.due_at)
            [job] = await runtime.run_jobs([queued.job_id])
        assert 1 <= waits <= 10


async def test_what_is_asked_for_by_hand_goes_first(race_day: RaceDay) -> None:
    async with runtime_with(race_day, per_hour=40) as (runtime, event_id):
        event = await syncs.event_of(runtime, event_id)
        asked = budgets.Asked("somebody", 40)
        limits = budgets.Limits(2, 1000.0, 40)
        now = race_day.clock.now()
        await runtime.db.write(budgets.grant, event.account_id, limits, asked, now)
        await runtime.db.write(budgets.give_back, event.account_id, "somebody", 0, 0)
        queued = await syncs.discover(runtime, event.account_id, Trigger.OPERATOR)
        [job] = await runtime.run_jobs([queued.job_id])
        assert job.state is JobState.COMPLETED


async def theirs(_account: AccountRow) -> Probe:
    return Probe(Reach.THEIRS)


@pytest.fixture
async def make_line(tmp_path: Path) -> AsyncIterator[Callable[[str], Line]]:
    db = await asyncio.to_thread(Database.open, tmp_path / "p88console.db")
    clock = SystemClock()
    lines: list[Line] = []
    with db.writer() as tx:
        partner = tenants.add_partner(tx, "Midwest Timing", clock.now()).id
        account = tenants.add_account(
            tx,
            partner,
            Provider.RUNSIGNUP,
            label="RunSignUp",
            base_url=None,
            options={},
            vault_key="key",
            now=clock.now(),
        )

    def make(owner: str, lapse_s: float = SLOTS_LAPSE_S) -> Line:
        lines.append(Line(db, clock, Process(owner, lapse_s=lapse_s), account, theirs))
        return lines[-1]

    yield make
    for line in lines:
        await line.close()
    db.close()


async def test_never_more_calls_at_once_than_allowed_over_all_processes(
    make_line: Callable[[str], Line],
) -> None:
    limits = CallLimits(concurrent=3, per_second=500.0)
    under_way = most = 0

    async def call(line: Line) -> None:
        nonlocal under_way, most
        await line.take(CALL, limits)
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.004)
        under_way -= 1
        line.give_back(None, None)

    lines = [make_line(owner) for owner in ("a", "b")]
    async with asyncio.timeout(30):
        await asyncio.gather(*(call(line) for line in lines for _ in range(40)))
    assert 2 <= most <= 3


async def test_a_call_that_takes_longer_than_a_silence_keeps_its_slot(
    make_line: Callable[..., Line],
) -> None:
    limits, silence_s = CallLimits(concurrent=1, per_second=500.0), 0.6
    slow, next_one = make_line("slow", silence_s), make_line("next")
    await slow.take(CALL, limits)
    waiting = asyncio.create_task(next_one.take(CALL, limits))
    await asyncio.sleep(2.5 * silence_s)
    assert not waiting.done()
    slow.give_back(None, None)
    await asyncio.wait_for(waiting, 30)


async def test_calls_a_second_are_kept_over_all_processes(
    make_line: Callable[[str], Line],
) -> None:
    limits = CallLimits(concurrent=8, per_second=40.0)
    lines = [make_line(owner) for owner in ("a", "b")]
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def call(line: Line) -> None:
        await line.take(CALL, limits)
        line.give_back(None, None)

    async with asyncio.timeout(30):
        await asyncio.gather(*(call(line) for line in lines for _ in range(40)))
    # forty at once from a full bucket, the other forty at forty a second
    assert loop.time() - began >= 0.95


async def test_a_wait_of_an_hours_budget_is_told_and_not_slept(
    make_line: Callable[[str], Line],
) -> None:
    limits = CallLimits(concurrent=2, per_second=100.0, per_hour=10)
    line = make_line("a")
    ERRAND.set(Errand(by_hand=False))
    for _ in range(3):
        await line.take(CALL, limits)
        line.give_back(None, None)
    with pytest.raises(BudgetSpent) as caught:
        await line.take(CALL, limits)
    assert ERRAND.get().calls == 3
    assert caught.value.retry_after_s is not None
    assert caught.value.retry_after_s > timedelta(minutes=3).total_seconds()
