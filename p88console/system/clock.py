"""The one clock: real by default, faster in a practice race, stepped by hand in tests."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Race time. Cadences and retries follow it, leases and sockets the machine."""

    speed: float
    """Race seconds that pass in one machine second."""

    def now(self) -> datetime:
        """The present instant in race time, UTC."""
        ...

    def machine(self) -> float:
        """The machine's own Unix time, whatever the race clock shows."""
        ...

    def steady(self) -> float:
        """Machine seconds that nobody can set and that pass while the machine sleeps, too."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let this many race seconds pass."""
        ...


def steady() -> float:
    """Seconds since some moment, sleep included: Linux's boot time, elsewhere monotonic time."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


class SystemClock:
    """Race time is the machine's time."""

    speed = 1.0

    def now(self) -> datetime:
        """The machine's present instant, UTC."""
        return datetime.now(UTC)

    def machine(self) -> float:
        """The machine's own Unix time."""
        return time.time()

    def steady(self) -> float:
        """Seconds that nobody can set."""
        return steady()

    async def sleep(self, seconds: float) -> None:
        """Let this many seconds pass."""
        await asyncio.sleep(max(0.0, seconds))


class ScaledClock:
    """Race time that began at `start` when the machine's Unix time was `origin`.

    Two processes given the same three values agree about race time.
    """

    def __init__(self, start: datetime, origin: float, speed: float) -> None:
        if speed <= 0:
            raise ValueError("speed must be above zero")
        self.start = start
        self.origin = origin
        self.speed = speed

    @classmethod
    def starting_now(cls, start: datetime, speed: float) -> ScaledClock:
        """A clock that shows `start` at this moment."""
        return cls(start, time.time(), speed)

    def now(self) -> datetime:
        """The present instant in race time, UTC."""
        return self.start + timedelta(seconds=(time.time() - self.origin) * self.speed)

    def machine(self) -> float:
        """The machine's own Unix time."""
        return time.time()

    def steady(self) -> float:
        """Seconds that nobody can set."""
        return steady()

    async def sleep(self, seconds: float) -> None:
        """Let this many race seconds pass."""
        await asyncio.sleep(max(0.0, seconds / self.speed))
