"""The tables of `store.tables.notices` for statements; derived, never edited."""

from __future__ import annotations

from sqlalchemy import Column, Table

from p88console.store.database import kinds

ENGINE_NOTICES = Table(
    "engine_notices",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("key", kinds.WORDS, nullable=False),
    Column("kind", kinds.WORDS, nullable=False),
    Column("title", kinds.WORDS, nullable=False),
    Column("detail", kinds.WORDS, nullable=False),
    Column("event_id", kinds.WHOLE),
    Column("account_id", kinds.WHOLE),
    Column("job_id", kinds.WHOLE),
    Column("began_at", kinds.MOMENT, nullable=False),
    Column("ended_at", kinds.MOMENT),
    Column("told_at", kinds.MOMENT),
    Column("over_told_at", kinds.MOMENT),
)
