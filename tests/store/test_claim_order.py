"""Jobs are claimed by priority, of one priority by the nearest gun, then the longest due."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from p88console.domain.cadence import CadenceSettings
from p88console.domain.jobs import Direction, JobKey, Operation
from p88console.domain.model import EventRecord, RaceRecord
from p88console.store.database.db import Tx
from p88console.store.tenancy import events
from p88console.store.work.queue import QUEUE
from tests.store.bench import Bench

USUAL = CadenceSettings()
FINISH = USUAL.last_finisher_after + USUAL.finish_tail
MINUTE = timedelta(minutes=1)
JOBS = 24


@dataclass
class Asked:
    """A job as it was asked for, with the guns of its event."""

    job_id: int
    operation: Operation
    priority: int
    due_at: datetime
    guns: list[datetime]

    def turn(self, now: datetime) -> tuple[object, ...]:
        """What its turn is decided by."""
        begin, end = (
            (now - FINISH, now)
            if self.operation is Operation.RESULTS
            else (now - USUAL.after_last_start, now + USUAL.race_day)
        )
        near = sorted(gun for gun in self.guns if begin <= gun <= end)
        return self.priority, not near, near[:1], self.due_at, self.job_id


def ask(bench: Bench, chance: random.Random) -> list[Asked]:
    """Jobs of as many events, with guns before, around and long after this moment."""
    moments = [timedelta(hours=hours) for hours in (-20, -7, -2, -0.5, 0, 0.5, 3, 5, 100)]
    guns = [[bench.now + chance.choice(moments) for _ in range(n % 3)] for n in range(JOBS)]
    records = [
        EventRecord(
            f"e{number}",
            f"event {number}",
            "UTC",
            None,
            tuple(RaceRecord(str(n), f"race {n}", gun, 5000.0, {}) for n, gun in enumerate(its)),
            {"number": number},
        )
        for number, its in enumerate(guns)
    ]
    _, ids = bench.write(events.upsert_events, bench.runsignup, records, bench.now)
    asked = []
    for event_id, its in zip(ids, guns, strict=True):
        operation = chance.choice([Operation.PARTICIPANTS, Operation.RESULTS])
        key = JobKey(bench.runsignup, event_id, operation, Direction.PULL)
        job_id = bench.enqueue(key).job_id
        job = Asked(job_id, operation, chance.randint(3, 5), bench.now, its)
        job.due_at -= chance.randint(0, 3) * MINUTE
        bench.write(_put, job)
        asked.append(job)
    return asked


def _put(tx: Tx, job: Asked) -> None:
    values = {"priority": job.priority, "due_at": job.due_at}
    tx.connection.execute(update(QUEUE).where(QUEUE.c.id == job.job_id).values(values))


@pytest.mark.parametrize("seed", [1, 2])
def test_jobs_come_in_their_turn(bench: Bench, seed: int) -> None:
    asked = ask(bench, random.Random(seed))  # noqa: S311  # order, not secrecy
    taken = [attempt.job.id for _ in asked if (attempt := bench.claim())]
    assert taken == [job.job_id for job in sorted(asked, key=lambda job: job.turn(bench.now))]
