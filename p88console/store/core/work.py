"""The tables of `store.tables.work` for statements; derived, never edited."""

from __future__ import annotations

from sqlalchemy import Column, Table

from p88console.store.database import kinds

ENGINE_LEASES = Table(
    "engine_leases",
    kinds.CORE,
    Column("owner", kinds.WORDS, primary_key=True, autoincrement=False),
    Column("host", kinds.WORDS, nullable=False),
    Column("pid", kinds.WHOLE, nullable=False),
    Column("since", kinds.MOMENT, nullable=False),
    Column("until", kinds.REAL, nullable=False),
    Column("leads", kinds.TRUTH, nullable=False),
)

PULL_MARKS = Table(
    "pull_marks",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("account_id", kinds.WHOLE, nullable=False),
    Column("event_id", kinds.WHOLE),
    Column("operation", kinds.WORDS, nullable=False),
    Column("watermark", kinds.MOMENT),
    Column("reconciled_at", kinds.MOMENT),
    Column("succeeded_at", kinds.MOMENT),
    Column("calls", kinds.WHOLE),
)

SYNC_HISTORY = Table(
    "sync_history",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("job_id", kinds.WHOLE, nullable=False),
    Column("partner_id", kinds.WHOLE, nullable=False),
    Column("account_id", kinds.WHOLE, nullable=False),
    Column("event_id", kinds.WHOLE),
    Column("operation", kinds.WORDS, nullable=False),
    Column("direction", kinds.WORDS, nullable=False),
    Column("attempt", kinds.WHOLE, nullable=False),
    Column("state", kinds.WORDS, nullable=False),
    Column("trigger", kinds.WORDS, nullable=False),
    Column("started_at", kinds.MOMENT, nullable=False),
    Column("finished_at", kinds.MOMENT),
    Column("partial", kinds.TRUTH, nullable=False, default=False),
    Column("counts", kinds.JSON_VALUE, nullable=False, default=dict),
    Column("error", kinds.JSON_VALUE),
)

SYNC_QUEUE = Table(
    "sync_queue",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("partner_id", kinds.WHOLE, nullable=False),
    Column("account_id", kinds.WHOLE, nullable=False),
    Column("event_id", kinds.WHOLE),
    Column("operation", kinds.WORDS, nullable=False),
    Column("direction", kinds.WORDS, nullable=False),
    Column("state", kinds.WORDS, nullable=False, default="pending"),
    Column("priority", kinds.WHOLE, nullable=False),
    Column("due_at", kinds.MOMENT, nullable=False),
    Column("attempt", kinds.WHOLE, nullable=False, default=0),
    Column("trigger", kinds.WORDS, nullable=False),
    Column("asked_by", kinds.WORDS),
    Column("asked_door", kinds.WORDS),
    Column("full", kinds.TRUTH, nullable=False, default=False),
    Column("in_doubt", kinds.TRUTH, nullable=False, default=False),
    Column("progress_done", kinds.WHOLE, nullable=False, default=0),
    Column("progress_total", kinds.WHOLE),
    Column("checkpoint", kinds.JSON_VALUE, nullable=False, default=dict),
    Column("error", kinds.JSON_VALUE),
    Column("lease_owner", kinds.WORDS),
    Column("lease_until", kinds.REAL),
    Column("again", kinds.TRUTH, nullable=False, default=False),
    Column("waits", kinds.TRUTH, nullable=False, default=False),
    Column("created_at", kinds.MOMENT, nullable=False),
    Column("finished_at", kinds.MOMENT),
)

SYNC_SCHEDULE = Table(
    "sync_schedule",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("account_id", kinds.WHOLE, nullable=False),
    Column("event_id", kinds.WHOLE),
    Column("operation", kinds.WORDS, nullable=False),
    Column("enqueued_at", kinds.MOMENT),
    Column("due_at", kinds.MOMENT, nullable=False),
    Column("interval_s", kinds.REAL, nullable=False),
    Column("reason", kinds.WORDS, nullable=False),
)
