"""A clock that stands still until a test steps it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

RACE_MORNING = datetime(2026, 10, 17, 11, 0, tzinfo=UTC)
"""Six in the morning in Chicago, on a Saturday in October."""


class SteppedClock:
    """Race time and machine time that pass only when `step` is called, or while somebody sleeps."""

    def __init__(self, start: datetime = RACE_MORNING, speed: float = 1.0) -> None:
        self.speed = speed
        self._now = start
        self._machine = start.timestamp()
        self._steady = self._machine

    def now(self) -> datetime:
        """The present instant in race time, UTC."""
        return self._now

    def machine(self) -> float:
        """The machine's Unix time, which passes `speed` times slower than race time."""
        return self._machine

    def steady(self) -> float:
        """Machine seconds that `set_machine` does not touch."""
        return self._steady

    def step(self, seconds: float) -> datetime:
        """Let race seconds pass; returns the new instant."""
        self._now += timedelta(seconds=seconds)
        self._machine += seconds / self.speed
        self._steady += seconds / self.speed
        return self._now

    def set_machine(self, seconds: float) -> None:
        """Set the machine's clock forward or back by these seconds, and race time with it."""
        self._now += timedelta(seconds=seconds * self.speed)
        self._machine += seconds

    async def sleep(self, seconds: float) -> None:
        """Pass these race seconds at once, and let others run."""
        self.step(max(0.0, seconds))
        await asyncio.sleep(0)

    def reach(self, instant: datetime) -> None:
        """Step to this instant."""
        self.step((instant - self._now).total_seconds())
