"""The recurring work beside the queue: the only module that knows APScheduler."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from p88console.domain.errors import P88Error
from p88console.engine import timetable
from p88console.engine.chores import Chore
from p88console.engine.owners import is_dead
from p88console.engine.shop import Shop
from p88console.engine.standstill import Standstill
from p88console.engine.timetable import Rhythm, Timetable
from p88console.engine.worker import HEARTBEATS
from p88console.store.database.db import Tx
from p88console.store.work import engines, leases
from p88console.store.work.engines import Holder

SWEEP_RACE_S = 20.0
"""Race seconds between looks at the timetable, so that a minute's cadence keeps its minute."""

SWEEP_AT_MOST_S = 10.0
SWEEP_AT_LEAST_S = 0.25
"""Machine seconds between looks, whatever the speed of the race clock."""

RESCUES = 1 / 6
"""How much of a lease passes between two looks for owners who fell silent."""


class Scheduler:
    """Looks at the timetable, renews the engine's lease, rescues what fell silent."""

    def __init__(
        self,
        shop: Shop,
        rhythm: Rhythm,
        holder: Holder,
        nudge: Callable[[], None],
        failed: Callable[[BaseException], None],
        *,
        chores: Sequence[Chore],
        lease_s: float,
        standstill: Standstill,
    ) -> None:
        self.shop = shop
        self._standstill = standstill
        self._lease_s = lease_s
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

    async def start(self) -> None:
        """Begin, on the running event loop, with a first look at the timetable."""
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        sweep_s = min(SWEEP_AT_MOST_S, max(SWEEP_AT_LEAST_S, SWEEP_RACE_S / self.shop.clock.speed))
        self._apscheduler.add_listener(self._hear, EVENT_JOB_ERROR)
        for name, work, seconds in (
            ("sweep", self.sweep, sweep_s),
            ("renew", self.renew, self._lease_s * HEARTBEATS),
            ("rescue", self.rescue, self._lease_s * RESCUES),
        ):
            self._every(name, work, seconds)
        for chore in self._chores:
            self._every(chore.name, chore.run, chore.every_s)
        self._apscheduler.start()
        await self._standstill.as_far_as_reached(self.sweep)

    def _every(self, name: str, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        patient = self._standstill.as_far_as_reached
        self._apscheduler.add_job(
            patient, "interval", args=[work], seconds=seconds, id=name, name=name
        )

    def stop(self) -> None:
        """End; what is queued stays queued."""
        if self._apscheduler.running:
            self._apscheduler.shutdown(wait=False)

    def _hear(self, event: JobExecutionEvent) -> None:
        self._failed(event.exception)

    async def sweep(self) -> None:
        """Queue what is due by the race clock."""
        now = self.shop.clock.now()
        if not await self._leading():
            return
        found = await self.shop.db.read(timetable.look, self._rhythm, now)
        if found.due or found.changed or found.gone:
            queued = await self.shop.db.write(_carry_out, self._holder.owner, found, now)
            if queued:
                self._nudge()

    async def _leading(self) -> bool:
        """Whether this engine leads the schedule, if need be because nobody else does any more."""
        if await self.shop.db.read(engines.leaderless):
            await self.renew()
        return await self.shop.db.read(engines.leads, self._holder.owner)

    async def renew(self) -> None:
        """Keep the engine's lease."""
        db = self.shop.db
        other = await db.write(
            engines.join, self._holder, self._lease_s, is_dead, several=db.shared
        )
        if other is not None:
            raise EngineTakenOver("another process runs the engine on this database now")

    async def rescue(self) -> None:
        """Take back jobs whose owner fell silent."""
        db = self.shop.db
        if await db.read(leases.silent, is_dead):
            await db.write(leases.rescue, self.shop.clock.now(), is_dead)
            self._nudge()


def _carry_out(tx: Tx, owner: str, found: Timetable, now: datetime) -> int:
    """Queue what is due, unless another engine has taken the lead since the look."""
    return timetable.carry_out(tx, found, now) if engines.leads(tx.connection, owner) else 0


class EngineTakenOver(P88Error):
    """Another process runs the engine on this database now."""

    code = "engine"
