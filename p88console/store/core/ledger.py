"""The tables of `store.tables.ledger` for statements; derived, never edited."""

from __future__ import annotations

from sqlalchemy import Column, Table

from p88console.store.database import kinds

BIB_RETURNS = Table(
    "bib_returns",
    kinds.CORE,
    Column("participant_id", kinds.WHOLE, primary_key=True, autoincrement=False),
    Column("bib", kinds.WORDS, nullable=False),
    Column("state", kinds.WORDS, nullable=False),
    Column("reason", kinds.WORDS),
    Column("at", kinds.MOMENT, nullable=False),
)

PUSH_LEDGER = Table(
    "push_ledger",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("link_id", kinds.WHOLE, nullable=False),
    Column("participant_id", kinds.WHOLE, nullable=False),
    Column("remote_id", kinds.WORDS),
    Column("state", kinds.WORDS, nullable=False, default="unsent"),
    Column("acknowledged", kinds.JSON_VALUE),
    Column("sent", kinds.JSON_VALUE),
    Column("mirror_hash", kinds.WORDS),
    Column("reason", kinds.WORDS),
    Column("withdrawn", kinds.TRUTH, nullable=False, default=False),
    Column("sent_at", kinds.MOMENT),
    Column("acknowledged_at", kinds.MOMENT),
)
