"""What is old enough to go: settled attempts, finished jobs; never the trail nor open work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from p88console.domain.jobs import FINAL_STATES, JobState
from p88console.store.database.db import Tx
from p88console.store.inbox.notices import NOTICES
from p88console.store.work.queue import HISTORY, QUEUE

AT_ONCE = 2000
"""Rows that one transaction takes at most, so that nobody waits for it."""


def old_attempts(connection: Connection, before: datetime) -> list[int]:
    """Some attempts that ended before this instant and whose jobs are over, the oldest first."""
    query = (
        select(HISTORY.c.id)
        .join(QUEUE, QUEUE.c.id == HISTORY.c.job_id)
        .where(HISTORY.c.finished_at < before, QUEUE.c.state.in_(FINAL_STATES))
    )
    return list(connection.execute(query.order_by(HISTORY.c.id).limit(AT_ONCE)).scalars())


def old_jobs(connection: Connection, before: datetime) -> list[int]:
    """Some jobs that ended well before this instant and of which no attempt is kept any more."""
    attempts = select(HISTORY.c.id).where(HISTORY.c.job_id == QUEUE.c.id).exists()
    done = (JobState.COMPLETED.value, JobState.CANCELLED.value)
    query = select(QUEUE.c.id).where(
        QUEUE.c.state.in_(done), QUEUE.c.finished_at < before, ~attempts
    )
    return list(connection.execute(query.order_by(QUEUE.c.id).limit(AT_ONCE)).scalars())


def forget_attempts(tx: Tx, attempts: list[int]) -> None:
    """Delete these attempts, and whom they touched with them."""
    tx.connection.execute(delete(HISTORY).where(HISTORY.c.id.in_(attempts)))
    tx.touch("history")


def forget_jobs(tx: Tx, jobs: list[int]) -> None:
    """Delete these jobs."""
    tx.connection.execute(delete(QUEUE).where(QUEUE.c.id.in_(jobs)))
    tx.touch("queue")


def forget_notices(tx: Tx, before: datetime) -> None:
    """Delete notices that were over before this instant."""
    tx.connection.execute(delete(NOTICES).where(NOTICES.c.ended_at < before))
