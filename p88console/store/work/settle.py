"""How a claimed job ends: the job, its attempt and what follows, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, RowMapping, bindparam, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from p88console.domain.errors import P88Error, Throttled
from p88console.domain.jobs import Counts, Direction, Job, JobState, Trigger
from p88console.domain.network import BREAKS_AT
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
    WaitForSecrets,
)
from p88console.store.database.db import Tx, alongside
from p88console.store.database.straight import Row, Straight, in_one_exchange
from p88console.store.inbox import troubles
from p88console.store.work import holds, lines, queue, schedule, touched
from p88console.store.work.touched import Touched

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
    calls: int = 0
    """How many calls it made."""


def _complete() -> ReturningUpdate[Any]:
    failed = queue.QUEUE.alias("failed")
    before = select(failed.c.id).where(
        queue.same_work(failed.c), queue.in_states(JobState.FAILED_PERMANENT, job=failed.c)
    )
    return (
        update(queue.QUEUE)
        .where(queue.mine())
        .values(
            state=JobState.COMPLETED.value,
            finished_at=bindparam("now"),
            in_doubt=False,
            error=None,
            checkpoint={},
            lease_owner=None,
            lease_until=None,
        )
        .returning(
            queue.QUEUE.c.again,
            queue.QUEUE.c.full,
            select(lines.LINES.c.account_id).where(lines.BURDENED).exists().label("burdened"),
            before.exists().label("failed_before"),
        )
    )


COMPLETE = Straight(_complete())
"""Writes a job's end under its lease and tells what was asked meanwhile, and what is now over."""

ANSWERED = update(queue.QUEUE).where(queue.QUEUE.c.id == bindparam("its_id")).values(again=False)

_TOLD = ("state", "finished_at", "counts", "partial", "error")

SETTLE = (
    update(queue.HISTORY)
    .where(queue.HISTORY.c.id == bindparam("its_attempt", type_=Integer()))
    .values({name: bindparam(name, type_=queue.HISTORY.c[name].type) for name in _TOLD})
)

SETTLE_MINE = Straight(
    lambda _: SETTLE.where(select(queue.QUEUE.c.id).where(queue.mine()).exists())
)


@alongside
def complete(tx: Tx, attempt: Attempt, now: datetime, remark: dict[str, str] | None = None) -> bool:
    """The job is done; `remark` is what it still has to tell.

    False when the claim was lost meanwhile: then nothing is written.
    """
    *_, rows = in_one_exchange(tx.connection, *completing(attempt, now, remark))
    return completed(tx, attempt, rows, now)


def completing(
    attempt: Attempt, now: datetime, remark: dict[str, str] | None
) -> list[tuple[Straight, dict[str, Any]]]:
    """What ends a job that is done, as far as its claim holds; the last tells `completed`."""
    job = attempt.job
    claim = {"its_id": job.id, "owner": attempt.owner}
    said = [(SETTLE_MINE, claim | _told(attempt, JobState.COMPLETED.value, now, remark))]
    if job.direction is Direction.PULL and not attempt.partial:
        calls = attempt.calls or None
        said.append((schedule.SUCCEEDED, {**claim, "now": now, "calls": calls}))
    return [*said, (COMPLETE, {**claim, **queue.places(job.key), "now": now})]


def completed(tx: Tx, attempt: Attempt, rows: list[Row], now: datetime) -> bool:
    """Do what follows from a job's end; False where its claim was lost."""
    if not rows:
        return False
    (settled,), job = rows, attempt.job
    tx.touch("queue", "history", "accounts")
    touched.save(tx, attempt.history_id, attempt.touched)
    if settled["burdened"]:
        lines.went_well(tx, job.account_id)
    if settled["failed_before"]:
        queue.close_failed(tx, job.key, now)
    if settled["again"]:
        tx.connection.execute(ANSWERED, {"its_id": job.id})
        _follow_up(tx, job, settled, now)
    return True


