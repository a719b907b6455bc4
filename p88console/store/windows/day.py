"""Reads a stretch of time for the day view and the load of the last hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select

from p88console.store.tenancy.races import RACES
from p88console.store.windows.day_rows import DayAttempt, DayGun, DayStory
from p88console.store.work.queue import HISTORY, QUEUE

MOST_ATTEMPTS = 20_000
"""Attempts that are looked at; of a longer stretch, the newest."""

MOVING = ("created", "updated", "removed", "sent")
"""Counts of rows that an attempt changed, here or there."""

AHEAD = timedelta(hours=24)
"""Guns this far after the beginning still belong to it."""


def day(connection: Connection, since: datetime) -> DayStory:
    """What happened since an instant."""
    h = HISTORY.c
    newest = (
        select(h.account_id, h.state, h.started_at, h.finished_at, h.counts)
        .where(h.started_at >= since)
        .order_by(h.id.desc())
        .limit(MOST_ATTEMPTS)
    )
    attempts = [
        DayAttempt(row.account_id, row.state, row.started_at, row.finished_at, _moved(row.counts))
        for row in connection.execute(newest)
    ]
    q = QUEUE.c
    open_then = or_(q.finished_at.is_(None), q.finished_at >= since)
    jobs = connection.execute(select(q.created_at, q.finished_at).where(open_then)).all()
    starts = (
        select(RACES.c.starts_at, RACES.c.name)
        .where(RACES.c.starts_at >= since, RACES.c.starts_at <= since + AHEAD)
        .order_by(RACES.c.starts_at)
    )
    guns = {(row.starts_at, row.name) for row in connection.execute(starts)}
    return DayStory(
        since,
        attempts[::-1],
        [(row.created_at, row.finished_at) for row in jobs],
        [DayGun(*gun) for gun in sorted(guns)],
    )


def _moved(counts: Mapping[str, object] | None) -> int:
    found = ((counts or {}).get(name) for name in MOVING)
    return sum(value for value in found if isinstance(value, int))
