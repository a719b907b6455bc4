"""The tables of `store.tables.inbox` for statements; derived, never edited."""

from __future__ import annotations

from sqlalchemy import Column, Table

from p88console.store.database import kinds

ATTEMPT_ROWS = Table(
    "attempt_rows",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("history_id", kinds.WHOLE, nullable=False),
    Column("kind", kinds.WORDS, nullable=False),
    Column("participant_ids", kinds.JSON_VALUE, nullable=False, default=list),
    Column("notes", kinds.JSON_VALUE, nullable=False, default=list),
)

FIELD_RULES = Table(
    "field_rules",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("event_id", kinds.WHOLE, nullable=False),
    Column("field", kinds.WORDS, nullable=False),
    Column("both", kinds.WORDS, nullable=False),
    Column("action_id", kinds.WHOLE, nullable=False),
)

FIELD_VERSIONS = Table(
    "field_versions",
    kinds.CORE,
    Column("participant_id", kinds.WHOLE, primary_key=True, autoincrement=False),
    Column("field", kinds.WORDS, primary_key=True, autoincrement=False),
    Column("base", kinds.WORDS),
    Column("theirs", kinds.WORDS),
    Column("set_here", kinds.TRUTH, nullable=False, default=False),
    Column("conflict", kinds.TRUTH, nullable=False, default=False),
)

INBOX = Table(
    "inbox",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("key", kinds.WORDS, nullable=False),
    Column("kind", kinds.WORDS, nullable=False),
    Column("event_id", kinds.WHOLE),
    Column("participant_id", kinds.WHOLE),
    Column("link_id", kinds.WHOLE),
    Column("job_id", kinds.WHOLE),
    Column("account_id", kinds.WHOLE),
    Column("field", kinds.WORDS),
    Column("base", kinds.WORDS),
    Column("ours", kinds.WORDS),
    Column("theirs", kinds.WORDS),
    Column("reason", kinds.WORDS, nullable=False),
    Column("detail", kinds.JSON_VALUE, nullable=False, default=dict),
    Column("opened_at", kinds.MOMENT, nullable=False),
    Column("changed_at", kinds.MOMENT, nullable=False),
    Column("decided_at", kinds.MOMENT),
    Column("decision", kinds.WORDS),
    Column("value", kinds.WORDS),
    Column("decided_by", kinds.WORDS),
    Column("door", kinds.WORDS),
    Column("action_id", kinds.WHOLE),
)

LOOKS = Table(
    "looks",
    kinds.CORE,
    Column("event_id", kinds.WHOLE, primary_key=True, autoincrement=False),
    Column("who", kinds.WORDS, primary_key=True, autoincrement=False),
    Column("at", kinds.MOMENT, nullable=False),
)

OPERATOR_ACTIONS = Table(
    "operator_actions",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("event_id", kinds.WHOLE),
    Column("at", kinds.MOMENT, nullable=False),
    Column("who", kinds.WORDS, nullable=False),
    Column("door", kinds.WORDS, nullable=False),
    Column("kind", kinds.WORDS, nullable=False),
    Column("summary", kinds.WORDS, nullable=False),
    Column("bases", kinds.JSON_VALUE, nullable=False, default=list),
    Column("undone_at", kinds.MOMENT),
)
