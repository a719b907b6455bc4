"""The queue: enqueue, claim under a lease, settle, rescue; every step one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.engine import RowMapping

from p88console.domain.jobs import (
    CLAIMABLE_STATES,
    FINAL_STATES,
    LOWEST_PRIORITY,
    OPEN_STATES,
    Direction,
    Job,
    JobKey,
    JobState,
    Operation,
    Priority,
    Trigger,
    scheduled_priority,
)
from p88console.domain.model import Provider
from p88console.store.database.clocks import machine_time
from p88console.store.database.db import Tx, alongside
from p88console.store.inbox import troubles
from p88console.store.tables import Account, SyncHistory, SyncQueue
from p88console.store.tables.base import table
from p88console.store.work import holds, lines
from p88console.store.work.nearness import nearest_first

QUEUE = table(SyncQueue)
HISTORY = table(SyncHistory)
ACCOUNTS = table(Account)


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What asking for work led to: a new job, or the one that was open already."""

    job_id: int
    created: bool
    state: JobState


def enqueue(
    tx: Tx,
    key: JobKey,
    trigger: Trigger,
    now: datetime,
    *,
    full: bool = False,
    more: bool = False,
) -> Enqueued:
    """Ask for work; a second request finds the first and makes it more urgent.

    Args:
        tx: The transaction; an edit and the job that carries it share one.
        key: What is to be done.
        trigger: Who asks; anything but the schedule comes first and is due now.
        now: The instant of asking.
        full: Ignore since-filters.
        more: There is something new to carry, so a job that is running now is followed by another.
    """
    manual = trigger in (Trigger.OPERATOR, Trigger.API)
    priority = Priority.MANUAL if manual else scheduled_priority(key.operation, key.direction)
    tx.touch("queue")
    found = tx.connection.execute(_open_job(key)).mappings().one_or_none()
    if found is None:
        return _add(tx, key, trigger, priority, now, full=full)
    changes: dict[str, Any] = {"priority": min(found["priority"], int(priority))}
    if full and not found["full"]:
        # an attempt that runs does not become full by being told so: a full one follows it
        changes["full"] = True
        if found["state"] == JobState.RUNNING:
            changes["again"] = True
        else:
            changes["checkpoint"] = {}
    if manual and found["state"] in CLAIMABLE_STATES:
        changes |= {"due_at": min(found["due_at"], now)}
    if more and found["state"] == JobState.RUNNING:
        changes |= {"again": True}
    tx.connection.execute(update(QUEUE).where(QUEUE.c.id == found["id"]).values(changes))
    return Enqueued(found["id"], created=False, state=JobState(found["state"]))


def _add(
    tx: Tx, key: JobKey, trigger: Trigger, priority: Priority, now: datetime, *, full: bool
) -> Enqueued:
    """A new job; held from the start where its account is."""
    held = holds.reason(tx.connection, key.account_id)
    state = JobState.HELD if held else JobState.PENDING
    partner = select(ACCOUNTS.c.partner_id).where(ACCOUNTS.c.id == key.account_id)
    job_id = tx.connection.execute(
        insert(QUEUE)
        .values(
            partner_id=partner.scalar_subquery(),
            account_id=key.account_id,
            event_id=key.event_id,
            operation=key.operation.value,
            direction=key.direction.value,
            state=state.value,
            priority=int(priority),
            due_at=now,
            trigger=trigger.value,
            full=full,
            created_at=now,
            attempt=0,
            in_doubt=False,
            again=False,
            progress_done=0,
            checkpoint={},
            waits=False,
            error=held or lines.why_closed(tx.connection, key.account_id),
        )
        .returning(QUEUE.c.id)
    ).scalar_one()
    return Enqueued(job_id, created=True, state=state)


def _open_job(key: JobKey) -> Select[Any]:
    return select(QUEUE).where(_of(key), QUEUE.c.state.in_(OPEN_STATES))


def _of(key: JobKey) -> ColumnElement[bool]:
    return and_(
        QUEUE.c.account_id == key.account_id,
        func.coalesce(QUEUE.c.event_id, 0) == (key.event_id or 0),
        QUEUE.c.operation == key.operation.value,
        QUEUE.c.direction == key.direction.value,
    )


