"""Claims while they last: heartbeats, progress, and rescue when their owner is silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from p88console.domain.jobs import Direction, JobState
from p88console.store.db import Tx
from p88console.store.queue import HISTORY, QUEUE


def extend_lease(tx: Tx, job_id: int, owner: str, lease_until: float) -> bool:
    """Keep a claim alive; False when it has been lost to somebody else."""
    kept = tx.connection.execute(
        update(QUEUE)
        .where(QUEUE.c.id == job_id, QUEUE.c.lease_owner == owner)
        .values(lease_until=lease_until)
    )
    return kept.rowcount == 1


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


def rescue(
    tx: Tx, now: datetime, machine_now: float, is_dead: Callable[[str], bool] = lambda _: False
) -> int:
    """Take back jobs whose owner fell silent; what may have been sent is verified first.

    Args:
        tx: The transaction.
        now: The instant of the rescue, in race time.
        machine_now: The machine's Unix time, against which leases run.
        is_dead: Whether an owner is known to be no more, however long its lease still is.
    """
    running = select(QUEUE).where(QUEUE.c.state == JobState.RUNNING.value)
    lapsed = [
        row
        for row in tx.connection.execute(running).mappings()
        if row["lease_until"] < machine_now or is_dead(row["lease_owner"])
    ]
    for row in lapsed:
        pushed = row["direction"] == Direction.PUSH.value
        tx.connection.execute(
            update(QUEUE)
            .where(QUEUE.c.id == row["id"])
            .values(
                state=(JobState.VERIFY if pushed else JobState.PENDING).value,
                due_at=now,
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
    if lapsed:
        tx.touch("queue", "history")
    return len(lapsed)
