"""Claims from several threads on one file: no job is ever handed out twice."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from p88console.domain.jobs import Direction, JobKey, JobState, Operation
from p88console.domain.model import EventRecord
from p88console.store.database.db import Database
from p88console.store.tenancy import events
from p88console.store.work import claims, queue, settle
from p88console.store.work.settle import Attempt
from tests.store.bench import LEASE_S, Bench

JOBS = 40
CLAIMANTS = ("one", "two", "three", "four")


def test_no_job_is_claimed_twice(bench: Bench) -> None:
    """D18."""
    fill(bench)
    others = [Database.open(bench.db.where) for _ in CLAIMANTS[1:]]
    together = threading.Barrier(len(CLAIMANTS))

    def work(owner: str, db: Database) -> list[int]:
        together.wait()
        done: list[int] = []
        while True:
            claimed = db.write_here(claims.claim, owner, bench.now, LEASE_S)
            if claimed is None:
                return done
            done.append(claimed[0].id)

    with ThreadPoolExecutor(len(CLAIMANTS)) as pool:
        shares = list(pool.map(work, CLAIMANTS, [bench.db, *others]))
    for db in others:
        db.close()
    taken = Counter(job_id for share in shares for job_id in share)
    assert len(taken) == JOBS
    assert set(taken.values()) == {1}
    assert bench.count("SELECT count(*) FROM sync_history") == JOBS


def test_claiming_and_settling_at_once_from_two_databases_does_every_job_once(
    bench: Bench,
) -> None:
    fill(bench)
    other = Database.open(bench.db.where)

    def work(owner: str, db: Database) -> int:
        done = 0
        while True:
            claimed = db.write_here(claims.claim, owner, bench.now, LEASE_S)
            if claimed is None:
                return done
            done += db.write_here(settle.complete, Attempt(*claimed, owner), bench.now)

    with ThreadPoolExecutor(2) as pool:
        done = sum(pool.map(work, ("one", "two"), (bench.db, other)))
    other.close()
    assert done == JOBS
    assert bench.rows("SELECT DISTINCT state FROM sync_queue") == [{"state": "completed"}]
    assert bench.rows("SELECT DISTINCT state FROM sync_history") == [{"state": "completed"}]


def fill(bench: Bench) -> None:
    records = [EventRecord(str(n), f"event {n}", "UTC", None, (), {"n": n}) for n in range(JOBS)]
    _, ids = bench.write(events.upsert_events, bench.runsignup, records, bench.now)
    for event_id in ids:
        bench.enqueue(JobKey(bench.runsignup, event_id, Operation.PARTICIPANTS, Direction.PULL))


def test_who_meets_another_at_the_same_event_begins_anew_and_takes_what_is_left(
    bench: Bench,
) -> None:
    """D18."""
    other = Database.open(bench.db.where)
    for _ in range(12):
        for direction in Direction:
            bench.enqueue(bench.key(direction=direction))
        left = bench.enqueue(bench.key(Operation.RESULTS, event=bench.other_event)).job_id
        together = threading.Barrier(2)

        def claim(owner: str, db: Database, at: threading.Barrier = together) -> Attempt:
            at.wait()
            claimed = db.write_here(claims.claim, owner, bench.now, LEASE_S)
            assert claimed is not None
            return Attempt(*claimed, owner)

        with ThreadPoolExecutor(2) as pool:
            taken = list(pool.map(claim, ("one", "two"), (bench.db, other)))
        assert left in {attempt.job.id for attempt in taken}
        assert len({attempt.job.event_id for attempt in taken}) == len(taken)
        for attempt in taken:
            assert bench.write(settle.complete, attempt, bench.now)
        for job in bench.read(queue.find, state=JobState.PENDING):
            bench.write(queue.cancel, [job.id], bench.now)
    other.close()
