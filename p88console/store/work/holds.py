"""Held lines: an account whose work waits for a person, with one message for all of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select, update

from p88console.domain.errors import P88Error
from p88console.domain.jobs import CLAIMABLE_STATES, JobState
from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.inbox import troubles

BY_HAND = "held by the operator"
"""The reason of a line that somebody holds, rather than a fault."""

QUEUE = core.SYNC_QUEUE
ACCOUNTS = core.ACCOUNTS


def held_accounts(connection: Connection) -> set[int]:
    """The accounts whose line is held or that are out of use."""
    query = select(ACCOUNTS.c.id).where(
        or_(ACCOUNTS.c.held_since.is_not(None), ACCOUNTS.c.removed_at.is_not(None))
    )
    return set(connection.execute(query).scalars())


def told(reason: str | None) -> dict[str, str]:
    """Why an account's line is held, as jobs tell it."""
    hint = "see to it, then: p88console queue resume --account ID"
    return P88Error(reason or "the line is held", hint=hint).as_dict() | {"code": "held"}


def hold_account(tx: Tx, account_id: int, reason: str, now: datetime) -> int:
    """Hold an account with one message; its waiting jobs are held with it."""
    tx.connection.execute(
        update(ACCOUNTS)
        .where(ACCOUNTS.c.id == account_id)
        .values(held_since=func.coalesce(ACCOUNTS.c.held_since, now), held_reason=reason)
    )
    held = tx.connection.execute(
        update(QUEUE)
        .where(QUEUE.c.account_id == account_id, QUEUE.c.state.in_(CLAIMABLE_STATES))
        .values(state=JobState.HELD.value)
    )
    troubles.mind(tx, now)
    tx.touch("queue", "accounts")
    return held.rowcount


def resume_account(tx: Tx, account_id: int, now: datetime) -> int:
    """Let an account work again, its secrets read anew; its held jobs are due now."""
    tx.connection.execute(
        update(ACCOUNTS)
        .where(ACCOUNTS.c.id == account_id)
        .values(held_since=None, held_reason=None, renewals=ACCOUNTS.c.renewals + 1)
    )
    resumed = 0
    for in_doubt, state in ((False, JobState.PENDING), (True, JobState.VERIFY)):
        resumed += tx.connection.execute(
            update(QUEUE)
            .where(
                and_(
                    QUEUE.c.account_id == account_id,
                    QUEUE.c.state == JobState.HELD.value,
                    QUEUE.c.in_doubt == in_doubt,
                )
            )
            .values(state=state.value, due_at=now)
        ).rowcount
    troubles.mind(tx, now)
    tx.touch("queue", "accounts")
    return resumed
