"""The engine: worker and scheduler under one lease, started and stopped as one."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from p88console.domain.errors import P88Error, StoreFault, StoreLost
from p88console.domain.jobs import CLAIMABLE_STATES
from p88console.engine.chores import Chore
from p88console.engine.owners import is_dead, new_owner
from p88console.engine.shop import Shop
from p88console.engine.standstill import TRY_S, Standstill
from p88console.engine.timetable import Rhythm
from p88console.engine.waking import Waking
from p88console.engine.worker import HEARTBEATS, LEASE_S, SLOTS, Worker
from p88console.store.database.soundness import damaged
from p88console.store.work import engines, leases, queue
from p88console.store.work.engines import Holder

if TYPE_CHECKING:
    from p88console.engine.scheduler import Scheduler

log = logging.getLogger(__name__)


class Engine:
    """Runs beside whatever shows it; a fault stops the engine, never its host."""

    def __init__(
        self,
        shop: Shop,
        rhythm: Rhythm,
        chores: Sequence[Chore] = (),
        *,
        lease_s: float = LEASE_S,
    ) -> None:
        self.shop = shop
        self.lease_s = lease_s
        self.rhythm = rhythm
        self.chores = chores
        self.owner = new_owner()
        self.fault: tuple[str, datetime] | None = None
        self.standstill = Standstill(shop.clock, shop.db.feed)
        self.other: Holder | None = None
        """Who runs the engine instead, when this process only looks on."""
        self._task: asyncio.Task[None] | None = None
        self._worker: Worker | None = None

    @property
    def running(self) -> bool:
        """Whether this process runs the engine."""
        return self._task is not None and not self._task.done()

    async def start(self, ready: asyncio.Event | None = None) -> bool:
        """Take a lease and go; False when another living process has the only one there is.

        Where the database cannot be used yet, it goes as soon as it can be. `ready` holds all but
        the lease back until whoever shows the engine has the machine to spare.
        """
        mine = None
        try:
            mine = await self._take()
        except StoreLost as fault:
            self.standstill.met(fault)
        if self.other is not None:
            return False
        self._worker = Worker(
            self.shop, self.owner, lease_s=self.lease_s, stuck=self.standstill.met
        )
        self._task = asyncio.create_task(self._go(self._worker, mine, ready), name="engine")
        return True

    async def _go(self, worker: Worker, mine: Holder | None, ready: asyncio.Event | None) -> None:
        """Run under the lease `mine`, or under the one that is still to be had, once `ready`."""
        while mine is None:
            await asyncio.sleep(TRY_S)
            try:
                mine = await self._take()
            except StoreLost as fault:
                self.standstill.met(fault)
                continue
            self.standstill.over()
            if mine is None:
                self.shop.db.feed.publish({"engine"})
                return
        if ready is not None:
            await ready.wait()
        await self._run(worker, mine)

    async def _take(self) -> Holder | None:
        """A lease, with what a dead owner left behind rescued; None when another bars this one."""
        clock = self.shop.clock
        self.fault = self.other = None
        mine = Holder(self.owner, socket.gethostname(), os.getpid(), clock.now())
        db = self.shop.db
        self.other = await db.write(engines.join, mine, self.lease_s, is_dead, several=db.shared)
        if self.other is not None:
            return None
        await db.write(leases.rescue, clock.now(), is_dead)
        return mine

    async def _see_that_it_is_sound(self) -> None:
        """Raises `StoreFault` where pages of the database file are damaged."""
        wrong = await self.shop.db.read(damaged)
        if wrong is not None:
            raise StoreFault(
                "the database file is damaged",
                f"{wrong}; the newest backup brings it back: p88console restore FILE --yes",
            )

    async def once(self) -> list[int] | None:
        """Queue what the timetable wants, work once on each job that is due, and end.

        Returns the ids of the jobs worked on; None when another living process bars this one.
        """
        mine = await self._take()
        if mine is None:
            return None
        await self._see_that_it_is_sound()
        worker, done = Worker(self.shop, self.owner, lease_s=self.lease_s), list[int]()
        scheduler = self._scheduler(mine, worker, _nobody)
        renewing = asyncio.create_task(self._again(scheduler.renew), name="renew")
        try:
            await scheduler.sweep()
            await self.shop.lines.look_if_closed()
            working = asyncio.gather(*(self._serve(worker, done) for _ in range(SLOTS)))
            try:
                parts: set[asyncio.Future[Any]] = {renewing, working}
                await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
                await (working if working.done() else renewing)
                for chore in self.chores:
                    await chore.run()
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await self._release()
        return done

    async def _again(self, renew: Callable[[], Awaitable[None]]) -> None:
        """Keep the lease until cancelled."""
        while True:
            await asyncio.sleep(self.lease_s * HEARTBEATS)
            await renew()

    def _scheduler(
        self, mine: Holder, worker: Worker, fail: Callable[[BaseException], None]
    ) -> Scheduler:
        from p88console.engine.scheduler import Scheduler  # noqa: PLC0415  # 90 ms of APScheduler

        return Scheduler(
            self.shop,
            self.rhythm,
            mine,
            worker.nudge,
            fail,
            chores=self.chores,
            lease_s=self.lease_s,
            standstill=self.standstill,
        )

    async def _release(self) -> None:
        """Give the lease back; where that cannot be said, it lapses."""
        try:
            await self.shop.db.write(engines.release, self.owner)
        except StoreLost as fault:
            log.warning("the lease could not be given back: %s", fault)

    async def _serve(self, worker: Worker, done: list[int]) -> None:
        """Work on due jobs until none is left that this run has not worked on."""
        while True:
            now, waiting = self.shop.clock.now(), list[int]()
            for state in CLAIMABLE_STATES:
                found = await self.shop.db.read(queue.find, state=state)
                waiting += [job.id for job in found if job.due_at <= now and job.id not in done]
            ticket = await worker.claim(waiting)
            if ticket is None:
                return
            done.append(ticket.job.id)
            await worker.work(ticket)

    def nudge(self) -> None:
        """Say that there may be work; to be called on the event loop."""
        if self._worker is not None:
            self._worker.nudge()

    async def stop(self, grace_s: float = 10.0) -> None:
        """Claim nothing more, let running jobs finish for `grace_s`, hand the rest back."""
        if self._worker is None or self._task is None:
            return
        self._worker.stop()
        done, _pending = await asyncio.wait({self._task}, timeout=grace_s)
        if not done:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._release()
        self._worker = self._task = None

    async def _run(self, worker: Worker, mine: Holder) -> None:
        broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def fail(fault: BaseException) -> None:
            if not broken.done():
                broken.set_exception(fault)

        scheduler = self._scheduler(mine, worker, fail)
        working = asyncio.create_task(worker.run(), name="worker")
        probing = asyncio.create_task(
            self.shop.lines.watch(worker.nudge, self.standstill.met), name="prober"
        )
        waking = Waking(self.shop, worker, scheduler.sweep, self.standstill)
        watching = asyncio.create_task(waking.watch(), name="clocks")
        mending = asyncio.create_task(
            self.standstill.mend(scheduler.renew, waking.go_on), name="mender"
        )
        parts: set[asyncio.Future[None]] = {working, probing, watching, mending, broken}
        try:
            await self.standstill.until_reached(self._see_that_it_is_sound)
            await scheduler.start()
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in parts:
                if part.done():
                    await part
        except asyncio.CancelledError:
            raise
        except Exception as fault:
            log.exception("the engine stopped")
            told = str(fault) if isinstance(fault, P88Error) else f"{type(fault).__name__}: {fault}"
            self.fault = (told, self.shop.clock.now())
            self.shop.db.feed.publish({"engine"})
        finally:
            scheduler.stop()
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)


def _nobody(_fault: BaseException) -> None:
    """A single run has no recurring work that could fail."""
