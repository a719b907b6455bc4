"""A machine that slept, and a clock that was set: doubted, caught up with, and told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from p88console.domain.jobs import JobState, Operation
from p88console.domain.model import Provider
from p88console.domain.notices import NoticeKind
from p88console.engine.owners import new_owner
from p88console.engine.standstill import Standstill
from p88console.engine.waking import LOOK_S, Waking
from p88console.engine.worker import Worker
from p88console.store.inbox import notices
from p88console.store.work import ledger, queue, schedule
from tests.engine.conftest import RUNNERS, RaceDay
from tests.engine.test_engine import sweep, wait_for
from tests.support.faultline import Weather


def waking(race_day: RaceDay, worker: Worker) -> Waking:
    """The look at the clocks beside this worker."""
    shop = race_day.runtime.shop

    async def sweeping() -> None:
        await sweep(race_day)

    return Waking(shop, worker, sweeping, Standstill(shop.clock, shop.db.feed))


def idle(race_day: RaceDay) -> Worker:
    return Worker(race_day.runtime.shop, new_owner())


async def test_a_lid_closed_in_the_middle_of_a_push_doubts_what_was_under_way(
    race_day: RaceDay,
) -> None:
    """D1."""
    await race_day.pull()
    engine = race_day.runtime.engine
    await sweep(race_day)
    race_day.copernico.hits, race_day.copernico.weather = "race-registrations", Weather.MUTE
    assert await engine.start()

    async def sent() -> bool:
        there: int = (await race_day.ledger(Provider.COPERNICO))["rows_written"]
        return there == RUNNERS

    await wait_for(sent, "everybody sent, nothing heard")
    race_day.clock.step(21 * 60 + 40 + LOOK_S)
    race_day.copernico.weather = Weather.FAIR

    async def told() -> bool:
        found = await race_day.runtime.db.read(notices.newest, 1)
        return bool(found) and found[0].ended_at is not None

    await wait_for(told, "the end of the catching up")
    [notice] = await race_day.runtime.db.read(notices.newest, 5)
    assert notice.kind is NoticeKind.SLEPT
    assert notice.title.startswith("slept 21:4")
    assert ", caught up at " in notice.title
    states = await race_day.runtime.db.read(ledger.state_counts)
    assert states == {"verified": RUNNERS}
    books = await race_day.ledger(Provider.COPERNICO)
    assert books["rows_written"] == len(books["athletes"]) == RUNNERS
    await engine.stop()


async def test_each_missed_schedule_runs_once_after_a_sleep(race_day: RaceDay) -> None:
    """D1."""
    await sweep(race_day)
    looks = waking(race_day, idle(race_day))
    for job in await race_day.runtime.db.read(queue.find):
        await race_day.runtime.run_jobs([job.id])
    race_day.clock.step(1300)
    await looks.look()
    waiting = await race_day.runtime.db.read(queue.find, state=JobState.PENDING)
    assert len({job.key for job in waiting}) == len(waiting)
    assert {job.operation for job in waiting} >= {Operation.PARTICIPANTS}
    assert await sweep(race_day) == []


async def test_looks_in_step_notice_nothing(race_day: RaceDay) -> None:
    looks = waking(race_day, idle(race_day))
    for _ in range(3):
        race_day.clock.step(LOOK_S)
        await looks.look()
    assert await race_day.runtime.db.read(notices.newest, 5) == []


@pytest.mark.parametrize("by", [-3600.0, 3600.0])
async def test_a_clock_that_was_set_is_told_and_keeps_no_work_waiting(
    race_day: RaceDay, by: float
) -> None:
    """D19."""
    await sweep(race_day)
    race_day.runsignup.weather = Weather.FAULT
    job = await race_day.pull()
    wait = job.due_at - race_day.clock.now()
    looks = waking(race_day, idle(race_day))
    race_day.clock.step(LOOK_S)
    race_day.clock.set_machine(by)
    await looks.look()
    [notice] = await race_day.runtime.db.read(notices.newest, 5)
    way = "forward" if by > 0 else "back"
    assert notice.title == f"this machine's clock was set {way} by 1:00:00"
    after = await race_day.runtime.db.read(queue.get, job.id)
    assert after is not None
    if not race_day.runtime.db.shared:
        left = after.due_at - race_day.clock.now()
        assert abs(left - wait + timedelta(seconds=LOOK_S)) < timedelta(seconds=1)
    rows = await race_day.runtime.db.read(schedule.rows)
    assert all(row.due_at <= race_day.clock.now() + row.interval for row in rows)
