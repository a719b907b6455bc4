"""Rows of a listing that could not be understood: asked about one by one until they can be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from p88console.domain.fingerprint import fingerprint
from p88console.domain.inbox import Kind
from p88console.domain.jobs import Operation
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


@dataclass(frozen=True, slots=True)
class Listing:
    """Whose rows are listed; those of a scoring event carry its link."""

    event_id: int
    account_id: int
    operation: Operation
    link_id: int | None = None

    @property
    def key(self) -> str:
        """How the inbox keys of its rows begin."""
        if self.operation is Operation.RESULTS:
            return f"result:{self.link_id}:"
        return f"row:{self.event_id}:"

    def question(self, row_id: str, told: str, stamp: str | None, **detail: object) -> Question:
        """What to ask about one row, or about all of them."""
        return Question(
            key=f"{self.key}{row_id}",
            kind=Kind.REFUSED,
            reason=told,
            event_id=self.event_id,
            account_id=self.account_id,
            detail={STAMP: stamp, "operation": self.operation.value, **detail},
        )


def mind(
    tx: Tx,
    listing: Listing,
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
    what = "result" if listing.operation is Operation.RESULTS else "row"
    questions = [
        listing.question(row.row_id, f"a {what} cannot be read: {row.told}", fingerprint(row.told))
        for row in rows
    ]
    asked = {question.key: question for question in questions}
    if len(asked) > MANY:
        told = f"{len(asked)} {what}s cannot be read, e.g. {rows[0].told}"
        one = listing.question("*", told, None, count=len(asked))
        asked = {one.key: one}
    open_keys = select(INBOX.c.key).where(
        INBOX.c.event_id == listing.event_id,
        INBOX.c.decided_at.is_(None),
        INBOX.c.kind == Kind.REFUSED.value,
        INBOX.c.key.startswith(listing.key, autoescape=True),
    )
    told_before = set(tx.connection.execute(open_keys).scalars()) - set(asked)
    read = {key for key in told_before if complete or key.removeprefix(listing.key) in understood}
    inbox.ask(tx, list(asked.values()), now)
    inbox.settle(tx, read, "can be read now", now)
