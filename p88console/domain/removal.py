"""When removals are too many to believe without asking."""

from __future__ import annotations


def brake_limit(active: int) -> int:
    """How many removals one pull may carry out of `active` people: the larger of 5 and 2 %."""
    return max(5, active * 2 // 100)
