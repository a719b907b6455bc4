"""The queue: asking for work, claiming it, and what stands in the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from p88console.domain.errors import StoreFault
from p88console.domain.jobs import (
    LOWEST_PRIORITY,
    Direction,
    JobKey,
    JobState,
    Operation,
    Trigger,
)
from p88console.domain.outcome import FailPermanently, RetryAt
from p88console.store.tenancy import tenants
from p88console.store.work import claims, holds, leases, queue, settle
from p88console.store.work.settle import Attempt
from tests.store.bench import LEASE_S, Bench

INSERT_JOB = """
INSERT INTO sync_queue (partner_id, account_id, operation, direction, state, priority, due_at,
    attempt, trigger, "full", in_doubt, progress_done, checkpoint, again, created_at,
    lease_owner, lease_until, finished_at)
VALUES (1, 1, :operation, :direction, :state, 3, :at,
    :attempt, :trigger, false, false, 0, '{}', false, :at, :owner, :until, :finished)
"""
GOOD_JOB = {
    "operation": "participants",
    "direction": "pull",
    "state": "pending",
    "trigger": "operator",
    "attempt": 0,
    "owner": None,
    "until": None,
    "finished": None,
    "at": "2026-10-17 11:00:00.000000",
}


def test_a_second_request_finds_the_first(bench: Bench) -> None:
    first, second = bench.enqueue(), bench.enqueue()
    assert (first.created, second.created) == (True, False)
    assert first.job_id == second.job_id
    assert bench.count("SELECT count(*) FROM sync_queue") == 1


def test_an_operator_makes_waiting_work_urgent_and_due_now(bench: Bench) -> None:
    asked = bench.enqueue()
    bench.execute("UPDATE sync_queue SET due_at = '2026-10-18 00:00:00.000000'")
    bench.enqueue(trigger=Trigger.OPERATOR)
    job = bench.job(asked.job_id)
    assert (job.priority, job.due_at) == (1, bench.now)


def test_the_schedule_never_makes_an_operators_work_less_urgent(bench: Bench) -> None:
    asked = bench.enqueue(trigger=Trigger.OPERATOR)
    bench.enqueue()
    assert bench.job(asked.job_id).priority == 1


def test_both_directions_and_other_events_have_jobs_of_their_own(bench: Bench) -> None:
    keys = [
        bench.key(),
        bench.key(direction=Direction.PUSH),
        bench.key(Operation.RESULTS),
        bench.key(event=bench.other_event),
        bench.key(account=bench.copernico),
        JobKey(bench.runsignup, None, Operation.PARTICIPANTS, Direction.PULL),
    ]
    assert all(bench.enqueue(key).created for key in keys)


def test_work_without_an_event_is_open_only_once_too(bench: Bench) -> None:
    discovery = JobKey(bench.runsignup, None, Operation.EVENTS, Direction.PULL)
    assert bench.enqueue(discovery).created
    assert not bench.enqueue(discovery).created


def test_a_finished_job_does_not_stand_in_the_way_of_a_new_one(bench: Bench) -> None:
    attempt = bench.claimed()
    bench.write(settle.complete, attempt, bench.now)
    assert bench.enqueue().created


def test_the_database_itself_allows_one_open_job_only(bench: Bench) -> None:
    bench.execute(INSERT_JOB, **GOOD_JOB)
    with pytest.raises(StoreFault, match=r"(?i)unique"):
        bench.execute(INSERT_JOB, **GOOD_JOB)


def test_the_database_itself_allows_one_running_job_an_event(bench: Bench) -> None:
    running = {"state": "running", "owner": "me", "until": 1.0}
    bench.execute(INSERT_JOB, **GOOD_JOB | running)
    with pytest.raises(StoreFault, match=r"(?i)unique"):
        bench.execute(INSERT_JOB, **GOOD_JOB | running | {"operation": "results"})


@pytest.mark.parametrize(
    "bad",
    [
        {"state": "broken"},
        {"operation": "magic"},
        {"direction": "sideways"},
        {"trigger": "nobody"},
        {"attempt": -1},
        {"state": "running"},
        {"state": "running", "owner": "me"},
        {"state": "pending", "owner": "me", "until": 1.0},
        {"state": "completed"},
        {"state": "failed_permanent"},
        {"state": "cancelled"},
        {"state": "pending", "finished": "2026-10-17 11:00:00.000000"},
        {"state": "held", "finished": "2026-10-17 11:00:00.000000"},
    ],
    ids=str,
)
def test_the_database_refuses_states_that_make_no_sense(
    bench: Bench, bad: dict[str, object]
) -> None:
    with pytest.raises(StoreFault, match=r"(?i)check"):
        bench.execute(INSERT_JOB, **GOOD_JOB | bad)


def test_the_most_urgent_is_claimed_first_then_the_earliest_due(bench: Bench) -> None:
    results = bench.enqueue(bench.key(Operation.RESULTS, account=bench.copernico))
    late = bench.enqueue(bench.key())
    bench.clock.step(-60)
    early = bench.enqueue(bench.key(event=bench.other_event))
    bench.clock.step(60)
    discovery = JobKey(bench.runsignup, None, Operation.EVENTS, Direction.PULL)
    manual = bench.enqueue(discovery, Trigger.OPERATOR)
    order = [attempt.job.id for attempt in iter(bench.claim, None)]
    assert order == [manual.job_id, early.job_id, late.job_id, results.job_id]


def test_nothing_is_claimed_before_it_is_due(bench: Bench) -> None:
    bench.clock.step(60)
    asked = bench.enqueue()
    bench.clock.step(-1)
    assert bench.claim() is None
    assert bench.read(claims.next_due, bench.now) == bench.job(asked.job_id).due_at
    bench.clock.step(1)
    assert bench.claim() is not None


def test_one_job_of_an_account_and_event_runs_at_a_time(bench: Bench) -> None:
    first = bench.claimed(bench.key())
    bench.enqueue(bench.key(Operation.RESULTS))
    assert bench.claim("other") is None
    bench.write(settle.complete, first, bench.now)
    assert bench.claim("other") is not None


def test_another_event_and_another_account_are_not_held_up(bench: Bench) -> None:
    bench.claimed(bench.key())
    bench.claimed(bench.key(event=bench.other_event))
    bench.claimed(bench.key(account=bench.copernico))


def test_the_attempt_is_written_before_anything_is_sent(bench: Bench) -> None:
    attempt = bench.claimed()
    (row,) = bench.history(attempt.job.id)
    assert row["id"] == attempt.history_id
    assert (row["state"], row["attempt"], row["finished_at"]) == ("running", 1, None)
    job = bench.job(attempt.job.id)
    assert (job.state, job.attempt) == (JobState.RUNNING, 1)


def test_a_claim_can_be_restricted_to_some_jobs(bench: Bench) -> None:
    bench.enqueue()
    other = bench.enqueue(bench.key(event=bench.other_event))
    attempt = bench.claim(only=[other.job_id])
    assert attempt is not None
    assert attempt.job.id == other.job_id
    assert bench.claim(only=[]) is None


def test_only_the_owner_keeps_a_claim_alive(bench: Bench) -> None:
    attempt = bench.claimed(owner="me")
    assert bench.write(leases.extend_lease, attempt.job.id, "me", 90.0)
    assert not bench.write(leases.extend_lease, attempt.job.id, "thief", 300.0)
    until = bench.clock.machine() + 90.0
    assert bench.rows("SELECT lease_until FROM sync_queue") == [{"lease_until": until}]


def test_progress_and_checkpoint_are_the_owners_to_write(bench: Bench) -> None:
    attempt = bench.claimed(owner="me")
    job_id = attempt.job.id
    assert bench.write(leases.report_progress, job_id, "me", 5, 10, {"after": 5})
    assert not bench.write(leases.report_progress, job_id, "thief", 9, 10, {"after": 9})
    job = bench.job(job_id)
    assert (job.progress_done, job.progress_total, job.checkpoint) == (5, 10, {"after": 5})


def test_a_checkpoint_outlives_the_attempt_that_made_it(bench: Bench) -> None:
    attempt = bench.claimed()
    bench.write(leases.report_progress, attempt.job.id, "me", 5, 10, {"after": 5})
    bench.clock.step(LEASE_S + 1)
    bench.write(leases.rescue, bench.now)
    again = bench.claim("next")
    assert again is not None
    assert (again.job.checkpoint, again.job.progress_done) == ({"after": 5}, 0)


def test_a_full_sync_forgets_the_checkpoint(bench: Bench) -> None:
    asked = bench.enqueue()
    bench.execute("""UPDATE sync_queue SET checkpoint = '{"after": 5}'""")
    bench.write(queue.enqueue, bench.key(), Trigger.OPERATOR, bench.now, full=True)
    job = bench.job(asked.job_id)
    assert (job.full, job.checkpoint) == (True, {})


def test_more_of_the_same_while_it_runs_leads_to_a_fresh_job(bench: Bench) -> None:
    attempt = bench.claimed()
    found = bench.write(queue.enqueue, bench.key(), Trigger.OPERATOR, bench.now, more=True)
    assert (found.job_id, found.created) == (attempt.job.id, False)
    bench.write(settle.complete, attempt, bench.now)
    fresh = bench.claim()
    assert fresh is not None
    assert fresh.job.id != attempt.job.id
    bench.write(settle.complete, fresh, bench.now)
    assert bench.claim() is None


def test_asking_without_anything_new_while_it_runs_leads_to_nothing(bench: Bench) -> None:
    attempt = bench.claimed()
    bench.enqueue()
    bench.write(settle.complete, attempt, bench.now)
    assert bench.claim() is None


def test_a_full_sync_asked_for_while_a_partial_one_runs_still_happens(bench: Bench) -> None:
    attempt = bench.claimed()
    bench.write(queue.enqueue, bench.key(), Trigger.OPERATOR, bench.now, full=True)
    bench.write(settle.complete, attempt, bench.now)
    fresh = bench.claim()
    assert fresh is not None
    assert fresh.job.full


def test_urgency_given_while_it_runs_outlives_a_failed_attempt(bench: Bench) -> None:
    attempt = bench.claimed()
    bench.enqueue(trigger=Trigger.OPERATOR)
    fault = StoreFault("disk full")
    due = bench.now + timedelta(minutes=2)
    bench.write(settle.fail, attempt, fault, RetryAt(due), bench.now)
    assert bench.job(attempt.job.id).priority <= 2


def test_work_for_a_held_account_is_held_at_once(bench: Bench) -> None:
    bench.write(holds.hold_account, bench.runsignup, "401", bench.now)
    asked = bench.enqueue(trigger=Trigger.OPERATOR)
    assert asked.state is JobState.HELD
    assert bench.claim() is None
    assert bench.read(claims.next_due, bench.now) is None


def test_holding_an_account_holds_its_waiting_jobs_and_no_others(bench: Bench) -> None:
    mine = bench.enqueue()
    theirs = bench.enqueue(bench.push_key)
    assert bench.write(holds.hold_account, bench.runsignup, "401", bench.now) == 1
    assert bench.job(mine.job_id).state is JobState.HELD
    assert bench.job(theirs.job_id).state is JobState.PENDING
    account = bench.read(tenants.account, bench.runsignup)
    assert (account.held_since, account.held_reason) == (bench.now, "401")


def test_holding_twice_keeps_the_first_moment(bench: Bench) -> None:
    since = bench.now
    bench.write(holds.hold_account, bench.runsignup, "401", since)
    bench.write(holds.hold_account, bench.runsignup, "403", bench.clock.step(60))
    assert bench.read(tenants.account, bench.runsignup).held_since == since


def test_resuming_makes_held_jobs_due_now(bench: Bench) -> None:
    asked = bench.enqueue()
    bench.write(holds.hold_account, bench.runsignup, "401", bench.now)
    bench.clock.step(600)
    assert bench.write(holds.resume_account, bench.runsignup, bench.now) == 1
    job = bench.job(asked.job_id)
    assert (job.state, job.due_at) == (JobState.PENDING, bench.now)
    assert bench.read(tenants.account, bench.runsignup).held_since is None


def test_a_job_in_doubt_is_verified_after_a_hold(bench: Bench) -> None:
    attempt = bench.claimed(bench.push_key)
    bench.clock.step(LEASE_S + 1)
    bench.write(leases.rescue, bench.now)
    bench.write(holds.hold_account, bench.copernico, "401", bench.now)
    bench.write(holds.resume_account, bench.copernico, bench.now)
    assert bench.job(attempt.job.id).state is JobState.VERIFY


def test_a_removed_account_gets_nothing_claimed(bench: Bench) -> None:
    bench.enqueue()
    bench.write(tenants.remove_account, bench.runsignup, bench.now)
    assert bench.claim() is None


def test_waiting_jobs_can_be_cancelled_and_running_ones_cannot(bench: Bench) -> None:
    running = bench.claimed()
    waiting = bench.enqueue(bench.key(event=bench.other_event))
    ids = [running.job.id, waiting.job_id, 999]
    assert bench.write(queue.cancel, ids, bench.now) == [waiting.job_id]
    assert bench.job(waiting.job_id).state is JobState.CANCELLED
    assert bench.job(running.job.id).state is JobState.RUNNING


def test_a_failed_job_can_be_put_away(bench: Bench) -> None:
    attempt = failed(bench)
    assert bench.write(queue.cancel, [attempt.job.id], bench.now) == [attempt.job.id]
    assert bench.job(attempt.job.id).state is JobState.CANCELLED


def test_a_failed_job_can_be_retried_by_hand(bench: Bench) -> None:
    attempt = failed(bench)
    bench.clock.step(60)
    assert bench.write(queue.retry_now, [attempt.job.id], bench.now) == [attempt.job.id]
    job = bench.job(attempt.job.id)
    assert (job.state, job.priority, job.due_at) == (JobState.PENDING, 1, bench.now)


def test_a_failed_job_is_not_retried_beside_an_open_twin(bench: Bench) -> None:
    attempt = failed(bench)
    bench.enqueue()
    assert bench.write(queue.retry_now, [attempt.job.id], bench.now) == []
    assert bench.job(attempt.job.id).state is JobState.FAILED_PERMANENT


def test_running_completed_and_unknown_jobs_are_not_retried(bench: Bench) -> None:
    done = bench.claimed()
    bench.write(settle.complete, done, bench.now)
    running = bench.claimed()
    assert bench.write(queue.retry_now, [done.job.id, running.job.id, 999], bench.now) == []


def test_retrying_a_waiting_job_makes_it_due_now(bench: Bench) -> None:
    attempt = bench.claimed()
    later = bench.now + timedelta(minutes=8)
    bench.write(settle.fail, attempt, StoreFault("x"), RetryAt(later), bench.now)
    assert bench.write(queue.retry_now, [attempt.job.id], bench.now) == [attempt.job.id]
    assert bench.claim() is not None


def test_priorities_end_at_the_lowest(bench: Bench) -> None:
    attempt = bench.claimed()
    for _ in range(LOWEST_PRIORITY + 1):
        bench.write(settle.fail, attempt, StoreFault("x"), RetryAt(bench.now), bench.now)
        again = bench.claim()
        assert again is not None
        attempt = again
    assert attempt.job.priority == LOWEST_PRIORITY


def test_jobs_are_found_in_the_order_in_which_they_will_be_served(bench: Bench) -> None:
    done = bench.claimed()
    bench.write(settle.complete, done, bench.now)
    results = bench.enqueue(bench.key(Operation.RESULTS))
    manual = bench.enqueue(bench.key(), Trigger.OPERATOR)
    running = bench.claimed(bench.push_key)
    found = [job.id for job in bench.read(queue.find)]
    assert found == [running.job.id, manual.job_id, results.job_id, done.job.id]


def failed(bench: Bench) -> Attempt:
    attempt = bench.claimed()
    bench.write(settle.fail, attempt, StoreFault("x"), FailPermanently(), bench.now)
    return attempt
