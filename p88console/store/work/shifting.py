"""The queue across a jump of the clock: what was due before it, and waits that move with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, or_, select, update

from p88console.domain.jobs import CLAIMABLE_STATES, JobState
from p88console.store.database.db import Tx
from p88console.store.work import lines
from p88console.store.work.queue import QUEUE

WAITS = ("rests_until", "throttled_until", "spent_until", "counted_at")
"""Instants of a line that were reckoned from the clock as it was."""


def still_due(connection: Connection, moment: datetime) -> bool:
    """Whether anything that was due at this moment still waits or runs."""
    due = QUEUE.c.state.in_(CLAIMABLE_STATES) & (QUEUE.c.due_at <= moment)
    running = QUEUE.c.state == JobState.RUNNING.value
    found = connection.execute(select(QUEUE.c.id).where(or_(due, running)).limit(1))
    return found.first() is not None


def shift(tx: Tx, by: timedelta) -> None:
    """Move what was reckoned from the clock before it was set, so that its waits stay as long."""
    waiting = select(QUEUE.c.id, QUEUE.c.due_at).where(QUEUE.c.state.in_(CLAIMABLE_STATES))
    for row in tx.connection.execute(waiting).all():
        _move(tx, QUEUE, QUEUE.c.id == row.id, {"due_at": row.due_at}, by)
    for line in tx.connection.execute(select(lines.LINES)).mappings().all():
        own = {name: line[name] for name in WAITS if line[name] is not None}
        _move(tx, lines.LINES, lines.LINES.c.account_id == line["account_id"], own, by)
    tx.touch("queue", "network")


def _move(tx: Tx, what: Table, which: Any, moments: dict[str, datetime], by: timedelta) -> None:
    if moments:
        later = {name: moment + by for name, moment in moments.items()}
        tx.connection.execute(update(what).where(which).values(later))
