"""The engine by itself: what it queues, what it survives, who may run it."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from p88console.domain.jobs import JobState, Operation, Trigger
from p88console.engine import timetable
from p88console.engine.engine import Engine
from p88console.engine.owners import is_dead, new_owner
from p88console.engine.shop import LeaseLost
from p88console.engine.worker import LEASE_S, Worker
from p88console.runtime import syncs
from p88console.store.database.db import Tx
from p88console.store.work import engines, leases, ledger, queue, schedule
from p88console.store.work.engines import Holder
from p88console.system.settings import Settings
from tests.engine.conftest import RUNNERS, RaceDay

SETTINGS = Settings()


async def wait_for(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    """Let the engine work until the condition holds."""
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110  # the database tells nobody in a test
            await asyncio.sleep(0.01)
    assert await condition(), what


async def sweep(race_day: RaceDay) -> list[Operation]:
    """One look at the timetable; returns what it queued."""
    db, now = race_day.runtime.db, race_day.clock.now()
    found = await db.read(timetable.look, SETTINGS.cadence_of, now)
    await db.write(timetable.carry_out, found, now)
    return sorted(row.operation for row in found.due)


async def test_a_started_engine_brings_everybody_to_scoring_unasked(race_day: RaceDay) -> None:
    await race_day.runtime.engine.start()

    async def verified() -> bool:
        states = await race_day.runtime.db.read(ledger.state_counts)
        return states.get("verified") == RUNNERS

    await wait_for(verified, "everybody verified")
    await race_day.runtime.engine.stop()
    assert await race_day.runtime.db.read(engines.living) == []


async def test_what_is_due_is_queued_once_and_again_after_its_interval(race_day: RaceDay) -> None:
    first = await sweep(race_day)
    assert first.count(Operation.PARTICIPANTS) == first.count(Operation.RESULTS) == 1
    assert await sweep(race_day) == []
    race_day.clock.step(60)
    assert Operation.PARTICIPANTS in await sweep(race_day)  # the gun is minutes away


async def test_many_missed_schedules_run_once(race_day: RaceDay) -> None:
    await sweep(race_day)
    race_day.clock.step(3600)
    assert (await sweep(race_day)).count(Operation.PARTICIPANTS) == 1
    assert await sweep(race_day) == []


async def test_the_schedule_says_interval_and_reason(race_day: RaceDay) -> None:
    await sweep(race_day)
    rows = {row.operation: row for row in await race_day.runtime.db.read(schedule.rows)}
    assert rows[Operation.PARTICIPANTS].interval == timedelta(minutes=1)
    assert rows[Operation.PARTICIPANTS].reason == "start less than 1 h ago"
    assert rows[Operation.EVENTS].reason.startswith("daily at 02:00")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-10-17T01:59:59-05:00", "2026-10-17T02:00:00-05:00"),
        ("2026-10-17T02:00:00-05:00", "2026-10-18T02:00:00-05:00"),
        ("2026-11-01T00:30:00-05:00", "2026-11-01T02:00:00-06:00"),
        ("2026-03-07T23:00:00-06:00", "2026-03-08T03:00:00-05:00"),
    ],
    ids=["a second before", "at the moment", "clocks fall back", "clocks spring forward"],
)
def test_discovery_comes_at_two_in_the_venues_morning(after: str, expected: str) -> None:
    """D20."""
    zone = ZoneInfo("America/Chicago")
    found = timetable.next_at(time(2, 0), zone, datetime.fromisoformat(after).astimezone(UTC))
    assert found == datetime.fromisoformat(expected)


async def test_a_fault_of_the_engine_is_told_and_leaves_its_host_alive(race_day: RaceDay) -> None:
    """D24."""
    db = race_day.runtime.db
    await _rename(race_day, "sync_schedule", "elsewhere")
    engine = race_day.runtime.engine
    await engine.start()

    async def broken() -> bool:
        return engine.fault is not None and not engine.running

    await wait_for(broken, "the fault")
    assert engine.fault is not None
    assert "sync_schedule" in engine.fault[0]
    assert await db.read(queue.find) != []  # reading goes on
    await _rename(race_day, "elsewhere", "sync_schedule")
    await engine.stop()
    assert await engine.start()
    assert engine.fault is None


async def _rename(race_day: RaceDay, before: str, after: str) -> None:
    def rename(tx: Tx) -> None:
        tx.connection.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")

    await race_day.runtime.db.write(rename)


async def test_a_second_engine_looks_on_until_the_first_is_gone(race_day: RaceDay) -> None:
    """D18."""
    first = race_day.runtime.engine
    assert await first.start()
    second = Engine(race_day.runtime.shop, SETTINGS.cadence_of)
    db = race_day.runtime.db
    assert await second.start() == db.shared  # beside the first on a server, never on a file
    if not db.shared:
        assert second.other is not None
        assert second.other.pid == os.getpid()
    assert await db.read(engines.leads, first.owner)
    await first.stop()
    assert second.running or await second.start()
    await second.stop()


async def test_the_lease_of_a_dead_process_is_taken_over_at_once(race_day: RaceDay) -> None:
    machine, gone = new_owner().partition(":")[0], 2**22 + 1  # above the largest process id
    dead = Holder(f"{machine}:{gone}:x", "here", gone, race_day.clock.now())
    await race_day.runtime.db.write(engines.join, dead, LEASE_S, several=False)
    assert is_dead(dead.owner)
    assert not is_dead(f"{machine}:{os.getpid()}:x")
    assert not is_dead(f"elsewhere:{gone}:x")
    assert not is_dead(f"{socket.gethostname()}/another card:{gone}:x")
    assert await race_day.runtime.engine.start()
    await race_day.runtime.engine.stop()


async def test_an_engine_that_stops_leaves_nothing_running(race_day: RaceDay) -> None:
    await race_day.runtime.engine.start()
    await race_day.runtime.engine.stop(grace_s=0.05)
    jobs = await race_day.runtime.db.read(queue.find)
    assert JobState.RUNNING not in {job.state for job in jobs}


async def test_each_claim_goes_under_a_name_of_its_own(race_day: RaceDay) -> None:
    worker = Worker(race_day.runtime.shop, new_owner())
    event = await syncs.event_of(race_day.runtime, race_day.event_id)
    await syncs.pull_participants(race_day.runtime, event, Trigger.OPERATOR)
    first = await worker.claim()
    assert first is not None
    race_day.clock.step(LEASE_S + 1)
    clock = race_day.clock
    assert await race_day.runtime.db.write(leases.rescue, clock.now()) == 1
    second = await worker.claim()
    assert second is not None
    assert first.job.id == second.job.id
    assert first.owner != second.owner
    with pytest.raises(LeaseLost):
        await first.progress(1, 2)
