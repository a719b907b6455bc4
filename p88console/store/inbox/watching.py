"""What stands at this moment that a person should know of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from p88console.domain.alerting import is_overdue
from p88console.domain.cadence import told
from p88console.domain.doctor import CLOCK_FAILING
from p88console.domain.jobs import JobState
from p88console.domain.jumps import span
from p88console.domain.model import Provider
from p88console.domain.notices import Noticed, NoticeKind
from p88console.store.inbox.questions import INBOX
from p88console.store.tenancy.events import EVENTS
from p88console.store.tenancy.tenants import ACCOUNTS, clock_offsets
from p88console.store.work import schedule
from p88console.store.work.queue import QUEUE

KINDS = (
    NoticeKind.FAILED,
    NoticeKind.HELD,
    NoticeKind.OVERDUE,
    NoticeKind.BRAKE,
    NoticeKind.CLOCK,
)
"""What is looked for here."""


def stands(connection: Connection, awake_since: datetime, now: datetime) -> list[Noticed]:
    """Failed jobs, held accounts, overdue work, pulled brakes and clocks that are far apart.

    Args:
        connection: Where to look.
        awake_since: Since when the schedule has been followed without a break.
        now: The instant.
    """
    names = {row.id: row.name for row in connection.execute(select(EVENTS.c.id, EVENTS.c.name))}
    accounts = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.removed_at.is_(None)))
    known = {row["id"]: dict(row) for row in accounts.mappings()}
    return [
        *_held(known),
        *_failed(connection, names, known),
        *_brakes(connection, names),
        *_far_clocks(connection, known),
        *_overdue(connection, names, known, awake_since, now),
    ]


def _held(accounts: dict[int, dict[str, Any]]) -> list[Noticed]:
    return [
        Noticed(
            f"account:{row['id']}",
            NoticeKind.HELD,
            f"{Provider(row['provider']).title} is held: {row['held_reason'] or 'by hand'}",
            f"{row['label']}: all of its work waits for a person",
            account_id=row["id"],
        )
        for row in accounts.values()
        if row["held_since"] is not None
    ]


def _failed(
    connection: Connection, names: dict[int, str], accounts: dict[int, dict[str, Any]]
) -> list[Noticed]:
    failed = select(QUEUE).where(QUEUE.c.state == JobState.FAILED_PERMANENT.value)
    return [
        Noticed(
            f"job:{row['id']}",
            NoticeKind.FAILED,
            f"{_work(accounts[row['account_id']], row['operation'], row['direction'])} of "
            f"{names.get(row['event_id'], 'the account')} failed for good",
            f"{(row['error'] or {}).get('title', 'for an unknown reason')}; "
            f"p88console queue retry {row['id']}",
            row["event_id"],
            row["account_id"],
            row["id"],
        )
        for row in connection.execute(failed).mappings()
        if row["account_id"] in accounts
    ]


def _brakes(connection: Connection, names: dict[int, str]) -> list[Noticed]:
    pulled = select(INBOX.c.key, INBOX.c.event_id, INBOX.c.reason).where(
        INBOX.c.decided_at.is_(None), INBOX.c.key.startswith("brake:")
    )
    return [
        Noticed(
            row.key,
            NoticeKind.BRAKE,
            f"removals stopped at {names.get(row.event_id, 'an event')}",
            f"{row.reason}; p88console inbox list",
            row.event_id,
        )
        for row in connection.execute(pulled)
    ]


def _far_clocks(connection: Connection, accounts: dict[int, dict[str, Any]]) -> list[Noticed]:
    found = []
    for account_id, offset_s in clock_offsets(connection).items():
        away = timedelta(seconds=abs(offset_s))
        if account_id not in accounts or away <= CLOCK_FAILING:
            continue
        provider = Provider(accounts[account_id]["provider"]).title
        side = "ahead of" if offset_s > 0 else "behind"
        found.append(
            Noticed(
                f"offset:{account_id}",
                NoticeKind.CLOCK,
                f"{provider}'s clock is {span(away)} {side} this laptop's",
                "set this laptop's clock by the network: results and watermarks are read by it",
                account_id=account_id,
            )
        )
    return found


def _overdue(
    connection: Connection,
    names: dict[int, str],
    accounts: dict[int, dict[str, Any]],
    awake_since: datetime,
    now: datetime,
) -> list[Noticed]:
    found, succeeded = [], schedule.successes(connection)
    for row in schedule.rows(connection):
        account = accounts.get(row.account_id)
        if account is None or account["held_since"] is not None:
            continue  # a held account is told of by itself
        last = succeeded.get((row.account_id, row.event_id, row.operation))
        if not is_overdue(row.interval, last, awake_since, now):
            continue
        since = f"the last success was at {last:%H:%M} UTC" if last else "it never succeeded"
        found.append(
            Noticed(
                f"overdue:{row.account_id}:{row.event_id or 0}:{row.operation.value}",
                NoticeKind.OVERDUE,
                f"{_work(account, row.operation.value, 'pull')} of "
                f"{names.get(row.event_id or 0, account['label'])} is overdue",
                f"wanted every {told(row.interval)}, {since}",
                row.event_id,
                row.account_id,
            )
        )
    return found


def _work(account: dict[str, Any], operation: str, direction: str) -> str:
    return f"{Provider(account['provider']).title} {operation} {direction}"
