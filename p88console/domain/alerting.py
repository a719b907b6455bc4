"""When work is overdue, and what somebody who is away is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from p88console.domain.notices import Notice

OVERDUE_AFTER = 2
"""So many intervals without a success are too many."""

MOST = 12
"""Notices that one message tells; the rest are counted."""


def is_overdue(
    interval: timedelta, succeeded_at: datetime | None, awake_since: datetime, now: datetime
) -> bool:
    """Whether work that should succeed every `interval` has not for too long.

    While nobody ran it nothing counts: `awake_since` is when the engine began, or woke up.
    """
    since = max(succeeded_at or awake_since, awake_since)
    return now - since > interval * OVERDUE_AFTER


@dataclass(frozen=True, slots=True)
class Alert:
    """One message."""

    title: str
    body: str


def alert_of(notices: Sequence[Notice], zone_time: str) -> Alert:
    """One message about everything that began and everything that is over.

    Args:
        notices: What to tell, in any order; those that ended tell of the recovery.
        zone_time: The moment, as the people at the venue read it.
    """
    begun = [one for one in notices if one.ended_at is None]
    over = [one for one in notices if one.ended_at is not None]
    head = [*begun, *over][0].title
    more = f" (and {len(notices) - 1} more)" if len(notices) > 1 else ""
    lines = [f"{one.title}\n  {one.detail}".rstrip() for one in begun[:MOST]]
    lines += [f"over: {one.title}" for one in over[:MOST]]
    left = len(notices) - len(lines)
    if left:
        lines.append(f"and {left} more; p88console status tells all")
    title = f"P88: {head}{more}" if begun else f"P88, over: {head}{more}"
    return Alert(title, "\n".join([*lines, "", f"at {zone_time}"]))
