"""Claims while they last: heartbeats, progress, and rescue when their owner is silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from p88console.domain.jobs import Direction, JobState
from p88console.store.database.clocks import machine_time
from p88console.store.database.db import Tx, alongside
from p88console.store.work.queue import HISTORY, QUEUE


def holds(connection: Connection, job_id: int, owner: str) -> bool:
    """Whether the job is under this very claim."""
    query = select(QUEUE.c.id).where(QUEUE.c.id == job_id, QUEUE.c.lease_owner == owner)
    return connection.execute(query).first() is not None


@alongside
def extend_lease(tx: Tx, job_id: int, owner: str, lease_s: float) -> bool:
    """Keep a claim alive for so many machine seconds; False when somebody else has the job."""
    kept = tx.connection.execute(
        update(QUEUE)
        .where(QUEUE.c.id == job_id, QUEUE.c.lease_owner == owner)
        .values(lease_until=machine_time(tx.connection) + lease_s)
    )
    return kept.rowcount == 1


@alongside
def report_progress(
    tx: Tx, job_id: int, owner: str, done: int, total: int | None, checkpoint: dict[str, Any]
) -> bool:
    """Say how far a running job is and where it would resume; False when the claim is lost."""
    tx.touch("queue")
    kept = tx.connection.execute(
        update(QUEUE)
        .where(QUEUE.c.id == job_id, QUEUE.c.lease_owner == owner)
        .values(progress_done=done, progress_total=total, checkpoint=checkpoint)
    )
    return kept.rowcount == 1


def silent(connection: Connection, is_dead: Callable[[str], bool] = lambda _: False) -> list[int]:
    """The running jobs whose claim has lapsed or whose owner is known to be no more."""
    overdue = (QUEUE.c.lease_until < machine_time(connection)).label("overdue")
    running = select(QUEUE.c.id, QUEUE.c.lease_owner, overdue).where(
        QUEUE.c.state == JobState.RUNNING.value
    )
    rows = connection.execute(running)
    return [row.id for row in rows if row.overdue or is_dead(row.lease_owner)]


def rescue(tx: Tx, now: datetime, is_dead: Callable[[str], bool] = lambda _: False) -> int:
    """Take back jobs whose owner fell silent; what may have been sent is verified first.

    Args:
        tx: The transaction.
        now: The instant of the rescue, in race time.
        is_dead: Whether an owner is known to be no more, however long its lease still is.
    """
    ids = silent(tx.connection, is_dead)
    lapsed = select(QUEUE.c.id, QUEUE.c.direction).where(QUEUE.c.id.in_(ids))
    for row in tx.connection.execute(lapsed).mappings().all():
        pushed = row["direction"] == Direction.PUSH.value
        tx.connection.execute(
            update(QUEUE)
            .where(QUEUE.c.id == row["id"])
            .values(
                state=(JobState.VERIFY if pushed else JobState.PENDING).value,
                due_at=now,
                attempt=QUEUE.c.attempt - 1,
                in_doubt=pushed,
                lease_owner=None,
                lease_until=None,
            )
        )
        tx.connection.execute(
            update(HISTORY)
            .where(HISTORY.c.job_id == row["id"], HISTORY.c.state == JobState.RUNNING.value)
            .values(state="abandoned", finished_at=now)
        )
    if ids:
        tx.touch("queue", "history")
    return len(ids)
