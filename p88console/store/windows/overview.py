"""Reads the Board's panes and lanes from the database, a window at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    or_,
    select,
)

from p88console.domain.jobs import CLAIMABLE_STATES, Direction, JobState
from p88console.domain.model import Provider
from p88console.domain.network import NetworkClass, advice_for
from p88console.store.database.matching import matching
from p88console.store.inbox import questions as inbox
from p88console.store.tenancy.events import EVENTS, EventRow
from p88console.store.tenancy.tenants import ACCOUNTS, HEALTH
from p88console.store.windows.board import Lane, NextRun, QueueRow
from p88console.store.work import budgets, lines, schedule
from p88console.store.work.queue import HISTORY, QUEUE

REGISTRATION_PROVIDERS = ("runsignup", "raceroster", "haku")

FINISHED = (JobState.COMPLETED.value, JobState.CANCELLED.value)
NEEDS_PERSON = (JobState.HELD.value, JobState.FAILED_PERMANENT.value)


def _retrying() -> ColumnElement[bool]:
    waits = QUEUE.c.state.in_(CLAIMABLE_STATES)
    return or_(QUEUE.c.state.in_(NEEDS_PERSON), and_(waits, QUEUE.c.error.is_not(None)))


def _waiting() -> ColumnElement[bool]:
    return and_(QUEUE.c.state.not_in((*FINISHED, *NEEDS_PERSON)), ~_retrying())


def _matching(query: Any, text: str) -> Any:
    joined = (
        query.select_from(QUEUE)
        .join(ACCOUNTS, ACCOUNTS.c.id == QUEUE.c.account_id)
        .outerjoin(EVENTS, EVENTS.c.id == QUEUE.c.event_id)
    )
    words: list[Any] = [QUEUE.c[name] for name in ("operation", "direction", "state", "trigger")]
    words += [ACCOUNTS.c.provider, ACCOUNTS.c.label, EVENTS.c.name, cast(QUEUE.c.error, String)]
    return matching(joined, words, text)


def queue_count(connection: Connection, text: str) -> int:
    """How many jobs wait or run, retries aside."""
    query = _matching(select(func.count()), text).where(_waiting())
    return int(connection.execute(query).scalar_one())


def retry_count(connection: Connection, text: str) -> int:
    """How many jobs wait after a failed attempt, are held, or have failed for good."""
    query = _matching(select(func.count()), text).where(_retrying())
    return int(connection.execute(query).scalar_one())


def needing_count(connection: Connection, text: str) -> int:
    """How many jobs are held or have failed for good."""
    query = _matching(select(func.count()), text).where(QUEUE.c.state.in_(NEEDS_PERSON))
    return int(connection.execute(query).scalar_one())


def needing_page(connection: Connection, offset: int, limit: int, text: str) -> list[QueueRow]:
    """Jobs that wait for a person and nothing else, in the order of the retry pane."""
    query = _matching(select(*_COLUMNS), text).where(QUEUE.c.state.in_(NEEDS_PERSON))
    order = (QUEUE.c.due_at, QUEUE.c.id)
    return _rows(connection, query.order_by(*order).offset(offset).limit(limit))


def queue_page(connection: Connection, offset: int, limit: int, text: str) -> list[QueueRow]:
    """Jobs that wait or run, in the order in which they will be served."""
    query = _matching(select(*_COLUMNS), text).where(_waiting())
    order = (QUEUE.c.state != JobState.RUNNING.value, QUEUE.c.priority, QUEUE.c.due_at, QUEUE.c.id)
    return _rows(connection, query.order_by(*order).offset(offset).limit(limit))


def retry_page(connection: Connection, offset: int, limit: int, text: str) -> list[QueueRow]:
    """Failed, held and retrying jobs: who needs a person first, then by due time."""
    query = _matching(select(*_COLUMNS), text).where(_retrying())
    urgent = case((QUEUE.c.state.in_(NEEDS_PERSON), 0), else_=1)
    return _rows(
        connection,
        query.order_by(urgent, QUEUE.c.due_at, QUEUE.c.id).offset(offset).limit(limit),
    )


_COLUMNS = (
    *QUEUE.c,
    ACCOUNTS.c.provider,
    ACCOUNTS.c.label.label("account_label"),
    EVENTS.c.name.label("event_name"),
)


def _rows(connection: Connection, query: Select[Any]) -> list[QueueRow]:
    return [
        QueueRow(
            id=row["id"],
            account_id=row["account_id"],
            provider=row["provider"],
            account_label=row["account_label"],
            event_name=row["event_name"],
            operation=row["operation"],
            direction=row["direction"],
            state=row["state"],
            priority=row["priority"],
            due_at=row["due_at"],
            attempt=row["attempt"],
            trigger=row["trigger"],
            progress_done=row["progress_done"],
            progress_total=row["progress_total"],
            error_title=(row["error"] or {}).get("title"),
        )
        for row in connection.execute(query).mappings()
    ]


def lanes(connection: Connection, now: datetime) -> list[Lane]:
    """Every account's lane, registrations first."""
    query = (
        select(ACCOUNTS, HEALTH.c.clock_offset_s, HEALTH.c.warnings)
        .outerjoin(HEALTH, HEALTH.c.account_id == ACCOUNTS.c.id)
        .where(ACCOUNTS.c.removed_at.is_(None))
        .order_by(ACCOUNTS.c.provider.not_in(REGISTRATION_PROVIDERS), ACCOUNTS.c.id)
    )
    due = {row.account_id: row.due_at for row in reversed(schedule.rows(connection))}
    network = lines.network(connection, now)
    left = budgets.calls_left(connection, now)
    return [
        replace(
            _lane(connection, dict(row), network.accounts[row["id"]]),
            next_due_at=due.get(row["id"]),
            calls_left=left.get(row["id"]),
        )
        for row in connection.execute(query).mappings().all()
    ]