def close_failed(tx: Tx, key: JobKey, now: datetime) -> None:
    """What failed for good before needs nobody any more once the same work has succeeded."""
    closed = tx.connection.execute(
        update(QUEUE)
        .where(_of(key), QUEUE.c.state == JobState.FAILED_PERMANENT.value)
        .values(state=JobState.CANCELLED.value, finished_at=now)
    )
    if closed.rowcount:
        troubles.mind(tx, now)


@alongside
def claim(
    tx: Tx,
    owner: str,
    now: datetime,
    lease_s: float,
    only: Sequence[int] | None = None,
    barred: Collection[int] = (),
) -> tuple[Job, int] | None:
    """Take the most urgent due job under a lease; writes its attempt before anything is sent.

    Args:
        tx: The transaction.
        owner: A name for this claim alone; only under it can the job be settled.
        now: The instant of the claim, in race time.
        lease_s: Machine seconds after which the claim lapses unless it is extended.
        only: Restrict the choice to these job ids.
        barred: Accounts whose jobs are left to others.

    Returns:
        The job and the id of its history row, or None when nothing is due.
    """
    found = tx.connection.execute(_most_urgent(now, only, barred)).one_or_none()
    if found is None:
        return None
    tx.connection.execute(
        update(QUEUE)
        .where(QUEUE.c.id == found.id)
        .values(
            state=JobState.RUNNING.value,
            in_doubt=or_(QUEUE.c.in_doubt, found.state == JobState.VERIFY.value),
            attempt=QUEUE.c.attempt + 1,
            lease_owner=owner,
            lease_until=machine_time(tx.connection) + lease_s,
            waits=False,
            progress_done=0,
            progress_total=None,
        )
    )
    job = get(tx.connection, found.id)
    assert job is not None  # noqa: S101  # it was updated in this very transaction
    tx.touch("queue", "history")
    return job, _open_attempt(tx, job, now)


def _most_urgent(now: datetime, only: Sequence[int] | None, barred: Collection[int]) -> Select[Any]:
    """Id and state of the job to serve next; locked, where the database has row locks."""
    other = QUEUE.alias("other")
    busy = (
        select(other.c.id)
        .where(
            other.c.state == JobState.RUNNING.value,
            other.c.account_id == QUEUE.c.account_id,
            func.coalesce(other.c.event_id, 0) == func.coalesce(QUEUE.c.event_id, 0),
        )
        .exists()
    )
    due = (
        select(QUEUE.c.id, QUEUE.c.state)
        .join(ACCOUNTS, ACCOUNTS.c.id == QUEUE.c.account_id)
        .outerjoin(lines.LINES, lines.LINES.c.account_id == QUEUE.c.account_id)
        .where(
            QUEUE.c.state.in_(CLAIMABLE_STATES),
            QUEUE.c.due_at <= now,
            QUEUE.c.account_id.not_in(barred),
            ACCOUNTS.c.held_since.is_(None),
            ACCOUNTS.c.removed_at.is_(None),
            lines.passable(now),
            ~busy,
        )
        .order_by(QUEUE.c.priority, *nearest_first(now), QUEUE.c.due_at, QUEUE.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=QUEUE)
    )
    return due if only is None else due.where(QUEUE.c.id.in_(only))


def _open_attempt(tx: Tx, job: Job, now: datetime) -> int:
    """The attempt's history row, written before anything is sent."""
    history_id: int = tx.connection.execute(
        insert(HISTORY)
        .values(
            job_id=job.id,
            partner_id=job.partner_id,
            account_id=job.account_id,
            event_id=job.event_id,
            operation=job.operation.value,
            direction=job.direction.value,
            attempt=job.attempt,
            state=JobState.RUNNING.value,
            trigger=job.trigger.value,
            started_at=now,
            partial=False,
            counts={},
        )
        .returning(HISTORY.c.id)
    ).scalar_one()
    return history_id


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """When the next job is due of those that could be claimed at `now`."""
    due: datetime | None = connection.execute(
        select(func.min(QUEUE.c.due_at))
        .join(ACCOUNTS, ACCOUNTS.c.id == QUEUE.c.account_id)
        .outerjoin(lines.LINES, lines.LINES.c.account_id == QUEUE.c.account_id)
        .where(
            QUEUE.c.state.in_(CLAIMABLE_STATES),
            ACCOUNTS.c.held_since.is_(None),
            ACCOUNTS.c.removed_at.is_(None),
            lines.passable(now),
        )
    ).scalar()
    return due


