"""Which jobs follow a gun of this very day: they go first, and longer than the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    or_,
    select,
)

from p88console.domain.cadence import CadenceSettings
from p88console.domain.jobs import Operation
from p88console.store import core

QUEUE = core.SYNC_QUEUE
RACES = core.RACES
EVENTS = core.EVENTS
LINKS = core.LINKS
USUAL = CadenceSettings()

FINISH = USUAL.last_finisher_after + USUAL.finish_tail
"""For how long after its gun a race's results are followed."""

Around = Callable[[timedelta], Any]
"""Instants so much later than a moment, as a statement takes them."""

SAME = timedelta()

ONE: ColumnElement[int] = literal_column("1")
"""A limit that PostgreSQL knows when it plans; it takes one in a place for a tenth of all rows."""


def around(now: datetime) -> Around:
    """Instants around one that is known."""
    return lambda later: now + later


class Places:
    """Instants around each moment at which a statement that is built once is executed."""

    def __init__(self) -> None:
        self._names: dict[timedelta, str] = {}

    def __call__(self, later: timedelta) -> Any:
        """The place of an instant in the statement."""
        return bindparam(self._names.setdefault(later, f"moment_{len(self._names)}"))

    def filled(self, now: datetime) -> dict[str, datetime]:
        """What belongs into the places at a moment."""
        return {name: now + later for later, name in self._names.items()}


def gun_of(at: Around) -> ScalarSelect[datetime]:
    """The gun that a job of the queue follows at a moment: its event's nearest of race day.

    For results that is a race that people may be finishing.
    """
    results = QUEUE.c.operation == Operation.RESULTS.value
    before = RACES.c.starts_at.between(at(-USUAL.after_last_start), at(USUAL.race_day))
    after = RACES.c.starts_at.between(at(-FINISH), at(SAME))
    follows = or_(and_(~results, before), and_(results, after))
    query = select(RACES.c.starts_at).where(RACES.c.event_id == QUEUE.c.event_id, follows)
    return query.order_by(RACES.c.starts_at).limit(ONE).correlate(QUEUE).scalar_subquery()


def may_be_near(at: Around) -> ColumnElement[bool]:
    """Whether a job's event has a gun around a moment: without one, no `gun_of` needs to be asked.

    The list of events is made once for all jobs, never joined with them.
    """
    earliest, latest = at(-max(FINISH, USUAL.after_last_start)), at(USUAL.race_day)
    around_it = select(RACES.c.event_id).where(RACES.c.starts_at.between(earliest, latest))
    return func.coalesce(QUEUE.c.event_id.in_(around_it), false())


def is_near(connection: Connection, job_id: int, now: datetime) -> bool:
    """Whether a job follows a gun of this very day."""
    query = select(QUEUE.c.id).where(QUEUE.c.id == job_id, gun_of(around(now)).is_not(None))
    return connection.execute(query).first() is not None


def gun_within_the_hour(connection: Connection, account_id: int, now: datetime) -> bool:
    """Whether a race that this account registers or scores starts, or started, within an hour."""
    linked = select(LINKS.c.event_id).where(LINKS.c.account_id == account_id)
    query = (
        select(RACES.c.id)
        .join(EVENTS, EVENTS.c.id == RACES.c.event_id)
        .where(RACES.c.starts_at.between(now - USUAL.after_last_start, now + timedelta(hours=1)))
        .where(or_(EVENTS.c.account_id == account_id, EVENTS.c.id.in_(linked)))
    )
    return connection.execute(query.limit(1)).first() is not None
