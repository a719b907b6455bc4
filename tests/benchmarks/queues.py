"""Jobs enqueued, claimed and settled, durably and with history, against other queues."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import procrastinate
import psycopg
from huey import SqliteHuey

from p88console.domain.jobs import Direction, JobKey, Operation
from p88console.domain.model import EventRecord
from p88console.store.tenancy import events
from p88console.store.work import turns
from p88console.store.work.settle import Attempt
from p88console.store.work.turns import Wanted
from tests.benchmarks.timing import Finding, in_turns
from tests.store.bench import LEASE_S, Bench, set_up
from tests.support import postgres
from tests.support.clock import SteppedClock

JOBS, TRIES = 200, 9

WANTED = Wanted("me", LEASE_S)

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
"""What the tests' server goes without, and every shared database has."""


def _ours(where: Path | str) -> tuple[Bench, Callable[[], None]]:
    """A round of all jobs as they come and a worker serves them; attempts and leases are kept.

    Each is asked for in a transaction of its own. The worker ends one and takes up the next in one.
    """
    bench = set_up(where, SteppedClock())
    records = [EventRecord(f"q{n}", f"event {n}", "UTC", None, (), {"n": n}) for n in range(JOBS)]
    _, ids = bench.write(events.upsert_events, bench.runsignup, records, bench.now)
    keys = [JobKey(bench.runsignup, its, Operation.PARTICIPANTS, Direction.PULL) for its in ids]

    def work() -> None:
        for key in keys:
            bench.enqueue(key)
        done, attempt = 0, bench.claim()
        while attempt is not None:
            ended, taken = bench.write(turns.end_and_take, attempt, bench.now, WANTED)
            assert ended
            done += 1
            attempt = taken and Attempt(*taken, WANTED.owner)
        assert done == JOBS

    return bench, work


def on_sqlite(folder: Path) -> Iterator[Finding]:
    """Against huey, which keeps results, no attempts, no leases; both on disk at each commit."""
    huey = SqliteHuey(filename=str(folder / "huey.db"), fsync=True, results=True)
    task = huey.task()(int)

    def theirs() -> None:
        for number in range(JOBS):
            task(number)
        while (found := huey.dequeue()) is not None:
            huey.execute(found)

    bench, ours = _ours(folder / "queue.db")
    pairs = in_turns(TRIES, ours, theirs)
    huey.storage.close()
    bench.db.close()
    yield Finding(f"{JOBS} jobs on SQLite, `synchronous=FULL`", "huey's SqliteHuey", pairs, 1.0)


def on_postgres(folder: Path) -> Iterator[Finding]:
    """Against procrastinate, on one server; both on disk at each commit."""
    if postgres.installed() is None:
        return
    cluster = postgres.shared_cluster(folder)
    cluster.run(*(f"ALTER SYSTEM SET {name} = on" for name in DURABLE), "SELECT pg_reload_conf()")
    try:
        with cluster.database() as mine, cluster.database() as other:
            address = other.replace("+psycopg", "")
            app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=address))
            task = app.task(name="work")(_nothing)
            bench, ours = _ours(mine)
            with app.open():
                app.schema_manager.apply_schema()

                def theirs() -> None:
                    for number in range(JOBS):
                        task.defer(number=number)
                    _fetch(address)

                pairs = in_turns(TRIES, ours, theirs)
            bench.db.close()
        yield Finding(f"{JOBS} jobs on PostgreSQL", "procrastinate", pairs, 1.0)
    finally:
        postgres.stop_cluster(folder)


def _nothing(number: int) -> None:
    """A job without work: what is measured is the queue."""
    del number


def _fetch(address: str) -> None:
    """What procrastinate's worker asks of the database for each job, without its own loop."""
    with psycopg.connect(address, autocommit=True) as connection:
        worker = connection.execute("SELECT procrastinate_register_worker_v1()").fetchone()
        assert worker is not None
        while True:
            job = connection.execute(
                "SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)", (worker[0],)
            ).fetchone()
            if job is None or job[0] is None:
                return
            connection.execute(
                "SELECT procrastinate_finish_job_v1(%s, 'succeeded', false)", (job[0],)
            )