def _lane(connection: Connection, account: dict[str, Any], network: NetworkClass) -> Lane:
    last_pull = _last_good(connection, account["id"], Direction.PULL)
    last_push = _last_good(connection, account["id"], Direction.PUSH)
    open_jobs = connection.execute(
        select(QUEUE)
        .where(QUEUE.c.account_id == account["id"], QUEUE.c.state.not_in(FINISHED))
        .order_by(QUEUE.c.state != JobState.RUNNING.value, QUEUE.c.id.desc())
    )
    jobs = open_jobs.mappings().all()
    running = next((job for job in jobs if job["state"] == JobState.RUNNING), None)
    faulty = next((job for job in jobs if job["error"]), None)
    state = "ok" if last_pull or last_push else "idle"
    since = None
    if faulty is not None:
        since = _failing_since(connection, faulty["id"])
        failed = faulty["state"] == JobState.FAILED_PERMANENT
        state = "failing" if failed else "retrying"
    if network.closes:
        state = "offline"
    if account["held_since"] is not None:
        state, since = "held", account["held_since"]
    return Lane(
        account_id=account["id"],
        provider=account["provider"],
        label=account["label"],
        state=state,
        last_pull_at=last_pull,
        last_push_at=last_push,
        running=None if running is None else f"{running['operation']} {running['direction']}",
        progress_done=0 if running is None else running["progress_done"],
        progress_total=None if running is None else running["progress_total"],
        error=_lane_error(account, faulty),
        error_since=since,
        clock_offset_s=account["clock_offset_s"],
        warnings=tuple(account["warnings"] or ()),
        next_due_at=None,
        network=network.value,
        advice=advice_for(network, Provider(account["provider"]).title),
    )


def _lane_error(account: dict[str, Any], faulty: Any) -> dict[str, Any] | None:
    if account["held_since"] is not None:
        return {"title": account["held_reason"] or "held", "hint": "mend it, then resume the lane"}
    return None if faulty is None else dict(faulty["error"])


def _last_good(connection: Connection, account_id: int, direction: Direction) -> datetime | None:
    last: datetime | None = connection.execute(
        select(func.max(HISTORY.c.finished_at)).where(
            HISTORY.c.account_id == account_id,
            HISTORY.c.direction == direction.value,
            HISTORY.c.state == JobState.COMPLETED.value,
        )
    ).scalar()
    return last


def _failing_since(connection: Connection, job_id: int) -> datetime | None:
    since: datetime | None = connection.execute(
        select(func.min(HISTORY.c.started_at)).where(
            HISTORY.c.job_id == job_id, HISTORY.c.error.is_not(None)
        )
    ).scalar()
    return since


def needs_you(connection: Connection) -> int:
    """How many things wait for a person: whatever is open in the inbox."""
    return inbox.count(connection)


def nearest(found: Sequence[EventRow], now: datetime) -> EventRow | None:
    """The event of the day: the one whose gun is nearest, linked ones first.

    Of those as many days away, one that tells its gun comes before one that tells only its day.
    """
    timed = [event for event in found if event.moments]
    if not timed:
        return found[0] if found else None

    def distance(event: EventRow) -> tuple[bool, int, bool, timedelta]:
        away = min(abs(moment - now) for moment in event.moments)
        return not event.links, away // timedelta(days=1), event.day is not None, away

    return min(timed, key=distance)


def next_runs(connection: Connection) -> list[NextRun]:
    """What is due next, soonest first; discovery is named by its account."""
    names = {row.id: row.name for row in connection.execute(select(EVENTS.c.id, EVENTS.c.name))}
    labels = connection.execute(select(ACCOUNTS.c.id, ACCOUNTS.c.label))
    accounts = {row.id: row.label for row in labels}
    return [
        NextRun(
            event_id=row.event_id,
            event_name=names.get(row.event_id, "") if row.event_id else accounts[row.account_id],
            operation=row.operation.value,
            due_at=row.due_at,
            interval_s=row.interval.total_seconds(),
            reason=row.reason,
        )
        for row in schedule.rows(connection)
    ]
