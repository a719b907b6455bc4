"""The tables of `store.tables.publication` for statements; derived, never edited."""

from __future__ import annotations

from sqlalchemy import Column, Table

from p88console.store.database import kinds

PUBLICATIONS = Table(
    "publications",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("event_id", kinds.WHOLE, nullable=False),
    Column("race_id", kinds.WHOLE, nullable=False),
    Column("job_id", kinds.WHOLE),
    Column("version", kinds.WHOLE, nullable=False),
    Column("origin", kinds.WHOLE, nullable=False),
    Column("mode", kinds.WORDS, nullable=False),
    Column("state", kinds.WORDS, nullable=False, default="open"),
    Column("official", kinds.TRUTH, nullable=False),
    Column("notify", kinds.TRUTH, nullable=False),
    Column("list_id", kinds.WORDS),
    Column("replaces", kinds.WORDS),
    Column("findings", kinds.JSON_VALUE, nullable=False, default=list),
    Column("reason", kinds.WORDS),
    Column("created_at", kinds.MOMENT, nullable=False),
    Column("created_by", kinds.WORDS, nullable=False),
    Column("settled_at", kinds.MOMENT),
)

PUBLICATION_ROWS = Table(
    "publication_rows",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("publication_id", kinds.WHOLE, nullable=False),
    Column("registration_id", kinds.WORDS, nullable=False),
    Column("participant_id", kinds.WHOLE),
    Column("line", kinds.JSON_VALUE, nullable=False, default=dict),
    Column("state", kinds.WORDS, nullable=False, default="unsent"),
    Column("reason", kinds.WORDS),
)