@alongside
def fail(
    tx: Tx,
    attempt: Attempt,
    fault: P88Error,
    outcome: Outcome,
    now: datetime,
    *,
    broken_off: int = 0,
) -> bool:
    """The attempt ended in `fault`; the job goes on as `outcome` says.

    Args:
        tx: The transaction.
        attempt: What ended.
        fault: In what.
        outcome: What follows.
        now: The instant.
        broken_off: How many calls of the account broke off one after the other until now.

    Returns:
        False when the claim was lost meanwhile: then nothing is written.
    """
    job, error = attempt.job, fault.as_dict()
    attempt_state, changes = _after(job, outcome, now)
    settled = _settle_job(tx, attempt, error=error, **changes)
    if settled is None:
        return False
    _settle_attempt(tx, attempt, attempt_state, now, error)
    if attempt_state == JobState.FAILED_PERMANENT:
        _follow_up(tx, job, settled, now)
        troubles.mind(tx, now)
    if isinstance(outcome, HoldAccount):
        holds.hold_account(tx, job.account_id, fault.title, now)
    if changes.get("waits"):
        lines.close(tx, job.account_id, error, now)
    elif broken_off >= BREAKS_AT:
        lines.rest(tx, job.account_id, broken_off, now)
    if isinstance(fault, Throttled) and fault.retry_after_s is not None:
        lines.throttle(tx, job.account_id, now + timedelta(seconds=fault.retry_after_s))
    return True


def _after(job: Job, outcome: Outcome, now: datetime) -> tuple[str, dict[str, Any]]:
    """How an attempt ended, and how its job goes on."""
    uncounted = {"attempt": job.attempt - 1}
    match outcome:
        case RetryAt(due_at=due):
            state = JobState.PENDING.value
            return "failed", {"state": state, "due_at": due, "priority": queue.one_lower()}
        case Verify(due_at=due):
            state = JobState.VERIFY.value
            lower = {"priority": queue.one_lower()}
            return state, {"state": state, "due_at": due, "in_doubt": True, **lower}
        case WaitForNetwork() | HoldLine() | WaitForBudget() | WaitForDisk() | WaitForSecrets():
            # what could not be written down may have been sent
            unsure = isinstance(outcome, WaitForDisk) and job.direction is Direction.PUSH
            doubt = job.in_doubt or unsure
            state = (JobState.VERIFY if doubt else JobState.PENDING).value
            shut = isinstance(outcome, WaitForNetwork | HoldLine)
            waiting = {"state": state, "due_at": outcome.due_at, "waits": shut, "in_doubt": doubt}
            return "waiting", {**waiting, **uncounted}
        case HoldAccount():
            return JobState.HELD.value, {"state": JobState.HELD.value, **uncounted}
        case FailPermanently() | HoldRow():
            state = JobState.FAILED_PERMANENT.value
            return state, {"state": state, "finished_at": now}


@alongside
def hand_back(tx: Tx, attempt: Attempt, now: datetime) -> bool:
    """The engine stops: the job waits for the next one, its checkpoint kept."""
    pushed = attempt.job.direction is Direction.PUSH
    state = JobState.VERIFY if pushed else JobState.PENDING
    changes = {"state": state.value, "due_at": now, "in_doubt": pushed}
    if _settle_job(tx, attempt, **changes, attempt=attempt.job.attempt - 1) is None:
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


def _follow_up(tx: Tx, job: Job, meanwhile: Mapping[Any, Any], now: datetime) -> None:
    """Queue what was asked for while the job ran and what it could not carry any more."""
    if meanwhile["again"]:
        full = meanwhile["full"] and not job.full
        queue.enqueue(tx, job.key, Trigger.RETRY, now, full=full)


def _settle_attempt(
    tx: Tx, attempt: Attempt, state: str, now: datetime, error: dict[str, str] | None
) -> None:
    tx.connection.execute(SETTLE, _told(attempt, state, now, error))
    touched.save(tx, attempt.history_id, attempt.touched)


def _told(
    attempt: Attempt, state: str, now: datetime, error: dict[str, str] | None
) -> dict[str, Any]:
    """What an attempt's history row is told at its end."""
    return {
        "its_attempt": attempt.history_id,
        "state": state,
        "finished_at": now,
        "counts": attempt.counts.as_dict(),
        "partial": attempt.partial,
        "error": error,
    }
