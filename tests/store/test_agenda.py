"""The schedule as the screen reads it, runs left out, jobs put off, what needs a person."""

from __future__ import annotations

from datetime import timedelta

from p88console.domain.jobs import JobState, Operation
from p88console.store.windows import agenda, overview
from p88console.store.work import holds, queue, schedule
from p88console.store.work.schedule import Due
from tests.store.bench import Bench

EVERY = timedelta(minutes=15)


def scheduled(bench: Bench) -> None:
    rows = [
        Due(bench.runsignup, bench.event, Operation.PARTICIPANTS, None, bench.now, EVERY, "near"),
        Due(bench.runsignup, None, Operation.EVENTS, None, bench.now + EVERY, EVERY, "daily"),
    ]
    bench.write(schedule.write, rows)


def test_a_run_tells_its_job_and_names_an_account_where_there_is_no_event(bench: Bench) -> None:
    scheduled(bench)
    asked = bench.enqueue()
    people, discovery = bench.read(agenda.runs)
    assert (people.operation, people.state) == ("participants", "pending")
    assert people.last_ok_at is None
    assert (discovery.event_id, discovery.state) == (None, None)
    assert discovery.event_name
    bench.write(queue.cancel, [asked.job_id], bench.now)
    assert bench.read(agenda.runs)[0].state is None


def test_only_its_own_pull_counts_as_its_last_success(bench: Bench) -> None:
    scheduled(bench)
    attempt = bench.claimed()
    bench.execute(
        "UPDATE sync_history SET state = 'completed', finished_at = started_at WHERE id = :id",
        id=attempt.history_id,
    )
    people, discovery = bench.read(agenda.runs)
    assert people.last_ok_at == bench.now
    assert discovery.last_ok_at is None


def test_a_run_that_is_left_out_is_due_an_interval_later(bench: Bench) -> None:
    scheduled(bench)
    people = bench.read(agenda.runs)[0]
    bench.write(agenda.skip, people.id, bench.now)
    skipped = next(row for row in bench.read(agenda.runs) if row.id == people.id)
    assert skipped.due_at == bench.now + EVERY
    kept = next(row for row in bench.read(schedule.rows) if row.operation == "participants")
    assert kept.enqueued_at == bench.now


def test_a_job_that_is_put_off_waits_and_one_that_runs_does_not(bench: Bench) -> None:
    waiting = bench.enqueue(bench.push_key)
    running = bench.claimed()
    until = bench.now + timedelta(hours=1)
    assert bench.write(queue.snooze, [waiting.job_id, running.job.id], until) == [waiting.job_id]
    assert bench.job(waiting.job_id).due_at == until
    assert bench.claim() is None
    bench.write(queue.retry_now, [waiting.job_id], bench.now)
    assert bench.claim() is not None


def test_what_needs_a_person_is_what_is_held_or_has_failed_for_good(bench: Bench) -> None:
    bench.enqueue(bench.push_key)
    held = bench.enqueue()
    bench.write(holds.hold_account, bench.runsignup, "signed out", bench.now)
    assert bench.read(overview.needing_count, "") == 1
    (row,) = bench.read(overview.needing_page, 0, 10, "")
    assert (row.id, row.state) == (held.job_id, JobState.HELD)
    assert row.account_id == bench.runsignup
    assert bench.read(overview.needing_count, "copernico") == 0
