"""Jobs of the queue: operations, states, priorities, and which state may follow which."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from p88console.domain.model import Provider


class Operation(StrEnum):
    """What a job carries."""

    EVENTS = "events"
    PARTICIPANTS = "participants"
    RESULTS = "results"


class Direction(StrEnum):
    """Which way a job carries it: into the mirror or out of it."""

    PULL = "pull"
    PUSH = "push"


class JobState(StrEnum):
    """Where a job stands; the database enforces these words."""

    PENDING = "pending"
    """Waiting for its due time. From: new, running (retry), held (resumed)."""
    RUNNING = "running"
    """Claimed under a lease. From: pending, verify."""
    VERIFY = "verify"
    """Sent, never heard back: the far side is read before anything else. From: running."""
    HELD = "held"
    """Needs a person. From: pending, running, verify."""
    COMPLETED = "completed"
    FAILED_PERMANENT = "failed_permanent"
    """Every retry is spent, or the far side refused for good. A person may retry it."""
    CANCELLED = "cancelled"


OPEN_STATES = (JobState.PENDING, JobState.RUNNING, JobState.VERIFY, JobState.HELD)
"""States in which a job still has work to do: at most one open job per key."""

CLAIMABLE_STATES = (JobState.PENDING, JobState.VERIFY)

FINAL_STATES = (JobState.COMPLETED, JobState.FAILED_PERMANENT, JobState.CANCELLED)


class Trigger(StrEnum):
    """Who asked for the work."""

    SCHEDULE = "schedule"
    OPERATOR = "operator"
    API = "api"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class Operator:
    """Who acts, and through which door: `cli`, `console`, `api`."""

    who: str
    door: str


class Priority(IntEnum):
    """Lower runs first, then earlier due time."""

    MANUAL = 1
    REGISTRATION = 3
    RESULTS = 5
    PUBLICATION = 7


LOWEST_PRIORITY = 9


def scheduled_priority(operation: Operation, direction: Direction) -> Priority:
    """The priority of work that nobody asked for by hand."""
    if operation is not Operation.RESULTS:
        return Priority.REGISTRATION
    return Priority.RESULTS if direction is Direction.PULL else Priority.PUBLICATION


@dataclass(frozen=True, slots=True)
class JobKey:
    """What may be open only once: one account's work of one kind, one way, for one event."""

    account_id: int
    event_id: int | None
    operation: Operation
    direction: Direction


@dataclass(frozen=True, slots=True)
class Counts:
    """What one attempt did, in rows. `received` is what the far side sent."""

    received: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    quarantined: int = 0
    conflicts: int = 0
    refused: int = 0
    sent: int = 0
    verified: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Both together, field by field."""
        return Counts(*(getattr(self, name) + getattr(other, name) for name in COUNT_NAMES))

    @property
    def needs_person(self) -> bool:
        """Whether anything in here waits for a decision."""
        return bool(self.quarantined or self.conflicts or self.refused)

    def as_dict(self) -> dict[str, int]:
        """The counts by name, in the order of the command-line contract."""
        return {name: getattr(self, name) for name in COUNT_NAMES}


COUNT_NAMES: tuple[str, ...] = tuple(Counts.__slots__)


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the queue as it stands."""

    id: int
    partner_id: int
    account_id: int
    provider: Provider
    event_id: int | None
    operation: Operation
    direction: Direction
    state: JobState
    priority: int
    due_at: datetime
    attempt: int
    trigger: Trigger
    full: bool = False
    """Ignore since-filters and reconcile everything."""
    in_doubt: bool = False
    """The last attempt sent something and never heard back."""
    progress_done: int = 0
    progress_total: int | None = None
    checkpoint: dict[str, Any] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    asked_by: Operator | None = None
    """Who asked for it first; None where the schedule alone did, or no name was kept."""

    @property
    def key(self) -> JobKey:
        """What this job keeps anyone else from queueing again."""
        return JobKey(self.account_id, self.event_id, self.operation, self.direction)

    @property
    def asked(self) -> bool:
        """Whether a person asked for it, from the start or while it waited."""
        return self.trigger in (Trigger.OPERATOR, Trigger.API) or self.priority == Priority.MANUAL
