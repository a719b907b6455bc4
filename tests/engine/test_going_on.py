"""A worker that ends a job takes up the next by the same write, and strands none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Concatenate, ParamSpec, TypeVar

import pytest

from p88console.domain.errors import StoreFault
from p88console.domain.jobs import Direction, Job, JobKey, JobState, Operation, Trigger
from p88console.engine.owners import new_owner
from p88console.engine.worker import Worker
from p88console.runtime import syncs
from p88console.store.database.db import Database, Tx
from p88console.store.work import claims, queue, turns
from tests.engine.conftest import RaceDay
from tests.engine.test_engine import wait_for

P = ParamSpec("P")
T = TypeVar("T")


class Watched(Database):
    """A database that tells when a worker goes on, and may refuse that."""

    def watch(self) -> None:
        self.going_on = asyncio.Event()
        self.refuses = False
        self.claimed = 0

    async def write(
        self, work: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        goes_on = work is turns.end_and_take
        if goes_on:
            self.going_on.set()
            if self.refuses:
                raise StoreFault("met another each time")
        found = await super().write(work, *args, **kwargs)
        self.claimed += work is claims.claim and found is not None
        return found


@pytest.fixture
async def watched(race_day: RaceDay) -> AsyncIterator[Watched]:
    db = Watched(race_day.runtime.db.where)
    db.watch()
    yield db
    db.close()


async def two_jobs(race_day: RaceDay) -> list[int]:
    """Work at an account and at its event, due now."""
    event = await syncs.event_of(race_day.runtime, race_day.event_id)
    keys = [
        JobKey(event.account_id, where, operation, Direction.PULL)
        for where, operation in ((None, Operation.EVENTS), (event.id, Operation.PARTICIPANTS))
    ]
    db, now = race_day.runtime.db, race_day.clock.now()
    return [(await db.write(queue.enqueue, key, Trigger.OPERATOR, now)).job_id for key in keys]


def worker_of(race_day: RaceDay, db: Database) -> Worker:
    return Worker(replace(race_day.runtime.shop, db=db), new_owner(), slots=1)


async def jobs_of(race_day: RaceDay, ids: list[int]) -> list[Job]:
    return await race_day.runtime.db.read(queue.find, job_ids=ids)


async def both_done(race_day: RaceDay, worker: Worker, ids: list[int]) -> None:
    working = asyncio.create_task(worker.run())

    async def done() -> bool:
        return {job.state for job in await jobs_of(race_day, ids)} == {JobState.COMPLETED}

    await wait_for(done, "both jobs to end")
    worker.stop()
    await working


async def test_the_next_job_is_taken_up_where_the_one_before_ends(
    race_day: RaceDay, watched: Watched
) -> None:
    ids = await two_jobs(race_day)
    await both_done(race_day, worker_of(race_day, watched), ids)
    assert watched.claimed == 1


async def test_a_job_ends_although_nothing_can_be_taken_up_with_it(
    race_day: RaceDay, watched: Watched
) -> None:
    ids = await two_jobs(race_day)
    watched.refuses = True
    await both_done(race_day, worker_of(race_day, watched), ids)
    assert watched.claimed >= len(ids)


@pytest.mark.parametrize("stops", [Worker.rest, Worker.stop], ids=["rest", "stop"])
async def test_what_was_taken_up_while_a_worker_was_told_to_stop_is_handed_back(
    race_day: RaceDay, watched: Watched, stops: Callable[[Worker], object]
) -> None:
    ids = await two_jobs(race_day)
    worker = worker_of(race_day, watched)
    working = asyncio.create_task(worker.run())
    async with race_day.patience():
        await watched.going_on.wait()
        told = stops(worker)
        if asyncio.iscoroutine(told):
            await told
        worker.stop()
        await working
    ended, handed_back = sorted(await jobs_of(race_day, ids), key=lambda job: job.state)
    assert ended.state is JobState.COMPLETED
    assert (handed_back.state, handed_back.attempt) == (JobState.PENDING, 0)
    assert watched.claimed == 1
