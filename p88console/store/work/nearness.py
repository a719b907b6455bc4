"""Which jobs follow a gun of this very day: they go first, and longer than the rest."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, or_, select

from p88console.domain.cadence import CadenceSettings
from p88console.domain.jobs import Operation
from p88console.store.tables import Race, SyncQueue
from p88console.store.tables.base import table

QUEUE = table(SyncQueue)
RACES = table(Race)
USUAL = CadenceSettings()


def gun_of(now: datetime) -> ScalarSelect[datetime]:
    """The gun that a job of the queue follows at this moment: its event's nearest of race day.

    For results that is a race that people may be finishing.
    """
    results = QUEUE.c.operation == Operation.RESULTS.value
    finish = USUAL.last_finisher_after + USUAL.finish_tail
    before = RACES.c.starts_at.between(now - USUAL.after_last_start, now + USUAL.race_day)
    after = RACES.c.starts_at.between(now - finish, now - timedelta(0))
    follows = or_(and_(~results, before), and_(results, after))
    query = select(RACES.c.starts_at).where(RACES.c.event_id == QUEUE.c.event_id, follows)
    return query.order_by(RACES.c.starts_at).limit(1).correlate(QUEUE).scalar_subquery()


def nearest_first(now: datetime) -> tuple[ColumnElement[bool], ScalarSelect[datetime]]:
    """An order in which the nearest gun comes first, and what follows none last."""
    return gun_of(now).is_(None), gun_of(now)


def is_near(connection: Connection, job_id: int, now: datetime) -> bool:
    """Whether a job follows a gun of this very day."""
    query = select(QUEUE.c.id).where(QUEUE.c.id == job_id, gun_of(now).is_not(None))
    return connection.execute(query).first() is not None
