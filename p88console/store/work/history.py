"""The append-only history of attempts, read in pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, String, cast, func, select

from p88console.domain.errors import NotThere
from p88console.domain.jobs import CLAIMABLE_STATES, JobState
from p88console.store.database.matching import matching
from p88console.store.tenancy.events import EVENTS
from p88console.store.tenancy.tenants import ACCOUNTS
from p88console.store.windows.board import HistoryRow
from p88console.store.work.queue import HISTORY, QUEUE


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt whole, as commands print it; instants are UTC."""

    id: int
    job_id: int
    provider: str
    operation: str
    direction: str
    event_id: int | None
    attempt: int
    state: str
    started_at: datetime
    finished_at: datetime | None
    trigger: str
    partial: bool
    counts: dict[str, int]
    error: dict[str, Any] | None


def attempts(
    connection: Connection,
    *,
    event_id: int | None = None,
    job_id: int | None = None,
    attempt_id: int | None = None,
    partner_id: int | None = None,
    limit: int | None = None,
) -> list[AttemptRow]:
    """Attempts, newest first."""
    query = select(HISTORY, ACCOUNTS.c.provider).join(
        ACCOUNTS, ACCOUNTS.c.id == HISTORY.c.account_id
    )
    if event_id is not None:
        query = query.where(HISTORY.c.event_id == event_id)
    if job_id is not None:
        query = query.where(HISTORY.c.job_id == job_id)
    if attempt_id is not None:
        query = query.where(HISTORY.c.id == attempt_id)
    if partner_id is not None:
        query = query.where(HISTORY.c.partner_id == partner_id)
    query = query.order_by(HISTORY.c.id.desc()).limit(limit)
    return [
        AttemptRow(
            id=row["id"],
            job_id=row["job_id"],
            provider=row["provider"],
            operation=row["operation"],
            direction=row["direction"],
            event_id=row["event_id"],
            attempt=row["attempt"],
            state=row["state"],
            started_at=row["started_at"],
            finished_at=row["finished_at"],
            trigger=row["trigger"],
            partial=row["partial"],
            counts=row["counts"],
            error=row["error"],
        )
        for row in connection.execute(query).mappings()
    ]


def attempt(connection: Connection, attempt_id: int) -> AttemptRow:
    """One attempt. Raises `NotThere`."""
    found = attempts(connection, attempt_id=attempt_id)
    if not found:
        raise NotThere(f"there is no attempt {attempt_id}")
    return found[0]


def count(connection: Connection, text: str) -> int:
    """How many attempts match the filter text."""
    query = select(func.count()).select_from(HISTORY)
    if text:
        query = matched(select(func.count()), text)
    return int(connection.execute(query).scalar_one())


def place(connection: Connection, history_id: int, text: str) -> int:
    """Where an attempt stands among those that match: how many are newer."""
    query = matched(select(func.count()), text).where(HISTORY.c.id > history_id)
    return int(connection.execute(query).scalar_one())


def page(connection: Connection, offset: int, limit: int, text: str) -> list[HistoryRow]:
    """Attempts for the history pane, newest first."""
    query = matched(select(*COLUMNS), text)
    query = query.order_by(HISTORY.c.id.desc()).offset(offset).limit(limit)
    return [row_of(row) for row in connection.execute(query).mappings()]


COLUMNS = (*HISTORY.c, ACCOUNTS.c.provider, EVENTS.c.name.label("event_name"))
"""What `row_of` needs of a query that `matched` has joined."""


def row_of(row: RowMapping) -> HistoryRow:
    """One attempt as lists show it."""
    return HistoryRow(
        id=row["id"],
        job_id=row["job_id"],
        provider=row["provider"],
        event_name=row["event_name"],
        operation=row["operation"],
        direction=row["direction"],
        attempt=row["attempt"],
        state="partial" if row["partial"] else row["state"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        trigger=row["trigger"],
        counts=row["counts"],
        error_title=(row["error"] or {}).get("title"),
    )


def matched(query: Any, text: str) -> Any:
    """The query over attempts with accounts and events, narrowed by a filter text."""
    joined = (
        query.select_from(HISTORY)
        .join(ACCOUNTS, ACCOUNTS.c.id == HISTORY.c.account_id)
        .outerjoin(EVENTS, EVENTS.c.id == HISTORY.c.event_id)
    )
    words: list[Any] = [HISTORY.c[name] for name in ("operation", "direction", "state", "trigger")]
    words += [ACCOUNTS.c.provider, EVENTS.c.name, cast(HISTORY.c.error, String)]
    return matching(joined, words, text)


def state_counts(connection: Connection) -> dict[str, int]:
    """How many jobs are in each state."""
    counts = dict.fromkeys((state.value for state in JobState), 0)
    query = select(QUEUE.c.state, func.count()).group_by(QUEUE.c.state)
    return counts | {row[0]: row[1] for row in connection.execute(query)}


def partner_syncs(connection: Connection, partner_id: int) -> tuple[datetime | None, int]:
    """When a partner's work last succeeded, and how many of its jobs wait."""
    last: datetime | None = connection.execute(
        select(func.max(HISTORY.c.finished_at)).where(
            HISTORY.c.partner_id == partner_id, HISTORY.c.state == JobState.COMPLETED.value
        )
    ).scalar()
    waiting = select(func.count()).where(
        QUEUE.c.partner_id == partner_id, QUEUE.c.state.in_(CLAIMABLE_STATES)
    )
    return last, int(connection.execute(waiting).scalar_one())
