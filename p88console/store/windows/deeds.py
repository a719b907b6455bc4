"""Reads what operators did, newest first: acts of the trail, and the work they asked for."""

from __future__ import annotations

from sqlalchemy import Connection, and_, func, or_, select

from p88console.domain.jobs import JobState, Trigger
from p88console.store.people.edits import ACTIONS
from p88console.store.tenancy.events import EVENTS
from p88console.store.tenancy.tenants import ACCOUNTS
from p88console.store.windows.past_rows import Deed
from p88console.store.work.queue import HISTORY, QUEUE

BY_HAND = (Trigger.OPERATOR.value, Trigger.API.value)


def newest(connection: Connection, limit: int) -> list[Deed]:
    """The newest deeds, at most so many."""
    found = [*_acts(connection, limit), *_jobs(connection, limit)]
    found.sort(key=lambda deed: (deed.at, deed.id), reverse=True)
    return found[:limit]


def _acts(connection: Connection, limit: int) -> list[Deed]:
    a = ACTIONS.c
    query = (
        select(a.id, a.at, a.who, a.door, a.summary, a.undone_at, EVENTS.c.name)
        .outerjoin(EVENTS, EVENTS.c.id == a.event_id)
        .order_by(a.id.desc())
        .limit(limit)
    )
    return [
        Deed(
            id=2 * row.id,
            at=row.at,
            who=row.who,
            door=row.door,
            event_name=row.name,
            summary=row.summary,
            undone_at=row.undone_at,
        )
        for row in connection.execute(query)
    ]


def _jobs(connection: Connection, limit: int) -> list[Deed]:
    q, h = QUEUE.c, HISTORY.c
    last = select(func.max(h.id)).where(h.job_id == q.id).correlate(QUEUE).scalar_subquery()
    query = (
        select(QUEUE, ACCOUNTS.c.provider, EVENTS.c.name, h.counts)
        .join(ACCOUNTS, ACCOUNTS.c.id == q.account_id)
        .outerjoin(EVENTS, EVENTS.c.id == q.event_id)
        .outerjoin(HISTORY, and_(h.job_id == q.id, h.id == last))
        .where(or_(q.trigger.in_(BY_HAND), q.asked_by.is_not(None)))
        .order_by(q.id.desc())
        .limit(limit)
    )
    return [
        Deed(
            id=2 * row.id + 1,
            at=row.created_at,
            who=row.asked_by or "",
            door=row.asked_door or ("api" if row.trigger == Trigger.API else ""),
            event_name=row.name,
            job_id=row.id,
            provider=row.provider,
            operation=row.operation,
            direction=row.direction,
            state=row.state,
            attempt=row.attempt,
            counts=row.counts or {},
            error=None if row.state == JobState.COMPLETED else row.error,
        )
        for row in connection.execute(query)
    ]
