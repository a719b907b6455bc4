"""Notices that the machine slept or its clock was set, and puts the engine right again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from p88console.domain.errors import StoreLost
from p88console.domain.jumps import ClockSet, Look, Slept, notice, told_set, told_slept
from p88console.domain.notices import Noticed, NoticeKind
from p88console.engine.shop import Shop
from p88console.engine.standstill import Standstill
from p88console.engine.worker import Worker
from p88console.providers.reading import zone_or_utc
from p88console.store.database.db import Reading
from p88console.store.inbox import notices
from p88console.store.tenancy.events import events
from p88console.store.windows import overview
from p88console.store.work import shifting

LOOK_S = 5.0
"""Machine seconds between two looks at the machine's clocks."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Woken:
    """A sleep whose work is being caught up with."""

    key: str
    slept: Slept
    at: datetime


class Waking:
    """Looks at the machine's clocks every few seconds, beside the engine."""

    def __init__(
        self,
        shop: Shop,
        worker: Worker,
        sweep: Callable[[], Awaitable[None]],
        standstill: Standstill,
    ) -> None:
        """Make ready.

        Args:
            shop: What the engine works with.
            worker: Whose jobs are handed back after a sleep.
            sweep: Queues what is due by the race clock, each missed schedule once.
            standstill: Told when the database cannot be used.
        """
        self._shop, self._worker, self._sweep = shop, worker, sweep
        self._standstill = standstill
        self._before = self._see()
        self._woken: _Woken | None = None
        self._sweeping: set[asyncio.Task[bool]] = set()

    async def watch(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            await self._standstill.as_far_as_reached(self.look)

    def go_on(self) -> None:
        """The database works again: queue what is due and take it up."""
        task = asyncio.create_task(self._standstill.as_far_as_reached(self._catch_up))
        self._sweeping.add(task)
        task.add_done_callback(self._sweeping.discard)

    async def look(self) -> None:
        """Compare the clocks with the last look. Raises `StoreLost`."""
        before, self._before = self._before, self._see()
        for event in notice(before, self._before, timedelta(seconds=LOOK_S)):
            if isinstance(event, Slept):
                await self._wake_up(event)
            else:
                await self._clock_was_set(event)
        if self._woken is not None:
            await self._finish(self._woken)

    def _see(self) -> Look:
        return Look(self._shop.clock.machine(), self._shop.clock.steady())

    async def _wake_up(self, slept: Slept) -> None:
        """Doubt what was under way, meet the providers anew, catch up."""
        log.warning("slept for %s", slept.lasted)
        now = self._shop.clock.now()
        self._woken = self._woken or _Woken(f"slept:{now.isoformat()}", slept, now)
        await self._worker.rest()
        try:
            await self._shop.adapters.close()  # their sockets and perhaps their tokens are stale
            await self._shop.lines.look(by_hand=True)
            title = f"slept {slept.told}, catching up"
            found = Noticed(self._woken.key, NoticeKind.SLEPT, title)
            await self._shop.db.write(notices.begin, found, now)
        except StoreLost as fault:
            self._standstill.met(fault)
        finally:
            self._worker.resume()
        await self._catch_up()

    async def _catch_up(self) -> None:
        await self._sweep()
        self._worker.nudge()

    async def _finish(self, woken: _Woken) -> None:
        """Say so once nothing is left of what was due at the waking."""
        db, now = self._shop.db, self._shop.clock.now()
        if await db.read(shifting.still_due, woken.at):
            return
        zone = zone_or_utc(await db.read(_zone, now))
        title = told_slept(woken.slept, now.astimezone(zone))
        await db.write(notices.end, [woken.key], now, title)
        log.info("%s", title)
        self._woken = None

    async def _clock_was_set(self, was_set: ClockSet) -> None:
        """Say so, and let what waits wait no longer than it should."""
        title, now = told_set(was_set), self._shop.clock.now()
        log.warning("%s", title)
        found = Noticed(f"clock:{now.isoformat()}", NoticeKind.CLOCK, title)
        await self._shop.db.write(notices.happened, found, now)
        if not self._shop.db.shared:  # others wrote by clocks of their own
            await self._shop.db.write(shifting.shift, was_set.by * self._shop.clock.speed)
        await self._catch_up()


def _zone(connection: Reading, now: datetime) -> str:
    """The zone of the event of the day."""
    event = overview.nearest(events(connection), now)
    return event.timezone if event else "UTC"
