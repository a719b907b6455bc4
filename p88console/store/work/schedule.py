"""When each account's work is due: rows that outlive the process, read by every sweep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, delete, func, select

from p88console.domain.jobs import Operation
from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.database.straight import Straight
from p88console.store.database.upsert import index_element, insert_of, upsert
from p88console.store.work.queue import QUEUE, mine

SCHEDULE = core.SYNC_SCHEDULE
MARKS = core.PULL_MARKS


@dataclass(frozen=True, slots=True)
class Due:
    """One row of the schedule; instants are UTC."""

    account_id: int
    event_id: int | None
    operation: Operation
    enqueued_at: datetime | None
    due_at: datetime
    interval: timedelta
    reason: str


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a listing has been read; instants are UTC, the watermark the provider's clock."""

    watermark: datetime | None = None
    reconciled_at: datetime | None = None
    succeeded_at: datetime | None = None


def rows(connection: Connection) -> list[Due]:
    """The whole schedule, soonest first."""
    query = select(SCHEDULE).order_by(SCHEDULE.c.due_at, SCHEDULE.c.id)
    return [
        Due(
            account_id=row["account_id"],
            event_id=row["event_id"],
            operation=Operation(row["operation"]),
            enqueued_at=row["enqueued_at"],
            due_at=row["due_at"],
            interval=timedelta(seconds=row["interval_s"]),
            reason=row["reason"],
        )
        for row in connection.execute(query).mappings()
    ]


def write(tx: Tx, due: list[Due]) -> None:
    """Write schedule rows, new ones and changed ones alike."""
    values = [
        {
            "account_id": row.account_id,
            "event_id": row.event_id,
            "operation": row.operation.value,
            "enqueued_at": row.enqueued_at,
            "due_at": row.due_at,
            "interval_s": row.interval.total_seconds(),
            "reason": row.reason,
        }
        for row in due
    ]
    upsert(tx.connection, SCHEDULE, values, key=("account_id", "event_id", "operation"))
    if due:
        tx.touch("schedule")


def forget(tx: Tx, due: list[Due]) -> None:
    """Take rows out of the schedule: their event rests or is no longer linked."""
    for row in due:
        tx.connection.execute(
            delete(SCHEDULE).where(
                SCHEDULE.c.account_id == row.account_id,
                func.coalesce(SCHEDULE.c.event_id, 0) == (row.event_id or 0),
                SCHEDULE.c.operation == row.operation.value,
            )
        )
    if due:
        tx.touch("schedule")


def mark(
    connection: Connection, account_id: int, event_id: int | None, operation: Operation
) -> Mark:
    """How far this listing has been read before."""
    query = select(MARKS.c.watermark, MARKS.c.reconciled_at, MARKS.c.succeeded_at).where(
        MARKS.c.account_id == account_id,
        func.coalesce(MARKS.c.event_id, 0) == (event_id or 0),
        MARKS.c.operation == operation.value,
    )
    row = connection.execute(query).one_or_none()
    return Mark() if row is None else Mark(row.watermark, row.reconciled_at, row.succeeded_at)


def calls(connection: Connection) -> dict[tuple[int, int | None, Operation], int]:
    """How many calls each listing took when it was last read, by account, event and operation."""
    query = select(MARKS.c.account_id, MARKS.c.event_id, MARKS.c.operation, MARKS.c.calls)
    found = connection.execute(query.where(MARKS.c.calls.is_not(None)))
    return {(row.account_id, row.event_id, Operation(row.operation)): row.calls for row in found}


def successes(
    connection: Connection,
) -> dict[tuple[int, int | None, Operation], datetime]:
    """When each listing was last read whole, by account, event and operation."""
    query = select(MARKS.c.account_id, MARKS.c.event_id, MARKS.c.operation, MARKS.c.succeeded_at)
    found = connection.execute(query.where(MARKS.c.succeeded_at.is_not(None)))
    return {
        (row.account_id, row.event_id, Operation(row.operation)): row.succeeded_at for row in found
    }


def _succeeded(dialect: str) -> Any:
    key = ("account_id", "event_id", "operation")
    values: dict[str, ColumnElement[Any]] = {
        **{name: QUEUE.c[name] for name in key},
        "succeeded_at": bindparam("now", type_=MARKS.c.succeeded_at.type),
        "calls": bindparam("calls", type_=Integer()),
    }
    listing = select(*values.values()).where(mine())
    marking = insert_of(dialect, MARKS).from_select(list(values), listing)
    return marking.on_conflict_do_update(
        index_elements=[index_element(MARKS.c[name]) for name in key],
        set_={
            "succeeded_at": marking.excluded.succeeded_at,
            "calls": func.coalesce(marking.excluded.calls, MARKS.c.calls),
        },
    )


SUCCEEDED = Straight(_succeeded)
"""The listing that a claimed job was about was read whole, in so many calls or None."""


def advance(
    tx: Tx,
    account_id: int,
    event_id: int | None,
    operation: Operation,
    **changes: datetime | None,
) -> None:
    """Move a mark on, after the rows it speaks for are written."""
    before = mark(tx.connection, account_id, event_id, operation)
    values: dict[str, Any] = {
        "account_id": account_id,
        "event_id": event_id,
        "operation": operation.value,
        "watermark": before.watermark,
        "reconciled_at": before.reconciled_at,
        "succeeded_at": before.succeeded_at,
        **changes,
    }
    upsert(tx.connection, MARKS, [values], key=("account_id", "event_id", "operation"))
