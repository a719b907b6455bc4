"""When removals are too many to believe without asking."""

from __future__ import annotations

from p88console.domain.model import ParticipantStatus

LEFT = frozenset(ParticipantStatus) - {ParticipantStatus.ACTIVE, ParticipantStatus.WITHDRAWN}
"""Standings that a provider gives to a registration that no longer stands."""


def brake_limit(active: int) -> int:
    """How many removals one pull may carry out of `active` people: the larger of 5 and 2 %."""
    return max(5, active * 2 // 100)
