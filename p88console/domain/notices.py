"""What the engine noticed that a person should know: what, since when, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice is about."""

    FAILED = "failed"
    """A job's retries are spent, or the far side refused for good."""
    HELD = "held"
    """An account's work waits for a person."""
    OVERDUE = "overdue"
    """An event's work had no success for twice its interval."""
    BRAKE = "brake"
    """So many people would be removed at once that it was stopped."""
    CLOCK = "clock"
    """This machine's clock was set, or is far from a provider's."""
    SLEPT = "slept"
    """Nothing ran for a while: a closed lid, a paused machine."""
    DISK = "disk"
    """The disk is nearly full."""
    BATTERY = "battery"
    """The battery is low, and the mains are away."""


ALERTING = (
    NoticeKind.FAILED,
    NoticeKind.HELD,
    NoticeKind.OVERDUE,
    NoticeKind.BRAKE,
    NoticeKind.CLOCK,
    NoticeKind.DISK,
    NoticeKind.BATTERY,
)
"""What somebody who is not looking is told of."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something that stands at this moment; `key` names the thing, so that it stands once."""

    key: str
    kind: NoticeKind
    title: str
    detail: str = ""
    event_id: int | None = None
    account_id: int | None = None
    job_id: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as kept; instants are UTC, `ended_at` is None while it stands."""

    id: int
    key: str
    kind: NoticeKind
    title: str
    detail: str
    event_id: int | None
    account_id: int | None
    job_id: int | None
    began_at: datetime
    ended_at: datetime | None
