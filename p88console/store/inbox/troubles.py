"""Held accounts and jobs that failed for good, as the inbox asks about them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from p88console.domain.inbox import Kind
from p88console.domain.jobs import JobState
from p88console.domain.model import Provider
from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import INBOX, STAMP, Question
from p88console.store.tenancy.tenants import ACCOUNTS

QUEUE = core.SYNC_QUEUE


def mind(tx: Tx, now: datetime) -> None:
    """Ask about every held account and failed job, and about no others any more."""
    held = select(ACCOUNTS).where(
        ACCOUNTS.c.held_since.is_not(None), ACCOUNTS.c.removed_at.is_(None)
    )
    questions = [
        Question(
            key=f"account:{row['id']}",
            kind=Kind.HELD,
            reason=f"{Provider(row['provider']).title} is held: {row['held_reason'] or 'by hand'}",
            account_id=row["id"],
            detail={STAMP: None},
        )
        for row in tx.connection.execute(held).mappings()
    ]
    failed = (
        select(QUEUE, ACCOUNTS.c.provider)
        .join(ACCOUNTS, ACCOUNTS.c.id == QUEUE.c.account_id)
        .where(QUEUE.c.state == JobState.FAILED_PERMANENT.value, ACCOUNTS.c.removed_at.is_(None))
    )
    for row in tx.connection.execute(failed).mappings():
        error = row["error"] or {}
        questions.append(
            Question(
                key=f"job:{row['id']}",
                kind=Kind.HELD,
                reason=f"{Provider(row['provider']).title} {row['operation']} {row['direction']} "
                f"failed for good: {error.get('title', 'for an unknown reason')}",
                event_id=row["event_id"],
                job_id=row["id"],
                account_id=row["account_id"],
                detail={STAMP: None},
            )
        )
    inbox.ask(tx, questions, now)
    open_now = select(INBOX.c.key).where(
        INBOX.c.decided_at.is_(None),
        INBOX.c.key.startswith("account:") | INBOX.c.key.startswith("job:"),
    )
    keys = {question.key for question in questions}
    inbox.settle(tx, set(tx.connection.execute(open_now).scalars()) - keys, "works again", now)
