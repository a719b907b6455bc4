"""What is over goes in time; open work and the trail stay; a million rows are quick."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from p88console.domain.jobs import JobState
from p88console.runtime.retention import forgetting
from p88console.store.database import retention
from p88console.store.windows import header, overview
from p88console.store.work import history, settle
from p88console.system.settings import Retention
from tests.store.bench import Bench, ada, set_up
from tests.support.clock import SteppedClock


def finished(bench: Bench) -> int:
    attempt = bench.claimed()
    bench.write(settle.complete, attempt, bench.now)
    return attempt.job.id


async def test_what_is_over_goes_in_time_and_the_rest_stays(bench: Bench) -> None:
    bench.mirror(ada())
    bench.mirror(ada(first_name="Adah"))
    old = finished(bench)
    waiting = bench.claimed()
    bench.write(settle.hand_back, waiting, bench.now)
    trail = bench.count("SELECT count(*) FROM participant_changes")
    bench.clock.step(timedelta(days=91).total_seconds())
    recent = bench.claimed(bench.push_key)
    bench.write(settle.complete, recent, bench.now)
    chore = forgetting(bench.db, bench.clock, Retention())
    await chore.run()
    assert bench.rows("SELECT id FROM sync_queue WHERE id = :id", id=old) == []
    assert bench.history(old) == []
    assert bench.job(waiting.job.id).state is JobState.PENDING
    assert len(bench.history(waiting.job.id)) == 1  # its work is still open
    assert len(bench.history(recent.job.id)) == 1
    assert bench.count("SELECT count(*) FROM participant_changes") == trail > 0


async def test_more_than_one_go_takes_is_taken_in_several(bench: Bench) -> None:
    job = finished(bench)
    many(bench, 2 * retention.AT_ONCE + 10, job)
    bench.clock.step(timedelta(days=91).total_seconds())
    await forgetting(bench.db, bench.clock, Retention()).run()
    assert bench.count("SELECT count(*) FROM sync_history") == 0


def many(bench: Bench, rows: int, job: int) -> None:
    """So many copies of a job's attempt."""
    columns = (
        "job_id, partner_id, account_id, event_id, operation, direction, attempt, state, trigger, "
        "started_at, finished_at, partial, counts"
    )
    bench.execute(
        f"INSERT INTO sync_history ({columns}) "  # noqa: S608  # our own words
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) "
        f"SELECT {columns} FROM sync_history, n WHERE job_id = {job}"
    )


QUESTIONS: dict[str, Callable[[Connection, Bench], object]] = {
    "first page": lambda c, _: history.page(c, 0, 50, ""),
    "newest": lambda c, _: history.attempts(c, limit=20),
    "of an event": lambda c, bench: history.attempts(c, event_id=bench.event, limit=20),
    "lanes": lambda c, bench: overview.lanes(c, bench.now),
    "header": lambda c, bench: header.facts(c, bench.now),
}

LIMIT = 300_000
"""Steps of SQLite's machine; a look at every row of the table takes millions."""


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder: Path = tmp_path_factory.mktemp("crowded")
    bench = set_up(folder / "p88console.db", SteppedClock())
    many(bench, 1_000_000, finished(bench))
    return bench


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_million_attempts_cost_no_more_than_a_few(crowded: Bench, question: str) -> None:
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1000
        return 0

    with crowded.db.reader() as connection:
        driver: Any = connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_progress_handler(count, 1000)
        QUESTIONS[question](connection, crowded)
        driver.set_progress_handler(None, 0)
    assert steps < LIMIT
