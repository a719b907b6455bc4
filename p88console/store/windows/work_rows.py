"""What the console shows of work to come: the schedule's rows, and plans before they are sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from p88console.domain.plan import Plan


@dataclass(frozen=True, slots=True)
class PlanTold:
    """What a push would do at one far side at this moment."""

    provider: str
    event_name: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class ScheduledRun:
    """One row of the schedule; instants are UTC.

    `state` is the open job's for the same work, None when there is none.
    """

    id: int
    account_id: int
    provider: str
    event_id: int | None
    event_name: str
    """For discovery, the account's label."""
    operation: str
    last_ok_at: datetime | None
    due_at: datetime
    interval_s: float
    reason: str
    state: str | None
