"""A stretch of time as the day view reads it."""

from __future__ import annotations

from datetime import timedelta

from p88console.domain.jobs import JobState
from p88console.store.windows import day
from p88console.store.work import queue
from tests.store.bench import GUN, Bench


def test_a_day_holds_its_attempts_jobs_and_guns(bench: Bench) -> None:
    attempt = bench.claimed()
    bench.execute(
        "UPDATE sync_history SET state = 'completed', finished_at = started_at,"
        ' counts = \'{"received": 9, "created": 2, "updated": 1, "sent": 4}\' WHERE id = :id',
        id=attempt.history_id,
    )
    waiting = bench.enqueue(bench.push_key)
    bench.write(queue.cancel, [waiting.job_id], bench.now)
    story = bench.read(day.day, min(bench.now, GUN) - timedelta(hours=1))
    (one,) = story.attempts
    assert (one.account_id, one.state, one.moved) == (bench.runsignup, JobState.COMPLETED, 7)
    assert sorted(ended is None for _began, ended in story.jobs) == [False, True]
    assert [gun.race_name for gun in story.guns if gun.at == GUN] == ["Half Marathon"]


def test_what_was_over_before_is_left_out(bench: Bench) -> None:
    bench.claimed()
    done = bench.enqueue(bench.push_key)
    bench.write(queue.cancel, [done.job_id], bench.now)
    story = bench.read(day.day, bench.now + timedelta(days=30))
    assert story.attempts == []
    assert len(story.jobs) == 1
    assert story.guns == []
