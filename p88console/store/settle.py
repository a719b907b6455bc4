"""How a claimed job ends: the job, its attempt and what follows, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select, update

from p88console.domain.errors import P88Error
from p88console.domain.jobs import Counts, Direction, Job, JobState, Trigger
from p88console.domain.outcome import (
    FailPermanently,
    HoldAccount,
    HoldLine,
    HoldRow,
    Outcome,
    RetryAt,
    Verify,
    WaitForBudget,
    WaitForDisk,
    WaitForNetwork,
)
from p88console.store import holds, queue, touched, troubles
from p88console.store.db import Tx, alongside
from p88console.store.touched import Touched

NOTHING = Counts()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a job: whose it is, what it did so far, and whether all was seen."""

    job: Job
    history_id: int
    owner: str
    counts: Counts = NOTHING
    partial: bool = False
    touched: Touched = field(default_factory=Touched)


@alongside
def complete(tx: Tx, attempt: Attempt, now: datetime, remark: dict[str, str] | None = None) -> bool:
    """The job is done; `remark` is what it still has to tell.

    False when the claim was lost meanwhile: then nothing is written.
    """
    settled = _settle_job(
        tx,
        attempt,
        state=JobState.COMPLETED.value,
        finished_at=now,
        in_doubt=False,
        error=None,
        checkpoint={},
    )
    if settled is None:
        return False
    _settle_attempt(tx, attempt, JobState.COMPLETED.value, now, remark)
    queue.close_failed(tx, attempt.job.key, now)
    _follow_up(tx, attempt.job, settled, now)
    return True


@alongside
def fail(tx: Tx, attempt: Attempt, fault: P88Error, outcome: Outcome, now: datetime) -> bool:
    """The attempt ended in `fault`; the job goes on as `outcome` says.

    False when the claim was lost meanwhile: then nothing is written.
    """
    job, error = attempt.job, fault.as_dict()
    counted, attempt_state = job.attempt, "failed"
    changes: dict[str, Any] = {"error": error}
    match outcome:
        case RetryAt(due_at=due):
            changes |= {"state": JobState.PENDING.value, "due_at": due}
            changes |= {"priority": queue.one_lower()}
        case Verify(due_at=due):
            attempt_state = JobState.VERIFY.value
            changes |= {"state": attempt_state, "due_at": due, "in_doubt": True}
            changes |= {"priority": queue.one_lower()}
        case WaitForNetwork() | HoldLine() | WaitForBudget() | WaitForDisk():
            due = outcome.due_at
            attempt_state, counted = "waiting", job.attempt - 1
            state = JobState.VERIFY if job.in_doubt else JobState.PENDING
            changes |= {"state": state.value, "due_at": due}
        case HoldAccount():
            attempt_state, counted = JobState.HELD.value, job.attempt - 1
            changes |= {"state": attempt_state}
        case FailPermanently() | HoldRow():
            attempt_state = JobState.FAILED_PERMANENT.value
            changes |= {"state": attempt_state, "finished_at": now}
    settled = _settle_job(tx, attempt, attempt=counted, **changes)
    if settled is None:
        return False
    _settle_attempt(tx, attempt, attempt_state, now, error)
    if attempt_state == JobState.FAILED_PERMANENT:
        _follow_up(tx, job, settled, now)
        troubles.mind(tx, now)
    if isinstance(outcome, HoldAccount):
        holds.hold_account(tx, job.account_id, fault.title, now)
    return True


@alongside
def hand_back(tx: Tx, attempt: Attempt, now: datetime) -> bool:
    """The engine stops: the job waits for the next one, its checkpoint kept."""
    pushed = attempt.job.direction is Direction.PUSH
    state = JobState.VERIFY if pushed else JobState.PENDING
    if _settle_job(tx, attempt, state=state.value, due_at=now, in_doubt=pushed) is None:
        return False
    _settle_attempt(tx, attempt, "abandoned", now, None)
    return True


def _settle_job(tx: Tx, attempt: Attempt, /, **changes: Any) -> RowMapping | None:
    """Write the job's end under its lease; tells what was asked meanwhile, None without a lease."""
    mine = (queue.QUEUE.c.id == attempt.job.id, queue.QUEUE.c.lease_owner == attempt.owner)
    asked = select(queue.QUEUE.c.again, queue.QUEUE.c.full).where(*mine)
    meanwhile = tx.connection.execute(asked).mappings().one_or_none()
    if meanwhile is None:
        return None
    tx.connection.execute(
        update(queue.QUEUE)
        .where(*mine)
        .values(lease_owner=None, lease_until=None, again=False, **changes)
    )
    tx.touch("queue", "history", "accounts")
    return meanwhile


def _follow_up(tx: Tx, job: Job, meanwhile: RowMapping, now: datetime) -> None:
    """Queue what was asked for while the job ran and what it could not carry any more."""
    if meanwhile["again"]:
        full = meanwhile["full"] and not job.full
        queue.enqueue(tx, job.key, Trigger.RETRY, now, full=full)


def _settle_attempt(
    tx: Tx, attempt: Attempt, state: str, now: datetime, error: dict[str, str] | None
) -> None:
    tx.connection.execute(
        update(queue.HISTORY)
        .where(queue.HISTORY.c.id == attempt.history_id)
        .values(
            state=state,
            finished_at=now,
            counts=attempt.counts.as_dict(),
            partial=attempt.partial,
            error=error,
        )
    )
    touched.save(tx, attempt.history_id, attempt.touched)
