"""Reads the schedule for the screen: last success, next due, the job under way; and skips a run."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, ScalarSelect, and_, func, select, update

from p88console.domain.jobs import OPEN_STATES, Direction, JobState
from p88console.store.database.db import Tx
from p88console.store.tenancy.events import EVENTS
from p88console.store.tenancy.tenants import ACCOUNTS
from p88console.store.windows.work_rows import ScheduledRun
from p88console.store.work.queue import HISTORY, QUEUE
from p88console.store.work.schedule import SCHEDULE

S = SCHEDULE.c


def runs(connection: Connection) -> list[ScheduledRun]:
    """The whole schedule, soonest first."""
    query = (
        select(
            SCHEDULE,
            ACCOUNTS.c.provider,
            func.coalesce(EVENTS.c.name, ACCOUNTS.c.label).label("event_name"),
            _last_ok().label("last_ok_at"),
            QUEUE.c.state,
        )
        .join(ACCOUNTS, ACCOUNTS.c.id == S.account_id)
        .outerjoin(EVENTS, EVENTS.c.id == S.event_id)
        .outerjoin(
            QUEUE,
            and_(
                QUEUE.c.account_id == S.account_id,
                func.coalesce(QUEUE.c.event_id, 0) == func.coalesce(S.event_id, 0),
                QUEUE.c.operation == S.operation,
                QUEUE.c.direction == Direction.PULL.value,
                QUEUE.c.state.in_(OPEN_STATES),
            ),
        )
        .order_by(S.due_at, S.id)
    )
    return [
        ScheduledRun(
            id=row["id"],
            account_id=row["account_id"],
            provider=row["provider"],
            event_id=row["event_id"],
            event_name=row["event_name"],
            operation=row["operation"],
            last_ok_at=row["last_ok_at"],
            due_at=row["due_at"],
            interval_s=row["interval_s"],
            reason=row["reason"],
            state=row["state"],
        )
        for row in connection.execute(query).mappings()
    ]


def _last_ok() -> ScalarSelect[datetime | None]:
    """When a schedule row's own pull last went well."""
    return (
        select(HISTORY.c.finished_at)
        .where(
            HISTORY.c.account_id == S.account_id,
            HISTORY.c.direction == Direction.PULL.value,
            HISTORY.c.state == JobState.COMPLETED.value,
            func.coalesce(HISTORY.c.event_id, 0) == func.coalesce(S.event_id, 0),
            HISTORY.c.operation == S.operation,
        )
        .order_by(HISTORY.c.finished_at.desc())
        .limit(1)
        .scalar_subquery()
    )


def skip(tx: Tx, run_id: int, missed: datetime) -> None:
    """Take a run for done at this instant without doing it; the next one follows its interval."""
    found = tx.connection.execute(select(S.interval_s).where(S.id == run_id)).scalar_one_or_none()
    if found is not None:
        tx.connection.execute(
            update(SCHEDULE)
            .where(S.id == run_id)
            .values(enqueued_at=missed, due_at=missed + timedelta(seconds=found))
        )
        tx.touch("schedule")
