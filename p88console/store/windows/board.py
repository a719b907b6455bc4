"""What the Board shows: rows of the queue, retry and history panes, lanes, header facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One job of the queue pane or the retry pane; instants are UTC."""

    id: int
    account_id: int
    provider: str
    account_label: str
    event_name: str | None
    operation: str
    direction: str
    state: str
    priority: int
    due_at: datetime
    attempt: int
    trigger: str
    progress_done: int
    progress_total: int | None
    error_title: str | None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One attempt of the history pane; instants are UTC, `counts` as in `Counts`."""

    id: int
    job_id: int
    provider: str
    event_name: str | None
    operation: str
    direction: str
    attempt: int
    state: str
    started_at: datetime
    finished_at: datetime | None
    trigger: str
    counts: dict[str, int]
    error_title: str | None


@dataclass(frozen=True, slots=True)
class Lane:
    """One account's state as its lane shows it; instants are UTC.

    `state` is `ok`, `idle` (nothing tried yet), `retrying`, `offline`, `held` or `failing`.
    """

    account_id: int
    provider: str
    label: str
    state: str
    last_pull_at: datetime | None
    last_push_at: datetime | None
    running: str | None
    progress_done: int
    progress_total: int | None
    error: dict[str, Any] | None
    error_since: datetime | None
    clock_offset_s: float | None
    next_due_at: datetime | None
    network: str = "online"
    """A word of `NetworkClass`, as far as it concerns this account."""
    advice: str = ""
    """What to do about the network; empty when nothing."""
    calls_left: int | None = None
    """Of this hour's budget; None where there is none."""
    warnings: tuple[str, ...] = ()
    """What works today and will not much longer."""


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """What the header says about the nearest event and about what waits."""

    event_id: int | None
    event_name: str | None
    timezone: str
    gun_at: datetime | None
    unsent: int
    oldest_unsent_at: datetime | None
    needs_you: int
    next_pull_at: datetime | None
    network: str
    participants: int
    verified: int
    finished: int
    network_advice: str = ""
    network_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class NextRun:
    """One due row of the schedule: what runs when, at which interval, and why."""

    event_id: int | None
    event_name: str
    operation: str
    due_at: datetime
    interval_s: float
    reason: str
