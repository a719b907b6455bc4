"""The recurring work beside the queue: the only module that knows APScheduler."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from p88console.domain.errors import P88Error
from p88console.engine import timetable
from p88console.engine.chores import Chore
from p88console.engine.shop import Shop
from p88console.engine.timetable import Rhythm
from p88console.engine.worker import LEASE_S, is_dead
from p88console.store import engines, leases
from p88console.store.engines import Holder

SWEEP_RACE_S = 20.0
"""Race seconds between looks at the timetable, so that a minute's cadence keeps its minute."""

SWEEP_AT_MOST_S = 10.0
SWEEP_AT_LEAST_S = 0.25
"""Machine seconds between looks, whatever the speed of the race clock."""

RENEW_S = LEASE_S / 3


class Scheduler:
    """Looks at the timetable, renews the engine's lease, rescues what fell silent."""

    def __init__(
        self,
        shop: Shop,
        rhythm: Rhythm,
        holder: Holder,
        nudge: Callable[[], None],
        failed: Callable[[BaseException], None],
        chores: Sequence[Chore] = (),
    ) -> None:
        self.shop = shop
        self._rhythm = rhythm
        self._holder = holder
        self._nudge = nudge
        self._failed = failed
        self._chores = chores
        # one instance of each, missed runs made up for once: what is due stands in our own table
        self._apscheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin, on the running event loop."""
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        sweep_s = min(SWEEP_AT_MOST_S, max(SWEEP_AT_LEAST_S, SWEEP_RACE_S / self.shop.clock.speed))
        self._apscheduler.add_listener(self._hear, EVENT_JOB_ERROR)
        for name, work, seconds in (
            ("sweep", self.sweep, sweep_s),
            ("renew", self.renew, RENEW_S),
            ("rescue", self.rescue, RENEW_S),
        ):
            self._every(name, work, seconds)
        for chore in self._chores:
            self._every(chore.name, chore.run, chore.every_s)
        self._apscheduler.start()

    def _every(self, name: str, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        self._apscheduler.add_job(work, "interval", seconds=seconds, id=name, name=name)

    def stop(self) -> None:
        """End; what is queued stays queued."""
        if self._apscheduler.running:
            self._apscheduler.shutdown(wait=False)

    def _hear(self, event: JobExecutionEvent) -> None:
        self._failed(event.exception)

    async def sweep(self) -> None:
        """Queue what is due by the race clock."""
        now = self.shop.clock.now()
        found = await self.shop.db.read(timetable.look, self._rhythm, now)
        if found.due or found.changed or found.gone:
            queued = await self.shop.db.write(timetable.carry_out, found, now)
            if queued:
                self._nudge()

    async def renew(self) -> None:
        """Keep the engine's lease."""
        machine = self.shop.clock.machine()
        mine = Holder(
            self._holder.owner,
            self._holder.host,
            self._holder.pid,
            self._holder.since,
            machine + LEASE_S,
        )
        if not await self.shop.db.write(engines.take, mine, machine):
            raise EngineTakenOver("another process runs the engine on this database now")

    async def rescue(self) -> None:
        """Take back jobs whose owner fell silent."""
        clock = self.shop.clock
        if await self.shop.db.write(leases.rescue, clock.now(), clock.machine(), is_dead):
            self._nudge()


class EngineTakenOver(P88Error):
    """Another process runs the engine on this database now."""

    code = "engine"
