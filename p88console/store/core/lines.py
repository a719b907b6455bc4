"""The tables of `store.tables.lines` for statements; derived, never edited."""

from __future__ import annotations

from sqlalchemy import Column, Table

from p88console.store.database import kinds

ACCOUNT_LINES = Table(
    "account_lines",
    kinds.CORE,
    Column("account_id", kinds.WHOLE, primary_key=True, autoincrement=False),
    Column("closed_at", kinds.MOMENT),
    Column("closings", kinds.WHOLE, nullable=False, default=0),
    Column("fault", kinds.JSON_VALUE),
    Column("reach", kinds.WORDS),
    Column("named", kinds.TRUTH, nullable=False, default=True),
    Column("asked_at", kinds.MOMENT),
    Column("broken_off", kinds.WHOLE, nullable=False, default=0),
    Column("rests_until", kinds.MOMENT),
    Column("throttled_until", kinds.MOMENT),
    Column("spent_until", kinds.MOMENT),
    Column("per_hour", kinds.WHOLE),
    Column("recent_calls", kinds.JSON_VALUE),
    Column("calls_left", kinds.REAL),
    Column("burst_left", kinds.REAL),
    Column("counted_at", kinds.MOMENT),
)

CALL_SLOTS = Table(
    "call_slots",
    kinds.CORE,
    Column("account_id", kinds.WHOLE, primary_key=True, autoincrement=False),
    Column("owner", kinds.WORDS, primary_key=True, autoincrement=False),
    Column("slots", kinds.WHOLE, nullable=False),
    Column("until", kinds.REAL, nullable=False),
)

NETWORK_STATE = Table(
    "network_state",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True, autoincrement=False, default=1),
    Column("kind", kinds.WORDS, nullable=False),
    Column("since", kinds.MOMENT, nullable=False),
    Column("neutral", kinds.WORDS),
)
