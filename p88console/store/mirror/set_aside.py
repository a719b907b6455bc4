"""Rows of a listing that could not be understood: asked about one by one until they can be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from p88console.domain.fingerprint import fingerprint
from p88console.domain.inbox import Kind
from p88console.store.database.db import Tx
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import INBOX, STAMP, Question

MANY = 100
"""Of more rows in one listing it is the form that is wrong: one question asks about all of them."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row as the provider sent it, by its id where it has one, and what is wrong with it."""

    row_id: str
    told: str


def mind(
    tx: Tx,
    event_id: int,
    account_id: int,
    rows: Sequence[SetAside],
    understood: Collection[str],
    now: datetime,
    *,
    complete: bool,
) -> None:
    """Ask about the rows that a listing set aside, and no longer about those it could read.

    `understood` holds the ids of the rows that could be read; of a `complete` listing whatever was
    not set aside is no question any more.
    """
    start = f"row:{event_id}:"
    asked = {
        f"{start}{row.row_id}": Question(
            key=f"{start}{row.row_id}",
            kind=Kind.REFUSED,
            reason=f"a row cannot be read: {row.told}",
            event_id=event_id,
            account_id=account_id,
            detail={STAMP: fingerprint(row.told)},
        )
        for row in rows
    }
    if len(asked) > MANY:
        told = f"{len(asked)} rows cannot be read, e.g. {rows[0].told}"
        one = Question(
            key=f"{start}*",
            kind=Kind.REFUSED,
            reason=told,
            event_id=event_id,
            account_id=account_id,
            detail={STAMP: None, "count": len(asked)},
        )
        asked = {one.key: one}
    open_keys = select(INBOX.c.key).where(
        INBOX.c.event_id == event_id,
        INBOX.c.decided_at.is_(None),
        INBOX.c.kind == Kind.REFUSED.value,
        INBOX.c.key.startswith(start, autoescape=True),
    )
    told_before = set(tx.connection.execute(open_keys).scalars()) - set(asked)
    read = {key for key in told_before if complete or key.removeprefix(start) in understood}
    inbox.ask(tx, list(asked.values()), now)
    inbox.settle(tx, read, "can be read now", now)
