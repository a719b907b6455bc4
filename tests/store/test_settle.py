"""How a claimed job ends: under its lease, with its history row, on the ladder."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from p88console.domain.errors import (
    Ambiguous,
    Call,
    NotSent,
    P88Error,
    ProviderFault,
    Rejected,
    Throttled,
    Transient,
    Unauthorized,
)
from p88console.domain.jobs import Counts, JobState
from p88console.domain.model import Provider
from p88console.domain.network import Probe, Reach
from p88console.domain.outcome import HoldAccount, decide
from p88console.store.tenancy import tenants
from p88console.store.work import holds, leases, lines, settle
from p88console.store.work.settle import Attempt
from tests.store.bench import LEASE_S, Bench

CALL = Call(Provider.RUNSIGNUP, "GET", "https://api.runsignup.com/rest/races", 503)
MINUTE = timedelta(minutes=1)


def end(bench: Bench, attempt: Attempt, fault: P88Error) -> bool:
    outcome = decide(fault, attempt.job.attempt, bench.now, 0.0)
    return bench.write(settle.fail, attempt, fault, outcome, bench.now)


def again(bench: Bench, job_id: int) -> Attempt:
    """The next attempt, at the very moment it is due, whatever kept its line closed."""
    met = dict.fromkeys((bench.runsignup, bench.copernico), Probe(Reach.THEIRS))
    bench.write(lines.probed, met, None, bench.now, by_hand=True)
    wait = bench.job(job_id).due_at - bench.now
    bench.clock.step(wait.total_seconds())
    attempt = bench.claim()
    assert attempt is not None
    return attempt


def test_a_done_job_settles_its_attempt_with_counts(bench: Bench) -> None:
    attempt = replace(bench.claimed(), counts=Counts(received=3, created=2), partial=True)
    bench.clock.step(5)
    assert bench.write(settle.complete, attempt, bench.now, {"title": "1 row set aside"})
    job = bench.job(attempt.job.id)
    assert (job.state, job.checkpoint, job.in_doubt) == (JobState.COMPLETED, {}, False)
    (row,) = bench.history(job.id)
    assert row["state"] == "completed"
    assert row["partial"] == 1
    assert row["counts"]["created"] == 2
    assert "set aside" in row["error"]["title"]
    assert row["finished_at"] > row["started_at"]


def test_the_ladder_is_2_4_8_minutes_each_retry_one_priority_lower(bench: Bench) -> None:
    attempt = bench.claimed()
    job_id = attempt.job.id
    for number, wait in ((1, 2), (2, 4), (3, 8)):
        assert attempt.job.attempt == number
        end(bench, attempt, Transient(CALL, "a bad moment"))
        job = bench.job(job_id)
        assert (job.state, job.due_at) == (JobState.PENDING, bench.now + wait * MINUTE)
        assert job.priority == 3 + number
        bench.clock.step(wait * 60 - 1)
        assert bench.claim() is None
        bench.clock.step(1)
        attempt = again(bench, job_id)
    end(bench, attempt, Transient(CALL, "a bad moment"))
    assert bench.job(job_id).state is JobState.FAILED_PERMANENT
    states = [row["state"] for row in bench.history(job_id)]
    assert states == ["failed", "failed", "failed", "failed_permanent"]


def test_retry_after_moves_the_due_time(bench: Bench) -> None:
    attempt = bench.claimed()
    end(bench, attempt, Throttled(CALL, "busy", retry_after_s=17))
    assert bench.job(attempt.job.id).due_at == bench.now + timedelta(seconds=17)


def test_waiting_for_the_network_uses_no_attempt_up(bench: Bench) -> None:
    attempt = bench.claimed()
    job_id = attempt.job.id
    for _ in range(6):
        end(bench, attempt, NotSent(CALL, "offline"))
        job = bench.job(job_id)
        assert (job.state, job.attempt, job.priority) == (JobState.PENDING, 0, 3)
        attempt = again(bench, job_id)
    assert attempt.job.attempt == 1
    assert {row["state"] for row in bench.history(job_id)} == {"waiting", "running"}


def test_a_write_that_was_not_answered_is_verified_before_the_next(bench: Bench) -> None:
    attempt = bench.claimed(bench.push_key)
    end(bench, attempt, Ambiguous(CALL, "no answer"))
    job = bench.job(attempt.job.id)
    assert (job.state, job.in_doubt) == (JobState.VERIFY, True)
    assert job.due_at == bench.now + 2 * MINUTE
    following = again(bench, job.id)
    assert following.job.in_doubt


def test_a_doubt_outlives_a_missing_network(bench: Bench) -> None:
    attempt = bench.claimed(bench.push_key)
    end(bench, attempt, Ambiguous(CALL, "no answer"))
    following = again(bench, attempt.job.id)
    end(bench, following, NotSent(CALL, "offline"))
    assert bench.job(attempt.job.id).state is JobState.VERIFY
    last = again(bench, attempt.job.id)
    bench.write(settle.complete, last, bench.now)
    assert not bench.job(attempt.job.id).in_doubt


def test_bad_credentials_hold_the_account_with_one_message(bench: Bench) -> None:
    waiting = bench.enqueue(bench.key(event=bench.other_event))
    attempt = bench.claimed()
    end(bench, attempt, Unauthorized(CALL, "the key is not accepted"))
    assert bench.job(attempt.job.id).state is JobState.HELD
    assert bench.job(attempt.job.id).attempt == 0
    assert bench.job(waiting.job_id).state is JobState.HELD
    account = bench.read(tenants.account, bench.runsignup)
    assert account.held_reason == "the key is not accepted"
    assert bench.history(attempt.job.id)[-1]["state"] == "held"


def test_a_held_job_starts_its_ladder_anew_after_resuming(bench: Bench) -> None:
    attempt = bench.claimed()
    bench.write(settle.fail, attempt, Unauthorized(CALL, "401"), HoldAccount(), bench.now)
    bench.write(holds.resume_account, bench.runsignup, bench.now)
    following = bench.claim()
    assert following is not None
    assert following.job.attempt == 1


def test_what_is_rejected_fails_for_good_with_its_words(bench: Bench) -> None:
    attempt = bench.claimed()
    end(bench, attempt, Rejected(CALL, "Race not found."))
    job = bench.job(attempt.job.id)
    assert job.state is JobState.FAILED_PERMANENT
    assert job.error is not None
    assert (job.error["code"], job.error["title"]) == ("rejected", "Race not found.")


@pytest.mark.parametrize(
    "fault", [Transient(CALL, "503"), Unauthorized(CALL, "401"), Rejected(CALL, "no")]
)
def test_who_lost_the_lease_settles_nothing(bench: Bench, fault: ProviderFault) -> None:
    attempt = bench.claimed(owner="me")
    thief = replace(attempt, owner="thief")
    before = (bench.job(attempt.job.id), bench.history(attempt.job.id))
    assert not end(bench, thief, fault)
    assert not bench.write(settle.complete, thief, bench.now)
    assert not bench.write(settle.hand_back, thief, bench.now)
    assert (bench.job(attempt.job.id), bench.history(attempt.job.id)) == before
    assert bench.read(tenants.account, bench.runsignup).held_since is None


def test_a_sleeper_whose_job_was_rescued_and_done_by_another_settles_nothing(bench: Bench) -> None:
    sleeper = bench.claimed(owner="sleeper")
    bench.clock.step(LEASE_S + 1)
    bench.write(leases.rescue, bench.now)
    other = bench.claim("other")
    assert other is not None
    assert not bench.write(settle.complete, sleeper, bench.now)
    assert bench.job(sleeper.job.id).state is JobState.RUNNING
    assert bench.write(settle.complete, other, bench.now)
    assert [row["state"] for row in bench.history(sleeper.job.id)] == ["abandoned", "completed"]


def test_a_lapsed_lease_is_rescued_and_a_live_one_is_not(bench: Bench) -> None:
    attempt = bench.claimed()
    bench.clock.step(LEASE_S)
    assert bench.write(leases.rescue, bench.now) == 0
    bench.clock.step(0.001)
    assert bench.write(leases.rescue, bench.now) == 1
    assert bench.job(attempt.job.id).state is JobState.PENDING


def test_the_job_of_a_dead_owner_is_rescued_at_once(bench: Bench) -> None:
    dead, alive = bench.claimed(owner="dead"), bench.claimed(bench.push_key, owner="alive")
    rescued = bench.write(leases.rescue, bench.now, lambda owner: owner == "dead")
    assert rescued == 1
    assert bench.job(dead.job.id).state is JobState.PENDING
    assert bench.job(alive.job.id).state is JobState.RUNNING


def test_a_rescued_push_is_verified_and_a_rescued_pull_is_read_again(bench: Bench) -> None:
    pull, push = bench.claimed(), bench.claimed(bench.push_key)
    bench.clock.step(LEASE_S + 1)
    bench.write(leases.rescue, bench.now)
    assert bench.job(pull.job.id).state is JobState.PENDING
    assert bench.job(push.job.id).state is JobState.VERIFY
    assert bench.job(push.job.id).in_doubt
    for job_id in (pull.job.id, push.job.id):
        (row,) = bench.history(job_id)
        assert row["state"] == "abandoned"
        assert row["finished_at"] is not None


def test_a_rescued_job_is_not_blamed_for_the_end_of_its_owner(bench: Bench) -> None:
    attempt = bench.claimed()
    bench.clock.step(LEASE_S + 1)
    bench.write(leases.rescue, bench.now)
    following = bench.claim()
    assert following is not None
    assert following.job.attempt == attempt.job.attempt == 1


def test_an_engine_that_stops_hands_its_jobs_back(bench: Bench) -> None:
    pull, push = bench.claimed(), bench.claimed(bench.push_key)
    for attempt in (pull, push):
        assert bench.write(settle.hand_back, attempt, bench.now)
    assert bench.job(pull.job.id).state is JobState.PENDING
    assert bench.job(push.job.id).state is JobState.VERIFY
    assert {row["state"] for row in bench.history(pull.job.id)} == {"abandoned"}


def test_a_push_handed_back_is_still_verified_after_a_hold(bench: Bench) -> None:
    push = bench.claimed(bench.push_key)
    bench.write(settle.hand_back, push, bench.now)
    bench.write(holds.hold_account, bench.copernico, "401", bench.now)
    bench.write(holds.resume_account, bench.copernico, bench.now)
    assert bench.job(push.job.id).state is JobState.VERIFY


def test_an_engine_that_slept_does_not_settle_its_own_later_claim(bench: Bench) -> None:
    """The laptop slept; its engine took the job back and claimed it again before it woke up.

    Each claim goes under a name of its own, so the old task knows nothing that still counts.
    """
    before_sleep = bench.claimed(owner="engine:a1")
    bench.clock.step(LEASE_S + 1)
    bench.write(leases.rescue, bench.now)
    after_sleep = bench.claim("engine:b2")
    assert after_sleep is not None
    assert not bench.write(settle.complete, before_sleep, bench.now)
    assert bench.write(settle.complete, after_sleep, bench.now)


def test_success_closes_what_failed_for_good_before(bench: Bench) -> None:
    failed = bench.claimed()
    end(bench, failed, Rejected(CALL, "Race not found."))
    elsewhere = bench.claimed(bench.key(event=bench.other_event))
    end(bench, elsewhere, Rejected(CALL, "Race not found."))
    bench.write(settle.complete, bench.claimed(), bench.now)
    assert bench.job(failed.job.id).state is JobState.CANCELLED
    assert bench.job(elsewhere.job.id).state is JobState.FAILED_PERMANENT
