"""What the day view shows: attempts with what they moved, jobs from beginning to end, and guns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DayAttempt:
    """One attempt as the timeline needs it; instants are UTC."""

    account_id: int
    state: str
    started_at: datetime
    finished_at: datetime | None
    moved: int
    """Rows that it changed here or sent there."""


@dataclass(frozen=True, slots=True)
class DayGun:
    """One gun of the day."""

    at: datetime
    race_name: str


@dataclass(frozen=True, slots=True)
class DayStory:
    """A stretch of time from an instant on, attempts oldest first."""

    since: datetime
    attempts: Sequence[DayAttempt]
    jobs: Sequence[tuple[datetime, datetime | None]]
    """When each job was asked for, and when it ended."""
    guns: Sequence[DayGun]