def retry_now(tx: Tx, job_ids: Sequence[int], now: datetime) -> list[int]:
    """Make jobs due now, failed and held ones included; returns those that could be."""
    done: list[int] = []
    for job_id in job_ids:
        job = get(tx.connection, job_id)
        if job is None or job.state in (JobState.RUNNING, JobState.COMPLETED):
            continue
        if job.state in FINAL_STATES and tx.connection.execute(_open_job(job.key)).first():
            continue
        state = JobState.VERIFY if job.in_doubt else JobState.PENDING
        tx.connection.execute(
            update(QUEUE)
            .where(QUEUE.c.id == job_id)
            .values(state=state.value, due_at=now, priority=int(Priority.MANUAL), finished_at=None)
        )
        done.append(job_id)
    troubles.mind(tx, now)
    tx.touch("queue")
    return done


def snooze(tx: Tx, job_ids: Sequence[int], until: datetime) -> list[int]:
    """Let jobs that wait for their time wait until another one; returns those that could be."""
    snoozed = tx.connection.execute(
        update(QUEUE)
        .where(QUEUE.c.id.in_(job_ids), QUEUE.c.state.in_(CLAIMABLE_STATES))
        .values(due_at=until)
        .returning(QUEUE.c.id)
    )
    tx.touch("queue")
    return sorted(snoozed.scalars())


def cancel(tx: Tx, job_ids: Sequence[int], now: datetime) -> list[int]:
    """Cancel jobs that wait or have failed; a running one is left to finish.

    Returns those that could be.
    """
    waiting = (*CLAIMABLE_STATES, JobState.HELD, JobState.FAILED_PERMANENT)
    cancelled = tx.connection.execute(
        update(QUEUE)
        .where(QUEUE.c.id.in_(job_ids), QUEUE.c.state.in_(waiting))
        .values(state=JobState.CANCELLED.value, finished_at=now)
        .returning(QUEUE.c.id)
    )
    done = sorted(cancelled.scalars())
    troubles.mind(tx, now)
    tx.touch("queue")
    return done


def held_of(connection: Connection, account_id: int) -> list[int]:
    """The held jobs of an account."""
    query = select(QUEUE.c.id).where(
        QUEUE.c.account_id == account_id, QUEUE.c.state == JobState.HELD.value
    )
    return list(connection.execute(query).scalars())


def one_lower() -> ColumnElement[int]:
    """One priority lower than the job has now, as far as there is one."""
    return case((QUEUE.c.priority < LOWEST_PRIORITY, QUEUE.c.priority + 1), else_=LOWEST_PRIORITY)


def get(connection: Connection, job_id: int) -> Job | None:
    """One job by its id."""
    jobs = find(connection, job_ids=[job_id])
    return jobs[0] if jobs else None


def find(
    connection: Connection,
    *,
    job_ids: Sequence[int] | None = None,
    state: JobState | None = None,
    limit: int | None = None,
) -> list[Job]:
    """Jobs in the order in which they will be served; finished ones newest first at the end."""
    query = select(QUEUE, ACCOUNTS.c.provider).join(ACCOUNTS, ACCOUNTS.c.id == QUEUE.c.account_id)
    if job_ids is not None:
        query = query.where(QUEUE.c.id.in_(job_ids))
    if state is not None:
        query = query.where(QUEUE.c.state == state.value)
    query = query.order_by(
        QUEUE.c.finished_at.is_not(None),
        QUEUE.c.finished_at.desc(),
        QUEUE.c.state != JobState.RUNNING.value,
        QUEUE.c.priority,
        QUEUE.c.due_at,
        QUEUE.c.id,
    ).limit(limit)
    return [_job(row) for row in connection.execute(query).mappings()]


def _job(row: RowMapping) -> Job:
    return Job(
        id=row["id"],
        partner_id=row["partner_id"],
        account_id=row["account_id"],
        provider=Provider(row["provider"]),
        event_id=row["event_id"],
        operation=Operation(row["operation"]),
        direction=Direction(row["direction"]),
        state=JobState(row["state"]),
        priority=row["priority"],
        due_at=row["due_at"],
        attempt=row["attempt"],
        trigger=Trigger(row["trigger"]),
        full=row["full"],
        in_doubt=row["in_doubt"],
        progress_done=row["progress_done"],
        progress_total=row["progress_total"],
        checkpoint=row["checkpoint"],
        error=row["error"],
    )
