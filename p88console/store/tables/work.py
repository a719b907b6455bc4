"""The queue, the history, the schedule, and who runs the engine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from p88console.domain.jobs import (
    CLAIMABLE_STATES,
    OPEN_STATES,
    Direction,
    JobState,
    Operation,
    Trigger,
)
from p88console.store.database.kinds import JSON_VALUE
from p88console.store.tables.base import one_of


def _in(states: tuple[JobState, ...]) -> str:
    return "state IN (" + ", ".join(f"'{state.value}'" for state in states) + ")"


ONE_OPEN = text(_in(OPEN_STATES))
FAILED = text("state = 'failed_permanent'")
ONE_RUNNING = text("state = 'running'")
LEADS = text("leads")
PARTIAL = text("partial")
CLAIMABLE = text(_in(CLAIMABLE_STATES))


class SyncQueue(SQLModel, table=True):
    """The truth about work: one row per job, its state machine held by constraints."""

    __tablename__ = "sync_queue"
    __table_args__ = (
        one_of("operation", Operation),
        one_of("direction", Direction),
        one_of("state", JobState),
        one_of("trigger", Trigger),
        CheckConstraint("attempt >= 0", name="attempt_counted"),
        CheckConstraint(
            "(state = 'running') = (lease_owner IS NOT NULL AND lease_until IS NOT NULL)",
            name="running_under_lease",
        ),
        CheckConstraint(
            "(state IN ('completed', 'failed_permanent', 'cancelled')) = (finished_at IS NOT NULL)",
            name="final_has_end",
        ),
        Index(
            "uq_sync_queue_one_open",
            "account_id",
            text("coalesce(event_id, 0)"),
            "operation",
            "direction",
            unique=True,
            sqlite_where=ONE_OPEN,
            postgresql_where=ONE_OPEN,
        ),
        Index(
            "uq_sync_queue_one_running",
            "account_id",
            text("coalesce(event_id, 0)"),
            unique=True,
            sqlite_where=ONE_RUNNING,
            postgresql_where=ONE_RUNNING,
        ),
        Index(
            "ix_sync_queue_claim",
            "priority",
            "due_at",
            "id",
            sqlite_where=CLAIMABLE,
            postgresql_where=CLAIMABLE,
        ),
        Index(
            "ix_sync_queue_failed",
            "account_id",
            sqlite_where=FAILED,
            postgresql_where=FAILED,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    partner_id: int = Field(foreign_key="partners.id")
    account_id: int = Field(foreign_key="accounts.id")
    event_id: int | None = Field(default=None, foreign_key="events.id")
    operation: str
    direction: str
    state: str = JobState.PENDING.value
    priority: int
    due_at: datetime
    attempt: int = 0
    trigger: str
    asked_by: str | None = None
    """Who asked for it by hand first, and through which door."""
    asked_door: str | None = None
    full: bool = False
    in_doubt: bool = False
    progress_done: int = 0
    progress_total: int | None = None
    checkpoint: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_VALUE)
    error: dict[str, Any] | None = Field(default=None, sa_type=JSON_VALUE)
    lease_owner: str | None = None
    lease_until: float | None = None
    """The Unix time, by `store.clocks`, at which the claim lapses: races run on other clocks."""
    again: bool = False
    """More of the same was asked for while this ran; a fresh job follows."""
    waits: bool = False
    """For its account's line to open; it is due as soon as it does."""
    created_at: datetime
    finished_at: datetime | None = None


class SyncHistory(SQLModel, table=True):
    """The append-only truth about what happened: one row per attempt, settled once."""

    __tablename__ = "sync_history"
    __table_args__ = (
        CheckConstraint("(state = 'running') = (finished_at IS NULL)", name="settled_has_end"),
        Index("ix_sync_history_state", "state", "event_id"),
        Index("ix_sync_history_partial", "id", sqlite_where=PARTIAL, postgresql_where=PARTIAL),
        Index("ix_sync_history_trigger", "trigger", "event_id"),
        Index("ix_sync_history_lane", "account_id", "direction", "state", "finished_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    job_id: int = Field(foreign_key="sync_queue.id", index=True)
    partner_id: int = Field(foreign_key="partners.id")
    account_id: int = Field(foreign_key="accounts.id")
    event_id: int | None = Field(default=None, foreign_key="events.id", index=True)
    operation: str
    direction: str
    attempt: int
    state: str
    trigger: str
    started_at: datetime
    finished_at: datetime | None = None
    partial: bool = False
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_VALUE)
    error: dict[str, Any] | None = Field(default=None, sa_type=JSON_VALUE)


class SyncSchedule(SQLModel, table=True):
    """When each account's work for each event is due next, at which interval, and why."""

    __tablename__ = "sync_schedule"
    __table_args__ = (
        Index(
            "uq_sync_schedule_row",
            "account_id",
            text("coalesce(event_id, 0)"),
            "operation",
            unique=True,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="accounts.id")
    event_id: int | None = Field(default=None, foreign_key="events.id")
    operation: str
    enqueued_at: datetime | None = None
    due_at: datetime
    interval_s: float
    reason: str


class PullMark(SQLModel, table=True):
    """How far a listing has been read: the watermark is the provider's own clock."""

    __tablename__ = "pull_marks"
    __table_args__ = (
        Index(
            "uq_pull_marks_row",
            "account_id",
            text("coalesce(event_id, 0)"),
            "operation",
            unique=True,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="accounts.id")
    event_id: int | None = Field(default=None, foreign_key="events.id")
    operation: str
    watermark: datetime | None = None
    reconciled_at: datetime | None = None
    succeeded_at: datetime | None = None
    calls: int | None = None
    """How many calls it took when it was last read."""


class EngineLease(SQLModel, table=True):
    """Which processes run an engine on this database; one at most leads the schedule."""

    __tablename__ = "engine_leases"
    __table_args__ = (
        Index(
            "uq_engine_leases_one_leads",
            "leads",
            unique=True,
            sqlite_where=LEADS,
            postgresql_where=LEADS,
        ),
    )

    owner: str = Field(primary_key=True)
    host: str
    pid: int
    since: datetime
    until: float
    """The Unix time, by `store.clocks`, at which the lease lapses."""
    leads: bool
